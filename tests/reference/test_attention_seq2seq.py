"""Task 11's robustness, written as a user would write it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pytest

from pytest_robust import Bleu, CorpusBleu, ExactMatch, Kept, Subject
from pytest_robust.core.perturbation import Transform
from pytest_robust.transforms import ChangeCase, DropWords, KeyboardTypos, Lower, ShuffleWords, Upper
from reference_models.sequences.spelling import Spelling
from reference_models.sequences.translator import Translator
from reference_models.tasks.attention_seq2seq import TASK  # noqa: F401 - what the fixtures test

EXACT = ExactMatch()


@dataclass(frozen=True, repr=False)
class Rewritten(Transform):
    """A text in which what a pattern finds is written in another way; what it means stays, and so does the label."""

    pattern: str
    as_: str

    def apply(self, batch, streams):
        return replace(batch, x=np.array([re.sub(self.pattern, self.as_, str(text)) for text in batch.x]))


NO_COMMAS = Rewritten(",", "")
NO_HYPHENS = Rewritten("-", " ")
FULL_STOP = Rewritten("$", ".")
DAY_FIRST = Rewritten(r"(\w+) (\d+), (\d{4})$", r"\2 \1 \3")
MONTH_FIRST = Rewritten(r"(\d+) ([A-Z]\w+) (\d{4})$", r"\2 \1, \3")
DATE = r"(\w+ \d+, \d{4}|\d+ [A-Z]\w+ \d{4})$"


def those(splits, pattern: str):
    """Return the test phrases that a pattern finds something in."""
    rows = [bool(re.search(pattern, text)) for text in splits.test.x.tolist()]
    return splits.test.x[rows], splits.test.y[rows]


@pytest.fixture(scope="module")
def mended(result) -> Translator:
    """Return the same network behind a reader that mends unknown words."""
    return Translator(model=result.model, spelling=Spelling())


def test_it_translates_phrases_it_has_not_seen(robust) -> None:
    assert robust.accuracy(criterion=EXACT) >= 0.95
    assert robust.score(CorpusBleu()) >= 0.98
    assert robust.accuracy(criterion=Bleu(at_least=0.5)) >= robust.accuracy(criterion=EXACT)


# ---------------------------------------------------------------- what must not matter


@pytest.mark.parametrize("to", [Upper(), Lower()], ids=["capitals", "small"])
def test_capitals_do_not_matter(robust, to) -> None:
    assert robust.invariance(under=ChangeCase(rate=1, to=to)) >= 0.99
    assert robust.accuracy(under=ChangeCase(rate=1, to=to), criterion=EXACT) >= 0.95


def test_a_date_is_the_same_whichever_way_it_is_said(robust, result) -> None:
    dates = robust(Translator(model=result.model), *those(result.splits, DATE), name="dates")
    assert dates.accuracy(criterion=EXACT) >= 0.95
    for other in (DAY_FIRST, MONTH_FIRST):
        assert dates.invariance(under=other, criterion=Kept(EXACT)) >= 0.95
        assert dates.accuracy(under=other, criterion=EXACT) >= dates.accuracy(criterion=EXACT) - 0.05


# ---------------------------------------------------------------- what matters


def test_a_typo_makes_a_word_unknown(robust) -> None:
    assert robust.accuracy(under=KeyboardTypos(edits=1), criterion=EXACT) <= 0.45
    assert robust.score(CorpusBleu(), under=KeyboardTypos(edits=1)) <= 0.8


def test_reading_unknown_words_as_their_neighbours_wins_most_of_it_back(robust, mended) -> None:
    typo, behind = KeyboardTypos(edits=1), robust(mended)
    assert behind.accuracy(criterion=EXACT) >= robust.accuracy(criterion=EXACT) - 0.005
    assert behind.accuracy(under=typo, criterion=EXACT) >= robust.accuracy(under=typo, criterion=EXACT) + 0.3
    assert behind.score(CorpusBleu(), under=typo) >= 0.75


def test_commas_help_and_are_not_needed(robust) -> None:
    assert robust.accuracy(under=NO_COMMAS, criterion=EXACT) >= 0.6
    assert robust.score(CorpusBleu(), under=NO_COMMAS) >= 0.75


def test_a_full_stop_or_a_missing_hyphen_misleads_it_as_no_reader(robust, result) -> None:
    # No phrase that it learned ends in a full stop, and no number is without its hyphen.
    assert robust.accuracy(under=FULL_STOP, criterion=EXACT) <= 0.8
    numbers = robust(
        Translator(model=result.model), *those(result.splits, r"-(one|two|three|four|five)$"), name="numbers"
    )
    assert numbers.accuracy(criterion=EXACT) >= 0.9
    assert numbers.accuracy(under=NO_HYPHENS, criterion=EXACT) <= 0.5


def test_a_sign_it_has_never_read_is_better_left_out(robust, mended) -> None:
    behind = robust(mended)
    assert behind.accuracy(under=FULL_STOP, criterion=EXACT) >= behind.accuracy(criterion=EXACT) - 0.005


def test_more_typos_cost_more(robust, mended) -> None:
    few, many = (robust(mended).accuracy(under=KeyboardTypos(edits=edits), criterion=Bleu()) for edits in (1, 3))
    assert few >= many + 0.1


def test_the_order_of_words_matters(robust) -> None:
    # A list said the other way around is another list, and a bag of words would not notice.
    assert robust.invariance(under=ShuffleWords(edits=1)) <= 0.5


def test_a_word_that_is_left_out_is_missed(robust) -> None:
    assert robust.invariance(under=DropWords(edits=1)) <= 0.3


# ---------------------------------------------------------------- put together in new ways


@pytest.mark.parametrize("left_out", ["numbers", "pairs", "years"])
def test_words_and_digits_it_knows_are_translated_in_company_they_never_had(robust, result, left_out: str) -> None:
    part = result.splits.elsewhere[left_out]
    assert robust(Translator(model=result.model), part.x, part.y, name=left_out).accuracy(criterion=EXACT) >= 0.9


# ---------------------------------------------------------------- mistakes, and that they are noticed


def test_a_translator_that_reads_words_in_any_order_is_noticed(robust, result) -> None:
    translator = Translator(model=result.model)
    bag = robust(lambda texts: translator([" ".join(sorted(str(text).split())) for text in texts]), name="bag of words")
    assert bag.accuracy(criterion=EXACT) <= 0.4
    assert bag.invariance(under=ShuffleWords(edits=1)) >= robust.invariance(under=ShuffleWords(edits=1)) + 0.3


def test_a_paraphrase_that_changes_nothing_would_prove_nothing(result) -> None:
    x, _ = those(result.splits, DATE)
    for other in (DAY_FIRST, MONTH_FIRST):
        share = np.mean([re.sub(other.pattern, other.as_, text) != text for text in x.tolist()])
        assert 0.3 < share < 0.7, "American dates become British, and the other way around"


def test_answers_are_quoted_in_the_message(subject) -> None:
    verdict = Subject(subject.model, subject.x, subject.y).accuracy(under=KeyboardTypos(edits=1), criterion=EXACT) >= 1
    assert not verdict
    assert "->" in verdict.explanation
