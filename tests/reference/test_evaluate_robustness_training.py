"""Task 1 learns what it is expected to, and the mistakes that flatter a network or spoil one show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidModel, Subject
from pytest_robust.plugin.robust import Robust
from pytest_robust.transforms import Flip, Rotate
from reference_models.architectures import mnist_mlp
from reference_models.store import shipped_at
from reference_models.task import Examples, Model, Trained
from reference_models.tasks.evaluate_robustness import CHANGES, FIT, NAMES, TASK, together

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def digits(result: Trained) -> Subject:
    """Return the first network on the test set."""
    subject = result.subject
    return Subject(subject.model, subject.x, subject.y)


def test_evaluate_robustness_measures_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert len(expected) == 2
    assert all(each.holds(measured[each.metric]) for each in expected)


def test_each_of_the_five_reads_93_of_100_digits(result: Trained) -> None:
    test = result.splits.test
    assert list(result.model) == list(NAMES)
    for name, model in result.model.items():
        assert np.mean(model.predict(test.x, batch_size=256, verbose=0).argmax(axis=-1) == test.y) >= 0.93, name


def test_the_five_differ_and_answer_as_one(result: Trained) -> None:
    x = result.splits.test.x
    answers = np.stack([model.predict(x, batch_size=256, verbose=0) for model in result.model.values()])
    read = answers.argmax(axis=-1)
    disagree = (read != read[0]).any(axis=0).mean()
    assert 0.02 <= disagree <= 0.2
    five = together(result.model).predict(x, batch_size=256, verbose=0)
    np.testing.assert_allclose(five, answers.mean(axis=0), atol=1e-6)


def test_the_five_ship_in_two_megabytes_together() -> None:
    files = list(shipped_at(TASK).parent.glob("evaluate_robustness.*.keras"))
    assert len(files) == len(NAMES)
    assert sum(file.stat().st_size for file in files) < 2_200_000


def test_dividing_by_255_twice_leaves_nothing_to_read(result: Trained, digits: Subject) -> None:
    subject = result.subject
    assert digits.accuracy() >= 0.9
    twice = Subject(subject.model, subject.x / 255, subject.y, bounds=(0, 1))
    assert twice.accuracy() <= 0.3


def test_a_mirrored_digit_is_another_sign(digits: Subject) -> None:
    assert digits.accuracy(under=Rotate(degrees=10)) >= 0.85
    assert digits.accuracy(under=Flip()) <= 0.5


def test_accuracy_on_what_it_learned_from_flatters(result: Trained, digits: Subject) -> None:
    train = result.splits.train
    assert digits.generalization_gap(train=(train.x, train.y)) >= 0.03


def test_one_network_for_all_folds_has_seen_what_it_is_asked_and_is_refused(result: Trained) -> None:
    few, one = result.splits.train[:300], mnist_mlp()

    def reused(x: Any, y: Any) -> Model:
        return FIT(one, Examples(x=x, y=y), quick=True, on_epoch=lambda _: None)

    subject = Subject(one, few.x, few.y)
    with pytest.raises(InvalidModel, match="returned the model of fold 1 again"):
        subject.cross_validation(build=reused, folds=3).estimate()


def taught(result: Trained, *layers: Any) -> Subject:
    """Return a network that learned with layers that change its images, on the test set."""
    import keras

    keras.utils.set_random_seed(0)
    fit = replace(FIT, augment=lambda: list(layers))
    model = fit(mnist_mlp(), result.splits.train, quick=False, on_epoch=lambda _: None)
    return Subject(model, result.subject.x, result.subject.y, name="taught otherwise")


def test_mirrored_images_to_learn_from_make_a_worse_reader(result: Trained, digits: Subject) -> None:
    import keras

    mirrored = taught(result, keras.layers.RandomFlip("horizontal"))
    assert mirrored.accuracy() <= digits.accuracy() - 0.02
    assert mirrored.accuracy(under=Flip()) >= digits.accuracy(under=Flip()) + 0.3


def test_augmenting_the_training_does_not_tell_how_the_network_bears_it(result: Trained, digits: Subject) -> None:
    import keras

    turned = taught(result, keras.layers.RandomRotation(30 / 360, fill_mode="constant"))
    # Both read as well; only changing what they are asked about tells them apart.
    assert turned.accuracy() >= digits.accuracy() - 0.03
    assert turned.accuracy() <= digits.accuracy() + 0.03
    assert turned.accuracy(under=Rotate(degrees=30)) >= digits.accuracy(under=Rotate(degrees=30)) + 0.05


def test_its_figure_shows_each_change_beside_five_networks_and_the_five_together(
    robust: Robust, result: Trained
) -> None:
    few = replace(result, splits=replace(result.splits, test=result.splits.test[:300]))
    drawing = TASK.figure(few)
    robust.figure(drawing, f"{TASK.number}. {TASK.name}: {TASK.purpose}")
    *images, chart = drawing.axes
    assert [axes.get_ylabel() for axes in images] == list(CHANGES)
    assert [
        len(line.get_xdata()) for line in chart.lines if line.get_marker() == "|" and line.get_markersize() == 11
    ] == [len(NAMES)] * len(CHANGES)
    assert [text.get_text() for text in chart.get_legend().get_texts()] == [
        "each of five",
        "the five together, 95 % interval",
    ]
