"""Other names of people and places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.lexicon import WordLists
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Span, Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick
from pytest_robust.transforms.text._words import NAMES

__all__ = ["ExchangeNames"]

_EXAMPLE = "{'person': ('Anna', 'John'), 'city': ('Rome', 'New York')}"


@dataclass(frozen=True, kw_only=True, repr=False)
class ExchangeNames(Transform):
    """Put another name of the same group in place of a name, all through the text.

    A place is each different name in a text. All its occurrences change alike, to a name that
    the text does not hold, and two names never become the same where the group is large enough.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        names: Groups of names that may stand for each other, as they are written; left out,
            small ones of women, men, cities and countries in English.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `names` are no groups.

    Examples:
        >>> ExchangeNames(rate=1)
        ExchangeNames(rate=1)
        >>> ExchangeNames(edits=1, names={"city": ("Rome", "New York")})
        ExchangeNames(edits=1, names={'city': ('Rome', 'New York')})

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    names: Mapping[str, tuple[str, ...]] | None = None
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate; the groups are copied."""
        check_edits(self)
        if self.names is not None:
            object.__setattr__(self, "names", WordLists(self.names, name="names", example=_EXAMPLE))
            for group, names in self.names.items():
                if len(set(names)) < 2:  # noqa: PLR2004 - one has no other
                    raise InvalidArgument(f"names[{group!r}]={names!r} must hold at least two different names")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with other names."""
        groups = tuple((NAMES if self.names is None else self.names).values())

        def exchanges(text: Text, choice: Sequence[float]) -> Iterator[Edit]:
            for group in groups:
                yield from _of_group(text, group, choice)

        return edited(self, batch, streams, exchanges)


def _of_group(text: Text, group: tuple[str, ...], choice: Sequence[float]) -> Iterator[Edit]:
    places: dict[str, list[Span]] = {}
    for found in _any_of(group).finditer(text.value):
        places.setdefault(found[0], []).append(found.span())
    free = [name for name in group if name not in places] or [*group]
    # One draw for the whole group, and a step further for each name: so no two become the same.
    turn = pick(range(len(free)), choice[next(iter(places.values()))[0][0]]) if places else 0
    for step, (name, spans) in enumerate(places.items()):
        other = free[(turn + step) % len(free)]
        if other != name:
            (start, end), *rest = spans
            yield Edit(start, end, other, along=tuple(Edit(*span, other) for span in rest))


@cache
def _any_of(group: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches a name of a group, the longest first: New York before York."""
    names = "|".join(re.escape(name) for name in sorted(group, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)")
