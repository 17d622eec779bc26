"""Simple cases are made of templates, counted, and quoted where they are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument, Subject, Template
from pytest_robust.metrics import MinimumFunctionality

BAD = Template(text="The {part} was {word}.", words={"part": ("food", "wine"), "word": ("bad", "poor", "odd")}, label=0)
GOOD = Template(text="Lovely!", label=1)


def model(texts: Any) -> Any:
    return np.array([int("bad" not in text and "poor" not in text) for text in texts])


def subject() -> Subject:
    return Subject(model, np.array(["unused"]), [0])


def test_every_combination_is_a_case_and_the_share_of_right_ones_is_measured() -> None:
    estimate = subject().minimum_functionality(cases=(BAD, GOOD)).estimate()
    assert (estimate.value, estimate.n, estimate.total) == (5 / 7, 7, 7)
    assert subject().minimum_functionality(cases=(GOOD,)) >= 1.0


def test_the_message_quotes_the_cases_answered_wrong_and_no_others() -> None:
    verdict = subject().minimum_functionality(cases=(BAD, GOOD)) >= 0.9
    assert not verdict
    assert "'The food was odd.' (is 0) -> 1" in verdict.explanation
    assert "'The wine was odd.' (is 0) -> 1" in verdict.explanation
    assert verdict.explanation.startswith("minimum functionality of 'The {part} was {word}.' and 1 more >= 0.9")
    assert "wrong, the surest first: " in verdict.explanation
    assert "bad" not in verdict.explanation.split("wrong, ")[1]


def test_gaps_are_filled_wherever_they_stand_and_doubled_braces_are_braces() -> None:
    twice = Template(text="{a}, {{really}} {a} {b}", words={"a": ("x", "y"), "b": ("1",)}, label="k")
    assert twice.texts == ("x, {really} x 1", "y, {really} y 1")
    assert GOOD.texts == ("Lovely!",)


def test_a_template_is_a_value() -> None:
    words = {"part": ("food", "wine"), "word": ("bad", "poor", "odd")}
    again = Template(text="The {part} was {word}.", words=words, label=0)
    words["part"] = ("x",)
    assert again == BAD
    assert hash(again) == hash(BAD)
    assert eval(repr(BAD), {"Template": Template}) == BAD
    assert MinimumFunctionality(cases=(BAD,)) == MinimumFunctionality(cases=(again,))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Template(text="{part}", label=0), "the gap {part} has no words"),
        (lambda: Template(text="x", words={"part": ("a",)}, label=0), r"words\['part'\] has no gap in 'x'"),
        (lambda: Template(text="{part", label=0), "cannot be read.*doubled"),
        (lambda: Template(text="{0}", label=0), "a gap is a name in braces"),
        (lambda: Template(text="{a:>3}", words={"a": ("b",)}, label=0), "a gap is a name in braces"),
        (lambda: Template(text="{a}", words={"a": "bc"}, label=0), "must be a tuple of words"),
        (lambda: Template(text="{a}", words=("bc",), label=0), "must be a mapping"),
        (lambda: MinimumFunctionality(cases=()), r"cases=\(\) must be a tuple of templates"),
        (lambda: MinimumFunctionality(cases=BAD), "must be a tuple of templates"),
        (lambda: MinimumFunctionality(cases=("bad",)), "'bad' is no template"),
        (lambda: MinimumFunctionality(cases=(BAD, Template(text="x", label="1"))), "are of several types"),
    ],
)
def test_what_makes_no_case_is_refused(call: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        call()
