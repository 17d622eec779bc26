"""How edits are chosen, on a change that marks letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_robust import Between, InvalidArgument, InvalidData
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.core.wording import like
from pytest_robust.transforms import DropCharacters, KeyboardTypos, SwapCharacters
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

CATALOG = Catalog(room="pytest_robust.transforms", interface=Transform)  # type: ignore[type-abstract]  # the interface
EDITS: list[Any] = [m for m in CATALOG if ".text." in m.__module__ and m.__name__ != "AddDistractor"]
NAMES = {"ids": lambda member: getattr(member, "__name__", repr(member))}
ENGLISH = "Anna isn't late. It is 7 o'clock, and the film is good. 1 rnodern \u00e9tude."
# What is likely to go wrong: marks, parts of emoji, other scripts, spaces, and what is changed.
SIGNS = "a\u00e9\u0301\U0001f600\u200d\u05d0\u0660\u1112\u1161\u3002 \t\r\n'?.is not7AI"


@dataclass(frozen=True, kw_only=True, repr=False)
class Mark(Transform):
    """Writes a sign of as many letters over each pair of them, or over each run."""

    rate: Amount | None = strength(strongest=1, default=None)
    edits: int | None = count_field(default=None)
    protect: tuple[str, ...] = ()
    width: int = 1
    spared: int = 0

    def __post_init__(self) -> None:
        check_edits(self)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return edited(self, batch, streams, self._found, spared=self.spared)

    def _found(self, text: Text, _: Sequence[float]) -> Iterator[Edit]:
        for start in range(len(text.value) - self.width + 1):
            yield Edit(start, start + self.width, "#" * self.width)


def marked(change: Any, transform: Transform, texts: list[str]) -> list[set[int]]:
    after = change(transform, np.array(texts))
    return [{place for place, sign in enumerate(text) if sign == "#"} for text in after]


@pytest.mark.parametrize("rate", [0, 0.1, 0.5, 1])
def test_the_rate_is_the_expected_share_of_places(rate: float, change: Any) -> None:
    found = marked(change, Mark(rate=rate), ["a" * 200] * 100)
    # Five standard errors of a share in 20,000 places.
    assert sum(map(len, found)) / 20_000 == pytest.approx(rate, abs=0.018 if 0 < rate < 1 else 0)
    assert len(set(map(frozenset, found))) == (100 if 0 < rate < 1 else 1)


def test_a_rate_is_drawn_for_each_example_where_it_has_two_ends(change: Any) -> None:
    shares = np.array([len(one) / 400 for one in marked(change, Mark(rate=Between(0.2, 0.8)), ["a" * 400] * 100)])
    assert 0.1 < shares.min() < 0.3
    assert 0.7 < shares.max() < 0.9


@pytest.mark.parametrize("width", [1, 2, 5])
def test_more_edits_are_the_same_and_others(width: int, change: Any) -> None:
    texts = ["a" * 60, "b" * 7, "c" * 30]
    by_rate = [marked(change, Mark(rate=rate, width=width), texts) for rate in (0.1, 0.3, 0.6, 1)]
    by_number = [marked(change, Mark(edits=edits, width=width), texts) for edits in (1, 2, 5, 100)]
    for rungs in (by_rate, by_number):
        for milder, stronger in pairwise(rungs):
            assert all(few <= many for few, many in zip(milder, stronger, strict=True))
    # All of one are all of the other.
    assert by_rate[-1] == by_number[-1]


def test_a_number_of_edits_is_made_or_as_many_as_there_are(change: Any) -> None:
    assert [len(one) for one in marked(change, Mark(edits=3), ["a" * 50, "ab", ""])] == [3, 2, 0]
    # Of three letters one pair can be marked.
    assert [len(one) for one in marked(change, Mark(edits=3, width=2), ["a" * 50, "abc"])] == [6, 2]


def test_every_place_is_as_likely_as_another(change: Any) -> None:
    counts = np.bincount([place for one in marked(change, Mark(edits=1), ["a" * 10] * 2000) for place in one])
    assert len(counts) == 10
    # Five standard deviations of 200 of 2,000.
    assert np.abs(counts - 200).max() < 68


def test_what_is_done_to_a_text_does_not_depend_on_what_follows(change: Any) -> None:
    short, long = change(KeyboardTypos(rate=0.5), np.array(["some words", "x"])), None
    long = change(KeyboardTypos(rate=0.5), np.array(["some words and many more of them", "x"]))
    assert long[0].startswith(short[0])
    assert short[0] != "some words"
    assert long[1] == short[1]


def test_what_matches_a_pattern_stays(change: Any) -> None:
    guarded = Mark(rate=1, protect=("@\\w+", "é"))
    (after,) = change(guarded, np.array(["ask @anna now é done"]))
    assert after == "####@anna#####é#####"
    # A piece that overlaps a match is left as well.
    assert change(Mark(rate=1, width=2, protect=("b",)), np.array(["abca"]))[0] == "ab##"
    assert change(Mark(rate=1, protect=(".",)), np.array(["abc"]))[0] == "abc"


def test_some_places_are_spared_whatever_the_rate(change: Any) -> None:
    assert [len(one) for one in marked(change, Mark(rate=1, spared=2), ["abcde", "a", ""])] == [3, 0, 0]


def test_no_mark_is_parted_from_its_letter(change: Any) -> None:
    (after,) = change(Mark(rate=1), np.array(["ae\u0301b"]))
    assert after == "#e\u0301#"


@pytest.mark.parametrize("member", EDITS, **NAMES)
def test_rate_zero_changes_nothing(member: Any, change: Any) -> None:
    assert change(member(rate=1), np.array([ENGLISH]))[0] != ENGLISH
    assert change(member(rate=0), np.array([ENGLISH]))[0] == ENGLISH


@pytest.mark.parametrize("member", EDITS, **NAMES)
def test_a_text_that_is_protected_stays(member: Any, change: Any) -> None:
    assert change(member(rate=1, protect=("(?s).+",)), np.array([ENGLISH]))[0] == ENGLISH


@pytest.mark.parametrize("member", EDITS, **NAMES)
@settings(max_examples=20)
@given(texts=st.lists(st.text(SIGNS, max_size=20), min_size=1, max_size=3))
def test_no_text_is_refused(member: Any, texts: list[str]) -> None:
    x = np.array(texts, dtype=object)
    batch = Batch(x=x, y=None, bounds=Bounds(0, 1))
    after = member(rate=1).apply(batch, Streams.of(0, "any", index=np.arange(len(x)))).x
    assert all(type(text) is str for text in after)


def test_the_array_stays_of_its_kind_and_never_gets_narrower(change: Any) -> None:
    short = np.array(["a", "bc"], dtype="U9")
    assert change(DropCharacters(rate=1), short).dtype == np.dtype("U9")
    objects = change(SwapCharacters(rate=1), np.array(["ab", "cd"], dtype=object))
    assert objects.dtype == object
    assert objects.tolist() == ["ba", "dc"]
    assert change(SwapCharacters(rate=1), np.array(["ab", "cd"], dtype=np.dtypes.StringDType())).tolist() == [
        "ba",
        "dc",
    ]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros(3, dtype=np.float32), r"SwapCharacters\(rate=1\) changes texts.*float32.*name it with on="),
        (np.array([b"ab"]), "decode them with np.char.decode"),
        (np.array([["ab"]]), r"shape \(1, 1\); give one string an example, such as x\[:, 0\]"),
        (np.array(["ab", 3], dtype=object), "row 1 of the batch is 3, of type int; make each example a str"),
    ],
    ids=["numbers", "bytes", "a column", "a number among them"],
)
def test_what_is_no_array_of_strings_is_refused(x: Any, message: str, change: Any) -> None:
    with pytest.raises(InvalidData, match=message):
        change(SwapCharacters(rate=1), x)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, r"Mark takes either rate or edits, and neither is given; write for instance Mark\(rate=0.1\)"),
        ({"rate": 0.1, "edits": 1}, "both are given"),
        ({"rate": 1.1}, "rate=1.1 must be from 0 to 1"),
        ({"rate": "all"}, "rate='all' must be a finite number"),
        ({"edits": 0}, "edits=0 must be an integer, at least 1; leave the change out"),
        ({"edits": 1.5}, "edits=1.5 must be an integer"),
        ({"edits": True}, "edits=True must be an integer"),
        ({"rate": 1, "protect": "@"}, "protect='@' must be a tuple"),
        ({"rate": 1, "protect": (3,)}, "must be a tuple of regular expressions"),
        ({"rate": 1, "protect": ("(",)}, r"protect='\(' is no regular expression: .*re.escape"),
    ],
    ids=repr,
)
def test_arguments_that_mean_nothing_are_refused(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Mark(**wrong)


@pytest.mark.parametrize("member", EDITS, **NAMES)
def test_every_change_of_texts_takes_the_same_three(member: Any) -> None:
    with pytest.raises(InvalidArgument, match=f"{member.__name__} takes either rate"):
        member()
    assert member(edits=4).scaled(0.5) == member(edits=2)
    assert member(edits=1).scaled(0.1) == member(edits=1)
    assert member(rate=0.4, protect=("a",)).scaled(0.5) == member(rate=0.2, protect=("a",))
    assert repr(member(edits=1, protect=("a",))) == f"{member.__name__}(edits=1, protect=('a',))"
    assert member(edits=2).level == 2
    assert member.strongest().rate is not None


@pytest.mark.parametrize("count", [1, 3, 7])
def test_a_pick_takes_each_option_as_often(count: int) -> None:
    picked = [pick(range(count), share) for share in (np.arange(7 * count) + 0.5) / (7 * count)]
    assert np.bincount(picked).tolist() == [7] * count


def test_a_word_is_written_like_another() -> None:
    assert [like("movie", model) for model in ("film", "Film", "FILM", "F", "")] == [
        "movie",
        "Movie",
        "MOVIE",
        "Movie",
        "movie",
    ]
