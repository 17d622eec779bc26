"""Every attack on models of few and of many classes, and of one output."""

from __future__ import annotations

from dataclasses import fields

import keras
import numpy as np
import pytest

from pytest_robust import L0, Subject
from pytest_robust.attacks import APGD, FAB, AutoAttack, DeepFool
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.losses import DLR
from pytest_robust.core.perturbation import Attack, Perturbation
from pytest_robust.core.policy import Policy
from pytest_robust.core.wrapped import Wrapped
from pytest_robust.testing import LinearModel

CATALOG = Catalog(room="pytest_robust.attacks", interface=Perturbation)
EXACT = Policy(exact=True)
BRIEF = {"queries": 400, "steps": 15, "searches": 2, "version": "fast"}


def attacks():
    for name in CATALOG.names():
        kind = CATALOG.load(name)
        if issubclass(kind, Attack) and not issubclass(kind, Wrapped):
            norm = next(norm for norm in kind.norms if norm != L0)
            words = {item.name for item in fields(kind)} & set(BRIEF)
            yield pytest.param(kind(eps=0.3, norm=norm, **{word: BRIEF[word] for word in words}), id=name)


@pytest.fixture(scope="module")
def one_output():
    """A Keras model that ends in one sigmoid, right on all its inputs."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5, 5)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    random = np.random.default_rng(8)
    model.layers[-1].set_weights([random.normal(size=(25, 1)), np.zeros(1)])
    x = random.random((20, 5, 5)).astype(np.float32)
    return model, x, (model.predict(x, verbose=0)[:, 0] > 0.5).astype(int)


@pytest.mark.parametrize("attack", list(attacks()))
def test_one_sigmoid_is_attacked_as_two_classes(attack, one_output) -> None:
    model, x, y = one_output
    subject = Subject(model, x, y, bounds=(0, 1), policy=EXACT)
    assert float(subject.accuracy()) == 1
    assert float(subject.accuracy(under=attack)) < 1


@pytest.mark.parametrize("attack", list(attacks()))
def test_one_example_is_enough(attack, one_output) -> None:
    model, x, y = one_output
    assert float(Subject(model, x[:1], y[:1], bounds=(0, 1), policy=EXACT).accuracy(under=attack)) in {0, 1}


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "attack",
    [
        APGD(eps=0.1, loss=DLR(), targets=9),
        AutoAttack(eps=0.1, version="fast"),
        FAB(eps=0.1, targets=9),
        DeepFool(eps=0.5),
    ],
    ids=repr,
)
def test_fewer_classes_than_an_attack_aims_at_are_all_it_aims_at(attack, classes) -> None:
    random = np.random.default_rng(9)
    model = LinearModel(random.normal(size=(16, classes)), np.zeros(classes))
    x = random.random((60, 16)).astype(np.float32)
    verdict = (
        Subject(model, x, model.logits(x).argmax(axis=1), bounds=(0, 1), policy=EXACT).accuracy(under=attack) >= 0.01
    )
    assert verdict.findings == ()
    assert verdict.estimate.value < 1


class Watched(LinearModel):
    """Remembers how large its gradients were at once."""

    def pullback(self, x, directions, *, count):
        found = super().pullback(x, directions, count=count)
        LARGEST.append(found.gradients.size)
        return found


LARGEST: list[int] = []


@pytest.mark.parametrize(
    "attack",
    [DeepFool(steps=5), FAB(steps=5), FAB(steps=5, targets=3), APGD(eps=0.1, steps=5, loss=DLR(), targets=3)],
    ids=repr,
)
def test_thousands_of_classes_take_no_memory_for_gradients_of_each(attack) -> None:
    LARGEST.clear()
    random = np.random.default_rng(10)
    model = Watched(random.normal(size=(100, 3000)), np.zeros(3000))
    x = random.random((8, 100)).astype(np.float32)
    subject = Subject(model, x, model.logits(x).argmax(axis=1), bounds=(0, 1), policy=EXACT)
    assert 0 <= float(subject.accuracy(under=attack)) <= 1
    assert LARGEST
    # The likeliest ten of them, not three thousand.
    assert max(LARGEST) <= 10 * x.size
