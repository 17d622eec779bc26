"""Spaces too few, too many, or in the wrong place."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["AnySpacing", "Broken", "ChangeWhitespace", "Doubled", "Joined", "Spacing"]

_BETWEEN = re.compile(r"(?<=\S)\s+(?=\S)")
_HALF = 0.5


class Spacing(ABC):
    """What goes wrong with a space."""

    @abstractmethod
    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        """Yield the edits that may be made to a text."""


@dataclass(frozen=True)
class Joined(Spacing):
    """A space between words is left out.

    Examples:
        >>> Joined()
        Joined()
    """

    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:  # noqa: ARG002 - nothing to choose
        """Yield one edit for each gap between words."""
        return (Edit(*gap.span(), "") for gap in _BETWEEN.finditer(text.value))


@dataclass(frozen=True)
class Doubled(Spacing):
    """A space between words is typed twice.

    Examples:
        >>> Doubled()
        Doubled()
    """

    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:  # noqa: ARG002 - nothing to choose
        """Yield one edit for each gap between words."""
        return (Edit(*gap.span(), 2 * gap[0]) for gap in _BETWEEN.finditer(text.value))


@dataclass(frozen=True)
class Broken(Spacing):
    """A space stands inside a word.

    Examples:
        >>> Broken()
        Broken()
    """

    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        """Yield one edit for each word of two letters or more."""
        for letters in text.letters:
            cuts = [cut for (_, cut), (start, _) in pairwise(letters) if cut == start]
            if cuts:
                start, end = letters[0][0], letters[-1][1]
                cut = pick(cuts, choice[start])
                yield Edit(start, end, f"{text.value[start:cut]} {text.value[cut:end]}")


@dataclass(frozen=True)
class AnySpacing(Spacing):
    """A space is left out, typed twice, or stands inside a word.

    Examples:
        >>> AnySpacing()
        AnySpacing()
    """

    def found(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        """Yield one edit for each gap between words, and one for each word."""
        for one in Joined().found(text, choice):
            gap = text.value[one.start : one.end]
            yield one if choice[one.start] < _HALF else Edit(one.start, one.end, 2 * gap)
        yield from Broken().found(text, choice)


@dataclass(frozen=True, kw_only=True, repr=False)
class ChangeWhitespace(Transform):
    """Leave out spaces between words, type them twice, or break words by them.

    A place is each gap between words, and each word of two letters or more, as far as `to`
    changes them.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        to: What goes wrong: `Joined()`, `Doubled()`, `Broken()` or `AnySpacing()`.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `to` is no spacing.

    Examples:
        >>> ChangeWhitespace(rate=0.1)
        ChangeWhitespace(rate=0.1)
        >>> ChangeWhitespace(edits=1, to=Joined())
        ChangeWhitespace(edits=1, to=Joined())
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    to: Spacing = AnySpacing()
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)
        if not isinstance(self.to, Spacing):
            raise InvalidArgument(f"to={self.to!r} must be Joined(), Doubled(), Broken() or AnySpacing()")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with other spaces."""
        return edited(self, batch, streams, self.to.found)
