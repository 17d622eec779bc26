"""Models that answer texts, rows of ids or log-probabilities are measured as any other."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from pytest_robust import (
    Bleu,
    CorpusBleu,
    ExactMatch,
    InvalidArgument,
    InvalidData,
    InvalidModel,
    Kept,
    Perplexity,
    PerplexityAtMost,
    PerplexityKept,
    Subject,
    TokenProbability,
    Tokens,
)
from pytest_robust.core.claim import Claim
from pytest_robust.core.metric import Flattery
from pytest_robust.core.policy import Policy
from pytest_robust.metrics.score import Score
from pytest_robust.transforms import ChangeCase, DropWords, TokenNoise, Upper

EXACT = Policy(exact=True)
# Few at once, so that later answers are longer than the first.
BATCHES = Policy(batch_size=7)

WORDS = {"one": "un", "two": "deux", "three": "trois", "four": "quatre", "cat": "chat", "dogs": "chiens", "and": "et"}
ENGLISH = np.array([" and ".join(["one cat", "two dogs", "three dogs", "four dogs"][: 1 + n % 4]) for n in range(40)])


def french(texts: Any) -> list[str]:
    return [" ".join(WORDS.get(word, "?") for word in str(text).split()) for text in texts]


FRENCH = np.array(french(ENGLISH))
IDS = {word: 2 + number for number, word in enumerate(WORDS.values())} | {"?": 9}


def rows(texts: Any) -> list[list[int]]:
    return [[*(IDS[word] for word in text.split()), 1] for text in french(texts)]


def padded(texts: Any) -> np.ndarray:
    made = rows(texts)
    width = max(map(len, made))
    return np.array([row + [0] * (width - len(row)) for row in made])


def scores(texts: Any) -> np.ndarray:
    return np.eye(10)[padded(texts)]


FORMS = [
    pytest.param(french, FRENCH, id="texts"),
    pytest.param(rows, rows(ENGLISH), id="rows of different lengths"),
    pytest.param(padded, padded(ENGLISH), id="ids"),
    pytest.param(padded, rows(ENGLISH), id="ids, rows as labels"),
    pytest.param(scores, padded(ENGLISH), id="scores of ids"),
]


@pytest.mark.parametrize(("model", "wanted"), FORMS)
@pytest.mark.parametrize(
    "policy", [EXACT, BATCHES, Policy(claim=Claim.POPULATION)], ids=["exact", "batches", "population"]
)
def test_every_form_of_an_answer_is_judged_the_same(model: Any, wanted: Any, policy: Policy) -> None:
    pytest.importorskip("sacrebleu")
    subject = Subject(model, ENGLISH, wanted, policy=policy)
    assert float(subject.accuracy(criterion=ExactMatch())) == 1
    assert float(subject.accuracy(under=ChangeCase(edits=1), criterion=ExactMatch(tokens=Tokens(end=1)))) < 0.5
    assert float(subject.score(CorpusBleu())) == 1
    one, several = (float(subject.score(CorpusBleu(), under=DropWords(edits=edits))) for edits in (1, 2))
    assert 1 > one > several > 0
    bleu = float(subject.accuracy(under=DropWords(edits=1), criterion=Bleu()))
    assert 0 < float(subject.accuracy(under=DropWords(edits=1), criterion=ExactMatch())) + bleu < 1.5


@pytest.mark.parametrize(("model", "_"), FORMS)
def test_answers_are_held_against_the_ones_before_without_labels(model: Any, _: Any) -> None:
    pytest.importorskip("sacrebleu")
    subject = Subject(model, ENGLISH, policy=BATCHES)
    for criterion in (ExactMatch(), Bleu()):
        kept = Kept(criterion)
        assert float(subject.invariance(under=ChangeCase(rate=1e-9), criterion=kept)) == 1
        assert float(subject.invariance(under=ChangeCase(rate=1, to=Upper()), criterion=kept)) < 0.5


def test_the_report_quotes_texts_before_and_after() -> None:
    verdict = (
        Subject(french, ENGLISH, FRENCH, policy=EXACT).accuracy(under=DropWords(edits=1), criterion=ExactMatch()) >= 1
    )
    assert not verdict
    assert "(is un chat" in verdict.explanation
    assert "un chat" in verdict.explanation
    assert "->" in verdict.explanation


def test_a_keras_model_of_token_ids_is_judged_by_its_likeliest_tokens() -> None:
    keras.utils.set_random_seed(0)
    ids = keras.Input((6,), dtype="int32")
    table = keras.layers.Embedding(12, 12, embeddings_initializer="identity")
    model = keras.Model(ids, table(ids))
    x = np.random.default_rng(0).integers(1, 12, (30, 6))
    subject = Subject(model, x, x, bounds=(0, 11), policy=EXACT)
    assert float(subject.accuracy(criterion=ExactMatch())) == 1
    assert float(subject.accuracy(under=TokenNoise(share=0.5), criterion=ExactMatch())) < 0.2
    kept = subject.invariance(under=TokenNoise(share=0.5), criterion=Kept(Bleu(tokenize="none")))
    assert 0 < float(kept) < 1


def test_labels_of_another_kind_are_refused_in_words() -> None:
    with pytest.raises(InvalidData, match="y holds int64 .*, and texts or sequences were to be judged"):
        float(Subject(french, ENGLISH, np.arange(40)).accuracy(criterion=ExactMatch()))
    with pytest.raises(InvalidModel, match="the model answers float64 .*, and texts or sequences were to be judged"):
        float(Subject(lambda texts: np.ones((len(texts), 2)), ENGLISH, FRENCH).accuracy(criterion=ExactMatch()))


# ---------------------------------------------------------------- language models


def letters(texts: Any) -> list[np.ndarray]:
    """Return the log-probability of each character: half for a small letter, a hundredth for others."""
    return [np.log([0.5 if letter.islower() else 0.01 for letter in str(text)]) for text in texts]


SMALL = np.array(["abcdefgh"[: 2 + n % 7] for n in range(50)])


@pytest.mark.parametrize("policy", [EXACT, BATCHES], ids=["exact", "batches"])
def test_a_language_model_needs_no_labels(policy: Policy) -> None:
    subject = Subject(letters, SMALL, policy=policy)
    shout = ChangeCase(rate=1, to=Upper())
    assert float(subject.accuracy(criterion=TokenProbability())) == pytest.approx(0.5)
    assert float(subject.accuracy(under=shout, criterion=TokenProbability())) == pytest.approx(0.01)
    assert float(subject.score(Perplexity())) == pytest.approx(2)
    assert float(subject.score(Perplexity(), under=shout)) == pytest.approx(100)
    for criterion, right in ((PerplexityAtMost(2.001), 1), (PerplexityAtMost(1.9), 0)):
        assert float(subject.accuracy(criterion=criterion)) == right
    assert float(subject.invariance(under=shout, criterion=PerplexityKept(49))) == 0
    assert float(subject.invariance(under=shout, criterion=PerplexityKept(51))) == 1


def test_means_and_tokens_are_the_same_answer() -> None:
    same_length = np.array(["abCd", "Abcd", "abcd"])
    forms = [
        letters,
        lambda texts: np.array(letters(texts)),
        lambda texts: np.array([one.mean() for one in letters(texts)]),
    ]
    values = [float(Subject(form, same_length).score(Perplexity())) for form in forms]
    assert values[0] == pytest.approx(values[1]) == pytest.approx(values[2])
    assert 2 < values[0] < 100


def test_perplexity_is_compared_with_a_bar_and_has_an_interval() -> None:
    mixed = np.array(["abcd", "abCd", "ABcd", "abcd", "aBCd", "abcd"] * 5)
    measured = Subject(letters, mixed).score(Perplexity())
    assert measured <= 10
    assert not measured <= 2
    estimate = measured.estimate()
    assert 2 < estimate.low < estimate.value < estimate.high < 100


def test_a_weak_attack_flatters_perplexity_downwards_and_other_scores_upwards() -> None:
    assert Score(Perplexity()).flattery is Flattery.DOWN
    assert Score("f1_macro").flattery is Flattery.UP


def test_logits_are_not_taken_for_log_probabilities() -> None:
    with pytest.raises(InvalidModel, match="as a log-probability: they are finite and at most 0"):
        float(Subject(lambda texts: np.full((len(texts), 3), 2.0), SMALL).score(Perplexity()))


def test_labels_are_still_asked_for_where_right_depends_on_them() -> None:
    with pytest.raises(InvalidData, match="the data have no labels y"):
        float(Subject(french, ENGLISH).accuracy(criterion=ExactMatch()))
    with pytest.raises(InvalidArgument, match="judges by labels, and invariance by the answer before"):
        Subject(french, ENGLISH).invariance(under=DropWords(edits=1), criterion=ExactMatch())
