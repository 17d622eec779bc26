"""A verdict that rests on an attack having failed asks a few more questions first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pytest_robust import L2, Subject, Targeted, WorstOf
from pytest_robust.attacks import DDN, FGSM, PGD, AdaptiveEOT, AutoAttack, Square
from pytest_robust.core.model import Differentiable, LossGradient, Pullback
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Decision
from pytest_robust.evaluation.second_opinion import asked_again
from pytest_robust.evaluation.smoothed import Smoothed
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

RANDOM = np.random.default_rng(6)
X = RANDOM.random((150, 6, 6)).astype(np.float32)
WEIGHTS = RANDOM.normal(size=(36, 3))
MODEL = LinearModel(WEIGHTS, np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
EXACT = Policy(exact=True)


def subject(model=MODEL, policy=EXACT):
    return Subject(model, X, Y, bounds=(0, 1), policy=policy)


def verdict(model, under, bar=0.01):
    return subject(model).accuracy(under=under) >= bar


class Shaped(LinearModel):
    """A linear model whose gradients are not its own, but what `bent` makes of them."""

    def loss_gradient(self, x, y, loss):
        found = super().loss_gradient(x, y, loss)
        return LossGradient(logits=found.logits, gradient=self.bent(found.gradient, x))

    def pullback(self, x, directions, *, count):
        found = super().pullback(x, directions, count=count)
        bent = [self.bent(one, x) for one in found.gradients]
        return Pullback(logits=found.logits, gradients=np.stack(bent))


class SidewaysExceptOnce(Shaped):
    """Right at the unchanged inputs, a fixed pattern anywhere else: one step works, many go astray."""

    def bent(self, gradient, x):
        original = np.isin(x[:, 0, 0], X[:, 0, 0])
        pattern = np.broadcast_to(np.where(np.arange(36).reshape(6, 6) % 2, 1, -1).astype(np.float32), x.shape)
        return np.where(original[:, None, None], gradient, pattern)


@dataclass(frozen=True)
class Ring(Differentiable):
    """Wrong where the mean has risen by 0.05 to 0.15, right again beyond."""

    def logits(self, x):
        rise = x.mean(axis=(1, 2)) - 0.5
        return np.stack([np.zeros(len(x)), (rise - 0.05) * (0.15 - rise)], axis=1).astype(np.float32)

    def pullback(self, x, directions, *, count):
        slope = (0.2 - 2 * (x.mean(axis=(1, 2)) - 0.5)) / 36
        weights = np.asarray(directions(self.logits(x)))[:, :, 1]
        gradients = np.broadcast_to((weights * slope)[:, :, None, None], (count, *x.shape))
        return Pullback(logits=self.logits(x), gradients=gradients.astype(np.float32))


class Misled(Shaped):
    """The same direction everywhere, which is not the model's."""

    def bent(self, gradient, x):
        pattern = np.where(np.arange(36).reshape(6, 6) % 2, 1, -1).astype(np.float32)
        return np.broadcast_to(pattern, x.shape).copy()


class Noise(Shaped):
    """A direction of its own at every point, with a share of the true one."""

    share = 0.0

    def bent(self, gradient, x):
        seeds = np.frombuffer(np.round(x.reshape(len(x), -1).sum(axis=1), 4).tobytes(), dtype=np.uint32)
        noise = np.stack([np.random.default_rng(seed).normal(size=(6, 6)) for seed in seeds[: len(x)]])
        return (np.abs(gradient).mean() * noise + self.share * gradient).astype(np.float32)


class Rippled(Noise):
    share = 0.4


@dataclass(frozen=True, eq=False)
class Unsteady(LinearModel):
    size: float = 1.0
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def logits(self, x):
        found = super().logits(x)
        return (found + self.size * self.random.normal(size=found.shape)).astype(np.float32)


def test_an_honest_model_is_not_accused() -> None:
    for attack in (FGSM(eps=0.02), PGD(eps=0.02), PGD(eps=0.1, norm=L2), AutoAttack(eps=0.02, version="fast"), DDN()):
        found = verdict(MODEL, attack, bar=0.01)
        assert found.decision is Decision.PASS or attack == DDN()
        assert found.findings == ()


