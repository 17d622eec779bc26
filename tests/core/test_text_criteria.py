"""Texts and sequences are compared as their criteria say, whatever form they come in."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from pytest_robust import (
    Bleu,
    CorpusBleu,
    Correct,
    ExactMatch,
    InvalidArgument,
    InvalidData,
    InvalidModel,
    Kept,
    PerplexityAtMost,
    SameAsClean,
    Tokens,
    WithinTolerance,
)

sacrebleu = pytest.importorskip("sacrebleu")

WANTED = np.array(["the cat sat on the mat", "a dog barks", "no", "it is five past three"])
SAID = np.array(["the cat sat on a mat", "a dog barks", "yes", "It is  five past three"])


# ---------------------------------------------------------------- exact match


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({}, [0, 1, 0, 0]),
        ({"ignore_case": True}, [0, 1, 0, 0]),
        ({"ignore_spaces": True}, [0, 1, 0, 0]),
        ({"ignore_case": True, "ignore_spaces": True}, [0, 1, 0, 1]),
    ],
)
def test_a_text_is_right_from_its_first_character_to_its_last(given: Any, right: list[int]) -> None:
    assert ExactMatch(**given).score(WANTED, SAID).tolist() == right


def test_a_beginning_of_the_right_text_is_not_the_text() -> None:
    assert ExactMatch().score(np.array(["12 May 1999"]), np.array(["12 May"])).tolist() == [0]


@pytest.mark.parametrize(
    ("tokens", "right"),
    [
        (Tokens(), [1, 0, 0]),
        (Tokens(padding=None), [0, 0, 0]),
        (Tokens(end=2), [1, 1, 0]),
        (Tokens(end=2, padding=None), [1, 1, 0]),
    ],
)
def test_a_row_of_ids_is_right_up_to_its_end(tokens: Tokens, right: list[int]) -> None:
    wanted = np.array([[7, 5, 2], [7, 5, 2], [7, 5, 2]])
    said = np.array([[7, 5, 2, 0], [7, 5, 2, 9], [7, 2, 5, 0]])
    assert ExactMatch(tokens=tokens).score(wanted, said).tolist() == right


def test_ids_and_scores_of_ids_and_rows_of_any_length_are_the_same_answer() -> None:
    criterion = ExactMatch(tokens=Tokens(end=2))
    ids = np.array([[7, 5, 2], [4, 2, 0]])
    rows = np.empty(2, dtype=object)
    rows[:] = [(7, 5, 2), (4, 2)]
    read = [criterion.read(form).tolist() for form in (ids, np.eye(10)[ids], rows)]
    assert read[0] == ["7 5", "4"]
    assert read[0] == read[1] == read[2]


def test_a_zero_within_a_row_is_no_padding() -> None:
    assert Tokens().written(np.array([0, 3, 0, 0])) == "0 3"
    assert Tokens(end=9).written(np.array([3, 9, 4])) == "3"


@pytest.mark.parametrize(
    "answers", [np.array([0.1, 0.9]), np.array([[0.1, 0.9]]), np.array([1, 2]), np.zeros((1, 2, 3, 4))]
)
def test_answers_that_are_no_texts_are_refused_in_words(answers: np.ndarray) -> None:
    for criterion in (ExactMatch(), Bleu(), Kept(Bleu())):
        with pytest.raises(
            InvalidModel, match=r"the model answers .*, and texts or sequences were to be judged: return"
        ):
            criterion.read(answers)


def test_labels_that_are_no_texts_are_refused_in_words() -> None:
    for criterion in (ExactMatch(), Bleu()):
        with pytest.raises(InvalidData, match=r"y holds int64 of shape \(2,\), such as .*1.*give a list of strings"):
            criterion.wanted(np.array([1, 2]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Tokens(padding=1.5), r"padding=1\.5 must be a token's id"),  # type: ignore[arg-type]
        (lambda: Tokens(end=True), "end=True must be a token's id"),
        (lambda: ExactMatch(ignore_case="yes"), "ignore_case='yes' must be True or False"),  # type: ignore[arg-type]
        (lambda: ExactMatch(tokens=0), r"tokens=0 must be Tokens\("),  # type: ignore[arg-type]
        (lambda: Bleu(at_least=98), r"at_least=98 must be above 0 and at most 1, where sacreBLEU writes 100"),
        (lambda: Bleu(at_least=0), "at_least=0 must be above 0"),
        (lambda: Bleu(tokenize="words"), r"tokenize='words' is none of sacreBLEU's: 13a, char"),
        (lambda: CorpusBleu(tokenize="words"), "CorpusBleu: tokenize='words' is none"),
        (lambda: Kept(SameAsClean()), r"Kept\(SameAsClean\(\)\): give a criterion that judges by labels"),
        (lambda: Kept(PerplexityAtMost(2)), "give a criterion that judges by labels"),
        (lambda: Kept("bleu"), r"Kept\('bleu'\): give a criterion"),  # type: ignore[arg-type]
        (lambda: Kept(Correct()), r"Kept\(Correct\(\)\) would judge classes; SameAsClean\(\) does"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(make: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        make()


# ---------------------------------------------------------------- BLEU


def test_a_sentences_bleu_is_sacrebleus_by_a_hundred() -> None:
    expected = [sacrebleu.sentence_bleu(said, [wanted]).score / 100 for wanted, said in zip(WANTED, SAID, strict=True)]
    scores = Bleu().score(WANTED, SAID)
    np.testing.assert_allclose(scores, np.minimum(expected, 1), atol=1e-12)
    assert scores.min() >= 0
    assert scores.max() == 1.0
    assert 0.5 < scores[0] < 0.6
    assert Bleu(at_least=0.5).score(WANTED, SAID).tolist() == (scores >= 0.5).tolist()


@pytest.mark.parametrize("tokenize", ["13a", "char", "none"])
def test_a_corpus_bleu_is_sacrebleus_also_of_some_of_its_sentences_and_of_one_twice(tokenize: str) -> None:
    measure = CorpusBleu(tokenize=tokenize).measure(WANTED, SAID)
    for rows in (np.arange(4), np.array([0, 3]), np.array([0, 0, 1])):
        expected = sacrebleu.corpus_bleu(SAID[rows].tolist(), [WANTED[rows].tolist()], tokenize=tokenize).score
        assert measure(rows) == pytest.approx(expected / 100, abs=1e-12)


def test_a_mean_of_sentences_is_not_a_corpus() -> None:
    corpus = CorpusBleu().measure(WANTED, SAID)(np.arange(4))
    assert abs(Bleu().score(WANTED, SAID).mean() - corpus) > 0.01


def test_bleu_counts_ids_as_words() -> None:
    wanted, said = np.array([[5, 6, 7, 8, 9, 0]]), np.array([[5, 6, 7, 8, 4, 0]])
    # 4 of 5 words, 3 of 4 pairs, 2 of 3 triples, 1 of 2 fours.
    assert Bleu(tokenize="none").score(wanted, said)[0] == pytest.approx((4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)


def test_without_sacrebleu_an_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.bleu", None)
    for make in (Bleu, CorpusBleu):
        with pytest.raises(InvalidArgument, match="sacreBLEU, which is not installed: pip install sacrebleu"):
            make()


# ---------------------------------------------------------------- against the clean answer


def test_kept_judges_by_the_answer_before_the_change() -> None:
    for criterion, expected in ((ExactMatch(), [0, 1, 0, 0]), (Bleu(), Bleu().score(WANTED, SAID).tolist())):
        kept = Kept(criterion)
        assert kept.score(kept.kept(kept.read(WANTED)), kept.read(SAID)).tolist() == expected
    near = Kept(WithinTolerance(0.5))
    assert near.score(near.kept(np.array([1.0, 2.0])), np.array([1.2, 3.0])).tolist() == [1, 0]
