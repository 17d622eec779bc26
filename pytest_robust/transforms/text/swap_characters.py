"""Letters typed in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited

__all__ = ["SwapCharacters"]


@dataclass(frozen=True, kw_only=True, repr=False)
class SwapCharacters(Transform):
    """Let neighbouring letters of a word change places.

    A place is a pair of different letters or digits beside each other. A letter takes part in
    one swap only, so at rate 1 up to half of the pairs change.

    Args:
        rate: The expected share of places that are drawn, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> SwapCharacters(rate=0.05)
        SwapCharacters(rate=0.05)
        >>> SwapCharacters(edits=1, protect=("[A-Z]+",))
        SwapCharacters(edits=1, protect=('[A-Z]+',))

    References:
        Belinkov and Bisk, "Synthetic and Natural Noise Both Break Neural Machine Translation",
        ICLR 2018, arXiv:1711.02173; Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP
        Models with CheckList", ACL 2020, arXiv:2005.04118.
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with letters swapped."""
        return edited(self, batch, streams, _swaps)


def _swaps(text: Text, _: Sequence[float]) -> Iterator[Edit]:
    value = text.value
    for letters in text.letters:
        for (start, middle), (after, end) in pairwise(letters):
            first, second = value[start:middle], value[after:end]
            if middle == after and first != second:
                yield Edit(start, end, second + first)
