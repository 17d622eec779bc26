"""What checks would cost and could tell, from ten examples each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import ExampleMetric, StepwiseMetric
from pytest_robust.core.outcomes import Cost
from pytest_robust.core.planned import Planned
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.evaluation.looks import FIRST_LOOK, looks
from pytest_robust.gates._parts import fewest_above
from pytest_robust.gates.case import Case
from pytest_robust.gates.doubt import total_cost
from pytest_robust.gates.explain import title_of, under_of
from pytest_robust.gates.judge import measure
from pytest_robust.gates.judging import Judging
from pytest_robust.gates.pace import Pace, Tally
from pytest_robust.statistics.detectable_drop import detectable_drop
from pytest_robust.statistics.examples_to_stop import examples_to_stop
from pytest_robust.statistics.mean_interval import is_binary
from pytest_robust.strategies._context import in_property

__all__ = ["CHURN", "POWER", "PROBED", "Planning"]

PROBED = 10
"""Examples that each check is probed on."""
POWER = 0.8
"""How often the smallest drop is told: what sample sizes are planned with by custom."""
CHURN = 0.05
"""The share of examples on which two models that are equally good differ, beside none at all."""

_STEPS = "it asks step by step, and all examples may take other steps"
_SHARED = "another check asks the same"
_SOONER = "both sides may be settled sooner"


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What one side of a check asks for.

    Args:
        pace: What its examples cost.
        total: Examples there are.
    """

    pace: Pace
    total: int


@dataclass(frozen=True, kw_only=True)
class _Probe:
    """What ten examples say about one side of a check.

    Args:
        parts: What it asks for.
        estimate: The value on them, None where it could not be measured.
        scores: (n,) of an ExampleMetric, else None.
        share: Of the examples drawn, how many are evaluated.
        note: Why it could not be measured.
    """

    parts: tuple[_Part, ...]
    estimate: Estimate | None
    scores: Floats | None
    share: float
    note: str

    def cost(self, fraction: float, most: int) -> Cost:
        return total_cost(*(part.pace.cost(part.total * fraction, most=most) for part in self.parts))


