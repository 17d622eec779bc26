"""The data sets: what is embedded is as promised, and the user's own file is read or refused clearly."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference_models.data import mnist, mnist_600
from reference_models.readme import README
from reference_models.splits import Examples, Splits


@pytest.fixture(scope="module")
def embedded() -> Splits:
    return mnist.read(mnist.EMBEDDED, source="mnist_5000")


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ROBUST_DATA_DIR", raising=False)
    monkeypatch.delenv("ROBUST_DOWNLOAD", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def tiny(**changed: NDArray[Any]) -> dict[str, Any]:
    """Return the arrays of a small file that is right but for what is changed."""
    images = np.arange(6 * 28 * 28, dtype=np.uint32).reshape(6, 28, 28).astype(np.uint8)
    labels = np.arange(6, dtype=np.uint8)
    return {"x_train": images, "y_train": labels, "x_test": images[:2], "y_test": labels[:2], **changed}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ROBUST_DATA_DIR names."""
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    return tmp_path


def test_embedded_images_are_float32_of_the_shape_a_network_takes(embedded: Splits) -> None:
    for part, count in ((embedded.train, 4000), (embedded.test, 1000)):
        assert (part.x.shape, str(part.x.dtype)) == ((count, 28, 28, 1), "float32")
        assert (part.y.shape, str(part.y.dtype)) == ((count,), "int64")


def test_embedded_images_span_zero_to_one(embedded: Splits) -> None:
    for part in (embedded.train, embedded.test):
        assert (part.x.min(), part.x.max()) == (0, 1)
        # Divided by 255 once: ink is a seventh of an MNIST image on average.
        assert 0.1 < part.x.mean() < 0.2


def test_embedded_classes_are_balanced(embedded: Splits) -> None:
    np.testing.assert_array_equal(np.bincount(embedded.train.y), [400] * 10)
    np.testing.assert_array_equal(np.bincount(embedded.test.y), [100] * 10)


def test_no_embedded_test_image_can_be_learned_by_heart(embedded: Splits) -> None:
    learned = {image.tobytes() for image in embedded.train.x}
    assert len(learned) == 4000
    assert not learned & {image.tobytes() for image in embedded.test.x}


def test_embedded_images_are_not_sorted_by_class(embedded: Splits) -> None:
    for part in (embedded.train, embedded.test):
        # By chance, nine neighbours of ten differ; in a sorted file nine neighbours in all.
        assert np.mean(np.diff(part.y) != 0) > 0.8
        assert len(set(part.y[-200:])) == 10, "the tail is what a fit holds out for validation"


def test_embedded_file_is_the_one_that_data_md_describes() -> None:
    assert sha256(mnist.EMBEDDED.read_bytes()).hexdigest() in README.with_name("DATA.md").read_text(encoding="utf-8")


def test_loader_falls_back_on_the_embedded_images() -> None:
    assert mnist.load().source == "mnist_5000"


def test_loader_prefers_the_users_file(folder: Path) -> None:
    np.savez(folder / "mnist.npz", **tiny())
    splits = mnist.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("mnist", 6, 2)
    np.testing.assert_array_equal(splits.train.x[0, 0, :, 0], np.arange(28, dtype=np.float32) / np.float32(255))
    np.testing.assert_array_equal(splits.train.y, range(6))


def test_loader_takes_the_original_that_keras_has_cached(tmp_path: Path) -> None:
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    np.savez(tmp_path / "keras" / "datasets" / "mnist.npz", **tiny())
    assert (mnist.load().source, len(mnist.load().train)) == ("mnist", 6)


def test_the_network_is_tried_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def fail() -> None:
        tried.append("network")
        raise Exception("URL fetch failure")

    keras = pytest.importorskip("keras")
    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    mnist.load()
    assert tried == []
    monkeypatch.setenv("ROBUST_DOWNLOAD", "1")
    with pytest.raises(ConnectionError, match=r"ROBUST_DOWNLOAD=1 .* URL fetch failure"):
        mnist.load()
    assert tried == ["network"]


@pytest.mark.usefixtures("folder")
def test_a_users_folder_without_this_data_set_is_passed_over() -> None:
    assert mnist.load().source == "mnist_5000"


