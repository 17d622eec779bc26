"""Which examples belong together, as text."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Integers
from pytest_robust.core.errors import InvalidData

__all__ = ["Groups"]

_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The groups of examples, by number, in the order of the dataset.

    Args:
        n: Examples.
        text: base64 of n numbers of 32 bits, the highest byte first.
    """

    n: int
    text: str

    @classmethod
    def of(cls, groups: Integers) -> Groups:
        """Return groups as text.

        Args:
            groups: (n,) the group of each example; the numbers themselves mean nothing.

        Examples:
            >>> import numpy as np
            >>> Groups.of(np.array([7, 7, 9])).array().tolist()
            [0, 0, 1]
        """
        _, which = np.unique(groups, return_inverse=True)
        return cls(n=len(groups), text=b64encode(which.astype(">u4").tobytes()).decode())

    def array(self) -> Integers:
        """Return the (n,) groups, numbered from 0.

        Raises:
            InvalidData: The text does not hold as many examples as it says.
        """
        try:
            raw = b64decode(self.text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidData(f"groups of {self.n} examples are no base64: {error}") from None
        if len(raw) != self.n * _BYTES:
            raise InvalidData(f"groups of {self.n} examples stand in {len(raw)} bytes: they do not fit")
        return np.frombuffer(raw, ">u4").astype(np.int64)
