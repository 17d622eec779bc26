"""The worst words that mean the same, found by asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pytest_robust.attacks._checks import check_count
from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.criteria import answers
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.lexicon import Lexicon, checked_lexicon
from pytest_robust.core.losses import Margin
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.parameters import check_one_of, count_field, strength
from pytest_robust.core.streams import Streams
from pytest_robust.core.word_search import Chosen, WordRules, WordSearch, WordSlots
from pytest_robust.core.wording import check_protect

__all__ = ["WordSubstitution"]

# Texts asked about in one call, at least: a single example has dozens of candidates.
_AT_ONCE = 32


@dataclass(frozen=True, kw_only=True, repr=False)
class WordSubstitution(WordSearch):
    """Exchange the words a text's answer hangs on for others that mean the same, until it is wrong.

    Each word is left out once, to see how far the right answer falls. From the most important on,
    all other words for it are tried and the worst is kept. Where as many words are changed as may
    be, a place that does more takes the turn of the one that does least. A model needs scores;
    gradients are not asked for. Capitals and punctuation stay.

    Args:
        most: The largest share of a text's words that may change, above 0 to 1, rounded down to
            whole words: a text of four is left alone at 0.2.
        edits: In place of `most`, the largest number of words, at least 1.
        lexicon: A mapping from words in small letters to tuples of others, or `WordNet()`; left
            out, a small one of everyday English.
        protect: Regular expressions; a word that one touches stays as it is.
        queries: Texts asked about for an example, at most; at least 2. Half of them may go on
            finding out which words matter.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: Not exactly one of `most` and `edits` is given, a parameter is outside its
            range, or `lexicon` is none.
        InvalidModel: While it runs: the model answers with labels only.

    Examples:
        >>> WordSubstitution(most=0.2)
        WordSubstitution(most=0.2)
        >>> WordSubstitution(edits=2, lexicon={"film": ("movie",)}, queries=100)
        WordSubstitution(edits=2, lexicon={'film': ('movie',)}, queries=100)

    References:
        Jin et al., "Is BERT Really Robust? A Strong Baseline for Natural Language Attack on Text
        Classification and Entailment", AAAI 2020, arXiv:1907.11932, algorithm 1, with the lexicon
        in place of its word vectors. Ren et al., "Generating Natural Language Adversarial Examples
        through Probability Weighted Word Saliency", ACL 2019, for the words that may be exchanged.
    """

    needs: ClassVar = Model

    most: float | None = strength(strongest=1.0, default=None)
    edits: int | None = count_field(default=None)
    lexicon: Mapping[str, tuple[str, ...]] | Lexicon | None = None
    protect: tuple[str, ...] = ()
    queries: int = 1000
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate; a mapping is copied."""
        check_one_of("WordSubstitution", "WordSubstitution(most=0.2)", most=self.most, edits=self.edits)
        if self.most is not None:
            _check_most(self.most)
        else:
            check_count("edits", self.edits or 0)
        check_protect(self.protect)
        check_count("queries", self.queries, least=2)
        object.__setattr__(self, "lexicon", checked_lexicon(self.lexicon))

    @property
    def rules(self) -> WordRules:
        """The words of the lexicon, as many as `most` or `edits` allow."""
        return WordRules(lexicon=self.lexicon, most=self.most, edits=self.edits, protect=self.protect)

    def find(self, model: Model, texts: Sequence[WordSlots], y: Integers, streams: Streams) -> Sequence[Chosen]:  # noqa: ARG002 - nothing is drawn
        """Return the words that broke each text, or the worst found."""
        possible = self.goal.possible(y)
        walks = [_Walk(slots=slots, left=self.queries) for slots in texts]
        chat = _Chat(model=model, y=y, goal=self.goal, size=max(len(texts), _AT_ONCE), otherwise=self.otherwise)
        standing = [
            row for row, walk in enumerate(walks) if possible[row] and walk.slots.most and len(walk.slots.places)
        ]
        for row, rises in zip(standing, chat.rises([(row, walks[row].shortened()) for row in standing]), strict=True):
            walks[row].rank(rises.loss)
        while standing:
            asked = [(row, walks[row].candidates()) for row in standing]
            for row, rises in zip(standing, chat.rises(asked), strict=True):
                walks[row].choose(rises)
            standing = [row for row in standing if walks[row].goes_on]
        return [walk.chosen for walk in walks]


def _check_most(most: object) -> None:
    if isinstance(most, bool) or not isinstance(most, (int, float)) or not 0 < most <= 1:
        raise InvalidArgument(
            f"most={most!r} must be a share of the words above 0, at most 1; for a number of words write edits=..."
        )


