"""What each example came to, as text: a bit an example where it is right or wrong."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidData

__all__ = ["FINEST", "Scores"]

# The finest step of a share: 0.0000153, so that a mean of shares is good to five digits.
_LEVELS = 2**16 - 1
FINEST = 1 / _LEVELS
"""Scores that differ by no more may be the same."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The scores of examples in the order of the dataset.

    Args:
        bits: 1 where each score is 0 or 1; 16 for shares, in steps of 1/65535; 64 where these stay exact.
        n: Examples.
        text: base64 of n * bits bits, the first example first, the highest bit first.
    """

    bits: int
    n: int
    text: str

    @classmethod
    def of(cls, scores: Floats) -> Scores:
        """Return scores as text.

        Args:
            scores: (n,) from 0 to 1.

        Examples:
            >>> import numpy as np
            >>> Scores.of(np.array([1.0, 0.0, 1.0])).text
            'oA=='
            >>> Scores.of(np.array([0.5])).array().round(4)
            array([0.5])
        """
        binary = bool(((scores == 0) | (scores == 1)).all())
        packed = np.packbits(scores > 0) if binary else np.rint(scores * _LEVELS).astype(">u2")
        return cls(bits=1 if binary else 16, n=len(scores), text=b64encode(packed.tobytes()).decode())

    @classmethod
    def exact(cls, scores: Floats) -> Scores:
        """Return scores as text, shares with all their digits: eight bytes each.

        Args:
            scores: (n,) from 0 to 1.
        """
        made = cls.of(scores)
        if made.bits == 1:
            return made
        return cls(bits=64, n=len(scores), text=b64encode(scores.astype(">f8").tobytes()).decode())

    def array(self) -> Floats:
        """Return the (n,) scores.

        Raises:
            InvalidData: The text does not hold as many examples as it says.
        """
        try:
            raw = b64decode(self.text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidData(f"scores of {self.n} examples are no base64: {error}") from None
        if self.bits not in {1, 16, 64} or len(raw) != -(-self.n * self.bits // 8):
            raise InvalidData(
                f"scores of {self.n} examples, {self.bits} bits each, stand in {len(raw)} bytes: they do not fit"
            )
        if self.bits == 1:
            return np.unpackbits(np.frombuffer(raw, np.uint8), count=self.n).astype(np.float64)
        if self.bits == 64:  # noqa: PLR2004 - as it stands above
            return np.frombuffer(raw, ">f8").astype(np.float64)
        return np.frombuffer(raw, ">u2").astype(np.float64) / _LEVELS
