"""The fast adaptive boundary attack."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_one_aim, check_radius
from pytest_robust.attacks._minimum_norm import box_around
from pytest_robust.attacks._planes import likeliest, nearest_planes
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.goals import Goal, Targeted, Untargeted
from pytest_robust.core.model import Differentiable
from pytest_robust.core.nearest import Nearest
from pytest_robust.core.norms import L1, L2, LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["FAB"]

# Section 4 of the paper: how far a step goes beyond the boundary, how much of the change is
# kept on the way back, and the largest weight of the input's own projection.
_BEYOND, _BACK, _BIAS = 1.05, 0.9, 0.1
# The steps end a twentieth beyond the boundary; so many halvings bring the last one to a thousandth.
_HALVINGS = 6


@dataclass(frozen=True, kw_only=True, repr=False)
class FAB(Attack):
    """Step to the boundary as if the model were linear, drawn towards the input; then back, and again.

    Unlike DeepFool it does not stop where it first crosses: it walks along the boundary to where
    it is nearest.

    Args:
        eps: The largest change that is of interest, in the inputs' own unit; infinity, the
            default, for the nearest change whatever its size.
        norm: `LInf`, `L2` or `L1`.
        steps: Steps an example and start, at least 1; each is a gradient for each candidate,
            and an answer.
        restarts: Starts, at least 1: the first at the input, others at random points near it.
        candidates: Boundaries to that many of the likeliest other classes are looked at, at least 1.
        targets: With a number above 0, one boundary after the other: those to so many of the
            likeliest other classes, each with all the restarts. Costs one gradient a step.
        goal: `Untargeted()`, or `Targeted(label)`, the boundary to one class.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> FAB(eps=8 / 255, targets=9)
        FAB(eps=8/255, targets=9)

    References:
        Croce and Hein, "Minimally distorted Adversarial Examples with a Fast Adaptive Boundary
        Attack", ICML 2020, arXiv:1907.02044.
    """

    needs: ClassVar = Differentiable
    norms: ClassVar = (LInf, L2, L1)

    eps: float = strength(strongest=0.3, default=inf)
    norm: Norm = LInf
    steps: int = 100
    restarts: int = 1
    candidates: int = 10
    targets: int = 0
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_radius(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        check_count("restarts", self.restarts)
        check_count("candidates", self.candidates)
        check_count("targets", self.targets, least=0)
        check_one_aim(self.targets, self.goal)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the nearest point found that breaks each input, or the input."""
        rows = Nearest(model, x, y, threat, streams, self.goal)
        if not len(rows):
            return rows.result()
        rivals: Integers = np.zeros((len(x), 1), dtype=np.int64)
        if isinstance(self.goal, Targeted):
            rivals[:] = self.goal.label
        else:
            count = self.targets or self.candidates
            rivals = likeliest(model.logits(x), y, count)
        turns = range(rivals.shape[1]) if self.targets else (slice(None),)
        for restart in range(self.restarts):
            for turn in turns:
                aims = rivals[:, turn : turn + 1] if isinstance(turn, int) else rivals
                if len(rows):
                    self._walk(rows, aims, rows.streams.child("start", restart), from_input=restart == 0)
        self._close_in(rows)
        return rows.result()

    def _walk(self, rows: Nearest[Differentiable], rivals: Integers, streams: Streams, *, from_input: bool) -> None:
        box = ThreatModel(norm=self.norm, eps=inf, bounds=rows.threat.bounds)
        point = rows.x if from_input else self._start(rows, streams, box)
        for _ in range(self.steps):
            if not len(rows):
                return
            # To be answered a target, whatever class is ahead of it must be left behind.
            labels = None if isinstance(self.goal, Targeted) else rows.y
            planes = nearest_planes(rows.model, point, labels, rivals[rows.sought], box)
            ahead = self._ahead(rows.x, point, planes.step, planes.gap, planes.slope, box)
            offered = rows.offer(ahead, rows.model.logits(ahead))
            kept, x = offered.kept, rows.x
            # Back towards the input, so that the next step meets the boundary where it is nearer.
            share = np.where(offered.broken[kept], _BACK, 1.0).astype(np.float32)
            point = x + (ahead[kept] - x) * share.reshape(-1, *[1] * (x.ndim - 1))

    def _close_in(self, rows: Nearest[Differentiable]) -> None:
        """Halve the last tenth of the way from the input to its nearest breaking point, again and again."""
        rows.drop(np.isinf(rows.distance))
        low, high = np.full(len(rows), _BACK), np.ones(len(rows))
        far = rows.best
        for _ in range(_HALVINGS):
            if not len(rows):
                return
            middle = (low + high) / 2
            x = rows.x
            point = x + (far - x) * middle.astype(np.float32).reshape(-1, *[1] * (x.ndim - 1))
            offered = rows.offer(point, rows.model.logits(point))
            low, high = np.where(offered.broken, low, middle), np.where(offered.broken, middle, high)
            low, high, far = low[offered.kept], high[offered.kept], far[offered.kept]

    def _start(self, rows: Nearest[Differentiable], streams: Streams, box: ThreatModel) -> Floats:
        most = rows.threat.eps if rows.threat.eps < inf else self._typical(box)
        radius = np.minimum(rows.distance, most) / 2
        unit = self.norm.sample(rows.x.shape[1:], 1.0, streams)
        point = rows.x + unit * radius.astype(np.float32).reshape(-1, *[1] * (unit.ndim - 1))
        return box.project(point, rows.x)

    def _typical(self, box: ThreatModel) -> float:
        return box.bounds.span if box.bounds.finite else 1.0

    def _ahead(  # noqa: PLR0917 - what is known of each row
        self, x: Floats, point: Floats, step: Floats, gap: Floats, slope: Floats, box: ThreatModel
    ) -> Floats:
        """Return the points beyond the boundary, between the projection of the point and that of the input."""
        wide = (slope.reshape(len(x), -1).astype(np.float64), (x - point).reshape(len(x), -1).astype(np.float64))
        from_x = gap - np.einsum("nd,nd->n", *wide)
        sign = np.where(from_x < 0, -1, 1).astype(np.float32).reshape(-1, *[1] * (x.ndim - 1))
        step_x = self.norm.reach(slope * sign, np.abs(from_x), *box_around(box, x))
        near, far = self.norm.size(step), self.norm.size(step_x)
        weight = np.minimum(near / np.maximum(near + far, 1e-30), _BIAS)
        column = weight.astype(np.float32).reshape(-1, *[1] * (x.ndim - 1))
        beyond = np.float32(_BEYOND)
        return box.project((point + beyond * step) * (1 - column) + (x + beyond * step_x) * column, x)
