"""What the time did not suffice for is UNDECIDED, and what was settled before stands."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import Subject
from pytest_robust.attacks import FGSM
from pytest_robust.core.claim import Claim
from pytest_robust.core.deadline import Deadline
from pytest_robust.core.errors import OutOfTime
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Bar, Decision
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Brightness, GaussianNoise, Rotate

NOISE = GaussianNoise(sigma=0.05)


class Clock:
    """A second an example that the model is asked about."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow(LinearModel):
    """A linear model that takes its time."""

    clock: Clock

    def logits(self, x):
        self.clock.now += len(x)
        return LinearModel.logits(self, x)


def subject(budget, *, total=400, right=0.9, clock=None, **policy):
    """A model that is right on a share of the examples, and has so many seconds."""
    random = np.random.default_rng(0)
    x = random.random((total, 8, 8, 1)).astype("float32")
    model = Slow(random.normal(size=(64, 3)), np.zeros(3))
    object.__setattr__(model, "clock", clock or Clock())
    y = LinearModel.logits(model, x).argmax(axis=1)
    wrong = random.permutation(total)[round(right * total) :]
    y[wrong] = (y[wrong] + 1) % 3
    deadline = Deadline(budget=budget, began=model.clock.now, clock=model.clock)
    return Subject(model, x, y, bounds=(0, 1), policy=Policy(**policy), deadline=deadline)


def test_a_measurement_that_runs_out_says_after_how_many_and_what_to_do() -> None:
    verdict = subject(100).accuracy() >= 0.9
    assert verdict.decision is Decision.UNDECIDED
    assert not verdict
    # 32, then 32 more, then 64: the look under way when time runs out is finished.
    assert verdict.reason == "the budget of 1.67 min was spent after 128 of 400 examples"
    assert (verdict.estimate.n, verdict.estimate.total) == (128, 400)
    assert verdict.bar == Bar(op=">=", value=0.9)
    assert verdict.claim is Claim.DATASET
    assert verdict.remedy.startswith("allow more time (--robust-budget) or fewer examples (--robust-samples)")
    assert "measured 0.9" in verdict.explanation


def test_a_comparison_that_runs_out_says_what_it_was_compared_with() -> None:
    made = subject(20)
    verdict = made.accuracy() >= made.accuracy(under=NOISE) - 0.1
    assert verdict.decision is Decision.UNDECIDED
    assert str(verdict.bar) == ">= accuracy under GaussianNoise(sigma=0.05) - 0.1"


def test_what_was_settled_before_stands_and_a_check_begun_after_has_no_example() -> None:
    made = subject(30)
    easy = made.accuracy()
    assert (easy >= 0.3).decision is Decision.PASS
    assert (easy >= 0.3).decision is Decision.PASS
    measured = made.accuracy(under=NOISE)
    late = measured >= 0.3
    assert late.decision is Decision.UNDECIDED
    assert measured.counterexamples() == ()
    assert late.estimate is None
    assert "after 0 of 400 examples" in late.reason


def test_enough_time_changes_nothing() -> None:
    kept, free = subject(1e9).accuracy() >= 0.9, subject(np.inf).accuracy() >= 0.9
    assert kept == free
    assert kept.decision is not Decision.UNDECIDED


@pytest.mark.parametrize(
    "compare",
    [
        lambda s: s.accuracy() >= s.accuracy(under=NOISE) - 0.1,
        lambda s: s.attack_success_rate(under=NOISE) <= 0.5,
        lambda s: s.generalization_gap(train=(np.ones((500, 8, 8, 1), "float32"), np.zeros(500, int))) <= 0.5,
        lambda s: s.breaking_point(Rotate, at=0.5) >= 1,
        lambda s: s.corruption_error(Brightness) <= 0.9,
        lambda s: s.curve(FGSM, eps=[0.01, 0.02])[0.02] >= 0.65,
        lambda s: s.accuracy(under=NOISE).report(),
    ],
    ids=["paired", "of those right", "two sets", "step by step", "all together", "curve", "without a bar"],
)
@pytest.mark.parametrize("policy", [{}, {"exact": True}, {"claim": Claim.POPULATION}])
@pytest.mark.parametrize("spent", [True, False])
def test_no_kind_of_measurement_goes_on_without_time(compare, policy, spent):
    clock = Clock()
    made = subject(20, clock=clock, **policy)
    # Before anything was asked, or with the first answers.
    clock.now += 30 if spent else 0
    verdict = compare(made)
    assert verdict.decision is Decision.UNDECIDED
    assert "the budget of 20 s was spent after" in verdict.reason
    looked = 0 if spent else 400
    # Nothing is asked once time is up; of what is asked at once, not more than one round of everything.
    assert clock.now <= 30 + looked * 10
    if spent:
        assert "after 0 of" in verdict.reason
        assert clock.now == 30


def test_a_number_that_was_asked_for_is_an_error_that_says_so_and_is_told() -> None:
    heard = []

    class Listener:
        def made(self, measurement):
            pass

        def judged(self, measurement, record):
            # So that it is not told once more, as a number that nobody asked for.
            assert measurement.compared
            heard.append(record)

    made = subject(50)
    made._listener = Listener()
    with pytest.raises(OutOfTime, match="the budget of 50 s was spent after 64 of 400 examples"):
        float(made.accuracy())
    assert [(record.decision, record.n) for record in heard] == [("UNDECIDED", 64)]
    assert "the budget of 50 s was spent" in heard[0].reason


def test_another_policy_and_other_models_have_the_same_time() -> None:
    made = subject(20).with_policy(Policy(seed=3))
    assert (made.accuracy() >= 0.9).decision is Decision.UNDECIDED
