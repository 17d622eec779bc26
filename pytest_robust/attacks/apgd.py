"""Auto-PGD: projected gradient descent that finds its own step size."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_one_aim
from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal, Targeted, Untargeted
from pytest_robust.core.losses import LogOdds, Loss
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import L0, L1, LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel, check_budget

__all__ = ["APGD"]

# Croce and Hein 2020, section 3: a step must raise the loss in this share of an interval.
_RISING = 0.75
# Of the momentum, and the lengths of the intervals as shares of all steps.
_MOMENTUM = 0.75
_FIRST, _SHORTER, _SHORTEST = 0.22, 0.03, 0.06
# Croce and Hein 2021, section 3: the share of entries that an L1 step moves at first, how
# much sparser the found change makes it, and how the step is cut between eps and eps / 10.
_DENSITY, _SPARSER, _CUT, _LEAST_STEP, _L1_INTERVAL, _STILL_SPARSER = 0.2, 1.5, 1.5, 10.0, 0.04, 0.95


@dataclass(frozen=True, kw_only=True, repr=False)
class APGD(Attack):
    """Climb in long steps, halve them where the loss stops rising, and go back to the best point.

    There is no step size to choose. In L1 a step moves the entries with the steepest slopes
    only, and how many follows from the change found so far.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.
        steps: Gradients an example and run, at least 1.
        restarts: Random starts, at least 1; each meets the examples that stood the last.
        loss: What rises: `LogOdds()`, which climbs as the cross-entropy does without
            vanishing, or `DLR()`, which no scale of the logits can hide.
        targets: With a number above 0 the loss is aimed in turn at so many of the classes that
            are likeliest beside the right one, each with all the restarts.
        goal: `Untargeted()`, or `Targeted(label)`, at which the loss is aimed.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> from pytest_robust.core.losses import DLR
        >>> APGD(eps=8 / 255, loss=DLR(), targets=9)
        APGD(eps=8/255, loss=DLR(), targets=9)

    References:
        Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble of
        diverse parameter-free attacks", ICML 2020, arXiv:2003.01690; for L1: Croce and Hein,
        "Mind the box: l1-APGD for sparse adversarial attacks on image classifiers", ICML 2021,
        arXiv:2103.01208.
    """

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    steps: int = 100
    restarts: int = 1
    loss: Loss = LogOdds()  # noqa: RUF009 - a frozen value
    targets: int = 0
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        check_count("restarts", self.restarts)
        check_count("targets", self.targets, least=0)
        if not isinstance(self.loss, Loss):
            raise InvalidArgument(f"loss={self.loss!r} is not a loss: give LogOdds() or DLR()")
        check_one_aim(self.targets, self.goal)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the point that broke each input, or its last."""
        rows = Survivors(model, x, y, streams, self.goal)
        ranked = _likeliest(rows, len(x)) if self.targets else None
        aims = range(self.targets) if ranked is None else range(min(self.targets, ranked.shape[1]))
        for aim in aims if self.targets else (0,):
            for restart in range(self.restarts):
                if not len(rows):
                    return rows.result()
                target = None if ranked is None else ranked[rows.standing, aim]
                if isinstance(self.goal, Targeted):
                    target = rows.labels
                climb = _SparseClimb if self.norm == L1 else _DenseClimb
                climb(rows, threat, self.loss, target, rows.streams.child("start", aim, restart)).run(self.steps)
        return rows.result()


def _likeliest(rows: Survivors[Differentiable], count: int) -> Integers:
    """Return (count, classes - 1) the other classes, best first; the rows that are wrong already are struck."""
    point = rows.x
    logits = rows.model.logits(point)
    others = np.array(logits, dtype=np.float64)
    np.put_along_axis(others, rows.y[:, None], -np.inf, axis=1)
    ranked = np.zeros((count, logits.shape[1] - 1), dtype=np.int64)
    ranked[rows.standing] = np.argsort(-others, axis=1, kind="stable")[:, :-1]
    rows.strike(point, logits)
    return ranked


class _Climb(ABC):
    """One run over the rows standing: where each is, where it was best, and its step.

    All arrays are aligned with the rows and shrink with them.
    """

    def __init__(
        self,
        rows: Survivors[Differentiable],
        threat: ThreatModel,
        loss: Loss,
        target: Integers | None,
        streams: Streams,
    ) -> None:
        self.rows, self.threat, self.loss = rows, threat, loss
        self.target = target
        self.point = self.best = threat.sample(rows.x, streams)
        self.gradient = self.best_gradient = np.zeros_like(self.point)
        self.best_loss = np.full(len(rows), -np.inf)
        self.step = np.zeros(len(rows))

    @abstractmethod
    def run(self, steps: int) -> None:
        """Climb, striking rows that break; settle the others at their best points."""

    @abstractmethod
    def keep(self, kept: Mask) -> None:
        """Drop the rows that no longer stand from what the run remembers of each."""

    def look(self) -> Floats:
        """Ask about the points, remember the best; return the losses of the rows still standing."""
        loss = self.loss if self.target is None else self.loss.aimed(self.target)
        y = self.rows.y
        answer = self.rows.model.loss_gradient(self.point, y, loss)
        kept = self.rows.strike(self.point, answer.logits)
        value: Floats = loss.value(answer.logits, y)[kept]
        self.point, self.gradient = self.point[kept], answer.gradient[kept]
        self.best, self.best_gradient = self.best[kept], self.best_gradient[kept]
        self.best_loss, self.step = self.best_loss[kept], self.step[kept]
        self.target = None if self.target is None else self.target[kept]
        self.keep(kept)
        better = value > self.best_loss
        self.best[better], self.best_gradient[better] = self.point[better], self.gradient[better]
        self.best_loss[better] = value[better]
        return value

    def go_back(self, rows: Mask) -> None:
        """Return some rows to their best points."""
        self.point = np.where(_column(rows, self.point), self.best, self.point)
        self.gradient = np.where(_column(rows, self.point), self.best_gradient, self.gradient)


