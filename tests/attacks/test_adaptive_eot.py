from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from pytest_robust import InvalidArgument, InvalidModel, Subject
from pytest_robust.attacks import PGD, AdaptiveEOT, AutoAttack, Square, UniformNoise
from pytest_robust.core.model import Differentiable, LossGradient, Pullback
from pytest_robust.core.policy import Policy


@dataclass(frozen=True, eq=False)
class Noisy(Differentiable):
    """A model whose gradients are drowned in noise of their own size and more."""

    model: Differentiable
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def logits(self, x):
        return self.model.logits(x)

    def loss_gradient(self, x, y, loss):
        found = self.model.loss_gradient(x, y, loss)
        return LossGradient(logits=found.logits, gradient=self._drowned(found.gradient))

    def pullback(self, x, directions, *, count):
        found = self.model.pullback(x, directions, count=count)
        return Pullback(logits=found.logits, gradients=self._drowned(found.gradients))

    def _drowned(self, gradient):
        noise = self.random.normal(size=gradient.shape).astype(np.float32)
        return gradient + 3 * np.abs(gradient).mean() * noise


def robust(model, problem, attack):
    subject = Subject(model, problem.x, problem.y, bounds=problem.bounds, policy=Policy(exact=True))
    return float(subject.accuracy(under=attack))


def test_the_mean_of_draws_finds_what_one_noisy_gradient_misses(network) -> None:
    clear = robust(network.model, network, PGD(eps=0.03))
    once = robust(Noisy(network.model), network, PGD(eps=0.03, steps=10))
    mean = robust(Noisy(network.model), network, AdaptiveEOT(attack=PGD(eps=0.03, steps=10), samples=30))
    assert once > clear + 0.08
    assert mean < clear + 0.05


def test_on_a_model_without_randomness_it_is_the_attack_itself(network) -> None:
    attack = PGD(eps=0.03, steps=10)
    found = network.outcomes(AdaptiveEOT(attack=attack, samples=3))
    assert abs(found.perturbed.mean() - network.robust(attack)) <= 0.02
    # Each of its gradients and scores is three of the model's.
    assert found.cost.gradients == pytest.approx(3 * network.outcomes(attack).cost.gradients, rel=0.1)


def test_attacks_without_gradients_see_mean_scores_and_labels_stay_labels(network) -> None:
    class Labels:
        def __call__(self, x):
            return network.model.logits(x).argmax(axis=1)

    square = AdaptiveEOT(attack=Square(eps=0.03, queries=20), samples=2)
    assert not square.white_box
    # Not to the last example: random numbers belong to the kind of attack.
    assert abs(network.robust(square) - network.robust(Square(eps=0.03, queries=20))) <= 0.08
    with pytest.raises(InvalidModel, match="AdaptiveEOT needs a model that is classifier"):
        robust(Labels(), network, AdaptiveEOT(attack=UniformNoise(eps=0.1)))


def test_a_gradient_attack_on_scores_alone_is_refused_with_its_name(network) -> None:
    from tests.attacks.test_transfer_attack import Scores

    with pytest.raises(InvalidModel, match="PGD needs a model that is differentiable"):
        robust(Scores(network.model), network, AdaptiveEOT(attack=PGD(eps=0.1)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"attack": AutoAttack(eps=0.1)}, "several attacks"),
        ({"attack": "pgd"}, "not an attack"),
        ({"attack": PGD(eps=0.1), "samples": 0}, "samples=0"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        AdaptiveEOT(**arguments)
