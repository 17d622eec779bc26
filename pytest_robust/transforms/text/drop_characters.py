"""Letters left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited

__all__ = ["DropCharacters"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DropCharacters(Transform):
    """Leave out letters and digits of words.

    A place is each of them but the first of a word, so that no word is lost: leaving out words
    is `DropWords`.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> DropCharacters(rate=0.05)
        DropCharacters(rate=0.05)

    References:
        Pruthi et al., "Combating Adversarial Misspellings with Robust Word Recognition",
        ACL 2019, arXiv:1905.11268.
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with letters left out."""
        return edited(self, batch, streams, _drops)


def _drops(text: Text, _: Sequence[float]) -> Iterator[Edit]:
    return (Edit(start, end, "") for letters in text.letters for start, end in letters[1:])
