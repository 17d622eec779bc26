"""A perturbation made real on some examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import singledispatch
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats, Integers, Labels, Mask
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.constrained import Constrained, holds
from pytest_robust.core.detections import is_boxes
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.model import Model, name_of
from pytest_robust.core.perturbation import (
    Attack,
    Chain,
    Ensemble,
    Perturbation,
    Search,
    TableTransform,
    Transform,
    WorstOf,
)
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Table
from pytest_robust.core.threat import ThreatModel
from pytest_robust.core.within import Within
from pytest_robust.core.word_search import WordSearch, changes, check_chosen
from pytest_robust.core.wording import texts_like, texts_of
from pytest_robust.core.wrapped import Wrapped, check_able
from pytest_robust.evaluation.remembered import remembered

__all__ = ["Realised", "Trial", "realise"]


# A nearest change ends right at the boundary, where the rounding of another batch falls on
# either side of it; a ten-thousandth longer, it stays beyond.
_BEYOND = np.float32(1 + 1e-4)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Some examples, and everything a perturbation of them may need.

    Args:
        model: Answers for one input of the rows.
        x: (n, ...) inputs as the dataset keeps them, read-only.
        y: (n,) what should be answered.
        bounds: Gives the values the input can take; asked only by those who need them.
        streams: The rows' random numbers.
        table: Gives all rows of the table that the inputs are some of; asked only by those who need them.
        broken: Tells which of (m, ...) changed inputs of the rows `keep` are answered wrong, given
            the labels that moved with them, None where these stay.
    """

    model: Model
    x: NDArray[Any]
    y: Labels
    bounds: Callable[[], Bounds]
    streams: Streams
    broken: Callable[[NDArray[Any], Labels | None, Integers], Mask]
    table: Callable[[], Table]

    def rows(self, keep: Integers) -> Trial:
        """Return the trial of some of the rows."""
        return replace(
            self,
            model=self.model.rows(keep),
            x=self.x[keep],
            y=self.y[keep],
            streams=self.streams.rows(keep),
            broken=lambda x, y, rows: self.broken(x, y, keep[rows]),
        )


@dataclass(frozen=True, kw_only=True)
class Realised:
    """Changed inputs.

    Args:
        x: (n, ...) inputs, of the type the dataset keeps them in.
        y: (n, ...) labels that moved with them, None where these stay.
        distance: (n,) norms of the changes, None where they have none.
        unusable: (n,) where an attack returned something that is no number.
        broken_by: (n,) which member of an ensemble broke the example, -1 for none; None where
            there is no ensemble.
        offered: (n,) where a search had something to try, None where that is not known.
    """

    x: NDArray[Any]
    y: Labels | None = None
    distance: Floats | None = None
    unusable: Mask | None = None
    broken_by: Integers | None = None
    offered: Mask | None = None


@singledispatch
def realise(perturbation: Perturbation, trial: Trial) -> Realised:  # noqa: ARG001 - the others'
    """Return the changed inputs of a trial, of the dataset's own type.

    Raises:
        InvalidArgument: It is no perturbation, or its budget does not fit the inputs.
        InvalidModel: The model cannot do what an attack needs.
    """
    raise InvalidArgument(
        f"{perturbation!r} is neither an Attack nor a Transform: make its class a subclass of one of them"
    )


@realise.register
def _transform(transform: Transform, trial: Trial) -> Realised:
    numeric = np.issubdtype(trial.x.dtype, np.number)
    x = _frozen(trial.x.astype(np.float32, copy=False)) if numeric else trial.x
    streams = trial.streams.child(transform.kind)
    batch = Batch(x=x, y=trial.y, bounds=_bounds(transform, trial, x, streams) if numeric else Bounds(0, 1))
    changed = transform.apply(batch, streams)
    if changed.x.shape != trial.x.shape:
        raise InvalidArgument(f"{transform!r} made inputs of shape {changed.x.shape} of {trial.x.shape}")
    return Realised(x=_as_kept(changed.x, trial.x.dtype, np.rint), y=_moved(transform, changed.y, trial.y))


