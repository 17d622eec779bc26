"""Other numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import decimal

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["ExchangeNumbers"]

# Digits of every script that counts by ten.
_NUMBER = re.compile(r"\d+")
_BASE = 10


@dataclass(frozen=True, kw_only=True, repr=False)
class ExchangeNumbers(Transform):
    """Put other numbers in place of those of a text, of as many digits.

    A place is each run of digits, of any script. Zeros in front stay; the digit after them
    becomes another one, those behind it any: 7 becomes 2, 2019 becomes 8640, 007 becomes 003.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> ExchangeNumbers(rate=1)
        ExchangeNumbers(rate=1)
        >>> ExchangeNumbers(edits=1, protect=("911",))
        ExchangeNumbers(edits=1, protect=('911',))

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with other numbers."""
        return edited(self, batch, streams, _others)


def _others(text: Text, choice: Sequence[float]) -> Iterator[Edit]:
    for found in _NUMBER.finditer(text.value):
        start, end = found.span()
        number = text.value[start:end]
        # Leading zeros stay, but where there is nothing else.
        zeros = next((place for place, digit in enumerate(number) if decimal(digit)), 0)
        made = list(number)
        for place in range(zeros, len(number)):
            was = decimal(number[place])
            first = place == zeros
            lowest = 1 if first and len(number) > 1 else 0
            digits = [digit for digit in range(lowest, _BASE) if not first or digit != was]
            # In the script of the digit itself.
            made[place] = chr(ord(number[place]) - was + pick(digits, choice[start + place]))
        yield Edit(start, end, "".join(made))
