"""What stands beside the verdict of a gated check."""

from __future__ import annotations

from datetime import date

import numpy as np

from pytest_robust.core.baseline import Baseline
from pytest_robust.core.example import Example
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores
from pytest_robust.core.turned import Turned
from pytest_robust.gates.gate import Terms, gate

ID = "test_m.py::test_a::accuracy"
SHOWN = Example(index=60, label="a", before="a", after="b", clean_text="one", changed_text="two")
TURNED = Turned(broken_at=tuple(range(60, 90)), fixed_at=(99,), broken=(SHOWN,), fixed=(SHOWN,))


def record(right, **changes):
    scores = (np.arange(100) < right).astype(float)
    usual = {"id": "accuracy", "nodeid": "test_m.py::test_a", "metric": "accuracy", "title": "accuracy", "n": 100}
    made = {"op": ">=", "bar": 0.5, "decision": "PASS", "reason": "all", "total": 100, "scores": Scores.of(scores)}
    ends = {"value": right / 100, "low": right / 100 - 0.1, "high": right / 100 + 0.1}
    return Record(**{**usual, **made, **ends, "family": "PGD()", "level": 0.1, **changes})


def gated(old, new, turned=TURNED, margin=0.0):
    terms = Terms(margin=margin, today=date(2026, 3, 1), source="base.json")
    before, now = (Run(created="", tool="", records=side) for side in (old, new))
    baseline = Baseline.of(before, commit="", accepted="", scores=True)
    return gate(baseline, now, terms, turned={ID: turned} if turned else {}).checks[0]


def test_a_check_has_the_baselines_interval_and_its_place_on_a_curve() -> None:
    check = gated((record(90),), (record(60),), turned=None)
    assert (check.old_low, check.old_high) == (0.8, 1.0)
    assert (check.family, check.level) == ("PGD()", 0.1)
    gone = gated((record(90),), ())
    assert (gone.decision, gone.old_low, gone.old_high) == ("MISSING", 0.8, 1.0)
    assert (gone.family, gone.level, gone.broken, gone.broken_at) == ("", None, (), ())
    new = gated((), (record(60),), turned=None)
    assert (new.decision, new.old_low, new.old_high, new.level) == ("NEW", None, None, 0.1)


def test_what_blocks_names_where_the_newly_broken_are() -> None:
    check = gated((record(90),), (record(60),))
    assert check.decision == "FAIL"
    assert (check.broken, check.fixed, check.broken_at, check.fixed_at) == (
        (SHOWN,),
        (SHOWN,),
        TURNED.broken_at,
        TURNED.fixed_at,
    )
    assert check.remedy.endswith("; newly broken: " + ", ".join(f"x[{n}]" for n in range(60, 80)) + " and 10 more")
    few = gated((record(90),), (record(60),), turned=Turned(broken_at=(7, 8)))
    assert few.remedy.endswith("; newly broken: x[7], x[8]")
    named = [
        gated((record(90),), (record(60),), turned=Turned(broken_at=tuple(range(count)))).remedy.rpartition(" x[19]")[2]
        for count in (20, 21)
    ]
    assert named == ["", " and 1 more"]
    none = gated((record(90),), (record(60),), turned=Turned(fixed_at=(7,)))
    assert none.remedy == gated((record(90),), (record(60),), turned=None).remedy


def test_what_lets_through_shows_them_without_advice() -> None:
    check = gated((record(90),), (record(60),), margin=0.5)
    assert (check.decision, check.remedy, check.broken) == ("PASS", "", (SHOWN,))
    better = gated((record(60),), (record(90),), turned=Turned(fixed_at=tuple(range(60, 90))))
    assert better.decision == "IMPROVED"
    assert "newly" not in better.remedy


def test_what_misses_its_own_bar_shows_them_too() -> None:
    check = gated((record(90),), (record(60, decision="FAIL", remedy="train", bar=0.7),))
    assert (check.decision, check.newly_broken, check.newly_right) == ("FAIL", 30, 1)
    assert check.remedy.startswith("train; newly broken: x[60], ")


def test_what_cannot_be_compared_or_is_unhealthy_shows_none() -> None:
    for new in (record(60, seed=1), record(60, decision="INVALID")):
        check = gated((record(90),), (new,))
        assert (check.decision, check.broken, check.broken_at) == ("INVALID", (), ())
        assert check.newly_broken is None
