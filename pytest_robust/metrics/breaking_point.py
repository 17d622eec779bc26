"""The mildest change that brings accuracy under a bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Flattery, Request, Settled, StepwiseMetric
from pytest_robust.core.perturbation import Perturbation

__all__ = ["BreakingPoint"]


@dataclass(frozen=True)
class BreakingPoint(StepwiseMetric):
    """The strength from which a change brings accuracy under a bar, found by halving.

    In the parameter's own unit: degrees for `Rotate`, the budget for an attack; a share of the
    strongest, from 0 to 1, for a change with several parameters. Each step is one verdict on
    the examples at hand, settled as early as its accuracy is far from the bar. Infinite where
    even the strongest change leaves the accuracy at the bar or above.

    Args:
        under: The strongest change that is tried, such as `Rotate(degrees=45)`, or a class,
            whose strongest is its own: `Rotate`.
        at: The bar, above 0 and at most 1.
        steps: How often the range is halved, at least 1: the point is known to a part in
            2**steps of the strongest.
        criterion: What counts as right.

    Raises:
        InvalidArgument: `under` has no strength, or a parameter is outside its range.

    Examples:
        >>> from pytest_robust.transforms import GaussianNoise
        >>> BreakingPoint(GaussianNoise(sigma=0.5), at=0.9).title
        'breaking point at 0.9'
    """

    under: Any
    at: float = field(kw_only=True)
    steps: int = field(default=7, kw_only=True)
    criterion: Criterion = field(default_factory=Correct, kw_only=True)

    def __post_init__(self) -> None:
        """Validate; a class becomes its strongest value."""
        under = self.under
        if isinstance(under, type) and issubclass(under, Perturbation):
            under = under.strongest()
        if not isinstance(under, Perturbation) or not under.has_strength:
            raise InvalidArgument(
                f"under={self.under!r} has no strength to halve: give for instance Rotate(degrees=45)"
            )
        object.__setattr__(self, "under", under)
        if isinstance(self.at, bool) or not isinstance(self.at, (int, float)) or not 0 < self.at <= 1:
            raise InvalidArgument(f"at={self.at!r} must be an accuracy above 0, at most 1")
        if isinstance(self.steps, bool) or not isinstance(self.steps, int) or self.steps < 1:
            raise InvalidArgument(f"steps={self.steps!r} must be an integer, at least 1")

    @property
    def title(self) -> str:
        """What it is, with its bar."""
        return f"breaking point at {self.at:g}"

    @property
    def flattery(self) -> Flattery:
        """A weak attack breaks late."""
        return Flattery.UP

    def search(self, settle: Callable[[Request, float], Settled], *, error: float) -> Estimate:
        """Return the mildest strength that was seen to fail, and the strongest that was seen to hold."""
        answers = [settle(Request(criterion=self.criterion), self.at)]
        low, high = 0.0, 1.0
        if answers[0].held:
            answers.append(settle(self._request(1.0), self.at))
        if not answers[0].held:
            high = 0.0
        elif answers[1].held:
            low, high = 1.0, inf
        else:
            for _ in range(self.steps):
                middle = (low + high) / 2
                answers.append(settle(self._request(middle), self.at))
                low, high = (middle, high) if answers[-1].held else (low, middle)
        return Estimate(
            value=self._level(high),
            low=self._level(low),
            high=self._level(high),
            n=max(answer.n for answer in answers),
            total=answers[0].total,
            confidence=max(1 - error * len(answers), 0.0),
            method=f"between the strongest that held and the mildest that did not, of {len(answers)} verdicts",
        )

    def _request(self, share: float) -> Request:
        return Request(under=self.under.scaled(share), criterion=self.criterion)

    def _level(self, share: float) -> float:
        if share in {0.0, inf}:
            return share
        level: float | None = self.under.scaled(share).level
        return share if level is None else level
