from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from pytest_robust import InvalidArgument, InvalidModel, LInf, Subject, Targeted
from pytest_robust.attacks import APGD, DDN, PGD, AutoAttack, Square, TransferAttack, UniformNoise
from pytest_robust.core.losses import DLR
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.policy import Policy
from pytest_robust.testing import LinearModel


@dataclass(frozen=True, eq=False)
class Scores(Classifier):
    """A model with its gradients taken away."""

    model: Classifier
    names: tuple | None = None

    @property
    def classes(self):
        return None if self.names is None else np.array(self.names)

    def logits(self, x):
        return self.model.logits(x)


@dataclass(frozen=True, eq=False)
class Answers(Model):
    """A model that names a class and nothing more."""

    model: Classifier

    def predict(self, x):
        return self.model.logits(x).argmax(axis=1)


def subject(model, problem):
    return Subject(model, problem.x, problem.y, bounds=problem.bounds, policy=Policy(exact=True))


@pytest.mark.parametrize("attack", [PGD(eps=0.03), APGD(eps=0.03, loss=DLR(), steps=40)], ids=repr)
@pytest.mark.parametrize("hidden", [Scores, Answers])
def test_from_the_model_itself_it_breaks_what_the_attack_breaks(network, hidden, attack) -> None:
    plain = float(subject(network.model, network).accuracy(under=attack))
    transferred = subject(hidden(network.model), network).accuracy(
        under=TransferAttack(surrogate=network.model, attack=attack)
    )
    assert 0.1 < plain < 0.9
    assert abs(float(transferred) - plain) <= 0.03


def test_from_a_similar_model_it_breaks_more_than_noise_and_less_than_from_the_model_itself(network) -> None:
    random = np.random.default_rng(0)
    near = type(network.model)(
        network.model.first + 0.3 * random.normal(size=network.model.first.shape),
        network.model.second + 0.3 * random.normal(size=network.model.second.shape),
    )
    target = subject(Answers(network.model), network)
    noise = float(target.accuracy(under=UniformNoise(eps=0.03, repeats=40)))
    own = float(target.accuracy(under=TransferAttack(surrogate=network.model, attack=PGD(eps=0.03))))
    other = float(target.accuracy(under=TransferAttack(surrogate=near, attack=PGD(eps=0.03))))
    assert own < other < noise


def test_the_nearest_change_is_found_through_another_models_gradients(network) -> None:
    own = subject(network.model, network).adversarial_distance(under=DDN()).estimate().value
    through = subject(Answers(network.model), network).adversarial_distance(
        under=TransferAttack(surrogate=network.model, attack=DDN())
    )
    assert through.estimate().value == pytest.approx(own, rel=0.02)


def test_a_native_surrogate_is_adapted_once(network) -> None:
    import keras

    keras.utils.set_random_seed(0)
    native = keras.Sequential([keras.Input((6, 6)), keras.layers.Flatten(), keras.layers.Dense(6)], name="earlier")
    made = subject(Answers(network.model), network)
    first = TransferAttack(surrogate=native, attack=PGD(eps=0.03, steps=3))
    assert repr(first) == "TransferAttack(surrogate=earlier, attack=PGD(eps=0.03, steps=3))"
    assert first.id == "transferattack-surrogate-earlier-attack-pgd-eps-0.03-steps-3"
    assert first.family == "TransferAttack(surrogate=earlier, attack=PGD(steps=3))"
    for attack in (first, replace(first, attack=PGD(eps=0.05, steps=3))):
        assert 0 < float(made.accuracy(under=attack)) <= 1
    assert len(made._laboratory._others) == 1


def test_budget_norm_and_goal_are_the_inner_attacks(network) -> None:
    attack = TransferAttack(surrogate=network.model, attack=PGD(eps=0.2, goal=Targeted(2)))
    assert (attack.eps, attack.norm, attack.goal, attack.level) == (0.2, LInf, Targeted(2), 0.2)
    assert attack.scaled(0.5).eps == 0.1
    assert attack.scaled(0.5).surrogate is network.model
    assert not attack.white_box
    reached = float(subject(Answers(network.model), network).attack_success_rate(under=attack))
    assert reached == pytest.approx(
        float(subject(network.model, network).attack_success_rate(under=attack.attack)), abs=0.05
    )
    assert reached > 0.5


@pytest.mark.parametrize("attack", [AutoAttack(eps=0.1), "pgd", None])
def test_what_is_no_single_attack_is_refused(network, attack) -> None:
    with pytest.raises(InvalidArgument, match="TransferAttack: attack="):
        TransferAttack(surrogate=network.model, attack=attack)


def test_a_surrogate_without_gradients_or_with_other_classes_is_refused(network) -> None:
    whole = subject(
        Scores(network.model, names=tuple("abcdef")), replace(network, y=np.array(list("abcdef"))[network.y])
    )
    other = LinearModel(np.ones((36, 6)), np.zeros(6))
    named = type("Named", (LinearModel,), {"classes": property(lambda _: np.array(list("uvwxyz")))})(
        np.ones((36, 6)), np.zeros(6)
    )
    assert float(whole.accuracy(under=TransferAttack(surrogate=other, attack=PGD(eps=0.1)))) >= 0
    with pytest.raises(InvalidModel, match="the surrogate's classes"):
        float(whole.accuracy(under=TransferAttack(surrogate=named, attack=PGD(eps=0.1))))
    blind = Scores(network.model)
    with pytest.raises(InvalidModel, match="PGD needs a model that is differentiable"):
        float(whole.accuracy(under=TransferAttack(surrogate=blind, attack=PGD(eps=0.1))))
    with pytest.raises(InvalidModel, match="no gradients to follow"):
        float(whole.accuracy(under=TransferAttack(surrogate=blind, attack=Square(eps=0.1, queries=5))))
