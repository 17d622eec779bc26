"""One model, one dataset, one perturbation: outcomes that grow batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats, Integers, Labels, Mask, Outputs
from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.counterexample import Counterexample
from pytest_robust.core.criteria import Correct, SameAsClean, answers
from pytest_robust.core.deadline import NEVER, Deadline
from pytest_robust.core.detections import joined
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.example import Example
from pytest_robust.core.goals import Untargeted
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Classifier
from pytest_robust.core.norms import Norm
from pytest_robust.core.outcomes import Cost, Examined, Outcomes
from pytest_robust.core.perturbation import Adversary, Attack, Clean, Ensemble, Perturbation, WorstOf, goal_of, leaves
from pytest_robust.core.progress import SILENT, Progress, Watcher
from pytest_robust.core.scores import FINEST
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from pytest_robust.core.within import Within
from pytest_robust.evaluation.clean import CleanAnswers
from pytest_robust.evaluation.evidence import Evidence
from pytest_robust.evaluation.gaps import gaps_refused
from pytest_robust.evaluation.health import Signs, diagnose
from pytest_robust.evaluation.looks import next_look
from pytest_robust.evaluation.part import part_of, shown_of
from pytest_robust.evaluation.probe import Meter, ask, probe
from pytest_robust.evaluation.realise import Trial, realise
from pytest_robust.evaluation.second_opinion import Opinion, asked_again, second_opinion

__all__ = ["Evaluation"]

# Examples on which noise is tried beside an attack: enough to tell 2 % from 5 %.
_NOISE_SAMPLE = 256
_AGAINST_ONE = (
    "the attack is against the model under test, to change its answer; one against the agreement of the two, "
    "which leads one astray and not the other, may part them on more examples"
)


@dataclass(frozen=True, kw_only=True)
class _Changed:
    clean: Floats
    score: Floats
    distance: Floats | None = None
    reached: Floats | None = None
    broken_by: Integers | None = None
    outputs: Outputs | None = None
    target: Labels | None = None


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What had been seen when so many examples were known."""

    health: tuple[Examined, ...] = ()
    cost: Cost = field(default_factory=Cost)
    evidence: Evidence = field(default_factory=Evidence)


