"""Transforms of a whole batch at once, beside a library that takes the images one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import cos, radians, sin, tan

import keras
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy import ndimage

from benchmarks.cnn import Digits
from benchmarks.race import race
from benchmarks.row import at_least, told
from pytest_robust.core.arrays import Floats
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.parameters import Exactly
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import Rotate, Shear, Translate, Zoom

_ANGLE = radians(15)
_TURN = np.array([[cos(_ANGLE), sin(_ANGLE)], [-sin(_ANGLE), cos(_ANGLE)]])


@pytest.mark.parametrize(
    ("transform", "theirs", "matrix", "shift"),
    [
        (Rotate(degrees=Exactly(15)), {"theta": -15}, _TURN, (0.0, 0.0)),
        (Zoom(factor=Exactly(1.2)), {"zx": 1 / 1.2, "zy": 1 / 1.2}, np.eye(2) / 1.2, (0.0, 0.0)),
        (Shear(degrees=Exactly(10)), {"shear": 10}, np.array([[1, tan(radians(10))], [0, 1]]), (0.0, 0.0)),
        (
            Translate(width=Exactly(0.08), height=Exactly(0.08)),
            {"tx": -2.24, "ty": -2.24},
            np.eye(2),
            (-2.24, -2.24),
        ),
    ],
    ids=["rotate", "zoom", "shear", "translate"],
)
def test_a_batch_is_transformed_faster_than_its_images_one_by_one(
    transform: Transform,
    theirs: dict[str, float],
    matrix: Floats,
    shift: tuple[float, float],
    digits: Digits,
    benchmark: BenchmarkFixture,
    hold: Callable[..., None],
) -> None:
    batch = Batch(x=digits.x, y=None, bounds=Bounds(0, 1))
    streams = Streams.of(0, index=np.arange(len(digits.x)))
    centre = np.array([13.5, 13.5])
    offset = centre - matrix @ centre + shift

    generator = keras.src.legacy.preprocessing.image.ImageDataGenerator(interpolation_order=1)

    def library() -> Floats:
        return np.stack([generator.apply_transform(image, theirs) for image in digits.x])

    def one_by_one() -> Floats:
        return np.stack(
            [
                ndimage.affine_transform(image[..., 0], matrix, offset, order=1, mode="nearest")[..., None]
                for image in digits.x
            ]
        )

    def at_once() -> Floats:
        changed: Floats = transform.apply(batch, streams).x
        return changed

    # The same images come out, so the same work is timed.
    np.testing.assert_allclose(at_once(), one_by_one(), atol=1e-4)
    ratios = race(benchmark, at_once, library, rounds=15)
    name = f"{type(transform).__name__}, throughput, 1,000 images 28 x 28"
    bare = [_seconds(one_by_one) / _seconds(at_once) for _ in range(15)]
    hold(
        at_least(10, name, "Keras' ImageDataGenerator", [1 / r for r in ratios]),
        # No bar: not a library's transform but its innermost call, with matrices made before.
        told(name, "a loop over scipy.ndimage", bare),
    )


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
