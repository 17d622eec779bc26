from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust import Dataset
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Differentiable, Pullback
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.policy import Policy
from pytest_robust.evaluation.laboratory import Laboratory


@dataclass(frozen=True, eq=False)
class Network(Differentiable):
    """One hidden layer of tanh: curved boundaries that no one step finds."""

    first: NDArray[Any]
    second: NDArray[Any]

    def logits(self, x):
        return (np.tanh(x.reshape(len(x), -1) @ self.first) @ self.second).astype(np.float32)

    def pullback(self, x, directions, *, count):
        hidden = np.tanh(x.reshape(len(x), -1) @ self.first)
        logits = (hidden @ self.second).astype(np.float32)
        back = (np.asarray(directions(logits)) @ self.second.T) * (1 - hidden**2) @ self.first.T
        return Pullback(logits=logits, gradients=back.astype(np.float32).reshape(count, *x.shape))


@dataclass(frozen=True)
class Disc(Differentiable):
    """Two classes, one inside a circle of the radius around 0 and one outside: every distance is known."""

    radius: float = 1.0

    def logits(self, x):
        return np.stack([np.zeros(len(x)), (x**2).sum(axis=1) - self.radius**2], axis=1).astype(np.float32)

    def pullback(self, x, directions, *, count):
        logits = self.logits(x)
        return Pullback(
            logits=logits, gradients=(np.asarray(directions(logits))[:, :, 1, None] * 2 * x).astype(np.float32)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """A model that is right on all its inputs, and what an attack makes of them."""

    model: Differentiable
    x: Floats
    y: Integers
    bounds: Bounds

    def outcomes(self, attack: Attack, *, seed: int = 0, batch_size: int = 64) -> Outcomes:
        data = Dataset(x=self.x, y=self.y, bounds=self.bounds)
        evaluation = Laboratory(self.model, data, Policy(batch_size=batch_size, seed=seed, exact=True)).evaluation(
            Request(under=attack)
        )
        evaluation.extend(len(self.x))
        return evaluation.outcomes

    def robust(self, attack: Attack, *, seed: int = 0) -> float:
        return float(self.outcomes(attack, seed=seed).perturbed.mean())

    def distances(self, attack: Attack, *, seed: int = 0) -> Floats:
        """(n,) in the order of the examples, NaN where the answer did not change."""
        found = self.outcomes(attack, seed=seed)
        ordered = np.empty(len(found))
        ordered[found.index] = np.where(found.perturbed > 0, np.nan, found.distance)
        return ordered


@pytest.fixture(scope="session")
def network() -> Problem:
    """Six classes, 200 images of 6 x 6 in [0, 1]."""
    random = np.random.default_rng(7)
    model = Network(random.normal(size=(36, 24)), random.normal(size=(24, 6)))
    x = random.random((200, 6, 6), dtype=np.float32)
    return Problem(model=model, x=x, y=model.logits(x).argmax(axis=1), bounds=Bounds(0, 1))


@pytest.fixture(scope="session")
def disc() -> Problem:
    """Points inside and outside the unit circle, without bounds."""
    angle, radius = np.random.default_rng(3).uniform(0, 2 * np.pi, 60), np.linspace(0.2, 2.5, 60)
    x = (radius * np.stack([np.cos(angle), np.sin(angle)])).T.astype(np.float32)
    model = Disc()
    return Problem(model=model, x=x, y=model.logits(x).argmax(axis=1), bounds=Bounds(-3, 3))
