"""What an early verdict is expected to take is what verdicts take."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom

from pytest_robust import InvalidArgument, Subject
from pytest_robust.core.policy import Policy
from pytest_robust.statistics.examples_to_stop import examples_to_stop
from pytest_robust.statistics.prior_posterior_ratio import Side, side_of

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


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (3, 4), (0, 9)])
def test_the_mean_is_the_computed_one(successes: int, trials: int) -> None:
    looks, needed, error = (8, 16, 32, 64), 40, 0.1
    rule = {"needed": needed, "population": 64, "looks": looks, "error": error}
    # What is drawn after k of n successes is beta-binomial, however large the population is.
    wanted, before, chances = 0.0, 0, {0: 1.0}
    for look in looks:
        after: dict[int, float] = {}
        for seen, chance in chances.items():
            law = betabinom(look - before, successes + seen + 1, trials - successes + before - seen + 1)
            for more in range(look - before + 1):
                after[seen + more] = after.get(seen + more, 0.0) + chance * float(law.pmf(more))
        settled = {seen for seen in after if side_of(needed, seen, look, 64, error=error) is not Side.OPEN}
        wanted += look * sum(after[seen] for seen in settled)
        chances, before = {seen: chance for seen, chance in after.items() if seen not in settled}, look
    made = [examples_to_stop(successes, trials, **rule, seed=seed) for seed in range(40)]
    # Four standard errors.
    assert np.mean(made) == pytest.approx(wanted, abs=4 * np.std(made) / 40**0.5)
    assert made == [examples_to_stop(successes, trials, **rule, seed=seed) for seed in range(40)]
    assert len(set(made)) > 10


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
