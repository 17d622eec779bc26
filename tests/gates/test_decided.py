"""What a number comes to beside its bar."""

from __future__ import annotations

import pytest

from pytest_robust.core.estimate import Estimate
from pytest_robust.core.verdict import Bar
from pytest_robust.gates.decided import by_interval, by_value


def estimate(low, high, value=None):
    value = (low + high) / 2 if value is None else value
    return Estimate(value=value, low=low, high=high, n=50, total=50, confidence=0.9, method="told")


@pytest.mark.parametrize(
    ("op", "low", "high", "decision", "where"),
    [
        (">=", 0.5, 0.7, "PASS", "above"),
        (">=", 0.4, 0.5, "UNDECIDED", ""),
        (">=", 0.4, 0.49, "FAIL", "below"),
        (">", 0.51, 0.7, "PASS", "above"),
        (">", 0.5, 0.7, "UNDECIDED", ""),
        (">", 0.4, 0.5, "UNDECIDED", ""),
        (">", 0.4, 0.49, "FAIL", "below"),
        ("<=", 0.4, 0.5, "PASS", "below"),
        ("<=", 0.5, 0.7, "UNDECIDED", ""),
        ("<=", 0.51, 0.7, "FAIL", "above"),
        ("<", 0.4, 0.49, "PASS", "below"),
        ("<", 0.4, 0.5, "UNDECIDED", ""),
        ("<", 0.5, 0.7, "UNDECIDED", ""),
        ("<", 0.51, 0.7, "FAIL", "above"),
    ],
)
def test_an_interval_that_ends_at_the_bar_clears_only_a_bar_that_may_be_met(op, low, high, decision, where):
    bar, measured = Bar(op=op, value=0.5), estimate(low, high)
    verdict = by_interval(bar, measured, enough=1234, remedy="train more")
    assert verdict.decision.value == decision
    assert (verdict.bar, verdict.estimate, verdict.claim.value) == (bar, measured, "population")
    if where:
        assert verdict.reason == f"the whole 90% interval lies {where} the bar"
        assert verdict.remedy == ("" if decision == "PASS" else "train more")
    else:
        assert verdict.reason == "the 90% interval holds the bar"
        assert verdict.remedy.startswith(
            "about 1,234 examples would settle it at this rate; or claim only what holds on"
        )


def test_an_interval_that_no_number_of_examples_brings_off_the_bar_says_so():
    verdict = by_interval(Bar(op=">=", value=0.5), estimate(0.4, 0.6), enough=None, remedy="train more")
    assert verdict.remedy.startswith("no feasible number would settle it; or claim only what holds on these examples")


@pytest.mark.parametrize(
    ("value", "decision", "reason", "remedy"),
    [
        (0.5, "PASS", "all 50 were asked", ""),
        (0.49, "FAIL", "all 50 were asked", "train more"),
        (float("inf"), "PASS", "all 50 were asked; the value is beyond everything that was found", ""),
    ],
)
def test_these_examples_are_decided_by_their_value(value, decision, reason, remedy):
    of_all = estimate(0.4, 0.6, value)
    verdict = by_value(Bar(op=">=", value=0.5), of_all, rests_on="all 50 were asked", remedy="train more")
    assert (verdict.decision.value, verdict.reason, verdict.remedy) == (decision, reason, remedy)
    assert (verdict.estimate, verdict.bar, verdict.claim.value) == (of_all, Bar(op=">=", value=0.5), "dataset")
