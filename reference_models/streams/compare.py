"""What noticing a drift is worth: detectors and reactions beside doing nothing, over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from reference_models.over_seeds import t_interval
from reference_models.splits import Examples
from reference_models.streams.courses import COURSES, networks, taken
from reference_models.streams.learners import Learner
from reference_models.streams.prequential import Log, Reaction, Watch
from reference_models.streams.reactions import DETECTORS, Nothing, Rehearse, Reset

__all__ = ["HEADINGS", "Outcome", "REACTIONS", "compared", "markdown", "watched"]

# The learner that is watched.
_COURSE = COURSES["mini_batch"]
_REMEMBERED = 256


def fresh() -> Learner:
    """Return a learner that knows nothing."""
    return _COURSE.learner(networks()["mini_batch"])


REACTIONS: Mapping[str, Reaction] = {
    "reset": Reset(fresh),
    "rehearse": Rehearse(passes=4, step=16),
}


def watched(train: Examples, *, detector: str, reaction: Reaction, seed: int) -> Log:
    """Return what a watched learner answered on the stream with a sudden drift.

    Args:
        train: The digits, in the order of the stream.
        detector: One of `DETECTORS`.
        reaction: What follows when it notices something.
        seed: Names the weights that learners begin with.
    """
    import keras

    keras.utils.set_random_seed(seed)
    model = networks()["mini_batch"]
    watch = Watch(detector=DETECTORS[detector](), reaction=reaction)
    return taken(_COURSE, model, train, watch=watch, remember=_REMEMBERED)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one detector and one reaction came to, over seeds.

    Args:
        detector: Its name.
        reaction: Its name.
        early: Mean number of alarms before there was a drift.
        late: Mean number from the drift on.
        delay: Mean number of events from the drift to the first alarm, among seeds with one.
        found: Seeds with an alarm after the drift, as a share.
        gain: Per seed, accuracy over the stream less that of the same learner left alone.
    """

    detector: str
    reaction: str
    early: float
    late: float
    delay: float
    found: float
    gain: tuple[float, ...]


def compared(train: Examples, seeds: Iterable[int]) -> tuple[Outcome, ...]:
    """Return each detector with each reaction beside the learner left alone, on shuffled streams.

    Args:
        train: The digits; each seed has an order of its own.
        seeds: At least two.
    """
    outcomes = []
    streams = {seed: _shuffled(train, seed) for seed in seeds}

    def logs_of(detector: str, reaction: Reaction) -> dict[int, Log]:
        return {seed: watched(each, detector=detector, reaction=reaction, seed=seed) for seed, each in streams.items()}

    for detector in DETECTORS:
        alone = logs_of(detector, Nothing())
        for name, reaction in REACTIONS.items():
            with_it = logs_of(detector, reaction)
            drifted = len(train) // 2
            early = [sum(place < drifted for place in log.drifts) for log in with_it.values()]
            after = [[place - drifted for place in log.drifts if place >= drifted] for log in with_it.values()]
            first = [places[0] for places in after if places]
            outcomes.append(
                Outcome(
                    detector=detector,
                    reaction=name,
                    early=float(np.mean(early)),
                    late=float(np.mean([len(places) for places in after])),
                    delay=float(np.mean(first)) if first else float("nan"),
                    found=len(first) / len(after),
                    gain=tuple(float(with_it[seed].right.mean() - alone[seed].right.mean()) for seed in with_it),
                )
            )
    return tuple(outcomes)


HEADINGS = ("detector", "reaction", "alarms before", "alarms after", "first after", "gain in points", "95 % interval")


def markdown(outcomes: Iterable[Outcome]) -> str:
    """Return a table of the outcomes, with Student's interval of the gain over seeds."""
    rows = [HEADINGS, ("---",) * len(HEADINGS)]
    for each in outcomes:
        interval = t_interval(each.gain)
        rows.append(
            (
                each.detector,
                each.reaction,
                f"{each.early:.1f}",
                f"{each.late:.1f}",
                f"{each.delay:.0f} events ({each.found:.0%})" if each.found else "never",
                f"{100 * np.mean(each.gain):+.1f}",
                f"{100 * interval.low:+.1f} to {100 * interval.high:+.1f}",
            )
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _shuffled(train: Examples, seed: int) -> Examples:
    order = np.random.default_rng(seed).permutation(len(train))
    return Examples(x=train.x[order], y=train.y[order])
