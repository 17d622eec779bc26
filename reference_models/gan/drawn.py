"""The figure of a generator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.figures import tiles
from reference_models.gan.copies import nearest
from reference_models.gan.sampling import CLASSES, as_shares, latents, samples
from reference_models.task import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reference_models.task import Model

__all__ = ["between", "generated"]

_KEY = 1903
_COLUMNS = 10


def generated(result: Trained) -> Figure:
    """Draw real images, generated ones with what in the training set is most like them, and ways between them."""
    generator = result.model["generator"]
    # The digits in turn: 0 to 9 twice, and two ways, from 0 to 1 and from 2 to 3.
    z = latents(generator, 2 * _COLUMNS + 4, key=_KEY)
    made = samples(generator, z[: 2 * _COLUMNS])
    like = nearest(made[_COLUMNS:], result.splits.train.x)
    found = as_shares(result.splits.train.x[like.row])
    ways = [
        ("from one\nto another", between(generator, z[2 * _COLUMNS + 2 * pair], z[2 * _COLUMNS + 2 * pair + 1]))
        for pair in range(2)
    ]
    rows: list[tuple[str, Any]] = [
        ("real", as_shares(result.splits.test.x[:_COLUMNS])),
        ("generated", made[:_COLUMNS]),
        *ways,
        ("generated", made[_COLUMNS:]),
        ("the nearest\nit learned from", found),
    ]
    apart = [f"{each:.2f} away" for each in like.distance]
    titles = [*[[""] * _COLUMNS] * (len(rows) - 1), apart]
    figure = tiles(
        [(name, list(zip(images, each, strict=True))) for (name, images), each in zip(rows, titles, strict=True)]
    )
    shown = result.metrics
    figure.suptitle(
        f"Frechet distance {shown['frechet']:.0f}: real images have {shown['frechet_real']:.1f}, "
        f"noise has {shown['frechet_noise']:.0f}",
        fontsize=10,
    )
    return figure


def between(generator: Model, one: NDArray[Any], other: NDArray[Any], *, steps: int = _COLUMNS) -> NDArray[np.float32]:
    """Return the images on the way from one latent vector to another.

    Along the great circle: on the straight line between two normal vectors lie shorter ones than a normal vector is.
    The digit that is asked for is faded over.

    Args:
        generator: The generator.
        one: (d,) where it begins.
        other: (d,) where it ends.
        steps: How many images, both ends included.

    References:
        White, "Sampling Generative Networks", 2016, arXiv:1609.04468, section 2.1.
    """
    normal, digit = zip(*(np.split(each, [-CLASSES]) for each in (one, other)), strict=True)
    cosine = normal[0] @ normal[1] / (np.linalg.norm(normal[0]) * np.linalg.norm(normal[1]))
    angle = np.arccos(np.clip(cosine, -1, 1))
    share = np.linspace(0, 1, steps)[:, None]
    way = (np.sin((1 - share) * angle) * normal[0] + np.sin(share * angle) * normal[1]) / np.sin(angle)
    faded = (1 - share) * digit[0] + share * digit[1]
    return samples(generator, np.concatenate([way, faded], axis=1).astype(np.float32))
