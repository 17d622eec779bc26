"""Words in another order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["ShuffleWords"]


@dataclass(frozen=True, kw_only=True, repr=False)
class ShuffleWords(Transform):
    """Let words change places with words near them; spaces and punctuation stay.

    A place is each word but the last, with a word drawn from the `window` behind it. A word
    moves once at most, so none comes further than that.

    Args:
        rate: The expected share of places that are drawn, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        window: How many words further the other one stands, at most; at least 1, for neighbours.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, or one is outside its range.

    Examples:
        >>> ShuffleWords(rate=0.2, window=1)
        ShuffleWords(rate=0.2, window=1)

    References:
        Sinha et al., "Masked Language Modeling and the Distributional Hypothesis: Order Word
        Matters Pre-training for Little", EMNLP 2021, arXiv:2104.06644.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    window: int = 3
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)
        if isinstance(self.window, bool) or not isinstance(self.window, int) or self.window < 1:
            raise InvalidArgument(f"window={self.window!r} must be an integer, at least 1, the words moved over")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with words in another order."""
        return edited(self, batch, streams, self._exchanges)

    def _exchanges(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        value, words = text.value, text.words
        for place, (start, end) in enumerate(words[:-1]):
            there, until = pick(words[place + 1 : place + 1 + self.window], choice[start])
            here, other = value[start:end], value[there:until]
            if here != other:
                yield Edit(start, end, other, along=(Edit(there, until, here),))
