"""Characters, words and sentences of texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.texts import Text, clusters

SIGNS = "a\u00e9\u0301\U0001f600\u200d\U0001f3fd\U0001f1e9\u05d0\u0660\u1112\u1161\u11a8\u3002 \t\r\n'-?.7_"


# One character to a reader, by the rules of Unicode Standard Annex #29.
@pytest.mark.parametrize(
    "one",
    [
        "a",
        "e\u0301",
        "o\u0308\u0304",
        "\r\n",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u2764\ufe0f",
        "\U0001f44d\U0001f3fd",
        "\U0001f1e9\U0001f1ea",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "\u05e9\u05c1\u05b8",
        "\u0928\u093f",
        "\u0e01\u0e33",
        "\u1112\u1161\u11ab",
        "\uac00\u11a8",
        "\uff76\uff9e",
    ],
    ids=ascii,
)
def test_what_a_reader_takes_for_one_character_is_one(one: str) -> None:
    assert clusters(one) == [(0, len(one))]
    assert clusters(f"a{one}b{one}\n") == [
        (0, 1),
        (1, 1 + len(one)),
        (1 + len(one), 2 + len(one)),
        (2 + len(one), 2 + 2 * len(one)),
        (2 + 2 * len(one), 3 + 2 * len(one)),
    ]


@pytest.mark.parametrize(
    "two",
    ["ab", "\n\u0301", "\n\r", "\u0915\u200d\u0937", "\U0001f1e9\U0001f1ea\U0001f1eb", "\uac01\u1161", "\u11a8\u1161"],
    ids=ascii,
)
def test_what_a_reader_takes_for_two_characters_are_two(two: str) -> None:
    assert len(clusters(two)) == 2


@given(st.text(SIGNS, max_size=20))
def test_the_characters_make_up_the_text(text: str) -> None:
    spans = clusters(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)


@given(st.text(SIGNS, max_size=20))
def test_words_begin_and_end_with_letters_and_lie_between_spaces(value: str) -> None:
    text = Text(value)
    for (start, end), letters in zip(text.words, text.letters, strict=True):
        word = value[start:end]
        assert word.split() == [word]
        assert word[0].isalnum()
        assert all(start <= first < last <= end and value[first].isalnum() for first, last in letters)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What a good film!", ["What", "a", "good", "film"]),
        ("“Don't” (he-said)…", ["Don't", "he-said"]),
        ("see https://example.com/a?b=1.", ["see", "https://example.com/a?b=1"]),
        ("- \U0001f600 ... #1", ["1"]),
        ("cafe\u0301!", ["cafe\u0301"]),
        (
            "\u05e9\u05dc\u05d5\u05dd, \u05e2\u05d5\u05dc\u05dd",
            ["\u05e9\u05dc\u05d5\u05dd", "\u05e2\u05d5\u05dc\u05dd"],
        ),
        ("", []),
    ],
)
def test_words_are_what_stands_between_spaces_without_the_signs_around(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in Text(text).words] == words


def test_letters_of_words_keep_their_marks_and_leave_out_signs() -> None:
    text = Text("o'e\u0301 x1")
    assert [[text.value[start:end] for start, end in word] for word in text.letters] == [["o", "e\u0301"], ["x", "1"]]


def test_sentences_end_with_their_full_stops() -> None:
    text = "Is it? Yes!! It is\nhere. \u4eca\u5929\u3002\u597d"
    found = [text[start:end] for start, end in Text(text).sentences]
    assert found == ["Is it?", "Yes!!", "It is", "here.", "\u4eca\u5929\u3002", "\u597d"]
