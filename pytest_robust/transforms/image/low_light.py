"""Too little light, and the noise of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from pytest_robust.core.arrays import blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.images import with_images
from pytest_robust.core.parameters import Amount, check_share, draw_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.image._colours import COLOURS
from pytest_robust.transforms.image._corruption import ranged
from pytest_robust.transforms.image._exposure import GAMMA, check_positive

__all__ = ["LowLight"]


@dataclass(frozen=True, kw_only=True, repr=False)
class LowLight(Transform):
    """Expose each image to less light, with the shot and read noise that come with it.

    Light is the value above black to the power of gamma, each stop halves it, and the sensor
    counts electrons. Of a pixel's N electrons a share k = 2^-stops is left, each by chance, so
    the count has the variance N k (1 - k); and where the image carried its own read noise at
    k of its size, the sensor adds it in full, a variance of read^2 (1 - k^2). So no stop adds
    no noise, and the result has the noise of a darker image rather than that of two. The noise
    is normal, which counts resemble from about ten; the read noise covers the rest. The alpha
    of images with four channels stays.

    Args:
        stops: How many f-stops less light, at least 0. `Between(low, high)` draws them for
            each example.
        electrons: What a white pixel of the image held, above 0. The fewer, the more noise:
            1,000 are a small pixel, which holds some 4,000, at four times its lowest ISO.
        read: The deviation of the read noise in electrons, at least 0.
        gamma: How values stand for light, above 0: 2.2 for photographs as they are shown, 1
            where values are light.

    Raises:
        InvalidArgument: `stops` or `read` is negative or not finite, or `electrons` or `gamma`
            is not above 0.

    Examples:
        >>> LowLight(stops=3)
        LowLight(stops=3)

    References:
        Foi et al., "Practical Poissonian-Gaussian Noise Modeling and Fitting for Single-Image
        Raw-Data", IEEE Transactions on Image Processing 17(10), 2008.
    """

    stops: Amount = strength(strongest=6)
    electrons: float = 1000.0
    read: float = 3.0
    gamma: float = GAMMA

    def __post_init__(self) -> None:
        """Validate."""
        check_share("stops", self.stops)
        check_positive("electrons", self.electrons, "what a white pixel of the image held")
        read = self.read
        if isinstance(read, bool) or not isinstance(read, (int, float)) or not isfinite(read) or read < 0:
            raise InvalidArgument(f"read={read!r} must be a finite number, at least 0: the read noise in electrons")
        check_positive("gamma", self.gamma, "the power of a value that its light goes with, 2.2 for photographs")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the darker images.

        Raises:
            InvalidData: They are no images, or have no range of values.
        """
        images = ranged(self, batch)
        low, span = np.float32(batch.bounds.low), np.float32(batch.bounds.span)
        left = np.exp2(-draw_share("stops", self.stops, streams))[:, None, None, None]
        read = (1 - left * left) * np.float32((self.read / self.electrons) ** 2)
        darker = np.array(images)
        colours = darker[..., :COLOURS]
        noise = streams.normal("noise", colours.shape[1:])
        for part in blocks(len(images), images.shape[1:]):
            light = np.clip((colours[part] - low) / span, 0, 1) ** np.float32(self.gamma)
            light *= left[part]
            shot = light * ((1 - left[part]) / np.float32(self.electrons))
            light += noise[part] * np.sqrt(shot + read[part])
            colours[part] = np.clip(light, 0, 1) ** np.float32(1 / self.gamma) * span + low
        # There and back through light the last bit may differ.
        dark_enough = left[:, 0, 0, 0] == 1
        colours[dark_enough] = images[dark_enough, ..., :COLOURS]
        return with_images(batch, darker)
