"""What transforms of token ids do alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Integers, Mask, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.perturbation import Perturbation
from pytest_robust.transforms.sequence._sequences import sequences_of

__all__ = ["LARGEST_ID", "check_id", "check_protect", "ids_between", "ordinary", "tokens_of"]

LARGEST_ID = 2**24
"""Up to here a float32, in which inputs travel, holds every whole number."""


def tokens_of(owner: Perturbation, batch: Batch) -> NDArray[np.float32]:
    """Return the inputs as (n, steps) whole float32 numbers: read it, do not write to it.

    Raises:
        InvalidData: They are not token ids.
    """
    x = sequences_of(owner, batch)
    if batch.x.ndim != x.ndim - 1:
        raise InvalidData(
            f"{owner!r} changes token ids of shape (n, steps), and the inputs have shape {batch.x.shape}; "
            "give the ids themselves, not their embeddings or one-hot rows"
        )
    ids = x[..., 0]
    for part in blocks(len(ids), ids.shape[1:]):
        broken = np.flatnonzero((np.rint(ids[part]) != ids[part]).any(axis=1))
        if len(broken):
            row = ids[part.start + broken[0]]
            value = row[np.rint(row) != row][0]
            raise InvalidData(
                f"{owner!r} changes token ids, which are whole numbers, and the inputs hold {value:g}; "
                "readings are changed by DropSteps, SensorDrift, SensorSpikes and others"
            )
    return ids


def ordinary(ids: NDArray[np.float32], special: tuple[int, ...]) -> Mask:
    """Return which of the ids are none of the special ones."""
    found: Mask = np.ones(ids.shape, dtype=bool)
    # One after the other: they are few, and a comparison needs no memory.
    for one in special:
        found &= ids != np.float32(one)
    return found


def _is_id(value: object) -> bool:
    """Return whether a value can stand for a token."""
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST_ID <= value <= LARGEST_ID


def check_id(name: str, value: object) -> None:
    """Refuse what is no token id.

    Raises:
        InvalidArgument: It is no integer, or too large to be told from its neighbours in float32.
    """
    if not _is_id(value):
        raise InvalidArgument(f"{name}={value!r} must be a token's id, an integer of at most {LARGEST_ID}")


def check_protect(protect: object) -> None:
    """Refuse what is not some token ids.

    Raises:
        InvalidArgument: It is no tuple of ids.
    """
    if not isinstance(protect, tuple) or not all(map(_is_id, protect)):
        raise InvalidArgument(f"protect={protect!r} must be a tuple of token ids, such as (101, 102)")


def ids_between(low: int, high: int, special: tuple[int, ...]) -> Integers:
    """Return the ids from `low` to `high` that are none of the special ones, sorted."""
    return np.setdiff1d(np.arange(low, high + 1), np.array(special, dtype=np.int64))
