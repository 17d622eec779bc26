"""The Square attack."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any, ClassVar

import numpy as np

from pytest_robust.attacks._checks import check_count, check_norm
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import LogOdds, Loss, Margin
from pytest_robust.core.model import Classifier
from pytest_robust.core.norms import L1, LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel, check_budget

__all__ = ["Square"]

# Appendix A of the paper: the share of the image that a square covers is halved after so
# many of 10,000 queries.
_HALVED = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)
_SCHEDULE = 10_000
# The first change in L2 and L1 is a grid of so many tiles a side.
_TILES = 5
_LEAST_SIDE = 3


@dataclass(frozen=True, kw_only=True, repr=False)
class Square(Attack):
    """Change random squares of the image, keep what raises the loss. Needs scores, no gradients.

    Works where gradients are hidden, and so tells that they are. Inputs that are no images
    are changed in random runs of their entries.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.
        queries: Inputs asked about for an example and restart, at most; at least 1.
        restarts: Random starts, at least 1; each meets the examples that stood the last.
        cover: The share of the entries that the first squares cover, between 0 and 1.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> Square(eps=8 / 255, queries=500)
        Square(eps=8/255, queries=500)

    References:
        Andriushchenko et al., "Square Attack: a query-efficient black-box adversarial attack
        via random search", ECCV 2020, arXiv:1912.00049; for L1: Croce and Hein, "Mind the box",
        ICML 2021, arXiv:2103.01208, section 5.
    """

    needs: ClassVar = Classifier

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    queries: int = 5000
    restarts: int = 1
    cover: float = 0.8
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)
        check_count("queries", self.queries)
        check_count("restarts", self.restarts)
        if isinstance(self.cover, bool) or not isinstance(self.cover, (int, float)) or not 0 < self.cover <= 1:
            raise InvalidArgument(f"cover={self.cover!r} must be a share above 0, at most 1")

    def perturb(self, model: Classifier, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the point that broke each input, or the best found."""
        rows = Survivors(model, x, y, streams, self.goal)
        grid = _Grid.of(x.shape[1:])
        squares: _Squares = _Stripes(grid, threat) if self.norm == LInf else _Bumps(grid, threat)
        # Targeted, the margin says little while the target is far behind (appendix B of the paper).
        loss: Loss = Margin() if isinstance(self.goal, Untargeted) else LogOdds()
        for restart in range(self.restarts):
            if len(rows):
                self._search(rows, squares, loss, restart)
        return rows.result()

    def _search(self, rows: Survivors[Classifier], squares: _Squares, loss: Loss, restart: int) -> None:
        best = squares.first(rows.x, rows.streams.child("first", restart))
        highest: Floats = np.full(len(rows), -np.inf)
        point = best
        for query in range(self.queries):
            if query:
                share = self._share(query)
                point = squares.moved(best, rows.x, share, rows.streams.child("square", restart, query))
            logits = rows.model.logits(point)
            rises = self.goal.uphill(loss.value(logits, rows.labels))
            kept = rows.strike(point, logits)
            if not len(rows):
                return
            point, best, rises, highest = point[kept], best[kept], rises[kept], highest[kept]
            better = rises > highest
            highest = np.where(better, rises, highest)
            best = np.where(better.reshape(-1, *[1] * (point.ndim - 1)), point, best)
        rows.settle(best)

    def _share(self, query: int) -> float:
        at = int(query / self.queries * _SCHEDULE)
        return self.cover / 2 ** sum(at > limit for limit in _HALVED)


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """How entries lie beside each other: (height, width, channels), a line is (entries, 1, 1)."""

    height: int
    width: int
    channels: int

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> _Grid:
        if len(shape) == 3:  # noqa: PLR2004 - an image with channels
            return cls(height=shape[0], width=shape[1], channels=shape[2])
        if len(shape) == 2:  # noqa: PLR2004 - an image without
            return cls(height=shape[0], width=shape[1], channels=1)
        return cls(height=prod(shape), width=1, channels=1)

    @property
    def line(self) -> bool:
        return self.width == 1

    def side(self, share: float) -> int:
        """Return the side of a square that covers a share of the pixels, or the length of a run."""
        pixels = share * self.height * self.width
        return max(round(pixels if self.line else sqrt(pixels)), 1)

    def view(self, x: Floats) -> Floats:
        return x.reshape(len(x), self.height, self.width, self.channels)

    def window(self, side: int, streams: Streams, name: str) -> tuple[Any, Any, Any]:
        """Return the index of one square of each example, random in place."""
        height, width = min(side, self.height), min(side, self.width)
        top = streams.integers(f"{name} top", 0, self.height - height + 1)
        left = streams.integers(f"{name} left", 0, self.width - width + 1)
        rows = np.arange(len(streams))[:, None, None]
        down = (top[:, None] + np.arange(height))[:, :, None]
        return rows, down, (left[:, None] + np.arange(width))[:, None, :]

    def signs(self, shape: tuple[int, ...], streams: Streams) -> Floats:
        return (2 * streams.integers("signs", 0, 2, shape) - 1).astype(np.float32)


class _Squares(ABC):
    """The random changes of a norm."""

    def __init__(self, grid: _Grid, threat: ThreatModel) -> None:
        self.grid, self.threat = grid, threat

    @abstractmethod
    def first(self, x: Floats, streams: Streams) -> Floats:
        """Return where the search starts."""

    @abstractmethod
    def moved(self, point: Floats, x: Floats, share: float, streams: Streams) -> Floats:
        """Return the points with one square of each changed that covers a share of the pixels."""


