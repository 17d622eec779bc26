"""Task 12's robustness, written as a user would write it."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import Perplexity, PerplexityAtMost, PerplexityKept, TokenProbability
from pytest_robust.transforms import ChangeCase, KeyboardTypos, Lower, ShuffleWords, SwapCharacters, Upper
from reference_models.sequences.language_model import LanguageModel, Sampling
from reference_models.sequences.novelty import longest_copied, repeated
from reference_models.tasks.text_generator import TASK  # noqa: F401 - what the fixtures test

PASSAGE = 20


def test_it_reads_pages_it_has_not_seen(robust) -> None:
    # Counts of single characters come to 22, and of pairs to 12.
    assert robust.score(Perplexity()) <= 4.5
    assert robust.accuracy(criterion=PerplexityAtMost(7)) >= 0.95


# ---------------------------------------------------------------- degradation is bounded


@pytest.mark.parametrize(
    ("under", "factor"),
    [
        (KeyboardTypos(rate=0.01), 1.5),
        (KeyboardTypos(rate=0.02), 2.0),
        (SwapCharacters(rate=0.02), 1.75),
        (ChangeCase(rate=1, to=Lower()), 2.0),
        (ShuffleWords(rate=0.3), 2.0),
    ],
    ids=repr,
)
def test_small_changes_surprise_it_little(robust, under, factor: float) -> None:
    assert robust.invariance(under=under, criterion=PerplexityKept(factor)) >= 0.8


def test_it_is_surprised_by_typos_and_more_by_more(robust) -> None:
    clean, few, many = (
        robust.accuracy(**changed, criterion=TokenProbability())
        for changed in ({}, {"under": KeyboardTypos(rate=0.01)}, {"under": KeyboardTypos(rate=0.05)})
    )
    assert clean >= few + 0.01
    assert few >= many + 0.03
    assert robust.score(Perplexity(), under=KeyboardTypos(rate=0.05)) <= 10


def test_it_cannot_read_capitals(robust) -> None:
    # Nobody shouts in the novel: worse than a guess among its 75 characters.
    assert robust.score(Perplexity(), under=ChangeCase(rate=1, to=Upper())) >= 75


def test_lowering_capitals_in_front_of_it_bounds_what_shouting_does(robust, subject) -> None:
    quiet = robust(lambda texts: subject.model([str(text).lower() for text in texts]), name="behind lower()")
    assert quiet.score(Perplexity(), under=ChangeCase(rate=1, to=Upper())) <= 6
    assert quiet.invariance(under=ChangeCase(rate=1, to=Upper()), criterion=PerplexityKept(1.001)) >= 1


# ---------------------------------------------------------------- what it writes


@pytest.fixture(scope="module")
def written(subject, result) -> dict[str, list[str]]:
    """Return four texts of 250 characters, drawn in three ways after beginnings from pages that it has not seen."""
    beginnings = [text[:80] for text in result.splits.test.x[:4].tolist()]
    ways = {"drawn": Sampling(), "nucleus": Sampling(top_p=0.9), "likeliest": Sampling(top_k=1)}
    return {
        name: [text[80:] for text in subject.model.generated(beginnings, length=250, sampling=sampling, seed=0)]
        for name, sampling in ways.items()
    }


@pytest.fixture(scope="module")
def learned(result) -> str:
    return "".join(result.splits.train.x.tolist())


def test_it_copies_no_more_than_the_author_repeats_herself(robust, written, learned, result) -> None:
    author = "".join(result.splits.test.x.tolist())
    pages = [author[start : start + 250] for start in range(0, 10_000, 250)]
    longest = max(len(longest_copied(page, learned)) for page in pages)
    assert 20 <= longest <= 60
    original = [float(len(longest_copied(text, learned)) <= longest) for text in written["drawn"] + written["nucleus"]]
    assert robust.outcomes("originality", original) >= 1


def test_a_copy_is_noticed(written, learned) -> None:
    passage = learned[300_000:300_080]
    assert passage in longest_copied(written["drawn"][0] + passage + written["drawn"][1], learned)


def test_what_is_drawn_does_not_repeat_itself(robust, written) -> None:
    fresh = [1 - repeated(text, length=PASSAGE) for text in written["drawn"] + written["nucleus"]]
    assert robust.outcomes("freshness", fresh) >= 0.95


def test_the_likeliest_characters_alone_go_round_in_circles(written) -> None:
    assert np.mean([repeated(text, length=PASSAGE) for text in written["likeliest"]]) >= 0.2


def test_what_it_writes_surprises_it_as_it_was_drawn(robust, written, subject) -> None:
    # Cut to the likely, a text is likelier than one drawn as it is; and both than typos.
    drawn, nucleus = (
        robust(subject.model, np.array(written[name]), name=name).score(Perplexity()) for name in ("drawn", "nucleus")
    )
    assert float(nucleus) < float(drawn) < 6


# ---------------------------------------------------------------- mistakes, and that they are noticed


def test_a_model_that_sees_what_it_has_to_say_is_too_good(robust, subject) -> None:
    # The mistake: no causal mask. Each character is read off the text, and nothing is surprising.
    cheat = robust(lambda texts: np.full(len(texts), -0.01), subject.x, name="cheat")
    assert cheat.score(Perplexity()) <= 1.1
    assert robust.score(Perplexity()) >= 2.5


def test_a_model_that_forgets_all_but_a_few_characters_is_noticed(robust, subject, result) -> None:
    short = robust(LanguageModel(model=result.model, context=4), subject.x[:60], name="four characters")
    assert short.score(Perplexity()) >= 6
