"""Each criterion for boxes counts what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import BoxesFound, BoxesKept, InvalidArgument, NoFalseAlarms, as_boxes, as_found
from pytest_robust.core.box_criteria import BoxCriterion

TWO = [[0, 0, 4, 4, 0], [10, 10, 14, 14, 1]]
# Answers to an image with two boxes: (found, share found, share of the found that is true).
ANSWERS: dict[str, tuple[list[list[float]], float, float]] = {
    "both": ([[0, 0, 4, 4, 0, 0.9], [10, 10, 14, 14, 1, 0.9]], 1.0, 1.0),
    "none": ([], 0.0, 1.0),
    "other class": ([[0, 0, 4, 4, 1, 0.9], [10, 10, 14, 14, 1, 0.9]], 0.5, 0.5),
    "too unsure": ([[0, 0, 4, 4, 0, 0.49], [10, 10, 14, 14, 1, 0.5]], 0.5, 1.0),
    "just half": ([[0, 0, 4, 2, 0, 0.9]], 0.5, 1.0),
    "less than half": ([[0, 0, 4, 1.9, 0, 0.9]], 0.0, 0.0),
    "twice": ([[0, 0, 4, 4, 0, 0.9], [0, 0, 4, 4, 0, 0.8]], 0.5, 0.5),
    "and a false one": ([[0, 0, 4, 4, 0, 0.9], [10, 10, 14, 14, 1, 0.9], [20, 20, 24, 24, 0, 0.9]], 1.0, 2 / 3),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_found_and_false_boxes_are_counted(answer: str) -> None:
    found, share, true = ANSWERS[answer]
    boxes = as_boxes([TWO])
    assert BoxesFound().score(boxes, as_found([found])).tolist() == [share]
    assert NoFalseAlarms().score(boxes, as_found([found])).tolist() == [true]


def test_an_image_without_boxes_is_right_if_nothing_is_found() -> None:
    found = as_found([[], [[0, 0, 1, 1, 0, 0.9]], [[0, 0, 1, 1, 0, 0.4]]])
    assert BoxesFound().score(as_boxes([[], [], []]), found).tolist() == [1, 0, 1]
    assert NoFalseAlarms().score(as_boxes([[], [], []]), found).tolist() == [1, 0, 1]


def test_a_surer_box_takes_the_true_one_first() -> None:
    # The surer one fits both true boxes and takes the nearer; the other must make do.
    true = as_boxes([[[0, 0, 4, 4, 0], [0, 1, 4, 5, 0]]])
    found = as_found([[[0, 0, 4, 4, 0, 0.6], [0, 0.4, 4, 4.4, 0, 0.9]]])
    assert BoxesFound(iou=0.5).score(true, found).tolist() == [1.0]
    assert BoxesFound(iou=0.75).score(true, found).tolist() == [0.5]


def test_plain_arrays_are_read_as_boxes() -> None:
    assert BoxesFound().score(np.array([TWO]), np.array([ANSWERS["both"][0]])).tolist() == [1.0]


def test_kept_are_the_boxes_that_count_and_have_an_area() -> None:
    clean = as_found([[[0, 0, 4, 4, 0, 0.9], [5, 5, 9, 9, 0, 0.3], [7, 7, 7, 9, 0, 0.9]], []])
    kept = BoxesKept().kept(clean)
    assert kept["class"].tolist() == [[0, -1, -1], [-1, -1, -1]]
    # Whatever the answer, the same again is right.
    assert BoxesKept().score(kept, clean).tolist() == [1.0, 1.0]
    assert clean["class"].tolist() == [[0, 0, 0], [-1, -1, -1]]


@pytest.mark.parametrize("kind", [BoxesFound, BoxesKept, NoFalseAlarms])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"iou": 0}, "iou=0 must be above 0 and at most 1"),
        ({"iou": 1.1}, "iou=1.1 must be"),
        ({"iou": True}, "iou=True must be"),
        ({"confidence": -0.1}, "confidence=-0.1 must be from 0 to 1"),
        ({"confidence": "0.5"}, "confidence='0.5' must be"),
    ],
)
def test_parameters_out_of_range_are_refused(kind: type[BoxCriterion], given: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=f"{kind.__name__}: {message}"):
        kind(**given)