class _DenseClimb(_Climb):
    """LInf and L2: long steps with momentum, halved where the loss stops rising (2020, algorithm 1)."""

    def run(self, steps: int) -> None:
        self.step[:] = 2 * self.threat.eps
        self.before = self.point
        self.rises, self.halved = np.zeros(len(self.rows)), np.ones(len(self.rows), dtype=bool)
        self.last = self.best_at_check = self.best_loss
        self.last = self.look()
        self.best_at_check = self.best_loss.copy()
        interval, since = max(int(_FIRST * steps), 1), 0
        for turn in range(steps):
            if not len(self.rows):
                return
            self._move(_MOMENTUM if turn else 1.0)
            value = self.look()
            self.rises += value > self.last
            self.last = value
            since += 1
            if since == interval:
                self._check(interval)
                interval, since = max(interval - int(max(_SHORTER * steps, 1)), int(max(_SHORTEST * steps, 1))), 0
        self.rows.settle(self.best)

    def keep(self, kept: Mask) -> None:
        self.before = self.before[kept]
        self.rises, self.halved = self.rises[kept], self.halved[kept]
        self.last, self.best_at_check = self.last[kept], self.best_at_check[kept]

    def _move(self, share: float) -> None:
        threat, x = self.threat, self.rows.x
        ahead = threat.project(threat.ascend(self.point, self.gradient, self.step), x)
        if share < 1:
            mixed = self.point + np.float32(share) * (ahead - self.point)
            mixed += np.float32(1 - share) * (self.point - self.before)
            ahead = threat.project(mixed, x)
        self.before, self.point = self.point, ahead

    def _check(self, interval: int) -> None:
        stuck = self.rises <= _RISING * interval
        stuck |= ~self.halved & (self.best_at_check >= self.best_loss)
        self.halved, self.best_at_check = stuck, self.best_loss.copy()
        self.rises = np.zeros(len(self.rows))
        self.step[stuck] /= 2
        self.go_back(stuck)


class _SparseClimb(_Climb):
    """L1: each step moves the steepest entries only, fewer as the change found gets sparser (2021, algorithm 1)."""

    def run(self, steps: int) -> None:
        entries = prod(self.point.shape[1:])
        x, eps = self.rows.x, self.threat.eps
        self.step[:] = eps
        self.density = np.full(len(self.rows), _DENSITY)
        self.changed = np.full(len(self.rows), float(entries))
        self.look()
        interval = max(int(_L1_INTERVAL * steps), 1)
        for turn in range(1, steps + 1):
            if not len(self.rows):
                return
            x = self.rows.x
            self.point = self.threat.project(self.point + self._sparse_step(entries), x)
            self.look()
            if turn % interval == 0 and len(self.rows):
                self._check(entries, eps)
        self.rows.settle(self.best)

    def keep(self, kept: Mask) -> None:
        self.density, self.changed = self.density[kept], self.changed[kept]

    def _sparse_step(self, entries: int) -> Floats:
        slope = np.abs(self.gradient).reshape(len(self.point), entries)
        rank = entries - np.maximum(self.density * entries, 1).astype(np.int64)
        least = np.take_along_axis(np.sort(slope, axis=1), rank[:, None], axis=1)
        sign = np.where(slope >= least, np.sign(self.gradient).reshape(slope.shape), 0)
        moved = np.maximum(np.abs(sign).sum(axis=1), 1)
        step: Floats = sign * (self.step / moved).astype(np.float32)[:, None]
        return step.reshape(self.point.shape)

    def _check(self, entries: int, eps: float) -> None:
        changed = L0.size(self.best - self.rows.x)
        sparser = changed < _STILL_SPARSER * self.changed
        self.density = changed / entries / _SPARSER
        self.step = np.clip(np.where(sparser, eps, self.step / _CUT), eps / _LEAST_STEP, eps)
        self.changed = changed
        self.go_back(sparser)


def _column(values: Mask, like: Floats) -> Mask:
    return values.reshape(-1, *[1] * (like.ndim - 1))
