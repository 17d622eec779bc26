"""A number with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BY_GROUPS", "Estimate", "Interval"]

BY_GROUPS = " by groups"
"""The end of a method's name where examples that belong together are allowed for."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Where a quantity lies, with the confidence it was made for."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A measured value, its interval for the population, and how many examples it rests on.

    Args:
        value: The value on the examples evaluated.
        low: Lower end of the interval for the population that the data are a sample of.
        high: Upper end.
        n: Examples evaluated.
        total: Examples there are.
        confidence: The interval covers the population's value at least this often.
        method: How the interval was made.
        notes: What else should be known of it.
    """

    value: float
    low: float
    high: float
    n: int
    total: int
    confidence: float
    method: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as it stands in messages."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}] on {self.n} of {self.total}"
