"""Task 4's attack, used as a user would use an attack of the plugin."""

from __future__ import annotations

import pytest

from pytest_robust.attacks import FGSM, PGD, UniformNoise
from reference_models.tasks.adversarial_attack import TASK, IterativeAttack  # noqa: F401 - what the fixtures test


def test_it_breaks_most_of_what_is_read_right(robust) -> None:
    assert robust.accuracy() >= 0.95
    assert robust.attack_success_rate(under=IterativeAttack(eps=0.2)) >= 0.8


@pytest.mark.parametrize("eps", [0.1, 0.2])
def test_it_beats_one_step_and_noise_of_the_same_budget(robust, eps) -> None:
    mine = robust.accuracy(under=IterativeAttack(eps=eps))
    assert mine <= robust.accuracy(under=FGSM(eps=eps)) - 0.02
    assert mine <= robust.accuracy(under=UniformNoise(eps=eps)) - 0.15


def test_it_is_as_good_as_the_plugin_s(robust) -> None:
    mine, theirs = (robust.accuracy(under=attack(eps=0.1, steps=20)) for attack in (IterativeAttack, PGD))
    assert mine <= theirs + 0.02
    assert theirs <= mine + 0.02


def test_a_larger_budget_breaks_more(robust) -> None:
    curve = robust.curve(IterativeAttack, eps=[0.05, 0.2])
    assert curve[0.05] >= 0.85
    assert curve[0.2] <= 0.2
