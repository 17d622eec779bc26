"""The one layout that transforms of sequences compute in."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Integers
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.parameters import Amount, draw_share
from pytest_robust.core.perturbation import Perturbation
from pytest_robust.core.streams import Streams

__all__ = ["check_inside", "check_number", "drawn", "sequences_of", "take_steps", "with_sequences"]

_SERIES_RANK = 2
_FEATURES_RANK = 3
# With one step there is no time for anything to change in.
_FEWEST_STEPS = 2


def sequences_of(owner: Perturbation, batch: Batch) -> NDArray[np.float32]:
    """Return the inputs as (n, steps, features) float32 sequences.

    A view where they are float32 already: read it, do not write to it.

    Args:
        owner: Who asks, for the message.
        batch: (n, steps) or (n, steps, features) numbers.

    Raises:
        InvalidData: The inputs are not sequences; the message tells their shape and what to do.
    """
    shape, dtype = batch.x.shape, batch.x.dtype
    wanted = f"{owner!r} changes sequences of shape (n, steps) or (n, steps, features)"
    if not (np.issubdtype(dtype, np.integer) or np.issubdtype(dtype, np.floating)):
        raise InvalidData(
            f"{wanted}, and the inputs are {dtype}; give the numbers that the model reads, token ids or readings"
        )
    if len(shape) not in {_SERIES_RANK, _FEATURES_RANK}:
        remedy = (
            "give one row of steps for each example"
            if len(shape) < _SERIES_RANK
            else "for a sequence of images make each a row of features with x.reshape(*x.shape[:2], -1)"
        )
        raise InvalidData(f"{wanted}, and the inputs have shape {shape}; {remedy}")
    if shape[1] < _FEWEST_STEPS or 0 in shape[2:]:
        raise InvalidData(
            f"{wanted}, and the inputs have shape {shape}: a sequence has at least {_FEWEST_STEPS} steps "
            "and a feature; time comes second, move it with np.moveaxis(x, axis, 1)"
        )
    x = np.asarray(batch.x, dtype=np.float32)
    return x if len(shape) == _FEATURES_RANK else x[..., None]


def with_sequences(batch: Batch, changed: NDArray[np.float32]) -> Batch:
    """Return the batch with new inputs, clipped to the bounds and in its own shape.

    Args:
        batch: Where the sequences came from.
        changed: (n, steps, features) float32, the caller's own: they are overwritten.
    """
    if batch.bounds.low > -np.inf or batch.bounds.high < np.inf:
        np.clip(changed, np.float32(batch.bounds.low), np.float32(batch.bounds.high), out=changed)
    return replace(batch, x=changed.reshape(batch.x.shape))


def take_steps(x: NDArray[np.float32], source: Integers) -> NDArray[np.float32]:
    """Return (n, steps, features) sequences whose step t is the step `source[:, t]` of `x`.

    Args:
        x: (n, any number of steps, features) sequences.
        source: (n, steps) places in them.
    """
    taken: NDArray[np.float32] = x[np.arange(len(x))[:, None], source]
    return taken


def drawn(name: str, amount: Amount, streams: Streams) -> NDArray[np.float32]:
    """Return (n, 1) float32 amounts, one an example; a plain number is the amount itself."""
    return draw_share(name, amount, streams)[:, None].astype(np.float32, copy=False)


def check_number(name: str, value: object) -> None:
    """Refuse what is not a finite number.

    Raises:
        InvalidArgument: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise InvalidArgument(f"{name}={value!r} must be a finite number, in the inputs' own unit")


def check_inside(owner: Perturbation, batch: Batch, **values: float | None) -> None:
    """Refuse to write a value that the bounds would turn into another.

    Args:
        owner: Who writes it, for the message.
        batch: The inputs.
        values: What is written, by the parameter's name; None for nothing.

    Raises:
        InvalidData: One lies outside the bounds.
    """
    low, high = batch.bounds.low, batch.bounds.high
    for name, value in values.items():
        if value is not None and not low <= value <= high:
            raise InvalidData(
                f"{owner!r} writes {name}={value!r}, and the inputs lie in [{low:g}, {high:g}]; "
                f"give a {name} inside, or bounds=(lowest, highest) that hold it"
            )
