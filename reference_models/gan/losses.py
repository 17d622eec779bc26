"""What a discriminator and a generator lose by what the discriminator says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["AdversarialLoss", "Hinge", "NonSaturating"]

# (n, 1) logits of a discriminator: positive where it takes an image to be real.
Logits: TypeAlias = Any


class AdversarialLoss(ABC):
    """Two losses, each to be minimised by its own network: the discriminator has one and the generator the other."""

    @abstractmethod
    def discriminator(self, real: Logits, fake: Logits) -> Any:
        """Return what the discriminator loses: low where real images are above 0 and generated ones below."""

    @abstractmethod
    def generator(self, fake: Logits) -> Any:
        """Return what the generator loses: low where the discriminator takes generated images to be real."""


@dataclass(frozen=True, kw_only=True)
class NonSaturating(AdversarialLoss):
    """Binary cross-entropy; the generator maximises log D(G(z)), which has a gradient where D is sure.

    Args:
        real: What the discriminator should say of a real image, in (0.5, 1]. Below 1 it is never to be sure
            (one-sided label smoothing; generated images keep 0, or the generator would be held where it is).

    References:
        Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014, arXiv:1406.2661, section 3; Salimans et al.,
        "Improved Techniques for Training GANs", NeurIPS 2016, arXiv:1606.03498, section 3.4.
    """

    real: float = 1.0

    def __post_init__(self) -> None:
        """Validate."""
        if not 0.5 < self.real <= 1:
            raise ValueError(f"real={self.real!r}: what is said of a real image must be above 0.5, and at most 1")

    def discriminator(self, real: Logits, fake: Logits) -> Any:
        """Return the cross-entropy of both halves, a mean an image."""
        from keras import ops

        # -log sigmoid(s) is softplus(-s), and -log(1 - sigmoid(s)) is softplus(s): no logarithm of a rounded 0.
        of_real = self.real * ops.softplus(-real) + (1 - self.real) * ops.softplus(real)
        return ops.mean(of_real) + ops.mean(ops.softplus(fake))

    def generator(self, fake: Logits) -> Any:
        """Return the cross-entropy of generated images with the label of real ones."""
        from keras import ops

        return ops.mean(ops.softplus(-fake))


@dataclass(frozen=True, kw_only=True)
class Hinge(AdversarialLoss):
    """The discriminator is content where real images are above 1 and generated ones below -1.

    References:
        Lim and Ye, "Geometric GAN", 2017, arXiv:1705.02894; Miyato et al., "Spectral Normalization for Generative
        Adversarial Networks", ICLR 2018, arXiv:1802.05957, section 2.
    """

    def discriminator(self, real: Logits, fake: Logits) -> Any:
        """Return how far both halves are from being told apart by a margin of 1."""
        from keras import ops

        return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))

    def generator(self, fake: Logits) -> Any:
        """Return minus the mean logit."""
        from keras import ops

        return -ops.mean(fake)
