"""Words that mean the same."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.core.lexicon import SYNONYMS
from pytest_robust.transforms import Synonyms, WordNet

WORDS = {"film": ("movie", "motion picture"), "good": ("fine",)}


def test_each_word_of_the_mapping_becomes_one_of_its_others_as_it_is_written(change: Any) -> None:
    after = change(Synonyms(rate=1, lexicon=WORDS), np.array(["A GOOD film. Films, Film!"] * 50))
    pictures = ("movie", "motion picture"), ("Movie", "Motion picture")
    assert set(after) == {f"A FINE {one}. Films, {other}!" for one in pictures[0] for other in pictures[1]}


def test_the_built_in_list_leads_back_from_each_word(rewrite: Any) -> None:
    assert all(word in SYNONYMS[other] for word, others in SYNONYMS.items() for other in others)
    assert rewrite(Synonyms(rate=1), "a big movie") == "a large film"


def test_a_or_an_fits_the_word_that_is_put_in() -> None:
    def vowel(word: str) -> bool:
        return word[0] in "aeio"

    # In the singular, where an article may stand before it.
    adverbs = {"almost", "often", "although"}
    singular = {word: others for word, others in SYNONYMS.items() if not word.endswith(("s", "ed", "ly"))}
    assert all(
        vowel(word) == vowel(other)
        for word, others in singular.items()
        for other in others
        if not adverbs & {word, other}
    )


def test_the_mapping_is_copied_and_equal_by_its_words() -> None:
    own = dict(WORDS)
    transform = Synonyms(rate=1, lexicon=own)
    own["film"] = ("x",)
    assert transform == Synonyms(rate=1, lexicon=dict(reversed(WORDS.items())))
    assert hash(transform) == hash(Synonyms(rate=1, lexicon=WORDS))
    assert transform != Synonyms(rate=1, lexicon=own)
    assert repr(transform) == f"Synonyms(rate=1, lexicon={WORDS})"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "lexicon={} must be a mapping of words"),
        ("WordNet", r"must be a mapping of words.*or WordNet\(\)"),
        ({"film": "movie"}, r"lexicon\['film'\]='movie' must be a tuple of words"),
        ({"film": ("",)}, "must be a tuple of words"),
        ({1: ("one",)}, r"lexicon\[1\]"),
    ],
    ids=repr,
)
def test_what_is_no_lexicon_is_refused(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Synonyms(rate=1, lexicon=wrong)


def without_nltk(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "nltk", None)
    monkeypatch.setitem(sys.modules, "nltk.corpus", None)


def with_wordnet(monkeypatch: Any, synsets: Any) -> None:
    corpus: Any = ModuleType("nltk.corpus")
    corpus.wordnet = SimpleNamespace(synsets=synsets)
    monkeypatch.setitem(sys.modules, "nltk", ModuleType("nltk"))
    monkeypatch.setitem(sys.modules, "nltk.corpus", corpus)


def test_without_nltk_or_its_data_the_message_says_what_to_install(rewrite: Any, monkeypatch: Any) -> None:
    without_nltk(monkeypatch)
    with pytest.raises(InvalidArgument, match="nltk cannot be found; pip install nltk, then python -m nltk.downloader"):
        rewrite(Synonyms(rate=1, lexicon=WordNet()), "a film")

    def missing(_: str) -> list[Any]:
        raise LookupError

    with_wordnet(monkeypatch, missing)
    with pytest.raises(InvalidArgument, match=r"its data cannot be found; .*or give a mapping, such as \{'film'"):
        rewrite(Synonyms(rate=1, lexicon=WordNet()), "a film")


def test_wordnet_gives_the_first_sense_of_words_as_they_stand(rewrite: Any, monkeypatch: Any) -> None:
    senses = {
        "film": [["movie", "film"], ["film", "cinema"]],
        "films": [["movie", "film"]],
        "car": [["car"]],
        "dog": [["dog", "domestic_dog"]],
    }
    with_wordnet(
        monkeypatch, lambda word: [SimpleNamespace(lemma_names=lambda s=sense: s) for sense in senses.get(word, [])]
    )
    after = rewrite(Synonyms(rate=1, lexicon=WordNet()), "Film, films, car, dog, x")
    assert after == "Movie, films, car, domestic dog, x"
