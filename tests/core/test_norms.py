from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.optimize import brentq, linprog, minimize
from scipy.stats import kstest

from pytest_robust.core.norms import L0, L1, L2, LInf, Norm
from pytest_robust.core.streams import Streams

NORMS = pytest.mark.parametrize("norm", [LInf, L2, L1], ids=repr)
DUALS = {LInf: 1, L2: 2, L1: np.inf}
ORDERS = {LInf: np.inf, L2: 2, L1: 1}
FLOATS = st.floats(-100, 100, width=32)
DELTAS = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=4, max_side=5), elements=FLOATS)
SIZES = st.floats(1e-3, 50)

Array = NDArray[np.float64]


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def onto(norm: Norm, delta: NDArray[np.float32], size: float) -> NDArray[np.float32]:
    return norm.project(delta, np.zeros_like(delta), size, -np.inf, np.inf)


@NORMS
@given(delta=DELTAS)
def test_size_is_the_norm_of_each_example(norm: Norm, delta: NDArray[np.float32]) -> None:
    wanted = np.linalg.norm(delta.reshape(len(delta), -1).astype(np.float64), ord=ORDERS[norm], axis=1)
    assert norm.size(delta) == pytest.approx(wanted, rel=1e-6)


@NORMS
@given(delta=DELTAS, size=SIZES)
def test_projection_lies_in_the_ball_and_keeps_shape_and_type(
    norm: Norm, delta: NDArray[np.float32], size: float
) -> None:
    projected = onto(norm, delta, size)
    assert (projected.shape, projected.dtype) == (delta.shape, delta.dtype)
    assert (norm.size(projected) <= size * (1 + 1e-6)).all()


@NORMS
@given(delta=DELTAS, size=SIZES)
def test_projecting_twice_changes_nothing(norm: Norm, delta: NDArray[np.float32], size: float) -> None:
    once = onto(norm, delta, size)
    assert onto(norm, once, size) == pytest.approx(once, rel=1e-5, abs=1e-6)


@NORMS
@given(delta=DELTAS, size=SIZES)
def test_projection_leaves_what_is_inside_alone(norm: Norm, delta: NDArray[np.float32], size: float) -> None:
    inside = norm.size(delta) <= size * (1 - 1e-6)
    assert (onto(norm, delta, size)[inside] == delta[inside]).all()


@NORMS
@pytest.mark.parametrize("seed", range(5))
def test_projection_is_the_nearest_point_of_the_ball(norm: Norm, seed: int) -> None:
    delta = random(seed).normal(size=(6, 2, 3)).astype(np.float32) * 2
    size = 0.7 if norm is LInf else 1.5
    projected = onto(norm, delta, size)
    # A point p of a convex set is the one nearest to d when no direction into the set leads
    # towards d: <d - p, q - p> <= 0 for all q in it. The most that <d - p, q> can be is the
    # size times the dual norm.
    away = (delta - projected).reshape(6, -1).astype(np.float64)
    dual = np.linalg.norm(away, ord=DUALS[norm], axis=1)
    assert (away * projected.reshape(6, -1)).sum(axis=1) == pytest.approx(size * dual, rel=1e-5)
    assert (dual > 0).all()


@pytest.mark.parametrize("norm", [LInf, L1], ids=repr)
@pytest.mark.parametrize("seed", range(20))
def test_projection_is_the_nearest_point_of_ball_and_box_together(norm: Norm, seed: int) -> None:
    source = random(seed)
    centre = source.random((6, 9)).astype(np.float32)
    centre[source.random(centre.shape) < 0.3] = 0
    point = centre + source.normal(size=centre.shape).astype(np.float32)
    size = float(source.uniform(0.05, 0.6 if norm is LInf else 4))
    projected = norm.project(point, centre, size, 0.0, 1.0)
    assert ((projected >= 0) & (projected <= 1)).all()
    moved = projected - centre
    assert (norm.size(moved) <= size * (1 + 1e-5)).all()
    # As above: no direction into the set leads towards the point.
    away = point - projected
    furthest = norm.steepest(away, size, 0 - centre, 1 - centre)
    assert (away * moved).sum(axis=1) == pytest.approx((away * furthest).sum(axis=1), abs=1e-4)
    # Presence: ball first and box then is another point.
    apart = np.clip(centre + onto(norm, point - centre, size), 0, 1)
    assert norm is LInf or seed > 5 or not np.allclose(apart, projected, atol=1e-3)


