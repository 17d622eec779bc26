"""Small models of 8 by 8 digits: trained in earnest, and built to hide from gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

__all__ = ["HIDING", "HONEST", "Digits", "Hiding", "Honest", "accuracy", "adaptive", "bare_loop", "hiding", "honest"]

IMAGE = (8, 8, 1)


@dataclass(frozen=True, kw_only=True)
class Digits:
    """Images, in [0, 1] unless it is said otherwise, and labels."""

    x: NDArray[Any]
    y: NDArray[Any]

    def of_classes(self, count):
        kept = self.y < count
        return Digits(x=self.x[kept], y=self.y[kept])


@dataclass(frozen=True, kw_only=True)
class Honest:
    """A model that hides nothing, and a bar that it clears.

    Args:
        model: As its owner would hand it over.
        data: What it is measured on.
        eps: A LInf budget, in the data's unit, that leaves most examples standing.
        eps_l2: An L2 budget that does.
        bar: The robust accuracy it reaches under every attack of that size, about 0.1 below what was measured.
    """

    model: Any
    data: Digits
    eps: float
    eps_l2: float
    bar: float


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """A model whose gradients mislead, and what is behind it.

    Args:
        model: As it is handed over; answers with probabilities.
        behind: The logits that somebody who knows what is hidden would differentiate.
        eps: A LInf budget at which the attack from behind breaks nearly all.
        draws: Answers averaged for one gradient of `behind`; more than one where it is random.
        clean: The clean accuracy it has at least.
        seen_through: Whether its logits are in sight, so that nothing is left to hide.
    """

    model: Any
    behind: Callable[[Any], Any]
    eps: float = 0.2
    draws: int = 1
    clean: float = 0.9
    seen_through: bool = False


@cache
def digits():
    """Return what is trained on and what is measured on: 300 digits by other writers."""
    x, y = load_digits(return_X_y=True)
    x, y = (x / 16).astype(np.float32).reshape(-1, *IMAGE), y.astype(np.int64)
    return Digits(x=x[:1200], y=y[:1200]), Digits(x=x[1200:1500], y=y[1200:1500])


# How a network sees its training images.


def unchanged(net, x, targets):
    return x


def noisy(sigma):
    return lambda net, x, targets: x + tf.random.normal(tf.shape(x), stddev=sigma)


def adversarial(eps, *, steps):
    """Goodfellow et al. 2015 by one step, Madry et al. 2018 by several from a random start."""

    def see(net, x, targets):
        point = x if steps == 1 else x + tf.random.uniform(tf.shape(x), -eps, eps)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(point)
                loss = tf.nn.softmax_cross_entropy_with_logits(targets, net(point, training=False))
            step = eps if steps == 1 else 2.5 * eps / steps
            point += step * tf.sign(tape.gradient(loss, point))
            point = tf.clip_by_value(tf.clip_by_value(point, x - eps, x + eps), 0, 1)
        return tf.stop_gradient(point)

    return see


def fit(net, x, targets, *, see=unchanged, epochs=15, rate=0.005, temperature=1.0):
    """Train a network of logits on (n, classes) targets. Keras' own loop compiles for longer than this trains."""
    rows, batch = len(x), 100
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, epochs * rows // batch))
    optimizer.build(net.trainable_variables)

    @tf.function
    def step(x, targets):
        seen = see(net, x, targets)
        with tf.GradientTape() as tape:
            logits = net(seen, training=True) / temperature
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits)) + sum(net.losses)
        optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)

    order = np.random.default_rng(0)
    for _ in range(epochs):
        shuffled = order.permutation(rows)
        for start in range(0, rows - batch + 1, batch):
            chosen = shuffled[start : start + batch]
            step(tf.constant(x[chosen]), tf.constant(targets[chosen]))
    return net


def one_hot(y, *, classes=10, smoothing=0.0):
    return (np.eye(classes)[y] * (1 - smoothing) + smoothing / classes).astype(np.float32)


def learnt(net, *, data=None, classes=10, smoothing=0.0, **how):
    train = data or digits()[0]
    return fit(net, train.x, one_hot(train.y, classes=classes, smoothing=smoothing), **how)


# Networks of logits.


def network(*parts, classes=10, shape=IMAGE):
    return keras.Sequential([keras.Input(shape), *parts, layers.Dense(classes)])


def mlp(activation="relu", *, classes=10, before=(), after=(), **dense):
    return network(*before, layers.Flatten(), layers.Dense(64, activation, **dense), *after, classes=classes)


