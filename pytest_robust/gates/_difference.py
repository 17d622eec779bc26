"""What one side has more than the other on the same examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.estimate import BY_GROUPS, Interval
from pytest_robust.core.policy import Policy
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.clustered import clustered_mean, independent_pairs
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.statistics.pairs import Pairs
from pytest_robust.statistics.pairs_to_settle import differences_to_settle, pairs_to_settle
from pytest_robust.statistics.tango import tango

__all__ = ["Difference", "difference_of"]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What the left side has more than the right one.

    Args:
        value: The mean of the differences.
        interval: Its interval for the population.
        method: How that was made.
        settle: Tells how many examples would tell it from a bar, None where no feasible number would.
    """

    value: float
    interval: Interval
    method: str
    settle: Callable[[float], int | None]


def difference_of(a: Floats, b: Floats, groups: Integers | None, policy: Policy) -> Difference:
    """Return the difference of the scores of two sides on the same examples.

    Args:
        a: (n,) scores of the left side.
        b: (n,) scores of the right side.
        groups: (n,) the group of each example, None where they are independent.
        policy: Confidence, and the seed of random weights.
    """
    delta, by_groups = a - b, "" if groups is None else BY_GROUPS
    value, n = float(delta.mean()), len(delta)
    if is_binary(a) and is_binary(b):
        pairs = Pairs(gained=int((delta > 0).sum()), lost=int((delta < 0).sum()), trials=n)
        if groups is not None:
            pairs = independent_pairs(delta, groups, confidence=policy.confidence)
        counts = pairs.gained, pairs.lost, pairs.trials
        return Difference(
            value=value,
            interval=tango(*counts, confidence=policy.confidence),
            method=f"Tango{by_groups}",
            settle=lambda bar: _in_groups(pairs_to_settle(*counts, bar=bar, confidence=policy.confidence), n, pairs),
        )
    if groups is None:
        interval = bounded_mean(delta, low=-1, high=1, confidence=policy.confidence, seed=policy.seed)
    else:
        interval = clustered_mean(delta, groups, low=-1, high=1, confidence=policy.confidence, seed=policy.seed)
    return Difference(
        value=value,
        interval=interval,
        method=f"Learned-Miller-Thomas{by_groups}",
        settle=lambda bar: differences_to_settle(value, interval, n, bar=bar),
    )


def _in_groups(independent: int | None, examples: int, pairs: Pairs) -> int | None:
    """Return how many examples in such groups are worth so many independent ones."""
    if independent is None or examples == pairs.trials:
        return independent
    return ceil(independent * examples / pairs.trials)
