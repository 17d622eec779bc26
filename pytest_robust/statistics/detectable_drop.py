"""How small a drop a paired comparison can tell from none."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, norm

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics._checks import check_confidence

__all__ = ["detectable_drop"]

# Half a step, as in Tango's interval here.
_CONTINUITY = 0.5
# Standard deviations to both sides, beyond which a number of differing pairs has no chance to speak of.
_REACH = 9


def detectable_drop(examples: int, *, churn: float, confidence: float, power: float) -> float | None:
    """Return the smallest drop for which the whole paired interval lies above none often enough.

    Of n examples, M ~ Binomial(n, churn + drop) come out differently, and of these
    L ~ Binomial(M, (churn / 2 + drop) / (churn + drop)) got worse. At no difference Tango's score
    is (2L - M - 1/2) / sqrt(M), so that the drop is told from none with the chance

        sum over m of P(M = m) P(2L > m + 1/2 + z sqrt(m)),   z = the normal quantile of (1 + confidence) / 2,

    and the drop returned is the one where that chance is the power.

    Args:
        examples: How many there are, at least 1.
        churn: The share of examples that come out differently without a drop, half of them for the
            better; 0 where a new model only gets worse.
        confidence: Of the interval, strictly between 0 and 1.
        power: The chance to tell the drop, strictly between 0 and 1.

    Returns:
        The drop, above 0; None where even the largest there can be is not told so often.

    Raises:
        InvalidArgument: An argument is outside its range.

    Examples:
        >>> round(detectable_drop(1000, churn=0, confidence=0.95, power=0.8), 4)
        0.0067
        >>> round(detectable_drop(1000, churn=0.05, confidence=0.95, power=0.8), 4)
        0.0244

    References:
        Tango, "Equivalence test and confidence interval for the difference in proportions
        for the paired-sample design", Statistics in Medicine 17, 1998.
    """
    check_confidence(confidence)
    if examples < 1:
        raise InvalidArgument(f"{examples=} must be at least 1")
    if not 0 <= churn < 1:
        raise InvalidArgument(f"{churn=} must be a share of the examples, at least 0 and below 1")
    if not 0 < power < 1:
        raise InvalidArgument(f"{power=} must lie strictly between 0 and 1")
    z = float(norm.isf((1 - confidence) / 2))

    def short(drop: float) -> float:
        return _told(examples, churn, drop, z) - power

    # Gained and lost are shares of one whole: at the most, all that does not differ gets worse.
    most = 1 - churn
    return float(brentq(short, 0, most)) if short(most) >= 0 else None


def _told(examples: int, churn: float, drop: float, z: float) -> float:
    differ = churn + drop
    if not differ:
        return 0.0
    middle, reach = examples * differ, _REACH * (examples * differ * (1 - differ)) ** 0.5 + _REACH
    pairs = np.arange(max(int(middle - reach), 1), min(int(middle + reach), examples) + 1)
    # The largest number of losses that is not enough.
    short = np.floor((pairs + _CONTINUITY + z * np.sqrt(pairs)) / 2)
    return float(binom.pmf(pairs, examples, differ) @ binom.sf(short, pairs, (churn / 2 + drop) / differ))
