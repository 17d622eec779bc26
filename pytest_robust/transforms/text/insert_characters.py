"""Letters too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text, clusters
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["InsertCharacters"]


@dataclass(frozen=True, kw_only=True, repr=False)
class InsertCharacters(Transform):
    """Insert letters into words.

    A place is behind each letter or digit of a word. What is inserted is a capital behind one.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        letters: What may be inserted; left out, the letters that the text itself holds, so that
            they are of its script.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, `letters` are none, or
            one is outside its range.

    Examples:
        >>> InsertCharacters(rate=0.05)
        InsertCharacters(rate=0.05)
        >>> InsertCharacters(edits=1, letters="xyz")
        InsertCharacters(edits=1, letters='xyz')

    References:
        Pruthi et al., "Combating Adversarial Misspellings with Robust Word Recognition",
        ACL 2019, arXiv:1905.11268.
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    letters: str | None = None
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)
        if self.letters is not None and (not isinstance(self.letters, str) or not self.letters):
            raise InvalidArgument(
                f"letters={self.letters!r} must be a string of those to insert; leave it out for the text's own"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with letters inserted."""
        return edited(self, batch, streams, self._insertions)

    def _insertions(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        value = text.value
        places = [span for letters in text.letters for span in letters]
        given = [self.letters[start:end] for start, end in clusters(self.letters)] if self.letters else []
        # Digits are no letters: 2 becomes 23, not 2k, only where it is asked for.
        own = sorted({value[start:end].lower() for start, end in places if value[start].isalpha()})
        letters = given or own
        for start, end in places if letters else []:
            letter = pick(letters, choice[start])
            yield Edit(start, end, value[start:end] + (letter.upper() if value[start].isupper() else letter))
