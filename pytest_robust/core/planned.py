"""What a check will cost and can tell, before it is run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pytest_robust.core.outcomes import Cost

__all__ = ["Planned"]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One check, as a plan tells of it.

    Args:
        title: What is measured, in words, with what it is compared with.
        nodeid: The test that states it.
        claim: dataset or population.
        examples: Examples there are.
        probed: Examples that the model was asked about for this.
        cost: What all examples take, scaled from those.
        likely: Examples that an early verdict is likely to take; None where it takes all.
        likely_cost: What these take.
        drop: The smallest drop that the check can tell from none; None where nobody knows.
        drop_in_churn: The same where some answers change to both sides; None where that makes no difference.
        draws: How often it is made: once, or for each example of a property.
        note: What else should be known of it; empty for nothing.
    """

    title: str
    nodeid: str = ""
    claim: str
    examples: int
    probed: int
    cost: Cost
    likely: int | None = None
    likely_cost: Cost
    drop: float | None = None
    drop_in_churn: float | None = None
    draws: int = 1
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Planned:
        """Return what `to_dict` wrote."""
        costs = {name: Cost(**values[name]) for name in ("cost", "likely_cost")}
        return cls(**{**values, **costs})
