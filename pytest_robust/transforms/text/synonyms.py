"""Words that mean the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_robust.core.batch import Batch
from pytest_robust.core.lexicon import Lexicon, WordNet, checked_lexicon, others_of
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.core.wording import like
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["Synonyms", "WordNet"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Synonyms(Transform):
    """Put a word of the same meaning in place of another, with its capitals.

    A place is each word that the lexicon knows another for.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        lexicon: A mapping from words in small letters to tuples of others, or `WordNet()`; left
            out, a small one of everyday English.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `lexicon` is none.

    Examples:
        >>> Synonyms(rate=0.5)
        Synonyms(rate=0.5)
        >>> Synonyms(edits=1, lexicon={"film": ("movie", "picture")})
        Synonyms(edits=1, lexicon={'film': ('movie', 'picture')})

    References:
        Ren et al., "Generating Natural Language Adversarial Examples through Probability Weighted
        Word Saliency", ACL 2019; Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP
        Models with CheckList", ACL 2020, arXiv:2005.04118.
    """

    rate: Amount | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    lexicon: Mapping[str, tuple[str, ...]] | Lexicon | None = None
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate; a mapping is copied."""
        check_edits(self)
        object.__setattr__(self, "lexicon", checked_lexicon(self.lexicon))

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the texts with other words."""
        return edited(self, batch, streams, self._exchanges)

    def _exchanges(self, text: Text, choice: Sequence[float]) -> Iterator[Edit]:
        for start, end in text.words:
            word = text.value[start:end]
            others = others_of(self.lexicon, word.lower())
            if others:
                yield Edit(start, end, like(pick(others, choice[start]), word))
