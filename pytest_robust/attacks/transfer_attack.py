"""An attack by the gradients of another model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Mask
from pytest_robust.core.criteria import answers
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.losses import Loss
from pytest_robust.core.model import Classifier, Differentiable, Directions, LossGradient, Model, Pullback
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from pytest_robust.core.wrapped import Wrapped, check_able, check_single

__all__ = ["TransferAttack"]


@dataclass(frozen=True, kw_only=True, repr=False)
class TransferAttack(Wrapped):
    """Follow the gradients of another model; this one is only asked for its answers.

    After each step the model under test is asked, and an example is left alone once it errs,
    so the attack works on any model, and tells whether the model's own gradients mislead.

    Args:
        surrogate: The other model, in any form that a model under test comes in: trained on
            like data, an earlier release, the model without its defence. It takes the input
            that is changed, and its classes are those of the model under test.
        attack: What follows its gradients, such as `MomentumIterative(eps=8/255)`.

    Raises:
        InvalidArgument: `attack` is no single attack.

    Examples:
        >>> from pytest_robust.attacks import MomentumIterative
        >>> TransferAttack(surrogate="earlier.keras", attack=MomentumIterative(eps=8 / 255)).eps
        0.03137254901960784

    References:
        Papernot, McDaniel and Goodfellow, "Transferability in Machine Learning: from Phenomena
        to Black-Box Attacks using Adversarial Samples", 2016, arXiv:1605.07277.
    """

    needs: ClassVar = Model

    surrogate: Any = field(metadata={"native": True})
    attack: Attack

    def __post_init__(self) -> None:
        """Validate."""
        check_single("TransferAttack", self.attack)

    @property
    def inner(self) -> Attack:
        """The attack that is run."""
        return self.attack

    def adapted(self, adapt: Callable[[Any], Model]) -> TransferAttack:
        """Return the same with the surrogate made a Model."""
        surrogate = self.surrogate if isinstance(self.surrogate, Model) else adapt(self.surrogate)
        return TransferAttack(surrogate=surrogate, attack=self.attack, on=self.on)

    def perturb(self, model: Model, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return what the attack finds on the surrogate, judged by the model.

        Raises:
            InvalidModel: The surrogate has no gradients, or other classes.
        """
        surrogate = self.surrogate
        check_able(surrogate, self.attack)
        if not isinstance(surrogate, Differentiable):
            raise InvalidModel(f"the surrogate {surrogate!r} has no gradients to follow")
        ours, theirs = model.classes if isinstance(model, Classifier) else None, surrogate.classes
        if ours is not None and theirs is not None and not np.array_equal(ours, theirs):
            raise InvalidModel(
                f"the surrogate's classes {theirs.tolist()[:10]} are not the model's {ours.tolist()[:10]}: "
                "train it on the same labels"
            )
        return self.attack.perturb(_Guided(model, surrogate), x, y, threat, streams)


@dataclass(frozen=True)
class _Guided(Differentiable):
    """The answers of one model, the gradients of another."""

    model: Model
    surrogate: Differentiable

    @property
    def classes(self) -> Labels | None:
        return self.surrogate.classes

    def logits(self, x: Inputs) -> Floats:
        return self._scores(x, None)

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        found = self.surrogate.loss_gradient(x, y, loss)
        return LossGradient(logits=self._scores(x, found.logits), gradient=found.gradient)

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        found = self.surrogate.pullback(x, directions, count=count)
        return Pullback(logits=self._scores(x, found.logits), gradients=found.gradients)

    def rows(self, keep: Integers | Mask) -> _Guided:
        surrogate = self.surrogate.rows(keep)
        return _Guided(self.model.rows(keep), surrogate)

    def _scores(self, x: Inputs, like: Floats | None) -> Floats:
        """Return (n, classes) scores of the model; of one that names a class, the surrogate's with that class first."""
        if isinstance(self.model, Classifier):
            return self.model.logits(x)
        said = np.asarray(self.model.predict(x))
        if said.ndim > 1:
            return said
        scores = np.array(self.surrogate.logits(x) if like is None else like)
        named = np.asarray(answers(said), dtype=np.int64)
        rows = np.arange(len(scores))
        # What leads is what the model says; how far the others are behind is the surrogate's to tell.
        scores[rows, named] = np.maximum(scores[rows, named], scores.max(axis=1) + np.float32(1e-3))
        return scores
