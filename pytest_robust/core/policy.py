"""What a session decides once: the only place where these defaults stand."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument

if TYPE_CHECKING:
    from pytest_robust.core.shard import Shard

__all__ = ["Policy"]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How measurements are made and judged.

    Args:
        claim: What a verdict is about: these examples, or the population they are a sample of.
        confidence: Coverage of every interval shown, strictly between 0 and 1.
        error: The chance that a verdict reached early differs from the full evaluation's.
        exact: Evaluate all examples, whether or not the verdict is settled before.
        samples: Use only this many examples, drawn at random by the seed; 0 for all.
        seed: All random numbers come from it.
        shard: Evaluate only these examples and judge nothing: the merged runs of all shards are judged.
        batch_size: Examples a model is asked about at once, at most.
        allow_pickle: Whether loading a model file may run code that it contains.

    Raises:
        InvalidArgument: A value is outside its range.
    """

    claim: Claim = Claim.DATASET
    confidence: float = 0.95
    error: float = 0.001
    exact: bool = False
    samples: int = 0
    seed: int = 0
    shard: Shard | None = None
    batch_size: int = 256
    allow_pickle: bool = False

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.claim, Claim):
            raise InvalidArgument(f"claim={self.claim!r} must be one of {', '.join(map(str, Claim))}")
        for name in ("confidence", "error"):
            value = getattr(self, name)
            if not isfinite(value) or not 0 < value < 1:
                raise InvalidArgument(f"{name}={value!r} must lie strictly between 0 and 1")
        for name, least in (("samples", 0), ("seed", 0), ("batch_size", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InvalidArgument(f"{name}={value!r} must be an integer, at least {least}")
