"""A verdict that needs an attack to have failed is doubted, any other is told what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pytest_robust import Subject
from pytest_robust.attacks import FGSM
from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Flattery
from pytest_robust.core.outcomes import Cost, Examined, Finding, Outcomes
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.evaluation.second_opinion import Opinion
from pytest_robust.gates.doubt import doubted, holds_anyway, leans_on_failure, signs_of
from pytest_robust.metrics import Accuracy, GeneralizationGap
from pytest_robust.testing import LinearModel

BLIND = Examined(asked="zero", seen="9 of 9", finding=Finding(sign="it is blind", remedy="look at rounding"))
WEAK = Examined(asked="noise", seen="more", finding=Finding(sign="noise does more", remedy="take more steps"))
WELL = Examined(asked="NaN", seen="0 of 9")
LATE = Examined(asked="one step", seen="no more")
AGAIN = Cost(queries=7, gradients=5, seconds=0.5)


@dataclass
class Asked:
    """An evaluation of 20 examples, and what is found on asking about them again."""

    health: tuple[Examined, ...]
    done: int = 20
    looks: list[int] = field(default_factory=list)

    def opinion_at(self, looked):
        self.looks.append(looked)
        return Opinion(health=self.health, cost=AGAIN)


@dataclass
class Judged:
    """What a verdict rests on: what was seen at once, and on asking again."""

    seen: tuple[Examined, ...] = ()
    late: tuple[Examined, ...] = ()
    metric: object = field(default_factory=Accuracy)
    looks: list[int] = field(default_factory=list)

    def __post_init__(self):
        self.evaluations = (Asked(self.late),)

    def outcomes_at(self, looked):
        self.looks.append(looked)
        none = np.zeros(0)
        return (Outcomes(index=none.astype(int), total=20, clean=none, perturbed=none, health=self.seen),)


def verdict(decision=Decision.PASS, op=">=", *, n=12, **given):
    estimate = Estimate(value=0.5, low=0.4, high=0.6, n=n, total=20, confidence=0.95, method="")
    bar = Bar(op=op, value=0.5)
    return Verdict(decision=decision, bar=bar, estimate=estimate, claim=Claim.DATASET, reason="all", **given)


@pytest.mark.parametrize("op", [">=", ">", "<=", "<"])
def test_only_a_pass_or_a_fail_leans_on_an_attacks_failure(op) -> None:
    for flattery in (Flattery.UP, Flattery.DOWN):
        found = {one for one in Decision if leans_on_failure(verdict(one, op), flattery)}
        assert found == {Decision.PASS if (flattery is Flattery.UP) == op.startswith(">") else Decision.FAIL}
        assert not any(leans_on_failure(replace(verdict(one, op), bar=None), flattery) for one in Decision)


def test_what_no_attack_can_flatter_is_as_it_was() -> None:
    sick = Judged((BLIND,), (WEAK,), metric=GeneralizationGap(train=None))
    for decision in Decision:
        for flipped in (False, True):
            assert doubted(sick, verdict(decision), flipped=flipped) == verdict(decision)
        assert signs_of(sick, verdict(decision), anyway=False) == verdict(decision)
    assert sick.evaluations[0].looks == []


def test_what_is_not_believed_says_each_sign_and_each_remedy_once() -> None:
    again = replace(WEAK, finding=replace(WEAK.finding, remedy=BLIND.finding.remedy))
    found = doubted(Judged((BLIND, WELL, again, WEAK)), verdict())
    assert found.decision is Decision.INVALID
    signs = "it is blind; noise does more; noise does more"
    assert found.reason == f"the attack proves nothing about this model: {signs}"
    assert found.remedy == "look at rounding; take more steps"
    assert found.findings == (BLIND.finding, again.finding, WEAK.finding)


def test_an_attack_that_looks_well_is_asked_again_about_what_was_looked_at() -> None:
    case = Judged((WELL,), (LATE,))
    before = verdict(health=(WELL,), spent=AGAIN)
    found = doubted(case, before)
    twice = Cost(queries=14, gradients=10, seconds=1.0)
    assert found == replace(before, health=(WELL, LATE), spent=twice)
    assert case.looks == case.evaluations[0].looks == [12]
    # No more than there are: a verdict may rest on an evaluation that is shorter.
    longer = Judged((WELL,), (LATE,))
    doubted(longer, verdict(n=30))
    assert longer.evaluations[0].looks == [20]
    sick = doubted(Judged(late=(LATE, WEAK)), verdict())
    assert (sick.decision, sick.findings, sick.health) == (Decision.INVALID, (WEAK.finding,), (LATE, WEAK))


def test_what_rests_on_no_example_is_told_of_none() -> None:
    case = Judged()
    signs_of(case, replace(verdict(Decision.SHARD), estimate=None), anyway=False)
    doubted(case, replace(verdict(Decision.FAIL), estimate=None))
    assert case.looks == [0, 0]
    assert case.evaluations[0].looks == [0]


def test_of_the_other_side_a_verdict_keeps_findings_and_not_what_was_well() -> None:
    mine = verdict(Decision.FAIL, health=(WELL,))
    healthy = doubted(Judged(late=(LATE,)), mine, flipped=True)
    assert healthy == replace(mine, spent=AGAIN)
    sick = doubted(Judged(late=(WEAK,)), mine, flipped=True)
    assert (sick.decision, sick.findings, sick.health) == (Decision.INVALID, (WEAK.finding,), (WELL,))


@pytest.mark.parametrize("decision", [Decision.PASS, Decision.FAIL])
def test_what_spoke_against_one_side_is_told_beside_what_speaks_against_the_other(decision) -> None:
    mine = verdict(decision, findings=(BLIND.finding,))
    assert doubted(Judged((WEAK,)), mine, flipped=True).findings == (BLIND.finding, WEAK.finding)
    assert doubted(Judged((WELL,)), mine, flipped=True).findings == (BLIND.finding,)


@pytest.mark.parametrize(("value", "anyway"), [(0.0, True), (0.5, False), (1.0, False), (1.5, True)])
def test_a_bar_beyond_what_a_mean_can_be_holds_or_not_whatever_the_attack_does(value, anyway) -> None:
    for op in (">=", "<"):
        assert holds_anyway(Judged(), Bar(op=op, value=value)) is anyway
    assert not holds_anyway(Judged(), Bar(op=">=", value=0.0, of="accuracy"))


class Hidden(LinearModel):
    """A linear model whose gradients are nothing."""

    def loss_gradient(self, x, y, loss):
        answer = super().loss_gradient(x, y, loss)
        return replace(answer, gradient=0 * answer.gradient)


def test_a_comparison_tells_what_speaks_against_the_attack_that_lost_it() -> None:
    random = np.random.default_rng(0)
    weights, x = random.normal(size=(9, 2)), random.random((60, 9))
    right = LinearModel(weights, np.zeros(2))
    y = right.logits(x).argmax(axis=1)
    better = Subject(right, x, y).accuracy(under=FGSM(eps=0.001))
    # Right on those of one class: enough to see that its gradients are nothing.
    worse = Subject(Hidden(weights, np.array([99.0, 0.0])), x, y).accuracy(under=FGSM(eps=0.001))
    lost = worse >= better
    assert lost.decision is Decision.FAIL
    assert ["exactly zero" in finding.sign for finding in lost.findings] == [True]
    assert "sign: " in lost.explanation
