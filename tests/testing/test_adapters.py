"""check_adapter lets good models pass and catches each flaw."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.core.model import Classifier, LossGradient, Model, Pullback
from pytest_robust.testing import LinearModel, check_adapter

RANDOM = np.random.default_rng(0)
X = RANDOM.random((6, 4)).astype(np.float32)
W, B = RANDOM.normal(size=(4, 3)), np.zeros(3)


class Labels(Model):
    def predict(self, x):
        return LinearModel(W, B).logits(x).argmax(axis=1)


@pytest.mark.parametrize("model", [LinearModel(W, B), Labels()], ids=["differentiable", "labels"])
def test_a_good_model_passes(model) -> None:
    check_adapter(model, X)


def test_a_model_that_ignores_its_input_has_no_slope_to_check() -> None:
    check_adapter(LinearModel(W * 0, B), X)


def test_a_model_of_several_inputs_passes() -> None:
    class Two(Model):
        def predict(self, x):
            return (x["a"].sum(axis=1) > x["b"].sum(axis=1)).astype(int)

    check_adapter(Two(), {"a": X, "b": X[::-1]})


class Counts:
    def __init__(self):
        self.calls = 0


CALLS = Counts()


class DropsARow(Labels):
    def predict(self, x):
        return super().predict(x)[1:]


class Objects(Labels):
    def predict(self, x):
        return super().predict(x).astype("datetime64[s]")


class Nan(Labels):
    def predict(self, x):
        return super().predict(x) * np.nan


class Forgets(Labels):
    def predict(self, x):
        CALLS.calls += 1
        return super().predict(x) + CALLS.calls


class MixesRows(Labels):
    def predict(self, x):
        return LinearModel(W, B).logits(x - x.mean(axis=0)).sum(axis=1)


class OneColumn(Classifier):
    def logits(self, x):
        return x[:, :1]


class NanLogits(LinearModel):
    def logits(self, x):
        return super().logits(x) * np.nan

    def predict(self, x):
        return LinearModel.logits(self, x)


class WrongClasses(LinearModel):
    @property
    def classes(self):
        return np.array(["a", "b"])


class GradientOf(LinearModel):
    def change(self, gradient):
        return gradient

    def loss_gradient(self, x, y, loss):
        answer = super().loss_gradient(x, y, loss)
        return LossGradient(logits=answer.logits, gradient=self.change(answer.gradient))


class WrongShape(GradientOf):
    def change(self, gradient):
        return gradient[:, :2]


class Mean(GradientOf):
    def change(self, gradient):
        return gradient / len(gradient)


class Downhill(GradientOf):
    def change(self, gradient):
        return -gradient


class Scaled(GradientOf):
    def change(self, gradient):
        return 2 * gradient


class OtherLogits(LinearModel):
    def loss_gradient(self, x, y, loss):
        answer = super().loss_gradient(x, y, loss)
        return LossGradient(logits=answer.logits + 1, gradient=answer.gradient)


class OneForAll(LinearModel):
    def pullback(self, x, directions, *, count):
        answer = super().pullback(x, directions, count=count)
        return Pullback(logits=answer.logits, gradients=np.repeat(answer.gradients[:1], count, axis=0))


class OneTooFew(LinearModel):
    def pullback(self, x, directions, *, count):
        answer = super().pullback(x, directions, count=count)
        return Pullback(logits=answer.logits, gradients=answer.gradients[: max(count - 1, 1)])


class OtherLogitsAside(LinearModel):
    def pullback(self, x, directions, *, count):
        answer = super().pullback(x, directions, count=count)
        return Pullback(logits=answer.logits + (count > 1), gradients=answer.gradients)


FLAWS = [
    (DropsARow(), "shape"),
    (Objects(), "datetime64"),
    (Nan(), "NaN"),
    (Forgets(), "asked again"),
    (MixesRows(), "alone than in a batch"),
    (OneColumn(), "at least two classes"),
    (NanLogits(W, B), "logits hold NaN"),
    (WrongClasses(W, B), "2 classes for 3 columns"),
    (WrongShape(W, B), "the gradient has shape"),
    (Mean(W, B), "sum the losses"),
    (Downhill(W, B), "does not tell the slope"),
    (Scaled(W, B), "does not tell the slope"),
    (OtherLogits(W, B), "other logits"),
    (OneForAll(W, B), "its own weights"),
    (OneTooFew(W, B), "three gradients have shape"),
    (OtherLogitsAside(W, B), "pullback answers other logits"),
]


@pytest.mark.parametrize(("model", "message"), FLAWS, ids=lambda value: type(value).__name__)
def test_each_flaw_is_caught(model, message) -> None:
    with pytest.raises(AssertionError, match=message):
        check_adapter(model, X)


def test_a_linear_model_needs_matching_shapes() -> None:
    from pytest_robust import InvalidArgument

    with pytest.raises(InvalidArgument, match="two classes or more"):
        LinearModel(np.zeros((3, 1)), np.zeros(1))
