from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import L1, L2, LInf, Targeted
from pytest_robust.attacks import APGD, PGD
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.losses import DLR, LogOdds

BUDGETS = pytest.mark.parametrize(("norm", "eps"), [(LInf, 0.03), (L2, 0.15), (L1, 0.6)], ids=repr)


@BUDGETS
@pytest.mark.parametrize("loss", [LogOdds(), DLR()], ids=repr)
def test_breaks_what_pgd_of_as_many_steps_breaks(network, norm, eps, loss) -> None:
    pgd = network.robust(PGD(eps=eps, norm=norm, steps=50))
    assert 0.1 < pgd < 0.9, "presence: neither hopeless nor trivial"
    assert network.robust(APGD(eps=eps, norm=norm, steps=50, loss=loss)) <= pgd + 0.005


@BUDGETS
def test_aiming_at_every_class_breaks_no_less(network, norm, eps) -> None:
    plain = network.robust(APGD(eps=eps, norm=norm, steps=20, loss=DLR()))
    assert network.robust(APGD(eps=eps, norm=norm, steps=20, loss=DLR(), targets=9)) <= plain


@pytest.mark.parametrize("loss", [LogOdds(), DLR()], ids=repr)
def test_a_target_is_reached_where_pgd_reaches_it(network, loss) -> None:
    goal = Targeted(3)
    apgd = network.outcomes(APGD(eps=0.06, steps=40, loss=loss, goal=goal)).reached
    pgd = network.outcomes(PGD(eps=0.06, steps=40, goal=goal)).reached
    assert 0.1 < pgd.mean() < 0.9
    assert apgd.mean() >= pgd.mean() - 0.005


def test_more_starts_break_no_less(network) -> None:
    once = network.outcomes(APGD(eps=0.03, steps=5)).perturbed
    thrice = network.outcomes(APGD(eps=0.03, steps=5, restarts=3)).perturbed
    assert (thrice <= once).all()


def test_one_step_and_one_image_are_enough_to_run(network) -> None:
    x, y = network.x[:1], network.y[:1]
    for norm in (LInf, L2, L1):
        assert network.model.logits(x).argmax() == y
        small = type(network)(model=network.model, x=x, y=y, bounds=network.bounds)
        assert np.isfinite(small.outcomes(APGD(eps=0.05, norm=norm, steps=1)).perturbed).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"eps": 0}, "eps=0"),
        ({"eps": 0.1, "steps": 0}, "steps=0"),
        ({"eps": 0.1, "restarts": True}, "restarts=True"),
        ({"eps": 0.1, "targets": -1}, "targets=-1"),
        ({"eps": 0.1, "loss": "dlr"}, "loss='dlr' is not a loss"),
        ({"eps": 0.1, "targets": 3, "goal": Targeted(1)}, "one aim"),
    ],
)
def test_wrong_arguments_are_refused_with_their_value(arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        APGD(**arguments)
