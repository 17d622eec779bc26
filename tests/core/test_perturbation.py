from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Annotated

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from pytest_robust.attacks import PGD
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Targeted
from pytest_robust.core.norms import L2
from pytest_robust.core.parameters import Amount, Between, Exactly, Range, strength
from pytest_robust.core.perturbation import Chain, Clean, Perturbation, Transform, WorstOf
from pytest_robust.core.streams import Streams
from pytest_robust.strategies import perturbations


@dataclass(frozen=True, kw_only=True, repr=False)
class SmallTilt(Transform):
    """A transform with one strength and one switch."""

    degrees: Amount = strength(strongest=45)
    corner: str = "left"

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return batch


@dataclass(frozen=True, kw_only=True, repr=False)
class Stretch(Transform):
    """A transform with two strengths, neutral at 1 and 0."""

    wide: Amount = strength(strongest=0.5, neutral=1.0)
    high: Amount = strength(strongest=Between(0, 3))

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return batch


TILT, STRETCH = SmallTilt(degrees=15), Stretch(wide=0.25, high=Exactly(2))
AMOUNTS = st.one_of(
    st.floats(0, 1000),
    st.integers(0, 2000).map(lambda levels: levels / 255),
    st.floats(-10, 10).map(Exactly),
    st.tuples(st.floats(-10, 0), st.floats(0, 10)).map(lambda ends: Between(*ends)),
)
PARTS = st.builds(SmallTilt, degrees=AMOUNTS, corner=st.sampled_from(["left", "right"]), on=st.none() | st.just("a b"))


@given(PARTS, PARTS, PARTS)
def test_the_repr_runs_and_makes_an_equal_value(a: SmallTilt, b: SmallTilt, c: SmallTilt) -> None:
    for one in (a, a | b, a | b | c, WorstOf(a, b), WorstOf(a | b, c), WorstOf(a, b) | c):
        again = eval(repr(one))
        assert again == one
        assert hash(again) == hash(one)
        assert again.id == one.id


