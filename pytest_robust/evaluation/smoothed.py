"""A copy of a model whose gradients are means over the neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Mask
from pytest_robust.core.losses import Loss
from pytest_robust.core.model import Differentiable, Directions, LossGradient, Pullback
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["Smoothed"]

# Points of the neighbourhood behind a gradient, and its size as a share of the budget.
_POINTS, _SHARE = 8, 0.5


@dataclass
class _Turns:
    """How many gradients were taken, so that each has its own neighbours."""

    taken: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Smoothed(Differentiable):
    """The same answers; each gradient is the mean of those at random points near by.

    A gradient that leads anywhere but uphill a hair's breadth on, as that of a rippled or
    randomly wired function, averages out to the slope that the function has at large.

    Args:
        model: The model under test.
        threat: Its budget is what "near by" is measured by.
        streams: The rows' random numbers.

    References:
        Tramer et al., "Ensemble Adversarial Training: Attacks and Defenses", ICLR 2018,
        arXiv:1705.07204, section 3.4, for gradients masked at the input and not around it.
    """

    model: Differentiable
    threat: ThreatModel
    streams: Streams
    turns: _Turns = field(default_factory=_Turns)

    @property
    def classes(self) -> Labels | None:
        return self.model.classes

    def logits(self, x: Inputs) -> Floats:
        return self.model.logits(x)

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        gradients = [self.model.loss_gradient(point, y, loss).gradient for point in self._near(x)]
        return LossGradient(logits=self.model.logits(x), gradient=np.mean(gradients, axis=0, dtype=np.float32))

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        gradients = [self.model.pullback(point, directions, count=count).gradients for point in self._near(x)]
        return Pullback(logits=self.model.logits(x), gradients=np.mean(gradients, axis=0, dtype=np.float32))

    def rows(self, keep: Integers | Mask) -> Smoothed:
        model = self.model.rows(keep)
        return replace(self, model=model, streams=self.streams.rows(keep))

    def _near(self, x: Inputs) -> list[Floats]:
        self.turns.taken += 1
        centre = np.asarray(x)
        near = []
        for turn in range(_POINTS):
            point = self.threat.norm.sample(
                centre.shape[1:], _SHARE * self.threat.eps, self.streams.child("near", self.turns.taken, turn)
            )
            near.append(self.threat.bounds.clip(centre + point))
        return near
