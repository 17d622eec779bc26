"""A change held to a ball around the input, and noise to fill one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.model import Model
from pytest_robust.core.norms import L1, L2, LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Chain, Perturbation, Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import check_budget

__all__ = ["TiledNoise", "Within"]

_NORMS = (LInf, L2, L1)
_IMAGE_RANK = 3


@dataclass(frozen=True, kw_only=True, repr=False)
class Within(Perturbation):
    """A change, and no further than `eps` from the input: what leaves the ball is moved back to it.

    The engine projects what the change made, rounds whole numbers inside the ball, and measures
    the distance. Milder ones have a milder change in the same ball.

    Args:
        change: A transform, or several one after the other.
        eps: The largest distance, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.

    Raises:
        InvalidArgument: `change` is no transform, or another parameter is outside its range.

    Examples:
        >>> from pytest_robust.transforms import Rotate
        >>> Within(change=Rotate(degrees=10), eps=8 / 255)
        Within(change=Rotate(degrees=10), eps=8/255)
    """

    change: Perturbation
    eps: float
    norm: Norm = LInf

    def __post_init__(self) -> None:
        """Validate."""
        for part in self.change.parts if isinstance(self.change, Chain) else (self.change,):
            if not isinstance(part, Transform):
                raise InvalidArgument(
                    f"Within: change={part!r} is not a transform: give a value such as Rotate(degrees=10), or "
                    "several as a | b; an attack has a ball of its own"
                )
        check_budget(self.eps)
        _check_norm("Within", self.norm)

    @property
    def composed(self) -> tuple[Perturbation, ...]:
        """The change."""
        return (self.change,)

    @property
    def level(self) -> float | None:
        """The change's."""
        return self.change.level

    def scaled(self, share: float) -> Within:
        """Return the change at a share of its strength, in the same ball."""
        return replace(self, change=self.change.scaled(share))

    def adapted(self, adapt: Callable[[Any], Model]) -> Within:
        """Return the same with the models in the change made Models."""
        return replace(self, change=self.change.adapted(adapt))


@dataclass(frozen=True, kw_only=True, repr=False)
class TiledNoise(Transform):
    """Add to some tiles of an image, and take from the others, at random, as much everywhere.

    Tiles of one pixel are noise, large ones shades; a tile as large as the image makes it lighter
    or darker as a whole, channel by channel. Of inputs that are no images, runs are changed.

    Args:
        size: How far the result is from the input, in `norm` and the inputs' own unit, above 0.
        norm: `LInf`, `L2` or `L1`.
        tile: The side of a tile in pixels, at least 1.
        pattern: Which of the random patterns, from 0.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> TiledNoise(size=8 / 255, tile=4)
        TiledNoise(size=8/255, tile=4)
    """

    size: float = strength()
    norm: Norm = LInf
    tile: int = 1
    pattern: int = 0

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.size)
        _check_norm("TiledNoise", self.norm)
        for name, value, least in (("tile", self.tile, 1), ("pattern", self.pattern, 0)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InvalidArgument(f"{name}={value!r} must be an integer, at least {least}")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the inputs with the noise on them, cut to the bounds.

        Raises:
            InvalidData: The inputs are no numbers.
        """
        if not np.issubdtype(batch.x.dtype, np.number):
            raise InvalidData(f"{self!r} changes numbers, and the inputs are {batch.x.dtype}; name one with on=")
        shape = batch.x.shape[1:]
        tiled = 2 if len(shape) >= _IMAGE_RANK - 1 else min(len(shape), 1)
        coarse = (*(-(-side // self.tile) for side in shape[:tiled]), *shape[tiled:])
        signs: Floats = streams.child("pattern", self.pattern).integers("sign", 0, 2, coarse).astype(np.float32)
        for axis in range(1, tiled + 1):
            signs = signs.repeat(self.tile, axis=axis)
        signs = 2 * signs[(slice(None), *(slice(side) for side in shape[:tiled]))] - 1
        unit = self.norm.size(signs[:1])[0] if len(signs) else 1.0
        return replace(batch, x=batch.bounds.clip(batch.x + signs * np.float32(self.size / unit)))


def _check_norm(owner: str, norm: object) -> None:
    if norm not in _NORMS:
        raise InvalidArgument(f"{owner}: norm={norm!r} must be LInf, L2 or L1")
