"""Task 8's data: digits in colours, and the user's own pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reference_models.data import coloured_digits, mnist
from reference_models.data.coloured_digits import FILE, FOLDER
from reference_models.splits import Splits


@pytest.fixture(scope="module")
def embedded() -> Splits:
    return coloured_digits.load()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ROBUST_DATA_DIR names."""
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROBUST_DATA_DIR", raising=False)


def test_images_are_bytes_in_colour_of_64_pixels(embedded: Splits) -> None:
    assert embedded.source == "coloured_digits"
    for part, count in ((embedded.train, 4000), (embedded.test, 1000)):
        assert (part.x.shape, part.x.dtype) == ((count, 64, 64, 3), np.uint8)
        np.testing.assert_array_equal(np.bincount(part.y), [count / 10] * 10)


def test_each_digit_is_in_one_colour_on_one_ground_and_can_be_seen(embedded: Splits) -> None:
    for image, digit in zip(embedded.test.x[:50], mnist.load().test.x[:50, ..., 0], strict=True):
        ground = image[0, 0].astype(int)
        away = np.abs(image - ground).sum(axis=2)
        ink = image[np.unravel_index(away.argmax(), away.shape)].astype(int)
        assert np.abs(ink - ground).sum() > 60
        # All pixels lie on the line between the two colours, as far along it as there is ink.
        axis = (ink - ground) / ((ink - ground) ** 2).sum()
        cover = (image - ground) @ axis
        np.testing.assert_allclose(image, ground + cover[..., None] * (ink - ground), atol=1.5)
        assert cover.mean() == pytest.approx(digit.mean(), abs=0.03)


def test_colours_are_no_clue_to_the_digit(embedded: Splits) -> None:
    from sklearn.linear_model import LogisticRegression

    corners = embedded.train.x[:, 0, 0] / 255
    guess = LogisticRegression(max_iter=200).fit(corners, embedded.train.y)
    assert guess.score(embedded.test.x[:, 0, 0] / 255, embedded.test.y) < 0.14


def test_the_same_key_gives_the_same_images(embedded: Splits) -> None:
    digits = mnist.read(mnist.EMBEDDED, source="mnist_5000").test
    np.testing.assert_array_equal(coloured_digits.compose(digits, key=801).x, embedded.test.x)
    assert (coloured_digits.compose(digits, key=802).x != embedded.test.x).any()


def tiny(**changed: Any) -> dict[str, Any]:
    pictures = np.arange(6 * 64 * 64 * 3, dtype=np.uint32).reshape(6, 64, 64, 3).astype(np.uint8)
    return {"x_train": pictures, "x_test": pictures[:2], **changed}


def test_loader_prefers_the_users_archive(folder: Path) -> None:
    np.savez(folder / FILE, **tiny())
    (folder / FOLDER).mkdir()
    splits = coloured_digits.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("pictures", 6, 2)
    np.testing.assert_array_equal(splits.train.x, tiny()["x_train"])
    assert set(splits.train.y) == {-1}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x_train": np.zeros((6, 64, 64, 3), np.float32)}, r"x_train has type float32; pass uint8"),
        ({"x_test": np.zeros((2, 64, 64), np.uint8)}, r"x_test has shape \(2, 64, 64\); pass \(n, 64, 64, 3\)"),
        ({"x_test": np.zeros((0, 64, 64, 3), np.uint8)}, r"at least one"),
    ],
)
def test_a_wrong_array_is_named_with_what_to_pass(folder: Path, changed: dict[str, Any], message: str) -> None:
    np.savez(folder / FILE, **tiny(**changed))
    with pytest.raises(ValueError, match=rf"pictures\.npz is no archive of pictures: .*{message}"):
        coloured_digits.load()


def test_a_folder_of_pictures_is_cut_and_reduced(folder: Path) -> None:
    (folder / FOLDER / "more").mkdir(parents=True)
    for number in range(10):
        wide = np.zeros((128, 256, 3), np.uint8)
        # The middle is green; what is left and right of it is cut away.
        wide[:, 64:192, 1] = 10 * number
        name = f"{number}.png" if number % 2 else f"more/{number}.PNG"
        Image.fromarray(wide).save(folder / FOLDER / name)
    (folder / FOLDER / "read me.txt").write_text("no picture")
    splits = coloured_digits.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("pictures", 8, 2)
    seen = np.concatenate([splits.train.x, splits.test.x])
    assert seen.shape == (10, 64, 64, 3)
    assert sorted(seen[:, 32, 32, 1]) == [10 * number for number in range(10)]
    # But for the outermost pixels, where a filter reaches over the edge.
    assert (seen[:, 2:-2, 2:-2, 1] == seen[:, 32:33, 32:33, 1]).all()


def test_what_is_transparent_is_white(folder: Path) -> None:
    (folder / FOLDER).mkdir()
    for number in range(5):
        Image.new("RGBA", (70, 70), (255, 0, 0, 0)).save(folder / FOLDER / f"{number}.png")
    assert (coloured_digits.load().train.x == 255).all()


def test_too_few_pictures_and_broken_ones_are_refused(folder: Path) -> None:
    (folder / FOLDER).mkdir()
    with pytest.raises(ValueError, match=r"has 0 pictures; put at least 5"):
        coloured_digits.load()
    for number in range(5):
        (folder / FOLDER / f"{number}.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"0\.png cannot be read as an image"):
        coloured_digits.load()
