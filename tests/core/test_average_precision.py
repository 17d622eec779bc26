"""Average precision is COCO's, computed here once more by the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import COCO, AveragePrecision, InvalidArgument, InvalidData, Overlaps, as_boxes, as_found
from pytest_robust.core.overlaps import matches


def _by_definition(true: Any, found: Any, rows: Any, iou: float) -> float:
    """Sort all found boxes of a class, and take the best precision at each recall or above."""
    true, found = true[rows], found[rows]
    matched = matches(found, true, iou=iou) >= 0
    means = []
    for one in range(3):
        there = int((true["class"] == one).sum())
        if not there:
            continue
        mine = found["class"] == one
        ranked = sorted(zip(found["confidence"][mine], matched[mine], strict=True), key=lambda pair: -pair[0])
        points = []
        for sure in {confidence for confidence, _ in ranked}:
            seen = [right for confidence, right in ranked if confidence >= sure]
            points.append((sum(seen) / there, sum(seen) / len(seen)))
        best = [
            max((precision for recall, precision in points if recall >= at / 100 - 1e-9), default=0.0)
            for at in range(101)
        ]
        means.append(sum(best) / 101)
    return float(np.mean(means))


def _scene(seed: int, images: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    true, found = [], []
    for _ in range(images):
        corner = generator.integers(0, 12, (generator.integers(0, 4), 2))
        kinds = generator.integers(0, 3, (len(corner), 1))
        true.append(np.concatenate([corner, corner + 5, kinds], axis=1))
        shaken = corner + generator.integers(-1, 2, corner.shape)
        # In tenths, so that some are equally sure.
        sure = generator.integers(0, 11, (len(corner), 1)) / 10
        answers = np.concatenate([shaken, shaken + 5, kinds, sure], axis=1)
        false = [[1, 1, 4, 4, generator.integers(0, 3), generator.integers(0, 11) / 10]]
        found.append(np.concatenate([answers[generator.random(len(answers)) < 0.8], false]))
    return as_boxes(true), as_found(found)


@pytest.mark.parametrize("iou", [0.4, 0.5, 0.75])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_one_of_the_definition_also_on_resampled_images(iou: float, seed: int) -> None:
    true, found = _scene(seed, 40)
    measure = AveragePrecision(iou=iou).measure(true, found)
    generator = np.random.default_rng(seed)
    for rows in (np.arange(40), generator.integers(40, size=40), generator.permutation(40)):
        expected = _by_definition(true, found, rows, iou)
        assert 0 < expected < 1
        assert measure(rows) == pytest.approx(expected)


def test_the_mean_over_overlaps_is_the_mean() -> None:
    true, found = _scene(0, 30)
    rows = np.arange(30)
    alone = [AveragePrecision(iou=iou).measure(true, found)(rows) for iou in (0.4, 0.75)]
    assert AveragePrecision(iou=Overlaps(0.4, 0.75)).measure(true, found)(rows) == pytest.approx(np.mean(alone))
    assert COCO.values == (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def test_hand_counted_precisions() -> None:
    box, other, false = [0, 0, 4, 4], [8, 8, 12, 12], [20, 20, 24, 24]
    true = as_boxes([[[*box, 0], [*other, 0]]])

    def of(*found: list[float]) -> float:
        return AveragePrecision().measure(true, as_found([list(found)]))(np.array([0]))

    assert of([*box, 0, 0.9], [*other, 0, 0.8]) == 1
    assert of() == 0
    # Recalls 0 to 0.5, which are 51 of 101, at precision 1; the others at none, or at two thirds.
    assert of([*box, 0, 0.9]) == pytest.approx(51 / 101)
    assert of([*box, 0, 0.9], [*false, 0, 0.8], [*other, 0, 0.7]) == pytest.approx((51 + 50 * 2 / 3) / 101)
    # A false box before the true ones halves and thirds; one of another class does nothing.
    assert of([*false, 0, 0.9], [*box, 0, 0.8]) == pytest.approx(51 / 2 / 101)
    assert of([*box, 0, 0.9], [*other, 0, 0.8], [*false, 7, 0.9]) == 1
    # As sure as the true one, the false one counts with it, whichever comes first.
    assert of([*box, 0, 0.9], [*false, 0, 0.9]) == of([*false, 0, 0.9], [*box, 0, 0.9]) == pytest.approx(51 / 2 / 101)


def test_without_true_boxes_there_is_no_precision() -> None:
    with pytest.raises(InvalidData, match="needs true boxes"):
        AveragePrecision().measure(as_boxes([[], []]), as_found([[], []]))
    some = AveragePrecision().measure(as_boxes([[], [[0, 0, 1, 1, 0]]]), as_found([[], []]))
    assert np.isnan(some(np.array([0, 0])))
    assert some(np.array([0, 1])) == 0


def test_overlaps_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="AveragePrecision: iou=0 must be above 0"):
        AveragePrecision(iou=0)
    with pytest.raises(InvalidArgument, match="Overlaps: iou=2 must be"):
        Overlaps(0.5, 2)
    with pytest.raises(InvalidArgument, match="needs at least one"):
        Overlaps()
    assert repr(AveragePrecision(iou=Overlaps(*COCO.values))) == "AveragePrecision(iou=COCO)"
    assert repr(AveragePrecision(iou=Overlaps(0.5))) == "AveragePrecision(iou=Overlaps(0.5))"
