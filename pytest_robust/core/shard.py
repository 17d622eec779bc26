"""Some of the examples, so that several machines can share a check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_robust.core.errors import InvalidArgument

if TYPE_CHECKING:
    from pytest_robust.core.arrays import Integers, Mask

__all__ = ["Shard"]


@dataclass(frozen=True, kw_only=True)
class Shard:
    """Every count-th example of the data, by position: whatever the seed, shards share none and together hold all.

    Args:
        index: Which one, 1 to `count`.
        count: How many there are, at least 1.

    Raises:
        InvalidArgument: A value is outside its range.

    Examples:
        >>> import numpy as np
        >>> Shard.of("2/3").holds(np.array([0, 1, 2, 3, 4]))
        array([False,  True, False, False,  True])
    """

    index: int
    count: int

    def __post_init__(self) -> None:
        """Validate."""
        if not 1 <= self.index <= self.count:
            raise InvalidArgument(f"shard {self}: write I/K with I from 1 to K, for instance 2/4")

    @classmethod
    def of(cls, text: str) -> Shard:
        """Return the shard that I/K names.

        Raises:
            InvalidArgument: The text is none.
        """
        found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
        if found is None:
            raise InvalidArgument(f"shard {text!r}: write I/K with I from 1 to K, for instance 2/4")
        return cls(index=int(found[1]), count=int(found[2]))

    def holds(self, positions: Integers) -> Mask:
        """Return (n,) whether each position belongs to it.

        Args:
            positions: (n,) positions in the dataset, from 0.
        """
        return positions % self.count == self.index - 1

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.index}/{self.count}"
