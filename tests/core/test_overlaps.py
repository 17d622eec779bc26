"""Overlaps and matches are those of a plain loop over all pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import as_boxes, as_found
from pytest_robust.core.overlaps import matches, overlaps


def _random(generator: np.random.Generator, images: int, most: int, *, confidence: bool) -> list[list[list[float]]]:
    drawn = []
    for _ in range(images):
        rows = []
        for _ in range(generator.integers(0, most + 1)):
            corner, side = generator.integers(0, 4, 2), generator.integers(2, 6, 2)
            sure = [float(generator.random())] if confidence else []
            rows.append([*corner, *(corner + side), int(generator.integers(0, 2)), *sure])
        drawn.append(rows)
    return drawn


def _iou(a: Any, b: Any) -> float:
    """Count pixels: the coordinates are whole."""
    one, other = np.zeros((12, 12), bool), np.zeros((12, 12), bool)
    one[int(a[1]) : int(a[3]), int(a[0]) : int(a[2])] = True
    other[int(b[1]) : int(b[3]), int(b[0]) : int(b[2])] = True
    return float((one & other).sum() / (one | other).sum()) if a[4] == b[4] else 0.0


@pytest.mark.parametrize("seed", range(5))
def test_overlaps_and_matches_are_those_of_a_loop(seed: int) -> None:
    generator = np.random.default_rng(seed)
    true, found = _random(generator, 60, 4, confidence=False), _random(generator, 60, 5, confidence=True)
    shared, matched = overlaps(as_found(found), as_boxes(true)), matches(as_found(found), as_boxes(true), iou=0.3)
    assert (matched >= 0).sum() > 10
    for image, (ours, theirs) in enumerate(zip(found, true, strict=True)):
        for i, a in enumerate(ours):
            for j, b in enumerate(theirs):
                assert shared[image, i, j] == pytest.approx(_iou(a, b))
        left = set(range(len(theirs)))
        expected = [-1] * matched.shape[1]
        for i in sorted(range(len(ours)), key=lambda i: -ours[i][5]):
            best = max(left, key=lambda j: (_iou(ours[i], theirs[j]), -j), default=None)
            if best is not None and _iou(ours[i], theirs[best]) >= 0.3:
                expected[i] = best
                left.remove(best)
        assert matched[image].tolist() == expected


def test_rows_without_a_box_overlap_nothing() -> None:
    true = as_boxes([[], [[0, 0, 2, 2, 0]]])
    assert overlaps(true, true).tolist() == [[[0.0]], [[1.0]]]
    assert matches(as_found([[[0, 0, 2, 2, 0, 1]]]), as_boxes([[]]), iou=0.5).tolist() == [[-1]]
    assert matches(as_found([[], []]), true, iou=0.5).shape == (2, 0)