def cnn():
    return network(
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(32, 3, strides=2, activation="relu"),
        layers.Flatten(),
        layers.Dense(64, "relu"),
    )


def softmax(net, *before, shape=IMAGE):
    return keras.Sequential([keras.Input(shape), *before, net, layers.Softmax()])


def sealed(probabilities):
    """Return a function in which no softmax can be seen, as none can in a SavedModel."""
    inner = tf.function(probabilities)
    return tf.function(lambda x: inner(x), input_signature=[tf.TensorSpec([None, *IMAGE], tf.float32)])


# Trained in earnest.


def earnest(model, *, data=None, eps=0.05, bar=0.65, unit=1.0):
    return Honest(model=model, data=data or digits()[1], eps=eps * unit, eps_l2=0.3 * unit, bar=bar)


def hardened(net, *, steps):
    """Return a network trained on adversarial examples, held to twice the budget that breaks the others."""
    return earnest(softmax(learnt(net, see=adversarial(0.1, steps=steps))), eps=0.1, bar=0.63)


def convolutions_with_batch_norm():
    net = network(
        layers.Conv2D(16, 3), layers.BatchNormalization(), layers.ReLU(), layers.Flatten(), layers.Dense(32, "relu")
    )
    return earnest(softmax(learnt(net)))


def dropout_and_augmentation():
    # Layers that are random while training, and must not be taken for a model that is random.
    net = mlp(before=(layers.RandomTranslation(0.1, 0.1), layers.GaussianNoise(0.1)), after=(layers.Dropout(0.3),))
    return earnest(softmax(learnt(net, epochs=25)))


