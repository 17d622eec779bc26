"""Task 14: a convolutional network that reads handwritten digits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.architectures import mnist_cnn
from reference_models.data import mnist
from reference_models.figures import tiles
from reference_models.pictures import as_mnist, read_picture
from reference_models.supervised import Supervised
from reference_models.task import Expected, Model, Task, Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def small_moves() -> list[Any]:
    """Return layers that move a digit as another hand might; a mirrored digit is no digit."""
    import keras

    layers = keras.layers
    return [
        layers.RandomRotation(0.03, fill_mode="constant"),
        layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),
        layers.RandomZoom(0.1, fill_mode="constant"),
    ]


def misread(result: Trained) -> Figure:
    """Draw test images that it reads right, and those that it is surest of and wrong about."""
    test = result.splits.test
    answers = result.model.predict(test.x, batch_size=256, verbose=0)
    read, sure = answers.argmax(axis=-1), answers.max(axis=-1)
    surest = np.argsort(-sure)
    right, wrong = surest[(read == test.y)[surest]], surest[(read != test.y)[surest]]
    of_each = [next(row for row in right if test.y[row] == digit) for digit in range(8)]
    rows = (("right", of_each), ("wrong", wrong[:8]))
    return tiles(
        [
            (name, [(test.x[row], f"{test.y[row]} read {read[row]}, {sure[row]:.0%}") for row in chosen])
            for name, chosen in rows
        ]
    )


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a model reads in a picture.

    Args:
        digit: The most probable one.
        probability: How sure it is of it, 0 to 1.
        probabilities: (10,) of all digits.
        seen: (28, 28, 1) bytes, what the picture became before it was read.
    """

    digit: int
    probability: float
    probabilities: NDArray[np.float32]
    seen: NDArray[np.uint8]


def reading_model(model: Model) -> Model:
    """Return a model of pixels as they come, 0 to 255, that scales them itself.

    (n, 28, 28, 1) to (n, 10) probabilities. Whoever uses it has nothing to divide, and so cannot
    forget to, or do it twice: a digit divided by 255 twice is a black image, and read as one.

    Args:
        model: One of pixels in [0, 1], as this task trains it.

    Raises:
        ValueError: It scales already.
    """
    import keras

    if _scales(model):
        raise ValueError(f"{model.name} begins with a layer that scales: it reads pixels from 0 to 255 as it is")
    pixels = keras.Input(model.input_shape[1:])
    return keras.Sequential([pixels, keras.layers.Rescaling(1 / 255), model], name=f"{model.name}_of_pixels")


def predict_image(model: Model, path: Path | str) -> Reading:
    """Return the digit in a picture that came from anywhere.

    Args:
        model: A reading model.
        path: A PNG or a JPEG, of any size, grey, in colours or transparent, dark on light or light
            on dark, with one digit and paper around it.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no picture, or shows one colour only; or the model wants pixels in [0, 1].

    Examples:
        >>> from reference_models import trained
        >>> predict_image(reading_model(trained(TASK).model), "digit.png").digit  # doctest: +SKIP
        7
    """
    if not _scales(model):
        raise ValueError(f"{model.name} wants pixels in [0, 1], and a picture has 0 to 255; pass reading_model(model)")
    picture = read_picture(path)
    try:
        seen = as_mnist(picture)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    probabilities = np.asarray(model.predict(seen[None], verbose=0))[0]
    digit = int(probabilities.argmax())
    return Reading(digit=digit, probability=float(probabilities[digit]), probabilities=probabilities, seen=seen)


def _scales(model: Model) -> bool:
    import keras

    return any(isinstance(layer, keras.layers.Rescaling) for layer in model.layers)


TASK = Task(
    number=14,
    name="mnist_cnn",
    purpose="A convolutional network that reads handwritten digits",
    data="MNIST, 5,000 images embedded; all 70,000 where they are at hand",
    load=mnist.load,
    build=mnist_cnn,
    fit=Supervised(epochs=15, batch_size=64, learning_rate=2e-3, augment=small_moves),
    expected=(
        # Seeds 0 to 4: 0.983, 0.979, 0.979, 0.975, 0.974.
        Expected(metric="accuracy", value=0.978, tolerance=0.013, source="mnist_5000"),
        # Not measured here; what is asked of it is at least 0.99.
        Expected(metric="accuracy", value=0.995, tolerance=0.005, source="mnist"),
    ),
    cpu_seconds=17,
    asserted="accuracy under noise, turns and shifts; undefended against PGD; attacks in their order; bytes as well",
    figure=misread,
)
