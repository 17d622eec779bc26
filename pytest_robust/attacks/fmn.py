"""The fast minimum-norm attack."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, inf, pi
from typing import ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm, check_radius
from pytest_robust.attacks._minimum_norm import box_around, check_patience, check_shrink, close_in, first_size, waits
from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import Margin
from pytest_robust.core.model import Differentiable
from pytest_robust.core.nearest import Nearest
from pytest_robust.core.norms import L0, L1, L2, LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["FMN"]


@dataclass(frozen=True, kw_only=True, repr=False)
class FMN(Attack):
    """Follow the gradient within a ball that closes in on the boundary, in any norm.

    Args:
        eps: The largest change that is of interest, in the unit of the norm; infinity, the
            default, for the nearest change whatever its size.
        norm: `LInf`, `L2`, `L1`, or `L0`, the number of entries that change.
        steps: Gradients an example at most, at least 1.
        shrink: By what share the ball shrinks and grows at first, between 0 and 1.
        patience: What share of the steps in a row, and ten at least, may bring an example no nearer
            by a thousandth before it is left as it is; 1 spends all steps. L0 spends all of them.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> from pytest_robust import L0
        >>> FMN(norm=L0)
        FMN(norm=L0)

    References:
        Pintor et al., "Fast Minimum-norm Adversarial Attacks through Adaptive Norm
        Constraints", NeurIPS 2021, arXiv:2102.12827.
    """

    needs: ClassVar = Differentiable
    norms: ClassVar = (LInf, L2, L1, L0)

    eps: float = strength(strongest=0.3, default=inf)
    norm: Norm = LInf
    steps: int = 100
    shrink: float = 0.05
    patience: float = 0.15
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_radius(self.eps)
        check_norm(self)
        check_count("steps", self.steps)
        check_shrink(self.shrink)
        check_patience(self.patience)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the nearest point found that breaks each input, or the input."""
        # Entries that change, change or do not: a count stays the same for long.
        wait = None if self.norm == L0 else waits(self.patience, self.steps)
        rows = Nearest(model, x, y, threat, streams, self.goal, patience=wait)
        box = ThreatModel(norm=self.norm, eps=inf, bounds=threat.bounds)
        point, size = rows.x, np.full(len(rows), inf)
        length: Floats = np.empty(0)
        for turn in range(self.steps + 1):
            if not len(rows):
                break
            answer = rows.model.loss_gradient(point, rows.labels, Margin())
            uphill = self.goal.uphill(answer.gradient)
            if not turn:
                length = first_size(rows, box, answer.logits, uphill)
            gap = -self.goal.uphill(Margin().value(answer.logits, rows.labels))
            before = point
            offered = rows.offer(point, answer.logits)
            kept = offered.kept
            if not len(rows):
                break
            # Both along half a cosine: the share to a fiftieth, the pace to a hundredth (section 2.3).
            wave = (1 + cos(pi * turn / self.steps)) / 2
            point, uphill, size, length = before[kept], uphill[kept], size[kept], length[kept]
            share = self.shrink * (0.02 + 0.98 * wave)
            size = self._resized(rows, point, uphill, gap[kept], offered.broken[kept], size, share)
            moved = point + _unit(uphill) * _column(length * (0.01 + 0.99 * wave), point)
            point = self.norm.project(moved, rows.x, size, threat.bounds.low, threat.bounds.high)
        found = rows.result()
        # Nor is there anything between two counts.
        return found if self.norm == L0 else close_in(model, x, y, threat, self.goal, found, share=self.shrink)

    def _resized(  # noqa: PLR0917 - what is known of each row
        self,
        rows: Nearest[Differentiable],
        point: Floats,
        uphill: Floats,
        gap: Floats,
        broken: Mask,
        size: Floats,
        share: float,
    ) -> Floats:
        """Return (n,) the radii of the balls (section 2.1): as far as a linear model would need, until one is found."""
        if self.norm == L0:
            # From none upwards: a linear model says little of how many entries a box leaves to change.
            size = np.where(np.isfinite(size), size, 0)
            smaller = np.minimum(size - 1, np.floor(size * (1 - share)))
            larger = np.maximum(size + 1, np.floor(size * (1 + share)))
            return np.where(broken, np.minimum(smaller, rows.distance), larger)
        found = np.isfinite(rows.distance)
        smaller, larger = size * (1 - share), size * (1 + share)
        beyond = self.norm.reach(uphill, np.maximum(gap, 0), *box_around(rows.threat, point))
        guess = self.norm.size(point - rows.x) + self.norm.size(beyond)
        # The guess is lengthened too: a ball that ends right at the boundary is never beyond it.
        guess *= 1 + share
        return np.where(broken, np.minimum(smaller, rows.distance), np.where(found, larger, guess))


def _unit(gradient: Floats) -> Floats:
    flat = gradient.reshape(len(gradient), -1).astype(np.float64)
    length = np.sqrt(np.einsum("nd,nd->n", flat, flat))
    return (gradient / _column(np.maximum(length, 1e-30), gradient)).astype(np.float32)


def _column(values: Floats, like: Floats) -> Floats:
    return values.astype(np.float32).reshape(-1, *[1] * (like.ndim - 1))
