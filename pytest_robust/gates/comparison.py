"""How much worse a candidate is than its baseline, and whether that is within the margin."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, exp, log

import numpy as np
from scipy.special import ndtri

from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import BY_GROUPS, Interval
from pytest_robust.core.gated import GateDecision
from pytest_robust.statistics.bootstrap import RESAMPLES, bootstrap
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.clustered import clustered_mean, independent_pairs
from pytest_robust.statistics.holm import holm
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.statistics.pairs import Pairs
from pytest_robust.statistics.pairs_to_settle import differences_to_settle, pairs_to_settle
from pytest_robust.statistics.square_and_add import square_and_add
from pytest_robust.statistics.tango import not_below, tango

__all__ = ["Apart", "Comparison", "Difference", "Outcome", "Paired", "Resampled", "decide_all"]

# Halvings of the logarithm of a p value: known to a ten-thousandth of itself.
_HALVINGS = 17
# Below it a p value says no more.
_SMALLEST = 1e-6
# Above it the drop seen is beyond the margin itself, or next to it.
_LARGEST = 0.49
# Answers that differ, from which on a bootstrap of pairs is believed: all but one draw in 20,000 hold one.
_FEWEST = 10
# More examples than anyone would label are no advice.
_MOST = 10_000_000


class Difference(ABC):
    """What is known of the old value less the new one."""

    method: str
    """How its interval is made."""

    @abstractmethod
    def interval(self, confidence: float) -> Interval:
        """Return where the difference lies for the population."""

    def p_value(self, margin: float, *, upward: bool) -> float:
        """Return the chance, at most, of so small a drop where the population's is the margin or more.

        It is the tail of the interval that ends at the margin.

        Args:
            margin: The largest drop allowed.
            upward: Whether more is better.
        """

        def clears(tail: float) -> bool:
            return _drop(self.interval(1 - 2 * tail), upward=upward).high < margin

        if clears(_SMALLEST):
            return _SMALLEST
        if not clears(_LARGEST):
            return 1.0
        low, high = log(_SMALLEST), log(_LARGEST)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if clears(exp(middle)) else (middle, high)
        return exp(high)


@dataclass(frozen=True, kw_only=True)
class Paired(Difference):
    """The scores of both on the same examples.

    Args:
        old: (n,) the baseline's.
        new: (n,) the candidate's, of the same examples in the same order.
        seed: For drawing, where scores are shares.
        groups: (n,) the group of each example, None where they are independent.
    """

    old: Floats
    new: Floats
    seed: int
    groups: Integers | None = None

    @property
    def method(self) -> str:  # type: ignore[override]  # read only here
        """How its interval is made."""
        by_groups = "" if self.groups is None else BY_GROUPS
        return f"{'Tango' if self._binary else 'Learned-Miller-Thomas'}{by_groups}"

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

    @property
    def value(self) -> float:
        """The difference on these examples."""
        return float((self.old - self.new).mean())

    def interval(self, confidence: float) -> Interval:
        """Return where the difference lies for the population."""
        difference, groups = self.old - self.new, self.groups
        if groups is None and self._binary:
            return tango(self.only_old, self.only_new, len(self.old), confidence=confidence)
        if groups is None:
            return bounded_mean(difference, low=-1, high=1, confidence=confidence, seed=self.seed)
        if self._binary:
            pairs = independent_pairs(difference, groups, confidence=confidence)
            return tango(pairs.gained, pairs.lost, pairs.trials, confidence=confidence)
        return clustered_mean(difference, groups, low=-1, high=1, confidence=confidence, seed=self.seed)

    def settled_by(self, bar: float, *, confidence: float) -> int | None:
        """Return how many examples would tell the difference from a bar, None where no feasible number would.

        Args:
            bar: Within the interval.
            confidence: Of the interval.
        """
        difference, n = self.old - self.new, len(self.old)
        if not self._binary:
            return differences_to_settle(float(difference.mean()), self.interval(confidence), n, bar=bar)
        pairs = Pairs(gained=self.only_old, lost=self.only_new, trials=n)
        if self.groups is not None:
            pairs = independent_pairs(difference, self.groups, confidence=confidence)
        enough = pairs_to_settle(pairs.gained, pairs.lost, pairs.trials, bar=bar, confidence=confidence)
        # So many independent ones; of grouped ones it takes more.
        return enough if enough is None or pairs.trials == n else ceil(enough * n / pairs.trials)

    def p_value(self, margin: float, *, upward: bool) -> float:
        """Return that of Tango's score test for independent scores of 0 and 1, which needs no search."""
        if not self._binary or self.groups is not None:
            return super().p_value(margin, upward=upward)
        gained, lost = (self.only_new, self.only_old) if upward else (self.only_old, self.only_new)
        return not_below(gained, lost, len(self.old), margin=margin)


