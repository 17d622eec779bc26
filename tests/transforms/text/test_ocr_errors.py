"""Misread print."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import OcrErrors


@pytest.mark.parametrize(
    ("printed", "read"),
    [("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("0", "O"), ("O", "0"), ("1", "l"), ("l", "1"), ("5", "S")],
)
def test_one_is_read_as_the_other(printed: str, read: str, change: Any) -> None:
    assert read in set(change(OcrErrors(edits=1), np.array([printed] * 100)))


def test_own_confusions_replace_the_usual_ones(rewrite: Any) -> None:
    own = OcrErrors(rate=1, confusions=(("\u00df", "B"), ("ab", "x")))
    assert rewrite(own, "0 rn \u00df B abab x") == "0 rn B \u00df xx ab"


def test_of_pieces_that_overlap_one_is_read_otherwise(change: Any) -> None:
    after = change(OcrErrors(rate=1, confusions=(("ab", "x"), ("bc", "y"))), np.array(["abc"] * 100))
    assert set(after) == {"xc", "ay"}


def test_a_letter_with_a_mark_is_another_letter(rewrite: Any) -> None:
    assert rewrite(OcrErrors(rate=1), "O\u0308") == "O\u0308"


def test_a_piece_in_several_groups_has_all_their_readings(change: Any) -> None:
    assert set(change(OcrErrors(rate=1, confusions=(("a", "b"), ("a", "c", "b"))), np.array(["a"] * 50))) == {"b", "c"}


@pytest.mark.parametrize(
    "wrong", [(), [("a", "b")], ("ab",), (("a",),), (("a", "a"),), (("a", ""),), (("a", 1),)], ids=repr
)
def test_what_are_no_confusions_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidArgument, match="must be a tuple of tuples of at least two different pieces"):
        OcrErrors(rate=1, confusions=wrong)