def test_a_users_folder_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path / "tpyo"))
    with pytest.raises(FileNotFoundError, match=r"ROBUST_DATA_DIR=.*tpyo is not a folder"):
        mnist.load()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x_train": np.zeros((6, 28, 28), np.float32)}, r"x_train has type float32; pass uint8"),
        ({"x_test": np.zeros((2, 32, 32), np.uint8)}, r"x_test has shape \(2, 32, 32\); pass \(n, 28, 28\)"),
        ({"x_train": np.zeros((6, 28, 28, 3), np.uint8)}, r"x_train has shape \(6, 28, 28, 3\)"),
        ({"y_train": np.arange(5)}, r"y_train has shape \(5,\).* each of the 6 images"),
        ({"y_train": np.eye(6, 10, dtype=np.int64)}, r"y_train has shape \(6, 10\).*not one-hot"),
        ({"y_test": np.array([0.0, 1.0])}, r"y_test has .*float64; pass one integer"),
        ({"y_test": np.array([3, 10])}, r"y_test\[1\] is 10; pass digits"),
        ({"y_test": np.array([3, -1])}, r"y_test\[1\] is -1; pass digits"),
        ({"y_test": np.array([{}, {}], dtype=object)}, r"allow_pickle=False"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8), "y_test": np.zeros(0, np.int64)}, r"at least one"),
    ],
)
def test_a_wrong_array_is_named_with_what_to_pass(folder: Path, changed: dict[str, NDArray[Any]], message: str) -> None:
    np.savez(folder / "mnist.npz", **tiny(**changed))
    with pytest.raises(ValueError, match=rf"mnist\.npz is not an MNIST file: .*{message}"):
        mnist.load()


def test_a_missing_key_is_named(folder: Path) -> None:
    arrays = tiny()
    del arrays["y_test"]
    np.savez(folder / "mnist.npz", **arrays)
    with pytest.raises(ValueError, match=r"it has the keys .*x_train.* and not \['y_test'\]"):
        mnist.load()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_npz_is_named(folder: Path, content: bytes) -> None:
    (folder / "mnist.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"mnist\.npz is not an MNIST file: it is no \.npz archive"):
        mnist.load()


def test_a_damaged_file_is_named(folder: Path) -> None:
    content = bytearray(mnist.EMBEDDED.read_bytes())
    content[1000:2000] = bytes(1000)
    (folder / "mnist.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"mnist\.npz is not an MNIST file"):
        mnist.load()


def test_a_single_array_is_not_taken_for_a_data_set(folder: Path) -> None:
    with (folder / "mnist.npz").open("wb") as file:
        np.save(file, np.zeros((6, 28, 28), np.uint8))
    with pytest.raises(ValueError, match=r"it is no \.npz archive"):
        mnist.load()


def test_600_images_are_the_first_sixty_of_each_digit_and_the_test_set_is_whole(embedded: Splits) -> None:
    few = mnist_600.load()
    assert few.source == "600 of mnist_5000"
    np.testing.assert_array_equal(np.bincount(few.train.y), [60] * 10)
    np.testing.assert_array_equal(few.test.x, embedded.test.x)
    for digit in (0, 9):
        of_all, of_few = (part.x[part.y == digit] for part in (embedded.train, few.train))
        np.testing.assert_array_equal(of_few, of_all[:60])
    # Not sorted by class: a batch has several.
    assert np.mean(np.diff(few.train.y) != 0) > 0.8


def test_600_images_are_not_taken_from_a_file_with_fewer_of_a_digit(folder: Path) -> None:
    np.savez(folder / "mnist.npz", **tiny())
    with pytest.raises(ValueError, match="mnist has 0 training images of the digit 6; .* learns from 60 of each"):
        mnist_600.load()


def test_examples_cannot_be_written(embedded: Splits) -> None:
    with pytest.raises(ValueError, match="read-only"):
        embedded.test.x[0] = 0


def test_examples_need_one_target_each() -> None:
    with pytest.raises(ValueError, match="x has 2 examples and y has 3"):
        Examples(x=np.zeros((2, 4)), y=np.zeros(3))


def test_fingerprint_changes_with_every_part() -> None:
    part = Examples(x=np.zeros((2, 4), np.float32), y=np.zeros(2, np.int64))
    other = Examples(x=np.zeros((2, 4), np.float32), y=np.array([0, 1]))
    splits = [
        Splits(train=part, test=part, source="a"),
        Splits(train=part, test=part, source="b"),
        Splits(train=other, test=part, source="a"),
        Splits(train=part, test=other, source="a"),
    ]
    assert len({each.fingerprint() for each in splits}) == 4
    assert splits[0].fingerprint() == Splits(train=part, test=part, source="a").fingerprint()
