"""Don't and do not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import Contracted, Contractions, Expanded

BOTH = [
    ("it isn't here", "it is not here"),
    ("Don't go", "Do not go"),
    ("DON'T GO", "DO NOT GO"),
    ("I can't see", "I cannot see"),
    ("We won't stay", "We will not stay"),
    ("I'm late", "I am late"),
    ("They're late", "They are late"),
    ("I've seen it", "I have seen it"),
    ("She'll come", "She will come"),
    ("He'd come", "He would come"),
    ("It's good", "It is good"),
    ("WHAT'S NEW", "WHAT IS NEW"),
    ("I don\u2019t think that it\u2019s \u2018new\u2019", "I do not think that it is \u2018new\u2019"),
]
EXPANDED_ONLY = [
    ("It's been long", "It has been long"),
    ("You'd better go", "You had better go"),
    ("Let's go", "Let us go"),
    ("You should've gone", "You should have gone"),
    ("I've a dog", "I have a dog"),
]


@pytest.mark.parametrize(("short", "full"), BOTH + EXPANDED_ONLY)
def test_a_contraction_is_expanded(short: str, full: str, rewrite: Any) -> None:
    assert rewrite(Contractions(rate=1, to=Expanded()), short) == full
    assert rewrite(Contractions(rate=1, to=Expanded()), full) == full


@pytest.mark.parametrize(("short", "full"), BOTH)
def test_a_pair_of_words_is_contracted(short: str, full: str, rewrite: Any) -> None:
    written = short if "\u2018" in full else short.replace("\u2019", "'")
    assert rewrite(Contractions(rate=1, to=Contracted()), full) == written
    assert rewrite(Contractions(rate=1, to=Contracted()), short) == short


@pytest.mark.parametrize(
    "text",
    [
        "John's dog is at the o'clock's",
        "Yes, it is.",
        "I know what it is and where they are",
        "I have a dog",
        "history is not-so-old",
        "the dogs' bowls, rock 'n' roll",
        "",
    ],
)
def test_what_nobody_writes_otherwise_stays(text: str, rewrite: Any) -> None:
    assert rewrite(Contractions(rate=1), text) == text


def test_by_default_each_form_becomes_the_other(rewrite: Any) -> None:
    assert rewrite(Contractions(rate=1), "I don't know, they are late") == "I do not know, they're late"


def test_of_two_pairs_that_share_a_word_one_is_contracted(rewrite: Any) -> None:
    found = {rewrite(Contractions(rate=1), "it is not here", seed=seed) for seed in range(20)}
    assert found == {"it's not here", "it isn't here"}


def test_what_is_no_form_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"to='short' must be OtherForm\(\), Contracted\(\) or Expanded\(\)"):
        Contractions(rate=1, to="short")  # type: ignore[arg-type]  # the mistake
