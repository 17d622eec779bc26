"""Corruptions of a whole batch at once, beside the published package, which takes the images one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.published import PUBLISHED, corrupt, photos
from benchmarks.race import race
from benchmarks.row import at_least
from pytest_robust.core.arrays import Floats
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import ImageNetC

_SIZE = 32
_IMAGES = 240
# What takes the package long gets fewer images; the ratio is one of images per second.
_RIVALS_IMAGES = {"frost": 4, "glass_blur": 4, "motion_blur": 40, "zoom_blur": 20}
_BARS = {"glass_blur": 3, "jpeg_compression": 3}


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("member", "name"), PUBLISHED.items(), ids=PUBLISHED.values())
def test_a_batch_is_corrupted_faster_than_its_images_one_by_one(
    member: type[Transform],
    name: str,
    severity: int,
    benchmark: BenchmarkFixture,
    needs: Callable[[str, str], None],
    hold: Callable[..., None],
) -> None:
    what = f"{member.__name__}(severity={severity}), throughput, {_SIZE} x {_SIZE} x 3"
    needs("imagecorruptions", what)
    images = photos(_IMAGES, _SIZE)
    batch = Batch(x=images.astype(np.float32), y=None, bounds=Bounds(0, 255))
    streams = Streams.of(0, index=np.arange(_IMAGES))
    transform = member(severity=severity, constants=ImageNetC())  # type: ignore[call-arg]  # fields of the members
    few = _RIVALS_IMAGES.get(name, _IMAGES)

    def one_by_one() -> None:
        for image in images[:few]:
            corrupt()(image, severity, name)

    def at_once() -> Floats:
        changed: Floats = transform.apply(batch, streams).x
        return changed

    ratios = race(benchmark, at_once, one_by_one, rounds=15)
    hold(at_least(_BARS.get(name, 10), what, "imagecorruptions", [_IMAGES / few / ratio for ratio in ratios]))
