from __future__ import annotations

import pytest

from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.verdict import Bar, Decision, Verdict


@pytest.mark.parametrize(
    ("op", "below", "at", "above", "upward"),
    [
        (">=", False, True, True, True),
        (">", False, False, True, True),
        ("<=", True, True, False, False),
        ("<", True, False, False, False),
    ],
)
def test_a_bar_holds_on_its_side(op: str, below: bool, at: bool, above: bool, upward: bool) -> None:
    bar = Bar(op=op, value=0.6)
    assert (bar.holds(0.5), bar.holds(0.6), bar.holds(0.7), bar.upward) == (below, at, above, upward)
    assert str(bar) == f"{op} 0.6"


def test_a_bar_that_is_another_measurement_is_written_so() -> None:
    assert str(Bar(op=">=", value=0.59, of="accuracy of production - 0.01")) == ">= accuracy of production - 0.01"


@pytest.mark.parametrize("decision", list(Decision))
def test_only_a_pass_is_true_where_anything_is_judged(decision: Decision) -> None:
    verdict = Verdict(decision=decision, bar=None, estimate=None, claim=Claim.DATASET, reason="")
    assert bool(verdict) is (decision in {Decision.PASS, Decision.PLANNED, Decision.SHARD})


def test_an_estimate_is_written_with_its_interval_and_its_counts() -> None:
    estimate = Estimate(value=0.5, low=0.25, high=0.75, n=10, total=20, confidence=0.95, method="")
    assert str(estimate) == "0.500 [0.250, 0.750] on 10 of 20"