class Evaluation:
    """The outcomes of one request, computed as far as they are needed and kept.

    Args:
        clean: What the model says to the unchanged examples.
        order: (N,) positions of the examples to evaluate, in order.
        request: Perturbation, criterion, and what to keep.
        seed: All random numbers come from it.
        batch_size: Examples asked about at once, at most.
        early_looks: Whether the first batches are small, since a verdict may be settled by them.
        first_look: Examples in the first of these.
        watcher: Hears how far it has got.
        deadline: Until when it may ask the model.
    """

    def __init__(
        self,
        clean: CleanAnswers,
        order: Integers,
        request: Request,
        *,
        seed: int,
        batch_size: int,
        early_looks: bool,
        first_look: int,
        watcher: Watcher = SILENT,
        deadline: Deadline = NEVER,
    ) -> None:
        self.order, self.request = order, request
        self._first_look = first_look if early_looks else batch_size
        self._clean, self._seed, self._batch_size = clean, seed, batch_size
        self._meter, self._signs, self._seconds = Meter(watcher=watcher), Signs(), 0.0
        self._watcher, self._may_stop, self._deadline = watcher, early_looks, deadline
        self._evidence = Evidence()
        self._part = part_of(clean.data, request.under)
        if not isinstance(request.under, Clean):
            shape = self._part.of(clean.data.inputs(slice(1))).shape[1:]
            _check_budgets(request.under, lambda: clean.data.bounds_of(self._part.name), shape)
        self._score, self._clean_score = np.zeros(len(order)), np.zeros(len(order))
        self._distance: Floats | None = None
        self._reached: Floats | None = None
        self._broken_by: Integers | None = None
        self._outputs: list[Outputs] = []
        self._moved: Labels | None = None
        # Beside another model right is to agree with it, and an attack may work without parting the two.
        self._astray = np.zeros(len(order), dtype=bool)
        self._looks: dict[int, _Look] = {}
        self._opinions: dict[int, Opinion] = {}
        self.done = 0

    def __len__(self) -> int:
        """Return how many examples there are to evaluate."""
        return len(self.order)

    def extend(self, upto: int) -> None:
        """Evaluate until at least `upto` examples are known, look by look.

        Raises:
            OutOfTime: The deadline has passed; what was known stays known.
        """
        started = time.perf_counter()
        while self.done < min(upto, len(self.order)):
            self._deadline.check(self.done, len(self.order))
            self._watcher.decided(self._progress())
            stop = next_look(self.done, len(self.order), first=self._first_look, most=self._batch_size)
            index, rows = self.order[self.done : stop], slice(self.done, stop)
            changed = self._unchanged(index) if isinstance(self.request.under, Clean) else self._change(index)
            self._keep(rows, changed)
            self.done = stop
            self._seconds += time.perf_counter() - started
            started = time.perf_counter()
            self._looks[stop] = _Look(
                health=diagnose(self._meter, self._signs),
                cost=Cost(queries=self._meter.queries, gradients=self._meter.gradients, seconds=self._seconds),
                evidence=Evidence(kept=list(self._evidence.kept)),
            )

    def _keep(self, rows: slice, changed: _Changed) -> None:
        self._clean_score[rows], self._score[rows] = changed.clean, changed.score
        if changed.distance is not None:
            if self._distance is None:
                self._distance = np.full(len(self.order), np.nan)
            self._distance[rows] = changed.distance
        if changed.reached is not None:
            if self._reached is None:
                self._reached = np.zeros(len(self.order))
            self._reached[rows] = changed.reached
        if changed.broken_by is not None:
            if self._broken_by is None:
                self._broken_by = np.full(len(self.order), -1)
            self._broken_by[rows] = changed.broken_by
        if changed.outputs is not None:
            self._outputs.append(changed.outputs)
        if changed.target is not None:
            if self._moved is None:
                self._moved = np.array(self._clean.target(self.order))
            self._moved[rows] = changed.target

    def _progress(self) -> Progress:
        known = slice(0, self.done)
        score = np.where(self._clean_score[known] > 0, self._score[known], 0.0)
        return Progress(
            decided=self.done,
            total=len(self.order),
            robust=float(score.mean()) if self.done else None,
            may_stop=self._may_stop,
        )

    def look_after(self, looked: int) -> int:
        """Return where the look after `looked` examples ends, evaluating as far as that."""
        self.extend(looked + 1)
        return next(look for look in sorted(self._looks) if look > looked)

    @property
    def outcomes(self) -> Outcomes:
        """What is known so far."""
        return self.outcomes_at(self.done)

    def outcomes_at(self, looked: int) -> Outcomes:
        """Return what was known at a look, the same however far the evaluation has got since."""
        known = slice(0, looked)
        index = self.order[known]
        look = self._looks.get(looked, _Look())
        model = self._clean.model
        return Outcomes(
            index=index,
            total=len(self.order),
            clean=self._clean_score[known].copy(),
            perturbed=self._score[known].copy(),
            distance=None if self._distance is None else self._distance[known].copy(),
            reached=None if self._reached is None else self._reached[known].copy(),
            broken_by=None if self._broken_by is None else self._broken_by[known].copy(),
            outputs=joined(self._outputs)[known] if self._outputs else None,
            target=self._clean.target(index) if self._moved is None else self._moved[known].copy(),
            classes=model.classes if isinstance(model, Classifier) else None,
            groups=None if self._clean.data.groups is None else self._clean.data.groups[index],
            health=look.health,
            notes=self._notes,
            cost=look.cost,
        )

    @property
    def _notes(self) -> tuple[str, ...]:
        """How the models were understood, and whom an attack is against."""
        notes, beside = self._clean.model.notes, self._clean.beside
        if beside is None:
            return notes
        attacked = (_AGAINST_ONE,) if any(isinstance(leaf, Adversary) for leaf in leaves(self.request.under)) else ()
        return (*notes, *beside.other.notes, *attacked)

    def examples_at(self, looked: int) -> tuple[Example, ...]:
        """Return a few examples broken up to a look, the surest wrong answers first."""
        return self._looks.get(looked, _Look()).evidence.examples(
            self._clean.model, self._clean.data, self._part, self._clean.ask
        )

    def examples_of(self, index: Integers, expected: Floats, under: Perturbation) -> tuple[Example, ...]:
        """Return some examples, broken or not, changed once more: it asks the model about as many.

        One that does not come out as expected is left out: what is shown must be what was counted.

        Args:
            index: (n,) positions in the dataset, evaluated before.
            expected: (n,) their scores under the change.
            under: The change; of an evaluation of several budgets, the one that is meant.
        """
        clean = self._clean.score(index)
        still = isinstance(under, Clean)
        # As in an evaluation: what is wrong already is not changed.
        moved: Mask = np.full(len(index), not still) & ((clean > 0) | self.request.outputs)
        evidence = Evidence(most=len(index))
        if not moved.all():
            rows = index[~moved]
            outputs = self._clean.ask(rows)
            same = np.abs(self._judge(outputs, rows, None, None, self._meter) - expected[~moved]) <= FINEST
            evidence.offer(rows[same], None, outputs[same], None)
        if moved.any():
            meter, rows = Meter(watcher=self._watcher), index[moved]
            made = realise(under, self._trial(rows, meter))
            outputs = self._ask(made.x, rows, meter)
            same = np.abs(self._judge(outputs, rows, made.x, made.y, meter) - expected[moved]) <= FINEST
            distance = None if made.distance is None else made.distance[same]
            evidence.offer(rows[same], made.x[same], outputs[same], distance)
        part = shown_of(self._clean.data) if still else self._part
        return evidence.examples(self._clean.model, self._clean.data, part, self._clean.ask)

    def counterexamples_at(self, looked: int) -> tuple[Counterexample, ...]:
        """Return the inputs of `examples_at`, to be asked about again.

        None where right is neither the label nor the answer before the change: no file keeps another criterion,
        or another model.
        """
        criterion, data = self.request.criterion, self._clean.data
        # A frame is more than its arrays: the model would need its columns.
        judged = isinstance(criterion, (Correct, SameAsClean)) and self._clean.beside is None
        if not judged or data.columns:
            return ()
        evidence = self._looks.get(looked, _Look()).evidence
        told = {example.index: example for example in self.examples_at(looked)}
        # What is drawn has bounds; of a text or a table, none need be told.
        drawn = any(example.clean is not None for example in told.values())
        bounds = data.bounds_of(self._part.name) if drawn else UNBOUNDED
        return tuple(
            Counterexample(
                clean=clean,
                changed=changed,
                target=np.asarray(self._clean.target(np.array([index]))) if isinstance(criterion, Correct) else None,
                index=index,
                before=told[index].before,
                after=told[index].after,
                under=repr(self.request.under),
                model="",
                entry=self._part.name or "",
                seed=self._seed,
                bounds=(bounds.low, bounds.high),
            )
            for index, clean, changed in evidence.pairs(data, self._part)
        )

    def opinion_at(self, looked: int) -> Opinion:
        """Return what speaks against the attack on asking again about the examples up to a look.

        Nothing where no attack follows gradients. It costs model calls, once for each look.
        """
        if looked not in self._opinions:
            self._opinions[looked] = self._asked_again(looked)
        return self._opinions[looked]

    def _asked_again(self, looked: int) -> Opinion:
        attack = _white_box(self.request.under, first=True)
        rows = np.flatnonzero(self._clean_score[:looked] > 0)
        if attack is None or not self.request.criterion.about_classes or not len(rows):
            return Opinion()
        beside = self._clean.beside is not None
        standing = ~self._astray[rows] if beside else self._score[rows] >= self._clean_score[rows]
        chosen = asked_again(standing)
        started, meter = time.perf_counter(), Meter(watcher=self._watcher)
        alone = attack is self.request.under
        trial = self._trial(self.order[rows[chosen]], meter)
        found = second_opinion(
            attack,
            replace(trial, broken=_leads_astray(trial)) if beside else trial,
            ~standing[chosen] if alone else None,
            standing[chosen],
            meter,
        )
        return replace(found, cost=replace(found.cost, seconds=time.perf_counter() - started))

    def _unchanged(self, index: Integers) -> _Changed:
        asked = self._clean.meter.queries
        outputs = None
        if self.request.outputs:
            outputs = self._clean.ask(index)
            self._clean.record(index, outputs)
        score = self._clean.score(index)
        if self.request.wrong:
            wrong = index[score < 1]
            if len(wrong):
                self._evidence.offer(wrong, None, self._clean.ask(wrong), None)
        self._meter.queries += self._clean.meter.queries - asked
        return _Changed(clean=score, score=score, outputs=outputs)

    def _change(self, index: Integers) -> _Changed:
        clean = self._clean.score(index)
        # An example that is wrong already cannot be broken; where the answers themselves are
        # wanted, it is changed all the same.
        rows = np.flatnonzero(clean > 0) if not self.request.outputs else np.arange(len(index))
        score, distance, reached, broken_by, outputs = np.zeros(len(index)), None, None, None, None
        target: Labels | None = None
        if len(rows):
            chosen = index[rows]
            trial = self._trial(chosen, self._meter)
            made = realise(self.request.under, trial)
            outputs = self._ask(made.x, chosen, self._meter)
            score[rows] = self._judge(outputs, chosen, made.x, made.y, self._meter)
            if made.y is not None and self._clean.needs_labels:
                target = np.array(self._clean.target(index))
                target[rows] = made.y
            if made.distance is not None:
                distance = np.full(len(index), np.nan)
                distance[rows] = made.distance
            broken = score[rows] < clean[rows]
            by_itself = self._clean.beside is not None and self.request.criterion.about_classes
            led = np.asarray(answers(outputs) != trial.y) if by_itself else broken
            self._astray[self.done + rows] = led
            if made.broken_by is not None:
                broken_by = np.full(len(index), -1)
                broken_by[rows] = made.broken_by
            goal = goal_of(self.request.under)
            if not isinstance(goal, Untargeted):
                reached = np.zeros(len(index))
                reached[rows] = goal.reached(answers(outputs), trial.y)
            self._observe(chosen, trial, led, made.unusable, outputs)
            if made.offered is not None:
                self._signs.searched += len(chosen)
                self._signs.offered += int(made.offered.sum())
            self._evidence.offer(
                chosen[broken],
                made.x[broken],
                outputs[broken],
                None if made.distance is None else made.distance[broken],
            )
        return _Changed(
            clean=clean,
            score=score,
            distance=distance,
            reached=reached,
            broken_by=broken_by,
            outputs=outputs if self.request.outputs else None,
            target=target,
        )

    def _trial(self, index: Integers, meter: Meter) -> Trial:
        data = self._clean.data
        x = data.inputs(index)
        entry = self._part.of(x)
        entry.flags.writeable = False
        target = self._clean.target(index)

        def broken(changed: NDArray[Any], y: Labels | None, rows: Integers) -> Mask:
            outputs = self._ask(changed, index[rows], meter)
            return self._judge(outputs, index[rows], changed, y, meter) < self._clean.score(index[rows])

        return Trial(
            model=probe(self._clean.model, meter, x, self._part.name),
            x=entry,
            y=target,
            bounds=lambda: data.bounds_of(self._part.name),
            table=lambda: data.table(self._part.name, change=repr(self.request.under)),
            streams=Streams.of(self._seed, index=index),
            broken=broken,
        )

    def _ask(self, changed: NDArray[Any], index: Integers, meter: Meter) -> Outputs:
        whole = self._part.into(self._clean.data.inputs(index), changed)
        meter.queries += len(index)
        self._watcher.asked(queries=len(index))
        criterion = self.request.criterion
        try:
            return criterion.read(ask(self._clean.model, whole, about_classes=criterion.about_classes, rows=len(index)))
        except (ValueError, TypeError) as error:
            raise gaps_refused(error, self.request.under, whole, self._clean.data) from error

    def _judge(
        self, outputs: Outputs, index: Integers, changed: NDArray[Any] | None, moved: Labels | None, meter: Meter
    ) -> Floats:
        """Return the scores of answers, by the labels that a change moved with its inputs where it did."""
        if self._clean.beside is not None:
            unchanged = self._clean.data.inputs(index)
            whole = unchanged if changed is None else self._part.into(unchanged, changed)
            target = self._clean.beside.target(whole, outputs, meter, self._watcher)
            return self.request.criterion.score(target, outputs)
        if moved is not None and not self._clean.judges_by_target:
            raise InvalidArgument(
                f"{self.request.under!r} changes what is right, and {self.request.criterion!r} compares with the "
                "answer to the unchanged input: measure accuracy(under=...) with labels instead"
            )
        return self.request.criterion.score(self._clean.reference(index) if moved is None else moved, outputs)

    def _observe(self, index: Integers, trial: Trial, broken: Mask, unusable: Mask | None, outputs: Outputs) -> None:
        """Collect the signs of a sick attack, for perturbations that follow gradients."""
        attack = _white_box(self.request.under)
        if attack is None:
            return
        signs = self._signs
        signs.attacked += len(index)
        signs.unusable += 0 if unusable is None else int(unusable.sum())
        if not isinstance(attack.goal, Untargeted):
            return
        if self.request.criterion.about_classes:
            rise = LogOdds().value(outputs, np.asarray(trial.y, dtype=np.int64)) - self._clean.loss(index)
            rise = rise[np.isfinite(rise)]
            signs.loss_rise += float(rise.sum())
            signs.rises_counted += len(rise)
        left = _NOISE_SAMPLE - signs.compared
        # No noise has a size beyond which there is none.
        if left > 0 and attack.eps != inf:
            rows = np.arange(min(left, len(index)))
            noisy = self._noisy(trial.rows(rows) if len(rows) < len(index) else trial, attack.norm, attack.eps)
            signs.compared += len(rows)
            signs.broken_there += int(broken[rows].sum())
            by_itself = self._clean.beside is not None and self.request.criterion.about_classes
            fails = _leads_astray(trial) if by_itself else trial.broken
            signs.broken_by_noise += int(fails(noisy, None, rows).sum())

    def _noisy(self, trial: Trial, norm: Norm, eps: float) -> NDArray[Any]:
        x = trial.x.astype(np.float32, copy=False)
        threat = ThreatModel(norm=norm, eps=eps, bounds=trial.bounds())
        noisy = threat.sample(x, trial.streams.child("control"))
        return (
            np.rint(noisy).astype(trial.x.dtype)
            if trial.x.dtype.kind in "iu"
            else noisy.astype(trial.x.dtype, copy=False)
        )


