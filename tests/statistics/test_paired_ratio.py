from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.statistics.paired_ratio import paired_side_of
from pytest_robust.statistics.prior_posterior_ratio import Side


@st.composite
def looks(draw: st.DrawFn, most: int = 300) -> tuple[int, int, int, int, int]:
    """Draw (needed, gained, lost, looked, population)."""
    population = draw(st.integers(1, most))
    looked = draw(st.integers(0, population))
    gained = draw(st.integers(0, looked))
    lost = draw(st.integers(0, looked - gained))
    return draw(st.integers(-population, population + 1)), gained, lost, looked, population


@cache
def half(some: int, among: int) -> Fraction:
    """Return the chance of one sequence under the prior of Jeffreys: a product of (k + 1/2) / (n + 1)."""
    chance, seen = Fraction(1), {True: 0, False: 0}
    for turn in range(among):
        kind = turn < some
        chance *= (seen[kind] + Fraction(1, 2)) / (turn + 1)
        seen[kind] += 1
    return chance


def standing(gained: int, lost: int, looked: int, population: int, error: float) -> list[int]:
    """Return gained - lost of each population that is not ruled out, all tried one by one."""
    same = looked - gained - lost
    prior = half(gained + lost, looked) * half(gained, gained + lost)
    orders = comb(looked, gained) * comb(looked - gained, lost)
    found = []
    for more in range(gained, population + 1):
        for fewer in range(lost, population - more - same + 1):
            alike = population - more - fewer
            chance = Fraction(comb(more, gained) * comb(fewer, lost) * comb(alike, same), comb(population, looked))
            ratio = prior * orders / chance if chance else inf
            if ratio < 1 / error:
                found.append(more - fewer)
    return found


@pytest.mark.parametrize("population", [1, 3, 6, 14])
@pytest.mark.parametrize("error", [0.3, 0.05, 0.001])
def test_a_side_is_told_only_where_every_population_on_the_other_is_ruled_out(population: int, error: float) -> None:
    told = 0
    for looked in range(population + 1):
        for gained in range(looked + 1):
            for lost in range(looked - gained + 1):
                left = standing(gained, lost, looked, population, error)
                for needed in range(-population, population + 2):
                    side = paired_side_of(needed, gained, lost, looked, population, error=error)
                    if side is Side.AT_LEAST:
                        assert min(left) >= needed
                    if side is Side.BELOW:
                        assert max(left) < needed
                    told += side is not Side.OPEN
    assert told


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (6, 0), (3, 9), (20, 1)])
def test_hardly_more_is_left_open_than_whole_populations_demand(gained: int, lost: int) -> None:
    population, looked = 80, 40
    left = standing(gained, lost, looked, population, 0.05)
    lowest, highest = told(gained, lost, looked, population)
    assert lowest <= min(left) <= lowest + 1
    assert highest - 1 >= max(left) >= highest - 2


@pytest.mark.parametrize("looked", [60, 70, 77, 78])
@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (6, 0), (3, 9), (20, 1)])
def test_near_the_end_no_more_is_left_open_than_whole_populations_demand(gained: int, lost: int, looked: int) -> None:
    left = standing(gained, lost, looked, 80, 0.05)
    assert told(gained, lost, looked, 80) == (min(left), max(left) + 1)


def told(gained: int, lost: int, looked: int, population: int) -> tuple[int, int]:
    """Return the highest needed difference that is told to be reached, and the lowest told not to be."""
    sides = {
        needed: paired_side_of(needed, gained, lost, looked, population, error=0.05)
        for needed in range(-population, population + 2)
    }
    return (
        max(needed for needed, side in sides.items() if side is Side.AT_LEAST),
        min(needed for needed, side in sides.items() if side is Side.BELOW),
    )


@given(looks(), st.sampled_from([0.2, 0.01, 0.001]))
def test_the_sides_turn_with_the_models(look: tuple[int, int, int, int, int], error: float) -> None:
    needed, gained, lost, looked, population = look
    turned = paired_side_of(1 - needed, lost, gained, looked, population, error=error)
    side = paired_side_of(needed, gained, lost, looked, population, error=error)
    assert side is {Side.AT_LEAST: Side.BELOW, Side.BELOW: Side.AT_LEAST, Side.OPEN: Side.OPEN}[turned]


