"""Task 3 learns what it is expected to, and does not make the mistakes that are usual for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pytest_robust import Subject
from pytest_robust.core.errors import InvalidData
from reference_models.evasion import ATTACKS, crafted, fooling
from reference_models.guards import GUARDS, asked, part
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.adversarial_defense import RATE, TASK, both_sides

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def measured(result: Trained) -> dict[str, float]:
    return both_sides(result.model, result.splits)


def raised(guard: Any, images: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(asked(part(guard, "alarm"), images)[:, 0] > 0)


def keeps_to_its_false_alarms(flagged: NDArray[np.bool_]) -> bool:
    """Return whether not clearly more clean images are flagged than were promised: by 3 standard deviations."""
    return float(flagged.mean()) <= RATE + 3 * np.sqrt(2 * RATE / len(flagged))


def test_defence_measures_what_is_expected(measured: dict[str, float], result: Trained) -> None:
    expected = TASK.expected_on(result.splits.source)
    assert expected
    assert [str(each) for each in expected if not each.holds(measured[each.metric])] == []


def test_the_family_holds_no_more_than_it_must(result: Trained) -> None:
    assert list(result.model) == ["classifier", *GUARDS]
    sizes = [shipped_at(TASK).with_name(f"{TASK.name}.{name}.keras").stat().st_size for name in result.model]
    # Adam's slots would make each three times its weights.
    limits = [1.3 * 4 * model.count_params() for model in result.model.values()]
    assert all(size < limit for size, limit in zip(sizes, limits, strict=True))
    assert sum(sizes) < 1_200_000


def test_both_guards_answer_for_the_classifier_that_ships(result: Trained) -> None:
    classifier = result.model["classifier"].get_weights()
    for name in GUARDS:
        inner = result.model[name].get_layer("logits").get_weights()
        assert len(inner) == len(classifier)
        assert all(np.array_equal(one, other) for one, other in zip(inner, classifier, strict=True))


def test_every_layer_may_learn_again(result: Trained) -> None:
    # The classifier is held fast while the purifier learns.
    assert all(len(model.trainable_weights) == len(model.weights) for model in result.model.values())


def test_noise_is_no_adversarial_example_however_well_it_is_detected(result: Trained) -> None:
    test, classifier = result.splits.test, result.model["classifier"]
    noise = np.random.default_rng(0).normal(scale=0.1, size=test.x.shape).astype(np.float32)
    noisy = np.clip(test.x + noise, 0, 1)
    assert fooling(classifier, test, crafted(ATTACKS["FGSM 0.1"], classifier, test, seed=0)).mean() > 0.1
    assert fooling(classifier, test, noisy).mean() < 0.02
    # A detector of these looks perfect, and has been shown no adversarial example.
    assert raised(result.model["denoising"], noisy).mean() > 0.9


def test_a_detector_that_flags_everything_is_told_from_one_that_detects(result: Trained) -> None:
    test = result.splits.test
    answers = asked(result.model["classifier"], test.x).argmax(axis=1)
    # As it is published: how far the image is from the number of its class, and a threshold that all exceed.
    far_from_its_class = np.abs(test.x - answers.reshape(-1, 1, 1, 1)).mean(axis=(1, 2, 3)) > 0.01
    assert far_from_its_class.mean() > 0.9
    assert not keeps_to_its_false_alarms(far_from_its_class)
    assert all(keeps_to_its_false_alarms(raised(result.model[name], test.x)) for name in GUARDS)


@pytest.mark.parametrize("name", GUARDS)
def test_alarm_is_true_for_what_is_adversarial_and_not_the_other_way_round(result: Trained, name: str) -> None:
    test, classifier = result.splits.test[:200], result.model["classifier"]
    attacked = crafted(ATTACKS["FGSM 0.2"], classifier, test, seed=0)
    adversarial = attacked[fooling(classifier, test, attacked)]
    assert raised(result.model[name], adversarial).mean() > 0.5 > raised(result.model[name], test.x).mean()


def test_argmax_of_a_class_index_is_no_label(result: Trained) -> None:
    test, classifier = result.splits.test, result.model["classifier"]
    labels = [int(np.argmax(digit)) for digit in test.y]
    assert set(labels) == {0}
    assert len(set(test.y.tolist())) == 10
    # With such labels nine of ten images are "adversarial" before anything is done to them.
    assert float(Subject(classifier, test.x, labels).accuracy()) < 0.2
    assert float(Subject(classifier, test.x, test.y).accuracy()) > 0.9


def test_an_image_without_a_batch_is_refused_before_the_model_sees_it(result: Trained) -> None:
    test = result.splits.test
    with pytest.raises(InvalidData, match="shape"):
        _ = Subject(result.model["classifier"], test.x[0], test.y[:28]).accuracy() >= 0.5


def test_figure_shows_both_guards_and_what_an_adaptive_attack_leaves(drawing: Figure) -> None:
    curves, pictures = drawing.subfigs
    for axes, name in zip(curves.axes, GUARDS, strict=True):
        assert axes.get_title().startswith(name)
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert [label.split(":")[0] for label in labels] == [*ATTACKS, "knows the guard"]
    # Clean, attacked, squeezed and repaired, for each attack and the one that knows the guard.
    assert len(pictures.axes) == 4 * (len(ATTACKS) + 1)
