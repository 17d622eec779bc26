"""Saved runs as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.example import Example
from pytest_robust.core.figure import Figure
from pytest_robust.core.piece import Piece
from pytest_robust.core.ran import Ran
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores
from pytest_robust.gates.merge import Saved, merge

SETTINGS = {"claim": "dataset", "confidence": "0.95", "error": "0.001", "seed": "0", "samples": "all", "exact": "yes"}


def record(name, value=0.9, **changes):
    usual = {
        "id": "accuracy",
        "nodeid": f"test_m.py::{name}",
        "metric": "accuracy",
        "title": "accuracy",
        "decision": "PASS",
        "reason": "all 10 examples were evaluated",
        "op": ">=",
        "bar": 0.5,
        "value": value,
        "n": 10,
        "total": 10,
        "scores": Scores.of((np.arange(10) < 10 * value).astype(float)),
    }
    return Record(**{**usual, **changes})


def run(*records, tests=(), left_out=(), **changes):
    usual = {
        "created": "2026-01-01T00:00:00+00:00",
        "tool": "pytest-robust 0.1.0",
        "settings": SETTINGS,
        "environment": {"python": "3.11.9"},
        "records": records,
        "ran": Ran(tests=tuple(tests), left_out=tuple(left_out)),
    }
    return Run(**{**usual, **changes})


def merged(*runs):
    return merge([Saved(source=f"{letter}.json", run=one) for letter, one in zip("abc", runs, strict=False)])


def test_the_tests_of_two_shards_are_the_one_session_they_would_have_been():
    a, b, c = record("test_a"), record("test_b"), record("test_c", 0.8)
    whole = run(a, b, c, tests=["a", "b", "c"])
    first = run(a, c, tests=["a", "c"], left_out=["b"])
    second = run(b, tests=["b"], left_out=["a", "c"])
    assert merged(first, second).run == merged(second, first).run == whole
    assert merged(first, second).differences == ()


def test_a_figure_that_every_shard_drew_is_there_once_in_the_order_of_tests():
    def drawn(name, title, webp="UklGRg=="):
        return Figure(nodeid=f"test_m.py::{name}", title=title, width=1, height=1, webp=webp)

    first = run(record("test_a"), figures=(drawn("test_a", "early"), drawn("test_c", "late")))
    second = run(record("test_a"), figures=(drawn("test_b", "between"), drawn("test_a", "early", webp="other")))
    assert merged(first, second).run.figures == (first.figures[0], second.figures[0], first.figures[1])


def test_checks_stand_by_file_and_then_by_test():
    order = ["README::a", "README.md::a", "test_b.py::TestC::a", "test_b.py::a"]
    checks = [record("", nodeid=nodeid) for nodeid in order]
    assert [one.nodeid for one in merged(run(*checks[::-1])).run.records] == order
    assert [one.nodeid for one in merged(run(*checks[::2]), run(*checks[1::2])).run.records] == order


def test_a_test_that_no_shard_ran_is_still_left_out():
    told = merged(run(left_out=["b", "c"], tests=["a"]), run(left_out=["a", "c"], tests=["b"])).run.ran
    assert told == Ran(tests=("a", "b"), left_out=("c",))
    assert told.lacking == ("1 test was deselected",)


def test_a_limit_that_has_no_test_id_and_a_failure_stay():
    ran = Ran(tests=("a",), limits=("only some tests were asked for: --lf",), failed=("a",))
    told = merged(run(tests=["a"]), run(ran=ran)).run.ran
    assert (told.limits, told.failed) == (ran.limits, ran.failed)


def test_of_a_run_that_does_not_say_which_tests_it_ran_nothing_is_assumed():
    assert merged(run(tests=["a"]), run(ran=None)).run.ran is None


def test_one_that_did_not_come_to_its_end_makes_all_incomplete():
    assert merged(run(), run()).run.complete
    assert not merged(run(), run(complete=False)).run.complete


def test_a_check_that_both_made_alike_is_one_whatever_it_took():
    one = record("test_a")
    assert merged(run(one), run(replace(one, seconds=9.0, queries=7, gradients=3))).run.records == (one,)


def test_several_checks_of_one_test_keep_their_order_and_number():
    first, second = record("test_a", 0.9), record("test_a", 0.7)
    assert merged(run(first, second), run(first, second)).run.records == (first, second)
    with pytest.raises(InvalidReport, match="test_m.py::test_a::accuracy: a.json and b.json do not agree"):
        merged(run(first, second), run(second, first))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"value": 0.8}, "value 0.9 and 0.8"),
        ({"decision": "FAIL"}, "decision 'PASS' and 'FAIL'"),
        ({"data": "other"}, "data '' and 'other'"),
        ({"seed": 1}, "seed 0 and 1"),
        ({"claim": "population"}, "claim 'dataset' and 'population'"),
        ({"confidence": 0.9}, "confidence 0.95 and 0.9"),
        ({"scores": None}, "other scores"),
        ({"examples": (Example(index=3, label="a", before="a", after="b"),)}, "other examples; leave out"),
    ],
)
def test_a_check_that_came_to_two_results_is_refused_with_both_files(change, told):
    one = record("test_a")
    with pytest.raises(InvalidReport, match=f"test_m.py::test_a::accuracy: a.json and c.json do not agree: {told}"):
        merged(run(one), run(record("test_b")), run(replace(one, **change)))


def test_what_a_property_drew_is_one_only_if_it_is_the_same():
    drawn = record("test_a", role="worst of 9 drawn", under="Rotate(degrees=3)")
    other = replace(drawn, under="Rotate(degrees=4)")
    assert merged(run(drawn), run(drawn, other)).run.records == (drawn, other)
    with pytest.raises(InvalidReport, match="worst of 9 drawn.*do not agree"):
        merged(run(drawn), run(replace(drawn, value=0.1)))


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_another_policy_is_refused(name):
    with pytest.raises(
        InvalidReport, match=f"{name} is {SETTINGS[name]} in a.json and 7 in b.json.*one --robust-{name}"
    ):
        merged(run(), run(settings={**SETTINGS, name: "7"}))
    without = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(InvalidReport, match=f"{name} is {SETTINGS[name]} in a.json and not said in b.json"):
        merged(run(), run(settings=without))


def test_another_environment_is_listed_and_both_are_kept():
    found = merged(
        run(),
        run(environment={"python": "3.12.1", "jax": "1"}, tool="pytest-robust 0.2.0", created="2026-02-02"),
        run(settings={**SETTINGS, "battery": "quick"}),
    )
    assert found.run.environment == {"python": "3.11.9; 3.12.1", "jax": "none; 1"}
    assert (found.run.settings["battery"], found.run.created) == ("none; quick", "2026-02-02")
    assert found.differences == (
        "tool: pytest-robust 0.1.0 in a.json, c.json; pytest-robust 0.2.0 in b.json",
        "battery: none in a.json, b.json; quick in c.json",
        "python: 3.11.9 in a.json, c.json; 3.12.1 in b.json",
        "jax: none in a.json, c.json; 1 in b.json",
    )


def test_a_run_alone_is_itself():
    one = run(record("test_a"), tests=["a"])
    assert merged(one).run == one


def shard(text, *records, **changes):
    ran = Ran(tests=tuple(sorted({one.nodeid for one in records})), shard=text)
    return run(*records, ran=ran, **changes)


def half(index, right, asked=5):
    """One of two shards of ten examples, so many of which are right."""
    scores = (np.arange(5) < right).astype(float)
    piece = Piece(
        shard=f"{index}/2",
        size=10,
        asked=asked,
        known=Scores.of(np.ones(5)),
        scores=Scores.exact(scores),
        flattery="up",
        remedy="train more",
    )
    return record("test_a", right / 5, decision="SHARD", n=5, total=5, scores=None, piece=piece)


def test_shards_become_one_check_with_a_verdict_and_say_nothing_of_shards():
    found = merged(shard("2/2", half(2, 1)), shard("1/2", half(1, 3))).run
    (told,) = found.records
    assert (told.decision, told.value, told.n, told.total, told.remedy) == ("FAIL", 0.4, 10, 10, "train more")
    assert told.scores == Scores.of(np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], float))
    assert told.piece is None
    assert (found.ran.shard, found.ran.lacking) == ("", ())


def test_a_check_that_every_shard_made_in_full_stays_one():
    both = record("test_f1", id="score-f1")
    found = merged(shard("1/2", half(1, 5), both), shard("2/2", half(2, 5), both)).run
    assert [one.decision for one in found.records] == ["PASS", "PASS"]


def test_shards_and_parts_of_the_tests_merge_together():
    other = record("test_b")
    found = merged(shard("1/2", half(1, 5)), shard("2/2", half(2, 5)), run(other, tests=["test_b"])).run
    assert [one.nodeid for one in found.records] == ["test_m.py::test_a", "test_m.py::test_b"]


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        ([shard("1/2", half(1, 5))], "shard 2/2 is missing: there is 1/2 in a.json; give the runs of all 2"),
        ([shard("1/3"), shard("2/3")], "shard 3/3 is missing"),
        ([shard("1/2"), shard("2/3")], "these are shards of several kinds: 1/2 in a.json, 2/3 in b.json"),
        (
            [shard("1/2", half(1, 5)), shard("2/2")],
            "test_m.py::test_a::accuracy in a.json, b.json: shard 2/2 is missing",
        ),
        (
            [shard("1/2", half(1, 5)), shard("1/2", half(1, 4)), shard("2/2", half(2, 5))],
            "a.json and b.json do not agree",
        ),
        ([shard("1/2", half(1, 5)), shard("2/2", half(2, 5)), run(record("test_a"))], "leave one of them out"),
    ],
)
def test_what_is_no_whole_set_of_shards_is_refused(runs, why):
    with pytest.raises(InvalidReport, match=why):
        merged(*runs)


def test_one_shard_given_twice_is_one():
    runs = [shard("1/2", half(1, 5)), shard("1/2", half(1, 5)), shard("2/2", half(2, 5))]
    assert merged(*runs).run.records[0].value == 1.0
