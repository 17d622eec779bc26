"""Task 18's robustness, written as a user would write it: what a network of words bears, and what it does not."""

from __future__ import annotations

import re

import pytest

from pytest_robust import L2, embedding_space
from pytest_robust.attacks import PGD, UniformNoise, WordSubstitution
from pytest_robust.transforms import AddDistractor, KeyboardTypos, Negate, Synonyms
from reference_models.data import sentiment
from reference_models.tasks.text_cnn import (
    TASK,  # noqa: F401 - what the fixtures test
    tfidf,
    whole,
)
from reference_models.text.cnn import without
from reference_models.text.lexicon import DENIALS, REVIEWS

VERB = re.compile(r"\b(is|was|are|were|have|has|can|will|would)\b")


def test_it_tells_praise_from_blame(robust, result) -> None:
    assert robust.accuracy() >= 0.81
    assert robust.score("f1_macro") >= 0.81
    random = robust(result.model["random"], result.splits.test.x, result.splits.test.y, name="random vectors")
    assert random.accuracy() >= 0.78


def test_counted_words_are_a_baseline_to_be_held_against(robust, result) -> None:
    test = result.splits.test
    counted = robust(tfidf(result.splits.train), test.x, test.y, name="TF-IDF")
    assert counted.accuracy() >= 0.8
    # A small network whose vectors are drawn at random has learned no more than a linear model counts.
    random = robust(result.model["random"], test.x, test.y, name="random vectors")
    assert random.accuracy() <= counted.accuracy() + 0.02


def test_a_typing_error_costs_it_little_and_four_cost_it_much(robust) -> None:
    assert robust.accuracy(under=KeyboardTypos(edits=1)) >= 0.74
    assert robust.accuracy(under=KeyboardTypos(edits=4)) <= robust.accuracy() - 0.08


def test_a_denied_praise_is_less_of_one(robust, result, subject) -> None:
    # Those with a verb that a denial is put to; of the others it would change nothing.
    praise = [text for text, label in zip(subject.x, subject.y, strict=True) if label == 1 and VERB.search(text)]
    denied = robust(subject.model, praise, name="praise")
    assert denied.direction(under=Negate(rate=1), lowers=1) >= 0.9


def test_it_does_not_understand_denials_though(robust) -> None:
    assert robust.minimum_functionality(cases=DENIALS) <= 0.6


def test_length_is_nothing_to_it(robust, subject) -> None:
    assert robust.invariance(under=AddDistractor()) >= 0.8


def test_it_knows_what_it_was_told_of_elsewhere(robust, result) -> None:
    test, domains = result.splits.test, sentiment.domain_of(result.splits.test.x)
    for domain in sentiment.DOMAINS:
        rows = domains == domain
        stranger = robust(whole(result.model, without(domain)), test.x[rows], test.y[rows], name=f"new to {domain}")
        assert stranger.accuracy() >= 0.7


def test_the_worst_synonyms_break_more_than_any(robust) -> None:
    assert robust.accuracy(under=WordSubstitution(most=0.3, lexicon=REVIEWS)) <= robust.accuracy(
        under=Synonyms(rate=1, lexicon=REVIEWS)
    )
    assert robust.accuracy(under=WordSubstitution(most=0.3, lexicon=REVIEWS)) >= 0.6


@pytest.mark.filterwarnings("error")
def test_near_the_vectors_of_its_words_it_is_undefended(robust, subject) -> None:
    space = embedding_space(subject.model)
    near = robust(space.model, space.data(subject.x[:200], subject.y[:200]), name="text_cnn of embeddings")
    assert near.accuracy(under=PGD(eps=1.0, norm=L2, steps=10)) <= 0.5
    assert near.accuracy(under=UniformNoise(eps=1.0, norm=L2)) >= near.accuracy() - 0.05
