"""Boxes in every form people keep them in become one, and what is no box is refused with its place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidData, InvalidModel, as_boxes, as_found
from pytest_robust.core.detections import check_inside, corners, described, is_boxes, joined, widened

PADDED = np.array([[[2, 1, 6, 4, 0], [0, 0, 3, 3, 1]], [[1, 1, 2, 2, 5], [-1, -1, -1, -1, -1]]], dtype=np.float32)
FORMS: dict[str, Any] = {
    "padded": PADDED,
    "tables": [PADDED[0], PADDED[1, :1]],
    "lists": [PADDED[0].tolist(), PADDED[1, :1].tolist()],
    "dicts": [
        {"boxes": PADDED[0, :, :4], "labels": np.array([0, 1])},
        {"boxes": [[1, 1, 2, 2]], "labels": [5]},
    ],
    "one dict": {"boxes": PADDED[..., :4], "classes": PADDED[..., 4]},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_boxes(form: str) -> None:
    boxes = as_boxes(FORMS[form])
    assert is_boxes(boxes)
    assert boxes["class"].tolist() == [[0, 1], [5, -1]]
    assert corners(boxes).tolist() == [[[2, 1, 6, 4], [0, 0, 3, 3]], [[1, 1, 2, 2], [0, 0, 0, 0]]]
    assert as_boxes(boxes) is boxes


def test_images_without_boxes_have_rows_without_boxes() -> None:
    boxes = as_boxes([[], np.zeros((0, 5)), {"boxes": [], "labels": []}, [[0, 0, 1, 1, 3]]])
    assert boxes["class"].tolist() == [[-1], [-1], [-1], [3]]


def test_a_model_that_finds_nothing_answers_no_rows() -> None:
    found = as_found([{"boxes": np.zeros((0, 4)), "labels": np.zeros(0), "scores": np.zeros(0)}] * 3)
    assert found.shape == (3, 0)
    assert as_found(found) is found


@pytest.mark.parametrize("names", [("labels", "scores"), ("classes", "confidence")])
def test_found_boxes_carry_a_confidence(names: tuple[str, str]) -> None:
    one = {"boxes": [[0, 0, 1, 1]], names[0]: [2], names[1]: [0.25]}
    whole = {"boxes": np.array([[[0, 0, 1, 1.0]]]), names[0]: np.array([[2]]), names[1]: np.array([[0.25]])}
    for answer in ([one], whole, np.array([[[0, 0, 1, 1, 2, 0.25]]])):
        found = as_found(answer)
        assert (found["class"].item(), found["confidence"].item()) == (2, 0.25)


REFUSED: dict[str, tuple[Any, str]] = {
    "flat": (np.zeros((3, 5)), r"y has shape \(3, 5\): boxes of n images are \(n, k, 5\), each x1, y1, x2, y2, class"),
    "four columns": ([[[0, 0, 1, 1]]], r"y\[0\] has shape \(1, 4\): give one row a box"),
    "no boxes": ([{"bbox": 1}], r"y\[0\] is a dict of \['bbox'\]: it needs 'boxes'"),
    "no labels": ([{"boxes": [[0, 0, 1, 1]]}], r"y\[0\] is a dict of \['boxes'\]: it needs 'labels', one a box"),
    "names": ([{"boxes": [[0, 0, 1, 1]], "labels": ["cat"]}], r"y\[0\]\['labels'\] holds <U3.*whole numbers"),
    "too few": ([{"boxes": [[0, 0, 1, 1]], "labels": []}], r"of shape \(0,\) beside boxes of shape \(1, 4\)"),
    "words": ([[["a", 0, 1, 1, 0]]], r"y\[0\] holds no boxes: .*give numbers"),
    "backwards": ([[], [[5, 0, 3, 1, 0]]], r"y\[1\] holds the box \[5.0, 0.0, 3.0, 1.0, 0.0\]: the second corner"),
    "flat box": ([[[5, 0, 5, 1, 0]]], "it has no area"),
    "half a class": ([[[0, 0, 1, 1, 0.5]]], "classes are whole numbers from 0"),
    "class -2": ([[[0, 0, 1, 1, -2]]], "classes are whole numbers from 0"),
    "nan": ([[[0, np.nan, 1, 1, 0]]], "not a finite number"),
    "class nan": ([[[0, 0, 1, 1, np.nan]]], "not a finite number"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_box_is_refused_with_its_place(what: str) -> None:
    given, message = REFUSED[what]
    with pytest.raises(InvalidData, match=message):
        as_boxes(given)


def test_a_model_that_answers_no_boxes_is_refused() -> None:
    with pytest.raises(InvalidModel, match=r"answer\[0\] holds the box .*confidence must be from 0 to 1"):
        as_found([[[0, 0, 1, 1, 0, 1.5]]])
    with pytest.raises(InvalidModel, match="needs 'scores'"):
        as_found([{"boxes": [[0, 0, 1, 1]], "labels": [0]}])
    # A box without area is a poor answer, not a wrong one.
    assert as_found([[[0, 0, 0, 1, 0, 1]]])["class"].item() == 0


def test_boxes_beyond_the_edges_are_refused() -> None:
    images = np.zeros((2, 10, 20, 3))
    check_inside(as_boxes([[[0, 0, 20, 10, 0]], [[-0.4, 0, 20.4, 10, 0]]]), images)
    with pytest.raises(InvalidData, match=r"y\[1\] holds the box \[0.0, 0.0, 10.0, 20.0\].* 10 rows and 20 columns"):
        check_inside(as_boxes([[], [[0, 0, 10, 20, 0]]]), images)
    with pytest.raises(InvalidData, match=r"y\[0\] holds the box \[-1.0,"):
        check_inside(as_boxes([[[-1, 0, 10, 10, 0]], []]), images)
    with pytest.raises(InvalidData, match=r"x has shape \(2, 10\): boxes need images"):
        check_inside(as_boxes([[], [[0, 0, 1, 1, 0]]]), images[:, :, 0, 0])


def test_wider_boxes_are_the_same_boxes() -> None:
    one, other = as_boxes([[[0, 0, 1, 1, 4]]]), as_boxes([[[0, 0, 1, 1, 1], [1, 1, 2, 2, 2]]])
    assert joined([one, other])["class"].tolist() == [[4, -1], [1, 2]]
    assert widened(one, 1) is one
    assert joined([np.arange(2), np.arange(1)]).tolist() == [0, 1, 0]


def test_boxes_are_told_in_words() -> None:
    assert [described(row) for row in as_boxes([[], [[0, 0, 1, 1, 3]], PADDED[0]])] == [
        "no box",
        "1 box of class 3",
        "2 boxes of classes 0, 1",
    ]
