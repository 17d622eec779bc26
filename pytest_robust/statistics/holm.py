"""Several tests at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics._checks import check_confidence

__all__ = ["Adjusted", "holm"]


@dataclass(frozen=True, kw_only=True)
class Adjusted:
    """One test among several.

    Args:
        p_value: On its own.
        adjusted: The least chance of any false rejection at which it is rejected.
        rejected: Whether it is, at the chance asked for.
    """

    p_value: float
    adjusted: float
    rejected: bool


def holm(p_values: Sequence[float], *, error: float) -> tuple[Adjusted, ...]:
    """Return which of several hypotheses are rejected, with a bound on rejecting any that is true.

    The chance that one or more true hypotheses are rejected is at most `error`, however the tests
    depend on each other. Never rejects less than Bonferroni's division by their number.

    Args:
        p_values: (k,) from 0 to 1.
        error: That chance, strictly between 0 and 1.

    Returns:
        One for each, in the given order.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> [one.rejected for one in holm([0.01, 0.04, 0.015], error=0.05)]
        [True, True, True]
        >>> [round(one.adjusted, 3) for one in holm([0.01, 0.04, 0.03], error=0.05)]
        [0.03, 0.06, 0.06]

    References:
        Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
        Statistics 6(2), 1979.
    """
    check_confidence(error)
    found = np.asarray(p_values, dtype=np.float64)
    if found.ndim != 1 or not ((found >= 0) & (found <= 1)).all():
        raise InvalidArgument(f"p_values={p_values!r} must be numbers from 0 to 1")
    order = np.argsort(found, kind="stable")
    # The least is held against all, the next against those that are left, and none is rejected
    # after one that is not.
    stepped = np.maximum.accumulate(np.minimum(found[order] * np.arange(len(found), 0, -1), 1.0))
    adjusted = np.empty_like(found)
    adjusted[order] = stepped
    return tuple(
        Adjusted(p_value=float(p), adjusted=float(a), rejected=bool(a <= error))
        for p, a in zip(found, adjusted, strict=True)
    )
