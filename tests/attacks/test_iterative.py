from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import L1, L2, LInf
from pytest_robust.attacks import FGSM, PGD, BasicIterative, MomentumIterative
from pytest_robust.core.errors import InvalidArgument


def test_momentum_that_forgets_everything_is_the_basic_method(network) -> None:
    basic = network.outcomes(BasicIterative(eps=0.05, steps=8, step_size=0.01))
    forgetful = network.outcomes(MomentumIterative(eps=0.05, steps=8, step_size=0.01, decay=0))
    assert (basic.perturbed == forgetful.perturbed).all()
    assert basic.distance == pytest.approx(forgetful.distance, nan_ok=True)
    remembering = network.outcomes(MomentumIterative(eps=0.05, steps=8, step_size=0.01))
    assert not np.allclose(remembering.distance, basic.distance, equal_nan=True)


@pytest.mark.parametrize(("norm", "eps"), [(LInf, 0.03), (L2, 0.15), (L1, 0.8)], ids=repr)
def test_many_steps_break_more_than_one(network, norm, eps) -> None:
    once = network.robust(FGSM(eps=eps, norm=norm))
    basic = network.robust(BasicIterative(eps=eps, norm=norm))
    assert basic < once
    assert network.robust(MomentumIterative(eps=eps, norm=norm)) < once
    assert network.robust(PGD(eps=eps, norm=norm)) <= basic + 0.02


@pytest.mark.parametrize("kind", [BasicIterative, MomentumIterative])
def test_draws_nothing(network, kind) -> None:
    first = network.outcomes(kind(eps=0.05), seed=1)
    second = network.outcomes(kind(eps=0.05), seed=2)
    assert (first.perturbed[np.argsort(first.index)] == second.perturbed[np.argsort(second.index)]).all()


@pytest.mark.parametrize("kind", [BasicIterative, MomentumIterative])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"steps": 0}, "steps=0"), ({"step_size": 0}, "step_size=0"), ({"step_size": np.inf}, "step_size=inf")],
)
def test_wrong_arguments_are_refused(kind, arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        kind(eps=0.1, **arguments)


@pytest.mark.parametrize("decay", [-0.1, np.nan, np.inf])
def test_a_wrong_decay_is_refused(decay) -> None:
    with pytest.raises(InvalidArgument, match="decay="):
        MomentumIterative(eps=0.1, decay=decay)
