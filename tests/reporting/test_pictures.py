"""Pictures of examples."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from pytest_robust.core.bounds import Bounds
from pytest_robust.core.example import Picture
from pytest_robust.reporting._pictures import Shown, triptych

if TYPE_CHECKING:
    from conftest import Runs

PLENTY = 100_000


def _levels(shown: Shown | None) -> np.ndarray:
    assert shown is not None
    return np.asarray(Image.open(BytesIO(b64decode(shown.address.split(",")[1]))))


@pytest.mark.parametrize("colour", [False, True])
def test_a_small_picture_is_shown_level_by_level(runs: Runs, colour: bool) -> None:
    example = runs.example(3, colour=colour)
    pictures = triptych(example, most_bytes=PLENTY)
    assert pictures is not None
    assert example.clean is not None
    assert np.array_equal(_levels(pictures.clean), np.squeeze(example.clean.array()))
    assert pictures.clean.address.startswith("data:image/png;base64,")
    assert pictures.clean.pixelated


def test_the_difference_is_grey_where_nothing_changed_and_reaches_both_ends_at_its_largest(runs: Runs) -> None:
    clean = np.full((4, 4), 100 / 255)
    changed = clean.copy()
    changed[0, 0], changed[1, 1], changed[2, 2] = 126 / 255, 74 / 255, 110 / 255
    example = runs.example(clean=runs.picture(clean), changed=runs.picture(changed))
    pictures = triptych(example, most_bytes=PLENTY)
    assert pictures is not None
    levels = _levels(pictures.difference)
    assert (levels[0, 0], levels[1, 1], levels[3, 3]) == (255, 1, 128)
    assert 128 < levels[2, 2] < 255
    assert pictures.largest == 26


def test_a_picture_that_did_not_change_is_grey(runs: Runs) -> None:
    example = runs.example()
    pictures = triptych(replace(example, changed=example.clean), most_bytes=PLENTY)
    assert pictures is not None
    assert pictures.largest == 0
    assert set(_levels(pictures.difference).ravel()) == {128}


def test_pictures_of_different_sizes_have_no_difference(runs: Runs) -> None:
    example = runs.example(changed=runs.picture(np.zeros((5, 7))))
    pictures = triptych(example, most_bytes=PLENTY)
    assert pictures is not None
    assert pictures.difference is None


def test_an_example_without_pictures_has_none(runs: Runs) -> None:
    assert triptych(runs.example(clean=None), most_bytes=PLENTY) is None
    assert triptych(runs.example(changed=None), most_bytes=PLENTY) is None


def test_opacity_is_left_out(runs: Runs) -> None:
    picture = Picture.of(np.random.default_rng(0).random((6, 5, 4)), Bounds(0, 1))
    pictures = triptych(runs.example(clean=picture, changed=picture), most_bytes=PLENTY)
    assert pictures is not None
    assert _levels(pictures.clean).shape == (6, 5, 3)


@pytest.mark.parametrize("most_bytes", [2_000, 5_000, 20_000])
def test_a_large_picture_is_made_to_weigh_no_more_than_it_may(runs: Runs, most_bytes: int) -> None:
    noise = runs.picture(np.random.default_rng(0).random((224, 200, 3)))
    pictures = triptych(runs.example(clean=noise, changed=noise), most_bytes=most_bytes)
    assert pictures is not None
    assert pictures.clean.address.startswith("data:image/jpeg;base64,")
    assert len(b64decode(pictures.clean.address.split(",")[1])) <= most_bytes
    height, width = _levels(pictures.clean).shape[:2]
    assert height / width == pytest.approx(224 / 200, rel=0.1)
    assert not pictures.clean.pixelated
