"""Is and is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust.transforms import Negate


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("The film is good.", "The film is not good."),
        ("It WAS good", "It WAS NOT good"),
        ("You can go", "You cannot go"),
        ("They would like it.", "They would not like it."),
        ("It's good", "It's not good"),
        ("I love it.", "I do not love it."),
        ("She really hated this film", "She really did not hate this film"),
        ("This works.", "This does not work."),
        ("I HATE IT", "I DO NOT HATE IT"),
        ("He has a dog.", "He does not have a dog."),
        ("He has seen it.", "He has not seen it."),
        ("She had left", "She had not left"),
        ("I do like it", "I do not like it"),
        ("Is the film good?", "Isn't the film good?"),
        ("Why do you like it?", "Why don't you like it?"),
        ("WILL it work?", "WON'T it work?"),
        ("Am I late?", "Aren't I late?"),
        ("You like it?", "You do not like it?"),
        ("Will Smith is good.", "Will Smith is not good."),
        ("His will is known.", "His will is not known."),
        ("Good. It is! I saw it", "Good. It is not! I did not see it"),
    ],
)
def test_a_sentence_is_denied_at_its_first_verb(text: str, denied: str, rewrite: Any) -> None:
    assert rewrite(Negate(rate=1), text) == denied


@pytest.mark.parametrize(
    "text",
    [
        "It isn't good.",
        "I never liked it",
        "Nobody is here",
        "You cannot go",
        "What a film!",
        "",
        "\u597d\u3002",
        "this film",
    ],
)
def test_what_denies_already_or_has_no_known_verb_stays(text: str, rewrite: Any) -> None:
    assert rewrite(Negate(rate=1), text) == text


def test_what_was_denied_stays_denied(rewrite: Any) -> None:
    once = rewrite(Negate(rate=1), "It is good. I like it. Is it new?")
    assert rewrite(Negate(rate=1), once) == once


def test_so_many_sentences_are_denied(change: Any) -> None:
    after = change(Negate(edits=1), np.array(["It is. It was. It can."] * 50))
    assert set(after) == {"It is not. It was. It can.", "It is. It was not. It can.", "It is. It was. It cannot."}
