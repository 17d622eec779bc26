"""Two ways to the same end, timed in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

from pytest_benchmark.fixture import BenchmarkFixture

__all__ = ["Race", "race"]

Race: TypeAlias = tuple[float, ...]
"""Time of ours over time of the rival's, one figure a pair of runs."""


def race(
    benchmark: BenchmarkFixture,
    ours: Callable[[], object],
    rival: Callable[[], object],
    *,
    rounds: int,
    warmup: int = 1,
) -> Race:
    """Return the ratios of the two times, pair by pair.

    The rival runs right before each run of ours, so that a machine that slows down, slows
    both. The first runs of each, which compile, are not counted.

    Args:
        benchmark: Times ours; its statistics go where pytest-benchmark's options say.
        ours: What this package does.
        rival: What it is measured against.
        rounds: Counted pairs, at least 5 for a median worth telling.
        warmup: Uncounted pairs before them; 0 where both have run already.
    """
    rivals: list[float] = []

    def timed_rival() -> None:
        started = time.perf_counter()
        rival()
        rivals.append(time.perf_counter() - started)

    benchmark.pedantic(ours, setup=timed_rival, rounds=rounds, warmup_rounds=warmup)
    if benchmark.stats is None:  # --benchmark-disable: run, not timed
        return (float("nan"),)
    mine = benchmark.stats.stats.data
    ratios = tuple(own / other for own, other in zip(mine, rivals[warmup:], strict=True))
    benchmark.extra_info["rival_seconds"] = rivals[warmup:]
    benchmark.extra_info["ratios"] = ratios
    return ratios
