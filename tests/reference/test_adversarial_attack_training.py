"""Task 4's attack climbs, keeps to the rules, and the attack that descends is noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

from pytest_robust import L2, UNBOUNDED, Dataset, InvalidArgument, LInf, Subject, Targeted, Untargeted
from pytest_robust.attacks import FGSM, UniformNoise
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.testing import LinearModel, check_attack
from reference_models import trained
from reference_models.attacked import attacked
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks import generate_adversarial
from reference_models.tasks.adversarial_attack import EPS, TASK, Ascent, IterativeAttack, ascent, cross_entropy

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def way(result: Trained) -> Ascent:
    """Return the way of 500 test images."""
    return ascent(IterativeAttack(eps=EPS), result.model, result.splits.test[:500], seed=0)


def test_adversarial_attack_measures_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert expected
    assert all(each.holds(measured[each.metric]) for each in expected)
    assert measured["loss_attacked"] >= 15 * measured["loss"]


def test_the_mean_loss_rises_with_each_step(way: Ascent) -> None:
    mean = way.losses.mean(axis=1)
    assert (np.diff(mean[1:]) > 0).all()
    assert mean[-1] >= 5 * mean[2]


def test_every_point_of_the_way_is_an_image_within_the_budget(result: Trained, way: Ascent) -> None:
    assert len(way.points) == IterativeAttack(eps=EPS).steps + 2
    np.testing.assert_array_equal(way.points[0], result.splits.test.x[:500])
    assert (way.points.min(), way.points.max()) == (0, 1)
    far = np.abs(way.points - way.points[0]).max(axis=(1, 2, 3, 4))
    np.testing.assert_allclose(far[1:], EPS, atol=1e-5)


def test_the_loss_is_the_cross_entropy_that_keras_reports(result: Trained) -> None:
    import keras

    test = result.splits.test[:100]
    theirs = keras.losses.sparse_categorical_crossentropy(test.y, result.model.predict(test.x, verbose=0))
    logits = Subject(result.model, test.x, test.y).model.logits(test.x)
    np.testing.assert_allclose(cross_entropy(logits, test.y), theirs, atol=1e-5)
    assert cross_entropy(np.array([[1e4, 0.0]]), np.array([1]))[0] == pytest.approx(1e4)


@pytest.mark.parametrize("goal", [Untargeted(), Targeted(1)])
def test_the_attack_keeps_to_the_rules(goal: Any) -> None:
    check_attack(IterativeAttack(eps=0.1, goal=goal))


def test_the_attack_breaks_what_can_be_broken_and_nothing_else() -> None:
    random = np.random.default_rng(0)
    model = LinearModel(random.normal(size=(16, 2)), np.zeros(2))
    x = random.normal(size=(500, 16)).astype(np.float32)
    breakable = model.distance(x, dual_order=1) < 0.1
    assert 50 <= breakable.sum() <= 450
    linear = Subject(model, Dataset(x=x, y=model.logits(x).argmax(axis=1), bounds=UNBOUNDED))
    left = float(linear.accuracy(under=IterativeAttack(eps=0.1)))
    assert left == pytest.approx(1 - breakable.mean(), abs=0.005)


@pytest.mark.parametrize("wrong", [{"eps": 0}, {"steps": 0}, {"steps": 2.5}, {"norm": L2}])
def test_the_attack_refuses_what_it_cannot_do(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match=rf"{next(iter(wrong))}="):
        IterativeAttack(**{"eps": 0.1, **wrong})


@dataclass(frozen=True, kw_only=True, repr=False)
class Descending(Attack):
    """The article's attack: x - step * gradient, which takes each image to where the model is surer."""

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    goal: Any = Untargeted()

    def perturb(self, model: Any, x: Any, y: Any, threat: Any, streams: Any) -> Any:
        point = x
        for _ in range(20):
            gradient = model.loss_gradient(point, self.goal.labels(y), LogOdds()).gradient
            point = threat.project(point - np.float32(threat.eps / 8) * np.sign(gradient), x)
        return point


def test_an_attack_that_descends_raises_accuracy_to_one(result: Trained) -> None:
    test = result.splits.test[:300]
    wrong, right = (attacked(attack(eps=EPS), result.model, test, seed=0) for attack in (Descending, IterativeAttack))
    assert np.mean(wrong.before == test.y) <= 0.98
    assert np.mean(wrong.after == test.y) >= 0.995
    assert np.mean(right.after == test.y) <= 0.2


@pytest.mark.parametrize("control", [UniformNoise(eps=EPS), FGSM(eps=EPS)])
def test_an_attack_that_descends_is_noticed_by_what_it_fails_to_beat(result: Trained, control: Attack) -> None:
    digits = Subject(result.subject.model, result.subject.x, result.subject.y)
    assert digits.accuracy(under=IterativeAttack(eps=EPS)) <= digits.accuracy(under=control)
    assert not digits.accuracy(under=Descending(eps=EPS)) <= digits.accuracy(under=control)


def test_an_attack_that_descends_makes_a_check_invalid(result: Trained) -> None:
    digits = Subject(result.subject.model, result.subject.x, result.subject.y)
    flattered = digits.accuracy(under=Descending(eps=EPS)) >= 0.9
    assert flattered.decision.name == "INVALID"
    assert "the loss did not rise" in flattered.reason
    honest = digits.accuracy(under=IterativeAttack(eps=0.02)) >= 0.9
    assert honest.decision.name == "PASS"


def test_the_network_is_that_of_task_2(result: Trained) -> None:
    theirs = trained(generate_adversarial.TASK).model
    for mine, other in zip(result.model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert shipped_at(TASK).with_suffix(".keras").stat().st_size < 300_000


def test_its_figure_shows_the_way_and_the_loss(drawing: Figure) -> None:
    *images, curve = drawing.axes
    assert len(images) == 4 * 7
    assert images[0].get_title().startswith("unchanged\nread 0, loss 0.0")
    mean = curve.lines[0].get_ydata()
    assert (len(mean), int(np.argmax(mean))) == (21, 20)
    labels = [each.get_text() for each in curve.get_legend().get_texts()]
    assert [label.split(":")[0] for label in labels] == [
        "iterative attack, at last",
        "the middle half of its images",
        "FGSM, one step",
        "random noise",
        "unchanged",
    ]
