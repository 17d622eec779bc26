"""Task 10's robustness, written as a user would write it: what a language model brings to three thousand sentences."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import L2, LInf, embedding_space
from pytest_robust.attacks import FGSM, PGD, UniformNoise, WordSubstitution
from pytest_robust.transforms import ExchangeNames, KeyboardTypos, Synonyms
from reference_models.data import sentiment
from reference_models.tasks.transfer_text_classifier import TASK, length_of_a_vector, reader, short_sentences
from reference_models.text.lexicon import DENIALS, REVIEWS
from reference_models.text.transfer import whole, without

pytestmark = pytest.mark.skipif(bool(TASK.missing()), reason=TASK.missing() or "installed")

# A sentence costs 6 ms, and its gradient twice as much.
FEW = 200


@pytest.fixture(scope="module")
def robust_data(subject):
    return subject.x[:FEW], subject.y[:FEW]


def test_it_tells_praise_from_blame(robust, result, subject) -> None:
    test = result.splits.test
    tuned = robust(subject.model, test.x, test.y, name="tuned")
    frozen = robust(reader(result.model, "frozen"), test.x, test.y, name="frozen")
    assert tuned.accuracy() >= 0.91
    assert frozen.accuracy() >= 0.87
    assert tuned.accuracy() >= frozen.accuracy() + 0.01


def test_a_typing_error_costs_it_little_and_four_cost_it_much(robust) -> None:
    assert robust.accuracy(under=KeyboardTypos(edits=1)) >= 0.82
    assert robust.accuracy(under=KeyboardTypos(edits=4)) <= robust.accuracy() - 0.05


def test_it_understands_denied_praise_and_not_denied_blame(robust) -> None:
    not_good, not_bad = DENIALS
    assert robust.minimum_functionality(cases=(not_good,)) >= 0.8
    assert robust.minimum_functionality(cases=(not_bad,)) <= 0.6


def test_it_says_the_same_in_other_words(robust) -> None:
    assert robust.invariance(under=Synonyms(rate=1, lexicon=REVIEWS)) >= 0.85


def test_who_says_it_is_nothing_to_it(robust, subject) -> None:
    told = np.array([f"Anna said: {text}" for text in subject.x[:100]])
    signed = robust(subject.model, told, subject.y[:100], name="with a name")
    assert signed.invariance(under=ExchangeNames(rate=1)) >= 0.95


def test_it_knows_what_it_was_told_of_elsewhere(robust, result) -> None:
    test, domains = result.splits.test, sentiment.domain_of(result.splits.test.x)
    for domain in sentiment.DOMAINS:
        rows = domains == domain
        stranger = robust(reader(result.model, without(domain)), test.x[rows], test.y[rows], name=f"new to {domain}")
        assert stranger.accuracy() >= 0.8


def test_the_worst_synonyms_break_more_than_any(robust, subject) -> None:
    few = robust(subject.model, subject.x[:80], subject.y[:80], name="80 sentences")
    assert few.accuracy(under=WordSubstitution(most=0.3, lexicon=REVIEWS)) <= few.accuracy(
        under=Synonyms(rate=1, lexicon=REVIEWS)
    )
    assert few.accuracy(under=WordSubstitution(most=0.3, lexicon=REVIEWS)) >= 0.7


@pytest.fixture(scope="module")
def near(result):
    """Return the tuned network from the vectors of words on, short sentences, and the length of a vector."""
    space = embedding_space(whole(result.model, "tuned"), layer="token_embedding")
    data = space.data(*short_sentences(result, 32))
    return space.model, data, length_of_a_vector(data)


@pytest.mark.parametrize("norm", [L2, LInf])
def test_near_the_vectors_of_its_words_it_is_undefended(robust, near, norm) -> None:
    model, data, length = near
    vectors = robust(model, data, name="vectors")
    # As long as a third of one word's vector; and as much for each of its numbers as if spread over all of them.
    eps = 0.3 * length if norm is L2 else 0.3 * length / 384**0.5
    assert vectors.accuracy(under=UniformNoise(eps=eps, norm=norm)) >= 0.85
    assert vectors.accuracy(under=PGD(eps=eps, norm=norm, steps=5)) <= 0.4
    assert vectors.accuracy(under=FGSM(eps=eps, norm=norm)) >= vectors.accuracy(under=PGD(eps=eps, norm=norm, steps=5))