@given(looks(), st.sampled_from([0.2, 0.001]))
def test_an_easier_bar_is_never_less_sure(look: tuple[int, int, int, int, int], error: float) -> None:
    needed, *seen = look
    if paired_side_of(needed, *seen, error=error) is Side.AT_LEAST:
        assert paired_side_of(needed - 1, *seen, error=error) is Side.AT_LEAST


def test_nothing_seen_tells_nothing_but_what_must_be() -> None:
    assert paired_side_of(0, 0, 0, 0, 9, error=0.05) is Side.OPEN
    assert paired_side_of(-9, 0, 0, 0, 9, error=0.05) is Side.AT_LEAST
    assert paired_side_of(10, 0, 0, 0, 9, error=0.05) is Side.BELOW


@given(looks())
def test_all_examples_seen_leave_nothing_open(look: tuple[int, int, int, int, int]) -> None:
    needed, gained, lost, looked, _ = look
    if looked:
        side = paired_side_of(needed, gained, lost, looked, looked, error=0.001)
        assert side is (Side.AT_LEAST if gained - lost >= needed else Side.BELOW)


def growing(population: int) -> list[int]:
    """Return looks at 32, 64, ... by at most 256, and at the end: as the judge looks."""
    points = [32]
    while points[-1] < population:
        points.append(min(points[-1] + min(points[-1], 256), population))
    return points


def verdicts(gained: int, lost: int, needed: int, population: int, *, error: float, runs: int) -> tuple[float, float]:
    """Return the share of wrong verdicts and the median number of examples they took."""
    kinds = np.repeat([1, -1, 0], [gained, lost, population - gained - lost])
    random, wrong, used = np.random.default_rng(population + gained), 0, []
    truth = Side.AT_LEAST if gained - lost >= needed else Side.BELOW
    at = growing(population)
    for _ in range(runs):
        drawn = random.permutation(kinds)
        more, fewer = np.cumsum(drawn > 0), np.cumsum(drawn < 0)
        for looked in at:
            side = paired_side_of(
                needed, int(more[looked - 1]), int(fewer[looked - 1]), looked, population, error=error
            )
            if side is not Side.OPEN:
                break
        wrong += side is not truth
        used.append(looked)
    return wrong / runs, float(np.median(used))


@pytest.mark.parametrize(("population", "runs"), [(500, 300), (2000, 150), (10_000, 40)])
@pytest.mark.parametrize("also", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("off", [-1, 0])
def test_verdicts_differ_from_the_full_evaluation_no_more_often_than_promised(
    population: int, runs: int, also: float, off: int
) -> None:
    # The worst case: on the margin, or one example beyond it, so that each early verdict on
    # one of the sides is wrong. The error is large, so that it would be seen.
    margin, alike = population // 100, round(also * population / 2)
    wrong, _ = verdicts(alike, alike + margin - off, -margin, population, error=0.1, runs=runs)
    assert wrong <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / runs)


@pytest.mark.parametrize("population", [500, 2000, 10_000])
@pytest.mark.parametrize("drop", [-0.03, 0.0, 0.005, 0.02, 0.05])
def test_verdicts_at_the_usual_error_are_those_of_the_full_evaluation(population: int, drop: float) -> None:
    alike = round(0.02 * population)
    lost = alike + round(max(drop, 0) * population)
    wrong, _ = verdicts(
        alike + round(max(-drop, 0) * population), lost, -population // 100, population, error=0.001, runs=30
    )
    assert wrong == 0


def test_models_that_are_alike_are_told_from_a_drop_early() -> None:
    _, used = verdicts(0, 0, -100, 10_000, error=0.001, runs=1)
    assert used <= 1024


@pytest.mark.parametrize(
    ("gained", "lost", "looked", "population"), [(-1, 0, 3, 9), (0, -1, 3, 9), (2, 2, 3, 9), (0, 0, 10, 9)]
)
def test_counts_that_do_not_fit_each_other_are_refused(gained: int, lost: int, looked: int, population: int) -> None:
    with pytest.raises(InvalidArgument, match="do not fit each other"):
        paired_side_of(0, gained, lost, looked, population, error=0.001)


def test_an_error_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="strictly between 0 and 1"):
        paired_side_of(0, 1, 1, 3, 9, error=0)
