"""emoji10, CIFAR-10 and a folder of images: what is embedded is as promised, what users have is read or refused clearly."""

from __future__ import annotations

import pickle
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from reference_models.data import cifar10, emoji10, image_folder
from reference_models.readme import README
from reference_models.splits import Splits
from reference_models.tasks import transfer_image_classifier


@pytest.fixture(scope="module")
def splits() -> Splits:
    return emoji10.load()


@pytest.fixture(scope="module")
def arrays() -> dict[str, NDArray[Any]]:
    with np.load(emoji10.EMBEDDED) as file:
        return dict(file)


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ROBUST_DATA_DIR", raising=False)
    monkeypatch.delenv("ROBUST_DOWNLOAD", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ROBUST_DATA_DIR names."""
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    return tmp_path


def test_images_are_float32_of_the_shape_a_network_takes(splits: Splits) -> None:
    for part, count in ((splits.train, 6000), (splits.test, 1500), (splits.elsewhere["twitter"], 1500)):
        assert (part.x.shape, str(part.x.dtype)) == ((count, 32, 32, 3), "float32")
        assert (part.y.shape, str(part.y.dtype)) == ((count,), "int64")
        assert (part.x.min(), part.x.max()) == (0, 1)
        # Divided by 255 once.
        assert 0.3 < part.x.mean() < 0.7


def test_classes_are_balanced_and_mixed(splits: Splits) -> None:
    for part, count in ((splits.train, 600), (splits.test, 150)):
        np.testing.assert_array_equal(np.bincount(part.y), [count] * 10)
        assert np.mean(np.diff(part.y) != 0) > 0.8, "sorted by class"
        assert len(set(part.y[-300:])) == 10, "the tail is what a fit holds out for validation"


def test_no_glyph_and_no_photograph_is_on_both_sides(arrays: dict[str, NDArray[Any]]) -> None:
    train, test = arrays["train"], arrays["test"]
    for column, at_least in ((0, 150), (5, 2)):
        learned, tested = set(train[:, column]), set(test[:, column])
        assert len(tested) >= at_least
        assert not learned & tested


def test_who_does_it_is_not_what_is_told_apart(arrays: dict[str, NDArray[Any]]) -> None:
    # `woman running` and `man running` are the same drawing but for the hair.
    tested = set(arrays["test"][:, 0])
    sides: dict[str, list[bool]] = {}
    for row, glyph in enumerate(arrays["glyph"]):
        whoever = re.sub("-200D-(2640|2642)-FE0F|-FE0F", "", glyph)
        sides.setdefault(whoever, []).append(row in tested)
    several = [each for each in sides.values() if len(each) > 1]
    assert len(several) >= 10
    assert all(len(set(each)) == 1 for each in several)


def test_glyphs_of_a_class_are_seen_equally_often(arrays: dict[str, NDArray[Any]]) -> None:
    for part in ("train", "test"):
        for label in range(10):
            rows = arrays[part][arrays["label"][arrays[part][:, 0]] == label]
            times = np.bincount(rows[:, 0])
            assert len(times[times > 0]) >= 8
            assert np.ptp(times[times > 0]) <= 1


def test_the_other_vendors_images_are_twins_row_by_row(splits: Splits, arrays: dict[str, NDArray[Any]]) -> None:
    google, twitter = splits.test, splits.elsewhere["twitter"]
    np.testing.assert_array_equal(google.y, twitter.y)
    same = (google.x == twitter.x).all(axis=-1)
    # The ground is the same where neither has a glyph; no image is the same all over.
    clear = (arrays["google"][..., 3] == 0) & (arrays["twitter"][..., 3] == 0)
    assert same.mean() > 0.8 * clear[emoji10.tested_glyphs()].mean() > 0.1
    assert not same.all(axis=(1, 2)).any()


def test_tested_glyphs_are_those_of_the_test_set_row_by_row(splits: Splits, arrays: dict[str, NDArray[Any]]) -> None:
    np.testing.assert_array_equal(arrays["label"][emoji10.tested_glyphs()], splits.test.y)


def test_a_glyph_lies_on_its_patch_where_the_plan_says() -> None:
    glyph = np.zeros((1, 32, 32, 4), np.uint8)
    glyph[0, :16] = (255, 0, 0, 255)
    glyph[0, 16:] = (0, 0, 200, 128)
    photos = np.full((1, 192, 192, 3), 100, np.uint8)
    photos[0, 5, 7] = 9
    upright, small, mirrored = (
        emoji10.pixels(glyph, photos, np.array([plan], np.int16))[0]
        for plan in ([0, 3, 0, 0, 0, 0, 5, 7], [0, 0, 3, 8, 0, 0, 5, 7], [0, 0, 3, 8, 1, 0, 5, 7])
    )
    np.testing.assert_array_equal(upright[:16], np.full((16, 32, 3), (255, 0, 0)))
    # Half of the glyph's 200 and half of the ground's 100.
    np.testing.assert_array_equal(upright[16:], np.full((16, 32, 3), (50, 50, 150)))
    np.testing.assert_array_equal(small[0, 0], [9, 9, 9])
    red = (small == (255, 0, 0)).all(axis=-1)
    assert (np.flatnonzero(red.any(axis=1)) == np.arange(3, 15)).all()
    assert (np.flatnonzero(red.any(axis=0)) == np.arange(8, 32)).all()
    np.testing.assert_array_equal((mirrored == (255, 0, 0)).all(axis=-1), red[:, ::-1])


def test_a_glyph_is_reduced_by_area() -> None:
    glyph = np.zeros((1, 32, 32, 4), np.uint8)
    glyph[0, ::2, :, :] = 255  # Every second row is white and opaque, the others are clear.
    photos = np.zeros((1, 192, 192, 3), np.uint8)
    image = emoji10.pixels(glyph, photos, np.array([[0, 0, 0, 0, 0, 0, 0, 0]], np.int16))[0, :24, :24]
    assert image.mean() == pytest.approx(127.5, abs=1)


def test_embedded_file_is_the_one_that_data_md_describes() -> None:
    assert sha256(emoji10.EMBEDDED.read_bytes()).hexdigest() in README.with_name("DATA.md").read_text(encoding="utf-8")


def few(**changed: NDArray[Any]) -> dict[str, Any]:
    images = np.arange(6 * 3072, dtype=np.uint32).reshape(6, 32, 32, 3).astype(np.uint8)
    labels = np.arange(6, dtype=np.uint8)[:, None]  # A column, as Keras has it.
    return {"x_train": images, "y_train": labels, "x_test": images[:2], "y_test": labels[:2], **changed}


def test_cifar10_is_not_embedded_and_emoji10_stands_in() -> None:
    assert cifar10.load().source == "emoji10"


def test_cifar10_is_read_from_the_users_file(folder: Path) -> None:
    np.savez(folder / "cifar10.npz", **few())
    splits = cifar10.load()
    assert (splits.source, splits.train.x.shape, splits.test.x.shape) == ("cifar10", (6, 32, 32, 3), (2, 32, 32, 3))
    np.testing.assert_array_equal(splits.train.x[0, 0, :5, 0], np.arange(0, 15, 3, dtype=np.float32) / np.float32(255))
    np.testing.assert_array_equal(splits.train.y, range(6))


def batches(cache: Path, **changed: Any) -> Path:
    """Write the original's files as Keras unpacks them into its cache."""
    place = cache / "datasets" / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    place.mkdir(parents=True)
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        planes = np.arange(2 * 3072, dtype=np.uint32).reshape(2, 3072).astype(np.uint8)
        content = {b"data": planes, b"labels": [3, 9], **changed}
        (place / name).write_bytes(pickle.dumps(content, protocol=2))
    return place


def test_cifar10_is_read_from_the_cache_of_keras(tmp_path: Path) -> None:
    batches(tmp_path / "keras")
    splits = cifar10.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("cifar10", 10, 2)
    # Red, green and blue of a pixel are 1,024 apart in the original.
    np.testing.assert_array_equal(np.round(splits.train.x[0, 0, 1] * 255), [1, 1025 % 256, 2049 % 256])
    np.testing.assert_array_equal(splits.test.y, [3, 9])


class Bad:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("run by a pickle",))


