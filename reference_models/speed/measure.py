"""Each way's time beside the plain one's, in turn, in one process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reference_models.speed.records import write
from reference_models.speed.ways import WAYS, Way, network
from reference_models.splits import Examples

__all__ = ["Lap", "Ratio", "laps", "ratio", "step_of"]

# The first compiles, the second does not; all later ones are like it.
_EPOCHS = 2


@dataclass(frozen=True, kw_only=True)
class Lap:
    """The time of one training, as far as its second epoch.

    Args:
        way: Its name.
        turn: The round it belongs to.
        first: Seconds of the first epoch, with all that is done once.
        later: Seconds of a later one.
        first_cpu: Processor seconds, of all threads.
        later_cpu: Of a later one.
    """

    way: str
    turn: int
    first: float
    later: float
    first_cpu: float
    later_cpu: float

    @property
    def whole(self) -> float:
        """Seconds of as many epochs as the way has."""
        return self.first + (WAYS[self.way].epochs - 1) * self.later

    @property
    def whole_cpu(self) -> float:
        """Processor seconds of them."""
        return self.first_cpu + (WAYS[self.way].epochs - 1) * self.later_cpu


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A way's time over the plain one's.

    Args:
        value: The median over rounds.
        low: Of the interval.
        high: Of the interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return it as the table has it."""
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def laps(train: Examples, *, rounds: int, told: Callable[[str], None]) -> tuple[Lap, ...]:
    """Return the time of each way in each round.

    In a round all ways take turns, in an order drawn anew, so that a machine that slows down slows all; and a
    ratio is one of the same round.

    Args:
        train: What is learned from.
        rounds: How many.
        told: Is told of each lap.
    """
    order, found = np.random.default_rng(0), []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.tfrecord"
        write(train, path)
        _lap("plain", WAYS["plain"], path, len(train), turn=-1)  # What a process does once is nobody's.
        for turn in range(rounds):
            for name in order.permutation(list(WAYS)).tolist():
                lap = _lap(name, WAYS[name], path, len(train), turn=turn)
                told(f"round {turn + 1}: {name} {lap.first:.2f} s, {lap.later:.2f} s")
                found.append(lap)
    return tuple(found)


def ratio(found: Sequence[Lap], way: str, time_of: Callable[[Lap], float]) -> Ratio:
    """Return the median over rounds of a way's time over the plain one's, with its bootstrap interval of 95 %.

    Args:
        found: All laps.
        way: Its name.
        time_of: Which time.

    Raises:
        ValueError: There are fewer than three rounds.
    """
    from scipy.stats import bootstrap

    plain = {lap.turn: time_of(lap) for lap in found if lap.way == "plain"}
    ratios = np.array([time_of(lap) / plain[lap.turn] for lap in found if lap.way == way])
    if len(ratios) < 3:
        raise ValueError(f"{len(ratios)} rounds: an interval takes at least three")
    if np.ptp(ratios) == 0:
        return Ratio(value=float(ratios[0]), low=float(ratios[0]), high=float(ratios[0]))
    interval = bootstrap((ratios,), np.median, method="percentile", rng=0).confidence_interval
    return Ratio(value=float(np.median(ratios)), low=float(interval.low), high=float(interval.high))


def step_of(dtype: str, train: Examples, *, steps: int) -> float:
    """Return the seconds of a step of training under a policy of Keras, once it is compiled.

    Args:
        dtype: For instance "mixed_float16".
        train: Its first images are the batch.
        steps: Over how many the mean is taken.
    """
    import keras

    model = network("stepping", dtype=dtype)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", jit_compile=False)
    x, y = train.x[:32], train.y[:32]
    model.train_on_batch(x, y)
    started = time.perf_counter()
    for _ in range(steps):
        model.train_on_batch(x, y)
    spent = (time.perf_counter() - started) / steps
    keras.backend.clear_session()
    return spent


def _lap(name: str, way: Way, path: Path, count: int, *, turn: int) -> Lap:
    import keras

    keras.utils.set_random_seed(0)
    model = network(name)
    marks: list[tuple[float, float]] = []

    def mark(_: Any) -> None:
        marks.append((time.perf_counter(), time.process_time()))

    mark(None)
    way.fit(model, path, count, epochs=_EPOCHS, on_epoch=mark)
    (began, cpu), (once, once_cpu), (twice, twice_cpu) = marks
    keras.backend.clear_session()
    return Lap(
        way=name,
        turn=turn,
        first=once - began,
        later=twice - once,
        first_cpu=once_cpu - cpu,
        later_cpu=twice_cpu - once_cpu,
    )
