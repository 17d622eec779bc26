"""Keras detectors answer boxes in a dict, as one table or in neither."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from pytest_robust import BoxesFound, InvalidModel, Subject
from pytest_robust.adapters import adapt
from pytest_robust.adapters.keras import _Scores
from pytest_robust.transforms import Constant, Flip, Translate

SIDE = 24


def _edges(lit: Any) -> tuple[Any, Any]:
    """Return where the first lit entry begins and the last ends."""
    first = ops.argmax(lit, axis=1)
    last = SIDE - ops.argmax(ops.flip(lit, axis=1), axis=1)
    return ops.cast(first, "float32"), ops.cast(last, "float32")


def _detector(names: tuple[str, ...]) -> Any:
    """Return a model that finds the one bright thing in an image."""
    images = keras.Input((SIDE, SIDE, 1))
    bright = ops.cast(images > 0.5, "float32")
    top, below = _edges(ops.max(bright, axis=(2, 3)))
    left, right = _edges(ops.max(bright, axis=(1, 3)))
    boxes = ops.stack([left, top, right, below], axis=1)[:, None]
    nothing = ops.zeros_like(boxes[..., 0])
    columns = dict(zip(names, (boxes, nothing, nothing + 0.9), strict=False))
    return keras.Model(images, columns)


@pytest.fixture(scope="module")
def scenes() -> tuple[Any, Any]:
    x, y = np.zeros((20, SIDE, SIDE, 1), dtype=np.float32), []
    for turn, image in enumerate(x):
        image[turn % 7 + 3 : turn % 7 + 11, turn % 5 + 4 : turn % 5 + 13] = 1
        y.append([[turn % 5 + 4, turn % 7 + 3, turn % 5 + 13, turn % 7 + 11, 0]])
    return x, np.array(y)


@pytest.mark.parametrize("names", [("boxes", "labels", "scores"), ("boxes", "classes", "confidence")])
def test_a_dict_of_boxes_is_understood(scenes: tuple[Any, Any], names: tuple[str, ...]) -> None:
    subject = Subject(_detector(names), *scenes, bounds=(0, 1))
    assert float(subject.accuracy(criterion=BoxesFound(iou=1.0))) == 1.0
    assert float(subject.accuracy(under=Flip(), criterion=BoxesFound(iou=1.0))) == 1.0
    moved = Translate(width=0.1, height=0.1, fill=Constant(0))
    assert float(subject.accuracy(under=moved, criterion=BoxesFound(iou=0.7))) == 1.0


def test_a_dict_without_confidences_is_refused_with_their_name(scenes: tuple[Any, Any]) -> None:
    model = adapt(_detector(("boxes", "labels")), allow_pickle=False)
    with pytest.raises(InvalidModel, match=r"a dict of \['boxes', 'labels'\]: beside 'boxes' it needs 'scores'"):
        model.predict(scenes[0])


def test_another_backend_answers_the_same_boxes(scenes: tuple[Any, Any]) -> None:
    detector = _detector(("boxes", "labels", "scores"))
    found = _Scores(detector).predict(scenes[0])
    assert found["x1"][:, 0].tolist() == scenes[1][:, 0, 0].tolist()
    assert np.allclose(found["confidence"], 0.9)
