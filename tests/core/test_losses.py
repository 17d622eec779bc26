from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.special import softmax

from pytest_robust.core.losses import DLR, LogOdds, Loss, NumpyOps

LOGITS = hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 6)), elements=st.floats(-20, 20, width=32))
Logits = NDArray[np.float64]


def labels(logits: Logits) -> NDArray[np.int64]:
    return np.arange(len(logits)) % logits.shape[1]


def cotangent(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    onehot = np.arange(logits.shape[1]) == labels(logits)[:, None]
    return np.asarray(LogOdds().cotangent(NumpyOps(), logits, onehot))


@given(LOGITS)
def test_the_loss_is_the_log_of_the_odds_against_the_label(logits: Logits) -> None:
    p = softmax(logits, axis=1)[np.arange(len(logits)), labels(logits)]
    others = np.where(np.arange(logits.shape[1]) == labels(logits)[:, None], 0, softmax(logits, axis=1)).sum(axis=1)
    assert LogOdds().value(logits, labels(logits)) == pytest.approx(np.log(others / p), rel=1e-6, abs=1e-6)


@given(LOGITS)
def test_the_cotangent_is_the_numerical_gradient_of_the_loss(logits: Logits) -> None:
    step = 1e-5
    for column in range(logits.shape[1]):
        move = step * (np.arange(logits.shape[1]) == column)
        up, down = (LogOdds().value(logits + m, labels(logits)) for m in (move, -move))
        assert cotangent(logits)[:, column] == pytest.approx((up - down) / (2 * step), abs=1e-5)


@given(LOGITS)
def test_the_cotangent_is_that_of_cross_entropy_without_its_vanishing_factor(logits: Logits) -> None:
    onehot = np.arange(logits.shape[1]) == labels(logits)[:, None]
    cross_entropy = softmax(logits, axis=1) - onehot
    wrong = np.where(onehot, 0, softmax(logits, axis=1)).sum(axis=1, keepdims=True)
    assert cotangent(logits) * wrong == pytest.approx(cross_entropy, abs=1e-9)


@given(LOGITS, st.sampled_from([1.0, 1e3, 1e6, 1e30]))
def test_the_cotangent_never_vanishes_however_sure_the_model_is(logits: Logits, scale: float) -> None:
    slope = cotangent((logits * scale).astype(np.float32))
    onehot = np.arange(logits.shape[1]) == labels(logits)[:, None]
    assert slope.dtype == np.float32
    assert (slope[onehot] == -1).all()
    assert np.where(onehot, 0, slope).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_a_cross_entropy_would_have_vanished_there() -> None:
    sure = np.array([[1000.0, 0.0]], dtype=np.float32)
    assert (softmax(sure, axis=1) - [[1, 0]] == 0).all()
    assert (cotangent(sure) == [[-1, 1]]).all()


def test_the_loss_of_far_logits_is_finite_and_above_0_exactly_where_less_likely_than_not() -> None:
    logits = np.array([[3e38, -3e38], [-3e38, 3e38], [1, 1]], dtype=np.float32)
    values = LogOdds().value(logits, np.array([0, 0, 0]))
    assert np.isfinite(values).all()
    assert values.tolist() == [pytest.approx(-6e38), pytest.approx(6e38), 0]


RANKED = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(2, 6)), elements=st.floats(-5, 5), unique=True)


def losses(classes: int, rows: int) -> list[Loss]:
    target = np.full(rows, classes - 1)
    return [LogOdds(), DLR(), LogOdds().aimed(target), DLR().aimed(target)]


@given(logits=RANKED)
def test_every_slope_is_the_numerical_gradient_of_its_loss(logits: NDArray[np.float64]) -> None:
    # Apart, or a step passes a corner where two classes change their ranks.
    apart = np.diff(np.sort(logits, axis=1), axis=1).min()
    assume(apart > 1e-2)
    y, step = np.zeros(len(logits), dtype=int), 1e-6
    for loss in losses(logits.shape[1], len(logits)):
        slope = loss.slope(logits, y)
        for column in range(logits.shape[1]):
            move = step * (np.arange(logits.shape[1]) == column)
            up, down = loss.value(logits + move, y), loss.value(logits - move, y)
            assert slope[:, column] == pytest.approx((up - down) / (2 * step), rel=1e-3, abs=1e-3)


@given(logits=RANKED, scale=st.floats(1e-3, 1e3))
def test_the_ratio_does_not_depend_on_the_scale_of_the_logits(logits: NDArray[np.float64], scale: float) -> None:
    assume(logits.shape[1] > 2)
    assume(np.diff(np.sort(logits, axis=1), axis=1).min() > 1e-3)
    y = np.zeros(len(logits), dtype=int)
    # Aimed, three classes are too few for a ratio.
    for loss in (DLR(), DLR().aimed(y + 1)) if logits.shape[1] > 3 else (DLR(),):
        assert loss.value(logits * scale, y) == pytest.approx(loss.value(logits, y), rel=1e-6)


@given(logits=RANKED)
def test_an_aimed_ratio_has_a_slope_whatever_the_ranks(logits: NDArray[np.float64]) -> None:
    assume(np.diff(np.sort(logits, axis=1), axis=1).min() > 1e-3)
    y = np.zeros(len(logits), dtype=int)
    for target in range(1, logits.shape[1]):
        assert (np.abs(DLR().aimed(y + target).slope(logits, y)).max(axis=1) > 0).all()


@given(logits=RANKED)
def test_a_ratio_above_zero_is_a_wrong_answer(logits: NDArray[np.float64]) -> None:
    y = np.zeros(len(logits), dtype=int)
    assert ((DLR().value(logits, y) > 0) == (logits.argmax(axis=1) != 0)).all()


def test_the_ratios_are_those_of_the_paper() -> None:
    logits = np.array([[5.0, 1.0, 2.0, -1.0]])
    # (2 - 5) / (5 - 1), and for class 3: (-1 - 5) / (5 - (1 + -1) / 2).
    assert DLR().value(logits, np.array([0])).tolist() == [-0.75]
    assert DLR().aimed(np.array([3])).value(logits, np.array([0])).tolist() == [-1.2]
    # Three classes have no fourth, two no third: then the difference itself.
    assert DLR().aimed(np.array([1])).value(logits[:, :3], np.array([0])).tolist() == [-4.0]
    assert DLR().value(logits[:, :2], np.array([0])).tolist() == [-4.0]
