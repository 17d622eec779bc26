"""What is after a wrong answer without an alarm says so, and its slope is that of its value."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import LInf
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.testing import LinearModel
from reference_models.evasion import Unnoticed, WrongAndSilent, crafted, past_the_guard
from reference_models.splits import Examples

ALARM = 3
LOGITS = np.random.default_rng(0).normal(size=(200, 4))
Y = np.arange(200) % 3


def test_loss_is_above_0_where_the_goal_is_reached_and_only_there() -> None:
    reached = Unnoticed(ALARM).reached(LOGITS.argmax(axis=1), Y)
    assert 0 < reached.sum() < len(reached)
    np.testing.assert_array_equal(WrongAndSilent(ALARM).value(LOGITS, Y) > 0, reached)


def test_loss_for_a_target_is_above_0_where_the_target_is_answered() -> None:
    target = (Y + 1) % 3
    loss = WrongAndSilent(ALARM).aimed(target)
    answered = LOGITS.argmax(axis=1) == target
    assert answered.any()
    assert (loss.value(LOGITS, Y)[answered] > 0).all()
    assert (loss.value(LOGITS, Y) <= WrongAndSilent(ALARM).value(LOGITS, Y)).all()


@pytest.mark.parametrize("loss", [WrongAndSilent(ALARM), WrongAndSilent(ALARM, (Y + 1) % 3)])
def test_slope_of_the_loss_is_its_derivative(loss: WrongAndSilent) -> None:
    small = 1e-7
    for column in range(4):
        moved = LOGITS + small * (np.arange(4) == column)
        rise = (loss.value(moved, Y) - loss.value(LOGITS, Y)) / small
        np.testing.assert_allclose(loss.slope(LOGITS, Y)[:, column], rise, atol=1e-5)


def test_the_attack_gets_past_an_alarm_that_pgd_runs_into() -> None:
    # Class 1 beats class 0 as the first entry rises, and the alarm beats both unless the second rises too.
    joint = LinearModel(np.array([[0.0, 1.0, 3.0], [0.0, 0.0, -6.0]]), np.array([0.0, -0.25, 0.2]))
    x, y = np.full((20, 2), 0.2, np.float32), np.zeros(20, int)
    goal, examples = Unnoticed(2), Examples(x=x, y=y)
    reached = [
        goal.reached(joint.logits(crafted(attack, joint, examples, seed=0)).argmax(axis=1), y).mean()
        for attack in (
            PGD(eps=0.1, random_start=False, goal=goal),
            past_the_guard(eps=0.1, norm=LInf, alarm=2, steps=20),
        )
    ]
    assert reached == [0, 1]


def test_crafted_images_are_those_of_the_attack_within_its_budget_and_the_same_again() -> None:
    model = LinearModel(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros(2))
    examples = Examples(x=np.array([[0.6, 0.5], [0.05, 1.0]], np.float32), y=np.array([0, 1]))
    found = crafted(FGSM(eps=0.1), model, examples, seed=0)
    np.testing.assert_allclose(found, [[0.5, 0.6], [0.15, 0.9]], atol=1e-6)
    noisy = [crafted(PGD(eps=0.1), model, examples, seed=seed) for seed in (0, 0)]
    np.testing.assert_array_equal(*noisy)