def test_a_pickle_in_the_cache_cannot_run_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = batches(tmp_path / "keras", extra=Bad())
    pickle.loads((place / "test_batch").read_bytes())
    assert "run by a pickle" in capsys.readouterr().out, "it would"
    with pytest.raises(ValueError, match=r"is not CIFAR-10: the pickle names .*print"):
        cifar10.load()
    assert "run by a pickle" not in capsys.readouterr().out


def test_a_missing_batch_is_named(tmp_path: Path) -> None:
    (batches(tmp_path / "keras") / "data_batch_4").unlink()
    with pytest.raises(ValueError, match=r"is not CIFAR-10: .*data_batch_4"):
        cifar10.load()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x_train": np.zeros((6, 32, 32, 3), np.float32)}, r"x_train has type float32; pass uint8"),
        ({"x_test": np.zeros((2, 3, 32, 32), np.uint8)}, r"x_test has shape \(2, 3, 32, 32\); pass \(n, 32, 32, 3\)"),
        ({"y_train": np.arange(5)}, r"y_train has shape \(5,\).* each of the 6 images"),
        ({"y_train": np.eye(6, 10, dtype=np.int64)}, r"y_train has shape \(6, 10\).*not one-hot"),
        ({"y_test": np.array([3, 10])}, r"y_test\[1\] is 10; pass classes"),
    ],
)
def test_a_wrong_array_of_cifar10_is_named(folder: Path, changed: dict[str, NDArray[Any]], message: str) -> None:
    np.savez(folder / "cifar10.npz", **few(**changed))
    with pytest.raises(ValueError, match=rf"cifar10\.npz is not CIFAR-10: .*{message}"):
        cifar10.load()


