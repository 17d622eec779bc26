"""What is asked of a model is counted, and answers that cannot be judged are refused."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
import pytest

from pytest_robust.core.errors import InvalidModel, NoGradient
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Classifier, Differentiable, LossGradient, Model, Pullback
from pytest_robust.core.progress import Watcher
from pytest_robust.evaluation.probe import Meter, ask, probe

X = np.arange(6.0, dtype=np.float32).reshape(3, 2)
Y = np.array([0, 1, 1])


@dataclass(frozen=True)
class Fixed(Model):
    output: object

    def predict(self, x):
        return self.output


@dataclass(frozen=True)
class Scored(Classifier):
    def logits(self, x):
        return np.asarray(x)

    def predict(self, x):
        return np.asarray(x).argmax(axis=1)


@dataclass(frozen=True)
class Sloped(Differentiable):
    """Two inputs, "a" and "b", or one; its gradients are given."""

    slopes: object
    draws: int = 1
    asked: list = field(default_factory=list)

    def logits(self, x):
        self.asked.append(x)
        return np.asarray(x["a"] if isinstance(x, dict) else x)

    def loss_gradient(self, x, y, loss):
        self.asked.append((x, y, loss))
        return LossGradient(logits=self.logits(x), gradient=self.slopes)

    def pullback(self, x, directions, *, count):
        logits = self.logits(x)
        directions(logits)
        several = isinstance(self.slopes, dict)
        every = {name: np.stack([one] * count) for name, one in self.slopes.items()} if several else None
        return Pullback(logits=logits, gradients=every or np.stack([self.slopes] * count))


@dataclass
class Listener(Watcher):
    heard: list = field(default_factory=list)

    def check(self, title):
        return nullcontext()

    def decided(self, progress):
        raise NotImplementedError

    def asked(self, *, queries=0, gradients=0):
        self.heard.append((queries, gradients))


def test_a_classifier_is_asked_for_its_scores_where_classes_are_meant() -> None:
    assert ask(Scored(), X, about_classes=True, rows=3).tolist() == X.tolist()
    assert ask(Scored(), X, about_classes=False, rows=3).tolist() == [1, 1, 1]
    assert ask(Fixed([4, 5, 6]), X, about_classes=True, rows=3).tolist() == [4, 5, 6]
    # Labels are no numbers, and none of them can be infinite.
    assert ask(Fixed(["a", "b"]), X[:2], about_classes=False, rows=2).tolist() == ["a", "b"]


@pytest.mark.parametrize(("output", "message"), [(0.5, "0 answers for 3 inputs"), ([1, 2], "2 answers for 3 inputs")])
def test_answers_must_be_as_many_as_inputs(output, message) -> None:
    with pytest.raises(InvalidModel, match=message):
        ask(Fixed(output), X, about_classes=False, rows=3)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_answer_that_is_no_number_is_refused_and_the_input_named(kind, value) -> None:
    outputs = np.ones((4, 2), dtype=kind)
    outputs[1, 1] = outputs[3, 0] = value
    with pytest.raises(InvalidModel, match="for input 1 of a batch"):
        ask(Fixed(outputs), np.zeros((4, 2)), about_classes=False, rows=4)
    with pytest.raises(InvalidModel, match="for input 3 of a batch"):
        ask(Fixed([1.0, 2.0, 3.0, value]), np.zeros((4, 2)), about_classes=False, rows=4)


def test_a_probe_can_what_its_model_can() -> None:
    plain, scored, sloped = (probe(model, Meter(), X, None) for model in (Fixed([1]), Scored(), Sloped(X)))
    assert not isinstance(plain, Classifier)
    assert isinstance(scored, Classifier)
    assert not isinstance(scored, Differentiable)
    assert isinstance(sloped, Differentiable)
    assert probe(Sloped(X, draws=3), Meter(), X, None).draws == 3


def test_every_input_asked_about_is_counted_and_heard_of() -> None:
    for model, answer in ((Fixed([1, 2, 3]), "predict"), (Scored(), "logits"), (Sloped(X), "logits")):
        listener = Listener()
        meter = Meter(watcher=listener)
        seen = getattr(probe(model, meter, X, None), answer)
        seen(X)
        seen(X[:2])
        assert (meter.queries, meter.gradients) == (5, 0)
        assert listener.heard == [(3, 0), (2, 0)]


@pytest.mark.parametrize("keep", [np.array([2, 0]), np.array([True, False, True])], ids=["places", "mask"])
def test_a_model_of_several_inputs_is_asked_with_the_others_of_the_same_rows(keep) -> None:
    others = np.array([[10.0], [20.0], [30.0]])
    model, meter = Sloped({"a": X[keep], "b": others[keep]}), Meter()
    some = probe(model, meter, {"a": X, "b": others}, "a").rows(keep)
    some.logits(X[keep] + 1)
    found = some.loss_gradient(X[keep] + 2, Y[keep], LogOdds())
    some.pullback(X[keep] + 3, lambda logits: np.ones((1, *logits.shape)), count=1)
    x, y, loss = model.asked[1]
    assert y.tolist() == Y[keep].tolist()
    assert loss == LogOdds()
    for turn, asked in enumerate((model.asked[0], x, model.asked[3]), start=1):
        assert set(asked) == {"a", "b"}
        assert asked["a"].tolist() == (X[keep] + turn).tolist()
        assert asked["b"].tolist() == others[keep].tolist()
    assert found.gradient.tolist() == X[keep].tolist()
    assert found.logits.tolist() == (X[keep] + 2).tolist()
    assert (meter.queries, meter.gradients) == (2, 4)


@pytest.mark.parametrize("scored", [False, True])
def test_without_gradients_too_the_others_are_those_of_the_rows(scored) -> None:
    asked = []

    class Plain(Model):
        def predict(self, x):
            asked.append(x)
            return np.zeros(len(x["b"]))

    class Other(Classifier):
        def logits(self, x):
            asked.append(x)
            return np.zeros((len(x["b"]), 2))

    meter = Meter()
    some = probe(Other() if scored else Plain(), meter, {"a": X, "b": Y}, "a").rows(np.array([2]))
    some.predict(X[2:])
    assert asked[0]["b"].tolist() == [1]
    assert asked[0]["b"].shape == (1,)
    assert meter.queries == 1


def test_an_input_that_no_gradient_reaches_is_named() -> None:
    with pytest.raises(NoGradient, match="the input 'a'; attack another one, or without gradients"):
        probe(Sloped({"b": X}), Meter(), {"a": X, "b": X}, "a").loss_gradient(X, Y, LogOdds())


SLOPES = np.array(
    [[0, 0], [-2, 0], [0, 1], [np.nan, 5], [np.inf, 1], [-np.inf, 1], [0.5, -1], [0, 0], [-3, -4]], dtype=np.float32
)
USABLE = np.where(np.isfinite(SLOPES), SLOPES, 0)


@pytest.mark.parametrize("draws", [1, 4])
def test_zero_and_broken_gradients_are_counted_once_a_draw(draws) -> None:
    listener = Listener()
    meter, x = Meter(watcher=listener), np.zeros((9, 2), dtype=np.float32)
    seen = probe(Sloped(SLOPES, draws=draws), meter, x, None)
    for turn in (1, 2):
        found = seen.loss_gradient(x, np.zeros(9, dtype=int), LogOdds())
        assert found.gradient.tolist() == USABLE.tolist()
        assert (meter.gradients, meter.zero_gradients, meter.broken_gradients) == (
            9 * draws * turn,
            2 * draws * turn,
            3 * draws * turn,
        )
    assert listener.heard == [(0, 9 * draws)] * 2
    assert meter.queries == 0


def test_a_sum_without_weights_has_no_gradient_and_that_is_no_sign() -> None:
    meter, x = Meter(), np.zeros((9, 2), dtype=np.float32)
    seen = probe(Sloped(SLOPES), meter, x, None)
    weights = np.zeros((2, 9, 2))
    weights[1, :, 1] = 1
    weights[1, 0] = 0
    found = seen.pullback(x, lambda logits: weights, count=2)
    assert found.gradients.tolist() == [USABLE.tolist()] * 2
    assert found.logits.tolist() == x.tolist()
    # Of the two that are zero in the second sum, one was asked for.
    assert (meter.gradients, meter.zero_gradients, meter.broken_gradients) == (18, 1, 6)
