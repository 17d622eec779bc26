"""What another model answers stands for a label, in the terms of the model under test."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from pytest_robust import BoxesKept, InvalidModel, SameAsClean, WithinTolerance
from pytest_robust.core.criteria import Correct
from pytest_robust.core.detections import as_found
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.progress import Watcher
from pytest_robust.evaluation.beside import Beside
from pytest_robust.evaluation.probe import Meter

X = np.arange(4.0)[:, None]
SCORES = np.eye(3)[[2, 0, 1, 2]]


class Says(Model):
    """Answers the same to any inputs, and remembers them."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, []

    def predict(self, x: Any) -> Any:
        self.asked.append(x)
        return self.answer


class Scores(Classifier):
    """Scores classes with or without names; its outputs are not to be asked for where classes are compared."""

    def __init__(self, scores: Any, *names: Any) -> None:
        self.scores, self.names = np.asarray(scores), names

    @property
    def classes(self) -> Any:
        return np.array(self.names) if self.names else None

    def logits(self, x: Any) -> Any:
        return self.scores

    def predict(self, x: Any) -> Any:
        raise AssertionError(x)


class Ear(Watcher):
    def __init__(self) -> None:
        self.queries: list[int] = []

    def check(self, title: str) -> Any:
        return nullcontext()

    def decided(self, progress: Any) -> None:
        raise AssertionError(progress)

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        assert gradients == 0
        self.queries.append(queries)


def target(
    model: Model, other: Model, criterion: Any = None, *, outputs: Any = None, meter: Meter | None = None
) -> Any:
    criterion = criterion or Correct()
    if outputs is None:
        outputs = model.logits(X) if isinstance(model, Classifier) else model.predict(X)
    beside = Beside(model=model, other=other, criterion=criterion)
    return beside.target(X, criterion.read(np.asarray(outputs)), meter or Meter(), Ear())


def test_the_other_is_asked_once_about_the_same_inputs_and_counted() -> None:
    other, meter, ear = Says(SCORES), Meter(queries=5), Ear()
    beside = Beside(model=Says(SCORES), other=other, criterion=Correct())
    beside.target(X, SCORES, meter, ear)
    assert len(other.asked) == 1
    assert other.asked[0] is X
    assert (meter.queries, ear.queries) == (9, [4])


@pytest.mark.parametrize("other", [Says(SCORES), Scores(SCORES), Says(np.array([2, 0, 1, 2]))])
@pytest.mark.parametrize("own", [Says(SCORES), Scores(SCORES), Says(np.array([0, 0, 0, 0]))])
def test_without_names_classes_are_their_places(own: Model, other: Model) -> None:
    np.testing.assert_array_equal(target(own, other), (2, 0, 1, 2))


def test_names_are_brought_to_the_places_that_the_model_under_test_has_for_them() -> None:
    ours, theirs = Scores(SCORES, "c", "a", "b"), Scores(SCORES, "a", "b", "c")
    # The other says c, a, b, c.
    np.testing.assert_array_equal(target(ours, theirs), (0, 1, 2, 0))
    np.testing.assert_array_equal(target(ours, Says(np.array(["b", "b", "a", "c"]))), (2, 2, 1, 0))
    # Labels under test are compared with labels.
    assert target(Says(np.array(["a", "a", "a", "a"])), theirs).tolist() == ["c", "a", "b", "c"]


def test_numbers_from_0_are_names_that_are_places() -> None:
    np.testing.assert_array_equal(target(Says(SCORES), Scores(SCORES, 0, 1, 2)), (2, 0, 1, 2))


def test_names_that_the_other_does_not_know_are_refused() -> None:
    with pytest.raises(InvalidModel, match=r"answers .*2.*, where the model under test knows \['a', 'b', 'c'\]: train"):
        target(Scores(SCORES, "a", "b", "c"), Scores(SCORES, 0, 1, 2))
    names = "abcdefghijkl"
    with pytest.raises(InvalidModel, match=r"knows \['a', .*'j'\]: train both"):
        target(Scores(np.eye(12)[:4], *names), Says(np.array(["z", "a", "a", "a"])))


def test_names_on_one_side_alone_say_nothing_of_places() -> None:
    with pytest.raises(InvalidModel, match=r"knows the classes \['a', 'b', 'c'\], and the one under test counts its 3"):
        target(Says(SCORES), Scores(SCORES, "a", "b", "c"))
    with pytest.raises(InvalidModel, match=r"knows the classes \[1, 2, 3\], and the one under test counts its 3"):
        target(Scores(SCORES), Scores(SCORES, 1, 2, 3))
    with pytest.raises(InvalidModel, match=r"classes \['a', .*'j'\], and the one under test counts its 12"):
        target(Says(np.eye(12)[:4]), Scores(np.eye(12)[:4], *"abcdefghijkl"))


def test_as_many_classes_are_scored_by_either() -> None:
    with pytest.raises(
        InvalidModel, match="the model under test scores 3 classes, and the one .*compared with 5: they"
    ):
        target(Says(SCORES), Says(np.eye(5)[:4]))
    # Names are no way round it: two of three may be the same, but which was never said.
    with pytest.raises(InvalidModel, match="scores 3 classes"):
        target(Scores(SCORES, "a", "b", "c"), Scores(np.eye(2)[[0, 1, 0, 1]], "a", "b"))
    # Labels tell no number of classes.
    np.testing.assert_array_equal(target(Says(np.array([0, 1, 1, 1])), Says(np.eye(5)[:4])), (0, 1, 2, 3))


def test_labels_beyond_the_scores_are_refused() -> None:
    with pytest.raises(InvalidModel, match=r"what the model that is compared with answers stands for y: .*outside"):
        target(Says(SCORES), Says(np.array([0, 1, 2, 3])))


def test_what_is_wrong_with_the_other_is_said_of_the_other() -> None:
    with pytest.raises(InvalidModel, match="of the model that is compared with: the model gave 3 answers for 4 inputs"):
        target(Says(SCORES), Says(np.zeros(3)))


def test_values_are_taken_as_they_are() -> None:
    values = np.array([0.5, 1.5, -2.0, 7.25])
    found = target(Says(values + 1), Says(values), WithinTolerance(0.1))
    np.testing.assert_array_equal(found, values)


def test_a_criterion_of_unchanged_answers_keeps_what_it_holds_of_them() -> None:
    np.testing.assert_array_equal(target(Says(SCORES), Says(SCORES), SameAsClean()), (2, 0, 1, 2))
    # Of two boxes, one is too unsure to count.
    one = {"boxes": np.array([[0, 0, 4, 4], [4, 4, 8, 8]]), "scores": [0.9, 0.1], "labels": [1, 1]}
    boxes, criterion = as_found([one for _ in X]), BoxesKept(iou=0.5)
    found = target(Says(boxes), Says(boxes), criterion)
    np.testing.assert_array_equal(found, criterion.kept(boxes))
    assert (found != boxes).any()


def test_boxes_are_no_classes() -> None:
    boxes = as_found([{"boxes": np.array([[0, 0, 4, 4]]), "scores": [0.9], "labels": [1]} for _ in X])
    for one, other in ((boxes, SCORES), (SCORES, boxes)):
        with pytest.raises(InvalidModel, match="one of the two models answers boxes, and the other none"):
            target(Says(one), Says(other))
    with pytest.raises(InvalidModel, match=r"the model answers boxes.*criterion=BoxesFound"):
        target(Says(boxes), Says(boxes))
