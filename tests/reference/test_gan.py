"""What both generators share: the distance, the losses, the training, the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED
from pytest_robust.core.streams import Streams
from reference_models.gan.animation import animate
from reference_models.gan.copies import copied, nearest
from reference_models.gan.fit import Adversarial
from reference_models.gan.frechet import Moments, distance
from reference_models.gan.latent import Truncation
from reference_models.gan.losses import AdversarialLoss, Hinge, NonSaturating
from reference_models.gan.pictures import save_animation, save_each, save_grid
from reference_models.gan.sampling import as_bytes, as_shares, asked_for, latents, samples
from reference_models.splits import Examples
from reference_models.tasks.mnist_cnn import TASK as READER

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")

# ---------------------------------------------------------------- the distance


def of_normal(mean: list[float], covariance: Any) -> Moments:
    return Moments(mean=np.array(mean), covariance=np.array(covariance))


def test_distance_is_what_it_is_known_to_be_in_one_dimension() -> None:
    # (3 - 1)^2 + (4 - 2)^2
    assert distance(of_normal([1.0], [[16.0]]), of_normal([3.0], [[4.0]])) == pytest.approx(8)


def test_distance_agrees_with_the_general_root_where_that_one_is_sound() -> None:
    from scipy.linalg import sqrtm

    random = np.random.default_rng(0)
    one, other = (Moments.of(random.normal(size=(50, 6)) @ random.normal(size=(6, 6))) for _ in range(2))
    root = sqrtm(one.covariance @ other.covariance).real
    published = ((one.mean - other.mean) ** 2).sum() + np.trace(one.covariance + other.covariance - 2 * root)
    assert distance(one, other) == pytest.approx(published)
    assert distance(other, one) == pytest.approx(published)


def test_distance_to_itself_is_nothing_also_with_fewer_images_than_features() -> None:
    few = Moments.of(np.random.default_rng(0).normal(size=(20, 100)))
    assert np.linalg.matrix_rank(few.covariance) == 19
    assert distance(few, few) == pytest.approx(0, abs=1e-4)


def test_distance_falls_with_the_number_of_images_of_the_same_kind() -> None:
    random = np.random.default_rng(0)
    few, many = (distance(*(Moments.of(random.normal(size=(n, 20))) for _ in range(2))) for n in (50, 2000))
    assert few > 5 * many > 0


def test_features_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match=r"features of 1 and of 2 numbers"):
        distance(of_normal([0.0], [[1.0]]), of_normal([0.0, 0.0], np.eye(2)))
    with pytest.raises(ValueError, match=r"shape \(5,\); pass \(n, d\)"):
        Moments.of(np.zeros(5))
    with pytest.raises(ValueError, match="not a finite number"):
        Moments.of(np.array([[0.0], [np.nan]]))


# ---------------------------------------------------------------- the losses


def slopes(loss: Any, *logits: float) -> list[float]:
    """Return how a loss changes with each logit, one image of each."""
    import tensorflow as tf

    given = [tf.Variable([[each]]) for each in logits]
    with tf.GradientTape() as tape:
        height = loss(*map(tf.convert_to_tensor, given))
    return [np.asarray(each).item() for each in tape.gradient(height, given)]


@pytest.mark.parametrize("loss", [NonSaturating(), NonSaturating(real=0.9), Hinge()], ids=repr)
def test_discriminator_raises_real_images_and_lowers_generated_ones(loss: AdversarialLoss) -> None:
    of_real, of_fake = slopes(loss.discriminator, 0.1, 0.1)
    assert of_real < 0 < of_fake


@pytest.mark.parametrize("loss", [NonSaturating(), Hinge()], ids=repr)
def test_generator_raises_what_it_makes_most_where_the_discriminator_is_sure(loss: AdversarialLoss) -> None:
    import tensorflow as tf

    assert slopes(loss.generator, -10.0)[0] < -0.99
    # log(1 - D(G(z))), minimised, has next to no slope there: such a generator does not begin to learn.
    assert -1e-4 < slopes(lambda fake: tf.math.log(1 - tf.sigmoid(fake)), -10.0)[0] < 0


def test_a_sum_of_both_answers_would_lower_real_images_as_well() -> None:
    def naive(real: Any, fake: Any) -> Any:
        return keras.ops.mean(real) + keras.ops.mean(fake)

    assert slopes(naive, 0.1, 0.1) == [1, 1]


def test_a_smoothed_label_is_enough_at_its_own_logit_and_generated_images_have_none() -> None:
    nine_to_one = float(np.log(9))
    assert slopes(NonSaturating(real=0.9).discriminator, nine_to_one, -5.0)[0] == pytest.approx(0, abs=1e-6)
    assert (
        slopes(NonSaturating(real=0.9).discriminator, 0.0, -5.0)[1]
        == slopes(NonSaturating().discriminator, 0.0, -5.0)[1]
    )
    with pytest.raises(ValueError, match=r"real=0\.1: .* above 0\.5"):
        NonSaturating(real=0.1)


# ---------------------------------------------------------------- the training


def tiny_family(*, side: int = 4) -> dict[str, Any]:
    layers = keras.layers
    generator = [
        layers.Dense(side * side),
        layers.BatchNormalization(momentum=0.5),
        layers.Activation("sigmoid"),
        layers.Reshape((side, side, 1)),
    ]
    return {
        "generator": keras.Sequential([keras.Input((13,)), *generator]),
        "discriminator": keras.Sequential(
            [keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(10, name="classes"), layers.Dense(1)]
        ),
    }


def pixels_themselves() -> Any:
    return keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten()])


FIT = Adversarial(
    steps=12, batch_size=8, learning_rate=0.05, loss=NonSaturating(), features=pixels_themselves, every=2, compared=32
)


@pytest.fixture
def images() -> Examples:
    x = np.random.default_rng(0).uniform(0.8, 1, size=(40, 4, 4, 1)).astype(np.float32)
    return Examples(x=x, y=np.arange(40) % 10)


def fitted(fit: Adversarial, family: dict[str, Any], images: Examples) -> Any:
    keras.utils.set_random_seed(0)
    return fit(family, images, quick=False, on_epoch=lambda _: None)


@dataclass(frozen=True)
class OnlyOneLearns(AdversarialLoss):
    """A loss that has a slope for one of the two alone."""

    learns: str

    def discriminator(self, real, fake):
        return NonSaturating().discriminator(real, fake) * float(self.learns == "discriminator")

    def generator(self, fake):
        return NonSaturating().generator(fake) * float(self.learns == "generator")


@pytest.mark.parametrize(("learns", "stays"), [("generator", "discriminator"), ("discriminator", "generator")])
def test_neither_network_is_moved_by_the_others_loss(images: Examples, learns: str, stays: str) -> None:
    family = tiny_family()
    before = {name: [each.numpy() for each in model.trainable_weights] for name, model in family.items()}
    after = fitted(replace(FIT, loss=OnlyOneLearns(learns)), family, images)
    for one, two in zip(before[stays], after[stays].trainable_weights, strict=True):
        # Averages of what stays the same are rounded.
        np.testing.assert_allclose(one, two.numpy(), atol=1e-6)
    assert np.abs(before[learns][0] - after[learns].trainable_weights[0].numpy()).max() > 0.01


def test_the_nearest_checkpoint_is_kept_and_not_the_last(images: Examples) -> None:
    passed_by = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        seen: list[float] = []
        # A rate at which the two throw each other about.
        fit = replace(FIT, steps=80, learning_rate=5.0, watch=lambda at, seen=seen: seen.append(at.distance))
        kept = fitted(fit, tiny_family(), images)
        made = samples(kept["generator"], latents(kept["generator"], 32, key=1900))
        apart = distance(Moments.of(images.x[:32].reshape(32, -1)), Moments.of(made.reshape(32, -1)))
        assert len(seen) == 40
        assert apart == pytest.approx(min(seen), rel=1e-4)
        passed_by.append(min(seen) < seen[-1])
    # The last may happen to be the nearest, but not of three.
    assert any(passed_by)


def test_it_learns_where_the_images_are(images: Examples) -> None:
    family = tiny_family()
    z = latents(family["generator"], 100, key=1)
    before = samples(family["generator"], z).mean()
    kept = fitted(replace(FIT, steps=400, every=100, learning_rate=0.02), family, images)
    assert before < 0.6
    assert samples(kept["generator"], z).mean() > 0.75


def test_it_makes_what_it_is_asked_for() -> None:
    """Dark images are called 0 and bright ones 1, and there are no others."""
    y = np.arange(64) % 2
    x = np.full((64, 4, 4, 1), 0.2, np.float32) + 0.6 * y[:, None, None, None].astype(np.float32)
    kept = fitted(replace(FIT, steps=400, every=400, learning_rate=0.02), tiny_family(), Examples(x=x, y=y))[
        "generator"
    ]
    z = latents(kept, 100, key=1)
    dark, bright = (samples(kept, z[asked_for(z) == digit]).mean() for digit in (0, 1))
    assert bright - dark > 0.3


def test_without_labels_the_discriminators_own_output_learns(images: Examples) -> None:
    unknown = Examples(x=images.x, y=np.full(len(images), -1))
    family = tiny_family()
    before = family["discriminator"].layers[-1].kernel.numpy()
    after = fitted(FIT, family, unknown)["discriminator"].layers[-1].kernel.numpy()
    assert np.abs(after - before).max() > 0.01
    # With labels it is the layer below that is asked, digit by digit.
    family = tiny_family()
    before = family["discriminator"].layers[-1].kernel.numpy()
    np.testing.assert_array_equal(fitted(FIT, family, images)["discriminator"].layers[-1].kernel.numpy(), before)


def test_normalization_learns_its_statistics_while_it_trains(images: Examples) -> None:
    # With training=True forgotten they stay 0 and 1, and what the generator is asked for later is another network's.
    kept = fitted(FIT, tiny_family(), images)["generator"]
    normalization = next(layer for layer in kept.layers if isinstance(layer, keras.layers.BatchNormalization))
    assert np.abs(normalization.moving_mean.numpy()).max() > 0.01


def test_every_real_image_takes_part_as_often_as_every_other() -> None:
    from reference_models.gan.fit import _batches

    keras.utils.set_random_seed(0)
    steps = list(_batches(12, 8, 6))
    assert all(len(step) == 8 for step in steps)
    np.testing.assert_array_equal(np.bincount(np.concatenate(steps)), [4] * 12)
    # One batch of real images, used in every step, is soon known by heart.
    assert sorted(steps[0]) != sorted(steps[1])


def test_a_generator_of_another_size_is_refused_before_the_first_step(images: Examples) -> None:
    with pytest.raises(ValueError, match=r"makes images of shape \(5, 5, 1\), the discriminator takes \(4, 4, 1\)"):
        fitted(FIT, tiny_family(side=5), images)


def test_a_discriminator_takes_images_and_no_noise() -> None:
    with pytest.raises(ValueError, match="Expected shape"):
        tiny_family()["discriminator"](np.zeros((2, 13), np.float32))


# ---------------------------------------------------------------- latent vectors and copies


def test_latent_vectors_ask_for_the_digits_in_turn() -> None:
    generator = tiny_family()["generator"]
    z = latents(generator, 25, key=1)
    assert (z.shape, z.dtype) == ((25, 13), np.float32)
    np.testing.assert_array_equal(asked_for(z), [*range(10), *range(10), *range(5)])
    np.testing.assert_array_equal(z[:, 3:].sum(axis=1), 1)
    np.testing.assert_array_equal(z, latents(generator, 25, key=1))
    assert (z[:, :3] != latents(generator, 25, key=2)[:, :3]).all()


def test_truncation_redraws_what_is_far_out_and_nothing_else() -> None:
    normal = np.random.default_rng(0).standard_normal((500, 8)).astype(np.float32)
    x = np.concatenate([normal, 2 * np.eye(10, dtype=np.float32)[np.arange(500) % 10]], axis=1)
    batch = Batch(x=x, y=None, bounds=UNBOUNDED)
    y = Truncation(within=1.0).apply(batch, Streams.of(0, "truncation", index=np.arange(500))).x
    # The digit that is asked for is no normal number.
    np.testing.assert_array_equal(y[:, 8:], x[:, 8:])
    near, drawn = np.abs(normal) <= 1, y[:, :8]
    assert 0.6 < near.mean() < 0.75
    np.testing.assert_array_equal(drawn[near], normal[near])
    assert np.abs(drawn).max() <= 1
    # Drawn from the same curve, cut off: its deviation is 0.54, where even numbers would have 0.58.
    assert drawn[~near].std() == pytest.approx(0.54, abs=0.02)
    with pytest.raises(ValueError, match="must be above 0"):
        Truncation(within=0)


def test_copies_are_found_also_where_they_are_a_little_noisy() -> None:
    random = np.random.default_rng(0)
    learned, held_out, fresh = (random.random((300, 6, 6, 1)).astype(np.float32) for _ in range(3))
    noisy = learned + random.normal(0, 0.02, learned.shape).astype(np.float32)
    assert copied(learned, learned=learned, held_out=held_out).all()
    assert copied(noisy, learned=learned, held_out=held_out).all()
    assert copied(fresh, learned=learned, held_out=held_out).mean() < 0.04
    np.testing.assert_array_equal(nearest(noisy, learned).row, np.arange(300))
    np.testing.assert_array_equal(nearest(learned, learned).distance, np.zeros(300))


# ---------------------------------------------------------------- files


@pytest.fixture
def made() -> np.ndarray:
    """Return images from black in the corner to white."""
    ramp = np.linspace(0, 1, 8 * 8, dtype=np.float32).reshape(1, 8, 8, 1)
    return np.repeat(ramp, 7, axis=0)


def test_a_grid_of_images_is_a_png_from_0_to_255(made: np.ndarray, tmp_path: Path) -> None:
    save_grid(made, tmp_path / "new" / "grid.png", columns=4)
    with Image.open(tmp_path / "new" / "grid.png") as file:
        assert (file.format, file.mode, file.size) == ("PNG", "L", (4 * 10 - 2, 2 * 10 - 2))
        seen = np.asarray(file)
    np.testing.assert_array_equal(seen[:8, 10:18], np.rint(made[1, ..., 0] * 255))
    # Between the images, and where the eighth would be.
    assert (seen[:, 8:10] == 255).all()
    assert (seen[10:, 30:] == 255).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_each_image_is_a_file_that_reads_as_it_was(made: np.ndarray, tmp_path: Path, channels: int) -> None:
    images = made * np.array([1.0, 0.5, 0.0], np.float32)[:channels]
    paths = save_each(images, tmp_path / "each")
    assert [path.name for path in paths] == [f"{number:04d}.png" for number in range(7)]
    for path, image in zip(paths, images, strict=True):
        with Image.open(path) as file:
            # Colours stay colours: through a grey map, or through one channel, they would be gone.
            assert file.mode == {1: "L", 3: "RGB"}[channels]
            np.testing.assert_array_equal(np.asarray(file).reshape(image.shape), np.rint(image * 255))


def test_the_output_of_tanh_is_refused_and_not_saved_in_black(made: np.ndarray) -> None:
    of_tanh = 2 * made - 1
    # What a cast makes of it: all between -1 and 1 becomes 0.
    assert (of_tanh[(of_tanh > -1) & (of_tanh < 1)].astype(np.uint8) == 0).all()
    with pytest.raises(ValueError, match=r"images lie in \[-1, 1\]; .* \(images \+ 1\) / 2"):
        as_bytes(of_tanh)
    assert as_bytes((of_tanh + 1) / 2).max() == 255


def test_bytes_and_shares_are_told_apart(made: np.ndarray) -> None:
    as_saved = as_bytes(made)
    assert as_saved.dtype == np.uint8
    assert as_bytes(as_saved) is as_saved
    np.testing.assert_allclose(as_shares(as_saved), made, atol=0.5 / 255 + 1e-6)
    np.testing.assert_array_equal(as_shares(made), made)


@pytest.mark.parametrize("name", ["way.gif", "way.webp"])
def test_an_animation_has_its_frames_in_their_order(made: np.ndarray, tmp_path: Path, name: str) -> None:
    save_animation([made * share for share in (0.2, 0.6, 1.0)], tmp_path / name, columns=4)
    with Image.open(tmp_path / name) as file:
        assert file.n_frames == 3
        brightest = [np.asarray(frame.convert("L"))[:8, :8].max() for frame in frames_of(file)]
    np.testing.assert_allclose(brightest, [51, 153, 255], atol=6)


def test_an_animation_in_another_format_or_without_a_frame_is_refused(made: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'way\.png' must end in \.gif or \.webp"):
        save_animation([made], tmp_path / "way.png")
    with pytest.raises(ValueError, match="no frame"):
        save_animation([], tmp_path / "way.gif")


def test_only_a_generators_training_can_be_watched(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="mnist_cnn makes no images: its fit is Supervised"):
        animate(READER, tmp_path / "way.gif")


def frames_of(file: Any) -> Iterator[Any]:
    for number in range(file.n_frames):
        file.seek(number)
        yield file
