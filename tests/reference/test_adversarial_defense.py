"""Task 3's defences, and what is left of them before who knows them, written as a user would write it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom

from pytest_robust import L2, Defended, Subject
from pytest_robust.adapters import adapt
from pytest_robust.attacks import PGD
from reference_models.evasion import ADAPTIVE, ATTACKS, crafted, fooling
from reference_models.guards import GUARDS, asked, aware, part, with_alarm_as_class
from reference_models.splits import Examples
from reference_models.tasks.adversarial_defense import RATE, TASK  # noqa: F401 - TASK is what the fixtures test


@pytest.fixture(scope="module")
def few(result) -> Examples:
    return result.splits.test[:150]


@pytest.fixture(scope="module")
def adversarial(result, few) -> dict[str, Examples]:
    """Return, for each attack that knows the classifier alone, the images that fool it, with their digits."""
    classifier = result.model["classifier"]
    known = adapt(classifier, allow_pickle=False)
    made = {name: crafted(attack, known, few, seed=0) for name, attack in ATTACKS.items()}
    fooled = {name: fooling(classifier, few, images) for name, images in made.items()}
    return {name: Examples(x=made[name][rows], y=few.y[rows]) for name, rows in fooled.items()}


@pytest.fixture(scope="module")
def unaware(result, few) -> np.ndarray:
    """Return what an attack with the budget of `ADAPTIVE` makes that knows the classifier alone."""
    return crafted(PGD(eps=3.0, norm=L2), result.model["classifier"], few, seed=0)


@pytest.mark.parametrize("name", GUARDS)
def test_purifying_costs_little_on_clean_digits(robust, result, name) -> None:
    undefended = robust(result.model["classifier"], name="classifier")
    assert robust(part(result.model[name], "logits")).accuracy() >= undefended.accuracy() - 0.03


@pytest.mark.parametrize("name", GUARDS)
def test_false_alarms_are_as_rare_as_promised(robust, result, name) -> None:
    test, held_out = result.splits.test, round(0.125 * len(result.splits.train))
    alarm = robust(part(result.model[name], "alarm"), test.x, np.zeros(len(test), int))
    # What the threshold of so many held-out images leaves to chance, and the test set after it.
    above = int(RATE * (held_out + 1))
    low, high = betabinom(len(test), above, held_out + 1 - above).interval(0.99)
    # Half an example beside the counts, so that rounding decides nothing.
    assert alarm.accuracy() >= 1 - (high + 0.5) / len(test)
    assert alarm.accuracy() <= 1 - (low - 0.5) / len(test)


@pytest.mark.parametrize(
    ("name", "attack", "least"),
    [
        ("squeezing", "FGSM 0.1", 0.9),
        ("squeezing", "FGSM 0.2", 0.9),
        ("squeezing", "PGD 0.1", 0.9),
        ("squeezing", "DeepFool", 0.9),
        ("squeezing", "C&W", 0.9),
        ("denoising", "FGSM 0.1", 0.95),
        ("denoising", "FGSM 0.2", 0.95),
        ("denoising", "PGD 0.1", 0.95),
        ("denoising", "DeepFool", 0.95),
        ("denoising", "C&W", 0.95),
    ],
)
def test_images_of_attacks_that_do_not_know_the_guard_raise_the_alarm(
    robust, result, adversarial, name, attack, least
) -> None:
    clean, attacked = result.splits.test.x[:300], adversarial[attack].x
    truth = np.repeat([0, 1], [len(clean), len(attacked)])
    alarm = robust(part(result.model[name], "alarm"), np.concatenate([clean, attacked]), truth, name=f"{name} {attack}")
    assert alarm.score("roc_auc") >= least


@pytest.mark.parametrize(
    ("attack", "least"), [("FGSM 0.1", 0.75), ("FGSM 0.2", 0.7), ("PGD 0.1", 0.8), ("DeepFool", 0.9), ("C&W", 0.9)]
)
def test_what_fooled_the_classifier_is_read_right_once_it_is_purified(
    robust, adversarial, result, attack, least
) -> None:
    images = adversarial[attack]
    for name in GUARDS:
        purified = part(result.model[name], "logits")
        assert robust(purified, images.x, images.y, name=f"{name} {attack}").accuracy() >= least


def test_the_network_repairs_the_nearest_changes_better_than_squeezing(robust, adversarial, result) -> None:
    images = adversarial["DeepFool"]
    squeezed, repaired = (robust(part(result.model[name], "logits"), images.x, images.y, name=name) for name in GUARDS)
    assert repaired.accuracy() >= squeezed.accuracy()


def test_gradients_are_hidden_by_rounding_and_found_by_who_knows_it(robust, result, few) -> None:
    classifier, squeezing = result.model["classifier"], result.model["squeezing"]
    attack, squeezed = PGD(eps=3.0, norm=L2), part(squeezing, "purified")
    naive = Subject(part(squeezing, "logits"), few.x, few.y).accuracy(under=attack) >= 0.5
    assert naive.decision.name == "INVALID"
    assert "rounds, compares or casts" in naive.reason
    known = robust(Defended(classifier, lambda x: np.asarray(squeezed(x))), few.x, few.y, name="squeezed, known")
    assert known.accuracy(under=attack) <= 0.5


def test_repair_is_undone_by_an_attack_through_it(robust, result, few, unaware) -> None:
    repairing = part(result.model["denoising"], "logits")
    assert robust(repairing, unaware, few.y, name="repaired, attacked before").accuracy() >= 0.55
    assert robust(repairing, few.x, few.y).accuracy(under=PGD(eps=3.0, norm=L2)) <= 0.2


@pytest.mark.parametrize(("name", "before", "after"), [("squeezing", 0.35, 0.4), ("denoising", 0.05, 0.55)])
def test_who_knows_the_guard_fools_it_without_an_alarm(robust, result, few, unaware, name, before, after) -> None:
    guard = with_alarm_as_class(aware(result.model[name]))
    fooled = ADAPTIVE.goal.reached(asked(guard, unaware).argmax(axis=1), few.y)
    assert robust.outcomes(f"{name}, fooled in silence by who does not know it", fooled) <= before
    assert robust(guard, few.x, few.y, name=f"{name}, or alarm").attack_success_rate(under=ADAPTIVE) >= after
