"""A perturbation made real on some examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import singledispatch
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats, Integers, Labels, Mask
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.model import Model
from pytest_robust.core.perturbation import Attack, Chain, Perturbation, Transform, WorstOf
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

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
        broken: Tells which of (m, ...) changed inputs of the rows `keep` are answered wrong.
    """

    model: Model
    x: NDArray[Any]
    y: Labels
    bounds: Callable[[], Bounds]
    streams: Streams
    broken: Callable[[NDArray[Any], Integers], Mask]

    def rows(self, keep: Integers) -> Trial:
        """Return the trial of some of the rows."""
        return replace(
            self,
            model=self.model.rows(keep),
            x=self.x[keep],
            y=self.y[keep],
            streams=self.streams.rows(keep),
            broken=lambda x, rows: self.broken(x, keep[rows]),
        )


@dataclass(frozen=True, kw_only=True)
class Realised:
    """Changed inputs.

    Args:
        x: (n, ...) inputs, of the type the dataset keeps them in.
        distance: (n,) norms of the changes, None where they have none.
        unusable: (n,) where an attack returned something that is no number.
    """

    x: NDArray[Any]
    distance: Floats | None = None
    unusable: Mask | None = None


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
    bounds = trial.bounds() if numeric else Bounds(0, 1)
    changed = transform.apply(Batch(x=x, y=trial.y, bounds=bounds), trial.streams.child(transform.kind))
    if changed.x.shape != trial.x.shape:
        raise InvalidArgument(f"{transform!r} made inputs of shape {changed.x.shape} of {trial.x.shape}")
    return Realised(x=_as_kept(changed.x, trial.x.dtype, np.rint))


@realise.register
def _attack(attack: Attack, trial: Trial) -> Realised:
    if not isinstance(trial.model, attack.needs):
        noise = attack.eps if isfinite(attack.eps) else 0.1
        raise InvalidModel(
            f"{type(attack).__name__} needs a model that is {attack.needs.__name__.lower()}, and this one only gives "
            "answers: give the Keras or TensorFlow model itself, or an attack without gradients such as "
            f"UniformNoise(eps={noise:g})"
        )
    x = _frozen(trial.x.astype(np.float32, copy=False))
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
        # Towards the input: rounding outwards would leave the ball. Where there is none, away
        # from it: a nearest change lies just beyond the boundary, and must not fall back.
        change = inside - x
        whole = np.copysign(np.ceil(np.abs(change)), change) if attack.eps == inf else np.trunc(change)
        inside = threat.bounds.clip(x + whole)
    kept = _as_kept(inside, trial.x.dtype, np.rint)
    return Realised(x=kept, distance=threat.distance(kept, x), unusable=unusable)


@realise.register
def _chain(chain: Chain, trial: Trial) -> Realised:
    step = Realised(x=trial.x)
    unusable: Mask = np.zeros(len(trial.x), dtype=bool)
    for turn, part in enumerate(chain.parts):
        step = realise(part, replace(trial, x=_frozen(step.x), streams=trial.streams.child("part", turn)))
        if step.unusable is not None:
            unusable = np.logical_or(unusable, step.unusable)
    return replace(step, unusable=unusable)


@realise.register
def _worst_of(choice: WorstOf, trial: Trial) -> Realised:
    worst = np.array(trial.x)
    unusable = np.zeros(len(trial.x), dtype=bool)
    standing = np.arange(len(trial.x))
    for turn, part in enumerate(choice.parts):
        rows = trial.rows(standing)
        step = realise(part, replace(rows, streams=rows.streams.child("part", turn)))
        worst[standing] = step.x
        unusable[standing] |= False if step.unusable is None else step.unusable
        standing = standing[~trial.broken(step.x, standing)]
        if not len(standing):
            break
    return Realised(x=worst, unusable=unusable)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def _as_kept(x: NDArray[Any], dtype: np.dtype[Any], rounding: Callable[[Any], Any]) -> NDArray[Any]:
    if np.issubdtype(dtype, np.integer):
        info = np.iinfo(dtype)
        return np.clip(rounding(x), info.min, info.max).astype(dtype)
    return x.astype(dtype, copy=False) if np.issubdtype(dtype, np.floating) else x
