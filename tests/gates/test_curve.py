"""Robust accuracy over budgets never rises, and costs less than its points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pytest_robust import L2, InvalidArgument, Subject
from pytest_robust.attacks import DDN, FGSM, FMN, PGD, AdaptiveEOT, Spatial, UniformNoise
from pytest_robust.core.policy import Policy
from pytest_robust.core.record import Record
from pytest_robust.core.verdict import Decision
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise, Rotate

RANDOM = np.random.default_rng(9)
X = RANDOM.random((120, 10)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(10, 2)), RANDOM.normal(size=2) * 0.1)
Y = MODEL.logits(X).argmax(axis=1)
EPS = [1.0, 0.1, 0.3, 0.6]
EXACT = Policy(exact=True)


@dataclass
class Listening:
    records: list[Record]

    def made(self, measurement):
        pass

    def judged(self, measurement, record):
        self.records.append(record)


def subject(policy=EXACT, **also):
    return Subject(MODEL, X, Y, bounds=(-9, 9), policy=policy, **also)


def told(measurement):
    """The record of what was measured, without a verdict and what that takes beside."""
    measurement.estimate()
    return measurement.record(measurement.unjudged())


def closed_form(eps, *, dual):
    return float((MODEL.distance(X, dual) > eps).mean())


@pytest.mark.parametrize(
    ("attack", "dual"), [(FGSM, 1), (PGD(eps=0.3), 1), (FMN(), 1), (DDN(), 2), (PGD(eps=9, norm=L2), 2)], ids=repr
)
def test_each_point_is_the_closed_form_of_a_linear_model(attack, dual) -> None:
    curve = subject().curve(attack, eps=EPS)
    assert list(curve) == sorted(EPS)
    values = [one.value for one in curve.estimates().values()]
    assert values == pytest.approx([closed_form(eps, dual=dual) for eps in sorted(EPS)], abs=0.01)
    assert values[0] > values[-1]


def test_what_a_smaller_budget_broke_stays_broken_at_a_larger_one() -> None:
    # Noise alone is not monotone: another draw may miss what a smaller one met.
    budgets = np.linspace(0.01, 0.6, 12).tolist()
    alone = [
        float(subject(Policy(exact=True, seed=3)).accuracy(under=UniformNoise(eps=eps, norm=L2))) for eps in budgets
    ]
    together = [
        float(one)
        for one in subject(Policy(exact=True, seed=3)).curve(UniformNoise(eps=1, norm=L2), eps=budgets).values()
    ]
    assert (np.diff(together) <= 0).all()
    assert together[-1] <= min(alone) + 0.02


def test_four_budgets_of_one_step_take_one_gradient_an_example() -> None:
    curve = subject().curve(FGSM, eps=EPS)
    assert {told(point).gradients for point in curve.values()} == {len(X)}


def test_the_nearest_changes_serve_all_budgets_of_one_run() -> None:
    one = subject().curve(DDN(), eps=[0.3])[0.3]
    four = subject().curve(DDN(), eps=EPS)[0.3]
    assert told(four).gradients == told(one).gradients > 0


def test_a_point_is_judged_early_and_told_as_a_point_of_its_curve() -> None:
    x = np.tile(X, (40, 1))
    listening = Listening([])
    many = Subject(MODEL, x, np.tile(Y, 40), bounds=(-9, 9), listener=listening)
    curve = many.curve(PGD(eps=1), eps=[0.02, 1])
    assert curve[0.02] >= 0.4
    assert not curve[1] >= 0.9
    first, second = listening.records
    assert first.n < len(x) / 10
    assert (first.title, first.under, first.level) == ("accuracy under PGD(eps=0.02)", "PGD(eps=0.02)", 0.02)
    assert first.family == second.family == "PGD()"
    # On one axis with the same attack's accuracy, but a check of its own.
    assert first.metric == "accuracy"
    assert first.id != many.accuracy(under=PGD(eps=0.02)).record(None).id
    assert second.decision == Decision.FAIL.value
    assert curve[0.02] is curve[0.02]


def test_examples_that_are_wrong_already_are_wrong_at_every_budget() -> None:
    y = np.where(np.arange(len(Y)) % 4, Y, 1 - Y)
    for attack in (FGSM, DDN()):
        curve = Subject(MODEL, X, y, bounds=(-9, 9), policy=EXACT).curve(attack, eps=[1e-6])
        assert float(curve[1e-6]) == 0.75


@pytest.mark.parametrize(
    ("attack", "eps", "message"),
    [
        (PGD, [], "at least one budget"),
        (PGD, [0.1, -1], "eps=-1"),
        (PGD, 0.1, "needs a list of budgets"),
        (PGD, ["wide"], "needs a list of budgets"),
        (Spatial, [0.1], "not an attack with a budget"),
        ("pgd", [0.1], "not an attack with a budget"),
        (AdaptiveEOT(attack=PGD(eps=0.1)), [0.1], "not an attack with a budget"),
    ],
)
def test_a_curve_without_meaning_is_refused(attack, eps, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        subject().curve(attack, eps=eps)


def test_another_budget_than_the_curves_is_a_key_error_that_lists_them() -> None:
    curve = subject().curve(PGD, eps=[0.1, 0.2])
    with pytest.raises(KeyError, match=r"0\.3 is no eps of this curve: 0\.1, 0\.2"):
        curve[0.3]
    assert repr(curve) == "curve of accuracy under PGD() at eps 0.1, 0.2"
    assert len(curve) == 2


def test_a_curve_over_severities_has_the_accuracy_at_each() -> None:
    x = np.random.default_rng(3).random((60, 8, 8)).astype(np.float32)

    def model(images):
        return (images.std(axis=(1, 2)) > 0.31).astype(int)

    images = Subject(model, x, model(x), bounds=(0, 1), policy=EXACT)
    for corruption in (GaussianNoise, GaussianNoise(severity=5)):
        curve = images.curve(corruption, severity=range(1, 6))
        assert list(curve) == [1, 2, 3, 4, 5]
        for severity, measured in curve.items():
            assert float(measured) == float(images.accuracy(under=GaussianNoise(severity=severity)))
    assert 0 < float(curve[5]) < float(curve[1])
    assert repr(curve) == "curve of accuracy under GaussianNoise() at severity 1, 2, 3, 4, 5"
    record = told(curve[3])
    assert (record.level, record.family) == (3.0, "GaussianNoise()")
    with pytest.raises(KeyError, match="6 is no severity of this curve"):
        curve[6]


@pytest.mark.parametrize(
    ("under", "given", "message"),
    [
        (GaussianNoise, {"severity": [0]}, "severity=0 must be"),
        (GaussianNoise, {"severity": 3}, "severity=3: a curve needs a list of severities"),
        (GaussianNoise, {"severity": []}, "a curve needs a list of severities"),
        (Rotate, {"severity": [1]}, "Rotate has no severities"),
        (PGD(eps=0.1), {"severity": [1]}, "has no severities"),
        (GaussianNoise, {"eps": [0.1]}, "not an attack with a budget"),
        (PGD, {}, r"curve\(PGD\): say at which budgets"),
        (PGD, {"eps": [0.1], "severity": [1]}, "say at which budgets"),
    ],
)
def test_a_curve_over_no_strength_is_refused(under, given, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        subject().curve(under, **given)
