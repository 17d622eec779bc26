"""Boxes go where the things in them go: painted as masks and moved as images, they are found there again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import as_boxes
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.detections import corners
from pytest_robust.core.parameters import Between, Exactly
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import (
    CifarC,
    Constant,
    ElasticTransform,
    Flip,
    Fog,
    GaussianNoise,
    JpegCompression,
    Perspective,
    Rotate,
    Shear,
    Translate,
    Vertical,
    Zoom,
)
from pytest_robust.transforms.image._boxes import VISIBLE, with_boxes

HEIGHT, WIDTH = 120, 160
BLACK = Constant(0)
GEOMETRIC = [
    Rotate(degrees=40, fill=BLACK),
    Rotate(degrees=180, fill=BLACK),
    Translate(width=0.5, height=0.5, fill=BLACK),
    Shear(degrees=35, fill=BLACK),
    Shear(degrees=35, direction=Vertical(), fill=BLACK),
    Zoom(factor=0.6, fill=BLACK),
    Zoom(height=Between(0.4, 2.5), width=Between(0.4, 2.5), fill=BLACK),
    Perspective(shift=0.2, fill=BLACK),
    Perspective(shift=Between(-0.3, 0.1), fill=BLACK),
]


def _painted(seed: int, count: int) -> Batch:
    """Return one filled rectangle an image, with its box."""
    generator = np.random.default_rng(seed)
    x, boxes = np.zeros((count, HEIGHT, WIDTH), dtype=np.float32), []
    for image in x:
        top, left = generator.integers(0, (HEIGHT - 30, WIDTH - 30))
        below, right = top + generator.integers(12, 30), left + generator.integers(12, 30)
        image[top:below, left:right] = 1
        boxes.append([[left, top, right, below, 7]])
    return Batch(x=x, y=as_boxes(boxes), bounds=Bounds(0, 1))


def _seen(image: Any) -> list[float]:
    rows, columns = np.nonzero(image > 0.5)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def _apply(transform: Transform, batch: Batch) -> Batch:
    return transform.apply(batch, Streams.of(0, transform.kind, index=np.arange(len(batch.x))))


@pytest.mark.parametrize("transform", GEOMETRIC, ids=repr)
def test_a_box_is_around_what_is_seen_of_a_painted_rectangle(transform: Transform) -> None:
    batch = _painted(1, 40)
    moved = _apply(transform, batch)
    kept = moved.y["class"][:, 0] == 7
    assert 10 <= kept.sum()
    for image, box in zip(moved.x[kept], corners(moved.y)[kept, 0], strict=True):
        # Pixels are lit from half on; at a sharp corner, less than that of the last ones is covered.
        assert _seen(image) == pytest.approx(box, abs=2.1)
        assert (box >= 0).all()
        assert (box <= [WIDTH, HEIGHT, WIDTH, HEIGHT]).all()
    for image in moved.x[~kept]:
        # Of the rectangle's own area: a projection may have made it larger or smaller.
        assert image.sum() <= VISIBLE * 30 * 30 * 2.6


@pytest.mark.parametrize("flip", [Flip(), Flip(direction=Vertical()), Flip() | Flip(direction=Vertical())], ids=repr)
def test_mirrored_boxes_are_exact(flip: Any) -> None:
    moved = _painted(2, 20)
    for part in getattr(flip, "parts", (flip,)):
        moved = _apply(part, moved)
    for image, box in zip(moved.x, corners(moved.y)[:, 0], strict=True):
        assert _seen(image) == box.tolist()


def test_boxes_of_images_that_were_not_mirrored_stay() -> None:
    batch = _painted(3, 40)
    moved = _apply(Flip(probability=0.5), batch)
    stayed = (moved.x == batch.x).all(axis=(1, 2))
    assert 0 < stayed.sum() < 40
    assert (moved.y[stayed] == batch.y[stayed]).all()
    assert (moved.y[~stayed] != batch.y[~stayed]).all()


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_quarter_turns_of_a_square_image_are_exact(degrees: float) -> None:
    batch = _painted(4, 10)
    square = Batch(x=batch.x[:, :, :HEIGHT], y=as_boxes([[[10, 20, 30, 90, 0]]] * 10), bounds=batch.bounds)
    moved = _apply(Rotate(degrees=Exactly(degrees)), square)
    expected = {90: [20, 90, 90, 110], 180: [90, 30, 110, 100], -90: [30, 10, 100, 30]}[degrees]
    assert corners(moved.y)[:, 0].tolist() == [expected] * 10


@pytest.mark.parametrize(("share", "left"), [(0.25, True), (0.24, False)])
def test_a_box_is_dropped_below_the_visible_share(share: float, left: bool) -> None:
    # 100 pixels wide; all but a share of it moves out of view on the left.
    batch = Batch(x=np.zeros((1, 50, 200, 1), np.float32), y=as_boxes([[[0, 10, 100, 20, 3]]]), bounds=Bounds(0, 1))
    moved = _apply(Translate(width=Exactly(-(1 - share) / 2), height=0), batch)
    assert moved.y["class"].tolist() == [[3 if left else -1]]
    if left:
        assert corners(moved.y)[0, 0].tolist() == [0, 10, 25, 20]
    else:
        assert corners(moved.y)[0, 0].tolist() == [0, 0, 0, 0]


def test_a_box_out_of_view_is_dropped_and_one_larger_than_the_view_becomes_the_view() -> None:
    x = np.zeros((1, 40, 40, 1), np.float32)
    batch = Batch(x=x, y=as_boxes([[[0, 0, 4, 4, 0], [0, 0, 40, 40, 1]]]), bounds=Bounds(0, 1))
    moved = _apply(Zoom(factor=Exactly(2)), batch)
    assert moved.y["class"].tolist() == [[-1, 1]]
    assert corners(moved.y)[0, 1].tolist() == [0, 0, 40, 40]


def test_skewed_images_take_their_boxes_along() -> None:
    batch = _painted(5, 40)
    # The mirrored surroundings bring copies into view, so those at the edge say nothing.
    moved = _apply(ElasticTransform(severity=5, constants=CifarC()), batch)
    whole = [
        (image, box, before)
        for image, box, before in zip(moved.x, corners(moved.y)[:, 0], corners(batch.y)[:, 0], strict=True)
        if 0 < min(_seen(image)) and _seen(image)[2] < WIDTH and _seen(image)[3] < HEIGHT
    ]
    assert len(whole) > 20
    apart = np.array([np.abs(np.subtract(_seen(image), box)).max() for image, box, _ in whole])
    stale = np.array([np.abs(np.subtract(_seen(image), before)).max() for image, _, before in whole])
    assert np.median(apart) < np.median(stale) / 2


@pytest.mark.parametrize("transform", [GaussianNoise(sigma=0.1), Fog(severity=3), JpegCompression(severity=3)])
def test_what_moves_nothing_leaves_the_boxes(transform: Transform) -> None:
    batch = _painted(6, 3)
    assert _apply(transform, batch).y is batch.y


def test_other_labels_stay_as_they_are() -> None:
    x, nothing = np.zeros((2, 9, 9), np.float32), as_boxes([[], []])
    for y in (None, np.arange(2), np.zeros((2, 3, 5)), nothing):
        batch = Batch(x=x, y=y, bounds=Bounds(0, 1))
        assert with_boxes(batch, np.full((2, 2, 3), np.nan)).y is y


def test_the_labels_of_before_are_not_written_to() -> None:
    batch = _painted(7, 3)
    batch.y.flags.writeable = False
    before = batch.y.copy()
    moved = _apply(Flip(), batch)
    assert (batch.y == before).all()
    assert not np.shares_memory(moved.y, batch.y)
