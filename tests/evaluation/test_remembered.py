"""A gradient that is known is not asked for again, and is the same."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable, LossGradient, Pullback
from pytest_robust.evaluation.probe import Meter, probe
from pytest_robust.evaluation.remembered import remembered

X = np.arange(8.0, dtype=np.float32).reshape(4, 2)
OTHER = np.array([[10.0], [20.0], [30.0], [40.0]], dtype=np.float32)
Y = np.array([0, 1, 1, 0])


class Scaled(Differentiable):
    """Its gradient by "a" is "b": of other rows it would be another one."""

    def logits(self, x):
        return x["a"] * x["b"]

    def loss_gradient(self, x, y, loss):
        return LossGradient(logits=self.logits(x), gradient={"a": np.broadcast_to(x["b"], x["a"].shape)})

    def pullback(self, x, directions, *, count):
        gradients = np.broadcast_to(x["b"], (count, *x["a"].shape))
        return Pullback(logits=self.logits(x), gradients={"a": gradients})


def test_some_of_the_rows_are_asked_about_with_their_own_other_inputs() -> None:
    for keep in (np.array([2, 0]), np.array([False, True, False, True])):
        known = remembered(probe(Scaled(), Meter(), {"a": X, "b": OTHER}, "a"), X).rows(keep)
        found = known.loss_gradient(X[keep], Y[keep], LogOdds())
        assert found.gradient.tolist() == np.broadcast_to(OTHER[keep], (2, 2)).tolist()
        assert known.logits(X[keep]).tolist() == (X * OTHER)[keep].tolist()


def test_what_is_remembered_is_what_was_answered_to_the_type() -> None:
    meter = Meter()
    known = remembered(probe(Scaled(), meter, {"a": X, "b": OTHER}, "a"), X)
    first = known.loss_gradient(X, Y, LogOdds())
    assert meter.gradients == 4
    again = known.rows(np.array([3, 1])).loss_gradient(X[[3, 1]], Y[[3, 1]], LogOdds())
    assert meter.gradients == 4
    for one, other in ((first.gradient, again.gradient), (first.logits, again.logits)):
        assert other.tolist() == one[[3, 1]].tolist()
        assert other.dtype == one.dtype
    # Other labels, and other inputs, are other questions.
    known.loss_gradient(X, 1 - Y, LogOdds())
    known.loss_gradient(X + 1, Y, LogOdds())
    assert meter.gradients == 12
