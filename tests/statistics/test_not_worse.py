from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.not_worse import Pairs, not_worse
from pytest_robust.statistics.tango import not_below, tango


@given(st.integers(0, 60), st.integers(0, 60), st.floats(-0.2, 0.2))
def test_a_single_comparison_is_told_where_its_interval_lies_above_the_margin(
    gained: int, lost: int, margin: float
) -> None:
    low = tango(gained, lost, 200, confidence=0.95).low
    assume(abs(low + margin) > 1e-9)
    (told,) = not_worse([Pairs(gained=gained, lost=lost, trials=200)], margin=margin, confidence=0.95)
    assert told.rejected == (low > -margin)
    assert told.p_value == told.adjusted == not_below(gained, lost, 200, margin=margin)


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_any_worse_check_passes_as_rarely_as_promised(shared: float) -> None:
    # Six checks of one model on the same 300 examples, each worse by exactly the margin.
    random, runs, passed, alone = np.random.default_rng(0), 500, 0, 0
    for _ in range(runs):
        common, own = random.random(300), random.random((6, 300))
        drawn = np.where(random.random((6, 300)) < shared, common, own)
        family = [
            Pairs(gained=int((one < 0.04).sum()), lost=int(((one >= 0.04) & (one < 0.1)).sum()), trials=300)
            for one in drawn
        ]
        told = not_worse(family, margin=0.02, confidence=0.95)
        passed += any(one.rejected for one in told)
        alone += any(one.p_value <= 0.025 for one in told)
    assert passed / runs <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / runs)
    # Each for itself would let one of six through far too often.
    assert alone / runs > 0.05


def test_more_comparisons_ask_for_more() -> None:
    near = Pairs(gained=3, lost=4, trials=1000)
    (single,) = not_worse([near], margin=0.0085, confidence=0.95)
    assert single.rejected
    assert not any(one.rejected for one in not_worse([near] * 8, margin=0.0085, confidence=0.95))


def test_no_comparison_is_no_answer() -> None:
    assert not_worse([], margin=0.01, confidence=0.95) == ()


def test_counts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="do not fit each other"):
        not_worse([Pairs(gained=8, lost=8, trials=10)], margin=0.01, confidence=0.95)
