"""A plan asks about ten examples, judges nothing, and tells what all of them would take."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_robust import InvalidModel, Subject
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.claim import Claim
from pytest_robust.core.outcomes import Cost
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Bar, Decision
from pytest_robust.gates.judging import SETTLING
from pytest_robust.gates.planning import CHURN, POWER, Planning
from pytest_robust.statistics.detectable_drop import detectable_drop
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Brightness, GaussianNoise, Rotate

NOISE = GaussianNoise(sigma=0.1)


class Counted(LinearModel):
    """A linear model that counts what it is asked."""

    counts: dict[str, int]

    def logits(self, x):
        self.counts["queries"] += len(x)
        return LinearModel.logits(self, x)

    def loss_gradient(self, x, y, loss):
        self.counts["gradients"] += len(x)
        # Its own question for the loss is part of the gradient.
        self.counts["queries"] -= len(x)
        return LinearModel.loss_gradient(self, x, y, loss)


def subject(told, *, total=500, wrong=0, judging=None, groups=None, **policy):
    """A model that is right on all examples but the last ones."""
    random = np.random.default_rng(0)
    x = random.random((total, 8, 8, 1)).astype("float32")
    model = Counted(random.normal(size=(64, 3)), np.zeros(3))
    object.__setattr__(model, "counts", {"queries": 0, "gradients": 0})
    y = LinearModel.logits(LinearModel(model.weights, model.bias), x).argmax(axis=1)
    y[total - wrong :] = (y[total - wrong :] + 1) % 3
    planning = Planning(told.append) if judging is None else judging
    made = Subject(model, x, y, bounds=(0, 1), groups=groups, policy=Policy(**policy), judging=planning)
    made.counts = model.counts
    return made


def test_nothing_is_judged_and_no_more_than_ten_examples_are_asked_about() -> None:
    told = []
    made = subject(told)
    for verdict, bar in (
        (made.accuracy() >= 1.1, Bar(op=">=", value=1.1)),
        (made.accuracy() <= 0.1, Bar(op="<=", value=0.1)),
        (made.accuracy().report(), None),
    ):
        assert verdict.decision is Decision.PLANNED
        assert (verdict.bar, verdict.estimate.n, verdict.claim, verdict.remedy) == (bar, 10, Claim.DATASET, "")
        assert verdict
        assert verdict.reason == "planned on 10 examples and not judged"
    assert made.counts == {"queries": 10, "gradients": 0}
    assert [one.title for one in told] == ["accuracy >= 1.1", "accuracy <= 0.1", "accuracy without a bar"]
    assert [one.note for one in told] == ["", "another check asks the same", "another check asks the same"]
    assert (told[0].examples, told[0].probed, told[0].claim) == (500, 10, "dataset")


@pytest.mark.parametrize("under", [None, NOISE, FGSM(eps=0.001), PGD(eps=0.001, steps=5)])
def test_where_examples_are_alike_the_calls_are_those_of_all(under):
    told = []
    asked = {} if under is None else {"under": under}
    assert subject(told, exact=True).accuracy(**asked) >= 0.5
    run = subject([], exact=True, judging=SETTLING)
    float(run.accuracy(**asked))
    assert told[0].likely is None
    planned = told[0].cost
    # Noise is tried beside an attack on 256 examples at most, which a plan takes for all.
    control = 0 if under in (None, NOISE) else 500 - 256
    # What breaks is not asked about again, and noise and tiny budgets break one in a few hundred.
    assert planned.queries == pytest.approx(run.counts["queries"] + control, rel=0.1)
    assert planned.gradients == pytest.approx(run.counts["gradients"], rel=0.1)


def test_an_early_verdict_is_foreseen_with_what_it_takes() -> None:
    told = []
    made = subject(told)
    assert made.accuracy(under=NOISE) >= 0.3
    assert 32 <= told[0].likely < 100
    assert told[0].likely_cost.queries < told[0].cost.queries / 4
    assert told[0].drop == 1 / 500
    assert told[0].drop_in_churn is None


@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(100), 5)])
def test_a_claim_about_the_population_takes_all_and_tells_the_least_drop(groups):
    told = []
    assert subject(told, claim=Claim.POPULATION, confidence=0.9, groups=groups).accuracy() >= 0.3
    assert told[0].likely is None
    assert told[0].likely_cost == told[0].cost
    worth = 500 if groups is None else 100
    expected = [detectable_drop(worth, churn=one, confidence=0.9, power=POWER) for one in (0, CHURN)]
    assert [told[0].drop, told[0].drop_in_churn] == expected


def test_scores_that_are_shares_have_no_known_drop() -> None:
    for policy in ({}, {"claim": Claim.POPULATION}):
        told = []
        made = subject(told, **policy)
        assert made.accuracy(criterion=lambda target, output: 0.5) >= 0.3
        assert (told[0].drop, told[0].likely) == (None, None)


def test_a_rate_among_those_right_before_is_about_those() -> None:
    told = []
    assert subject(told, total=10, wrong=5).attack_success_rate(under=FGSM(eps=0.01)) <= 0.9
    assert told[0].drop == 1 / 5
    assert told[0].cost.gradients == 5


def test_both_sides_of_a_comparison_are_paid_for() -> None:
    told = []
    made = subject(told)
    assert made.accuracy(under=NOISE) >= made.accuracy(under=Rotate(degrees=5)) - 0.01
    assert told[0].title == "accuracy under GaussianNoise(sigma=0.1) >= accuracy under Rotate(degrees=5) - 0.01"
    # Clean answers once, and those to each change.
    assert told[0].cost.queries == 3 * 500
    assert told[0].note == "both sides may be settled sooner"
    assert str((made.accuracy() >= made.accuracy(under=NOISE)).bar) == ">= accuracy under GaussianNoise(sigma=0.1)"
    told.clear()
    exact = subject(told, exact=True)
    assert exact.accuracy(under=NOISE) >= exact.accuracy()
    assert told[0].note == ""


def test_other_examples_count_by_their_own_number() -> None:
    told = []
    train = np.random.default_rng(1).random((3000, 8, 8, 1)).astype("float32"), np.zeros(3000, int)
    assert subject(told).generalization_gap(train=train) <= 0.9
    assert told[0].cost.queries == 3500
    assert told[0].drop is None


def test_a_number_that_was_asked_for_is_that_of_the_ten() -> None:
    told = []
    made = subject(told, wrong=250)
    assert made.accuracy().estimate().n == 10
    assert told[0].title == "accuracy as a number"
    assert made.counts["queries"] == 10


def test_what_asks_step_by_step_says_that_all_may_take_other_steps() -> None:
    told = []
    assert subject(told).breaking_point(Rotate, at=0.5) >= 1
    assert told[0].note == "it asks step by step, and all examples may take other steps"
    assert told[0].cost.queries >= 500


def test_a_search_that_settles_nothing_early_is_planned_to_ask_about_all_at_each_step() -> None:
    told = []
    subject(told, exact=True).breaking_point(Rotate(degrees=10), at=0.5).report()
    run = subject([], exact=True, judging=SETTLING)
    assert run.breaking_point(Rotate(degrees=10), at=0.5).report().estimate.low == 10
    assert told[0].cost.queries == run.counts["queries"] == 1000


def test_a_curve_is_asked_once_for_all_its_points() -> None:
    told = []
    curve = subject(told).curve(FGSM, eps=[0.01, 0.02])
    assert curve[0.01] >= 0.4
    assert curve[0.02] >= 0.3
    assert told[0].cost.gradients > 0
    assert told[1].cost == Cost()
    assert told[1].note == "another check asks the same"


def test_several_changes_in_one_number_are_all_paid_for() -> None:
    told = []
    assert subject(told).corruption_error(Brightness) <= 0.9
    assert told[0].cost.queries >= 5 * 500


def test_what_cannot_be_measured_says_so_and_the_test_goes_on() -> None:
    told = []
    blind = Subject(
        lambda x: (x[:, 0] > 0.5).astype(int),
        np.random.default_rng(0).random((50, 4)),
        np.zeros(50, int),
        judging=Planning(told.append),
    )
    verdict = blind.accuracy(under=PGD(eps=0.1)) >= 0.5
    assert verdict
    assert verdict.decision is Decision.PLANNED
    assert told[0].note.startswith("it cannot be measured: ")
    with pytest.raises(InvalidModel, match="planned on 10 examples: it cannot be measured"):
        float(blind.accuracy(under=PGD(eps=0.1)))
    told.clear()
    assert blind.accuracy() >= blind.accuracy(under=PGD(eps=0.1))
    assert told[0].note.startswith("it cannot be measured: ")
    told.clear()
    wrong = Subject(
        lambda x: np.ones(len(x), int),
        np.random.default_rng(0).random((50, 4)),
        np.zeros(50, int),
        judging=Planning(told.append),
    )
    assert blind.accuracy(under=PGD(eps=0.1)) >= wrong.attack_success_rate(under=NOISE)
    both = told[0].note.split("; it cannot be measured: ")
    assert both[0].startswith("it cannot be measured: ")
    assert both[1].startswith("there is no example to measure")


def test_fewer_examples_than_ten_are_all_there_are() -> None:
    told = []
    assert subject(told, total=4).accuracy() >= 0.5
    assert (told[0].probed, told[0].cost.queries, told[0].likely) == (4, 4, 4)
    told.clear()
    assert subject(told, samples=3).accuracy() >= 0.5
    assert (told[0].examples, told[0].cost.queries) == (3, 3)
    told.clear()
    assert subject(told, total=1).accuracy() >= 0.5
    assert (told[0].likely, told[0].drop) == (1, 1)


def test_a_plan_is_the_same_each_time() -> None:
    told = []
    for _ in range(4):
        assert subject(told, wrong=200).accuracy() >= 0.55
    assert len({one.likely for one in told}) == 1


def test_a_property_is_asked_about_what_it_draws_first_and_counted() -> None:
    told = []
    made = subject(told)

    @settings(max_examples=5, deadline=None, database=None)
    @given(degrees=st.floats(1, 10))
    def prop(degrees):
        assert made.accuracy(under=Rotate(degrees=degrees)) >= 0.9

    prop()
    asked = made.counts["queries"]
    assert len(told) >= 5
    assert asked == 20
    assert len({one.title for one in told}) == 1


def test_a_property_may_make_several_checks() -> None:
    told = []
    made = subject(told)

    @settings(max_examples=3, deadline=None, database=None)
    @given(degrees=st.floats(1, 10))
    def prop(degrees):
        for measured in (
            made.accuracy(under=Rotate(degrees=degrees)),
            made.accuracy(under=Brightness(shift=degrees / 100)),
            made.accuracy(),
        ):
            assert (measured >= 0.9).bar == Bar(op=">=", value=0.9)

    prop()
    names = [one.title.split("(")[0] for one in told]
    assert set(names) == {"accuracy under Rotate", "accuracy under Brightness", "accuracy >= 0.9"}
    assert len(set(map(names.count, set(names)))) == 1
