"""What is counted while an attack runs is what its report says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from pytest_robust import ByFunction, Dataset, Targeted, WorstOf
from pytest_robust.attacks import DDN, FGSM, PGD, UniformNoise
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Differentiable, LossGradient
from pytest_robust.core.norms import LInf, Norm
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.policy import Policy
from pytest_robust.evaluation import evaluation as room
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

RANDOM = np.random.default_rng(13)
X = RANDOM.random((60, 16)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(16, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
RISE, NUMBERS, NOISE = (
    "rise of the loss",
    "examples for which the attack returned no numbers",
    "random noise of the same budget",
)


def evaluation(under: Any, *, model: Any = MODEL, x: Any = X, y: Any = Y, batch_size: int = 256, **asked: Any) -> Any:
    found = Laboratory(model, Dataset(x=x, y=y), Policy(batch_size=batch_size)).evaluation(
        Request(under=under, **asked)
    )
    found.extend(len(found))
    return found


def seen(found: Any) -> dict[str, str]:
    return {one.asked: one.seen for one in found.outcomes.health}


class Blind(LinearModel):
    """A model whose gradients lead downhill."""

    def loss_gradient(self, x: Any, y: Any, loss: Any) -> LossGradient:
        found = super().loss_gradient(x, y, loss)
        return LossGradient(logits=found.logits, gradient=-found.gradient)


BLIND = Blind(MODEL.weights, MODEL.bias)


@dataclass(frozen=True, kw_only=True, repr=False)
class Nonsense(Attack):
    """Returns no numbers where the first entry is above a half."""

    needs: ClassVar = Differentiable
    eps: float
    norm: Norm = LInf
    goal: Goal = Untargeted()

    def perturb(self, model: Any, x: Any, y: Any, threat: Any, streams: Any) -> Any:
        return np.where(x[:, :1] > 0.5, np.nan, x)


@pytest.mark.parametrize("batch_size", [256, 7])
def test_an_attack_is_told_by_the_rise_of_the_loss_and_beside_noise(batch_size) -> None:
    wrong = Y.copy()
    wrong[:9] = (wrong[:9] + 1) % 3
    found = evaluation(FGSM(eps=0.05), y=wrong, batch_size=batch_size)
    told, outcomes = seen(found), found.outcomes
    assert told[NUMBERS] == "0 of 51"
    broken = int(((outcomes.clean > 0) & (outcomes.perturbed < 1)).sum())
    assert broken > 5
    assert told[NOISE].endswith(f" of 51 examples, the attack {broken}")
    assert told[NOISE].startswith("broke ")
    assert int(told[NOISE].split()[1]) < broken
    all_changed = evaluation(FGSM(eps=0.05), outputs=True).outcomes
    after = LogOdds().value(all_changed.outputs, Y[all_changed.index])
    rises = (after - LogOdds().value(MODEL.logits(X), Y)[all_changed.index])[all_changed.index >= 9]
    assert told[RISE] == f"{rises.mean():.3g} in the mean over 51 attacked examples"
    assert rises.mean() > 0


def test_whole_labels_of_another_type_have_the_same_signs() -> None:
    assert seen(evaluation(FGSM(eps=0.05), y=Y.astype(float))) == seen(evaluation(FGSM(eps=0.05)))


def test_an_attack_that_goes_downhill_is_told_by_the_noise_that_breaks_more() -> None:
    noise = evaluation(UniformNoise(eps=0.5)).outcomes.perturbed
    found = evaluation(FGSM(eps=0.5), model=BLIND)
    told = seen(found)
    assert told[NOISE].endswith(" of 60 examples, the attack 0")
    assert int(told[NOISE].split()[1]) == pytest.approx((noise < 1).sum(), abs=15)
    assert (noise < 1).sum() > 20
    assert told[RISE].startswith("-")
    assert len(found.outcomes.findings) == 2


def test_noise_is_tried_on_the_first_examples_of_all_batches_up_to_its_share(monkeypatch) -> None:
    monkeypatch.setattr(room, "_NOISE_SAMPLE", 10)
    whole = evaluation(FGSM(eps=0.5), model=BLIND)
    parts = evaluation(FGSM(eps=0.5), model=BLIND, batch_size=9)
    assert " of 10 examples" in seen(whole)[NOISE]
    assert seen(parts)[NOISE] == seen(whole)[NOISE]
    assert parts.outcomes.cost.queries == whole.outcomes.cost.queries == 60 + 10


def test_what_is_no_number_is_counted_and_has_no_rise() -> None:
    told = seen(evaluation(Nonsense(eps=0.1)))
    bad = int((X[:, 0] > 0.5).sum())
    assert told[NUMBERS].startswith(f"{bad} of 60 ")
    assert told[RISE] == "0 in the mean over 60 attacked examples"


def test_a_targeted_attack_is_asked_for_numbers_alone_and_one_without_a_budget_has_no_noise() -> None:
    assert RISE not in seen(evaluation(PGD(eps=0.05, steps=2, goal=Targeted(1))))
    assert NOISE not in seen(evaluation(PGD(eps=0.05, steps=2, goal=Targeted(1))))
    assert NUMBERS in seen(evaluation(PGD(eps=0.05, steps=2, goal=Targeted(1))))
    assert NOISE not in seen(evaluation(DDN(steps=3)))
    assert RISE in seen(evaluation(DDN(steps=3)))
    other = ByFunction(lambda target, output: float(output.argmax() == target))
    assert RISE not in seen(evaluation(FGSM(eps=0.05), criterion=other))
    assert NOISE in seen(evaluation(FGSM(eps=0.05), criterion=other))


@pytest.mark.parametrize(
    "under",
    [GaussianNoise(sigma=0.1), UniformNoise(eps=0.1), GaussianNoise(sigma=0.1) | FGSM(eps=0.1)],
    ids=repr,
)
def test_what_follows_no_gradient_of_the_inputs_as_they_are_is_not_asked(under) -> None:
    assert not {NUMBERS, RISE, NOISE} & set(seen(evaluation(under)))


def test_of_several_the_last_that_follows_gradients_is_asked_with_its_own_budget() -> None:
    small, large = FGSM(eps=1e-6), FGSM(eps=0.5)
    broke = int(seen(evaluation(large, model=BLIND))[NOISE].split()[1])
    assert int(seen(evaluation(WorstOf(small, large), model=BLIND))[NOISE].split()[1]) == broke > 10
    assert int(seen(evaluation(WorstOf(small, large, UniformNoise(eps=1e-6)), model=BLIND))[NOISE].split()[1]) == broke
    assert seen(evaluation(WorstOf(large, small), model=BLIND))[NOISE].startswith("broke 0 ")


def test_noise_is_of_the_type_of_the_inputs_and_on_whole_numbers_goes_up_as_well_as_down() -> None:
    asked: list[Any] = []

    class Remembers(LinearModel):
        def logits(self, x: Any) -> Any:
            asked.append(np.array(x))
            return super().logits(x)

        def loss_gradient(self, x: Any, y: Any, loss: Any) -> LossGradient:
            return MODEL.loss_gradient(x, y, loss)

    model, levels = Remembers(MODEL.weights, MODEL.bias), np.rint(X * 255).astype(np.uint8)
    assert " of 60 examples" in seen(evaluation(FGSM(eps=0.1), model=model))[NOISE]
    assert {one.dtype for one in asked} == {np.dtype(np.float32)}
    assert 0 < np.abs(asked[2] - asked[0]).max() <= 0.1 + 1e-6
    asked.clear()
    found = evaluation(FGSM(eps=1), model=model, x=levels, y=MODEL.logits(levels).argmax(axis=1), batch_size=60)
    assert " of 60 examples" in seen(found)[NOISE]
    assert {one.dtype for one in asked} == {np.dtype(np.uint8)}
    clean = levels[found.outcomes.index].astype(int)
    noise = np.concatenate(asked[2::3]).astype(int) - clean
    assert set(np.unique(noise)) == {-1, 0, 1}


def test_an_opinion_is_about_the_examples_right_at_first_up_to_its_look() -> None:
    wrong = Y.copy()
    wrong[::4] = (wrong[::4] + 1) % 3
    laboratory = Laboratory(MODEL, Dataset(x=X, y=wrong), Policy())
    found = laboratory.evaluation(Request(under=PGD(eps=0.02, steps=5)))
    found.extend(60)
    right = int((found.outcomes_at(32).clean > 0).sum())
    assert right < 32
    opinion = found.opinion_at(32)
    assert opinion.health[0].seen == f"0 of {right} inputs"
    assert 0 < opinion.cost.seconds < 100
    assert opinion.cost.queries > right
    assert found.opinion_at(32) is opinion
    assert found.opinion_at(60).health[0].seen != opinion.health[0].seen


def test_nobody_is_asked_again_about_what_no_gradient_could_have_broken() -> None:
    other = ByFunction(lambda target, output: float(output.argmax() == target))
    all_wrong = evaluation(FGSM(eps=0.1), y=(Y + 1) % 3)
    for found in (evaluation(FGSM(eps=0.1), criterion=other), evaluation(UniformNoise(eps=0.1)), all_wrong):
        opinion = found.opinion_at(60)
        assert opinion.health == ()
        assert (opinion.cost.queries, opinion.cost.gradients) == (0, 0)


def test_of_several_the_first_that_follows_gradients_is_asked_again_alone() -> None:
    first_many = evaluation(WorstOf(PGD(eps=1e-6, steps=2), FGSM(eps=0.2))).opinion_at(60)
    told = {one.asked: one.seen for one in first_many.health}
    # What the others broke does not count for it.
    assert told["one step of the whole budget"].endswith(", the attack 0")
    nested = evaluation(WorstOf(WorstOf(PGD(eps=1e-6, steps=2), FGSM(eps=0.2)), FGSM(eps=0.3))).opinion_at(60)
    assert nested.health == first_many.health
    first_one = evaluation(WorstOf(FGSM(eps=1e-6), PGD(eps=0.2, steps=2))).opinion_at(60)
    assert "one step of the whole budget" not in [one.asked for one in first_one.health]
