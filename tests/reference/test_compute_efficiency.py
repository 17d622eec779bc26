"""Task 15's robustness, written as a user would write it: what a network keeps when it is made smaller."""

from __future__ import annotations

import pytest

from pytest_robust import WorstOf
from pytest_robust.attacks import PGD, Square, TransferAttack
from pytest_robust.transforms import GaussianNoise, Rotate, Translate
from reference_models.compression.quantization import as_bfloat16
from reference_models.compression.table import EPS
from reference_models.tasks.compute_efficiency import TASK

pytestmark = pytest.mark.skipif(bool(TASK.missing()), reason=TASK.missing() or "installed")

OWN = PGD(eps=EPS, steps=20)
# Attacked, 20 steps or 150 questions each.
FEW = 400


@pytest.fixture(scope="module")
def original(result):
    return result.model["original"]


@pytest.fixture
def few(subject):
    return subject.x[:FEW], subject.y[:FEW]


def test_in_integers_it_answers_as_the_original(robust, original) -> None:
    assert robust.accuracy() >= 0.95
    assert robust.agreement(original) >= 0.99
    assert robust.accuracy() >= robust(original).accuracy() - 0.01


@pytest.mark.parametrize(
    "under", [GaussianNoise(sigma=0.1), Rotate(degrees=15), Translate(width=1 / 28, height=1 / 28)], ids=repr
)
def test_what_a_scanner_does_does_not_part_the_two(robust, original, under) -> None:
    assert robust.agreement(original, under=under) >= 0.97


def test_in_integers_it_is_no_less_robust(robust, original, subject, few) -> None:
    """A file of integers has no gradients, so it is attacked in the two ways that are left: as one, the worse for each.

    The original's gradients lead to what breaks it as well, since the two agree nearly everywhere; and Square asks
    for its scores alone, so that nothing that the integers hide from a gradient could make it look robust.
    """
    int8, whole = robust(subject.model, *few, name="int8"), robust(original, *few, name="original")
    by_scores = Square(eps=EPS, queries=150)
    borrowed = TransferAttack(surrogate=original, attack=OWN)
    against_int8 = int8.accuracy(under=WorstOf(borrowed, by_scores))
    assert against_int8 >= whole.accuracy(under=WorstOf(OWN, by_scores)) - 0.02
    assert int8.accuracy(under=by_scores) >= whole.accuracy(under=by_scores) - 0.02
    # And the borrowed gradients do lead there: an attack that does not work would prove nothing.
    assert int8.accuracy(under=borrowed) <= whole.accuracy(under=OWN) + 0.03
    assert against_int8 <= 0.85


def test_attacked_inputs_do_not_part_the_two_either(robust, original, subject, few) -> None:
    int8 = robust(subject.model, *few, name="int8")
    assert int8.agreement(original, under=TransferAttack(surrogate=original, attack=OWN)) >= 0.88


def test_pruned_of_93_weights_in_100_it_reads_as_well(robust, result, original) -> None:
    pruned = robust(result.model["pruned"], name="pruned")
    assert pruned.accuracy() >= robust(original).accuracy() - 0.015
    assert pruned.agreement(original) >= 0.95


def test_what_pruning_costs_shows_only_under_attack(robust, result, original, few) -> None:
    pruned, whole = robust(result.model["pruned"], *few, name="pruned"), robust(original, *few, name="original")
    assert whole.accuracy(under=OWN) >= pruned.accuracy(under=OWN) + 0.02
    assert pruned.accuracy(under=OWN) >= whole.accuracy(under=OWN) - 0.2
    # Of the attacked digits they read many differently, where they read the others alike.
    assert pruned.agreement(original, under=OWN) <= 0.85


def test_a_student_of_a_fifteenth_reads_most_with_its_teacher_or_alone(robust, result, original, few) -> None:
    taught, alone = (robust(result.model[name], name=name) for name in ("distilled", "alone"))
    assert taught.accuracy() >= 0.92
    assert taught.accuracy() >= alone.accuracy() - 0.03
    assert taught.agreement(original) >= 0.92
    taught, alone = (robust(result.model[name], *few, name=name) for name in ("distilled", "alone"))
    # Over seeds 0 to 2 it gained 0.14, 0.01 and nothing: no more than that it is no worse can be said.
    assert taught.accuracy(under=OWN) >= alone.accuracy(under=OWN) - 0.05


def test_in_16_bits_hardly_an_answer_changes(robust, original, few) -> None:
    bfloat16 = robust(as_bfloat16(original), name="bfloat16")
    assert bfloat16.agreement(original) >= 0.99
    half, whole = robust(as_bfloat16(original), *few, name="bfloat16"), robust(original, *few, name="original")
    assert half.accuracy(under=OWN) >= whole.accuracy(under=OWN) - 0.02
