"""Shrinking reaches the mildest change that fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import pytest_robust
from pytest_robust import (
    L1,
    L2,
    Constrained,
    Exactly,
    InvalidArgument,
    LInf,
    Range,
    Subject,
    TiledNoise,
    Within,
    transforms,
)
from pytest_robust.attacks import FGSM, AdaptiveEOT
from pytest_robust.core.perturbation import Chain, Perturbation, Transform
from pytest_robust.strategies import perturbations
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import (
    Brightness,
    ColumnNoise,
    Contrast,
    Flip,
    GaussianNoise,
    MissingValues,
    Rotate,
    Translate,
)

QUIET = settings(database=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
# All are imported here, not within the first example, which has a deadline.
NAMES = {
    **{name: getattr(transforms, name) for name in transforms.__all__},
    **{name: getattr(pytest_robust, name) for name in pytest_robust.__all__},
    "FGSM": FGSM,
}


@given(p=perturbations(Rotate, GaussianNoise(sigma=0.2), Translate, FGSM(eps=0.1)))
def test_every_value_prints_as_code_that_makes_it_again(p) -> None:
    assert eval(repr(p), dict(NAMES)) == p


@given(p=perturbations(Rotate(degrees=20), GaussianNoise, budget=0.5, grid=10))
def test_no_value_is_stronger_than_the_budget(p) -> None:
    for part in p.parts if isinstance(p, Chain) else (p,):
        assert part.level <= {"Rotate": 10, "GaussianNoise": 0.25}[type(part).__name__]


@given(p=perturbations(Rotate, GaussianNoise, Translate, parts=2))
def test_no_kind_comes_twice_and_no_more_parts_than_asked(p) -> None:
    kinds = [type(part) for part in (p.parts if isinstance(p, Chain) else (p,))]
    assert len(kinds) == len(set(kinds)) <= 2


@pytest.mark.parametrize("break_at", [1, 7, 37, 64, 100])
def test_a_single_kind_shrinks_to_the_exact_step(break_at) -> None:
    found = find(perturbations(GaussianNoise(sigma=1.0)), lambda p: p.sigma >= break_at / 100, settings=QUIET)
    assert found == GaussianNoise(sigma=break_at / 100)


@pytest.mark.parametrize(
    "limits", [{Rotate: 0.31, GaussianNoise: 9}, {Rotate: 9, GaussianNoise: 0.77}, {Rotate: 0.5, GaussianNoise: 0.2}]
)
def test_one_part_is_left_where_one_is_enough_at_its_exact_step(limits) -> None:
    top = {Rotate: 180, GaussianNoise: 0.5}

    def breaks(p: Perturbation) -> bool:
        return any(
            part.level >= limits[type(part)] * top[type(part)] - 1e-9
            for part in (p.parts if isinstance(p, Chain) else (p,))
        )

    found = find(perturbations(Rotate, GaussianNoise), breaks, settings=QUIET)
    assert not isinstance(found, Chain)
    assert found.level == pytest.approx(limits[type(found)] * top[type(found)], rel=1e-6)


def test_two_parts_stay_where_it_takes_two() -> None:
    def breaks(p: Perturbation) -> bool:
        return (
            isinstance(p, Chain)
            and {type(part) for part in p.parts} == {Brightness, Contrast}
            and all(part.level >= 0.2 for part in p.parts)
        )

    found = find(perturbations(Brightness, Contrast), breaks, settings=QUIET)
    assert sorted(part.level for part in found.parts) == pytest.approx(
        [0.2, 0.207]
    )  # 0.9 * 23 / 100 is the first step over


def test_the_mildest_that_breaks_a_real_model_is_found() -> None:
    # Dark and light squares, told apart by their mean: a brighter image turns the answer
    # exactly where the shift reaches the margin.
    x = np.full((20, 8, 8), 0.3, dtype=np.float32)
    model = LinearModel(np.stack([np.zeros(64), np.ones(64)], axis=1), np.array([0, -64 * 0.5]))
    subject = Subject(model, x, np.zeros(20, int), bounds=(0, 1))
    found = find(
        perturbations(Brightness(shift=Exactly(1.0))), lambda p: not subject.accuracy(under=p) >= 0.9, settings=QUIET
    )
    # At 0.2 the scores are equal and the first class wins by rule; float32 sums decide the tie.
    assert found in {Brightness(shift=Exactly(0.2)), Brightness(shift=Exactly(0.21))}


def test_the_mildest_attack_that_breaks_a_linear_model_is_its_distance() -> None:
    random = np.random.default_rng(4)
    model = LinearModel(random.normal(size=(16, 2)), np.zeros(2))
    x = random.normal(size=(1, 16)).astype(np.float32)
    y = model.logits(x).argmax(axis=1)
    subject = Subject(model, x, y, bounds=pytest_robust.UNBOUNDED)
    found = find(perturbations(FGSM(eps=1.0)), lambda p: not subject.accuracy(under=p) >= 1, settings=QUIET)
    assert found.eps == pytest.approx(np.ceil(float(model.distance(x, 1)[0]) * 100) / 100)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: perturbations(), "needs kinds"),
        (lambda: perturbations(3), "3 is not a perturbation"),
        (lambda: perturbations(Flip()), "has no strength to shrink"),
        (lambda: perturbations(AdaptiveEOT), "AdaptiveEOT has no strongest of its own"),
        (lambda: perturbations(Rotate, parts=2), "parts=2"),
        (lambda: perturbations(Rotate, grid=0), "grid=0"),
        (lambda: perturbations(Rotate, budget=0), "budget=0"),
        (lambda: perturbations(Rotate, budget=float("nan")), "budget=nan"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(call, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        call()


def test_every_composition_of_the_kinds_is_drawn() -> None:
    seen = set()

    @settings(max_examples=600, database=None, phases=[Phase.generate], derandomize=True)
    @given(p=perturbations(Rotate, GaussianNoise, Translate))
    def draw(p):
        seen.add(tuple(type(part).__name__ for part in (p.parts if isinstance(p, Chain) else (p,))))

    draw()
    # Three alone, six pairs and six triples, in every order.
    assert len(seen) == 15


@dataclass(frozen=True, kw_only=True, repr=False)
class Dusk(Transform):
    darkness: Annotated[float, Range(0, 0.8)]
    bands: Annotated[int, Range(0, 8)]

    def apply(self, batch, streams):
        return batch


def test_a_class_of_ones_own_shrinks_to_the_exact_step_of_its_annotated_range() -> None:
    found = find(perturbations(Dusk, Rotate), lambda p: isinstance(p, Dusk) and p.darkness > 0.4, settings=QUIET)
    assert found == Dusk(darkness=0.408, bands=4)


@pytest.mark.parametrize("norm", [LInf, L2, L1], ids=repr)
def test_noise_in_a_ball_shrinks_to_the_smallest_of_the_finest_tiles(norm) -> None:
    found = find(perturbations.within(eps=2, norm=norm), lambda p: p.level >= 0.5, settings=QUIET)
    assert found == Within(change=TiledNoise(size=0.5, norm=norm), eps=2, norm=norm)


def test_a_change_held_to_a_ball_shrinks_to_one_part_at_its_exact_step() -> None:
    def breaks(p):
        parts = p.change.parts if isinstance(p.change, Chain) else (p.change,)
        return any(isinstance(part, Rotate) and part.degrees >= 36 for part in parts)

    found = find(perturbations.within(Rotate, GaussianNoise, eps=0.1), breaks, settings=QUIET)
    assert found == Within(change=Rotate(degrees=36), eps=0.1)


def test_the_smallest_noise_that_breaks_a_real_model_is_found() -> None:
    # One pixel on each side of a line: noise of 0.2 upwards in the first and downwards in the second turns it.
    weights = np.zeros((2, 2))
    weights[:, 1] = (1, -1)
    model, x = LinearModel(weights, np.array([0, -0.41])), np.full((1, 2), 0.5, dtype=np.float32)
    subject = Subject(model, x, np.zeros(1, int), bounds=(0, 1))
    found = find(perturbations.within(eps=0.3), lambda p: not subject.accuracy(under=p) >= 1, settings=QUIET)
    assert found.change.size == pytest.approx(0.207)
    assert found.change.tile == 1


@given(p=perturbations.within(Rotate, GaussianNoise(sigma=0.2), eps=8 / 255))
def test_every_value_in_a_ball_prints_as_code_that_makes_it_again(p) -> None:
    assert eval(repr(p), dict(NAMES)) == p


def test_drawing_is_cheap() -> None:
    runs = []

    @settings(max_examples=200, database=None, phases=[Phase.generate])
    @given(p=perturbations(Rotate, GaussianNoise), more=st.integers())
    def draw(p, more):
        runs.append(p)

    draw()
    assert len(runs) == 200


def test_changes_of_tables_are_drawn_and_shrink_like_any_other() -> None:
    found = find(perturbations(ColumnNoise, MissingValues), lambda p: getattr(p, "rate", 0) > 0.2, settings=QUIET)
    assert found == MissingValues(rate=0.205)
    kept = Constrained(change=ColumnNoise(sigma=1), constraints=(bool,))
    milder = find(perturbations(kept), lambda p: p.change.sigma > 0.5, settings=QUIET)
    assert milder == Constrained(change=ColumnNoise(sigma=0.51), constraints=(bool,))
