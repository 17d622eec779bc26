"""Every way to fill agrees with scipy on random affine maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from pytest_robust import InvalidArgument
from pytest_robust.core.affine import resample
from pytest_robust.core.fill import Fill
from pytest_robust.transforms import Constant, Nearest, Reflect, Rotate, Wrap

FILLS = [
    (Nearest(), "nearest", 0.0),
    (Reflect(), "reflect", 0.0),
    (Wrap(), "grid-wrap", 0.0),
    (Constant(0.3), "grid-constant", 0.3),
]


def _maps(count: int) -> NDArray[np.float64]:
    random = np.random.default_rng(2)
    maps = np.concatenate([random.normal(size=(count, 2, 2)), random.uniform(-30, 30, size=(count, 2, 1))], axis=2)
    maps[0] = np.eye(2, 3)
    return maps


def _by_scipy(image: NDArray[Any], inverse: NDArray[Any], mode: str, value: float) -> NDArray[Any]:
    # scipy counts from the corner, in float64.
    centre = (np.array(image.shape) - 1) / 2
    offset = inverse[:, 2] + centre - inverse[:, :2] @ centre
    return ndimage.affine_transform(
        image.astype(np.float64), inverse[:, :2], offset, order=1, mode=mode, cval=value, prefilter=False
    )


@pytest.mark.parametrize(("fill", "mode", "value"), FILLS, ids=str)
@pytest.mark.parametrize("size", [(9, 12), (8, 8), (1, 5), (4, 1), (1, 1), (2, 3)], ids=str)
def test_resampling_agrees_with_scipy(fill: Fill, mode: str, value: float, size: tuple[int, int]) -> None:
    images = np.random.default_rng(3).random((40, *size, 3), dtype=np.float32)
    maps = _maps(len(images))
    seen = resample(images, maps, fill)
    expected = np.empty(images.shape)
    for row in range(len(images)):
        for channel in range(3):
            expected[row, ..., channel] = _by_scipy(images[row, ..., channel], maps[row], mode, value)
    np.testing.assert_allclose(seen, expected, atol=1e-4)


@pytest.mark.parametrize("fill", [fill for fill, _, _ in FILLS], ids=repr)
@pytest.mark.parametrize("size", [(9, 12), (32, 32), (1, 7), (1, 1), (301, 257)], ids=str)
def test_an_identity_returns_the_images_bit_for_bit(fill: Fill, size: tuple[int, int]) -> None:
    images = np.random.default_rng(4).normal(size=(3, *size, 1)).astype(np.float32)
    seen = resample(images, np.repeat(np.eye(2, 3)[None], 3, axis=0), fill)
    assert np.array_equal(seen, images)
    assert not np.shares_memory(seen, images)


@pytest.mark.parametrize("fill", [fill for fill, _, _ in FILLS], ids=repr)
def test_chunks_leave_no_seam(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(5).random((30, 9, 12, 3), dtype=np.float32)
    whole = resample(images, _maps(30), fill)
    monkeypatch.setattr("pytest_robust.core.bilinear._PIXELS", 7 * 9 * 12)
    assert np.array_equal(resample(images, _maps(30), fill), whole)


def test_an_image_too_large_to_be_counted_in_float32_is_resampled(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(6).random((30, 9, 12, 3), dtype=np.float32)
    small = resample(images, _maps(30), Nearest())
    monkeypatch.setattr("pytest_robust.core.bilinear._EXACT", 1)
    assert np.array_equal(resample(images, _maps(30), Nearest()), small)


def test_no_image_gives_no_image() -> None:
    assert resample(np.empty((0, 8, 8, 3), np.float32), np.empty((0, 2, 3)), Nearest()).shape == (0, 8, 8, 3)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "black", None])
def test_a_constant_that_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="finite number"):
        Constant(value)


@pytest.mark.parametrize("fill", ["nearest", Nearest, None])
def test_a_fill_by_name_is_refused_with_the_values_to_write(fill: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"Nearest\(\), Reflect\(\), Wrap\(\) or Constant\(value\)"):
        Rotate(degrees=5, fill=fill)


@pytest.mark.parametrize("fill", [fill for fill, _, _ in FILLS])
def test_the_repr_makes_the_fill_again(fill: Fill) -> None:
    words = {"Constant": Constant, "Nearest": Nearest, "Reflect": Reflect, "Wrap": Wrap}
    assert eval(repr(fill), words) == fill
