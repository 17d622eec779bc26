"""A model with randomness, seen through the mean of several draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Mask
from pytest_robust.core.losses import Loss
from pytest_robust.core.model import Classifier, Differentiable, Directions, LossGradient, Model, Pullback

__all__ = ["averaged"]


def averaged(model: Model, draws: int) -> Model:
    """Return a model whose scores and gradients are means over draws of the model's own randomness.

    The model is asked one draw after the other: what it draws may be one number for a whole
    batch. A model that only names classes has no mean, and is returned as it is.

    Args:
        model: Any model.
        draws: How often each question is asked, at least 1.

    References:
        Athalye, Engstrom, Ilyas and Kwok, "Synthesizing Robust Adversarial Examples", ICML
        2018, arXiv:1707.07397, for the expectation over transformation.
    """
    if isinstance(model, Differentiable):
        return _AveragedDifferentiable(model, draws)
    return _AveragedClassifier(model, draws) if isinstance(model, Classifier) else model


@dataclass(frozen=True)
class _AveragedClassifier(Classifier):
    model: Classifier
    times: int

    @property
    def classes(self) -> Labels | None:
        return self.model.classes

    def logits(self, x: Inputs) -> Floats:
        return _mean([self.model.logits(x) for _ in range(self.times)])

    def rows(self, keep: Integers | Mask) -> Self:
        return replace(self, model=self.model.rows(keep))


@dataclass(frozen=True)
class _AveragedDifferentiable(Differentiable):
    model: Differentiable
    times: int

    @property
    def draws(self) -> int:
        return self.times

    @property
    def classes(self) -> Labels | None:
        return self.model.classes

    def logits(self, x: Inputs) -> Floats:
        return _mean([self.model.logits(x) for _ in range(self.times)])

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        found = [self.model.loss_gradient(x, y, loss) for _ in range(self.times)]
        return LossGradient(
            logits=_mean([one.logits for one in found]), gradient=_mean([one.gradient for one in found])
        )

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        found = [self.model.pullback(x, directions, count=count) for _ in range(self.times)]
        return Pullback(logits=_mean([one.logits for one in found]), gradients=_mean([one.gradients for one in found]))

    def rows(self, keep: Integers | Mask) -> Self:
        return replace(self, model=self.model.rows(keep))


def _mean(draws: list[Floats]) -> Floats:
    total = np.zeros(draws[0].shape)
    for one in draws:
        total += one
    mean: Floats = (total / len(draws)).astype(np.float32)
    return mean
