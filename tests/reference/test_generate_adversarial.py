"""Task 2's attacks, and the noise that they are held against, as a user would check them."""

from __future__ import annotations

import pytest

from pytest_robust import L2
from pytest_robust.attacks import FGSM, CarliniWagner, DeepFool, TransferAttack, UniformNoise
from reference_models import trained
from reference_models.attacked import attacked
from reference_models.tasks import evaluate_robustness
from reference_models.tasks.generate_adversarial import EPS, TASK  # noqa: F401 - what the fixtures test


@pytest.fixture(scope="module")
def digits(result):
    """Return 40 test images: Carlini and Wagner's attack takes up to 900 gradients for each."""
    return result.splits.test[:40]


@pytest.fixture
def few(robust, result, digits):
    return robust(result.model, digits.x, digits.y, name="40 digits")


@pytest.fixture(scope="module")
def dense():
    """Return task 1's network, which has no convolution."""
    return trained(evaluate_robustness.TASK).subject.model


def test_one_step_breaks_what_noise_of_its_size_leaves(robust) -> None:
    assert robust.accuracy() >= 0.95
    assert robust.accuracy(under=UniformNoise(eps=EPS)) >= 0.85
    assert robust.accuracy(under=FGSM(eps=EPS)) <= 0.5


@pytest.mark.parametrize("attack", [DeepFool(), CarliniWagner()])
def test_some_near_image_is_read_as_another_digit(few, attack) -> None:
    assert few.attack_success_rate(under=attack) >= 0.99
    assert few.adversarial_distance(under=attack) <= 2.2


def test_who_searches_longer_comes_nearer(few) -> None:
    first_found = few.adversarial_distance(under=DeepFool())
    assert first_found <= 2.2
    assert few.adversarial_distance(under=CarliniWagner()) <= float(first_found)


def test_one_step_as_long_as_deep_fool_s_way_breaks_fewer(robust, result) -> None:
    more = robust(result.model, result.splits.test.x[:200], result.splits.test.y[:200], name="200 digits")
    distance = more.adversarial_distance(under=DeepFool())
    assert distance <= 2.2
    median = float(distance)
    one_step, several = (more.accuracy(under=under) for under in (FGSM(eps=median, norm=L2), DeepFool(eps=median)))
    assert several <= 0.51
    assert one_step >= several + 0.03


def test_large_steps_transfer_to_another_network(robust, dense, result) -> None:
    other = robust(dense, name="another network")
    own, foreign = FGSM(eps=EPS), TransferAttack(surrogate=result.model, attack=FGSM(eps=EPS))
    assert other.accuracy(under=foreign) <= other.accuracy(under=UniformNoise(eps=EPS)) - 0.1
    assert other.accuracy(under=own) <= other.accuracy(under=foreign) - 0.1


@pytest.mark.parametrize("attack", [DeepFool(), CarliniWagner()])
def test_the_nearest_changes_do_not_transfer(robust, dense, result, digits, attack) -> None:
    found = attacked(attack, result.model, digits, seed=0)
    assert found.success >= 0.99
    read = dense.predict(found.changed, verbose=0).argmax(axis=-1)
    assert robust.outcomes(f"{attack!r} read right by another network", read == found.y) >= 0.8
