"""Words said twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited

__all__ = ["RepeatWords"]


@dataclass(frozen=True, kw_only=True, repr=False)
class RepeatWords(Transform):
    """Write words twice, with a space between.

    A place is each word.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> RepeatWords(rate=0.1)
        RepeatWords(rate=0.1)
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with words repeated."""
        return edited(self, batch, streams, _repetitions)


def _repetitions(text: Text, _: Sequence[float]) -> Iterator[Edit]:
    value = text.value
    return (Edit(start, end, f"{value[start:end]} {value[start:end]}") for start, end in text.words)
