from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.norms import L1, L2, LInf, Norm
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel, check_budget

UNIT = Bounds(0, 1)
NORMS = pytest.mark.parametrize("norm", [LInf, L2, L1], ids=repr)
RANDOM = np.random.default_rng(0)
X = RANDOM.random((20, 3, 4), dtype=np.float32)


@pytest.mark.parametrize("eps", [0, -0.1, nan, inf, -inf, True, "0.1", None])
def test_a_budget_that_no_norm_can_mean_is_refused(eps: float) -> None:
    with pytest.raises(InvalidArgument, match=r"must be a finite number above 0") as caught:
        check_budget(eps)
    assert repr(eps) in str(caught.value)
    if eps != inf:
        with pytest.raises(InvalidArgument):
            ThreatModel(norm=LInf, eps=eps, bounds=UNIT)


def test_a_budget_of_less_than_one_grey_level_is_refused_with_the_one_meant() -> None:
    with pytest.raises(InvalidArgument, match=r"eps=0\.03 .*\[0, 255\].*did you mean eps=7\.65\?"):
        ThreatModel(norm=LInf, eps=0.03, bounds=Bounds(0, 255))
    assert ThreatModel(norm=LInf, eps=1, bounds=Bounds(0, 255)).eps == 1
    assert ThreatModel(norm=LInf, eps=0.03, bounds=UNBOUNDED).eps == 0.03


@pytest.mark.parametrize(("norm", "largest"), [(LInf, 1), (L2, 4), (L1, 16)])
def test_a_budget_beyond_every_change_is_refused(norm: Norm, largest: float) -> None:
    ThreatModel(norm=norm, eps=largest, bounds=UNIT).check_reach((4, 4))
    with pytest.raises(InvalidArgument, match="larger than any change within .*write 8/255, not 8"):
        ThreatModel(norm=norm, eps=largest * 1.01, bounds=UNIT).check_reach((4, 4))


def test_a_budget_without_bounds_may_be_any_size() -> None:
    ThreatModel(norm=LInf, eps=1e6, bounds=UNBOUNDED).check_reach((4, 4))


@NORMS
def test_without_a_budget_only_the_bounds_hold(norm: Norm) -> None:
    threat = ThreatModel(norm=norm, eps=inf, bounds=UNIT)
    threat.check_reach((4, 4))
    point = X + 3 * RANDOM.normal(size=X.shape).astype(np.float32)
    assert threat.project(point, X) == pytest.approx(np.clip(point, 0, 1), abs=1e-6)
    assert threat.allows(np.clip(point, 0, 1), X).all()
    assert not threat.allows(point, X).any()


@NORMS
@given(seed=st.integers(0, 1000), eps=st.floats(0.01, 1), bounds=st.sampled_from([UNIT, UNBOUNDED, Bounds(0, inf)]))
def test_projected_points_are_allowed_and_stay(norm: Norm, seed: int, eps: float, bounds: Bounds) -> None:
    threat = ThreatModel(norm=norm, eps=eps, bounds=bounds)
    point = X + np.random.default_rng(seed).normal(size=X.shape).astype(np.float32)
    projected = threat.project(point, X)
    assert projected.dtype == np.float32
    assert threat.allows(projected, X).all()
    assert threat.project(projected, X) == pytest.approx(projected, abs=1e-5)


@NORMS
def test_random_points_are_allowed_and_differ(norm: Norm) -> None:
    threat = ThreatModel(norm=norm, eps=0.3, bounds=UNIT)
    points = threat.sample(X, Streams.of(0, index=np.arange(len(X))))
    assert threat.allows(points, X).all()
    assert (np.abs(points - X).reshape(len(X), -1).max(axis=1) > 0).all()


@NORMS
@pytest.mark.parametrize("bounds", [UNIT, UNBOUNDED, Bounds(0, inf), Bounds(-inf, 1)], ids=str)
def test_a_step_uphill_stays_in_reach_and_in_bounds(norm: Norm, bounds: Bounds) -> None:
    threat = ThreatModel(norm=norm, eps=0.5, bounds=bounds)
    gradient = RANDOM.normal(size=X.shape).astype(np.float32)
    after = threat.ascend(X, gradient, 0.5)
    assert threat.allows(after, X).all()
    assert ((after - X) * gradient).reshape(len(X), -1).sum(axis=1).min() > 0


def test_what_is_not_allowed_is_told() -> None:
    threat = ThreatModel(norm=LInf, eps=0.25, bounds=UNIT)
    x = np.full((6, 2), 0.9, dtype=np.float32)
    point = x.copy()
    point[0, 1] = 0.65
    point[1, 0] = 0.64
    point[2, 0] = 1.0
    point[3, 0] = 1.01
    point[4, 0] = nan
    point[5, 0] = inf
    assert threat.allows(point, x).tolist() == [True, False, True, False, False, False]


def test_one_float32_rounding_is_within_the_budget() -> None:
    threat = ThreatModel(norm=LInf, eps=8 / 255, bounds=Bounds(0, 1))
    x = RANDOM.random((2000, 10), dtype=np.float32)
    assert threat.allows(x + np.float32(8 / 255) * np.where(x > 0.5, -1, 1).astype(np.float32), x).all()


@NORMS
def test_a_step_within_one_bound_is_the_step_within_that_and_a_far_one(norm: Norm) -> None:
    gradient = np.random.default_rng(3).normal(size=X.shape).astype(np.float32)
    for half, far in ((Bounds(0, inf), Bounds(0, 50)), (Bounds(-inf, 1), Bounds(-50, 1)), (UNBOUNDED, Bounds(-40, 40))):
        steps = [ThreatModel(norm=norm, eps=0.5, bounds=b).ascend(X, gradient, 0.5) for b in (half, far)]
        assert steps[0] == pytest.approx(steps[1], abs=1e-6)
        assert (steps[0] < X).any()