def _leads_astray(trial: Trial) -> Callable[[NDArray[Any], Labels | None, Integers], Mask]:
    """Return what tells which changed inputs the model under test itself answers otherwise than before."""

    def astray(changed: NDArray[Any], y: Labels | None, rows: Integers) -> Mask:  # noqa: ARG001 - as `Trial.broken`
        return np.asarray(answers(np.asarray(trial.model.rows(rows).predict(changed))) != trial.y[rows])

    return astray


def _check_budgets(perturbation: Perturbation, bounds: Callable[[], Bounds], shape: tuple[int, ...]) -> None:
    """Refuse a budget that does not fit the inputs, before any example decides whether it is used."""
    if isinstance(perturbation, (Attack, Within)):
        ThreatModel(norm=perturbation.norm, eps=perturbation.eps, bounds=bounds()).check_reach(shape)
    for part in perturbation.composed:
        _check_budgets(part, bounds, shape)


def _white_box(perturbation: Perturbation, *, first: bool = False) -> Attack | None:
    """Return the attack that follows gradients; of several the last, which is the strongest, or the first."""
    if isinstance(perturbation, (Ensemble, WorstOf)):
        # Broken by any part is broken, so one gradient attack speaks for all.
        found = [attack for part in perturbation.parts if (attack := _white_box(part, first=first)) is not None]
        return (found[0] if first else found[-1]) if found else None
    if isinstance(perturbation, Attack):
        return perturbation if perturbation.white_box else None
    # After a transform the clean loss is no reference any more.
    return None