@pytest.mark.parametrize(
    ("perturbation", "written", "short"),
    [
        (TILT, "SmallTilt(degrees=15)", "smalltilt-degrees-15"),
        (SmallTilt(degrees=15.0, corner="right"), "SmallTilt(degrees=15, corner='right')", None),
        (SmallTilt(degrees=1, on="image"), "SmallTilt(degrees=1, on='image')", "smalltilt-degrees-1-on-image"),
        (PGD(eps=8 / 255), "PGD(eps=8/255)", "pgd-eps-8of255"),
        (PGD(eps=0.1), "PGD(eps=0.1)", "pgd-eps-0.1"),
        (PGD(eps=0.2), "PGD(eps=0.2)", "pgd-eps-0.2"),
        (PGD(eps=np.float64(0.1)), "PGD(eps=0.1)", "pgd-eps-0.1"),
        (PGD(eps=np.float32(0.5)), "PGD(eps=0.5)", "pgd-eps-0.5"),
        (PGD(eps=np.int64(8)), "PGD(eps=8)", "pgd-eps-8"),
        (PGD(eps=1, norm=L2), "PGD(eps=1, norm=L2)", "pgd-eps-1-norm-l2"),
        (PGD(eps=1, goal=Targeted(3)), "PGD(eps=1, goal=Targeted(3))", "pgd-eps-1-goal-targeted-3"),
        (SmallTilt(degrees=Between(-5, 20)), None, "smalltilt-degrees-between-minus5-20"),
        (SmallTilt(degrees=Between(5, 20)), None, "smalltilt-degrees-between-5-20"),
        (SmallTilt(degrees=1e-05), None, "smalltilt-degrees-1e-05"),
        (TILT | Clean(), "SmallTilt(degrees=15) | Clean()", "smalltilt-degrees-15-clean"),
        (WorstOf(TILT, Clean()), "WorstOf(SmallTilt(degrees=15), Clean())", "worstof-smalltilt-degrees-15-clean"),
    ],
)
def test_a_perturbation_is_written_as_a_person_would(
    perturbation: Perturbation, written: str | None, short: str | None
) -> None:
    assert written is None or repr(perturbation) == written
    # Recorded checks are found again by this name.
    assert short is None or perturbation.id == short
    assert set(perturbation.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")


def test_equal_parameters_make_equal_values_and_nothing_changes_them() -> None:
    assert SmallTilt(degrees=15) == SmallTilt(degrees=15.0) != SmallTilt(degrees=16)
    assert pickle.loads(pickle.dumps(TILT | STRETCH)) == TILT | STRETCH
    for one in (TILT, TILT | STRETCH, WorstOf(TILT)):
        with pytest.raises(FrozenInstanceError):
            one.on = "x"


def test_kind_is_the_word_of_its_file() -> None:
    assert (TILT.kind, PGD(eps=1).kind, Clean().kind, WorstOf(TILT).kind) == ("small_tilt", "pgd", "clean", "worst_of")


def test_half_the_strength_is_half_the_way_from_neutral() -> None:
    assert TILT.scaled(0.5) == SmallTilt(degrees=7.5)
    assert STRETCH.scaled(0.5) == Stretch(wide=0.125, high=Exactly(1))
    assert Stretch(wide=Between(0.8, 1.4), high=0).scaled(0.5).wide == Between(0.9, 1.2)
    assert Stretch(wide=Exactly(0.5), high=0).scaled(0.5).wide == Exactly(0.75)
    assert SmallTilt(degrees=15, corner="right", on="a").scaled(0.2) == SmallTilt(degrees=3, corner="right", on="a")
    assert (TILT | STRETCH).scaled(0.5) == TILT.scaled(0.5) | STRETCH.scaled(0.5)
    assert WorstOf(TILT, STRETCH).scaled(0.5) == WorstOf(TILT.scaled(0.5), STRETCH.scaled(0.5))
    assert Clean().scaled(0.5) == Clean()


def test_a_share_of_grey_levels_is_grey_levels() -> None:
    assert repr(PGD(eps=8 / 255).scaled(0.5)) == "PGD(eps=4/255)"
    assert repr(SmallTilt(degrees=0.7).scaled(0.1)) == "SmallTilt(degrees=0.07)"


@given(PARTS, st.floats(0.01, 1))
def test_a_share_of_a_change_is_a_change_whose_repr_runs(part: SmallTilt, share: float) -> None:
    milder = part.scaled(share)
    assert eval(repr(milder)) == milder
    assert part.scaled(1.0).degrees == pytest.approx(part.degrees) if isinstance(part.degrees, float) else True


def test_the_strongest_is_where_a_search_starts() -> None:
    assert SmallTilt.strongest() == SmallTilt(degrees=45)
    assert Stretch.strongest() == Stretch(wide=0.5, high=Between(0, 3))
    assert Clean.strongest() == Clean()


def test_only_a_single_strength_is_a_level() -> None:
    levels = [
        p.level for p in (TILT, SmallTilt(degrees=Exactly(3)), SmallTilt(degrees=Between(1, 2)), STRETCH, Clean())
    ]
    assert levels == [15.0, 3.0, None, None, None]
    assert (TILT | TILT).level is None
    assert WorstOf(TILT).level is None


def test_having_a_strength_is_having_milder_ones() -> None:
    assert TILT.has_strength
    assert STRETCH.has_strength
    assert not Clean().has_strength
    assert (Clean() | TILT).has_strength
    assert not (Clean() | Clean()).has_strength
    assert WorstOf(Clean(), TILT).has_strength
    assert not WorstOf(Clean()).has_strength


def test_a_family_is_what_stays_the_same_over_levels() -> None:
    assert TILT.family == SmallTilt(degrees=3).family == "SmallTilt()"
    assert SmallTilt(degrees=1, corner="right").family == "SmallTilt(corner='right')"
    assert PGD(eps=1, norm=L2).family == "PGD(norm=L2)"


def test_one_after_the_other_is_one_flat_chain() -> None:
    a, b, c = TILT, STRETCH, Clean()
    assert ((a | b) | c) == (a | (b | c)) == Chain(parts=(a, b, c))
    assert a | b != b | a


@pytest.mark.parametrize("other", [3, None, SmallTilt, "rotate"], ids=repr)
def test_what_is_no_perturbation_has_no_place_in_a_composition(other: object) -> None:
    for make in (lambda: TILT | other, lambda: WorstOf(TILT, other), lambda: Chain(parts=(other,))):
        with pytest.raises(InvalidArgument, match=r"is not a perturbation; give values such as Rotate\(degrees=15\)"):
            make()


def test_a_composition_of_nothing_is_refused() -> None:
    for make in (WorstOf, lambda: Chain(parts=())):
        with pytest.raises(InvalidArgument, match="needs at least one perturbation"):
            make()


def test_hypothesis_and_ipython_print_it_as_it_is_written() -> None:
    from hypothesis.vendor.pretty import pretty

    assert pretty(TILT | Clean()) == "SmallTilt(degrees=15) | Clean()"


def test_a_budget_without_end_has_no_milder_version_and_no_place_on_a_curve() -> None:
    from math import inf

    from pytest_robust.attacks import FMN

    unlimited, limited = FMN(), FMN(eps=0.2)
    assert repr(unlimited) == "FMN()"
    assert (unlimited.has_strength, unlimited.level, unlimited.scaled(0.5)) == (False, None, unlimited)
    assert unlimited.eps == inf
    assert (limited.has_strength, limited.level, limited.scaled(0.5)) == (True, 0.2, FMN(eps=0.1))


@dataclass(frozen=True, kw_only=True, repr=False)
class Dusk(Transform):
    """One's own, with ranges in annotations."""

    darkness: Annotated[float, Range(0, 0.8)]
    gain: Annotated[float, "a factor", Range(1, 3)] = 1
    passes: Annotated[int, Range(0, 9)] = 5
    colour: str = "blue"

    def apply(self, batch, streams):
        return replace(batch, x=batch.x * np.float32(1 - self.darkness))


def test_an_annotated_range_is_a_strength() -> None:
    assert Dusk.strongest() == Dusk(darkness=0.8, gain=3, passes=9)
    half = Dusk(darkness=0.8, gain=3, passes=9, colour="red").scaled(0.5)
    assert half == Dusk(darkness=0.4, gain=2, passes=4, colour="red")
    assert Dusk(darkness=0.1).passes == 5
    assert Dusk(darkness=0.3).has_strength
    with pytest.raises(TypeError, match="darkness"):
        Dusk()


def test_one_of_ones_own_is_drawn_and_shrinks_to_the_mildest() -> None:
    found = find(perturbations(Dusk, grid=10), lambda one: one.darkness >= 0.2)
    assert found == Dusk.strongest().scaled(0.3)


def test_a_range_of_the_modules_own_scope_is_read_there() -> None:
    namespace = {"__name__": "ranges_as_types"}
    source = """
from dataclasses import dataclass
from typing import Annotated
from pytest_robust import Range
from pytest_robust.core.perturbation import Transform

@dataclass(frozen=True, kw_only=True, repr=False)
class Own(Transform):
    share: Annotated[float, Range(0, 2)] = 1

    def apply(self, batch, streams):
        return batch
"""
    exec(compile(source, "ranges_as_types", "exec", dont_inherit=True), namespace)
    assert namespace["Own"].strongest() == namespace["Own"](share=2)


@pytest.mark.parametrize("ends", [(0, float("inf")), (1, 1), ("0", 1), (True, 2)])
def test_a_range_of_nothing_is_refused(ends) -> None:
    with pytest.raises(InvalidArgument, match="Range"):
        Range(*ends)