def test_what_was_asked_stands_with_its_numbers_up_to_what_was_found() -> None:
    healthy = {one.asked: one for one in verdict(MODEL, PGD(eps=0.02)).health}
    assert list(healthy) == [
        "answers that differ when the model is asked again",
        "one step of the whole budget",
        "a larger budget",
        "attacks without the model's own gradients",
    ]
    assert healthy["answers that differ when the model is asked again"].seen == "0 of 32 inputs"
    assert healthy["one step of the whole budget"].seen.startswith("broke ")
    assert "of 32 examples, the attack " in healthy["one step of the whole budget"].seen
    assert " it misses 0 with 0.04" in healthy["a larger budget"].seen
    assert all(one.finding is None for one in healthy.values())
    found = verdict(Misled(WEIGHTS, np.zeros(3)), PGD(eps=0.05, steps=10))
    assert [one.finding for one in found.health if one.finding is not None] == list(found.findings)
    assert found.health[-1].finding is not None
    assert found.health[-1].seen.startswith("Square, without gradients, in 200 queries, breaks ")


def test_of_nothing_broken_no_larger_budget_is_asked() -> None:
    found = verdict(MODEL, PGD(eps=1e-5, steps=3))
    assert found.decision is Decision.PASS
    assert "one step of the whole budget" in [one.asked for one in found.health]
    assert "a larger budget" not in [one.asked for one in found.health]


def test_where_stronger_attacks_leave_one_standing_nothing_is_tried_without_gradients() -> None:
    # All but the surest example are next to the boundary.
    logits = np.sort(MODEL.logits(X), axis=1)
    near = np.argsort(logits[:, -1] - logits[:, -2])
    few = np.append(near[:11], near[-1])
    small = Subject(MODEL, X[few], Y[few], bounds=(0, 1), policy=EXACT)
    found = small.accuracy(under=PGD(eps=0.02)) >= 0.01
    assert float(small.accuracy(under=PGD(eps=0.02))) == pytest.approx(1 / 12)
    assert found.health[-1].seen == "not tried: attacks by its gradients left 1 example standing"


def test_one_step_that_breaks_more_than_many_is_a_sign() -> None:
    found = verdict(SidewaysExceptOnce(WEIGHTS, np.zeros(3)), PGD(eps=0.05))
    assert found.decision is Decision.INVALID
    assert "one step of the whole budget broke" in found.reason
    # Of the one step itself it is none.
    assert "one step" not in verdict(SidewaysExceptOnce(WEIGHTS, np.zeros(3)), FGSM(eps=0.02)).reason


def test_a_larger_budget_that_breaks_fewer_is_a_sign() -> None:
    # One step of 0.1 lands in the ring, one of 0.2 beyond it. A few are out of reach.
    grey = np.full((60, 6, 6), 0.5, dtype=np.float32)
    grey[:5] = 0.2
    ring = Subject(Ring(), grey, np.zeros(60, dtype=int), bounds=(0, 1), policy=EXACT)
    found = ring.accuracy(under=FGSM(eps=0.1)) >= 0.01
    assert found.decision is Decision.INVALID
    assert "examples that the attack breaks with a budget of 0.1 it misses" in found.reason
    assert "with 0.2" in found.reason
    assert (ring.accuracy(under=PGD(eps=0.1)) >= 0.01).decision is Decision.PASS


def test_a_gradient_that_lies_is_found_out_without_gradients() -> None:
    found = verdict(Misled(WEIGHTS, np.zeros(3)), PGD(eps=0.05, steps=10))
    assert found.decision is Decision.INVALID
    assert "Square, without gradients" in found.reason
    assert "Defended" in found.remedy


def test_a_smoothed_copy_follows_the_slope_at_large() -> None:
    from pytest_robust.core.bounds import Bounds
    from pytest_robust.core.losses import LogOdds
    from pytest_robust.core.norms import LInf
    from pytest_robust.core.streams import Streams
    from pytest_robust.core.threat import ThreatModel

    rippled, index = Rippled(WEIGHTS, np.zeros(3)), np.arange(len(X))
    threat = ThreatModel(norm=LInf, eps=0.2, bounds=Bounds(0, 1))
    smooth = Smoothed(model=rippled, threat=threat, streams=Streams.of(0, index=index))
    true = MODEL.loss_gradient(X, Y, LogOdds()).gradient

    def likeness(model):
        seen = model.loss_gradient(X, Y, LogOdds()).gradient
        return np.mean(
            [float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())) for a, b in zip(true, seen, strict=True)]
        )

    assert likeness(smooth) > likeness(rippled) + 0.2
    assert np.array_equal(smooth.logits(X), rippled.logits(X))
    some = smooth.rows(np.array([3, 9]))
    assert some.pullback(X[[3, 9]], lambda logits: np.ones((2, *logits.shape)), count=2).gradients.shape == (2, 2, 6, 6)
    assert smooth.classes is None