def _bounds(transform: Transform, trial: Trial, x: NDArray[Any], streams: Streams) -> Bounds:
    """Return the values that the inputs can take.

    Raises:
        InvalidData: The transform does not change such inputs, or their range is in doubt.
    """
    try:
        return trial.bounds()
    except InvalidData as error:
        doubt = error
    # Whether it changes such inputs at all comes before what their range is.
    transform.apply(Batch(x=x, y=trial.y, bounds=UNBOUNDED), streams)
    raise doubt


def _moved(transform: Transform, y: Labels | None, before: Labels) -> Labels | None:
    """Return the labels that a transform changed, None where it left them.

    Raises:
        InvalidArgument: They are of another form.
    """
    if y is None or y is before:
        return None
    y = np.asarray(y)
    if y.shape != before.shape or y.dtype != before.dtype:
        raise InvalidArgument(
            f"{transform!r} made labels {y.dtype} of shape {y.shape} of {before.dtype} of shape {before.shape}: "
            "each example keeps its label, or gets another of the same form; a box that is not seen gets the class -1"
        )
    return None if np.array_equal(y, before) else y


@realise.register
def _table_transform(transform: TableTransform, trial: Trial) -> Realised:
    # In the table's own types, and without bounds: a column's values have a range of their own.
    batch = Batch(x=trial.x, y=trial.y, bounds=UNBOUNDED, whole=trial.table())
    changed = transform.apply(batch, trial.streams.child(transform.kind))
    if changed.x.shape != trial.x.shape:
        raise InvalidArgument(f"{transform!r} made rows of shape {changed.x.shape} of {trial.x.shape}")
    return Realised(x=changed.x, y=_moved(transform, changed.y, trial.y))


@realise.register
def _constrained(constrained: Constrained, trial: Trial) -> Realised:
    table, wanted = trial.table(), np.arange(len(trial.x))
    before = table.read(trial.x)
    owed = {one: holds(one, before, len(wanted)) for one in constrained.constraints}
    kept, moved = np.array(trial.x), np.array(trial.y)
    for attempt in range(constrained.attempts):
        # A row draws from a child of its own streams, whichever rows are drawn again beside it.
        rows = trial.rows(wanted)
        step = realise(constrained.change, replace(rows, streams=rows.streams.child("attempt", attempt)))
        after = table.read(step.x)
        broken = {one: owed[one][wanted] & ~holds(one, after, len(wanted)) for one in owed}
        again = np.any(list(broken.values()), axis=0)
        # A column's type may have become wider, to hold longer words or missing values.
        kept = kept.astype(np.promote_types(kept.dtype, step.x.dtype), copy=False)
        kept[wanted[~again]] = step.x[~again]
        moved[wanted[~again]] = (rows.y if step.y is None else step.y)[~again]
        if not again.any():
            return Realised(x=kept, y=None if np.array_equal(moved, trial.y) else moved)
        wanted = wanted[again]
    culprits = ", ".join(name_of(one) for one in broken if broken[one].any())
    places = trial.streams.index[wanted]
    few = ", ".join(map(str, places[:5])) + (", ..." if len(places) > 5 else "")  # noqa: PLR2004 - as many as are read
    raise InvalidData(
        f"{constrained!r}: {len(places)} rows ({few}) do not keep to {culprits} in any of "
        f"{constrained.attempts} attempts; make the change milder, protect= a column of the constraint, "
        "or give more attempts="
    )


@realise.register
def _attack(attack: Attack, trial: Trial) -> Realised:
    _check_classes(attack, trial)
    check_able(trial.model, attack)
    x = _numbers(attack, trial)
    threat = ThreatModel(norm=attack.norm, eps=attack.eps, bounds=trial.bounds())
    threat.check_reach(x.shape[1:])
    found = attack.perturb(trial.model, x, trial.y, threat, trial.streams.child(attack.kind))
    if np.shape(found) != x.shape:
        raise InvalidArgument(f"{type(attack).__name__} returned shape {np.shape(found)} for inputs of shape {x.shape}")
    # The attack's word counts for nothing: what is no number goes back to the clean input,
    # the rest into the ball, and the distance is measured here.
    unusable: Mask = np.logical_not(np.isfinite(found.reshape(len(found), -1)).all(axis=1))
    if unusable.any():
        found = np.where(unusable.reshape(-1, *[1] * (x.ndim - 1)), x, found)
    if attack.eps == inf:
        found = x + (found - x) * _BEYOND
    inside = threat.project(found.astype(np.float32, copy=False), x)
    if np.issubdtype(trial.x.dtype, np.integer):
        inside = _whole(inside, x, threat)
    kept = _as_kept(inside, trial.x.dtype, np.rint)
    return Realised(x=kept, distance=threat.distance(kept, x), unusable=unusable)


