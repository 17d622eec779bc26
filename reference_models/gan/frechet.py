"""The Frechet distance between images, in the feature space of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.task import Model

__all__ = ["Moments", "distance", "features_of"]


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Mean and covariance of features: all that the distance sees of a set of images.

    Args:
        mean: (d,)
        covariance: (d, d)
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, features: NDArray[Any]) -> Moments:
        """Return the moments of (n, d) features, at least two.

        Raises:
            ValueError: They have another shape, or one is not a finite number.
        """
        if features.ndim != 2 or len(features) < 2:
            raise ValueError(f"features have shape {features.shape}; pass (n, d), of two images at least")
        if not np.isfinite(features).all():
            raise ValueError("a feature is not a finite number; no distance can be taken")
        wide = features.astype(np.float64)
        return cls(mean=wide.mean(axis=0), covariance=np.atleast_2d(np.cov(wide, rowvar=False)))


def distance(one: Moments, other: Moments) -> float:
    """Return the squared Frechet distance between normal distributions of these moments.

    |m - n|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2). Both roots are of symmetric matrices and are taken by their
    eigenvalues, of which rounding makes some negative where there are fewer images than features: these are 0. The
    general root of AB, which is not symmetric, turns complex there. It falls with the number of images even where
    the distributions are the same, so only distances over equally many are comparable.

    Args:
        one: Of some images.
        other: Of others, in the same feature space.

    Raises:
        ValueError: The feature spaces differ.

    Examples:
        >>> at = lambda mean, width: Moments(mean=np.array([mean]), covariance=np.array([[width**2]]))
        >>> round(distance(at(0.0, 1.0), at(3.0, 2.0)), 6)  # 3^2 + (2 - 1)^2
        10.0

    References:
        Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
        NeurIPS 2017, arXiv:1706.08500, equation 6; Dowson and Landau, "The Frechet distance between multivariate
        normal distributions", Journal of Multivariate Analysis 12(3), 1982.
    """
    if one.mean.shape != other.mean.shape:
        raise ValueError(f"features of {len(one.mean)} and of {len(other.mean)} numbers are of two feature spaces")
    values, vectors = np.linalg.eigh(one.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    between = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other.covariance @ root), 0)).sum()
    apart = float(((one.mean - other.mean) ** 2).sum())
    return apart + float(np.trace(one.covariance) + np.trace(other.covariance) - 2 * between)


def features_of(network: Model, images: NDArray[Any], *, batch_size: int = 100) -> NDArray[np.float32]:
    """Return (n, d) what a network makes of images.

    Args:
        network: From images to features.
        images: (n, ...) as the network takes them; bytes are scaled to [0, 1].
        batch_size: Images at a time.
    """
    from reference_models.gan.sampling import as_shares

    parts = [
        np.asarray(network(as_shares(images[first : first + batch_size]), training=False))
        for first in range(0, len(images), batch_size)
    ]
    return np.concatenate(parts)
