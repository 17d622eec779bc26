"""Sentences beside the matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import AddDistractor, End, Start

OWN = ("@a", "@b", "@c")


def test_one_is_added_at_the_end_each_as_often(change: Any) -> None:
    after, counts = np.unique(change(AddDistractor(distractors=OWN), np.array(["Text."] * 600)), return_counts=True)
    assert after.tolist() == ["Text. @a", "Text. @b", "Text. @c"]
    # Five standard deviations of 200 of 600.
    assert np.abs(counts - 200).max() < 58


@pytest.mark.parametrize("at", [Start(), End()], ids=repr)
def test_more_are_the_same_and_others_further_out(at: Any, rewrite: Any) -> None:
    one, two, three = (rewrite(AddDistractor(count=count, at=at, distractors=OWN), "Text.") for count in (1, 2, 3))
    assert one in two
    assert two in three
    assert set(three.split()) == {"Text.", *OWN}


def test_an_empty_text_becomes_the_distractor(rewrite: Any) -> None:
    for at in (Start(), End()):
        assert rewrite(AddDistractor(at=at), "") == rewrite(AddDistractor(at=at), "x").replace("x ", "").replace(
            " x", ""
        )


def test_milder_ones_add_fewer() -> None:
    assert AddDistractor.strongest() == AddDistractor(count=5)
    assert AddDistractor(count=4).scaled(0.5) == AddDistractor(count=2)
    assert AddDistractor().scaled(0.1) == AddDistractor()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"count": 0}, "count=0 must be an integer from 1 to 10"),
        ({"count": 11}, "from 1 to 10"),
        ({"count": 2, "distractors": ("@a",)}, "from 1 to 1"),
        ({"count": 1.0}, "must be an integer"),
        ({"distractors": "@a"}, "must be a tuple of texts"),
        ({"distractors": ()}, "must be a tuple of texts"),
        ({"distractors": ("@a", "")}, "must be a tuple of texts"),
        ({"at": "end"}, r"at='end' must be End\(\) or Start\(\)"),
    ],
    ids=repr,
)
def test_arguments_that_mean_nothing_are_refused(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        AddDistractor(**wrong)
