"""The boundaries of a model to other classes, as if it were linear."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from pytest_robust.attacks._minimum_norm import box_around
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.model import Differentiable
from pytest_robust.core.threat import ThreatModel

__all__ = ["Planes", "likeliest", "nearest_planes"]

# Of all gradients in memory at once: 256 MiB of float32, whatever the number of classes.
_VALUES = 2**26
# How far beyond a boundary a step leads, as a share of the logit ahead.
_HAIR = 1e-4


@dataclass(frozen=True, kw_only=True)
class Planes:
    """The nearest boundary of each example.

    Args:
        logits: (n, classes) scores at the points.
        step: (n, ...) the smallest change that reaches the boundary within the bounds.
        gap: (n,) how far the label is ahead of the class beyond it.
        slope: (n, ...) how the gap closes: the gradient of that class less the label's.
    """

    logits: Floats
    step: Floats
    gap: Floats
    slope: Floats


def likeliest(logits: Floats, y: Integers, count: int) -> Integers:
    """Return (n, at most count) the classes beside the label with the largest logits, largest first."""
    others = np.array(logits, dtype=np.float64)
    np.put_along_axis(others, y[:, None], -np.inf, axis=1)
    count = min(count, logits.shape[1] - 1)
    # A partition first: with thousands of classes a sort of all is the longer way.
    top = np.argpartition(-others, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(others, top, axis=1), axis=1, kind="stable")
    ranked: Integers = np.take_along_axis(top, order, axis=1)
    return ranked


def nearest_planes(
    model: Differentiable, point: Floats, y: Integers | None, rivals: Integers, threat: ThreatModel
) -> Planes:
    """Return the boundary that each point is nearest to, of those to its rivals.

    One backward pass an example serves all its rivals; examples are taken in parts so that
    never more than 2**26 entries of gradients are in memory.

    Args:
        model: Differentiated at the points.
        point: (n, ...) where.
        y: (n,) class indices, the labels; None for the likeliest class beside the rivals, which
            one must leave behind to be answered a rival.
        rivals: (n, k) class indices, none of them the label.
        threat: The norm and the bounds.
    """
    count = rivals.shape[1]
    part = max(_VALUES // (count * max(prod(point.shape[1:]), 1)), 1)
    found = []
    for start in range(0, len(point), part):
        rows = np.arange(start, min(start + part, len(point)))
        labels = None if y is None else y[rows]
        found.append(_nearest(model.rows(rows), point[rows], labels, rivals[rows], threat))
    return Planes(
        logits=np.concatenate([one.logits for one in found]),
        step=np.concatenate([one.step for one in found]),
        gap=np.concatenate([one.gap for one in found]),
        slope=np.concatenate([one.slope for one in found]),
    )


def _nearest(model: Differentiable, point: Floats, y: Integers | None, rivals: Integers, threat: ThreatModel) -> Planes:
    rows, count = np.arange(len(point)), rivals.shape[1]

    def labels(logits: Floats) -> Integers:
        if y is not None:
            return y
        others = np.array(logits, dtype=np.float64)
        np.put_along_axis(others, rivals, -np.inf, axis=1)
        return others.argmax(axis=1)

    def differences(logits: Floats) -> Floats:
        weights = np.zeros((count, *logits.shape), dtype=np.float32)
        weights[np.arange(count)[:, None], rows, rivals.T] = 1
        weights[:, rows, labels(logits)] = -1
        return weights

    answer = model.pullback(point, differences, count=count)
    wide = answer.logits.astype(np.float64)
    ahead = wide[rows, labels(answer.logits)]
    low, high = box_around(threat, point)
    step = slope = np.zeros_like(point)
    gap, least = np.zeros(len(point)), np.full(len(point), np.inf)
    for turn, gradient in enumerate(answer.gradients):
        behind = ahead - wide[rows, rivals[:, turn]]
        # From a point beyond the boundary the way to it is back.
        towards = gradient * np.where(behind < 0, -1, 1).astype(np.float32).reshape(-1, *[1] * (point.ndim - 1))
        # A hair beyond, so that a float32 sum does not stop short of the boundary, nor the rounding
        # of another batch undo the step. In parts of the logits, whose rounding grows with them.
        move = threat.norm.reach(towards, np.abs(behind) + _HAIR * np.maximum(np.abs(ahead), 1), low, high)
        # A flat boundary is not near, it is nowhere.
        short = np.einsum("nd,nd->n", *(one.reshape(len(point), -1) for one in (towards, move))) <= 0
        far = np.where(short, np.inf, threat.norm.size(move))
        closer = far < least
        column = closer.reshape(-1, *[1] * (point.ndim - 1))
        step, slope = np.where(column, move, step), np.where(column, gradient, slope)
        gap, least = np.where(closer, behind, gap), np.minimum(far, least)
    return Planes(logits=answer.logits, step=step, gap=gap, slope=slope)
