"""The worst rotation and translation of an image."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_extent
from pytest_robust.core.affine import identities, resample
from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED
from pytest_robust.core.criteria import answers
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.fill import Fill, Nearest, check_fill
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.images import images_of
from pytest_robust.core.losses import Margin
from pytest_robust.core.model import Differentiable, Model
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Search
from pytest_robust.core.streams import Streams

__all__ = ["Spatial"]

# A climb begins with steps of this share of each limit and ends with a tenth of them.
_FIRST_STEP, _LAST_STEP = 0.1, 0.01
# Half the way over which a difference stands for a derivative, as a share of the limit.
_NEARBY = 0.01


@dataclass(frozen=True, kw_only=True, repr=False)
class Spatial(Search):
    """Turn and shift each image by every step of a grid, until the model errs.

    The mildest first. A grid finds more than gradients do, since the loss has many hills
    along these few numbers; with `steps`, images that stand the whole grid climb from its
    worst point by the model's gradient.

    Args:
        degrees: The largest angle to either side, at least 0.
        pixels: The largest shift to each side, down and across, at least 0.
        angles: Angles of the grid, at least 1; an odd number has none at all among them.
        shifts: Shifts of the grid in each direction, at least 1.
        steps: Steps uphill after the grid, from 0; needs a differentiable model from 1.
        fill: What stands where the image was moved away: `Nearest()`, `Reflect()`, `Wrap()`
            or `Constant(value)`.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> Spatial(degrees=10, pixels=2)
        Spatial(degrees=10, pixels=2)

    References:
        Engstrom et al., "Exploring the Landscape of Spatial Robustness", ICML 2019,
        arXiv:1712.02779, section 4; its grid and limits for MNIST are the defaults.
    """

    needs: ClassVar = Model

    degrees: float = strength(strongest=30.0, default=30.0)
    pixels: float = strength(strongest=3.0, default=3.0)
    angles: int = 31
    shifts: int = 5
    steps: int = 0
    fill: Fill = Nearest()
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_extent("degrees", self.degrees)
        check_extent("pixels", self.pixels)
        if not self.degrees and not self.pixels:
            raise InvalidArgument("degrees=0 and pixels=0 change nothing: give one of them")
        check_count("angles", self.angles)
        check_count("shifts", self.shifts)
        check_count("steps", self.steps, least=0)
        check_fill(self.fill)

    @property
    def limits(self) -> tuple[float, ...]:
        """The largest angle in degrees, and the largest shifts down and to the right in pixels."""
        return self.degrees, self.pixels, self.pixels

    def render(self, x: Floats, numbers: Floats) -> Floats:
        """Return the images turned and shifted."""
        images = images_of(self, Batch(x=x, y=None, bounds=UNBOUNDED))
        radians = np.deg2rad(numbers[:, 0])
        cos, sin = np.cos(radians).round(12), np.sin(radians).round(12)
        inverse = identities(len(images))
        inverse[:, 0, 0], inverse[:, 0, 1] = cos, sin
        inverse[:, 1, 0], inverse[:, 1, 1] = -sin, cos
        # Turned first, then shifted: seen from the result, the shift comes off first.
        inverse[:, :, 2] = -np.einsum("nij,nj->ni", inverse[:, :, :2], numbers[:, 1:])
        return resample(images, inverse, self.fill).reshape(x.shape)

    def find(self, model: Any, x: Floats, y: Integers, streams: Streams) -> Floats:  # noqa: ANN401, ARG002 - the interface's
        """Return the angle and shifts that broke each image, or the worst found.

        Raises:
            InvalidModel: `steps` are asked for and the model has no gradients.
        """
        if self.steps and not isinstance(model, Differentiable):
            raise InvalidModel("Spatial(steps=...) follows gradients, and this model has none: leave out steps")
        walk = _Walk(self, model, x, y)
        for numbers in self._grid():
            if not len(walk.standing):
                break
            walk.visit(np.tile(numbers, (len(walk.standing), 1)))
        for turn in range(self.steps):
            if not len(walk.standing):
                break
            share = _FIRST_STEP * (_LAST_STEP / _FIRST_STEP) ** (turn / max(self.steps - 1, 1))
            walk.visit(walk.uphill(share))
        return walk.numbers

    def _grid(self) -> list[Floats]:
        angles, shifts = _steps(self.degrees, self.angles), _steps(self.pixels, self.shifts)
        limits = np.maximum(self.limits, 1e-12)
        points = [np.array(point) for point in product(angles, shifts, shifts)]
        return sorted(points, key=lambda point: float(np.abs(point / limits).sum()))


def _steps(limit: float, count: int) -> Floats:
    return np.linspace(-limit, limit, count) if limit and count > 1 else np.zeros(1)


class _Walk:
    """Which images stand, and the worst numbers each has met."""

    def __init__(self, search: Spatial, model: Any, x: Floats, y: Integers) -> None:  # noqa: ANN401 - any model
        self._search, self._model, self._x, self._y = search, model, x, y
        self.numbers: Floats = np.zeros((len(x), 3))
        self._loss: Floats = np.full(len(x), -np.inf)
        self.standing: Integers = np.flatnonzero(search.goal.possible(y))

    def visit(self, numbers: Floats) -> None:
        """Ask about the images standing at these numbers; remember the worst, drop what breaks."""
        rows, goal = self.standing, self._search.goal
        outputs = np.asarray(self._model.rows(rows).predict(self._search.render(self._x[rows], numbers)))
        broken: Mask = goal.reached(answers(outputs), self._y[rows])
        loss: Floats = np.zeros(len(rows))
        if outputs.ndim > 1:
            loss = goal.uphill(Margin().value(outputs, goal.labels(self._y[rows])))
        worse = broken | (loss > self._loss[rows])
        self.numbers[rows[worse]], self._loss[rows[worse]] = numbers[worse], loss[worse]
        self.standing = rows[~broken]

    def uphill(self, share: float) -> Floats:
        """Return numbers a step of a share of the limits up from the worst of each image."""
        rows, search = self.standing, self._search
        x, here, limits = self._x[rows], self.numbers[rows], np.asarray(search.limits)
        at = search.render(x, here)
        labels = search.goal.labels(self._y[rows])
        slope = search.goal.uphill(self._model.rows(rows).loss_gradient(at, labels, Margin()).gradient)
        climbed: Floats = np.array(here)
        for one, limit in enumerate(limits):
            aside: Floats = np.zeros(3)
            aside[one] = _NEARBY * limit
            change = search.render(x, here + aside) - search.render(x, here - aside)
            rise = np.einsum("nd,nd->n", slope.reshape(len(x), -1), change.reshape(len(x), -1))
            climbed[:, one] += share * limit * np.sign(rise)
        return np.clip(climbed, -limits, limits)
