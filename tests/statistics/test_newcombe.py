from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.newcombe import newcombe


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    trials = draw(st.integers(1, 300))
    return draw(st.integers(0, trials)), trials


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, table II, method 10, rows a to h.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_interval_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    interval = newcombe(first, second, confidence=0.95)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(("n1", "n2"), [(40, 40), (30, 90)])
def test_interval_covers_the_difference_about_as_often_as_promised(n1: int, n2: int) -> None:
    intervals = [[newcombe((a, n1), (b, n2), confidence=0.95) for b in range(n2 + 1)] for a in range(n1 + 1)]
    low, high = (np.array([[getattr(i, end) for i in row] for row in intervals]) for end in ("low", "high"))
    coverage = []
    for p1 in (0.5, 0.7, 0.9, 0.95):
        for drop in (0.0, 0.05, 0.2, 0.4):
            chance = np.outer(binom.pmf(np.arange(n1 + 1), n1, p1), binom.pmf(np.arange(n2 + 1), n2, p1 - drop))
            coverage.append(float(chance[(low <= drop) & (drop <= high)].sum()))
    # Newcombe's own study: mean 0.9602, least 0.8673 over all corners.
    assert np.mean(coverage) == pytest.approx(0.955, abs=0.012)
    assert min(coverage) > 0.92


@given(counts(), counts(), st.floats(0.5, 0.999))
def test_interval_holds_the_observed_difference_and_turns_with_the_sides(
    first: tuple[int, int], second: tuple[int, int], confidence: float
) -> None:
    interval, turned = newcombe(first, second, confidence=confidence), newcombe(second, first, confidence=confidence)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1 - 1e-9 <= interval.low <= difference + 1e-12
    assert difference - 1e-12 <= interval.high <= 1 + 1e-9
    assert (interval.low, interval.high) == pytest.approx((-turned.high, -turned.low), abs=1e-12)


@given(counts(), counts(), st.floats(0.5, 0.99))
def test_more_confidence_never_narrows(first: tuple[int, int], second: tuple[int, int], confidence: float) -> None:
    narrow, wide = (newcombe(first, second, confidence=c) for c in (confidence * 0.9, confidence))
    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_without_a_success_the_ends_are_wilsons(confidence: float) -> None:
    # z^2 / (n + z^2), on either side.
    z2 = norm.isf((1 - confidence) / 2) ** 2
    interval = newcombe((0, 10), (0, 30), confidence=confidence)
    assert (interval.low, interval.high) == pytest.approx((-z2 / (30 + z2), z2 / (10 + z2)))


def test_values_outside_their_range_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="confidence=1"):
        newcombe((1, 2), (1, 2), confidence=1)
    with pytest.raises(InvalidArgument, match="3 of 2 is not a proportion"):
        newcombe((1, 2), (3, 2), confidence=0.95)
