"""A release beside the one before it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from pytest_robust.core.baseline import Baseline
from pytest_robust.core.estimate import Interval
from pytest_robust.core.gated import Gated, GatedCheck
from pytest_robust.core.groups import Groups
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores
from pytest_robust.gates.gate import Terms, gate
from pytest_robust.gates.waiver import Waiver
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.clustered import clustered_mean
from pytest_robust.statistics.square_and_add import square_and_add

ID = "test_m.py::test_a::accuracy"
TODAY = date(2026, 3, 1)


def rights(count, total=100):
    return np.arange(total) < count


def record(right=None, /, **changes):
    """The record of a check that passes, on a hundred examples of which the first ninety are right."""
    scores = rights(90) if right is None else np.asarray(right, float)
    value = float(np.mean(scores))
    usual = {
        "id": "accuracy",
        "nodeid": "test_m.py::test_a",
        "metric": "accuracy",
        "title": "accuracy",
        "decision": "PASS",
        "reason": "all",
        "op": ">=",
        "bar": 0.5,
        "value": value,
        "low": value - 0.05,
        "high": value + 0.05,
        "n": len(scores),
        "total": len(scores),
        "data": "d" * 16,
        "model": "cnn",
        "scores": Scores.of(scores),
    }
    return Record(**{**usual, **changes})


def run(*records):
    return Run(created="now", tool="t", records=records)


def baseline(*records, scores=True):
    return Baseline.of(run(*records), commit="", accepted="", scores=scores)


def terms(margin=0.02, **changes):
    return Terms(**{"margin": margin, "today": TODAY, "source": "base.json", **changes})


def decided(old, new, *, scores=True, **changes):
    """What the only check comes to."""
    made = gate(baseline(old, scores=scores), run(new), terms(**changes))
    assert len(made.checks) == 1
    return made.checks[0]


@pytest.mark.parametrize(
    ("right", "decision"),
    [(90, "PASS"), (88, "PASS"), (87, "FAIL"), (92, "PASS"), (93, "IMPROVED"), (100, "IMPROVED")],
)
def test_these_examples_may_lose_the_margin_and_not_one_more(right, decision):
    check = decided(record(), record(rights(right)))
    assert check.decision == decision
    assert check.drop == pytest.approx((90 - right) / 100)
    assert (check.old, check.new) == (0.9, right / 100)


def test_a_comparison_says_what_became_of_what_by_which_method_and_margin():
    pairs = decided(record(title="top 1"), record(rights(87), title="top 1"))
    assert pairs.reason == (
        f"0.9000 became 0.8700: a drop of +0.0300 [{pairs.low:+.4f}, {pairs.high:+.4f}] (dataset; Tango), margin 0.02; "
        "3 examples worse, 0 better, of 100"
    )
    assert pairs.remedy == "look at the examples that only the baseline got right, or waive the check for a while"
    assert (pairs.title, pairs.margin) == ("top 1", 0.02)
    counts = decided(record(title="top 1"), record(rights(87), title="top 1"), scores=False)
    assert counts.reason.endswith("(dataset; square and add, without pairs), margin 0.02")
    assert decided(record(rights(1, 1)), record(rights(1, 1))).reason.endswith("; 0 examples worse, 0 better, of 1")


def test_of_a_value_of_0_nothing_is_made_up():
    nothing, little = (record(scores=None, op="<=", value=value, low=0.0, high=0.1) for value in (0.0, 0.04))
    worse, better = decided(nothing, little), decided(little, nothing)
    assert (worse.drop, better.drop) == (0.04, -0.04)
    # By hand, as for independent values: the distances of the ends that lie on one side, squared and added.
    far = (0.04**2 + 0.1**2) ** 0.5
    assert (worse.low, worse.high) == pytest.approx((0.04 - far, 0.1))
    assert (better.low, better.high) == pytest.approx((-0.1, far - 0.04))


def test_a_swap_of_examples_is_told_apart_from_the_same_examples():
    swapped = np.roll(rights(90), 10)
    check = decided(record(), record(swapped))
    assert (check.decision, check.newly_broken, check.newly_right) == ("PASS", 10, 10)
    same = decided(record(), record())
    assert (same.newly_broken, same.newly_right) == (0, 0)
    assert check.high > same.high


def test_where_less_is_better_more_is_a_drop():
    old, new = (record(rights(n), op="<=", bar=0.95) for n in (10, 14))
    check = decided(old, new)
    assert (check.decision, check.newly_broken, check.newly_right) == ("FAIL", 4, 0)
    assert check.drop == pytest.approx(0.04)
    assert check.low <= 0.04 <= check.high
    assert decided(new, old).decision == "IMPROVED"


@pytest.mark.parametrize(
    ("total", "right", "decision"),
    [(100, 90, "UNDECIDED"), (1000, 900, "PASS"), (1000, 960, "IMPROVED"), (1000, 800, "FAIL")],
)
def test_the_population_is_decided_by_the_whole_interval(total, right, decision):
    old = record(rights(total * 9 // 10, total), claim="population")
    check = decided(old, record(rights(right, total), claim="population"))
    assert check.decision == decision


def test_undecided_says_how_many_examples_would_settle_it_and_so_many_do():
    def sides(n):
        old = rights(n * 9 // 10, n)
        new = np.roll(old, n // 50)
        return record(old, claim="population"), record(new, claim="population")

    check = decided(*sides(200))
    assert check.decision == "UNDECIDED"
    told = int(check.remedy.split("about ")[1].split(" ")[0].replace(",", ""))
    assert decided(*sides(told * 11 // 10 // 50 * 50)).decision == "PASS"
    assert decided(*sides(told // 2 // 50 * 50)).decision == "UNDECIDED"


def test_on_the_margin_no_number_of_examples_settles_it():
    old, new = (record(rights(n), claim="population") for n in (90, 88))
    assert decided(old, new).remedy.startswith("no feasible number of examples would settle it; or claim only what")
    assert "no feasible number" in decided(old, new, margin=0.0200001).remedy


def test_counts_are_compared_without_pairs_and_decide_less():
    old, new = (record(rights(900, 1000), claim="population", low=0.88, high=0.92) for _ in range(2))
    assert decided(old, new).decision == "PASS"
    check = decided(old, new, scores=False)
    assert (check.decision, check.newly_broken) == ("UNDECIDED", None)
    assert "without pairs" in check.method
    assert decided(record(), record(rights(87)), scores=False).decision == "FAIL"


def test_shares_are_compared_example_by_example():
    random = np.random.default_rng(0)
    shares = random.random(300)
    old, new = record(shares, claim="population"), record(np.clip(shares - 0.001, 0, 1), claim="population")
    check = decided(old, new)
    assert (check.decision, check.method) == ("PASS", "Learned-Miller-Thomas")
    # Without pairs the spread of the shares alone is about 0.09; with them there remains what a
    # share that went from 1 to 0 would add, of which 300 examples may have missed one in a hundred.
    assert 0.001 < check.high - check.low < 0.03
    # What it draws follows from the seed of the check.
    drawn = [decided(*(replace(side, seed=seed) for side in (old, new))) for seed in (7, 7, 8)]
    difference = old.scores.array() - new.scores.array()
    expected = bounded_mean(difference, low=-1, high=1, confidence=0.95, seed=7)
    assert [(one.low, one.high) for one in drawn[:2]] == [(expected.low, expected.high)] * 2
    assert drawn[2].low != expected.low


def test_examples_of_groups_are_compared_pair_by_pair_but_not_as_independent_ones():
    # Four examples of a hundred are lost, all of one group of five: certain enough only if they were independent.
    views = Groups.of(np.arange(100) // 5)
    sides = [replace(one, claim="population") for one in (record(rights(96)), record(rights(92)))]
    alone = decided(*sides, margin=0.12)
    groups = decided(sides[0], replace(sides[1], groups=views), margin=0.12)
    assert (alone.decision, alone.method) == ("PASS", "Tango")
    assert (groups.decision, groups.method) == ("UNDECIDED", "Tango by groups")
    assert groups.low < alone.low
    assert groups.newly_broken == alone.newly_broken == 4
    # About these examples there is nothing to allow for.
    assert decided(record(rights(96)), record(rights(92), groups=views), margin=0.04).decision == "PASS"


def test_shares_of_groups_allow_for_them_too():
    shares, views = np.repeat([0.9, 0.5, 0.7, 0.8], 25), Groups.of(np.arange(100) // 25)
    old, new = (record(values, claim="population") for values in (shares, np.where(shares == 0.5, 0.3, shares)))
    alone, groups = decided(old, new), decided(old, replace(new, groups=views))
    assert groups.method == "Learned-Miller-Thomas by groups"
    assert groups.high > alone.high
    expected = clustered_mean(
        old.scores.array() - new.scores.array(), views.array(), low=-1, high=1, confidence=0.95, seed=7
    )
    drawn = decided(replace(old, seed=7), replace(new, seed=7, groups=views))
    assert (drawn.low, drawn.high) == (expected.low, expected.high)


def test_without_pairs_the_interval_is_made_of_both_sides_ends():
    old = record(rights(90), claim="population", low=0.83, high=0.94)
    new = record(rights(87), claim="population", low=0.79, high=0.92)
    check = decided(old, new, scores=False)
    expected = square_and_add(0.9, Interval(low=0.83, high=0.94), 0.87, Interval(low=0.79, high=0.92))
    assert (check.low, check.high) == pytest.approx((expected.low, expected.high))


def test_what_was_not_run_is_missing():
    made = gate(baseline(record(), record(nodeid="test_m.py::test_b")), run(record()), terms())
    assert [check.decision for check in made.checks] == ["PASS", "MISSING"]
    assert not made.passed
    assert made.checks[1] == GatedCheck(
        check="test_m.py::test_b::accuracy",
        title="accuracy",
        decision="MISSING",
        reason="it is in the baseline and was not run",
        remedy="run its test; if it is gone for good: pytest --robust-save-baseline=FILE",
        old=0.9,
        margin=0.02,
        old_low=0.9 - 0.05,
        old_high=0.9 + 0.05,
    )


def test_what_is_not_compared_shows_both_values_and_what_to_do():
    check = decided(record(), record(rights(80), title="top 1", seed=7), refresh="make baseline")
    assert (check.title, check.old, check.new, check.drop, check.margin) == ("accuracy", 0.9, 0.8, None, 0.02)
    assert check.remedy == "measure both alike; if the change is meant: make baseline"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": "e" * 16}, "data 'dddddddddddddddd' in the baseline, 'eeeeeeeeeeeeeeee' now"),
        ({"under": "PGD(eps=0.2)"}, "parameters '' in the baseline, 'PGD(eps=0.2)' now"),
        ({"metric": "invariance"}, "metric 'accuracy' in the baseline, 'invariance' now"),
        ({"title": "top 5"}, "what is measured 'accuracy' in the baseline, 'top 5' now"),
        ({"seed": 7}, "seed 0 in the baseline, 7 now"),
        ({"total": 500}, "examples 100 in the baseline, 500 now"),
        ({"op": "<=", "bar": 0.95}, "which way is better: >= in the baseline, <= now"),
        ({"value": None}, "there is no value on both sides"),
        ({"scores": None}, "the baseline has a score of each example, and this run has not"),
        ({"scores": Scores.of(np.ones(99))}, "the baseline has a score of each example, and this run has not"),
    ],
)
def test_what_is_not_the_same_on_both_sides_is_not_compared(change, words):
    check = decided(record(), record(**change))
    assert check.decision == "INVALID"
    assert words in check.reason.partition("it cannot be compared with the baseline: ")[2].split("; ")
    assert not check.lets_through


def test_a_baseline_that_did_not_say_which_way_is_better_is_not_compared():
    check = decided(record(op="", bar=None, decision="NO BAR"), record())
    assert check.decision == "INVALID"
    assert "which way is better: not said in the baseline, >= now" in check.reason


def test_a_rate_among_those_right_before_is_compared_whatever_their_number_but_not_its_sample():
    old, new = (
        record(scores=None, op="<=", bar=0.9, value=0.1),
        record(scores=None, op="<=", bar=0.9, total=80, value=0.1),
    )
    assert decided(old, new).decision == "PASS"
    sampled = replace(run(new), settings={"samples": "80"})
    (check,) = gate(baseline(old), sampled, terms()).checks
    assert "examples None in the baseline, 80 now" in check.reason
    (check,) = gate(replace(baseline(old), settings={"samples": "80"}), sampled, terms()).checks
    assert check.decision == "PASS"


def test_every_difference_is_listed():
    check = decided(record(), record(data="e" * 16, seed=1))
    assert check.reason.endswith("'eeeeeeeeeeeeeeee' now; seed 0 in the baseline, 1 now")


def test_without_pairs_an_interval_of_the_same_confidence_is_needed_on_both_sides():
    assert "confidence 0.95 in the baseline, 0.9 now" in decided(record(), record(confidence=0.9), scores=False).reason
    assert decided(record(), record(low=None), scores=False).reason == (
        "it cannot be compared with the baseline: there is no interval on both sides"
    )
    assert decided(record(), record(confidence=0.9, low=None)).decision == "PASS"


@pytest.mark.parametrize(
    ("own", "decision"),
    [("FAIL", "FAIL"), ("UNDECIDED", "UNDECIDED"), ("INVALID", "INVALID"), ("NO BAR", "NO BAR"), ("odd", "INVALID")],
)
def test_a_check_that_does_not_hold_by_itself_is_not_saved_by_its_baseline(own, decision):
    poor = record(rights(10))
    assert decided(poor, record(decision=own)).decision == decision
    fresh = gate(None, run(record(decision=own)), terms())
    assert [check.decision for check in fresh.checks] == [decision]
    assert not fresh.passed


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"bar": 0.1 + 0.2}, "by itself, without the baseline, it does not clear >= 0.3: too few"),
        ({"bar": 1e-07}, "by itself, without the baseline, it does not clear >= 1e-07: too few"),
        ({"bar": -0.01, "bar_of": "accuracy of old - 0.01"}, "it does not clear >= accuracy of old - 0.01: too few"),
        ({"decision": "INVALID", "op": "", "bar": None}, "it does not clear its bar: too few"),
        (
            {"decision": "NO BAR", "op": "", "bar": None},
            "it has no bar that a value could miss, so nothing says which way is better, or when an attack failed",
        ),
    ],
)
def test_a_check_that_does_not_hold_by_itself_says_which_bar_it_missed_and_what_to_do(own, words):
    ill = record(**{"decision": "FAIL", "reason": "too few", "remedy": "train more", **own})
    for check, before in ((decided(record(), ill), ""), (gate(None, run(ill), terms()).checks[0], "first release")):
        assert check.reason.startswith(before)
        assert check.reason.endswith(words)
        assert check.remedy == "train more"


@pytest.mark.parametrize(
    ("own", "remedy"),
    [
        ({"decision": "NO BAR", "op": "", "bar": None}, "give it a bar: assert ... >= 0.9"),
        ({"bar": 0.0}, "give it a bar: assert ... >= 0.9"),
        ({"decision": "INVALID"}, ""),
    ],
)
def test_only_a_check_without_a_bar_is_told_to_get_one(own, remedy):
    ill = record(**own)
    assert decided(record(), ill).remedy == gate(None, run(ill), terms()).checks[0].remedy == remedy


@pytest.mark.parametrize(("op", "bar"), [(">=", 0.0), ("<=", 1.0), (">", -1.0)])
def test_a_bar_that_nothing_can_miss_is_none(op, bar):
    # The judge asks whether an attack worked only where the verdict rests on it: not there.
    assert decided(record(op=op), record(op=op, bar=bar)).decision == "NO BAR"


def test_a_bar_that_is_another_model_counts_as_one():
    assert decided(record(), record(bar=-0.1, bar_of="accuracy of old - 1")).decision == "PASS"


def test_a_new_check_needs_a_bar_that_holds():
    fresh = record(nodeid="test_m.py::test_new")
    made = gate(baseline(record()), run(record(), fresh), terms())
    assert [check.decision for check in made.checks] == ["PASS", "NEW"]
    assert made.passed
    assert made.checks[1] == GatedCheck(
        check="test_m.py::test_new::accuracy",
        title="accuracy",
        decision="NEW",
        reason="it is not in the baseline; its own bar holds",
        new=0.9,
        margin=0.02,
    )
    made = gate(baseline(record()), run(record(), replace(fresh, decision="NO BAR", op="", bar=None)), terms())
    assert [check.decision for check in made.checks] == ["PASS", "NO BAR"]
    assert not made.passed


def test_the_first_release_is_held_to_its_own_bars_and_says_so():
    made = gate(None, run(record()), terms())
    assert made.first
    assert made.passed
    assert (made.baseline, made.margin) == ("base.json", 0.02)
    assert made.checks[0].reason == "first release, nothing to compare with; its own bar holds"


def test_an_empty_session_lets_nothing_through():
    for old in (None, baseline()):
        made = gate(old, run(), terms())
        assert [check.reason for check in made.checks] == ["no check was made"]
        assert not made.passed


def test_what_a_session_lacks_blocks_the_release_whatever_its_checks_say():
    made = gate(baseline(record()), run(record()), terms(), lacking=("2 tests were deselected", "a worker died"))
    assert [check.check for check in made.blocking] == ["session", "session#2"]
    assert made.blocking[0] == GatedCheck(
        check="session",
        title="the whole session",
        decision="MISSING",
        reason="2 tests were deselected",
        remedy="run all tests, without a selection, to their end",
        margin=0.02,
    )
    assert made.checks[0].decision == "PASS"
    assert not made.passed


def test_draws_of_a_property_are_not_compared_and_block_only_where_they_fail():
    drawn = record(role="worst of 9 drawn", under="Rotate(degrees=3)")
    made = gate(baseline(record(), drawn), run(record(), drawn), terms())
    assert len(made.checks) == 1
    for old, why in ((baseline(record()), "it is not in the baseline; "), (None, "first release, nothing to comp")):
        made = gate(old, run(record(), replace(drawn, decision="NO BAR")), terms())
        assert [(check.check, check.lets_through) for check in made.checks] == [(ID, True), (ID, False)]
        assert made.checks[1].decision == "NO BAR"
        assert made.checks[1].reason.startswith(why)


def test_nothing_evaluated_is_no_pass():
    assert not Gated(evaluated=False, baseline="b", checks=(GatedCheck(check="a", decision="PASS", reason=""),)).passed
    assert not Gated(evaluated=True, baseline="b").passed
    assert not GatedCheck(check="a", decision="pass", reason="").lets_through


@pytest.fixture(params=["UTC", "West+11", "East-14"])
def clock_of_another_zone(request, monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("this system does not let a program choose its zone")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("created", "decision"),
    [
        ("2026-03-02T00:30:00+00:00", "FAIL"),
        ("2026-03-02T01:30:00+02:00", "WAIVED"),  # still the first of March in UTC
        ("2026-03-01T23:59:59+00:00", "WAIVED"),
        ("", "WAIVED"),  # made without a clock
    ],
)
@pytest.mark.usefixtures("clock_of_another_zone")
def test_a_clock_that_went_back_revives_no_waiver_wherever_it_stands(created, decision):
    waiver = Waiver(check=ID, reason="new sensor", until=date(2026, 3, 1))
    kept = replace(baseline(record()), created=created)
    (check,) = gate(kept, run(record(rights(50))), terms(waivers=(waiver,), today=date(1970, 1, 1))).checks
    assert check.decision == decision


def test_a_waiver_lets_through_until_its_last_day_and_then_fails_even_what_would_pass():
    old, bad = record(), record(rights(50))

    def waived(new, until):
        waiver = Waiver(check=ID, reason="new sensor", until=until)
        (check,) = gate(baseline(old), run(new) if new else run(record(nodeid="x")), terms(waivers=(waiver,))).checks[
            :1
        ]
        return check

    assert waived(bad, TODAY).decision == "WAIVED"
    assert "FAIL, 0.9000 became 0.5000" in waived(bad, TODAY).reason
    assert waived(None, TODAY).decision == "WAIVED"
    assert waived(old, TODAY).decision == "PASS"
    for new in (bad, old):
        check = waived(new, date(2026, 2, 28))
        assert check.decision == "FAIL"
        assert "ended on 2026-02-28" in check.reason


def test_the_line_that_refreshes_the_baseline_stands_beside_an_improvement():
    check = decided(record(), record(rights(99)), refresh="pytest --robust-save-baseline=base.json")
    assert check.remedy.endswith("pytest --robust-save-baseline=base.json")
