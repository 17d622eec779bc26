from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidData, InvalidModel, as_boxes
from pytest_robust.core.model import Model
from pytest_robust.evaluation.targets import encode, fit
from pytest_robust.testing import LinearModel


class Named(LinearModel):
    """A model that names its classes, neither sorted nor as many as the letters."""

    names: Any = ("dog", "ant", "cat")

    @property
    def classes(self) -> Any:
        return np.array(self.names)


class Bare(Model):
    def predict(self, x: Any) -> Any:
        return np.zeros(len(x), dtype=int)


NAMED = Named(np.zeros((2, 3)), np.zeros(3))


def test_a_label_becomes_the_place_of_its_class_whatever_the_order_of_the_classes() -> None:
    assert encode(np.array(["cat", "dog", "ant", "dog"]), NAMED).tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize("model", [Bare(), LinearModel(np.zeros((2, 3)), np.zeros(3))], ids=["no scores", "no names"])
def test_where_the_model_names_no_classes_labels_stay_as_they_are(model) -> None:
    labels = np.array(["cat", "dog"])
    assert encode(labels, model) is labels


@pytest.mark.parametrize("stranger", ["aaa", "cow", "zebra"], ids=["before", "between", "behind"])
def test_a_label_that_is_no_class_is_refused_with_its_row(stranger) -> None:
    with pytest.raises(InvalidData, match=rf"y\[2\]=.*'{stranger}'.* is none of the model's classes \['dog', 'ant'"):
        encode(np.array(["cat", "dog", stranger, "also none"]), NAMED)


BOXES = as_boxes([[[0, 0, 2, 2, 1]]])
SCORES = np.array([[0.2, 0.8], [0.6, 0.4]])


@pytest.mark.parametrize(
    ("target", "outputs"),
    [
        (np.array([0, 1]), SCORES),
        (np.array([0, 1], dtype=np.uint8), SCORES),
        (np.array([False, True]), SCORES),
        (np.array([0.0, 1.0]), SCORES),
        (np.array([0, 1]), np.array([1, 1])),
        (np.array([0, 5]), np.array([1.0, 2.0])),
        (np.array(["a", "b"]), np.array(["b", "c"])),
        (np.array(["a", "b"], dtype=object), np.array(["b", "c"])),
        (np.array([b"a", b"b"]), np.array(["b", "c"])),
        (np.array([True, False]), np.array(["yes", "no"])),
        (np.array([True, False]), np.array([1, 0])),
    ],
    ids=repr,
)
def test_labels_and_answers_that_can_be_compared_are_taken(target, outputs) -> None:
    fit(target, outputs)


@pytest.mark.parametrize(
    ("target", "outputs", "error", "message"),
    [
        (np.array([0, 1]), BOXES, InvalidModel, "the model answers boxes"),
        (BOXES, SCORES, InvalidModel, "y holds boxes"),
        (np.array([0, 1]), np.array([1, 0.75], dtype=np.float32), InvalidModel, r"\(such as 0.75\)"),
        (np.array([0, 1]), np.array([1.0, 0.25]), InvalidModel, r"one number an input \(such as 0.25\)"),
        (np.array([0, 1]), np.array(["a", "b"]), InvalidData, "labels such as .*'a'.*, y holds int64 such as .*0"),
        (np.array(["a", "b"]), np.array([0, 1]), InvalidData, "labels such as .*0.*, y holds <U1 such as .*'a'"),
        (np.array(["a", "b"]), np.array([True, False]), InvalidData, "y holds <U1"),
        (np.array([0, 1]), SCORES[:, :1], InvalidModel, r"answers shape \(2, 1\)"),
        (np.array([0, 1]), SCORES[:, :, None], InvalidModel, r"answers shape \(2, 2, 1\)"),
        (SCORES, SCORES, InvalidData, r"y has shape \(2, 2\)"),
        (np.array([0.0, 0.5]), SCORES, InvalidData, "y holds float64 .*scores 2 classes"),
        (np.array(["0", "1"]), SCORES, InvalidData, "y holds <U1 .*scores 2 classes"),
        (np.array([0, 1, 2, 7]), SCORES, InvalidData, r"y\[2\]=.*2.* is outside the model's outputs 0..1"),
        (np.array([1, 0, -1]), SCORES, InvalidData, r"y\[2\]=.*-1.* is outside"),
    ],
    ids=repr,
)
def test_labels_and_answers_that_cannot_be_compared_are_refused_with_the_first(target, outputs, error, message) -> None:
    with pytest.raises(error, match=message):
        fit(target, outputs)