@realise.register
def _within(within: Within, trial: Trial) -> Realised:
    x = _frozen(trial.x.astype(np.float32, copy=False))
    threat = ThreatModel(norm=within.norm, eps=within.eps, bounds=trial.bounds())
    threat.check_reach(x.shape[1:])
    # Labels that moved with the inputs do not: what is back in the ball looks as it did.
    changed = realise(within.change, trial).x.astype(np.float32, copy=False)
    inside = threat.project(changed, x)
    if np.issubdtype(trial.x.dtype, np.integer):
        inside = _whole(inside, x, threat)
    kept = _as_kept(inside, trial.x.dtype, np.rint)
    return Realised(x=kept, distance=threat.distance(kept, x))


@realise.register
def _chain(chain: Chain, trial: Trial) -> Realised:
    step = Realised(x=trial.x)
    unusable: Mask = np.zeros(len(trial.x), dtype=bool)
    for turn, part in enumerate(chain.parts):
        y = step.y
        moved = trial if y is None else replace(trial, y=y, broken=_broken_by(trial, y))
        step = realise(part, replace(moved, x=_frozen(step.x), streams=trial.streams.child("part", turn)))
        step = step if step.y is not None else replace(step, y=y)
        if step.unusable is not None:
            unusable = np.logical_or(unusable, step.unusable)
    return replace(step, unusable=unusable)


def _broken_by(trial: Trial, moved: Labels) -> Callable[[NDArray[Any], Labels | None, Integers], Mask]:
    """Return what tells broken rows by labels that an earlier change moved, where a later one leaves them."""
    return lambda x, y, rows: trial.broken(x, moved[rows] if y is None else y, rows)


@realise.register
def _search(search: Search, trial: Trial) -> Realised:
    _check_classes(search, trial)
    check_able(trial.model, search)
    x = _numbers(search, trial)
    limits = np.asarray(search.limits, dtype=np.float64)
    found = search.find(trial.model, x, trial.y, trial.streams.child(search.kind))
    if np.shape(found) != (len(x), len(limits)):
        raise InvalidArgument(
            f"{type(search).__name__} found numbers of shape {np.shape(found)}: "
            f"there are {len(x)} examples, with {len(limits)} numbers each"
        )
    # As with an attack: what is no number changes nothing, the rest goes into the box.
    unusable: Mask = np.logical_not(np.isfinite(found).all(axis=1))
    numbers = np.clip(np.where(unusable[:, None], 0.0, found), -limits, limits)
    changed = trial.bounds().clip(search.render(x, numbers))
    return Realised(x=_as_kept(changed, trial.x.dtype, np.rint), unusable=unusable)


@realise.register
def _word_search(search: WordSearch, trial: Trial) -> Realised:
    check_able(trial.model, search)
    # The texts of the batch as they stand: what is written into them is the engine's doing.
    texts = texts_of(search, Batch(x=trial.x, y=trial.y, bounds=UNBOUNDED))
    slots = tuple(search.rules.slots(text) for text in texts)
    found = search.find(trial.model, slots, trial.y, trial.streams.child(search.kind))
    if len(found) != len(slots):
        raise InvalidArgument(f"{type(search).__name__} found words for {len(found)} texts of {len(slots)}")
    for slot, chosen in zip(slots, found, strict=True):
        check_chosen(type(search).__name__, slot, chosen)
    written = [slot.written(chosen) for slot, chosen in zip(slots, found, strict=True)]
    changed = np.array([changes(chosen) for chosen in found], dtype=np.float64)
    offered = np.array([bool(slot.most and slot.places) for slot in slots])
    return Realised(x=texts_like(trial.x, written), distance=changed, offered=offered)


