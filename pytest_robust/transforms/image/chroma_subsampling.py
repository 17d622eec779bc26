"""Colours at a lower resolution than brightness."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import images_of, with_images
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._coarse import coarse
from pytest_robust.transforms.image._colours import COLOURS, blended, coloured, luma, planes

__all__ = ["Chroma410", "Chroma420", "Chroma422", "ChromaSubsampling", "Scheme"]


class Scheme(ABC):
    """How many pixels share a colour."""

    @property
    @abstractmethod
    def cell(self) -> tuple[int, int]:
        """Rows and columns of pixels with one colour."""


@dataclass(frozen=True)
class Chroma422(Scheme):
    """4:2:2, one colour for two columns: studio video.

    Examples:
        >>> Chroma422()
        Chroma422()
    """

    @property
    def cell(self) -> tuple[int, int]:
        """One row of two columns."""
        return 1, 2


@dataclass(frozen=True)
class Chroma420(Scheme):
    """4:2:0, one colour for two rows of two columns: most JPEG files and videos.

    Examples:
        >>> Chroma420()
        Chroma420()
    """

    @property
    def cell(self) -> tuple[int, int]:
        """Two rows of two columns."""
        return 2, 2


@dataclass(frozen=True)
class Chroma410(Scheme):
    """4:1:0, one colour for two rows of four columns: what the three numbers say.

    (Some formats of this name, such as YUV9, share one among four rows.)

    Examples:
        >>> Chroma410()
        Chroma410()
    """

    @property
    def cell(self) -> tuple[int, int]:
        """Two rows of four columns."""
        return 2, 4


@dataclass(frozen=True, kw_only=True, repr=False)
class ChromaSubsampling(Transform):
    """Keep brightness at every pixel and colour at few, as video and JPEG files do.

    The luma and the chroma are those of YCbCr, ITU-R BT.601. Of each cell of pixels the mean
    chroma is kept, and shown bilinearly between the centres of the cells, where MPEG-1 and
    JPEG files have them; sides that are no multiple of the cell go on with their last pixel.
    Values are not rounded to grey levels. Luma changes only where a colour leaves the bounds
    and is clipped. The alpha of images with four channels stays.

    Args:
        scheme: How many pixels share a colour: `Chroma422()`, `Chroma420()` or `Chroma410()`.
        share: How much of the colour's detail goes, from 0 to 1, where it all does.
            `Between(low, high)` draws one for each example.

    Raises:
        InvalidArgument: `scheme` is none of these, or `share` is not in [0, 1].

    Examples:
        >>> ChromaSubsampling(scheme=Chroma422())
        ChromaSubsampling(scheme=Chroma422())

    References:
        ITU-T Recommendation T.871, "JPEG File Interchange Format", 2011.
    """

    scheme: Scheme = Chroma420()
    share: Amount = strength(strongest=1.0, default=1.0)

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.scheme, Scheme):
            raise InvalidArgument(f"scheme={self.scheme!r} must be Chroma422(), Chroma420() or Chroma410()")
        check_share("share", self.share, most=1.0)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the images with coarser colours.

        Raises:
            InvalidData: They are no images, or grey.
        """
        images = images_of(self, batch)
        colours = coloured(self, images)
        share = draw_share("share", self.share, streams)
        coarser = np.array(images)
        for part in blocks(len(images), images.shape[1:]):
            here = planes(colours[part])
            bright = luma(here)
            # Cb and Cr are shares of blue and red less luma, and green less luma follows from
            # them: averaging all three differences is averaging chroma.
            shared = bright + _shared(here - bright, *self.scheme.cell)
            coarser[part, ..., :COLOURS] = blended(here, shared, share[part])
        return with_images(batch, coarser)


def _shared(chroma: Floats, down: int, across: int) -> Floats:
    count, height, width, _ = chroma.shape
    rows, columns = -(-height // down), -(-width // across)
    beyond = ((0, 0), (0, rows * down - height), (0, columns * across - width), (0, 0))
    whole = np.pad(chroma, beyond, mode="edge")
    return coarse(whole, np.full(count, rows), np.full(count, columns))[:, :height, :width]