@dataclass(frozen=True, kw_only=True)
class _Rises:
    """What the model said to some rewordings of one text."""

    loss: Floats
    broken: Mask


@dataclass(frozen=True, kw_only=True)
class _Chat:
    """The model, asked about many rewordings of many texts at once."""

    model: Model
    y: Integers
    goal: Goal
    size: int
    otherwise: str

    def rises(self, asked: Sequence[tuple[int, list[str]]]) -> list[_Rises]:
        """Return for each row what the model said to its texts."""
        rows = np.repeat([row for row, _ in asked], [len(texts) for _, texts in asked]).astype(np.int64)
        flat = np.array([text for _, texts in asked for text in texts], dtype=object)
        loss, broken = np.zeros(len(flat)), np.zeros(len(flat), dtype=bool)
        for start in range(0, len(flat), self.size):
            part = slice(start, start + self.size)
            logits = self._scores(rows[part], flat[part])
            right = self.y[rows[part]]
            loss[part] = self.goal.uphill(Margin().value(logits, self.goal.labels(right)))
            broken[part] = self.goal.reached(answers(logits), right)
        ends = np.cumsum([len(texts) for _, texts in asked])
        parts = [slice(end - len(texts), end) for end, (_, texts) in zip(ends, asked, strict=True)]
        return [_Rises(loss=loss[part], broken=broken[part]) for part in parts]

    def _scores(self, rows: Integers, texts: NDArray[Any]) -> Floats:
        model = self.model.rows(rows)
        scores = np.asarray(model.logits(texts) if isinstance(model, Classifier) else model.predict(texts))
        if scores.ndim != 2 or scores.shape[1] < 2:  # noqa: PLR2004 - two classes or more
            raise InvalidModel(
                f"WordSubstitution needs a model that says how sure it is, (n, classes) numbers, and this one answers "
                f"{len(texts)} texts with shape {scores.shape}: {self.otherwise}"
            )
        return scores


@dataclass(kw_only=True)
class _Walk:
    """How far the search in one text has got.

    Args:
        slots: The text, and what may stand where.
        left: Questions that may still be asked.
    """

    slots: WordSlots
    left: int
    chosen: list[int] = field(init=False)
    goes_on: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Start from the text as it is."""
        self.chosen = [0] * len(self.slots.places)
        self._gain: dict[int, float] = {}
        self._order: list[int] = []
        self._loss = -inf

    def shortened(self) -> list[str]:
        """Return the text as it is, then less each of the words whose importance is asked for."""
        # One place has no order, and may be the whole text.
        count = min(len(self.slots.places), self.left // 2 - 1) if len(self.slots.places) > 1 else 0
        texts = [self.slots.text, *map(self.slots.without, range(count))]
        self.left -= len(texts)
        return texts

    def rank(self, losses: Floats) -> None:
        """Put the places in order, the most important first, those not asked about last."""
        self._loss = float(losses[0])
        self._order = np.argsort(-losses[1:], kind="stable").tolist()
        self._order += range(len(self._order), len(self.slots.places))
        self.goes_on = self.left > 0

    def candidates(self) -> list[str]:
        """Return the text with each of the other words at the next place, as many as may be asked about."""
        others = self.slots.others[self._order[0]][: self.left]
        texts = [self.slots.written(self._with(option)) for option in range(1, len(others) + 1)]
        self.left -= len(texts)
        return texts

    def choose(self, said: _Rises) -> None:
        """Keep the worst of the words asked about, if it is worse than what stands."""
        # What breaks the example comes first, whatever the loss.
        worst = int(np.lexsort((-said.loss, ~said.broken))[0])
        loss = float(said.loss[worst])
        if said.broken[worst] or loss > self._loss:
            weakest = self._weakest()
            self.chosen = self._with(worst + 1)
            gain = loss - self._loss + (0.0 if weakest is None else self._gain.pop(weakest))
            self._gain[self._order[0]] = gain
            self._loss = loss
        self._order.pop(0)
        self.goes_on = not said.broken[worst] and bool(self._order) and self.left > 0

    def _weakest(self) -> int | None:
        """Return the place to give up for another, None where more words may change."""
        return None if len(self._gain) < self.slots.most else min(self._gain, key=self._gain.__getitem__)

    def _with(self, option: int) -> list[int]:
        chosen, weakest = list(self.chosen), self._weakest()
        if weakest is not None:
            chosen[weakest] = 0
        chosen[self._order[0]] = option
        return chosen
