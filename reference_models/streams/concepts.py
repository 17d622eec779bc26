"""Streams of digits whose concept changes on the way, and streams with other faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples

if TYPE_CHECKING:
    from pytest_robust.core.drift import Drift

__all__ = ["RARE", "gradual", "mirrored", "rare", "recurring", "sudden", "wrongly_labelled"]

RARE = 8
"""The digit that is looked for where it is rare."""

# Of ten eights one is kept, so that about one event in ninety is one.
_KEPT = 10


def mirrored(x: NDArray[Any]) -> NDArray[Any]:
    """Return images as in a mirror: what a scanner sends after someone has put it the other way round."""
    return x[:, :, ::-1]


def sudden(train: Examples) -> Examples:
    """Return a stream whose second half is mirrored."""
    from pytest_robust import Sudden

    return _drifting(train, Sudden(at=len(train) // 2))


def gradual(train: Examples) -> Examples:
    """Return a stream in which from 3/8 to 5/8 of the way mirrored images become more and more."""
    from pytest_robust import Gradual

    return _drifting(train, Gradual(start=3 * len(train) // 8, stop=5 * len(train) // 8))


def recurring(train: Examples) -> Examples:
    """Return a stream whose second and fourth quarter are mirrored."""
    from pytest_robust import Recurring

    return _drifting(train, Recurring(period=len(train) // 4))


def rare(train: Examples) -> Examples:
    """Return a stream of two classes, in which one digit in a hundred is the one that is looked for."""
    eights = np.flatnonzero(train.y == RARE)
    kept = np.ones(len(train), bool)
    kept[eights] = np.arange(len(eights)) % _KEPT == 0
    return Examples(x=train.x[kept], y=(train.y[kept] == RARE).astype(np.int64))


def wrongly_labelled(stream: Examples, *, share: float, classes: int, seed: int) -> Examples:
    """Return a stream in which a share of the labels are of another class.

    Args:
        stream: Right labels.
        share: How many become wrong, 0 to 1.
        classes: How many classes there are.
        seed: Names the random numbers.
    """
    rng = np.random.default_rng(seed)
    other = (stream.y + rng.integers(1, classes, len(stream))) % classes
    return Examples(x=stream.x, y=np.where(rng.random(len(stream)) < share, other, stream.y))


def _drifting(train: Examples, drift: Drift) -> Examples:
    from pytest_robust import Dataset, DriftingStream

    old, new = Dataset(x=train.x, y=train.y), Dataset(x=np.ascontiguousarray(mirrored(train.x)), y=train.y)
    stream = DriftingStream.of(old=old, new=new, drift=drift, seed=0).data
    return Examples(x=np.asarray(stream.x), y=np.asarray(stream.y))
