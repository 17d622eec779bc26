"""The Boundary Attack."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_radius, check_step
from pytest_robust.attacks._decisions import Decisions, column
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.model import Model
from pytest_robust.core.norms import L2, LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["BoundaryAttack"]

# Section 2.3: the steps are adapted so that half of the sideways ones stay broken, and a
# quarter of those forward. How often that is looked at, and by what a step then changes.
_LOOK = 10
_SIDEWAYS, _FORWARD = 0.5, 0.25
_ADAPT = 1.5
# Halvings of the straight way from the first breaking point, before the walk.
_CLOSE = 10


@dataclass(frozen=True, kw_only=True, repr=False)
class BoundaryAttack(Attack):
    """Walk along the boundary by chance, and towards the input, as long as the answer is wrong.

    Needs only labels. Starts from random noise that the model answers wrong. The first of its
    kind and a slow one: `HopSkipJump` needs fewer queries.

    Args:
        eps: The largest change that is of interest, in the inputs' own unit; infinity, the
            default, for the nearest change whatever its size.
        norm: `L2` or `LInf`; in LInf the walk is along the cube instead of the sphere.
        queries: Inputs asked about for an example, at most; at least 1.
        sideways: The first step along the boundary, as a share of the distance, above 0.
        forward: The first step towards the input, likewise.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> BoundaryAttack(queries=10_000)
        BoundaryAttack(queries=10000)

    References:
        Brendel, Rauber and Bethge, "Decision-Based Adversarial Attacks: Reliable Attacks
        Against Black-Box Machine Learning Models", ICLR 2018, arXiv:1712.04248.
    """

    needs: ClassVar = Model
    norms: ClassVar = (L2, LInf)

    eps: float = strength(strongest=3.0, default=inf)
    norm: Norm = L2
    queries: int = 5000
    sideways: float = 0.01
    forward: float = 0.01
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_radius(self.eps)
        check_norm(self)
        check_count("queries", self.queries)
        check_step("sideways", self.sideways)
        check_step("forward", self.forward)

    def perturb(self, model: Model, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the nearest point found that breaks each input, or the input."""
        oracle = Decisions(model, x, y, threat, self.goal, self.queries)
        oracle.start(streams.child("start"))
        rows = oracle.active()
        oracle.close_in(rows, oracle.best[rows], steps=_CLOSE)
        walk = _Walk(len(x), self.sideways, self.forward)
        turn = 0
        while len(rows := oracle.active()):
            turn += 1
            self._step(oracle, rows, walk, streams.rows(rows).child("step", turn), look=turn % _LOOK == 0)
        return oracle.result()

    def _step(self, oracle: Decisions, rows: Integers, walk: _Walk, streams: Streams, *, look: bool) -> None:
        x, point = oracle.x[rows], oracle.best[rows]
        aside = self._aside(oracle, rows, walk.sideways[rows], streams)
        low, high = oracle.threat.bounds.low, oracle.threat.bounds.high
        if look:
            # The sideways step alone, to know how often it stays broken.
            walk.hear_sideways(rows, oracle.ask(rows, aside))
            rows_left = oracle.left[rows] > 0
            rows, x, point, aside = rows[rows_left], x[rows_left], point[rows_left], aside[rows_left]
        size = self.norm.size(point - x) * (1 - walk.forward[rows])
        nearer = self.norm.project(aside, x, size, low, high)
        walk.hear_forward(rows, oracle.ask(rows, nearer))

    def _aside(self, oracle: Decisions, rows: Integers, share: Floats, streams: Streams) -> Floats:
        """Return the points moved by chance, as far from the inputs as before."""
        x, point = oracle.x[rows], oracle.best[rows]
        delta, bounds = point - x, oracle.threat.bounds
        size = self.norm.size(delta)
        if self.norm == L2:
            # Only across: what points along the change would be undone by the next line.
            noise = streams.normal("aside", x.shape[1:])
            unit = delta / column(np.maximum(size, 1e-30), delta)
            along = (noise * unit).reshape(len(rows), -1).sum(axis=1)
            noise = noise - column(along, unit) * unit
            noise *= column(share * size / np.maximum(L2.size(noise), 1e-30), noise)
        else:
            # Some entries to one of their two ends: noise on all of them would be cut off at the
            # cube's faces from one side only, and so drift towards the input.
            chosen = streams.uniform("chosen", x.shape[1:]) < column(share, x)
            sign = np.where(streams.integers("sign", 0, 2, x.shape[1:]) == 0, -1, 1)
            noise = np.where(chosen, sign * column(size, x) - delta, np.float32(0))
        return self.norm.project(point + noise, x, size, bounds.low, bounds.high)


class _Walk:
    """How long each row's steps are, and how they fared since they were last adapted."""

    def __init__(self, count: int, sideways: float, forward: float) -> None:
        self.sideways, self.forward = np.full(count, sideways), np.full(count, forward)
        self._sideways_heard, self._sideways_broken = np.zeros(count), np.zeros(count)
        self._forward_heard, self._forward_broken = np.zeros(count), np.zeros(count)

    def hear_sideways(self, rows: Integers, broken: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
        """Count answers to sideways steps; adapt both steps of rows with enough of them."""
        self._sideways_heard[rows] += 1
        self._sideways_broken[rows] += broken
        ready = rows[self._sideways_heard[rows] >= _LOOK]
        rate = self._sideways_broken[ready] / _LOOK
        change = np.where(rate > _SIDEWAYS, _ADAPT, np.where(rate < _SIDEWAYS / 2, 1 / _ADAPT, 1.0))
        # Where the boundary is too curved for the one step, it is for the other.
        self.sideways[ready] = np.minimum(self.sideways[ready] * change, 1.0)
        self.forward[ready] = np.minimum(self.forward[ready] * change, 0.5)
        self._sideways_heard[ready] = self._sideways_broken[ready] = 0

    def hear_forward(self, rows: Integers, broken: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
        """Count answers to steps forward; adapt those of rows with enough of them."""
        self._forward_heard[rows] += 1
        self._forward_broken[rows] += broken
        ready = rows[self._forward_heard[rows] >= 3 * _LOOK]
        rate = self._forward_broken[ready] / self._forward_heard[ready]
        change = np.where(rate > _FORWARD, _ADAPT, np.where(rate < _FORWARD / 2, 1 / _ADAPT, 1.0))
        self.forward[ready] = np.minimum(self.forward[ready] * change, 0.5)
        self._forward_heard[ready] = self._forward_broken[ready] = 0
