"""Who broke what, and what the members of an ensemble share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pytest_robust import L2, Dataset, WorstOf
from pytest_robust.attacks import FGSM, PGD, AdaptiveEOT, AutoAttack, UniformNoise
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.metric import Request
from pytest_robust.core.perturbation import Chain, Clean, goal_of, members
from pytest_robust.core.policy import Policy
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.evaluation.remembered import remembered
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

RANDOM = np.random.default_rng(4)
X = RANDOM.random((90, 12)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(12, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)


def outcomes(under, *, batch_size=32, model=MODEL, y=Y):
    laboratory = Laboratory(model, Dataset(x=X, y=y, bounds=Bounds(0, 1)), Policy(batch_size=batch_size, exact=True))
    evaluation = laboratory.evaluation(Request(under=under))
    evaluation.extend(len(X))
    return evaluation.outcomes


def test_each_broken_example_is_laid_to_the_first_member_that_breaks_it() -> None:
    mild, strong = FGSM(eps=0.02), PGD(eps=0.1)
    both, one = outcomes(WorstOf(mild, strong)), outcomes(mild)
    assert set(both.broken_by) == {-1, 0, 1}
    assert np.array_equal(both.broken_by == 0, one.perturbed == 0)
    assert np.array_equal(both.broken_by < 0, both.perturbed > 0)
    assert one.broken_by is None


def test_examples_that_are_wrong_from_the_start_are_laid_to_nobody() -> None:
    y = np.where(np.arange(90) % 3, Y, (Y + 1) % 3)
    found = outcomes(WorstOf(FGSM(eps=0.02), PGD(eps=0.1)), y=y)
    assert (found.broken_by[found.clean == 0] == -1).all()


def test_an_ensemble_gives_the_distances_of_its_members_and_keeps_the_budget() -> None:
    found = outcomes(AutoAttack(eps=0.05, version="fast"))
    assert set(found.broken_by) <= {-1, 0, 1}
    assert np.nanmax(found.distance) <= 0.05 * 1.001
    assert outcomes(WorstOf(FGSM(eps=0.02), GaussianNoise(sigma=0.1))).distance is None


def test_the_worst_case_of_an_ensemble_does_not_depend_on_the_batches() -> None:
    whole, parts = (outcomes(AutoAttack(eps=0.05, version="fast"), batch_size=size) for size in (90, 7))
    assert np.array_equal(whole.broken_by, parts.broken_by)


def test_budgets_of_one_step_share_one_gradient() -> None:
    budgets = [FGSM(eps=eps) for eps in (0.01, 0.02, 0.05, 0.1)]
    assert outcomes(WorstOf(*budgets)).cost.gradients == outcomes(budgets[0]).cost.gradients == 90
    # Each result is the one it would be alone.
    assert np.array_equal(outcomes(WorstOf(*budgets)).perturbed, outcomes(budgets[-1]).perturbed)


def test_draws_of_a_random_model_are_not_shared() -> None:
    mean = [AdaptiveEOT(attack=FGSM(eps=eps), samples=3) for eps in (0.0001, 0.0002)]
    assert outcomes(WorstOf(*mean)).cost.gradients == 2 * 3 * 90


@dataclass(frozen=True, eq=False)
class Counting(LinearModel):
    def loss_gradient(self, x, y, loss):
        ASKED.append(len(x))
        return super().loss_gradient(x, y, loss)


ASKED: list[int] = []


def test_a_gradient_is_remembered_for_the_same_inputs_labels_and_loss_only() -> None:
    from pytest_robust.core.losses import DLR, LogOdds

    ASKED.clear()
    counting = Counting(MODEL.weights, MODEL.bias)
    model = remembered(counting, X)
    first = model.loss_gradient(X, Y, LogOdds())
    again = model.loss_gradient(X.copy(), Y, LogOdds())
    assert np.array_equal(first.gradient, again.gradient)
    assert np.array_equal(first.logits, again.logits)
    assert ASKED == [90]
    some = model.rows(np.array([3, 60])).rows(np.array([False, True]))
    assert np.array_equal(some.loss_gradient(X[[60]], Y[[60]], LogOdds()).gradient, first.gradient[[60]])
    assert ASKED == [90]
    model.loss_gradient(X, (Y + 1) % 3, LogOdds())
    moved = X.copy()
    moved[-1] += 0.1
    model.loss_gradient(moved, Y, LogOdds())
    model.loss_gradient(X, Y, DLR())
    assert ASKED == [90, 90, 90, 90]
    # Labels of some rows only: the others are not known by them.
    model.rows(np.arange(5)).loss_gradient(X[:5], Y[:5], LogOdds())
    model.loss_gradient(X, Y, LogOdds())
    assert ASKED[4:] == [5, 90]
    assert (model.classes, model.draws) == (None, 1)
    assert np.array_equal(model.logits(X), MODEL.logits(X))
    assert model.pullback(X, lambda logits: np.ones((1, *logits.shape)), count=1).gradients.shape == (1, 90, 12)


def test_a_model_without_gradients_has_none_to_remember() -> None:
    class Answers(LinearModel.__mro__[3]):
        def predict(self, x):
            return MODEL.logits(x).argmax(axis=1)

    model = Answers()
    assert remembered(model, X) is model


def test_members_and_goals_of_what_stands_after_under() -> None:
    from pytest_robust import Targeted, Untargeted

    assert members(WorstOf(FGSM(eps=0.1), PGD(eps=0.1))) == (FGSM(eps=0.1), PGD(eps=0.1))
    assert len(members(AutoAttack(eps=0.1, norm=L2))) == 4
    assert members(FGSM(eps=0.1)) == members(Chain(parts=(FGSM(eps=0.1),))) == ()
    assert goal_of(AutoAttack(eps=0.1, goal=Targeted(1))) == Targeted(1)
    assert goal_of(Clean()) == goal_of(GaussianNoise(sigma=0.1)) == Untargeted()


@pytest.mark.parametrize("combined", [lambda a: WorstOf(a, FGSM(eps=0.1)), lambda a: GaussianNoise(sigma=0.01) | a])
def test_a_surrogate_inside_a_combination_is_adapted_too(combined) -> None:
    import keras

    from pytest_robust.attacks import TransferAttack

    keras.utils.set_random_seed(0)
    surrogate = keras.Sequential([keras.Input((12,)), keras.layers.Dense(3)])
    under = combined(TransferAttack(surrogate=surrogate, attack=PGD(eps=0.1, steps=3)))
    assert 0 <= outcomes(under).perturbed.mean() <= 1
    assert outcomes(UniformNoise(eps=0.1)).broken_by is None