class _Stripes(_Squares):
    """LInf: every entry at one end of its budget (algorithm 2)."""

    def first(self, x: Floats, streams: Streams) -> Floats:
        grid = self.grid
        across = (grid.height, 1, 1) if grid.line else (1, grid.width, grid.channels)
        point = grid.view(x) + np.float32(self.threat.eps) * grid.signs(across, streams)
        return self.threat.project(point.reshape(x.shape), x)

    def moved(self, point: Floats, x: Floats, share: float, streams: Streams) -> Floats:
        grid = self.grid
        # Never the whole image: such a square would have one place only.
        side = min(grid.side(share), max(grid.height - 1, 1))
        moved = np.array(point)
        change = 2 * np.float32(self.threat.eps) * grid.signs((1, 1, grid.channels), streams)
        window = grid.window(side, streams, "square")
        grid.view(moved)[window] += change
        moved = self.threat.project(moved, x)
        # A square that is there already would waste a query: then the opposite one.
        same = (moved == point).reshape(len(x), -1).all(axis=1)
        if same.any():
            opposite = np.array(point[same])
            _, down, right = window
            grid.view(opposite)[np.arange(len(opposite))[:, None, None], down[same], right[same]] -= change[same]
            moved[same] = self.threat.project(opposite, x[same])
        return moved


class _Bumps(_Squares):
    """L2 and L1: the budget of one square moves to another, as a bump with a positive and a negative half."""

    def first(self, x: Floats, streams: Streams) -> Floats:
        grid = self.grid
        side = max(max(grid.height, 1 if grid.line else grid.width) // _TILES, 1)
        delta = np.zeros((len(x), grid.height, grid.width, grid.channels), dtype=np.float32)
        tiles = [(top, left) for top in range(0, grid.height, side) for left in range(0, grid.width, side)]
        signs = grid.signs((len(tiles), 1, 1, grid.channels), streams)
        for turn, (top, left) in enumerate(tiles):
            part = delta[:, top : top + side, left : left + side]
            part += _bump(part.shape[1], part.shape[2])[None, :, :, None] * signs[:, turn]
        return self._filled(delta.reshape(x.shape), x)

    def moved(self, point: Floats, x: Floats, share: float, streams: Streams) -> Floats:
        grid, power = self.grid, 1 if self.threat.norm == L1 else 2
        side = max(grid.side(share), _LEAST_SIDE) | 1  # odd, so that a bump has a middle
        side = min(side, max(grid.height - 1, 1))
        delta = grid.view(point - x).copy()
        here, there = grid.window(side, streams, "square"), grid.window(side, streams, "source")
        whole = _power(delta, power).sum(axis=(1, 2, 3), keepdims=True)
        old = delta[here]
        both = _power(old, power).sum(axis=(1, 2), keepdims=True)
        # What the two squares hold together: the second without where they overlap.
        rest = np.array(delta)
        rest[here] = 0
        both = both + _power(rest[there], power).sum(axis=(1, 2), keepdims=True)
        spare = np.maximum(self.threat.eps**power - whole, 0) / grid.channels
        new = _bump(old.shape[1], old.shape[2])[None, :, :, None] * grid.signs((1, 1, grid.channels), streams)
        if not grid.line:
            turned = streams.integers("turned", 0, 2).astype(bool)
            new = np.where(turned[:, None, None, None], new.swapaxes(1, 2), new)
        new = new + old / (_size(old, power) + np.float32(1e-12))
        new *= (spare + both) ** (1 / power) / (_size(new, power) + 1e-12)
        delta[there] = 0
        delta[here] = new
        return self._filled(delta.reshape(x.shape), x)

    def _filled(self, delta: Floats, x: Floats) -> Floats:
        """Return the inputs changed by the whole budget, then brought back within the bounds."""
        size = np.maximum(self.threat.norm.size(delta), 1e-30)
        scale = (self.threat.eps / size).astype(np.float32).reshape(-1, *[1] * (x.ndim - 1))
        return self.threat.project(x + delta * scale, x)


def _power(values: Floats, power: int) -> Floats:
    return np.abs(values) if power == 1 else values**2


def _size(values: Floats, power: int) -> Floats:
    total: Floats = _power(values, power).sum(axis=(1, 2), keepdims=True)
    return total if power == 1 else np.sqrt(total)


def _bump(height: int, width: int) -> Floats:
    """Return (height, width) values of length 1: a hill above, a valley below (section 3.4)."""
    half = height // 2
    bump = np.concatenate([_hill(half, width), -_hill(height - half, width)]) if half else _hill(height, width)
    return (bump / np.sqrt((bump**2).sum())).astype(np.float32)


def _hill(height: int, width: int) -> Floats:
    """Return a pile of rectangles about the middle, each a ring larger and thinner than the one above."""
    down = np.abs(np.arange(height) - height // 2)
    right = np.abs(np.arange(width) - width // 2)
    ring = np.maximum(down[:, None], right[None, :])
    heights = np.cumsum(1.0 / (np.arange(max(height, width) // 2 + 1, 0, -1)) ** 2)[::-1]
    hill: Floats = heights[np.minimum(ring, len(heights) - 1)]
    return hill / np.sqrt((hill**2).sum())
