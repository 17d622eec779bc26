"""How many examples an early verdict is likely to take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics._checks import check_count
from pytest_robust.statistics.prior_posterior_ratio import Side, side_of

__all__ = ["examples_to_stop"]

# Data sets drawn: their mean is then known to a tenth or so, which is better than the probe it rests on.
_DRAWN = 100


def examples_to_stop(
    successes: int, trials: int, *, needed: int, population: int, looks: Sequence[int], error: float, seed: int
) -> float:
    """Return the mean number of examples at which `side_of` settles, over data sets that a probe makes likely.

    Each data set has a rate drawn from what the probe leaves of a uniform prior,
    Beta(successes + 1, failures + 1), and is looked at in random order.

    Args:
        successes: Of the probe, 0..trials.
        trials: Examples of the probe, at least 1.
        needed: The smallest count of successes that is above the bar.
        population: Examples there are.
        looks: Where it is looked whether the answer is settled, ascending, the last at all of them.
        error: The chance that an early answer differs from the full one's, strictly between 0 and 1.
        seed: For drawing.

    Raises:
        InvalidArgument: The looks do not end at the population, or there is no proportion.

    Examples:
        >>> looks = (32, 64, 128, 256, 512, 768, 1000)
        >>> examples_to_stop(10, 10, needed=100, population=1000, looks=looks, error=0.001, seed=0)
        32.0
    """
    check_count(successes, trials)
    if not looks or looks[-1] != population:
        raise InvalidArgument(f"the last of {looks=} must be at all {population} examples")
    random = np.random.Generator(np.random.Philox(seed))
    rates = random.beta(successes + 1, trials - successes + 1, size=_DRAWN)
    left = random.binomial(population, rates)
    seen, stopped, open_ones, before = np.zeros(_DRAWN, int), np.zeros(_DRAWN), np.arange(_DRAWN), 0
    for look in looks:
        if not len(open_ones):
            break
        unseen = population - before
        drawn = random.hypergeometric(left[open_ones], unseen - left[open_ones], look - before)
        left[open_ones] -= drawn
        seen[open_ones] += drawn
        before = look
        # Few numbers differ among those that are still open.
        known = {int(n): side_of(needed, int(n), look, population, error=error) for n in np.unique(seen[open_ones])}
        settled = np.array([known[int(n)] is not Side.OPEN for n in seen[open_ones]])
        stopped[open_ones[settled]] = look
        open_ones = open_ones[~settled]
    return float(stopped.mean())
