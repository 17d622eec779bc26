"""A smoothed copy answers as its model does, and follows the mean slope of the neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable, LossGradient, Pullback
from pytest_robust.core.norms import L2, LInf
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from pytest_robust.evaluation.probe import Meter, probe
from pytest_robust.evaluation.smoothed import Smoothed

X = np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3)
Y = np.zeros(4, dtype=int)


@dataclass(frozen=True)
class Square(Differentiable):
    """The gradient at a point is the point, in another type than asked for."""

    points: list = field(default_factory=list)

    def logits(self, x):
        return np.asarray(x)[:, :2]

    def loss_gradient(self, x, y, loss):
        self.points.append(np.array(x))
        return LossGradient(logits=self.logits(x), gradient=np.array(x, dtype=np.float64))

    def pullback(self, x, directions, *, count):
        self.points.append(np.array(x))
        directions(self.logits(x))
        return Pullback(logits=self.logits(x), gradients=np.array([x] * count, dtype=np.float64))


def smoothed(model, *, norm=LInf, eps=0.2, bounds=UNBOUNDED):
    threat = ThreatModel(norm=norm, eps=eps, bounds=bounds)
    return Smoothed(model=model, threat=threat, streams=Streams.of(0, index=np.arange(4)))


def slope(copy):
    return copy.loss_gradient(X, Y, LogOdds())


def slopes(copy):
    return copy.pullback(X, lambda logits: np.ones((1, *logits.shape)), count=1)


def test_the_gradient_is_the_mean_over_the_points_and_the_answer_that_of_the_input() -> None:
    model = Square()
    found = slope(smoothed(model))
    assert len(model.points) == 8
    np.testing.assert_allclose(found.gradient, np.mean(model.points, axis=0), rtol=1e-6)
    assert found.logits.tolist() == X[:, :2].tolist()
    model = Square()
    several = slopes(smoothed(model))
    np.testing.assert_allclose(several.gradients, np.mean(model.points, axis=0)[None], rtol=1e-6)
    assert several.logits.tolist() == X[:, :2].tolist()
    assert found.gradient.dtype == several.gradients.dtype == np.float32


@pytest.mark.parametrize(("norm", "order"), [(LInf, np.inf), (L2, 2)])
@pytest.mark.parametrize("eps", [0.2, 3.0])
def test_the_points_are_within_half_the_budget_on_all_sides(norm, order, eps) -> None:
    model = Square()
    slope(smoothed(model, norm=norm, eps=eps))
    away = np.array(model.points) - X
    far = np.linalg.norm(away, ord=order, axis=2)
    assert far.max() <= eps / 2 * (1 + 1e-5)
    assert far.max() > eps / 4
    assert (away > 0).any()
    assert (away < 0).any()


def test_the_points_stay_among_the_values_that_the_input_can_take() -> None:
    model = Square()
    slope(smoothed(model, bounds=Bounds(0, 1)))
    assert np.min(model.points) == 0
    assert np.max(model.points) == 1


def test_each_gradient_has_points_of_its_own() -> None:
    model = Square()
    copy = smoothed(model)
    slope(copy)
    slope(copy)
    slopes(copy)
    assert len(np.unique(np.reshape(model.points, (24, -1)), axis=0)) == 24


def test_a_row_has_the_same_neighbours_in_another_batch_and_its_own_other_inputs() -> None:
    class Shifted(Square):
        def logits(self, x):
            return x["a"][:, :2] + x["b"]

        def loss_gradient(self, x, y, loss):
            return LossGradient(logits=self.logits(x), gradient={"a": x["a"] + x["b"]})

    whole = {"a": X, "b": np.array([[10.0], [20.0], [30.0], [40.0]], dtype=np.float32)}
    every = slope(smoothed(probe(Shifted(), Meter(), whole, "a")))
    for keep in (np.array([2, 0]), np.array([False, True, False, True])):
        some = smoothed(probe(Shifted(), Meter(), whole, "a")).rows(keep)
        found = some.loss_gradient(X[keep], Y[keep], LogOdds())
        assert found.gradient.tolist() == every.gradient[keep].tolist()
        assert found.logits.tolist() == every.logits[keep].tolist()
