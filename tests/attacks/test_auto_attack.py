from __future__ import annotations

import pytest

from pytest_robust import L1, L2, LInf, Targeted
from pytest_robust.attacks import APGD, FAB, PGD, AdaptiveEOT, AutoAttack, Square
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.losses import DLR


def few(problem, count=60):
    return type(problem)(model=problem.model, x=problem.x[:count], y=problem.y[:count], bounds=problem.bounds)


@pytest.mark.parametrize(("norm", "eps"), [(LInf, 0.03), (L2, 0.15), (L1, 0.6)], ids=repr)
def test_breaks_all_that_any_strong_attack_breaks(network, norm, eps) -> None:
    problem = few(network)
    whole = problem.robust(AutoAttack(eps=eps, norm=norm))
    assert 0.1 < whole < 0.9
    for attack in (PGD(eps=eps, norm=norm, restarts=5), FAB(eps=eps, norm=norm), Square(eps=eps, norm=norm)):
        assert whole <= problem.robust(attack)
    assert whole <= problem.robust(AutoAttack(eps=eps, norm=norm, version="fast"))


def test_its_members_are_the_published_ones() -> None:
    assert AutoAttack(eps=0.1, norm=L2).parts == (
        APGD(eps=0.1, norm=L2),
        APGD(eps=0.1, norm=L2, loss=DLR(), targets=9),
        FAB(eps=0.1, norm=L2, targets=9),
        Square(eps=0.1, norm=L2, queries=5000),
    )


def test_for_models_that_draw_at_random_both_apgds_follow_means() -> None:
    assert AutoAttack(eps=0.1, version="rand").parts == (
        AdaptiveEOT(attack=APGD(eps=0.1), samples=20),
        AdaptiveEOT(attack=APGD(eps=0.1, loss=DLR()), samples=20),
    )


def test_with_a_target_every_member_aims_at_it(network) -> None:
    goal = Targeted(3)
    whole = AutoAttack(eps=0.05, goal=goal)
    assert {part.goal for part in whole.parts} == {goal}
    problem = few(network)
    reached = problem.outcomes(whole).reached
    assert reached.mean() >= problem.outcomes(PGD(eps=0.05, goal=goal)).reached.mean() > 0


def test_a_wrong_version_names_the_nearest() -> None:
    with pytest.raises(InvalidArgument, match="did you mean 'standard'"):
        AutoAttack(eps=0.1, version="standart")