class Planning(Judging):
    """Judges nothing: tells what a check would take, and lets the test go on.

    Args:
        told: Hears of each check.
        clock: Returns seconds.
    """

    def __init__(self, told: Callable[[Planned], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._told, self._clock = told, clock
        # What was asked once is known to later checks, as when they are run.
        self._few: WeakKeyDictionary[Laboratory, tuple[Laboratory, Tally]] = WeakKeyDictionary()
        self._drawn: dict[tuple[object, ...], Verdict] = {}
        self._plans: dict[tuple[object, ...], Planned] = {}

    def measure(self, case: Case) -> Estimate:
        """Return the value on the few examples.

        Raises:
            InvalidModel: It cannot be measured.
        """
        probe = self._probe(case)
        self._tell(case, "as a number", probe, None)
        if probe.estimate is None:
            raise InvalidModel(f"planned on {PROBED} examples: {probe.note}")
        return probe.estimate

    def judge(self, case: Case, bar: Bar | None) -> Verdict:
        need, under = "without a bar" if bar is None else str(bar), under_of(case.metric)
        # A property makes the same check of what it draws, which costs about the same each time.
        key = (case.laboratory, case.metric.quantity, "" if under is None else under.family, need)
        if in_property() and key in self._drawn:
            self._told(self._plans[key])
            return self._drawn[key]
        probe = self._probe(case)
        planned = self._tell(case, need, probe, bar)
        if in_property():
            self._drawn[key], self._plans[key] = _planned(case, bar, probe), planned
        return _planned(case, bar, probe)

    def judge_paired(self, case: Case, other: Case, bar: Bar, shift: float) -> Verdict:
        del shift
        ours, theirs = self._probe(case), self._probe(other)
        both = replace(
            ours,
            parts=(*ours.parts, *theirs.parts),
            note="; ".join(filter(None, dict.fromkeys([ours.note, theirs.note]))),
        )
        policy = case.policy
        sooner = policy.claim is Claim.DATASET and not policy.exact and isinstance(case.metric, ExampleMetric)
        self._tell(case, str(bar), replace(both, note=both.note or _SOONER * sooner), None)
        return _planned(case, bar, both)

    def _tell(self, case: Case, need: str, probe: _Probe, bar: Bar | None) -> Planned:
        total, most = len(case.laboratory.order), case.policy.batch_size
        evaluated = max(round(total * probe.share), 1)
        likely = None if bar is None else _likely(case, bar, probe, evaluated)
        drop, in_churn = _drops(case, probe, evaluated)
        cost = probe.cost(1, most)
        planned = Planned(
            title=f"{title_of(case)} {need}",
            claim=case.policy.claim.value,
            examples=total,
            probed=min(total, PROBED),
            cost=cost,
            likely=likely,
            likely_cost=cost if likely is None else probe.cost(likely / evaluated, most),
            drop=drop,
            drop_in_churn=in_churn,
            note=probe.note or _SHARED * (not any((cost.queries, cost.gradients))),
        )
        self._told(planned)
        return planned

    def _probe(self, case: Case) -> _Probe:
        few, tally = self._of_few(case.laboratory)
        small = replace(case, laboratory=few)
        parts: list[_Part] = []
        share, estimate, note = 1.0, None, ""
        try:
            for request in case.metric.requests():
                tally.begin()
                evaluation = few.evaluation(request)
                evaluation.extend(len(evaluation))
                data = few.data_of(request)
                drawn = min(len(data), few.policy.samples)
                total = min(len(data), case.policy.samples or len(data))
                share = len(evaluation) / drawn
                # What is known already was asked nothing for, and costs nothing.
                parts.append(_Part(pace=tally.pace(drawn), total=total))
            tally.begin()
            estimate = measure(small)
            if isinstance(case.metric, StepwiseMetric):
                parts.append(_Part(pace=tally.pace(len(few.order)), total=len(case.laboratory.order)))
                note = _STEPS
        except InvalidModel as error:
            note = f"it cannot be measured: {error}"
        scores = None
        if isinstance(case.metric, ExampleMetric) and estimate is not None:
            (outcomes,) = small.outcomes_at(estimate.n)
            scores = case.metric.scores(outcomes)
        return _Probe(parts=tuple(parts), estimate=estimate, scores=scores, share=share, note=note)

    def _of_few(self, laboratory: Laboratory) -> tuple[Laboratory, Tally]:
        if laboratory not in self._few:
            tally = Tally(self._clock)
            self._few[laboratory] = laboratory.of_few(PROBED, tally), tally
        return self._few[laboratory]


def _planned(case: Case, bar: Bar | None, probe: _Probe) -> Verdict:
    return Verdict(
        decision=Decision.PLANNED,
        bar=bar,
        estimate=probe.estimate,
        claim=case.policy.claim,
        reason=f"planned on {PROBED} examples and not judged",
    )


def _likely(case: Case, bar: Bar, probe: _Probe, total: int) -> int | None:
    """Return how many examples an early verdict is likely to take, None where it takes all."""
    policy = case.policy
    if policy.exact or policy.claim is Claim.POPULATION or probe.scores is None or not is_binary(probe.scores):
        return None
    found = examples_to_stop(
        int(probe.scores.sum()),
        len(probe.scores),
        needed=fewest_above(bar, total),
        population=total,
        looks=looks(total, first=FIRST_LOOK, most=policy.batch_size),
        error=policy.error,
        seed=policy.seed,
    )
    return round(found)


def _drops(case: Case, probe: _Probe, total: int) -> tuple[float | None, float | None]:
    """Return the smallest drop that is told, where a new model only gets worse and where answers change both ways."""
    if probe.scores is None:
        return None, None
    if case.policy.claim is Claim.DATASET:
        # There is always an answer, and a mean of scores of 0 and 1 moves in steps.
        return (1 / total if is_binary(probe.scores) else None), None
    if not is_binary(probe.scores):
        return None, None
    groups = case.laboratory.data.groups
    # As if all of a group changed together: no group tells more than one example.
    worth = total if groups is None else min(len(np.unique(groups[case.laboratory.order])), total)
    told = [detectable_drop(worth, churn=one, confidence=case.policy.confidence, power=POWER) for one in (0.0, CHURN)]
    return told[0], told[1]
