from __future__ import annotations

import json
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.example import Example, Picture
from pytest_robust.core.record import SCHEMA, Record, Run

UNIT = Bounds(0, 1)
IMAGE = np.random.default_rng(0).random((5, 7, 3)).astype(np.float32)
TEXT = st.text(max_size=20)
NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def picture(image: NDArray[Any] = IMAGE, bounds: Bounds = UNIT) -> Picture:
    made = Picture.of(image, bounds)
    assert made is not None
    return made


PICTURES = st.none() | hnp.arrays(np.uint8, (3, 2, 1)).map(lambda image: picture(image, Bounds(0, 255)))
EXAMPLES = st.builds(
    Example,
    index=st.integers(0, 10**9),
    label=TEXT,
    before=TEXT,
    after=TEXT,
    before_score=NUMBER,
    distance=NUMBER,
    clean=PICTURES,
    changed=PICTURES,
    changed_text=TEXT,
)
RECORDS = st.builds(
    Record,
    id=TEXT,
    metric=TEXT,
    title=TEXT,
    decision=st.sampled_from(["PASS", "INVALID"]),
    reason=TEXT,
    bar=NUMBER,
    value=NUMBER,
    level=NUMBER,
    n=st.integers(0, 10**9),
    findings=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    notes=st.lists(TEXT, max_size=2).map(tuple),
    broken_by=st.lists(st.tuples(TEXT, st.integers(0, 10**9)), max_size=2).map(tuple),
    examples=st.lists(EXAMPLES, max_size=2).map(tuple),
)


@given(RECORDS)
def test_a_record_comes_back_from_json_as_it_went(record: Record) -> None:
    assert Record.from_dict(json.loads(json.dumps(record.to_dict()))) == record


@given(st.lists(RECORDS, max_size=2), st.booleans(), st.dictionaries(TEXT, TEXT, max_size=2))
def test_a_run_comes_back_from_json_as_it_went(records: list[Record], complete: bool, words: dict[str, str]) -> None:
    run = Run(
        created="2026-01-01", tool="t 1", records=tuple(records), complete=complete, environment=words, settings=words
    )
    assert Run.from_json(run.to_json()) == run
    assert json.loads(run.to_json())["schema"] == SCHEMA


def test_a_report_made_before_members_were_counted_is_read() -> None:
    record = Record(id="a", metric="a", title="a", decision="PASS", reason="")
    values = json.loads(Run(created="", tool="", records=(record,)).to_json())
    assert values["records"][0].pop("broken_by") == []
    assert Run.from_json(json.dumps(values)).records == (record,)


@pytest.mark.parametrize("number", [nan, inf])
def test_a_number_that_json_cannot_say_is_refused(number: float) -> None:
    record = Record(id="a", metric="a", title="a", decision="PASS", reason="", value=number)
    with pytest.raises(ValueError, match="not JSON compliant"):
        Run(created="", tool="", records=(record,)).to_json()


CHECK = Record(id="a", metric="a", title="a", decision="PASS", reason="")


def _edited(**changes: object) -> str:
    values = json.loads(Run(created="", tool="", records=(CHECK,)).to_json())
    values["records"][0].update(changes)
    return json.dumps(values)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is no JSON, or was cut off"),
        (_edited()[:-40], "it is no JSON, or was cut off.*run the tests again"),
        ("[]", "it is some other file; a report is what --robust-output=json:FILE wrote"),
        ('{"records": []}', "it is some other file"),
        ('{"schema": 999, "records": []}', f"its schema is 999, and this version reads {SCHEMA}; upgrade"),
        ('{"schema": 1, "records": [1]}', "it lacks what a report of schema 1 has"),
        ('{"schema": 1, "records": []}', "it lacks what a report of schema 1 has"),
        (_edited(value="0.9"), "value='0.9' of 'a' is no number"),
        (_edited(value=float("nan")), "value=nan of 'a' is no number"),
        (_edited(high=float("inf")), "high=inf of 'a' is no number"),
        (_edited(n=True), "n=True of 'a' is no number"),
        (_edited(n=None), "n=None of 'a' is no number"),
        (_edited(surprise=1), "surprise"),
        (_edited(scores={"bits": 1, "n": 80, "text": "AA=="}), "scores of 80 examples, 1 bits each, stand in 1 bytes"),
    ],
)
def test_a_file_that_is_no_report_of_this_schema_is_refused_with_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(InvalidReport, match=why):
        Run.from_json(text)


def test_a_picture_keeps_every_grey_level() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert (picture(levels, Bounds(0, 255)).array()[:, :, 0] == levels).all()
    assert (picture(levels / np.float32(255)).array()[:, :, 0] == levels).all()


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3), (4, 6, 4)])
def test_a_picture_has_the_shape_of_its_image(shape: tuple[int, ...]) -> None:
    made = picture(np.zeros(shape))
    assert made.array().shape == (4, 6, shape[2] if len(shape) > 2 else 1)
    assert (made.height, made.width) == (4, 6)


def test_black_and_white_are_the_ends_of_the_bounds() -> None:
    image = np.array([[-2.0, -1.0], [0.0, 3.0]])
    assert picture(image, Bounds(-1, 1)).array()[:, :, 0].tolist() == [[0, 0], [128, 255]]
    assert picture(image, UNBOUNDED).array()[:, :, 0].tolist() == [[0, 51], [102, 255]]
    assert picture(np.ones((2, 2)), UNBOUNDED).array().max() == 0


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(5),
        np.zeros((5, 5, 2)),
        np.zeros((1, 5)),
        np.zeros((5, 1, 3)),
        np.zeros((2, 2, 2, 3)),
        np.full((3, 3), "a"),
    ],
    ids=lambda array: str(array.shape),
)
def test_what_is_no_image_has_no_picture(array: NDArray[Any]) -> None:
    assert Picture.of(array, Bounds(0, 1)) is None