@NORMS
def test_a_ball_without_end_leaves_only_the_box(norm: Norm) -> None:
    point = random(0).normal(size=(4, 6)).astype(np.float32) * 3
    centre = np.full_like(point, 0.5)
    assert norm.project(point, centre, np.inf, 0.0, 1.0) == pytest.approx(np.clip(point, 0, 1), abs=1e-6)


def test_l0_counts_entries_and_keeps_the_largest_changes() -> None:
    delta = np.array([[3, 0, -5, 1], [0, 0, 0.1, 0]], dtype=np.float32)
    assert L0.size(delta).tolist() == [3, 1]
    assert onto(L0, delta, 2).tolist() == [[3, 0, -5, 0], [0, 0, pytest.approx(0.1), 0]]
    assert onto(L0, delta, 99).tolist() == delta.tolist()
    # Between walls at 0 and 4 the change of 5 downwards is none.
    assert L0.project(delta, np.zeros_like(delta), 1, 0.0, 4.0)[0].tolist() == [3, 0, 0, 0]


@pytest.mark.parametrize("seed", range(10))
def test_l0_climbs_as_far_as_any_choice_of_entries(seed: int) -> None:
    source = random(seed)
    gradient = source.normal(size=(1, 6)).astype(np.float32)
    low, high = -source.random((1, 6)).astype(np.float32), source.random((1, 6)).astype(np.float32)
    gain = np.maximum(gradient * low, gradient * high)[0]
    wanted = max(gain[list(chosen)].sum() for chosen in combinations(range(6), 2))
    delta = L0.steepest(gradient, 2, low, high)
    assert float((gradient * delta).sum()) == pytest.approx(wanted, rel=1e-5)
    wide = np.float32(np.inf)
    assert L0.size(L0.steepest(gradient, 2, -wide, wide)).tolist() == [2]


def test_l0_samples_change_as_many_entries_as_they_may() -> None:
    streams = Streams.of(0, "ball", index=np.arange(500))
    samples = L0.sample((2, 5), 3, streams)
    assert (L0.size(samples) == 3).all()
    inside = L0.project(samples + 0.5, np.full_like(samples, 0.5), 3, 0.0, 1.0)
    assert set(np.unique(inside)) == {0, 0.5, 1}
    assert np.abs((inside - 0.5).mean(axis=0)).max() < 0.1