@dataclass(frozen=True, kw_only=True)
class Resampled(Difference):
    """Two numbers about the answers to the same examples, made again of the same draws of them.

    A bootstrap knows only what it has seen: where hardly an answer differs, hardly a draw does. So with
    few that differ, each number has its own interval, and of how they pair nothing is used.

    Args:
        old: Returns the baseline's number of some examples, by their rows.
        new: Returns the candidate's.
        differ: (n,) whether the answers to an example differ.
        seed: For drawing.
        groups: (n,) the group of each example, None where they are independent.
    """

    old: Callable[[Integers], float]
    new: Callable[[Integers], float]
    differ: Mask
    seed: int
    groups: Integers | None = None

    @property
    def method(self) -> str:  # type: ignore[override]  # read only here
        """How its interval is made."""
        by_groups = "" if self.groups is None else BY_GROUPS
        if self._enough:
            return f"percentile bootstrap of pairs{by_groups}"
        return f"{Apart.method}: {self._differing} of the answers differ{by_groups}"

    @property
    def value(self) -> float:
        """The difference on these examples."""
        rows = np.arange(len(self.differ))
        return self.old(rows) - self.new(rows)

    @property
    def _differing(self) -> int:
        return int(self.differ.sum()) if self.groups is None else len(np.unique(self.groups[self.differ]))

    @property
    def _enough(self) -> bool:
        return self._differing >= _FEWEST

    def interval(self, confidence: float) -> Interval:
        """Return where the difference lies for the population."""

        def drawn(number: Callable[[Integers], float]) -> Interval:
            return bootstrap(
                number,
                len(self.differ),
                confidence=confidence,
                seed=self.seed,
                resamples=RESAMPLES,
                groups=self.groups,
            )

        if self._enough:
            return drawn(lambda rows: self.old(rows) - self.new(rows))
        rows = np.arange(len(self.differ))
        return square_and_add(self.old(rows), drawn(self.old), self.new(rows), drawn(self.new))

    def settled_by(self, bar: float, *, confidence: float) -> int | None:
        """Return how many examples would tell the difference from a bar, None where no feasible number would.

        Args:
            bar: Within the interval.
            confidence: Of the interval.
        """
        interval = self.interval(confidence)
        # Of a number that is skewed, the quantiles may leave the number itself out.
        value = min(max(self.value, interval.low), interval.high)
        return differences_to_settle(value, interval, len(self.differ), bar=bar)


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
        """Return where the difference lies; at another confidence than its ends' own, as for normal estimates."""
        wider = float(ndtri((1 + confidence) / 2) / ndtri((1 + self.confidence) / 2))
        middle, ends = self.old - self.new, square_and_add(self.old, self.old_ends, self.new, self.new_ends)
        # All four ends go as much further out, so these two do.
        return Interval(low=middle - wider * (middle - ends.low), high=middle + wider * (ends.high - middle))


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
        return _drop(self.difference.interval(confidence), upward=self.upward)

    def p_value(self) -> float:
        """Return the chance, at most, of so small a drop where the population's is the margin or more."""
        return self.difference.p_value(self.margin, upward=self.upward)


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


def _drop(ends: Interval, *, upward: bool) -> Interval:
    """Return where the drop lies, given where the old value less the new one does."""
    return ends if upward else Interval(low=-ends.high, high=-ends.low)


def decide_all(comparisons: Sequence[Comparison]) -> list[Outcome]:
    """Return what each comparison comes to.

    Several claims about the population are adjusted together by Holm's procedure: the chance that
    any of them passes whose drop is the margin or more is that of one end of an interval.

    Args:
        comparisons: All of one gate.

    References:
        Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
        Statistics 6(2), 1979.
    """
    family = [one for one in comparisons if one.claim is Claim.POPULATION]
    error = min(((1 - one.confidence) / 2 for one in family), default=0.5)
    adjusted = holm([one.p_value() for one in family], error=error)
    # Those not shown to be within the margin share the chance of a wrong one.
    left = 1 - 2 * error / max(sum(not one.rejected for one in adjusted), 1)
    within = {id(one): found.rejected for one, found in zip(family, adjusted, strict=True)}
    return [
        _of_population(one, within=within[id(one)], left=left) if id(one) in within else _of_dataset(one)
        for one in comparisons
    ]


def _of_population(one: Comparison, *, within: bool, left: float) -> Outcome:
    interval = one.interval(one.confidence)
    if within:
        better = interval.high < 0
        return Outcome(decision=GateDecision.IMPROVED if better else GateDecision.PASS, interval=interval)
    if interval.low > one.margin:
        return Outcome(decision=GateDecision.FAIL, interval=interval)
    wider = one.interval(left)
    return Outcome(decision=GateDecision.UNDECIDED, interval=wider, settled_by=_settled_by(one, wider))


def _of_dataset(one: Comparison) -> Outcome:
    # Counted in examples, so that 0.83 - 0.82 and a margin of 0.01 are the same number.
    within = round((one.drop - one.margin) * one.n * 1e6) <= 0
    better = round((one.drop + one.margin) * one.n * 1e6) < 0
    decision = (GateDecision.IMPROVED if better else GateDecision.PASS) if within else GateDecision.FAIL
    return Outcome(decision=decision, interval=one.interval(one.confidence))


def _settled_by(one: Comparison, interval: Interval) -> int | None:
    """Return about how many examples it takes, since an interval narrows with the root of their number."""
    room = one.margin - one.drop
    width = interval.high - one.drop if room > 0 else one.drop - interval.low
    if not room:
        return None
    needed = one.n * (width / room) ** 2
    if needed > _MOST:
        return None
    step: int = 10 ** max(len(str(int(needed))) - 2, 0)
    return ceil(needed / step) * step
