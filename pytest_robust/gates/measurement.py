"""What `robust.accuracy(...)` returns: nothing is evaluated until it is compared."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from math import isnan
from typing import NoReturn, Protocol

from pytest_robust.core.baseline import KeptCheck
from pytest_robust.core.counterexample import Counterexample
from pytest_robust.core.errors import InvalidArgument, OutOfTime
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Metric
from pytest_robust.core.policy import Policy
from pytest_robust.core.record import Record
from pytest_robust.core.turned import Turned
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.gates._parts import out_of_time
from pytest_robust.gates.case import Case
from pytest_robust.gates.explain import explain, record_of, title_of
from pytest_robust.gates.judging import SETTLING, Judging
from pytest_robust.gates.turned import turned

__all__ = ["Listener", "Measurement", "Shifted"]


class Listener(Protocol):
    """Who hears of measurements: the plugin, to report them."""

    def made(self, measurement: Measurement) -> None:
        """Hear of a measurement that may or may not be compared."""

    def judged(self, measurement: Measurement, record: Record) -> None:
        """Hear of a verdict."""


class Measurement:
    """A number about a subject, evaluated when it is compared, and only as far as needed.

    Args:
        metric: What is measured.
        laboratory: The model and its examples.
        policy: How it is judged.
        subject: What the model is called in reports.
        listener: Hears of it, if anyone is to.
        judging: Answers what it is asked.
    """

    # A Measurement is compared with ==  by nobody: it has no hash and no equality.
    __hash__ = None  # type: ignore[assignment]  # equal to nothing, so without a hash

    def __init__(
        self,
        metric: Metric,
        laboratory: Laboratory,
        policy: Policy,
        *,
        subject: str,
        listener: Listener | None,
        judging: Judging = SETTLING,
    ) -> None:
        self._case = Case(metric=metric, laboratory=laboratory, policy=policy)
        self._subject, self._listener, self._judging = subject, listener, judging
        self.compared = False
        self._estimate: Estimate | None = None
        self.verdict: Verdict | None = None
        if listener is not None:
            listener.made(self)

    def __repr__(self) -> str:
        """Return what is measured, in words."""
        return title_of(self._case)

    def estimate(self) -> Estimate:
        """Return the value on all examples, with its interval.

        Raises:
            InvalidModel: The model cannot be measured.
            OutOfTime: The deadline passed before all examples were evaluated.
        """
        try:
            with self._watched():
                self._estimate = self._judging.measure(self._case)
        except OutOfTime as error:
            # It was never compared, and is reported all the same: as a number that there was no time for.
            self.compared = True
            verdict = out_of_time(self._case, None, error)
            self._told(verdict, self.record(verdict))
            raise
        return self._estimate

    def report(self) -> Verdict:
        """Return the value on all examples as a verdict without a bar; INVALID where an attack proves nothing.

        What a run without bars shows: it neither passes nor fails by its number.
        """
        self.compared = True
        with self._watched():
            verdict = self._judging.judge(self._case, None)
            record = self.record(verdict)
        return self._told(verdict, record)

    def __float__(self) -> float:
        """Return the value on all examples."""
        return self.estimate().value

    def __ge__(self, bar: float | Measurement | Shifted) -> Verdict:
        """Return whether it is at least `bar`."""
        return self._compare(">=", bar)

    def __gt__(self, bar: float | Measurement | Shifted) -> Verdict:
        """Return whether it is above `bar`."""
        return self._compare(">", bar)

    def __le__(self, bar: float | Measurement | Shifted) -> Verdict:
        """Return whether it is at most `bar`."""
        return self._compare("<=", bar)

    def __lt__(self, bar: float | Measurement | Shifted) -> Verdict:
        """Return whether it is below `bar`."""
        return self._compare("<", bar)

    def __sub__(self, margin: float) -> Shifted:
        """Return the measurement less a margin, for comparing another with it."""
        # Not a bare minus: a margin that is no number is refused with words.
        return Shifted(self, -margin if isinstance(margin, (int, float)) else margin)

    def __add__(self, margin: float) -> Shifted:
        """Return the measurement and a margin, for comparing another with it."""
        return Shifted(self, margin)

    def __bool__(self) -> NoReturn:
        """Refuse: a measurement is not a verdict."""
        raise InvalidArgument(f"{self!r} is a measurement, not a verdict: compare it with a bar, as in >= 0.9")

    def __eq__(self, other: object) -> NoReturn:
        """Refuse: an estimate is never just equal."""
        raise InvalidArgument(f"{self!r} is an estimate and equals nothing exactly: compare with >= or <=")

    def __ne__(self, other: object) -> NoReturn:
        """Refuse: an estimate is never just unequal."""
        raise InvalidArgument(f"{self!r} is an estimate and equals nothing exactly: compare with >= or <=")

    def record(self, verdict: Verdict | None) -> Record:
        """Return the record of a verdict, or of having been compared with nothing."""
        return record_of(self._case, verdict, subject=self._subject, title=repr(self))

    def counterexamples(self) -> tuple[Counterexample, ...]:
        """Return the broken examples that the record of its verdict tells of, as inputs."""
        begun = self._case.laboratory.begun(self._case.metric.asked())
        if self.verdict is None or self.verdict.estimate is None or not begun:
            return ()
        looked = self._case.outcomes_at(self.verdict.estimate.n)[-1].index.size
        return begun[-1].counterexamples_at(looked)

    def turned(self, record: Record, kept: KeptCheck) -> Turned | None:
        """Return the examples on which this and its baseline differ, None where they cannot be told.

        Args:
            record: What it came to.
            kept: What it came to in the baseline.
        """
        with self._watched():
            return turned(self._case, record, kept)

    def unjudged(self) -> Verdict:
        """Return the verdict of a measurement that was compared with nothing."""
        return Verdict(
            decision=Decision.NO_BAR,
            bar=None,
            estimate=self._estimate,
            claim=self._case.policy.claim,
            reason="never evaluated, no bar" if self._estimate is None else "measured, no bar",
            remedy="compare it: assert robust.accuracy(...) >= 0.9",
        )

    def _compare(self, op: str, bar: float | Measurement | Shifted) -> Verdict:
        self.compared = True
        if isinstance(bar, Measurement):
            bar = Shifted(bar, 0.0)
        if isinstance(bar, Shifted):
            bar.measurement.compared = True
            # Each shard compares all pairs: what both sides came to on a part decides nothing.
            self._case = self._case.whole
            other = bar.measurement._case.whole  # noqa: SLF001 - another of this class
            whose = bar.measurement._subject  # noqa: SLF001 - likewise
            of = f"{bar!r} of {whose}" if whose != self._subject else repr(bar)
            with self._watched():
                verdict = self._judging.judge_paired(self._case, other, Bar(op=op, value=bar.shift, of=of), bar.shift)
                record = self.record(verdict)
        else:
            try:
                value = float(bar)
            except (TypeError, ValueError):
                raise InvalidArgument(f"{self!r} {op} {bar!r}: compare with a number or another measurement") from None
            if isnan(value):
                raise InvalidArgument(f"{self!r} {op} {bar!r}: nothing can be compared with NaN")
            with self._watched():
                verdict = self._judging.judge(self._case, Bar(op=op, value=value))
                # Within: the examples it shows are asked about once more.
                record = self.record(verdict)
        return self._told(verdict, record)

    def _watched(self) -> AbstractContextManager[None]:
        return self._case.laboratory.watcher.check(repr(self))

    def _told(self, verdict: Verdict, record: Record) -> Verdict:
        told = replace(verdict, explanation=explain(record))
        self.verdict = told
        if self._listener is not None:
            self._listener.judged(self, record)
        return told


class Shifted:
    """A measurement with a margin, such as `old.accuracy() - 0.01`.

    Args:
        measurement: The measurement.
        shift: What is added to it.
    """

    def __init__(self, measurement: Measurement, shift: float) -> None:
        if isinstance(shift, bool) or not isinstance(shift, (int, float)):
            raise InvalidArgument(f"{measurement!r}: a margin is a number, not {shift!r}")
        self.measurement, self.shift = measurement, float(shift)

    def __repr__(self) -> str:
        """Return it as it is written."""
        return f"{self.measurement!r}" + (
            f" {'-' if self.shift < 0 else '+'} {abs(self.shift):g}" if self.shift else ""
        )

    def __le__(self, other: Measurement) -> Verdict:
        """Return whether `other` is at least this."""
        return self._beside(other) >= self

    def __lt__(self, other: Measurement) -> Verdict:
        """Return whether `other` is above this."""
        return self._beside(other) > self

    def __ge__(self, other: Measurement) -> Verdict:
        """Return whether `other` is at most this."""
        return self._beside(other) <= self

    def __gt__(self, other: Measurement) -> Verdict:
        """Return whether `other` is below this."""
        return self._beside(other) < self

    def _beside(self, other: object) -> Measurement:
        # Neither knows how to compare: Python would ask the two in turns without end.
        if not isinstance(other, Measurement):
            raise InvalidArgument(
                f"{self!r} beside {other!r}: a margin stands beside a measurement without one, "
                "as in new.accuracy() >= old.accuracy() - 0.01"
            )
        return other
