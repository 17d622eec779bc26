"""MNIST, of whose training images only 600 are used: sixty of each digit."""

from __future__ import annotations

import numpy as np

from reference_models.data import mnist
from reference_models.splits import Examples, Splits

__all__ = ["load"]

_OF_EACH = 60


def load() -> Splits:
    """Return the first sixty training images of each digit, in their order, and all test images.

    Of whichever MNIST `mnist.load` finds; its source is called "600 of mnist_5000", for instance.

    Raises:
        ValueError: There are fewer than sixty of a digit, or what `mnist.load` raises.
    """
    splits = mnist.load()
    counts = np.bincount(splits.train.y, minlength=10)
    if counts.min() < _OF_EACH:
        raise ValueError(
            f"{splits.source} has {counts.min()} training images of the digit {counts.argmin()}; "
            f"this task learns from {_OF_EACH} of each"
        )
    rows = np.sort(np.concatenate([np.flatnonzero(splits.train.y == digit)[:_OF_EACH] for digit in range(10)]))
    return Splits(
        train=Examples(x=splits.train.x[rows], y=splits.train.y[rows]),
        test=splits.test,
        source=f"600 of {splits.source}",
    )
