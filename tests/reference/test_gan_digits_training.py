"""Task 19 learns what it is expected to; and the mistakes that leave a generator where it began."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from reference_models.gan.animation import animate
from reference_models.gan.drawn import between
from reference_models.gan.features import digit_features
from reference_models.gan.frechet import Moments, distance, features_of
from reference_models.gan.pictures import save_each, save_grid
from reference_models.gan.sampling import as_bytes, latents, samples
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.gan_digits import TASK

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def images(result: Trained) -> np.ndarray:
    generator = result.model["generator"]
    return samples(generator, latents(generator, 100, key=6))


def test_it_measures_what_is_expected_between_real_images_and_noise(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert {each.metric for each in expected} >= {"frechet", "digits"}
    assert all(each.holds(measured[each.metric]) for each in expected)
    # The control: the scale has another end, and what nobody made is at the right one.
    assert measured["frechet_real"] < 5
    assert measured["frechet_noise"] > 10 * measured["frechet"]


def test_an_untrained_generator_is_no_better_than_noise(result: Trained) -> None:
    fresh = TASK.build()["generator"]
    made = samples(fresh, latents(fresh, 300, key=6))
    test = Moments.of(features_of(digit_features(), result.splits.test.x))
    assert distance(test, Moments.of(features_of(digit_features(), made))) > 5 * result.metrics["frechet"]


def test_generator_and_discriminator_fit_each_other_and_the_data() -> None:
    # 14 x 14 out of one, 128 x 128 into the other, as it is easily written.
    family, images = TASK.build(), TASK.load().train
    assert family["generator"].output_shape[1:] == family["discriminator"].input_shape[1:] == images.x.shape[1:]


def test_it_makes_images_in_the_range_of_the_real_ones(images: np.ndarray, result: Trained) -> None:
    assert (images.shape, images.dtype) == ((100, 28, 28, 1), np.float32)
    assert 0 <= images.min() < 0.01
    assert 0.99 < images.max() <= 1
    # As much ink as people use.
    assert images.mean() == pytest.approx(result.splits.test.x.mean(), abs=0.03)


def test_saved_images_are_not_black(images: np.ndarray, tmp_path: Path) -> None:
    save_grid(images, tmp_path / "grid.png")
    with Image.open(tmp_path / "grid.png") as file:
        assert file.size == (298, 298)
    for path in save_each(images[:10], tmp_path / "each"):
        with Image.open(path) as file:
            seen = np.asarray(file)
        assert (seen.shape, seen.dtype) == ((28, 28), np.uint8)
        assert seen.min() < 10
        assert seen.max() > 200
        assert 0.04 < (seen > 127).mean() < 0.4


def test_what_tanh_gives_is_brought_to_shares_by_a_layer_that_ships(result: Trained) -> None:
    generator = result.model["generator"]
    of_tanh = keras.Model(generator.inputs[0], generator.layers[-2].output)
    raw = np.asarray(of_tanh(latents(generator, 10, key=6)))
    assert raw.min() < -0.9
    with pytest.raises(ValueError, match="for the output of tanh"):
        as_bytes(raw)
    np.testing.assert_allclose((raw + 1) / 2, samples(generator, latents(generator, 10, key=6)), atol=1e-5)


def test_images_differ_from_each_other(images: np.ndarray) -> None:
    # A collapsed generator makes one image, or a few.
    assert len(np.unique(as_bytes(images).reshape(100, -1), axis=0)) == 100
    assert images.std(axis=0).mean() > 0.1


def test_the_way_between_two_vectors_begins_and_ends_with_their_images(result: Trained) -> None:
    generator = result.model["generator"]
    one, other = latents(generator, 2, key=6)
    way = between(generator, one, other, steps=9)
    np.testing.assert_allclose(way[[0, -1]], samples(generator, np.stack([one, other])), atol=1e-4)
    # No step is a jump: the largest is no multiple of what even steps would be.
    steps = np.sqrt(((way[1:] - way[:-1]) ** 2).mean(axis=(1, 2, 3)))
    assert steps.max() < 4 * steps.mean()


def test_a_training_can_be_watched(tmp_path: Path) -> None:
    animate(TASK, tmp_path / "digits.gif", quick=True)
    with Image.open(tmp_path / "digits.gif") as file:
        assert file.n_frames == 2
        assert file.size == (238, 238)
        first = np.asarray(file.convert("L"))
        file.seek(1)
        assert (np.asarray(file.convert("L")) != first).any()


def test_what_ships_is_small_and_without_optimizers(result: Trained) -> None:
    files = list(shipped_at(TASK).parent.glob("gan_digits.*.keras"))
    assert {path.name for path in files} == {"gan_digits.generator.keras", "gan_digits.discriminator.keras"}
    assert sum(path.stat().st_size for path in files) < 1_000_000


def test_figure_shows_real_and_generated_images_and_where_the_distance_lies(drawing: Figure) -> None:
    assert [axes.get_ylabel() for axes in drawing.axes[::10]] == [
        "real",
        "generated",
        "from one\nto another",
        "from one\nto another",
        "generated",
        "the nearest\nit learned from",
    ]
    assert drawing.axes[-1].get_title().endswith("away")
    assert "Frechet distance" in drawing.get_suptitle()
