from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.holm import holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=7)


def closed(p_values: list[float]) -> list[float]:
    """Return the adjusted p values of the closure principle: a hypothesis falls with all sets that hold it.

    Each set is tested by Bonferroni (Marcus, Peritz and Gabriel 1976).
    """
    rows = range(len(p_values))
    sets = list(chain.from_iterable(combinations(rows, size) for size in range(1, len(p_values) + 1)))
    tested = {one: min(1.0, len(one) * min(p_values[row] for row in one)) for one in sets}
    return [max(tested[one] for one in sets if row in one) for row in rows]


@given(P_VALUES)
def test_adjusted_values_are_those_of_the_closed_test(p_values: list[float]) -> None:
    assert [one.adjusted for one in holm(p_values, error=0.05)] == pytest.approx(closed(p_values))


@given(P_VALUES, st.floats(0.001, 0.5))
def test_a_hypothesis_is_rejected_where_its_adjusted_value_allows_it(p_values: list[float], error: float) -> None:
    for given_, one in zip(p_values, holm(p_values, error=error), strict=True):
        assert one.p_value == given_ <= one.adjusted <= 1
        assert one.rejected == (one.adjusted <= error)


def test_the_values_of_holms_own_rule() -> None:
    # Three against a twentieth: 1/60, 1/40, 1/20, and the first that is not below stops.
    assert [one.rejected for one in holm([0.016, 0.024, 0.049], error=0.05)] == [True, True, True]
    assert [one.rejected for one in holm([0.049, 0.026, 0.016], error=0.05)] == [False, False, True]
    assert [one.rejected for one in holm([0.017, 0.017, 0.017], error=0.05)] == [False, False, False]


def test_none_is_none_and_one_is_itself() -> None:
    assert holm([], error=0.05) == ()
    assert holm([0.03], error=0.05)[0].adjusted == 0.03


@pytest.mark.parametrize("dependent", [False, True])
def test_any_false_rejection_is_as_rare_as_promised(dependent: bool) -> None:
    random, runs, any_false, found = np.random.default_rng(0), 1000, 0, 0
    for _ in range(runs):
        common = random.normal()
        noise = random.normal(size=5)
        z = np.sqrt(0.7) * common + np.sqrt(0.3) * noise if dependent else noise
        # Three are true, two are far from it.
        z += np.array([0, 0, 0, 3, 4])
        said = [one.rejected for one in holm(list(norm.sf(z)), error=0.05)]
        any_false += any(said[:3])
        found += said[4]
    assert any_false / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert found / runs > 0.8


@pytest.mark.parametrize("p_values", [[-0.1], [0.2, 1.1], [float("nan")], [[0.1]]])
def test_what_is_no_p_value_is_refused(p_values: list[float]) -> None:
    with pytest.raises(InvalidArgument, match="from 0 to 1"):
        holm(p_values, error=0.05)


def test_an_error_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="strictly between 0 and 1"):
        holm([0.1], error=1)
