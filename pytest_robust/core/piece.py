"""What one shard knows of a check: enough to judge it once all shards are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_robust.core.scores import Scores

__all__ = ["Piece"]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One shard's part of a check.

    Args:
        shard: Which, as I/K.
        size: Examples in the whole dataset.
        asked: Examples of the shard that were to be looked at, all of them but where `samples` are drawn.
        known: 1 for each example of the shard, in the order of the dataset, that has a score: of an attack
            success rate, those right before.
        scores: Theirs, in the same order, exactly.
        flattery: Where an attack that is too weak moves the value: up, down or none.
        remedy: What to do where the whole check fails.
    """

    shard: str
    size: int
    asked: int
    known: Scores
    scores: Scores
    flattery: str
    remedy: str = ""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Piece:
        """Return what `dataclasses.asdict` made of one."""
        return cls(**{**values, "known": Scores(**values["known"]), "scores": Scores(**values["scores"])})
