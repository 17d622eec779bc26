"""What several trainings say of the next one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pytest_robust.core.estimate import Interval

__all__ = ["t_interval"]


def t_interval(values: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return Student's interval of the mean over seeds.

    It holds what trainings vary by, and not what a test set of other examples would change.

    Args:
        values: (seeds,) one number for each, independent; at least two.
        confidence: Coverage, where the numbers are normal.

    Raises:
        ValueError: There are fewer than two.
    """
    from scipy import stats

    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size < 2:
        raise ValueError(f"{numbers.size} value: what varies over seeds shows from two on")
    half = stats.t.ppf((1 + confidence) / 2, numbers.size - 1) * numbers.std(ddof=1) / np.sqrt(numbers.size)
    return Interval(low=float(numbers.mean() - half), high=float(numbers.mean() + half))
