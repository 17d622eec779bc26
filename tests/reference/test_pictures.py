"""Task 14 reads digits in pictures that come from anywhere, and nobody can divide them by 255 twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from reference_models.pictures import as_mnist, read_picture
from reference_models.task import Trained
from reference_models.tasks.mnist_cnn import TASK, predict_image, reading_model

pytest.importorskip("tensorflow")

BLACK, WHITE, RED, BLUE, CREAM = (0, 0, 0), (255, 255, 255), (200, 20, 30), (30, 40, 160), (245, 235, 210)


@pytest.fixture(scope="module")
def reader(result: Trained) -> Any:
    return reading_model(result.model)


@pytest.fixture(scope="module")
def pixels(result: Trained) -> NDArray[np.uint8]:
    """Return the test images as the bytes they came as."""
    return np.rint(result.splits.test.x * 255).astype(np.uint8)


def drawn(
    digit: int, size: tuple[int, int] = (120, 160), ink: Any = BLACK, paper: Any = WHITE, mode: str = "RGB"
) -> Any:
    """Return a picture of a printed digit, off the centre."""
    image = Image.new(mode, size, paper)
    font = ImageFont.load_default(0.55 * min(size))
    ImageDraw.Draw(image).text((0.3 * size[0], 0.2 * size[1]), str(digit), fill=ink, font=font)
    return image


def share_read(reader: Any, result: Trained, seen: NDArray[Any]) -> float:
    answers = reader.predict(seen, batch_size=256, verbose=0).argmax(axis=1)
    return float(np.mean(answers == result.splits.test.y))


def test_pixels_as_they_come_are_read_as_well_as_scaled_ones(reader: Any, result: Trained, pixels: Any) -> None:
    scaled = TASK.measure(result.model, result.splits)["accuracy"]
    # A quotient and a product with 1 / 255 differ in the last bit, and an image on the border with them.
    assert share_read(reader, result, pixels) == pytest.approx(scaled, abs=0.002)


def test_dividing_by_255_twice_makes_a_model_read_nothing(reader: Any, result: Trained, pixels: Any) -> None:
    once, twice = pixels / np.float32(255), pixels / np.float32(255) / np.float32(255)
    assert share_read(result.model, result, once) >= 0.965
    assert share_read(result.model, result, twice) < 0.25
    # The same mistake with a model that divides by itself.
    assert share_read(reader, result, once) < 0.25


def test_a_picture_that_someone_has_divided_already_is_refused(pixels: Any) -> None:
    with pytest.raises(
        ValueError, match=r"type float32, from 0 to 0.99\d*; pass bytes, uint8 .* divides by 255 itself"
    ):
        as_mnist(pixels[0] / np.float32(255))


def test_a_model_that_does_not_divide_is_refused(result: Trained, tmp_path: Path) -> None:
    drawn(3).save(tmp_path / "three.png")
    with pytest.raises(ValueError, match=r"wants pixels in \[0, 1\].*pass reading_model\(model\)"):
        predict_image(result.model, tmp_path / "three.png")


def test_a_model_that_divides_is_not_made_to_divide_again(reader: Any) -> None:
    with pytest.raises(ValueError, match="begins with a layer that scales"):
        reading_model(reader)


def test_a_reading_model_is_saved_with_its_scaling(reader: Any, pixels: Any, tmp_path: Path) -> None:
    import keras

    reader.save(tmp_path / "reader.keras")
    again = keras.saving.load_model(tmp_path / "reader.keras", compile=False)
    np.testing.assert_array_equal(again.predict(pixels[:9], verbose=0), reader.predict(pixels[:9], verbose=0))
    drawn(4).save(tmp_path / "four.png")
    assert predict_image(again, tmp_path / "four.png").digit == 4


def test_images_of_mnist_written_to_files_are_read_as_before(
    reader: Any, result: Trained, pixels: Any, tmp_path: Path
) -> None:
    seen = []
    for number, image in enumerate(pixels):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{number}.png")
        seen.append(as_mnist(read_picture(tmp_path / f"{number}.png")))
    before = TASK.measure(result.model, result.splits)["accuracy"]
    assert share_read(reader, result, np.stack(seen)) == pytest.approx(before, abs=0.005)


def test_a_photograph_of_a_digit_is_read(reader: Any, result: Trained, pixels: Any, tmp_path: Path) -> None:
    # Blue ink on cream paper, larger, uneven, and through JPEG.
    random, seen = np.random.default_rng(0), []
    for image in pixels[:300]:
        ink = np.asarray(Image.fromarray(image[..., 0]).resize((140, 140), Image.Resampling.BICUBIC)) / 255
        sheet = np.array(CREAM) + (np.array(BLUE) - np.array(CREAM)) * np.pad(ink, ((60, 20), (10, 90)))[..., None]
        sheet += random.normal(0, 4, sheet.shape)
        Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8)).save(tmp_path / "photo.jpg", quality=75)
        seen.append(as_mnist(read_picture(tmp_path / "photo.jpg")))
    answers = reader.predict(np.stack(seen), verbose=0).argmax(axis=1)
    assert np.mean(answers == result.splits.test.y[:300]) >= 0.95


@pytest.mark.parametrize("size", [(24, 24), (28, 28), (60, 90), (640, 480)])
@pytest.mark.parametrize(("ink", "paper"), [(BLACK, WHITE), (WHITE, BLACK), (RED, BLUE), (BLUE, CREAM)])
def test_a_printed_digit_is_read_in_any_size_and_colour(
    reader: Any, tmp_path: Path, size: tuple[int, int], ink: Any, paper: Any
) -> None:
    for digit in (2, 3, 5):
        drawn(digit, size, ink, paper).save(tmp_path / "digit.png")
        assert predict_image(reader, tmp_path / "digit.png").digit == digit


def test_a_reading_tells_how_sure_it_is_and_what_was_seen(reader: Any, tmp_path: Path) -> None:
    drawn(8).save(tmp_path / "eight.png")
    reading = predict_image(reader, str(tmp_path / "eight.png"))
    assert (reading.digit, reading.probability) == (8, reading.probabilities.max())
    assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert (reading.seen.shape, str(reading.seen.dtype), reading.seen.max()) == ((28, 28, 1), "uint8", 255)


@pytest.mark.parametrize("shade", [0, 255])
def test_ink_on_nothing_is_read_whether_it_is_dark_or_light(reader: Any, tmp_path: Path, shade: int) -> None:
    drawn(5, ink=(shade, shade, shade, 255), paper=(0, 0, 0, 0), mode="RGBA").save(tmp_path / "transparent.png")
    assert predict_image(reader, tmp_path / "transparent.png").digit == 5


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_every_kind_of_pixel_shows_the_same_digit(tmp_path: Path, mode: str) -> None:
    grey = drawn(6, mode="L", ink=0, paper=255)
    image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    path = tmp_path / ("six.tif" if mode == "CMYK" else "six.png")
    image.save(path)
    with Image.open(path) as kept:
        assert kept.mode in {mode, "I"}
    known, seen = as_mnist(np.asarray(grey)).astype(int), as_mnist(read_picture(path)).astype(int)
    # One bit a pixel has no shades at the edges of a stroke.
    assert np.abs(known - seen).mean() < (8 if mode == "1" else 1)


def test_what_a_camera_says_is_up_is_up(tmp_path: Path) -> None:
    upright, exif = drawn(7), Image.Exif()
    exif[0x0112] = 6  # To be turned by a quarter to the right.
    upright.rotate(90, expand=True).save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(read_picture(tmp_path / "turned.png"), np.asarray(upright))


def test_ink_is_centred_by_its_mass_and_fills_twenty_pixels() -> None:
    paper = np.full((300, 200), 240, np.uint8)
    paper[200:280, 20:60] = 10  # Heavy below,
    paper[120:200, 20:28] = 10  # and a thin line above.
    seen = as_mnist(paper)[..., 0].astype(float)
    rows, columns = np.flatnonzero(seen.max(axis=1) > 127), np.flatnonzero(seen.max(axis=0) > 127)
    assert len(rows) == 20
    assert len(columns) == 5
    centre = [(places * seen).sum() / seen.sum() for places in np.indices(seen.shape)]
    assert centre == pytest.approx([14, 14], abs=0.6)


def test_a_thin_line_in_a_large_picture_is_not_lost() -> None:
    paper = np.full((1000, 1000), 255, np.uint8)
    paper[100:900, 500:502] = 0
    seen = as_mnist(paper)[..., 0]
    assert ((seen > 127).sum(axis=1) >= 1).sum() == 20


@pytest.mark.parametrize("shade", [0, 127, 255])
def test_an_empty_picture_is_refused(reader: Any, tmp_path: Path, shade: int) -> None:
    noisy = np.clip(shade + np.random.default_rng(0).normal(0, 2, (50, 50)), 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(tmp_path / "empty.png")
    with pytest.raises(ValueError, match=r"empty\.png: the picture shows one colour only.*pass one with a digit"):
        predict_image(reader, tmp_path / "empty.png")


def test_nothing_at_all_is_refused(reader: Any, tmp_path: Path) -> None:
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(tmp_path / "nothing.png")
    with pytest.raises(ValueError, match="one colour only"):
        predict_image(reader, tmp_path / "nothing.png")


def test_a_missing_file_is_named(reader: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"tpyo\.png: there is no such file"):
        predict_image(reader, tmp_path / "tpyo.png")


def test_what_is_no_picture_is_named(reader: Any, tmp_path: Path) -> None:
    drawn(3).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2]):
        (tmp_path / "three.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"three\.png is no picture that can be read: .*; pass a PNG or a JPEG"):
            predict_image(reader, tmp_path / "three.png")
    with pytest.raises(ValueError, match="is no picture that can be read"):
        predict_image(reader, tmp_path)


@pytest.mark.parametrize("shape", [(28,), (4, 28, 28, 1), (28, 28, 4), (0, 28)])
def test_an_array_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"picture has shape .*; pass one, \(height, width\) or \(height, width, 3\)"):
        as_mnist(np.zeros(shape, np.uint8))