def average_pooling_with_elu():
    net = network(
        layers.Conv2D(16, 3, activation="elu"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(32, "elu"),
    )
    return earnest(softmax(learnt(net)))


def ensemble():
    inputs = keras.Input(IMAGE)
    members = [layers.Softmax()(learnt(mlp())(inputs)) for _ in range(3)]
    return earnest(keras.Model(inputs, layers.Average()(members)))


def three_classes():
    train, test = (part.of_classes(3) for part in digits())
    return earnest(softmax(learnt(mlp(classes=3), data=train, classes=3)), data=test, bar=0.8)


def one_sigmoid():
    train, test = (part.of_classes(2) for part in digits())
    net = learnt(mlp(classes=2), data=train, classes=2)
    inputs = keras.Input(IMAGE)
    scores = net(inputs)
    return earnest(keras.Model(inputs, layers.Activation("sigmoid")(scores[:, 1:] - scores[:, :1])), data=test, bar=0.8)


def logistic_regression():
    train, test = digits()
    # One thread: those of a linear solver wait for each other when the cores are busy.
    with threadpool_limits(1):
        rule = LogisticRegression(max_iter=1000).fit(train.x.reshape(-1, 64), train.y)
    return earnest(rule, data=Digits(x=test.x.reshape(-1, 64), y=test.y))


def whole_numbers():
    _, test = digits()
    grey = Digits(x=np.rint(test.x * 255).astype(np.uint8), y=test.y)
    return earnest(softmax(learnt(mlp()), layers.Rescaling(1 / 255)), data=grey, unit=255)


def overtrained_and_exported():
    # Sure of itself, and its softmax out of sight: still no hiding.
    net = learnt(mlp(), epochs=60)
    return earnest(sealed(lambda x: tf.nn.softmax(net(x))))


HONEST: dict[str, Callable[[], Honest]] = {
    "softmax MLP": lambda: earnest(softmax(learnt(mlp()))),
    "logits MLP": lambda: earnest(learnt(mlp())),
    "softmax CNN": lambda: earnest(softmax(learnt(cnn()))),
    "batch norm": convolutions_with_batch_norm,
    "dropout, augmentation": dropout_and_augmentation,
    "tanh": lambda: earnest(softmax(learnt(mlp("tanh")))),
    "sigmoid": lambda: earnest(softmax(learnt(mlp("sigmoid"), rate=0.02))),
    "weight decay": lambda: earnest(softmax(learnt(mlp(kernel_regularizer="l2")))),
    "noise-augmented": lambda: earnest(learnt(cnn(), see=noisy(0.2))),
    "label smoothing": lambda: earnest(learnt(mlp(), smoothing=0.1)),
    "average pooling, ELU": average_pooling_with_elu,
    "ensemble of softmaxes": ensemble,
    "three classes": three_classes,
    "one sigmoid": one_sigmoid,
    "logistic regression": logistic_regression,
    "0..255": whole_numbers,
    "overtrained, exported": overtrained_and_exported,
    "FGSM-trained MLP": lambda: hardened(mlp(), steps=1),
    "PGD-trained MLP": lambda: hardened(mlp(), steps=5),
    "PGD-trained CNN": lambda: hardened(cnn(), steps=5),
}


@cache
def honest(name: str) -> Honest:
    """Return one of HONEST, trained on the first call."""
    keras.utils.set_random_seed(0)
    return HONEST[name]()


# Built to hide. Each is one trained network behind one step.


class Step(layers.Layer):
    """A function as a layer, the same in training and at inference."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x)


@cache
def plain():
    keras.utils.set_random_seed(0)
    return learnt(cnn())


def behind(step, net=None):
    """Return the plain network, or another, behind a step through which its attacker sees nothing."""
    net = net or plain()
    return Hiding(model=softmax(net, Step(step)), behind=net)


def logits_times_1000():
    net = plain()
    inputs = keras.Input(IMAGE)
    scores = layers.Softmax()(layers.Rescaling(1000.0)(net(inputs)))
    return Hiding(model=keras.Model(inputs, scores), behind=net, seen_through=True)


def saturated_and_sealed():
    # In half precision, as models are often served: in float32 the exponential of a large negative
    # number is 1e-38 rather than 0 on many processors, and the gradient leaks through it.
    net = plain()
    half = lambda x: tf.cast(tf.nn.softmax(tf.cast(1000 * net(x), tf.float16)), tf.float32)
    return Hiding(model=sealed(half), behind=net)


@cache
def student():
    """Return a network distilled at temperature 100 (Papernot et al. 2016): used at 1, its softmax is saturated."""
    keras.utils.set_random_seed(0)
    train, _ = digits()
    how = {"temperature": 100.0, "rate": 0.02, "epochs": 20}
    teacher = learnt(cnn(), **how)
    return fit(cnn(), train.x, tf.nn.softmax(teacher(train.x) / 100).numpy(), **how)


def distilled_and_sealed():
    net = student()
    return Hiding(model=sealed(lambda x: tf.nn.softmax(net(x))), behind=net)


def rounds_with_gradient(back):
    """Return rounding to 16 levels, whose gradient is `back` of the one from above."""

    @tf.custom_gradient
    def rounded(x):
        return tf.round(x * 15) / 15, back

    return rounded


def cast_to_integers(x):
    return tf.cast(tf.cast(x * 15 + 0.5, tf.int32), tf.float32) / 15


@tf.custom_gradient
def wrong_gradient(x):
    return tf.identity(x), lambda above: tf.random.normal(tf.shape(above))


def ripple(x):
    # At most 0.02 beside the input, with a slope of up to 40 up and down.
    return x + 0.02 * tf.sin(2000.3 * x)


def ripple_in_phase(x):
    # The data lie on multiples of 1/16, where this ripple is steepest upwards: the gradient at
    # an image is right, all around it is not. One step from the image works, several do not.
    return x + 0.02 * tf.sin(2 * np.pi * 16 * 22 * x)


def jpeg(x):
    def one(image):
        packed = tf.io.encode_jpeg(tf.cast(tf.round(image * 255), tf.uint8), format="grayscale", quality=75)
        return tf.cast(tf.reshape(tf.io.decode_jpeg(packed, channels=1), IMAGE), tf.float32) / 255

    return tf.map_fn(one, x)


_LEVELS = np.arange(10, dtype=np.float32)


def thermometer(x):
    """Buckman et al. 2018: a pixel becomes the levels that it is above of."""
    return tf.cast(x * 10 > _LEVELS + 0.5, tf.float32)


def thermometer_encoded():
    keras.utils.set_random_seed(0)
    train, _ = digits()
    net = network(
        layers.Conv2D(16, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(32, "relu"),
        shape=(8, 8, 10),
    )
    fit(net, thermometer(train.x).numpy(), one_hot(train.y))
    # Each threshold as a ramp, which has a slope (Athalye et al. 2018, section 4.1).
    return Hiding(model=softmax(net, Step(thermometer)), behind=lambda x: net(tf.clip_by_value(x * 10 - _LEVELS, 0, 1)))


def random_by(step, net, *, epochs, eps=0.2):
    """Return a network trained behind a random step and used behind it."""
    keras.utils.set_random_seed(0)
    whole = keras.Sequential([keras.Input(IMAGE), Step(step), net])
    model = softmax(learnt(whole, epochs=epochs))
    return Hiding(model=model, behind=whole, eps=eps, draws=10, clean=0.8)


def dropped(x):
    """Drop three pixels in ten, each time others: activation pruning (Dhillon et al. 2018) of the first layer."""
    return tf.where(tf.random.uniform(tf.shape(x)) < 0.3, 0.0, x) / 0.7


def resized_and_padded(x):
    """Xie et al. 2018: each image at a random size, at a random place of a larger frame."""
    corner, frame = tf.random.uniform([2, tf.shape(x)[0]]), tf.random.uniform([tf.shape(x)[0]], 1.0, 1.6)
    top, left = tf.unstack(-corner * (frame - 1))
    boxes = tf.stack([top, left, top + frame, left + frame], axis=1)
    return tf.ensure_shape(tf.image.crop_and_resize(x, boxes, tf.range(tf.shape(x)[0]), [12, 12]), [None, 12, 12, 1])


def resized_at_random():
    net = network(
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(64, "relu"),
        shape=(12, 12, 1),
    )
    return random_by(resized_and_padded, net, epochs=30, eps=0.18)


HIDING: dict[str, Callable[[], Hiding]] = {
    "logits times 1,000": logits_times_1000,
    "saturated, sealed": saturated_and_sealed,
    "distilled at 100": lambda: Hiding(model=softmax(student()), behind=student(), seen_through=True),
    "distilled at 100, sealed": distilled_and_sealed,
    "quantised, gradient None": lambda: behind(cast_to_integers),
    "quantised, gradient zero": lambda: behind(rounds_with_gradient(tf.zeros_like)),
    "thermometer": thermometer_encoded,
    "JPEG": lambda: behind(jpeg),
    "wrong gradient": lambda: behind(wrong_gradient),
    "ripple": lambda: behind(ripple),
    "ripple in phase": lambda: behind(ripple_in_phase),
    "random dropping": lambda: random_by(dropped, cnn(), epochs=25),
    "random resizing": resized_at_random,
}


@cache
def hiding(name: str) -> Hiding:
    """Return one of HIDING, made on the first call."""
    return HIDING[name]()


# What is true of them, by no code of the package under test.


def accuracy(model, data, *, draws=1):
    """Return the share answered right, the mean over `draws`."""
    answers = [np.asarray(model(tf.constant(data.x))).argmax(axis=1) for _ in range(draws)]
    return float(np.mean([said == data.y for said in answers]))


def ascend(loss, data, eps, *, steps, seed):
    """Return the points that signed steps up a loss reach in the ball; where there is no gradient they stay."""
    x = tf.constant(data.x)
    start = np.random.default_rng(seed).uniform(-eps, eps, x.shape).astype(np.float32)

    @tf.function
    def gradient(point):
        with tf.GradientTape() as tape:
            tape.watch(point)
            value = loss(point)
        return tape.gradient(value, point, unconnected_gradients="zero")

    point = tf.clip_by_value(x + start, 0, 1)
    for _ in range(steps):
        moved = point + 2.5 * eps / steps * tf.sign(gradient(point))
        point = tf.clip_by_value(tf.clip_by_value(moved, x - eps, x + eps), 0, 1)
    return Digits(x=point.numpy(), y=data.y)


def adaptive(behind, data, eps, *, draws=1, steps=20):
    """Return the points of an attack that knows what is behind: up the margin, in the mean over draws of it."""
    label = tf.one_hot(np.repeat(data.y, draws), 10, dtype=tf.float32)

    def margin(point):
        scores = behind(tf.repeat(point, draws, axis=0))
        return tf.reduce_max(scores - 1e9 * label, axis=1) - tf.reduce_sum(scores * label, axis=1)

    return ascend(margin, data, eps, steps=steps, seed=1)


def bare_loop(model, data, eps, *, steps=20):
    """Return the points of PGD as it is often written: up the cross-entropy of the probabilities."""
    label = tf.one_hot(data.y, 10, dtype=tf.float32)

    def cross_entropy(point):
        # Clipped as Keras clips it.
        likely = tf.clip_by_value(tf.reduce_sum(model(point) * label, axis=1), 1e-7, 1 - 1e-7)
        return -tf.math.log(likely)

    return ascend(cross_entropy, data, eps, steps=steps, seed=2)
