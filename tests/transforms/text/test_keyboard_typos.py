"""Neighbouring keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import Azerty, KeyboardTypos, Qwerty, Qwertz


# Read off pictures of the keyboards.
@pytest.mark.parametrize(
    ("layout", "key", "neighbours"),
    [
        (Qwerty(), "g", "tyfhvb"),
        (Qwerty(), "G", "TYFHVB"),
        (Qwerty(), "a", "qwsz"),
        (Qwerty(), "1", "2q"),
        (Qwerty(), "?", '>:"'),
        (Azerty(), "a", "&\u00e9zq"),
        (Azerty(), "1", "2A"),
        (Azerty(), "w", "qs<x"),
        (Qwertz(), "z", "67tugh"),
        (Qwertz(), "\u00e4", "\u00fc+\u00f6#-"),
    ],
    ids=str,
)  # fmt: skip
def test_the_keys_around_one_are_typed_and_no_others(layout: Any, key: str, neighbours: str, change: Any) -> None:
    typed = change(KeyboardTypos(rate=1, layout=layout), np.array([key] * 300))
    assert set(typed) == set(neighbours)


@pytest.mark.parametrize("layout", [Qwerty(), Azerty(), Qwertz()], ids=repr)
def test_neighbours_are_neighbours_of_each_other(layout: Any, change: Any) -> None:
    keys = sorted({key for level in layout.keys for row in level for key in row} - {" "})
    transform = KeyboardTypos(rate=1, layout=layout)
    beside = {key: set(change(transform, np.array([key] * 200))) for key in keys}
    assert all(key in beside[other] for key in keys for other in beside[key])
    assert {len(others) for others in beside.values()} <= {2, 3, 4, 5, 6}


@pytest.mark.parametrize("text", ["", " \t", "\u05e9\u05dc\u05d5\u05dd", "\u00e9\u00ef", "\U0001f600"], ids=ascii)
def test_what_the_keyboard_has_no_key_for_stays(text: str, rewrite: Any) -> None:
    assert rewrite(KeyboardTypos(rate=1), text) == text


def test_a_letter_with_marks_of_its_own_stays_whole(rewrite: Any) -> None:
    assert rewrite(KeyboardTypos(rate=1), "e\u0301") == "e\u0301"


def test_what_is_no_keyboard_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"layout='qwerty' must be Qwerty\(\), Azerty\(\) or Qwertz\(\)"):
        KeyboardTypos(rate=1, layout="qwerty")  # type: ignore[arg-type]  # the mistake
