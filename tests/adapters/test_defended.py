"""A defence in front of a model is attacked as one who knows it would."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import BPDA, Defended, InvalidArgument, InvalidModel, Subject
from pytest_robust.adapters import adapt
from pytest_robust.attacks import PGD, DeepFool, Square
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Classifier, Differentiable, Model
from pytest_robust.core.policy import Policy
from pytest_robust.testing import LinearModel, check_adapter

RANDOM = np.random.default_rng(1)
X = RANDOM.random((120, 6, 6)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(36, 4)), np.zeros(4))
Y = MODEL.logits(X).argmax(axis=1)


def rounded(x):
    return np.round(x * 15) / 15


def jittered(seed=0):
    random = np.random.default_rng(seed)
    return lambda x: x + random.normal(size=x.shape).astype(np.float32) * 0.05


def made(native):
    return adapt(native, allow_pickle=False)


def robust(native, attack, y=Y):
    return float(Subject(native, X, y, bounds=(0, 1), policy=Policy(exact=True)).accuracy(under=attack))


def test_rounding_is_broken_as_easily_as_the_model_without_it() -> None:
    attack = PGD(eps=0.1)
    plain, defended = robust(MODEL, attack), robust(Defended(MODEL, rounded), attack)
    clean = float(Subject(Defended(MODEL, rounded), X, Y, bounds=(0, 1)).accuracy())
    assert clean > 0.85
    assert plain < 0.3
    assert defended <= plain + 0.05


def test_a_random_step_is_attacked_through_the_mean_of_its_draws() -> None:
    # One gradient an example and step, of a linear model the same at each draw.
    model = made(Defended(MODEL, jittered(), samples=7))
    assert model.draws == 1  # nothing is known before the first question
    model.logits(X)
    assert model.draws == 7
    assert "draws at random: its gradients are means over 7 draws" in model.notes[0]
    plain = robust(MODEL, PGD(eps=0.1))
    assert robust(Defended(MODEL, jittered()), PGD(eps=0.1)) <= plain + 0.06


def test_the_gradients_of_all_draws_are_counted() -> None:
    def gradients(native):
        subject = Subject(native, X, Y, bounds=(0, 1), policy=Policy(exact=True))
        measurement = subject.accuracy(under=PGD(eps=1e-6, steps=3))
        float(measurement)
        return measurement.record(measurement.unjudged()).gradients

    assert gradients(Defended(MODEL, jittered(), samples=5)) >= 4 * gradients(Defended(MODEL, rounded))


def test_a_step_that_changes_the_shape_says_how_gradients_come_back() -> None:
    def doubled(x):
        return np.concatenate([x, 1 - x], axis=2)

    def back(x, gradient):
        return gradient[:, :, :6] - gradient[:, :, 6:]

    wide = LinearModel(np.random.default_rng(0).normal(size=(72, 3)), np.zeros(3))
    y = wide.logits(doubled(X)).argmax(axis=1)
    with pytest.raises(InvalidModel, match="preprocess=BPDA"):
        robust(Defended(wide, doubled), PGD(eps=0.1), y)
    # x and 1 - x of a linear model: the closed form of their difference is the oracle.
    weights = wide.weights.reshape(6, 12, 3)
    folded = LinearModel((weights[:, :6] - weights[:, 6:]).reshape(36, 3), weights[:, 6:].sum(axis=(0, 1)))
    known = Defended(wide, BPDA(doubled, back))
    for attack in (PGD(eps=0.05), DeepFool(eps=0.5)):
        assert robust(known, attack, y) == pytest.approx(robust(folded, attack, y), abs=0.01)
    model = made(known)
    ours, theirs = model.loss_gradient(X, y, LogOdds()), folded.loss_gradient(X, y, LogOdds())
    assert ours.gradient == pytest.approx(theirs.gradient, abs=1e-4)


def test_it_can_what_the_model_behind_it_can() -> None:
    class Scores(Classifier):
        def logits(self, x):
            return MODEL.logits(x)

    scores, labels = (
        made(Defended(Scores(), rounded)),
        made(Defended(lambda x: MODEL.logits(x).argmax(axis=1), rounded)),
    )
    assert isinstance(made(Defended(MODEL, rounded)), Differentiable)
    assert isinstance(scores, Classifier)
    assert not isinstance(scores, Differentiable)
    assert not isinstance(labels, Classifier)
    assert isinstance(labels, Model)
    for model in (scores, labels):
        model.predict(X)
        assert model.notes == ()
    assert robust(Defended(Scores(), rounded), Square(eps=0.1, queries=100)) < 0.6
    assert np.array_equal(labels.predict(X), MODEL.logits(rounded(X)).argmax(axis=1))
    assert np.array_equal(scores.logits(X), made(Defended(MODEL, rounded)).predict(X))


def test_several_inputs_pass_the_step_together() -> None:
    class Sum(Differentiable):
        def logits(self, x):
            return MODEL.logits(x["a"]) + MODEL.logits(x["b"])

        def pullback(self, x, directions, *, count):
            found = MODEL.pullback(x["a"] + x["b"], directions, count=count)
            return type(found)(logits=self.logits(x), gradients={"a": found.gradients, "b": found.gradients})

    def step(x):
        return {"a": rounded(x["a"]), "b": x["b"]}

    both = {"a": X, "b": X[::-1].copy()}
    y = made(Defended(Sum(), step)).logits(both).argmax(axis=1)
    subject = Subject(Defended(Sum(), step), both, y, bounds=(0, 1))
    assert float(subject.accuracy(under=PGD(eps=0.2, on="a"))) < 0.5


def test_a_step_that_writes_to_its_inputs_or_loses_some_does_no_harm() -> None:
    def writes(x):
        x *= 0.5
        return x

    before = X.copy()
    made(Defended(MODEL, writes)).logits(X)
    assert np.array_equal(X, before)
    with pytest.raises(InvalidModel, match="made 1 inputs of 8"):
        made(Defended(MODEL, lambda x: x[:1])).logits(X[:8])


def test_adapters_promises_hold_behind_a_step() -> None:
    def halved(x, gradient):
        return gradient * np.float32(0.5)

    check_adapter(made(Defended(MODEL, BPDA(lambda x: x * np.float32(0.5), halved))), X[:9])


def test_it_is_named_after_both_its_parts() -> None:
    assert Subject(Defended(MODEL, rounded), X, Y)._name == "rounded | LinearModel"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Defended(MODEL, 3), "preprocess=3"),
        (lambda: Defended(MODEL, rounded, samples=0), "samples=0"),
        (lambda: BPDA(3), "forward=3"),
        (lambda: BPDA(rounded, None), "backward=None"),
    ],
)
def test_a_wrong_argument_is_refused(build, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        build()
