"""Expectation over transformation, around any attack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_robust.attacks._checks import check_count
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.averaged import averaged
from pytest_robust.core.model import Classifier
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from pytest_robust.core.wrapped import Wrapped, check_able, check_single

__all__ = ["AdaptiveEOT"]


@dataclass(frozen=True, kw_only=True, repr=False)
class AdaptiveEOT(Wrapped):
    """Run an attack on the mean of several draws of a model with randomness.

    A gradient at one draw of a random model says little about the next. The mean over
    draws, of scores and of gradients, is what the attack follows; the answer that counts in
    the end is one draw, as the model gives it to anyone.

    Args:
        attack: What is run, such as `PGD(eps=8/255)`.
        samples: Draws behind each score and each gradient, at least 1.

    Raises:
        InvalidArgument: `attack` is no single attack, or `samples` below 1.

    Examples:
        >>> from pytest_robust.attacks import PGD
        >>> AdaptiveEOT(attack=PGD(eps=8 / 255))
        AdaptiveEOT(attack=PGD(eps=8/255))

    References:
        Athalye, Carlini and Wagner, "Obfuscated Gradients Give a False Sense of Security:
        Circumventing Defenses to Adversarial Examples", ICML 2018, arXiv:1802.00420, section 4.2.
    """

    needs: ClassVar = Classifier

    attack: Attack
    samples: int = 20

    def __post_init__(self) -> None:
        """Validate."""
        check_single("AdaptiveEOT", self.attack)
        check_count("samples", self.samples)

    @property
    def inner(self) -> Attack:
        """The attack that is run."""
        return self.attack

    @property
    def white_box(self) -> bool:
        """Whether the inner attack follows gradients."""
        return self.attack.white_box

    def perturb(self, model: Classifier, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return what the attack finds on the mean model.

        Raises:
            InvalidModel: The model cannot do what the attack needs.
        """
        check_able(model, self.attack)
        return self.attack.perturb(averaged(model, self.samples), x, y, threat, streams)
