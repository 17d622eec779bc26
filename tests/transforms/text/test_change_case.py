"""Capitals and small letters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import ChangeCase, Lower, OtherCase, Upper


@pytest.mark.parametrize(
    ("to", "after"),
    [
        (OtherCase(), "aB 1! E\u0301\u03a3 \u05e9\U0001f600"),
        (Upper(), "AB 1! E\u0301\u03a3 \u05e9\U0001f600"),
        (Lower(), "ab 1! e\u0301\u03c3 \u05e9\U0001f600"),
    ],
    ids=repr,
)
def test_all_letters_are_written_so(to: Any, after: str, rewrite: Any) -> None:
    assert rewrite(ChangeCase(rate=1, to=to), "Ab 1! e\u0301\u03c3 \u05e9\U0001f600") == after


def test_a_letter_whose_capital_is_two_widens_the_text(change: Any) -> None:
    assert change(ChangeCase(rate=1, to=Upper()), np.array(["Fu\u00df"])).tolist() == ["FUSS"]


def test_letters_that_are_capitals_already_are_no_places(rewrite: Any) -> None:
    assert rewrite(ChangeCase(edits=2, to=Upper()), "ABcDEf") == "ABCDEF"


def test_what_is_no_case_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"to='upper' must be OtherCase\(\), Upper\(\) or Lower\(\)"):
        ChangeCase(rate=1, to="upper")  # type: ignore[arg-type]  # the mistake
