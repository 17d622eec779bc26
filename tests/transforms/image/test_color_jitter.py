"""Jitter of colours against Pillow, colorsys and closed forms."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from pytest_robust import Between, Bounds, Exactly, InvalidArgument, InvalidData
from pytest_robust.transforms import ColorJitter

FACTORS = ("brightness", "contrast", "saturation")


def _luma(x: Any) -> Any:
    return x @ np.array([0.299, 0.587, 0.114])


@pytest.mark.parametrize("factor", [0, 0.4, 1.7])
@pytest.mark.parametrize("name", FACTORS)
def test_a_factor_agrees_with_pillow(name: str, factor: float, change: Any) -> None:
    # torchvision's definition is Pillow's ImageEnhance.
    grey_levels = np.random.default_rng(0).integers(0, 256, (4, 9, 12, 3), dtype=np.uint8)
    enhancer = {"brightness": ImageEnhance.Brightness, "contrast": ImageEnhance.Contrast}.get(name, ImageEnhance.Color)
    expected = [np.asarray(enhancer(Image.fromarray(image)).enhance(factor)) for image in grey_levels]
    jittered = change(ColorJitter(**{name: Exactly(factor)}), grey_levels, bounds=Bounds(0, 255))
    # Pillow rounds the grey it blends with to whole levels, and the result.
    assert np.abs(jittered - np.array(expected, dtype=np.float32)).max() <= 1.6


@pytest.mark.parametrize("turn", [-0.5, -0.21, 0.1, 0.3, 0.5])
def test_a_turn_of_the_hue_agrees_with_colorsys(turn: float, photos: Any, change: Any) -> None:
    def turned(pixel: Any) -> Any:
        hue, saturation, value = colorsys.rgb_to_hsv(*map(float, pixel))
        return colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)

    expected = np.apply_along_axis(turned, 3, photos)
    np.testing.assert_allclose(change(ColorJitter(hue=Exactly(turn)), photos), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("turn", "becomes"),
    [(1 / 3, (0, 1, 0)), (-1 / 3, (0, 0, 1)), (0.5, (0, 1, 1)), (-0.5, (0, 1, 1)), (1 / 6, (1, 1, 0))],
)
def test_pure_red_turns_to_the_colour_opposite_it(turn: float, becomes: Any, change: Any) -> None:
    red = np.tile(np.array([1, 0, 0], np.float32), (1, 3, 2, 1))
    np.testing.assert_allclose(change(ColorJitter(hue=Exactly(turn)), red), np.full_like(red, becomes), atol=1e-6)


def test_the_hue_of_grey_is_none(change: Any) -> None:
    grey = np.repeat(np.random.default_rng(0).random((3, 4, 5, 1), dtype=np.float32), 3, axis=3)
    assert np.array_equal(change(ColorJitter(hue=0.5), grey), grey)


def test_saturation_and_hue_keep_what_they_should(photos: Any, change: Any) -> None:
    mild = 0.25 + photos / 2
    pale = change(ColorJitter(saturation=Exactly(0.3)), mild)
    np.testing.assert_allclose(_luma(pale), _luma(mild), atol=1e-6)
    turned = change(ColorJitter(hue=Exactly(0.17)), mild)
    np.testing.assert_allclose(turned.max(axis=3), mild.max(axis=3), atol=1e-6)
    np.testing.assert_allclose(turned.min(axis=3), mild.min(axis=3), atol=1e-6)


@pytest.mark.parametrize("name", FACTORS)
def test_neutral_factors_change_no_bit(name: str, photos: Any, change: Any) -> None:
    x = photos * 255
    for amount in (Exactly(1), Between(1, 1)):
        assert np.array_equal(change(ColorJitter(**{name: amount}), x, bounds=Bounds(0, 255)), x)
    assert np.array_equal(change(ColorJitter(hue=Exactly(0)), x, bounds=Bounds(0, 255)), x)
    # Drawn, one of many may be neutral by chance: it is left alone as well.
    drawn = ColorJitter(hue=Between(-1e-30, 1e-30))
    np.testing.assert_allclose(change(drawn, x, bounds=Bounds(0, 255)), x, atol=1e-3)


def test_two_changes_come_in_either_order_half_of_the_time(change: Any) -> None:
    # Twice as bright and clipped, then half the contrast, or the other way round.
    x = np.tile(np.array([0.2, 0.8], np.float32).reshape(1, 1, 2, 1), (1000, 1, 1, 1))
    jittered = change(ColorJitter(brightness=Exactly(2), contrast=Exactly(0.5)), x)[:, 0, :, 0]
    first = np.isclose(jittered, [0.55, 0.85]).all(axis=1)
    second = np.isclose(jittered, [0.7, 1.0]).all(axis=1)
    assert (first ^ second).all()
    # Four standard errors.
    assert first.mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(1000))


def test_all_orders_of_four_changes_come(change: Any) -> None:
    x = np.tile(np.array([0.9, 0.2, 0.4], np.float32), (800, 2, 2, 1))
    x[:, 0] = 0.1
    fixed = ColorJitter(brightness=Exactly(1.5), contrast=Exactly(1.4), saturation=Exactly(0.3), hue=Exactly(0.3))
    results = np.unique(change(fixed, x).reshape(800, -1).round(4), axis=0)
    # Some of the 24 orders lead to the same colours, such as a turn before or after a factor.
    assert 6 <= len(results) <= 24


def test_each_amount_is_drawn_around_its_neutral(change: Any) -> None:
    x = np.tile(np.array([0.3, 0.2, 0.2], np.float32), (2000, 1, 1, 1))
    factor = change(ColorJitter(brightness=0.5), x)[:, 0, 0, 0] / 0.3
    assert factor.min() == pytest.approx(0.5, abs=0.01)
    assert factor.max() == pytest.approx(1.5, abs=0.01)
    assert factor.mean() == pytest.approx(1, abs=0.03)


def test_light_alone_changes_grey_images_and_colour_refuses_them(squares: Any, change: Any) -> None:
    lit = change(ColorJitter(brightness=Exactly(0.5), contrast=Exactly(0.5)), squares)
    assert lit.shape == squares.shape
    np.testing.assert_allclose(change(ColorJitter(brightness=Exactly(0.5)), squares), squares / 2, atol=1e-6)
    for transform in (ColorJitter(saturation=0.1), ColorJitter(brightness=0.1, hue=0.1)):
        with pytest.raises(InvalidData, match="changes colours, and the images are grey"):
            change(transform, squares)


@pytest.mark.parametrize("layout", ["C", "F"])
def test_an_image_alone_is_jittered_the_same_to_the_last_bit(layout: Any, change: Any) -> None:
    x = np.asarray(np.random.default_rng(0).random((6, 61, 67, 3), dtype=np.float32), order=layout)
    transform = ColorJitter(contrast=Exactly(0.3), saturation=Exactly(1.3), hue=Exactly(0.2))
    whole = change(transform, x, seed=3)
    # The stream of row 0 alone is that of row 0 in the batch.
    assert np.array_equal(change(transform, x[:1], seed=3)[0], whole[0])


@pytest.mark.parametrize("amount", [1.5, Exactly(-0.1), Between(-1, 1), -0.1, float("nan"), "2"])
@pytest.mark.parametrize("name", FACTORS)
def test_an_impossible_factor_is_refused(name: str, amount: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"{name}="):
        ColorJitter(**{name: amount})


@pytest.mark.parametrize("hue", [0.6, Exactly(-0.7), 90, -0.1, float("nan"), "0.1"])
def test_an_impossible_turn_is_refused(hue: Any) -> None:
    with pytest.raises(InvalidArgument, match="hue="):
        ColorJitter(hue=hue)


def test_jitter_of_nothing_is_refused_with_what_to_give() -> None:
    with pytest.raises(InvalidArgument, match=r"changes nothing.*ColorJitter\(brightness=0.4, hue=0.1\)"):
        ColorJitter()


def test_milder_jitter_is_nearer_to_neutral() -> None:
    milder = ColorJitter(brightness=0.4, contrast=Exactly(2), hue=Between(-0.1, 0.3)).scaled(0.5)
    assert milder == ColorJitter(brightness=0.2, contrast=Exactly(1.5), hue=Between(-0.05, 0.15))
    assert repr(ColorJitter(hue=0.2).scaled(0.5)) == "ColorJitter(hue=0.1)"
    assert ColorJitter.strongest() == ColorJitter(brightness=0.8, contrast=0.8, saturation=0.8, hue=0.2)
