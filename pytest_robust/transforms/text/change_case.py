"""Capitals for small letters, and small letters for capitals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited

__all__ = ["Case", "ChangeCase", "Lower", "OtherCase", "Upper"]


class Case(ABC):
    """How a letter is written."""

    @abstractmethod
    def written(self, letter: str) -> str:
        """Return the letter so."""


@dataclass(frozen=True)
class OtherCase(Case):
    """Capitals become small letters, small letters capitals.

    Examples:
        >>> OtherCase().written("a"), OtherCase().written("B")
        ('A', 'b')
    """

    def written(self, letter: str) -> str:
        """Return the letter in its other case."""
        return letter.swapcase()


@dataclass(frozen=True)
class Upper(Case):
    """Capitals.

    Examples:
        >>> Upper().written("a"), Upper().written("B")
        ('A', 'B')
    """

    def written(self, letter: str) -> str:
        """Return the capital."""
        return letter.upper()


@dataclass(frozen=True)
class Lower(Case):
    """Small letters.

    Examples:
        >>> Lower().written("a"), Lower().written("B")
        ('a', 'b')
    """

    def written(self, letter: str) -> str:
        """Return the small letter."""
        return letter.lower()


@dataclass(frozen=True, kw_only=True, repr=False)
class ChangeCase(Transform):
    """Write letters in another case; with `ChangeCase(rate=1, to=Upper())` all as capitals.

    A place is each letter that is written otherwise in that case.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        to: How they are written: `OtherCase()`, `Upper()` or `Lower()`.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `to` is no case.

    Examples:
        >>> ChangeCase(rate=0.1)
        ChangeCase(rate=0.1)
        >>> ChangeCase(rate=1, to=Upper())
        ChangeCase(rate=1, to=Upper())
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    to: Case = OtherCase()
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)
        if not isinstance(self.to, Case):
            raise InvalidArgument(f"to={self.to!r} must be OtherCase(), Upper() or Lower()")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts in another case."""
        return edited(self, batch, streams, self._changes)

    def _changes(self, text: Text, _: Sequence[float]) -> Iterator[Edit]:
        for start, end in text.clusters:
            letter = text.value[start:end]
            written = self.to.written(letter)
            if written != letter:
                yield Edit(start, end, written)
