"""Task 8 learns what it is expected to; and the mistakes that leave colour images grey, black or alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from reference_models.data import coloured_digits
from reference_models.gan.fit import Adversarial
from reference_models.gan.pictures import save_each
from reference_models.gan.reader import ink_of
from reference_models.gan.sampling import as_shares, latents, samples
from reference_models.store import shipped_at
from reference_models.task import Trained, fitted
from reference_models.tasks.gan_color import TASK

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")
installed = pytest.mark.skipif(bool(TASK.missing()), reason=TASK.missing() or "installed")


@pytest.fixture(scope="module")
def images(result: Trained) -> np.ndarray:
    generator = result.model["generator"]
    return samples(generator, latents(generator, 200, key=6))


def test_it_measured_what_is_expected_between_real_images_and_noise(result: Trained) -> None:
    # As its record has it, which a test of the weights holds against a new measurement.
    expected = TASK.expected_on(result.splits.source)
    assert {each.metric for each in expected} >= {"frechet", "digits"}
    assert all(each.holds(result.metrics[each.metric]) for each in expected)
    assert result.metrics["frechet_real"] < result.metrics["frechet"] < result.metrics["frechet_noise"] / 4


def test_generator_and_discriminator_fit_each_other_and_the_data() -> None:
    # 112 x 112 out of one and 64 x 64 into the other, as it is easily written.
    family = TASK.build()
    assert family["generator"].output_shape[1:] == (64, 64, 3)
    assert family["discriminator"].input_shape[1:] == (64, 64, 3)


def test_a_generator_of_112_pixels_is_refused() -> None:
    family = TASK.build()
    wide = keras.Sequential([*family["generator"].layers[:0], keras.Input((64,)), keras.layers.Dense(112 * 112 * 3)])
    wide.add(keras.layers.Reshape((112, 112, 3)))
    assert isinstance(TASK.fit, Adversarial)
    with pytest.raises(
        ValueError, match=r"makes images of shape \(112, 112, 3\), the discriminator takes \(64, 64, 3\)"
    ):
        TASK.fit({**family, "generator": wide}, TASK.load().train, quick=True, on_epoch=lambda _: None)


@installed
def test_it_learns_from_pictures_that_nobody_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = TASK.load().train.x[:100]
    np.savez(tmp_path / coloured_digits.FILE, x_train=pictures[:80], x_test=pictures[80:])
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    splits = TASK.load()
    family = fitted(TASK, splits.train, seed=0, quick=True, on_epoch=lambda _: None)
    trained = Trained(task=TASK, seed=0, model=family, splits=splits, metrics={}, cpu_seconds=0)
    subject = TASK.subject(trained)
    assert (subject.x.shape, list(np.bincount(subject.y))) == ((40, 64, 64, 3), [20, 20])
    assert np.isfinite(subject.model.predict(subject.x, verbose=0)).all()


def test_a_layer_written_in_place_of_its_output_is_no_image() -> None:
    x = keras.Input((64, 64, 3))
    x = keras.layers.LeakyReLU(negative_slope=0.2)  # and not LeakyReLU(...)(x)
    with pytest.raises(ValueError, match="Only input tensors"):
        keras.layers.Flatten()(x)
    kinds = [type(layer).__name__ for layer in TASK.build()["discriminator"].layers]
    assert kinds.count("LeakyReLU") == kinds.count("Conv2D") >= 3


def test_colours_are_as_varied_as_the_real_ones(images: np.ndarray, result: Trained) -> None:
    made, real = images[:, 1, 1], as_shares(result.splits.test.x)[:, 1, 1]
    # The grounds' colours: a collapsed generator has a few, or one.
    assert (made.std(axis=0) > 0.6 * real.std(axis=0)).all()
    assert np.abs(made.mean(axis=0) - real.mean(axis=0)).max() < 0.15
    away = np.linalg.norm(made[:, None] - made[None], axis=2) + 9 * np.eye(len(made))
    assert np.median(away.min(axis=1)) > 0.02


def test_grounds_are_plain_and_ink_stands_out(images: np.ndarray) -> None:
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert np.median(border.std(axis=1)) < 0.1
    assert np.median(np.abs(images - images[:, :1, :1]).max(axis=(1, 2, 3))) > 0.3


def test_saved_images_keep_their_colours(images: np.ndarray, tmp_path: Path) -> None:
    for path, image in zip(save_each(images[:10], tmp_path), images, strict=False):
        with Image.open(path) as file:
            assert (file.mode, file.size) == ("RGB", (64, 64))
            seen = np.asarray(file)
        np.testing.assert_array_equal(seen, np.rint(image * 255))
    # Through a grey map, as of images of one channel, all three would be the same.
    assert np.ptp(as_shares(images), axis=-1).max(axis=(1, 2)).mean() > 0.3


def test_ink_is_found_whatever_its_colour() -> None:
    digits = coloured_digits.load().test.x[:20]
    ink = ink_of(side=64)
    one, opposite = (np.asarray(ink(as_shares(each))) for each in (digits, 255 - digits))
    assert one.shape == (20, 28, 28, 1)
    assert one.max() > 0.9
    np.testing.assert_allclose(one, opposite, atol=1e-5)


def test_an_image_without_ink_is_read_as_an_empty_one() -> None:
    plain = np.full((1, 64, 64, 3), 0.4, np.float32)
    assert np.asarray(ink_of(side=64)(plain)).max() < 1e-5


def test_what_ships_is_small_and_without_optimizers(result: Trained) -> None:
    files = list(shipped_at(TASK).parent.glob("gan_color.*.keras"))
    assert {path.name for path in files} == {"gan_color.generator.keras", "gan_color.discriminator.keras"}
    assert sum(path.stat().st_size for path in files) < 2_500_000


def test_figure_shows_real_and_generated_images_and_where_the_distance_lies(drawing: Figure) -> None:
    assert [axes.get_ylabel() for axes in drawing.axes[:20:10]] == ["real", "generated"]
    assert drawing.axes[-10].get_ylabel() == "the nearest\nit learned from"
    assert "Frechet distance" in drawing.get_suptitle()