def test_a_model_that_answers_differently_is_a_sign_unless_the_attack_allows_for_it() -> None:
    unsteady = Unsteady(WEIGHTS, np.zeros(3), size=0.05)
    found = verdict(unsteady, PGD(eps=0.005, steps=3))
    assert found.decision is Decision.INVALID
    assert "differently when it is asked again" in found.reason
    assert verdict(unsteady, AdaptiveEOT(attack=PGD(eps=0.005, steps=3), samples=3)).decision is Decision.PASS
    # Rounding is not it.
    assert verdict(replace(unsteady, size=1e-6), PGD(eps=0.005, steps=3)).decision is Decision.PASS
    # It is asked of attacks without a budget too.
    nearest = subject(unsteady).adversarial_distance(under=DDN(steps=5)) >= 1e-9
    assert nearest.decision is Decision.INVALID


def test_nothing_is_asked_where_the_verdict_does_not_need_the_attack() -> None:
    liar = Noise(WEIGHTS, np.zeros(3))
    attack = PGD(eps=0.2, steps=10)
    assert verdict(liar, attack, bar=0).decision is Decision.PASS
    assert verdict(liar, attack, bar=0).spent.queries == 0
    failed = verdict(liar, attack, bar=1.0)
    assert failed.decision is Decision.FAIL
    assert failed.spent.queries == 0
    # A success rate above its bar does not rest on failures either.
    assert (subject(liar).attack_success_rate(under=attack) >= 0.0).spent.queries == 0


def test_what_it_took_is_on_the_record() -> None:
    measurement = subject().accuracy(under=PGD(eps=0.02))
    measurement.estimate()
    before = measurement.record(measurement.unjudged())
    found = measurement >= 0.01
    after = measurement.record(found)
    assert found.spent.queries > 0
    assert after.queries == before.queries + found.spent.queries
    assert after.gradients == before.gradients + found.spent.gradients
    # The same again costs nothing, and is told the same.
    assert (measurement >= 0.01).spent == found.spent


@pytest.mark.parametrize(
    "under",
    [Square(eps=0.2, queries=5), GaussianNoise(sigma=0.01), GaussianNoise(sigma=0.01) | PGD(eps=0.02)],
    ids=repr,
)
def test_what_follows_no_gradient_of_the_unchanged_inputs_is_not_asked_about(under) -> None:
    assert verdict(Noise(WEIGHTS, np.zeros(3)), under).spent.queries == 0


def test_an_ensemble_is_asked_about_its_first_gradient_attack() -> None:
    liar = Noise(WEIGHTS, np.zeros(3))
    found = verdict(liar, WorstOf(GaussianNoise(sigma=0.01), PGD(eps=0.1, steps=5), FGSM(eps=0.1)))
    assert found.decision is Decision.INVALID


def test_targeted_attacks_are_asked_about_steadiness_only() -> None:
    liar = Noise(WEIGHTS, np.zeros(3))
    found = verdict(liar, PGD(eps=0.2, steps=5, goal=Targeted(1)))
    assert found.decision is Decision.PASS
    assert 0 < found.spent.queries <= 64


def test_a_budget_as_large_as_the_range_has_no_larger_one() -> None:
    assert verdict(MODEL, PGD(eps=1.0, steps=3), bar=1e-9).decision is Decision.FAIL
    found = verdict(Misled(WEIGHTS, np.zeros(3)), PGD(eps=1.0, steps=3))
    assert found.decision is Decision.INVALID
    assert "with a budget of" not in found.reason


def test_few_examples_are_asked_again_the_first_and_the_first_that_stand() -> None:
    standing = np.zeros(100, dtype=bool)
    standing[[50, 60]] = True
    assert asked_again(standing).tolist() == [*range(32), 50, 60]
    assert len(asked_again(np.ones(100, dtype=bool))) == 32
    assert asked_again(np.zeros(3, dtype=bool)).tolist() == [0, 1, 2]
