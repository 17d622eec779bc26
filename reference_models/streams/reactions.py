"""What can be done when a drift is noticed, and who notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference_models.streams.learners import Learner
from reference_models.streams.prequential import Reaction, Run

__all__ = ["DETECTORS", "Nothing", "Rehearse", "Reset", "Worse"]


@dataclass(frozen=True)
class Nothing(Reaction):
    """Go on: what learns all the time also learns the new concept."""

    def react(self, run: Run) -> None:
        pass


@dataclass(frozen=True)
class Reset(Reaction):
    """Forget everything and begin anew.

    Args:
        fresh: Returns a learner that knows nothing.
    """

    fresh: Callable[[], Learner]

    def react(self, run: Run) -> None:
        run.learner = self.fresh()


@dataclass(frozen=True, kw_only=True)
class Rehearse(Reaction):
    """Learn once more from the last events, which the run must remember.

    Args:
        passes: How often.
        step: How many events a step takes.
    """

    passes: int
    step: int

    def react(self, run: Run) -> None:
        last = run.last
        order = np.arange(len(last))
        shuffling = np.random.default_rng(run.events)
        for _ in range(self.passes):
            shuffling.shuffle(order)
            for first in range(0, len(last), self.step):
                rows = order[first : first + self.step]
                run.learner.learn(last.x[rows], last.y[rows], np.ones(len(rows)))


class Worse:
    """ADWIN that tells only of mistakes that have become more.

    By itself it also tells of those that have become fewer, as they do while a learner learns:
    a reset then throws away what was gained.

    Args:
        adwin: river's.
    """

    def __init__(self, adwin: Any) -> None:
        self._adwin, self.drift_detected = adwin, False

    def update(self, x: float) -> None:
        """Take the next number."""
        before = self._adwin.estimation
        self._adwin.update(x)
        self.drift_detected = bool(self._adwin.drift_detected) and self._adwin.estimation > before


def _adwin() -> Any:
    from river import drift

    kind: Any = drift.ADWIN
    return kind()


def _worse() -> Worse:
    return Worse(_adwin())


def _page_hinkley() -> Any:
    from river import drift

    # The default of 50 mistakes beyond the mean is meant for streams of tens of thousands.
    return drift.PageHinkley(threshold=20, mode="up")


def _kswin() -> Any:
    from river import drift

    return drift.KSWIN(seed=0)


def _ddm() -> Any:
    from river.drift import binary

    return binary.DDM()


def _hddm() -> Any:
    from river.drift import binary

    kind: Any = binary.HDDMW
    return kind()


def _clock() -> Any:
    from river import drift

    return drift.DummyDriftDetector(trigger_method="fixed", t_0=1000)


DETECTORS: dict[str, Callable[[], Any]] = {
    # No detector at all, but an alarm at every thousandth event: what does the reaction give by itself?
    "by the clock": _clock,
    "ADWIN": _adwin,
    "ADWIN, worse only": _worse,
    "Page-Hinkley": _page_hinkley,
    "KSWIN": _kswin,
    "DDM": _ddm,
    "HDDM-W": _hddm,
}
"""Each returns a fresh detector of river, which is imported then."""
