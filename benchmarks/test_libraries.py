"""The same attacks with the same settings, beside other libraries: as strong, and faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
from statistics import median

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bare import Bare
from benchmarks.cnn import BATCH, Digits
from benchmarks.jobs import JOBS, Job, core
from benchmarks.libraries import LIBRARIES, Library
from benchmarks.models import Further, further
from benchmarks.race import race
from benchmarks.row import Row, at_most
from benchmarks.strength import distances, ratio, robust_accuracy
from pytest_robust.adapters import adapt
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

# Their warnings are theirs: ART's that PyTorch is missing, for instance.
# A library may take longer than a test may elsewhere.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(3600)]

_BESIDE = [
    pytest.param(job, library, id=f"{job.name}-{library.__name__}")
    for job in JOBS
    for library in LIBRARIES
    if job.rival(library.module) is not None
]
_FURTHER = [
    pytest.param(model, job, library, id=f"{model.name}-{job.name}-{library.__name__}")
    for model in further()
    for job in core(model.eps)
    for library in LIBRARIES
    if job.rival(library.module) is not None
]


@pytest.mark.parametrize(("job", "library"), _BESIDE)
def test_an_attack_is_as_strong_and_faster_than_in_other_libraries(
    job: Job,
    library: type[Library],
    digits: Digits,
    bare: Bare,
    benchmark: BenchmarkFixture,
    hold: Callable[..., None],
    needs: Callable[[str, str], None],
) -> None:
    needs(library.module, f"{job.name} beside {library.__name__}")
    hold(*_compared(job, library, digits, bare, benchmark, ""))


@pytest.mark.parametrize(("model", "job", "library"), _FURTHER)
def test_an_attack_is_as_strong_and_faster_on_further_models(
    model: Further,
    job: Job,
    library: type[Library],
    benchmark: BenchmarkFixture,
    hold: Callable[..., None],
    needs: Callable[[str, str], None],
) -> None:
    needs(library.module, f"{model.name}: {job.name} beside {library.__name__}")
    digits = model.made()
    hold(*_compared(job, library, digits, Bare(digits.model, batch=BATCH), benchmark, f"{model.name}: "))


def _compared(
    job: Job, library: type[Library], digits: Digits, bare: Bare, benchmark: BenchmarkFixture, where: str
) -> tuple[Row, ...]:
    rival = job.rival(library.module)
    assert rival is not None
    model, other = adapt(digits.model, allow_pickle=False), library(digits)
    x, y = digits.x[: rival.images], digits.y[: rival.images]
    threat = ThreatModel(norm=job.ours.norm, eps=job.ours.eps, bounds=Bounds(0, 1))
    found: dict[str, list[Floats]] = {"ours": [], "theirs": []}
    asked: list[int] = []

    def attack() -> Attack:
        # As many questions an image as the other library asked on average, rounded down.
        return replace(job.ours, queries=asked[-1] // len(x)) if rival.counted else job.ours  # type: ignore[call-arg]  # those that ask have it

    def ours(count: int = len(x)) -> Floats:
        streams = Streams.of(len(found["ours"]), index=np.arange(count))
        parts = [slice(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
        return np.concatenate(
            [attack().perturb(model, x[part], y[part], threat, streams.rows(np.r_[part])) for part in parts]
        )

    def theirs(count: int = len(x)) -> Floats:
        before = other.asked
        images = other.run(rival, x[:count], y[:count], job.ours.eps)
        asked.append((other.asked - before) * len(x) // count)
        return images

    for run in (theirs, ours):
        run(rival.warm or len(x))
    ratios = race(
        benchmark,
        lambda: found["ours"].append(ours()),
        lambda: found["theirs"].append(theirs()),
        rounds=rival.rounds,
        warmup=0,
    )
    what = f"{where}{job.name}, {len(x)} images"
    spent = f", {asked[-1] // len(x):,} queries each" if rival.counted else ""
    return (
        at_most(job.bar, f"{what}{spent}, time", library.__name__, ratios),
        _strength(what, library, bare, x, y, threat, found),
    )


def _strength(  # the images each side returned, round by round
    what: str,
    library: type[Library],
    bare: Bare,
    x: Floats,
    y: Integers,
    threat: ThreatModel,
    found: dict[str, list[Floats]],
) -> Row:
    if threat.eps == inf:
        far = {who: [distances(bare, x, y, images, threat) for images in many] for who, many in found.items()}
        middle = {who: [float(np.median(one)) for one in many] for who, many in far.items()}
        told = " against ".join(
            f"{median(middle[who]):.4g} ({100 * np.isfinite(far[who]).mean():.3g} % found)" for who in far
        )
        ratios = [ratio(mine, other) for mine, other in zip(middle["ours"], middle["theirs"], strict=True)]
        return at_most(1.01, f"{what}, median distance {told}", library.__name__, ratios)
    left = {who: [robust_accuracy(bare, x, y, images, threat) for images in many] for who, many in found.items()}
    told = f"{median(left['ours']):.1f} % against {median(left['theirs']):.1f} %"
    points = [mine - other for mine, other in zip(left["ours"], left["theirs"], strict=True)]
    return at_most(0.5, f"{what}, robust accuracy left {told}", library.__name__, points, " points")
