"""How a generator and a discriminator are fitted against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.gan.augment import unchanged
from reference_models.gan.frechet import Moments, distance, features_of
from reference_models.gan.losses import AdversarialLoss
from reference_models.gan.sampling import CLASSES, as_shares, latents, samples
from reference_models.splits import Examples
from reference_models.task import Epoch, Family, Model

__all__ = ["Adversarial", "Progress"]

# The least that still runs every line.
_QUICK_EXAMPLES, _QUICK_STEPS = 96, 4
# The key of the latent vectors that checkpoints are compared by.
_KEY = 1900


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a training stands, for whoever wants to draw it.

    Args:
        step: Steps taken.
        generator: The generator whose weights are averages, as it is now; it changes as the training goes on.
        distance: Its Frechet distance to training images.
    """

    step: int
    generator: Model
    distance: float


@dataclass(frozen=True, kw_only=True)
class Adversarial:
    """Both networks take a step at a time, by Adam, and the checkpoint nearest to the training images is kept.

    The discriminator has a layer "classes" with a logit for each digit, and whether an image is real is asked of the
    logit of its own digit: the label of a real image, or what the generator was asked for. So the generator learns
    all that is written for a digit; had it only to be recognised, one image of each would do. Labels below 0 are
    none; where there are none, the discriminator's own output is asked.

    What is kept of the generator are exponential moving averages of its weights: the weights themselves circle around
    what they are after. The distance goes down and up again, so the last checkpoint is not the best one. It is chosen
    by training images; the test set has no say in it.

    Args:
        steps: Steps of each network.
        batch_size: Real images a step, and as many generated ones.
        learning_rate: Of both, at the start; it stays for half of the steps and falls to a tenth in the other.
        loss: What each network loses.
        features: Makes the network in whose feature space checkpoints are compared.
        every: Steps between checkpoints.
        compared: Images that checkpoints are compared by, of each side.
        average: The share of the averages that a step leaves as it is, in [0, 1).
        augment: Changes real and generated images before the discriminator sees them.
        watch: Told of each checkpoint.

    References:
        Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do actually Converge?", ICML 2018,
        arXiv:1801.04406, section 6, for a logit for each class.
    """

    steps: int
    batch_size: int
    learning_rate: float
    loss: AdversarialLoss
    features: Callable[[], Model]
    every: int
    compared: int = 1000
    average: float = 0.99
    augment: Callable[[Any, Any], Any] = unchanged
    watch: Callable[[Progress], None] = lambda _: None

    def __call__(self, model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
        """Fit a family of a "generator" and a "discriminator"; an epoch is what lies between two checkpoints.

        Raises:
            ValueError: The generator makes images of another shape than the training images, or than the discriminator
                takes.
        """
        generator, discriminator = model["generator"], model["discriminator"]
        _check_shapes(generator, discriminator, train)
        steps, every = (_QUICK_STEPS, _QUICK_STEPS // 2) if quick else (self.steps, self.every)
        train = train[:_QUICK_EXAMPLES] if quick else train
        keeper = _Keeper(self, generator, train)
        advance = self._advance(generator, discriminator, keeper.averaged, steps)
        lost = []
        for step, rows in enumerate(_batches(len(train), self.batch_size, steps), start=1):
            lost.append(np.asarray(advance(as_shares(train.x[rows]), train.y[rows], step)))
            if step % every == 0 or step == steps:
                apart = keeper.look(step, discriminator)
                of_generator, of_discriminator = np.mean(lost, axis=0)
                figures = {"frechet": apart, "generator": of_generator, "discriminator": of_discriminator}
                on_epoch(Epoch(number=-(-step // every), of=-(-steps // every), figures=figures))
                lost.clear()
        return keeper.best(discriminator)

    def _advance(
        self, generator: Model, discriminator: Model, averaged: Model, steps: int
    ) -> Callable[[NDArray[np.float32], NDArray[Any], int], Any]:
        """Return what takes a step of both networks, and returns what each lost."""
        import keras
        import tensorflow as tf

        rate = _HalfThenDown(self.learning_rate, steps)
        # 0.5, where Adam has 0.9: the gradient's own past misleads where the other network moves as well
        # (Radford, Metz and Chintala, section 4).
        optimizers = [keras.optimizers.Adam(self.learning_rate, beta_1=0.5) for _ in range(2)]
        mine, theirs = generator.trainable_variables, discriminator.trainable_variables
        for optimizer, variables in zip(optimizers, (mine, theirs), strict=True):
            optimizer.build(variables)
        normals = generator.input_shape[-1] - CLASSES
        judge = _with_classes(discriminator)
        seed = int(np.random.randint(2**30))  # noqa: NPY002 - this generator has the global seed

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def update(
            images: tf.Tensor, labels: tf.Tensor, step: tf.Tensor, rate: tf.Tensor, keep: tf.Tensor
        ) -> tf.Tensor:
            # The same key twice would give the same numbers twice.
            keys = [tf.stack([tf.constant(seed + place), step]) for place in range(3)]
            asked = tf.random.stateless_uniform((self.batch_size,), keys[0], 0, CLASSES, tf.int32)
            wanted = tf.where(labels >= 0, asked, -1)
            normal = tf.random.stateless_normal((self.batch_size, normals), keys[1])
            z = tf.concat([normal, tf.one_hot(asked, CLASSES)], axis=1)
            with tf.GradientTape(persistent=True) as tape:
                made = generator(z, training=True)
                # Real and generated in one batch, changed in the same ways, each by draws of its own.
                both = self.augment(tf.concat([images, made], axis=0), keys[2])
                said = judge(both, training=True)
                (real, fake), (of_real, of_fake) = (tf.split(said[name], 2) for name in ("real", "classes"))
                # Without labels nobody has said what a digit looks like, so none can be asked for.
                real, fake = _of_its_class(real, of_real, labels), _of_its_class(fake, of_fake, wanted)
                # Each network's gradient is taken of its own loss alone, so neither moves the other's weights.
                of_generator = self.loss.generator(fake)
                of_discriminator = self.loss.discriminator(real, fake)
            gradients = tape.gradient(of_generator, mine), tape.gradient(of_discriminator, theirs)
            del tape
            for optimizer, gradient, variables in zip(optimizers, gradients, (mine, theirs), strict=True):
                optimizer.learning_rate = rate
                optimizer.apply_gradients(zip(gradient, variables, strict=True))
            # The moving statistics of batch normalization are averaged as well.
            for average, now in zip(averaged.variables, generator.variables, strict=True):
                if average.dtype.startswith("float"):
                    average.assign(keep * average + (1 - keep) * now)
            return tf.stack([of_generator, of_discriminator])

        def advance(images: NDArray[np.float32], labels: NDArray[Any], step: int) -> Any:
            # While there is little to average over, the past counts less; else the random start would stay in it.
            keep = min(self.average, step / (step + 10))
            return update(
                tf.constant(images),
                tf.constant(labels, tf.int32),
                tf.constant(step),
                tf.constant(rate(step), tf.float32),
                tf.constant(keep, tf.float32),
            )

        return advance


@dataclass(frozen=True)
class _HalfThenDown:
    highest: float
    steps: int

    def __call__(self, step: int) -> float:
        left = 2 * (1 - step / self.steps)
        return self.highest * max(0.1, min(1.0, left))


class _Keeper:
    """Compares checkpoints with training images, and keeps the weights of the nearest."""

    def __init__(self, setting: Adversarial, generator: Model, train: Examples) -> None:
        import keras

        self.averaged = keras.models.clone_model(generator)
        self.averaged.set_weights(generator.get_weights())
        self._network = setting.features()
        self._real = Moments.of(features_of(self._network, train.x[: setting.compared]))
        self._z = latents(generator, min(setting.compared, len(train)), key=_KEY)
        self._watch = setting.watch
        self._distance = np.inf
        self._weights: list[Any] = []

    def look(self, step: int, discriminator: Model) -> float:
        """Return the distance of the averaged generator, and keep it with its opponent if it is the nearest so far."""
        made = Moments.of(features_of(self._network, samples(self.averaged, self._z)))
        apart = distance(self._real, made)
        if apart < self._distance:
            self._distance = apart
            self._weights = [self.averaged.get_weights(), discriminator.get_weights()]
        self._watch(Progress(step=step, generator=self.averaged, distance=apart))
        return apart

    def best(self, discriminator: Model) -> Family:
        """Return the averaged generator and the discriminator with the weights that were kept."""
        for network, weights in zip((self.averaged, discriminator), self._weights, strict=True):
            network.set_weights(weights)
        return {"generator": self.averaged, "discriminator": discriminator}


def _batches(count: int, size: int, steps: int) -> Iterator[NDArray[np.int64]]:
    """Yield which real images take part in a step, each as often as every other, in a new order each time round."""
    random = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002 - this generator has the global seed
    order: NDArray[np.int64] = np.empty(0, np.int64)
    for _ in range(steps):
        while len(order) < size:
            order = np.concatenate([order, random.permutation(count)])
        yield order[:size]
        order = order[size:]


def _with_classes(discriminator: Model) -> Model:
    """Return the discriminator with what it makes of the classes, as it comes by the way."""
    import keras

    classes = discriminator.get_layer("classes").output
    return keras.Model(discriminator.inputs, {"real": discriminator.outputs[0], "classes": classes})


def _of_its_class(logits: Any, classes: Any, labels: Any) -> Any:
    """Return (n, 1) the logit of each image's class, or the one of no class in particular where there is no label."""
    from keras import ops

    chosen = ops.take_along_axis(classes, ops.maximum(labels, 0)[:, None], axis=1)
    return ops.where(labels[:, None] >= 0, chosen, logits)


def _check_shapes(generator: Model, discriminator: Model, train: Examples) -> None:
    made, seen, real = generator.output_shape[1:], discriminator.input_shape[1:], train.x.shape[1:]
    if not made == seen == real:
        raise ValueError(
            f"the generator makes images of shape {made}, the discriminator takes {seen}, the training images have "
            f"{real}: all must be the same"
        )
