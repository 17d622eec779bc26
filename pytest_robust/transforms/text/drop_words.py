"""Words left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.core.wording import texts_of, with_texts
from pytest_robust.transforms.text._edits import Edit, check_edits, edited

__all__ = ["DropWords"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DropWords(Transform):
    """Leave out words, each with the space before it; punctuation stays.

    A place is each word. One word stays in any case, so that no text is emptied.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> DropWords(rate=0.1)
        DropWords(rate=0.1)

    References:
        Wei and Zou, "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text
        Classification Tasks", EMNLP 2019, arXiv:1901.11196.
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with words left out."""
        made = edited(self, batch, streams, _drops, spared=1)
        # A first word leaves the space behind it.
        pairs = zip(texts_of(self, batch), texts_of(self, made), strict=True)
        return with_texts(batch, [after if before[:1].isspace() else after.lstrip() for before, after in pairs])


def _drops(text: Text, _: Sequence[float]) -> Iterator[Edit]:
    value = text.value
    for start, end in text.words:
        before = start
        while before and value[before - 1].isspace():
            before -= 1
        yield Edit(before, end, "")
