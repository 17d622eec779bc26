"""How much denser one sample lies than another where the other's points are."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidArgument

__all__ = ["FOLDS", "density_ratio"]

FOLDS = 5
"""Parts of the samples: each is judged by a classifier that learned from the others."""


def density_ratio(here: Floats, there: Floats) -> Floats:
    """Return the density of one sample over that of another, at the other's points, the largest as 1.

    The odds of a logistic regression that tells them apart. No point is judged by a classifier
    that has seen it, so that chance differences do not look like a shift. Row i is of part i
    modulo 5: no random numbers, and sorted rows are spread over the parts.

    Args:
        here: (n, features) finite numbers, n at least 5: where the ratio is wanted.
        there: (m, features) of the sample above the bar, m at least 5.

    Raises:
        InvalidArgument: A sample is too small, or they have not the same features.

    Examples:
        >>> here, there = np.linspace(0, 1, 100)[:, None], np.linspace(0.5, 1, 50)[:, None]
        >>> ratio = density_ratio(here, there)
        >>> bool(ratio[90] > 5 * ratio[10])
        True

    References:
        Bickel, Brückner and Scheffer, "Discriminative Learning Under Covariate Shift", Journal
        of Machine Learning Research 10, 2009.
    """
    if min(len(here), len(there)) < FOLDS or here.shape[1:] != there.shape[1:]:
        raise InvalidArgument(
            f"samples of shape {here.shape} and {there.shape}: each needs at least {FOLDS} rows, "
            "and both the same features"
        )
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    part = np.concatenate([np.arange(len(here)), np.arange(len(there))]) % FOLDS
    # Standardised, so that the penalty, which keeps samples that do not overlap finite, means
    # the same whatever the features' units are.
    telling = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    odds = cross_val_predict(
        telling,
        np.concatenate([here, there]),
        np.arange(len(part)) >= len(here),
        cv=PredefinedSplit(part),
        method="decision_function",
    )[: len(here)]
    ratio: Floats = np.exp(odds - odds.max())
    return ratio
