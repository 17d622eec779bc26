"""How much worse a candidate is than its baseline, and whether that is within the margin."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Interval
from pytest_robust.core.gated import GateDecision
from pytest_robust.statistics.bootstrap import bootstrap
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.statistics.square_and_add import square_and_add
from pytest_robust.statistics.tango import tango

__all__ = ["Apart", "Comparison", "Difference", "Outcome", "Paired", "decide_all"]

_RESAMPLES = 1000
# More examples than anyone would label are no advice.
_MOST = 10_000_000


class Difference(ABC):
    """What is known of the old value less the new one."""

    method: str
    """How its interval is made."""

    @abstractmethod
    def interval(self, confidence: float) -> Interval:
        """Return where the difference lies for the population."""


@dataclass(frozen=True, kw_only=True)
class Paired(Difference):
    """The scores of both on the same examples.

    Args:
        old: (n,) the baseline's.
        new: (n,) the candidate's, of the same examples in the same order.
        seed: For resampling, where scores are shares.
    """

    old: Floats
    new: Floats
    seed: int

    @property
    def method(self) -> str:  # type: ignore[override]  # read only here
        """How its interval is made."""
        return "Tango" if self._binary else "percentile bootstrap"

    @property
    def _binary(self) -> bool:
        return is_binary(self.old) and is_binary(self.new)

    @property
    def only_old(self) -> int:
        """Examples on which the baseline was better."""
        return int((self.old > self.new).sum())

    @property
    def only_new(self) -> int:
        """Examples on which the candidate is better."""
        return int((self.new > self.old).sum())

    def interval(self, confidence: float) -> Interval:
        """Return where the difference lies for the population."""
        if self._binary:
            return tango(self.only_old, self.only_new, len(self.old), confidence=confidence)
        delta = self.old - self.new
        return bootstrap(
            lambda rows: float(delta[rows].mean()),
            len(delta),
            confidence=confidence,
            seed=self.seed,
            resamples=_RESAMPLES,
        )


@dataclass(frozen=True, kw_only=True)
class Apart(Difference):
    """Two values, each with an interval of its own; of how the examples pair nothing is known.

    Args:
        old: The baseline's value.
        old_ends: Its interval.
        new: The candidate's value.
        new_ends: Its interval.
        confidence: What both were made for.
    """

    method = "square and add, without pairs"

    old: float
    old_ends: Interval
    new: float
    new_ends: Interval
    confidence: float

    def interval(self, confidence: float) -> Interval:
        """Return where the difference lies; everywhere, where more confidence is asked than the intervals have."""
        if confidence > self.confidence:
            return Interval(low=-np.inf, high=np.inf)
        return square_and_add(self.old, self.old_ends, self.new, self.new_ends)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One check of a candidate beside the baseline's.

    Args:
        drop: How much worse the candidate is on these examples; below 0 where it is better.
        difference: What is known of the old value less the new one.
        upward: Whether more is better; else the drop is the new value less the old one.
        margin: The largest drop allowed, at least 0.
        claim: What the decision is about.
        confidence: Of the drop's interval.
        n: Examples both were measured on.
    """

    drop: float
    difference: Difference = field(repr=False)
    upward: bool
    margin: float
    claim: Claim
    confidence: float
    n: int

    def interval(self, confidence: float) -> Interval:
        """Return where the drop lies for the population."""
        ends = self.difference.interval(confidence)
        return ends if self.upward else Interval(low=-ends.high, high=-ends.low)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a comparison comes to.

    Args:
        decision: PASS, IMPROVED, FAIL or UNDECIDED.
        interval: Where the drop lies for the population.
        settled_by: About how many examples would settle it; None where it is, or none feasible would.
    """

    decision: GateDecision
    interval: Interval
    settled_by: int | None = None


def decide_all(comparisons: Sequence[Comparison]) -> list[Outcome]:
    """Return what each comparison comes to.

    All of a gate's comparisons pass through here together, so that a correction for their number
    has one place: the confidence at which each is decided.

    Args:
        comparisons: All of one gate.
    """
    return [_decided(one, one.confidence) for one in comparisons]


def _decided(one: Comparison, confidence: float) -> Outcome:
    interval = one.interval(confidence)
    if one.claim is Claim.POPULATION:
        within, beyond = interval.high < one.margin, interval.low > one.margin
        better = interval.high < 0
    else:
        # Counted in examples, so that 0.83 - 0.82 and a margin of 0.01 are the same number.
        within = round((one.drop - one.margin) * one.n * 1e6) <= 0
        beyond = not within
        better = round((one.drop + one.margin) * one.n * 1e6) < 0
    if within:
        return Outcome(decision=GateDecision.IMPROVED if better else GateDecision.PASS, interval=interval)
    if beyond:
        return Outcome(decision=GateDecision.FAIL, interval=interval)
    return Outcome(decision=GateDecision.UNDECIDED, interval=interval, settled_by=_settled_by(one, interval))


def _settled_by(one: Comparison, interval: Interval) -> int | None:
    """Return about how many examples it takes, since an interval narrows with the root of their number."""
    room = one.margin - one.drop
    width = interval.high - one.drop if room > 0 else one.drop - interval.low
    if not room or not np.isfinite(width):
        return None
    needed = one.n * (width / room) ** 2
    if needed > _MOST:
        return None
    step: int = 10 ** max(len(str(int(needed))) - 2, 0)
    return ceil(needed / step) * step