@realise.register
def _worst_of(choice: WorstOf, trial: Trial) -> Realised:
    return _in_turn(choice.parts, trial)


@realise.register
def _ensemble(ensemble: Ensemble, trial: Trial) -> Realised:
    return _in_turn(ensemble.parts, trial)


def _in_turn(parts: tuple[Perturbation, ...], trial: Trial) -> Realised:
    """Return what the first part that breaks an example makes of it, else the last."""
    worst, moved = np.array(trial.x), np.array(trial.y)
    unusable = np.zeros(len(trial.x), dtype=bool)
    distance: Floats = np.full(len(trial.x), np.nan)
    broken_by: Integers = np.full(len(trial.x), -1)
    standing = np.arange(len(trial.x))
    # Several budgets of one attack begin at the same gradient.
    shared = replace(trial, model=remembered(trial.model, trial.x)) if len(parts) > 1 else trial
    for turn, part in enumerate(parts):
        # But a mean over draws of a random model needs a gradient at each draw.
        rows = (trial if isinstance(part, Wrapped) else shared).rows(standing)
        step = realise(part, replace(rows, streams=rows.streams.child("part", turn)))
        # Texts may have become longer than those before: NumPy would cut them.
        worst = worst.astype(np.promote_types(worst.dtype, step.x.dtype), copy=False)
        worst[standing] = step.x
        moved[standing] = trial.y[standing] if step.y is None else step.y
        unusable[standing] |= False if step.unusable is None else step.unusable
        distance[standing] = np.nan if step.distance is None else step.distance
        broken = trial.broken(step.x, step.y, standing)
        broken_by[standing[broken]] = turn
        standing = standing[~broken]
        if not len(standing):
            break
    measured = all(isinstance(part, Attack) for part in parts)
    return Realised(
        x=worst,
        y=None if np.array_equal(moved, trial.y) else moved,
        unusable=unusable,
        distance=distance if measured else None,
        broken_by=broken_by,
    )


def _check_classes(perturbation: Attack | Search, trial: Trial) -> None:
    """Refuse to attack a detector.

    Raises:
        InvalidArgument: What is right are boxes.
    """
    if is_boxes(np.asarray(trial.y)):
        raise InvalidArgument(
            f"{perturbation!r} looks for another class, and what is right here are boxes: "
            "test a detector under transforms, such as Fog(severity=3) or Rotate(degrees=5)"
        )


def _whole(point: Floats, x: Floats, threat: ThreatModel) -> Floats:
    """Return points of whole numbers within the budget, as far from the input as it allows.

    A nearest change lies just beyond the boundary, and rounded towards the input it falls back.
    Rounded away from it, one that uses its budget up would leave the ball.
    """
    change = point - x
    away = threat.bounds.clip(x + np.copysign(np.ceil(np.abs(change)), change))
    if threat.eps == inf:
        return away
    # Back into the ball entry by entry, where the norm allows that; else all towards the input.
    rounded = threat.bounds.clip(x + np.trunc(change))
    for candidate in (x + np.trunc(threat.project(away, x) - x), away):
        inside = threat.allows(candidate, x)
        # By a norm of the largest entry the others may still go further: as far counts too.
        as_far = inside & (threat.distance(candidate, x) >= threat.distance(rounded, x))
        rounded = np.where(as_far.reshape(-1, *[1] * (x.ndim - 1)), candidate, rounded)
    return rounded


def _numbers(change: Perturbation, trial: Trial) -> NDArray[np.float32]:
    """Return the inputs as an attack searches among them."""
    x = _frozen(trial.x.astype(np.float32, copy=False))
    if np.isnan(x).any():
        raise InvalidData(
            f"{change!r}: values are missing among the inputs, and what is not there has no neighbourhood to search; "
            "fill them before the check"
        )
    return x


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def _as_kept(x: NDArray[Any], dtype: np.dtype[Any], rounding: Callable[[Any], Any]) -> NDArray[Any]:
    if np.issubdtype(dtype, np.integer):
        info = np.iinfo(dtype)
        return np.clip(rounding(x), info.min, info.max).astype(dtype)
    return x.astype(dtype, copy=False) if np.issubdtype(dtype, np.floating) else x