def best(norm: Norm, gradient: Array, size: float, low: Array, high: Array) -> float:
    """Return the maximum of <gradient, delta> over the ball and the box, by a general solver."""
    n = len(gradient)
    if norm is LInf:
        found = linprog(-gradient, bounds=list(zip(np.maximum(low, -size), np.minimum(high, size), strict=True)))
        return float(-found.fun)
    if norm is L1:
        # delta = up - down, both at least 0.
        bounds = [(0, h) for h in high] + [(0, -one) for one in low]
        found = linprog(np.r_[-gradient, gradient], A_ub=np.ones((1, 2 * n)), b_ub=[size], bounds=bounds)
        return float(-found.fun)
    found = minimize(
        lambda d: -gradient @ d,
        np.zeros(n),
        jac=lambda _: -gradient,
        bounds=list(zip(low, high, strict=True)),
        constraints={"type": "ineq", "fun": lambda d: size**2 - d @ d, "jac": lambda d: -2 * d},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    return float(-found.fun)


@NORMS
@pytest.mark.parametrize("seed", range(12))
def test_steepest_climbs_as_far_as_any_change_in_the_ball_and_the_box(norm: Norm, seed: int) -> None:
    source = random(seed)
    entries = int(source.integers(2, 9))
    gradient = source.normal(size=(5, entries)) * 10.0 ** source.integers(-3, 3)
    gradient[source.random(gradient.shape) < 0.1] = 0
    low, high = -source.random(gradient.shape), source.random(gradient.shape)
    # Some entries stand at a wall already.
    low[source.random(gradient.shape) < 0.2] = 0
    size = {LInf: 0.5, L2: 0.8, L1: 1.2}[norm]
    as32 = [a.astype(np.float32) for a in (gradient, low, high)]
    delta = norm.steepest(as32[0], size, as32[1], as32[2])
    assert (norm.size(delta) <= size * (1 + 1e-5)).all()
    assert ((delta >= as32[1] - 1e-6) & (delta <= as32[2] + 1e-6)).all()
    for row in range(5):
        wanted = best(norm, as32[0][row].astype(np.float64), size, low[row], high[row])
        assert float(as32[0][row] @ delta[row]) >= wanted * (1 - 2e-3) - 1e-9


@NORMS
@given(gradient=DELTAS, size=SIZES)
def test_steepest_without_a_box_reaches_size_times_the_dual_norm(
    norm: Norm, gradient: NDArray[np.float32], size: float
) -> None:
    wide = np.float32(np.inf)
    delta = norm.steepest(gradient, size, -wide, wide)
    flat = gradient.reshape(len(gradient), -1).astype(np.float64)
    climbed = (flat * delta.reshape(len(delta), -1)).sum(axis=1)
    assert climbed == pytest.approx(size * np.linalg.norm(flat, ord=DUALS[norm], axis=1), rel=1e-5, abs=1e-38)


@NORMS
def test_a_zero_gradient_moves_nothing(norm: Norm) -> None:
    zero = np.zeros((3, 4, 2), dtype=np.float32)
    for wall in (np.float32(1), np.float32(np.inf), zero + 1):
        assert (norm.steepest(zero, 0.5, -wall, wall) == 0).all()


@pytest.mark.parametrize("ratio", [0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_steepest_in_l2_is_the_best_however_many_entries_come_to_their_walls(ratio: float, share: float) -> None:
    entries = 60
    gradient = ratio ** np.arange(entries, dtype=np.float64)
    size, wall = float(np.sqrt(entries * share)), np.float32(1)
    delta = L2.steepest(gradient.astype(np.float32)[None], size, -wall, wall)[0]
    # The optimum is min(c * gradient, wall) with the c that uses the budget up.
    log_c = brentq(lambda c: np.sum(np.minimum(np.exp(c) * gradient, 1) ** 2) - size**2, -50, 200)
    assert gradient @ delta == pytest.approx(gradient @ np.minimum(np.exp(log_c) * gradient, 1), rel=1e-3)


def test_a_gradient_that_has_all_but_vanished_still_has_its_direction() -> None:
    gradient = np.array([[2e-41, 0], [0, 0], [3, 4]], dtype=np.float32)
    wide = np.float32(np.inf)
    assert L2.steepest(gradient, 1.0, -wide, wide) == pytest.approx(np.array([[1, 0], [0, 0], [0.6, 0.8]]), abs=1e-6)


@NORMS
@pytest.mark.parametrize("scale", [1e-37, 1e-30, 1e-12, 1e12, 1e30, 1e37])
def test_the_scale_of_the_gradient_does_not_matter(norm: Norm, scale: float) -> None:
    gradient = random(0).normal(size=(4, 6)).astype(np.float32)
    low, high = np.full_like(gradient, -0.3), np.full_like(gradient, 0.2)
    usual = norm.steepest(gradient, 0.5, low, high)
    scaled = norm.steepest((gradient * np.float32(scale)).astype(np.float32), 0.5, low, high)
    assert scaled == pytest.approx(usual, rel=1e-3, abs=1e-5)


@NORMS
@pytest.mark.parametrize("shape", [(1,), (2,), (3, 2)])
def test_samples_fill_the_ball_evenly(norm: Norm, shape: tuple[int, ...]) -> None:
    entries, size = int(np.prod(shape)), 2.5
    samples = norm.sample(shape, size, Streams.of(0, "ball", index=np.arange(8000)))
    assert samples.dtype == np.float32
    assert samples.shape == (8000, *shape)
    radius = norm.size(samples) / size
    assert radius.max() <= 1 + 1e-6
    # The share of a ball of radius r is r to the power of the dimension, in every norm.
    assert kstest(radius.clip(0, 1), lambda r: r**entries).pvalue > 1e-4
    flat = samples.reshape(8000, -1)
    assert np.abs(flat.mean(axis=0)).max() < 4 * size / np.sqrt(8000)
    # No corner or axis is preferred: each sign pattern of two entries is as frequent.
    if entries > 1:
        assert ((flat[:, 0] > 0) & (flat[:, 1] > 0)).mean() == pytest.approx(0.25, abs=0.025)


@NORMS
def test_an_examples_sample_is_its_own(norm: Norm) -> None:
    whole = norm.sample((2, 2), 1.0, Streams.of(0, index=np.arange(10)))
    alone = norm.sample((2, 2), 1.0, Streams.of(0, index=np.array([7])))
    assert (whole[7] == alone[0]).all()
    assert norm.sample((2, 2), 1.0, Streams.of(0, index=np.array([], dtype=int))).shape == (0, 2, 2)


@pytest.mark.parametrize("norm", [LInf, L2, L1, L0], ids=repr)
def test_diameter_is_the_size_of_the_boxs_diagonal(norm: Norm) -> None:
    assert norm.diameter(3.0, 5) == pytest.approx(norm.size(np.full((1, 5), 3.0))[0])


@pytest.mark.parametrize("norm", [LInf, L2, L1, L0], ids=repr)
def test_a_norm_prints_as_it_is_written_and_equals_itself(norm: Norm) -> None:
    assert eval(repr(norm), {"LInf": LInf, "L2": L2, "L1": L1, "L0": L0}) == norm
    assert len({LInf, L2, L1, L0}) == 4


@pytest.mark.parametrize("norm", [LInf, L2, L1, L0], ids=repr)
def test_one_size_a_row_is_as_good_as_row_by_row(norm: Norm) -> None:
    source = random(2)
    centre, point = source.random((4, 7)).astype(np.float32), source.normal(size=(4, 7)).astype(np.float32)
    sizes = np.array([0.1, 1.0, 2.5, 4.0])
    projected = norm.project(point, centre, sizes, 0.0, 1.0)
    climbed = norm.steepest(point, sizes, 0 - centre, 1 - centre)
    for row, size in enumerate(sizes):
        one = slice(row, row + 1)
        assert projected[one] == pytest.approx(norm.project(point[one], centre[one], size, 0.0, 1.0), abs=1e-6)
        assert climbed[one] == pytest.approx(norm.steepest(point[one], size, -centre[one], 1 - centre[one]), abs=1e-6)


@pytest.mark.parametrize("norm", [LInf, L2, L1, L0], ids=repr)
@pytest.mark.parametrize("seed", range(12))
def test_no_smaller_change_climbs_as_far_as_the_one_that_reaches(norm: Norm, seed: int) -> None:
    source = random(seed)
    gradient = source.normal(size=(6, 9)).astype(np.float32)
    gradient[source.random(gradient.shape) < 0.2] = 0
    centre = source.random((6, 9)).astype(np.float32)
    centre[source.random(centre.shape) < 0.3] = 0
    low, high = (0 - centre, 1 - centre) if seed % 3 else (np.float32(-np.inf), np.float32(np.inf))
    most = np.inf if np.ndim(low) == 0 else (gradient * norm.steepest(gradient, 99.0, low, high)).sum(axis=1)
    gain = np.minimum(source.uniform(0.05, 3, 6), 0.9 * most)
    change = norm.reach(gradient, gain, low, high)
    assert (change >= low).all()
    assert (change <= high).all()
    assert (gradient * change).sum(axis=1) == pytest.approx(gain, rel=1e-4)
    if norm is not L0:
        size = norm.size(change)
        furthest = norm.steepest(gradient, size, low, high)
        assert (gradient * furthest).sum(axis=1) == pytest.approx(gain, rel=1e-3)
    elif np.ndim(low):
        fewer = norm.steepest(gradient, norm.size(change) - 1, low, high)
        assert ((gradient * fewer).sum(axis=1) < gain).all()


@pytest.mark.parametrize("norm", [LInf, L2, L1, L0], ids=repr)
def test_what_is_out_of_reach_is_gone_for_as_far_as_the_walls(norm: Norm) -> None:
    gradient = np.array([[1.0, -2.0, 0.0]], dtype=np.float32)
    box = np.full((1, 3), 0.25, dtype=np.float32)
    assert norm.reach(gradient, np.array([100.0]), -box, box).tolist() == [[0.25, -0.25, 0]]
    assert norm.reach(np.zeros_like(gradient), np.array([1.0]), -box, box).tolist() == [[0, 0, 0]]
