"""What every transform must hold to."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust import transforms
from pytest_robust.core.batch import Batch
from pytest_robust.core.detections import PADDING, as_boxes, corners, described, is_boxes
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.overlaps import overlaps
from pytest_robust.core.perturbation import TableTransform, Transform
from pytest_robust.core.table import Table, missing
from pytest_robust.testing._samples import Sample, samples
from pytest_robust.testing._value import check_value, require

__all__ = ["check_transform"]

_SEED = 20_240_607
# How much of the box around the bright pixels they fill, by which factor their number may differ
# from before, and how well the two boxes must overlap: a blur to one side takes the middle of a square
# along, and half as much again is found out.
_FILLED = 0.8
_GROWN = 1.6
_NEAR = 0.3


def check_transform(transform: Transform) -> None:
    """Check that a transform does what the engine, the cache and the reports rely on.

    Tries it on images, some with boxes, tables, sequences and texts, or a table transform on tables;
    a kind that it refuses with InvalidData is left out.

    Args:
        transform: An instance, at a strength where it does something.

    Raises:
        AssertionError: It is not a frozen, hashable value whose repr makes it again, has no
            milder version, writes into its input or returns it, changes shape, type or
            number, leaves the bounds, makes values that are not finite, moves things in images
            and not the boxes around them, or gives an example another result when it comes
            again, alone, in another batch or in another order; or a table transform touches a
            column that `protect` or `columns` tell it to leave.

    Examples:
        >>> from pytest_robust.transforms import Rotate
        >>> check_transform(Rotate(degrees=15))
    """
    check_value(transform, room=transforms)
    tables = isinstance(transform, TableTransform)
    # As in a check: a table has no bounds, and its changes meet nothing else.
    meets = [sample.unbounded() for sample in samples() if sample.batch.whole] if tables else samples()
    accepted = [sample for sample in meets if _accepts(transform, sample)]
    require(accepted != [], f"{transform!r} refuses every kind of input: images, tables, sequences and texts")
    for sample in accepted:
        for check in (_check_input, _check_form, _check_values, _check_boxes, _check_repetition, _check_batches):
            check(transform, sample)
        if tables:
            _check_columns(transform, sample)


def _check_input(transform: Transform, sample: Sample) -> None:
    # Given writable arrays: a transform that writes shall be found, not stopped.
    x, y = np.array(sample.batch.x), np.array(sample.batch.y)
    changed = _apply(transform, sample, replace(sample.batch, x=x, y=y))
    require(_same(x, sample.batch.x), f"{transform!r} writes into its input, {sample.name}; work on a copy")
    require(np.array_equal(y, np.asarray(sample.batch.y)), f"{transform!r} writes into the labels of {sample.name}")
    if isinstance(changed, Batch) and isinstance(changed.x, np.ndarray):
        shared = np.shares_memory(changed.x, x)
        require(not shared, f"{transform!r} returns memory of its input, {sample.name}; return a copy")


def _check_form(transform: Transform, sample: Sample) -> None:
    batch, changed = sample.batch, _apply(transform, sample)
    require(isinstance(changed, Batch), f"{transform!r} returns {type(changed).__name__}; return replace(batch, x=...)")
    require(
        np.shape(changed.x) == batch.x.shape,
        f"{transform!r} changes the shape of {sample.name} from {batch.x.shape} to {np.shape(changed.x)}",
    )
    number = np.issubdtype(batch.x.dtype, np.number)
    same = changed.x.dtype == batch.x.dtype if number else _fits(changed.x.dtype, batch.x.dtype)
    require(same, f"{transform!r} changes the type of {sample.name} from {batch.x.dtype} to {changed.x.dtype}")
    require(
        changed.y is not None and len(changed.y) == len(batch.x),
        f"{transform!r} loses the labels of {sample.name}; return replace(batch, x=...)",
    )
    require(changed.bounds == batch.bounds, f"{transform!r} changes the bounds of {sample.name} to {changed.bounds}")


def _check_values(transform: Transform, sample: Sample) -> None:
    if not np.issubdtype(sample.batch.x.dtype, np.number):
        return
    x, bounds = _apply(transform, sample).x, sample.batch.bounds
    finite = np.isfinite(x)
    if isinstance(transform, TableTransform):
        # A table may miss values; they are no infinite ones.
        finite |= np.isnan(x)
    require(bool(finite.all()), f"{transform!r} makes values of {sample.name} that are not finite")
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    inside = bounds.low <= low and high <= bounds.high
    require(inside, f"{transform!r} takes {sample.name} to [{low:g}, {high:g}]; end with batch.bounds.clip(x)")


def _check_boxes(transform: Transform, sample: Sample) -> None:
    """Where a bright square is still to be seen as such, its box must be there."""
    before, changed = _labels(sample.batch), _apply(transform, sample)
    if not is_boxes(before):
        return
    after = _labels(changed)
    require(after.shape == before.shape and after.dtype == before.dtype, f"{transform!r} changes the form of the boxes")
    for row, image in enumerate(changed.x.mean(axis=-1)):
        bright = image > (image.min() + image.max()) / 2
        rows, columns = np.nonzero(bright)
        if before["class"][row, 0] == PADDING or not len(rows):
            continue
        around = [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]
        seen = as_boxes([[[*around, before["class"][row, 0]]]])
        filled = len(rows) / ((around[2] - around[0]) * (around[3] - around[1]))
        grown = len(rows) / sample.batch.x[row, :, :, 0].round().sum()
        # Covered in part, crumbled or all alight, a square says nothing. At an edge it may be the
        # mirror image of one that has left.
        edge = 0 in around[:2] or around[2] == image.shape[1] or around[3] == image.shape[0]
        if edge or filled < _FILLED or not 1 / _GROWN <= grown <= _GROWN:
            continue
        near = float(overlaps(seen, after[row : row + 1]).max())
        require(
            near >= _NEAR,
            f"{transform!r} leaves the box of a square that it moved to {around} at "
            f"{described(after[row])} {corners(after[row : row + 1])[0].tolist()}; move boxes with their images",
        )


def _labels(batch: Batch) -> NDArray[Any]:
    return np.asarray(batch.y)


def _check_repetition(transform: Transform, sample: Sample) -> None:
    first, second = _apply(transform, sample), _apply(transform, sample)
    message = "gives another result for the same seed; draw from `streams` only and keep nothing"
    same = _same(first.x, second.x) and np.array_equal(_labels(first), _labels(second))
    require(same, f"{transform!r} {message} ({sample.name})")


def _check_batches(transform: Transform, sample: Sample) -> None:
    whole = _apply(transform, sample)
    count = len(sample)
    ways: dict[str, Any] = {f"example {row} alone": np.array([row]) for row in range(count)} | {
        "its first half": slice(0, count // 2),
        "its second half": slice(count // 2, None),
        "every second example": slice(0, None, 2),
        "the opposite order": slice(None, None, -1),
        "another order": np.random.default_rng(0).permutation(count),
    }
    for way, keep in ways.items():
        part = _apply(transform, sample.rows(keep), way=way)
        message = "differ from the same examples in the whole batch; draw from `streams` and mix no examples"
        if isinstance(transform, TableTransform):
            message += "; what is true of a column stands in batch.whole"
        same = _same(part.x, whole.x[keep]) and np.array_equal(_labels(part), _labels(whole)[keep])
        require(same, f"{transform!r}: {way} of {sample.name} {message}")


def _check_columns(transform: Any, sample: Sample) -> None:  # noqa: ANN401 - a table transform, perhaps with columns
    """Check that a change leaves alone what `protect` or `columns` tell it to."""
    if not {"columns", "protect"} <= {item.name for item in fields(transform)}:
        return
    table = Table.of(sample.batch.x)
    before = table.read(sample.batch.x)
    for name in before:
        for told, alone in (
            (replace(transform, protect=(name,)), {name}),
            (replace(transform, columns=(name,), protect=()), set(before) - {name}),
        ):
            if _accepts(told, sample):
                after = table.read(_apply(told, sample).x)
                touched = [other for other in sorted(alone, key=str) if not _same(after[other], before[other])]
                require(not touched, f"{told!r} changes the column {(touched or [''])[0]!r} of {sample.name}")


def _fits(changed: np.dtype[Any], before: np.dtype[Any]) -> bool:
    """Return whether a type is that of before, but for longer words and places for missing values."""
    if before.names is None or changed.names is None:
        return changed.kind == before.kind
    wider = {"i": "if", "U": "UO"}
    return changed.names == before.names and all(
        changed[name].kind in wider.get(before[name].kind, before[name].kind) for name in before.names
    )


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays hold the same, missing values included."""
    if one.dtype.names is not None and one.dtype.names == other.dtype.names:
        return all(_same(one[name], other[name]) for name in one.dtype.names)
    if one.shape != other.shape:
        return False
    gaps = missing(one)
    return bool(np.array_equal(gaps, missing(other)) and np.array_equal(one[~gaps], other[~gaps]))


def _accepts(transform: Transform, sample: Sample) -> bool:
    try:
        _apply(transform, sample)
    except InvalidData:
        return False
    return True


def _apply(transform: Transform, sample: Sample, batch: Batch | None = None, *, way: str = "all") -> Batch:
    # Copied: what one call keeps or changes shall not reach the next.
    fresh = replace(sample.batch, x=np.array(sample.batch.x), y=np.array(sample.batch.y)) if batch is None else batch
    try:
        return transform.apply(fresh, sample.streams(_SEED))
    except InvalidData as error:
        if way == "all":
            raise
        raise AssertionError(f"{transform!r} refuses {way} of {sample.name}, and takes all: {error}") from error
    except Exception as error:
        raise AssertionError(
            f"{transform!r} raises {error!r} on {way} of {sample.name}; "
            "what it cannot change it must refuse with InvalidData"
        ) from error
