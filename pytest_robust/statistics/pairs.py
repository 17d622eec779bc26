"""What two models made of the same examples, as counts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pairs"]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """What two models made of the same examples.

    Args:
        gained: Examples that only the new one got right; need not be whole.
        lost: Examples that only the old one got right.
        trials: Examples both were tried on, more than 0.
    """

    gained: float
    lost: float
    trials: float