def test_a_file_that_is_not_cifar10_is_named(folder: Path) -> None:
    (folder / "cifar10.npz").write_bytes(b"hello")
    with pytest.raises(ValueError, match=r"cifar10\.npz is not CIFAR-10: it is no \.npz archive"):
        cifar10.load()
    np.savez(folder / "cifar10.npz", x_train=np.zeros(3))
    with pytest.raises(ValueError, match=r"it has the keys \['x_train'\], and not \['y_train'"):
        cifar10.load()


def test_a_folder_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path / "tpyo"))
    for load in (cifar10.load, transfer_image_classifier.load):
        with pytest.raises(FileNotFoundError, match=r"ROBUST_DATA_DIR=.*tpyo is not a folder"):
            load()


def test_cifar10_is_downloaded_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    keras = pytest.importorskip("keras")
    tried = []

    def fail() -> None:
        tried.append("network")
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    cifar10.load()
    assert tried == []
    monkeypatch.setenv("ROBUST_DOWNLOAD", "1")
    with pytest.raises(ConnectionError, match=r"ROBUST_DOWNLOAD=1 .* URL fetch failure"):
        cifar10.load()


@pytest.fixture
def images(folder: Path) -> Path:
    """Return a folder with two classes: red images, and blue ones with a clear right half, six each."""
    for name, colour in (("red", (255, 0, 0, 255)), ("blue", (0, 0, 255, 255))):
        (folder / "images" / name).mkdir(parents=True)
        for number in range(6):
            image = Image.new("RGBA", (50, 40), colour)
            if name == "blue":
                image.paste((0, 0, 0, 0), (25, 0, 50, 40))
            image.save(folder / "images" / name / f"{number}.png")
    return folder / "images"


def test_a_users_folder_of_images_is_read(images: Path) -> None:
    splits = transfer_image_classifier.load()
    assert (splits.source, splits.train.x.shape, splits.test.x.shape) == ("images", (10, 128, 128, 3), (2, 128, 128, 3))
    blue, red = (splits.train.x[splits.train.y == label][0] for label in (0, 1))
    np.testing.assert_array_equal(red[0, 0], [1, 0, 0])
    np.testing.assert_array_equal(blue[50, 5], [0, 0, 1])
    np.testing.assert_array_equal(blue[50, 120], [1, 1, 1])
    np.testing.assert_array_equal(np.sort(splits.test.y), [0, 1])


def test_a_folder_with_one_class_or_few_images_or_no_image_is_refused(images: Path) -> None:
    (images / "red" / "0.png").write_bytes(b"hello")
    with pytest.raises(ValueError, match=r"0\.png cannot be read as an image"):
        image_folder.read(images, side=8)
    for number in range(3):
        (images / "red" / f"{number}.png").unlink()
    with pytest.raises(ValueError, match=r"red has 3 images; put at least 5 there"):
        image_folder.read(images, side=8)
    for path in (images / "red").iterdir():
        path.unlink()
    (images / "red").rmdir()
    with pytest.raises(ValueError, match=r"images has 1 folders; make one for each class, 2 to 10"):
        image_folder.read(images, side=8)


def test_a_users_folder_without_images_is_passed_over(folder: Path) -> None:
    splits = transfer_image_classifier.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("emoji10", 4000, 600)
