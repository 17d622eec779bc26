"""What an early verdict is expected to take is what verdicts take."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument, Subject
from pytest_robust.core.policy import Policy
from pytest_robust.statistics.examples_to_stop import examples_to_stop

LOOKS = (32, 64, 128, 256, 512, 768, 1000)


def test_the_mean_is_that_of_verdicts_on_data_sets_like_the_probe() -> None:
    expected = examples_to_stop(8, 10, needed=600, population=1000, looks=LOOKS, error=0.001, seed=0)
    random = np.random.default_rng(5)
    taken = []
    for rate in random.beta(9, 3, size=100):
        right = random.random(1000) < rate
        x = np.arange(1000.0)[:, None]
        made = Subject(lambda b, r=right: r[b[:, 0].astype(int)].astype(int), x, np.ones(1000, int), bounds=(0, 1000))
        taken.append((made.accuracy() >= 0.6).estimate.n)
    assert Policy().error == 0.001
    # Both are means of a hundred: within four of their standard errors.
    assert expected == pytest.approx(np.mean(taken), abs=4 * np.std(taken) / 10 * 2**0.5)
    assert 100 < expected < 600


def test_far_from_the_bar_it_is_the_first_look_and_a_probe_at_the_bar_takes_longer() -> None:
    rule = {"population": 1000, "looks": LOOKS, "error": 0.001, "seed": 1}
    assert examples_to_stop(10, 10, needed=0, **rule) == 32
    assert examples_to_stop(10, 10, needed=1001, **rule) == 32
    near = examples_to_stop(5, 10, needed=500, **rule)
    assert near > 2 * examples_to_stop(5, 10, needed=950, **rule)


def test_as_few_as_one_look_has_are_all() -> None:
    assert examples_to_stop(3, 10, needed=10, population=20, looks=(20,), error=0.001, seed=0) == 20


@pytest.mark.parametrize("looks", [(), (32, 64)])
def test_looks_that_do_not_come_to_all_are_refused(looks):
    with pytest.raises(InvalidArgument, match="must be at all 100 examples"):
        examples_to_stop(3, 10, needed=10, population=100, looks=looks, error=0.001, seed=0)
