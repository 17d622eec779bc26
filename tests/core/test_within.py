"""Whatever the change is, it stays in its ball, whole numbers too; and noise fills it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_robust import (
    L0,
    L1,
    L2,
    UNBOUNDED,
    Bounds,
    InvalidArgument,
    InvalidData,
    LInf,
    Subject,
    TiledNoise,
    Within,
)
from pytest_robust.attacks import PGD
from pytest_robust.core.batch import Batch
from pytest_robust.core.policy import Policy
from pytest_robust.core.streams import Streams
from pytest_robust.strategies import perturbations
from pytest_robust.testing import check_transform
from pytest_robust.transforms import Brightness, GaussianNoise, Rotate

EXACT = Policy(exact=True)
NORMS = {LInf: 0.05, L2: 0.4, L1: 2.0}
ORDERS = {LInf: np.inf, L2: 2, L1: 1}


class Recorder:
    """A model that remembers what it was shown last."""

    def __init__(self) -> None:
        self.last: Any = None

    def __call__(self, x: Any) -> Any:
        self.last = np.array(x)
        return np.zeros(len(x), dtype=int)


def shown(x: Any, under: Any, bounds: Any = (0, 1)) -> Any:
    """The changed examples as the model sees them, in the order of the data."""
    model = Recorder()
    subject = Subject(model, x, np.zeros(len(x), dtype=int), bounds=bounds, policy=EXACT)
    measurement = subject.accuracy(under=under)
    float(measurement)
    evaluation = subject._laboratory.evaluation(measurement._case.metric.requests()[0])  # type: ignore[union-attr]
    made, found = np.empty_like(x), evaluation.outcomes
    made[found.index] = model.last
    distance = np.empty(len(x))
    distance[found.index] = found.distance
    return made, distance


def far(changed: Any, x: Any, norm: Any) -> Any:
    change = (changed.astype(np.float64) - x).reshape(len(x), -1)
    return np.linalg.norm(change, ord=ORDERS[norm], axis=1)


@pytest.mark.parametrize("norm", NORMS, ids=repr)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_draw_stays_in_the_ball(norm: Any, data: Any) -> None:
    x = np.random.default_rng(0).random((5, 8, 8, 3), dtype=np.float32)
    eps = NORMS[norm]
    kinds = data.draw(st.sampled_from([(), (Rotate, GaussianNoise, Brightness)]))
    under = data.draw(perturbations.within(*kinds, eps=eps, norm=norm))
    changed, distance = shown(x, under)
    measured = far(changed, x, norm)
    assert (measured <= eps * 1.0001).all()
    assert distance == pytest.approx(measured, rel=1e-4, abs=1e-6)
    assert changed.min() >= 0
    assert changed.max() <= 1


@pytest.mark.parametrize(("norm", "eps"), [(LInf, 3.5), (LInf, 1), (L2, 40.5), (L1, 300)], ids=repr)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whole_numbers_are_rounded_inside_the_ball(norm: Any, eps: float, data: Any) -> None:
    x = np.random.default_rng(1).integers(0, 256, size=(5, 8, 8, 3)).astype(np.uint8)
    kinds = data.draw(st.sampled_from([(), (Rotate, GaussianNoise, Brightness)]))
    changed, _ = shown(x, data.draw(perturbations.within(*kinds, eps=eps, norm=norm)), bounds=(0, 255))
    assert changed.dtype == np.uint8
    assert (far(changed, x, norm) <= eps).all()


def test_what_is_in_the_ball_already_is_left_as_it_is() -> None:
    x = np.random.default_rng(2).random((6, 8, 8), dtype=np.float32)
    mild = Rotate(degrees=0.1)
    assert np.array_equal(shown(x, Within(change=mild, eps=0.9))[0], _alone(x, mild))


def _alone(x: Any, under: Any) -> Any:
    return under.apply(
        Batch(x=x, y=None, bounds=Bounds(0, 1)), Streams.of(0, index=np.arange(len(x))).child("rotate")
    ).x


def test_a_large_change_reaches_the_edge_of_the_ball() -> None:
    x = np.random.default_rng(3).random((6, 8, 8), dtype=np.float32)
    for norm, eps in NORMS.items():
        strong = GaussianNoise(sigma=0.5) | Rotate(degrees=90)
        assert far(shown(x, Within(change=strong, eps=eps, norm=norm))[0], x, norm) == pytest.approx(eps, rel=1e-3)


@pytest.mark.parametrize("norm", NORMS, ids=repr)
@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3), (11,), ()], ids=repr)
@pytest.mark.parametrize("tile", [1, 2, 5, 50])
def test_noise_is_as_large_as_it_says_and_the_same_within_a_tile(norm: Any, shape: Any, tile: int) -> None:
    x = np.full((40, *shape), 3.0, dtype=np.float32)
    batch = Batch(x=x, y=None, bounds=UNBOUNDED)
    noise = TiledNoise(size=0.5, norm=norm, tile=tile).apply(batch, Streams.of(0, index=np.arange(40))).x - x
    assert far(noise, np.zeros_like(noise), norm) == pytest.approx(0.5, rel=1e-5)
    assert np.ptp(np.abs(noise)) < 1e-6
    assert {-1.0, 1.0} == set(np.sign(noise.reshape(40, -1)[:, 0]))
    if shape and tile > 1:
        assert np.array_equal(noise[:, 0], noise[:, 1])
    if shape and tile == 1:
        assert (noise[:, 0] != noise[:, 1]).any()


def test_each_pattern_is_another_and_milder_noise_is_the_same_one() -> None:
    batch = Batch(x=np.zeros((3, 8, 8), dtype=np.float32), y=None, bounds=UNBOUNDED)
    streams = Streams.of(0, index=np.arange(3))
    whole = TiledNoise(size=1, pattern=2)
    assert (whole.apply(batch, streams).x != TiledNoise(size=1, pattern=3).apply(batch, streams).x).any()
    assert np.array_equal(whole.scaled(0.5).apply(batch, streams).x, whole.apply(batch, streams).x / 2)


def test_noise_keeps_every_promise_of_a_transform() -> None:
    check_transform(TiledNoise(size=0.1, tile=3, pattern=5))
    check_transform(TiledNoise(size=0.5, norm=L2))


def test_milder_ones_have_a_milder_change_in_the_same_ball() -> None:
    held = Within(change=Rotate(degrees=10), eps=0.1)
    assert held.scaled(0.5) == Within(change=Rotate(degrees=5), eps=0.1)
    assert held.has_strength
    assert held.level == 10
    assert held.adapted(lambda model: model) == held
    assert repr(Within(change=Rotate(degrees=1) | GaussianNoise(sigma=0.1), eps=0.1, norm=L2)) == (
        "Within(change=Rotate(degrees=1) | GaussianNoise(sigma=0.1), eps=0.1, norm=L2)"
    )


def test_one_of_several_inputs_is_held_to_the_ball() -> None:
    data = {"image": np.zeros((4, 8, 8), dtype=np.float32), "age": np.zeros(4, dtype=np.float32)}
    seen = []

    def model(x: Any) -> Any:
        seen.append({name: np.array(entry) for name, entry in x.items()})
        return np.zeros(len(x["age"]), dtype=int)

    subject = Subject(model, data, np.zeros(4, dtype=int), bounds=(0, 1), policy=EXACT)
    float(subject.accuracy(under=Within(change=Brightness(shift=0.9, on="image"), eps=0.1)))
    assert 0 < seen[-1]["image"].max() <= 0.1 * 1.0001
    assert (seen[-1]["age"] == 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Within(change=PGD(eps=0.1), eps=0.1), r"PGD\(eps=0.1\) is not a transform.*ball of its own"),
        (lambda: Within(change=Rotate(degrees=1) | PGD(eps=0.1), eps=0.1), "is not a transform"),
        (lambda: Within(change=Rotate(degrees=1), eps=0), "eps=0 must be a finite number above 0"),
        (lambda: Within(change=Rotate(degrees=1), eps=1, norm=L0), "norm=L0 must be LInf, L2 or L1"),
        (lambda: TiledNoise(size=1, norm=L0), "TiledNoise: norm=L0 must be"),
        (lambda: TiledNoise(size=-1), "eps=-1 must be|size=-1 must be"),
        (lambda: TiledNoise(size=1, tile=0), "tile=0 must be an integer, at least 1"),
        (lambda: TiledNoise(size=1, pattern=-1), "pattern=-1 must be an integer, at least 0"),
        (lambda: TiledNoise(size=1, tile=1.5), "tile=1.5 must be an integer"),  # type: ignore[arg-type]  # wrong on purpose
        (lambda: perturbations.within(PGD(eps=0.1), eps=0.1), "is not a transform"),
        (lambda: perturbations.within(Rotate, eps=-1), "eps=-1 must be"),
        (lambda: perturbations.within(eps=0.1, norm=L0), "norm=L0 must be"),
        (lambda: perturbations.within(eps=0.1, grid=0), "grid=0"),
    ],
)
def test_what_means_nothing_is_refused(call: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        call()


def test_texts_have_no_ball() -> None:
    subject = Subject(lambda x: np.zeros(len(x), dtype=int), np.array(["a", "b"]), np.zeros(2, dtype=int))
    with pytest.raises(InvalidData, match="no range of values"):
        float(subject.accuracy(under=Within(change=Rotate(degrees=1), eps=0.1)))


def test_a_ball_that_does_not_fit_the_bounds_is_refused() -> None:
    subject = Subject(lambda x: np.zeros(len(x), dtype=int), np.zeros((2, 8, 8)), np.zeros(2, dtype=int), bounds=(0, 1))
    with pytest.raises(InvalidArgument, match="eps=8 is larger than any change"):
        float(subject.accuracy(under=Within(change=Rotate(degrees=1), eps=8)))
