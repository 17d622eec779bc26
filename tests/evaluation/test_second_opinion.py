"""A verdict that rests on an attack having failed asks a few more questions first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pytest_robust import L2, Subject, Targeted, WorstOf
from pytest_robust.attacks import DDN, FGSM, PGD, AdaptiveEOT, AutoAttack, Square
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.model import Differentiable, LossGradient, Pullback
from pytest_robust.core.policy import Policy
from pytest_robust.core.streams import Streams
from pytest_robust.core.verdict import Decision
from pytest_robust.evaluation.probe import Meter, probe
from pytest_robust.evaluation.realise import Trial
from pytest_robust.evaluation.second_opinion import asked_again, second_opinion
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


SMALL = np.full((40, 4), 0.5, dtype=np.float32)
# Out of reach of every budget, so each attack goes all its way.
FLAT = LinearModel(np.random.default_rng(3).normal(size=(4, 4)), np.array([20, 0, 0, 0]))


@dataclass
class Told:
    """What each attack in turn is told to have broken: the first so many examples, whatever it did."""

    counts: tuple[int, ...]
    x: np.ndarray
    rows: list = field(default_factory=list)
    changed: list = field(default_factory=list)

    def __call__(self, changed, labels, rows):
        assert labels is None
        turn = len(self.rows)
        self.rows.append(len(rows))
        self.changed.append(changed - self.x[rows])
        return np.arange(len(rows)) < self.counts[turn]


def asked(attack, *counts, broken=0, standing=0, n=40, model=FLAT, bounds=(0, 1), y=None, told=None):
    """Return what is found with the answers given, and who answered."""
    x = SMALL[:n]
    told = told or Told(counts=counts, x=x)
    meter = Meter()
    trial = Trial(
        model=probe(model, meter, x, None),
        x=x,
        y=np.zeros(n, dtype=int) if y is None else y,
        bounds=lambda: Bounds(*bounds),
        streams=Streams.of(0, index=np.arange(n)),
        table=lambda: pytest.fail("these are no tables"),
        broken=told,
    )
    rows = np.arange(n)
    return second_opinion(attack, trial, rows < broken, rows >= n - standing, meter), told


def seen(opinion):
    return {one.asked: one.seen for one in opinion.health}


def found(opinion):
    assert [one.finding is not None for one in opinion.health[:-1]] == [False] * (len(opinion.health) - 1)
    return opinion.health[-1].asked if opinion.findings else None


@dataclass(frozen=True)
class Twice(Differentiable):
    """Answers one thing, then another."""

    first: np.ndarray
    then: np.ndarray
    types: list = field(default_factory=list)

    def logits(self, x):
        self.types.append(x.dtype)
        return np.asarray(self.first if len(self.types) % 2 else self.then, dtype=np.float32)

    def pullback(self, x, directions, *, count):
        directions(self.first)
        return Pullback(logits=self.first, gradients=np.zeros((count, *x.shape), dtype=np.float32))


def test_answers_that_differ_by_more_than_a_hundredth_of_their_own_spread_are_counted() -> None:
    first = np.tile([0.0, 100.0], (6, 1))
    first[0], first[1] = [1000, 1000.5], [0, 0.001]
    then = first + np.array([[0.1, 0], [0.0005, 0], [1, 0], [0, 0.5], [0, 0], [0, 0]])
    goal = Targeted(1)
    opinion, _ = asked(PGD(eps=0.1, goal=goal), n=6, model=(model := Twice(first, then)))
    assert seen(opinion) == {"answers that differ when the model is asked again": "2 of 6 inputs"}
    assert "answers 2 of 6 inputs differently" in opinion.findings[0].sign
    for word in ("under=AdaptiveEOT(attack=...)", "training=False"):
        assert word in opinion.findings[0].remedy
    # It is asked as attacks ask.
    assert model.types == [np.float32] * 2
    then[1] = first[1]
    opinion, _ = asked(PGD(eps=0.1, goal=goal), n=6, model=Twice(first, then))
    assert seen(opinion) == {"answers that differ when the model is asked again": "1 of 6 inputs"}
    assert opinion.findings == ()


@pytest.mark.parametrize(("n", "enough"), [(40, 4), (10, 2)])
def test_one_step_must_break_a_tenth_more_and_two(n, enough) -> None:
    attack = PGD(eps=0.1, steps=3)
    opinion, told = asked(attack, 3 + enough, broken=3, n=n)
    assert found(opinion) == "one step of the whole budget"
    assert f"broke {3 + enough} of {n} examples, the attack only 3" in opinion.findings[0].sign
    assert "step size" in opinion.findings[0].remedy
    assert told.rows == [n]
    opinion, _ = asked(attack, 2 + enough, 3, broken=3, n=n)
    assert found(opinion) is None
    assert seen(opinion)["one step of the whole budget"] == f"broke {2 + enough} of {n} examples, the attack 3"


@pytest.mark.parametrize(("broken", "enough"), [(12, 3), (4, 2), (40, 10)])
def test_a_larger_budget_must_miss_a_quarter_and_two(broken, enough) -> None:
    attack = PGD(eps=0.1, steps=3)
    opinion, told = asked(attack, 0, broken - enough, broken=broken)
    assert found(opinion) == "a larger budget"
    said = f"of {broken} examples that the attack breaks with a budget of 0.1 it misses"
    assert opinion.findings[0].sign == f"{said} {enough} with 0.2"
    assert "step that is too large" in opinion.findings[0].remedy
    assert "how far the input has moved" in opinion.findings[0].remedy
    assert told.rows == [40, broken]
    opinion, _ = asked(attack, 0, broken - enough + 1, broken=broken)
    assert found(opinion) is None
    assert seen(opinion)["a larger budget"] == f"{said} {enough - 1} with 0.2"


def test_a_larger_budget_is_twice_as_large_or_as_large_as_there_is_one() -> None:
    for attack, most in ((PGD(eps=0.8, norm=L2, steps=3), "1.6"), (PGD(eps=1.5, norm=L2, steps=3), "2")):
        opinion, _ = asked(attack, 0, 4, broken=4)
        assert seen(opinion)["a larger budget"].endswith(f" it misses 0 with {most}")
    # Of the largest there is, none is larger.
    opinion, told = asked(PGD(eps=1.0, steps=3), 0, broken=4)
    assert "a larger budget" not in seen(opinion)
    assert told.rows == [40]


STANDING = "attacks without the model's own gradients"


@pytest.mark.parametrize(("left", "words"), [(0, "0 examples"), (1, "1 example")])
def test_fewer_than_two_that_stronger_attacks_leave_tell_nothing(left, words) -> None:
    counts = (0, 8 - left, 0) if left else (0, 8)
    opinion, told = asked(PGD(eps=0.1, steps=3), *counts, standing=20)
    assert seen(opinion)[STANDING] == f"not tried: attacks by its gradients left {words} standing"
    assert told.rows == [40, 8, 1][: len(counts)]
    assert found(opinion) is None


SQUARE = "Square, without gradients, in 200 queries, breaks"
SMOOTH = "an attack by the gradients of a smoothed copy breaks"


@pytest.mark.parametrize(("left", "enough"), [(8, 4), (2, 2)])
def test_half_of_the_stubborn_and_two_must_fall_without_gradients(left, enough) -> None:
    attack, stronger = PGD(eps=0.1, steps=3), (0, 8 - left, 0)
    opinion, told = asked(attack, *stronger, enough, standing=20)
    assert told.rows == [40, 8, left, left]
    assert found(opinion) == STANDING
    assert seen(opinion)[STANDING] == f"{SQUARE} {enough} of {left} examples"
    assert opinion.findings[0].sign.startswith(f"{SQUARE} {enough} of {left} examples that attacks")
    for word in ("gradient lies", "Defended(model, preprocess)", "AutoAttack or Square"):
        assert word in opinion.findings[0].remedy
    opinion, _ = asked(attack, *stronger, enough - 1, enough, standing=20)
    assert found(opinion) == STANDING
    assert seen(opinion)[STANDING] == f"{SQUARE} {enough - 1} of {left} examples; {SMOOTH} {enough} of {left} examples"
    assert opinion.findings[0].sign.startswith(f"{SMOOTH} {enough} of {left} examples that attacks")


def test_all_that_is_tried_keeps_to_the_budget_and_takes_some_thousand_calls() -> None:
    opinion, told = asked(PGD(eps=0.3, norm=L2, steps=3), 0, 4, 0, 0, 3, 3, broken=4, standing=30)
    assert found(opinion) is None
    assert seen(opinion)[STANDING] == f"{SQUARE} 3 of 8 examples; {SMOOTH} 3 of 8 examples"
    far = np.array([np.linalg.norm(change, axis=1).max() for change in told.changed])
    budgets = np.array([0.3, 0.6, 0.3, 0.3, 0.3, 0.3])
    assert told.rows == [40, 4, 8, 8, 8, 8]
    assert (far <= budgets * (1 + 1e-4)).all()
    assert (far > budgets / 2).all()
    # Eight examples: 50 steps, 50 aimed at each of three classes, and 20 at 8 points each.
    most = 8 * (50 + 3 * 50 + 20 * 8)
    assert most <= opinion.cost.gradients <= most + 3 * 40
    assert 8 * 100 < opinion.cost.queries < 8 * 300


def test_of_a_random_model_most_of_nine_answers_count() -> None:
    attack = AdaptiveEOT(attack=PGD(eps=0.1, steps=3), samples=3)
    opinion, told = asked(attack, *[0] * 4, *[5] * 5)
    assert told.rows == [40] * 9
    assert found(opinion) == "one step of the whole budget"
    assert "broke 5 of 40 examples" in opinion.findings[0].sign
    # One step is the mean of as many draws as the attack takes.
    assert opinion.cost.gradients == 3 * 40
    opinion, told = asked(attack, *[0] * 5, *[5] * 4)
    assert seen(opinion)["one step of the whole budget"] == "broke 0 of 40 examples, the attack 0"


def test_an_honest_model_whose_nearest_class_is_not_its_second_likeliest_is_not_accused() -> None:
    # Upwards lies the likelier class, just out of reach; downwards another, which the gradient shows only from near.
    weights = np.array([[0, 3.9, -21], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
    model = LinearModel(weights, np.array([0, -2 - 3.9 / 2, -10 + 21 / 2]))

    def broken(changed, labels, rows):
        return model.logits(changed).argmax(axis=1) != 0

    opinion, _ = asked(PGD(eps=0.5), standing=40, model=model, told=broken)
    assert seen(opinion)[STANDING] == "not tried: attacks by its gradients left 0 examples standing"
    assert opinion.findings == ()
