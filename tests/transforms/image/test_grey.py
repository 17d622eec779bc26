"""Grey against Pillow and the formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from pytest_robust import UNBOUNDED, Between, Bounds, InvalidArgument
from pytest_robust.transforms import Grey


def test_grey_agrees_with_pillow(change: Any) -> None:
    x = np.random.default_rng(0).integers(0, 256, (4, 9, 12, 3), dtype=np.uint8)
    expected = np.stack([np.asarray(Image.fromarray(image).convert("L"), dtype=np.float32) for image in x])
    grey = change(Grey(), x, bounds=Bounds(0, 255))
    # Pillow rounds to whole levels.
    assert np.abs(grey - expected[..., None]).max() <= 0.51
    assert np.ptp(grey, axis=3).max() == 0


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_a_share_of_the_colour_goes_and_the_luma_stays(share: float, photos: Any, change: Any) -> None:
    luma = (photos @ np.array([0.299, 0.587, 0.114]))[..., None]
    changed = change(Grey(share=share), photos)
    np.testing.assert_allclose(changed, luma + (1 - share) * (photos - luma), atol=1e-6)


def test_what_is_grey_already_stays_bit_for_bit(change: Any) -> None:
    x = np.repeat(np.random.default_rng(0).random((3, 5, 4, 1), dtype=np.float32), 3, axis=3)
    assert np.array_equal(change(Grey(), x), x)


def test_no_share_changes_nothing(photos: Any, change: Any) -> None:
    assert np.array_equal(change(Grey(share=0), photos, bounds=UNBOUNDED), photos)


@pytest.mark.parametrize("share", [1.5, -0.1, Between(0, 2), float("nan"), "0.5"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        Grey(share=share)


def test_a_milder_grey_keeps_more_colour() -> None:
    assert Grey().scaled(0.5) == Grey(share=0.5)
    assert Grey.strongest() == Grey()
