"""How much worse a candidate is, and what would settle it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Interval
from pytest_robust.gates.comparison import Apart, Comparison, Difference, Paired, Resampled, decide_all
from pytest_robust.statistics.tango import tango


def compared(difference, *, drop, margin=0.05, upward=True, claim=Claim.POPULATION, n=100):
    (outcome,) = decide_all(
        [Comparison(
            drop=drop, difference=difference, upward=upward, margin=margin, claim=claim, confidence=0.95, n=n
        )]
    )  # fmt: skip
    return outcome


def test_pairs_get_tangos_interval_turned_round_where_less_is_better():
    old, new = np.arange(100) < 30, np.arange(100) < 20
    pair = Paired(old=old.astype(float), new=new.astype(float), seed=0)
    expected = tango(10, 0, 100, confidence=0.95)
    assert compared(pair, drop=0.1).interval == expected
    assert compared(pair, drop=-0.1, upward=False).interval == Interval(low=-expected.high, high=-expected.low)


@pytest.mark.parametrize("n", [100, 400])
def test_a_model_that_lost_the_margin_gets_through_as_seldom_as_the_confidence_says(n):
    random, margin, rounds, through = np.random.default_rng(3), 0.05, 400, 0
    for _ in range(rounds):
        kind = random.choice(3, size=n, p=[margin + 0.02, 0.02, 0.91 - margin + 0.05])
        old, new = (kind != 1).astype(float), (kind != 0).astype(float)
        outcome = compared(Paired(old=old, new=new, seed=0), drop=old.mean() - new.mean(), margin=margin, n=n)
        through += outcome.decision.lets_through
    # One end of a 95 % interval: 2.5 %, and three standard errors of it.
    assert through / rounds <= 0.025 + 3 * (0.025 * 0.975 / rounds) ** 0.5


def test_without_pairs_more_confidence_widens_as_for_a_normal_estimate():
    ends = Interval(low=0.89, high=0.91)
    apart = Apart(old=0.9, old_ends=ends, new=0.9, new_ends=ends, confidence=0.9)
    own, wider = apart.interval(0.9), apart.interval(0.99)
    assert own.high == pytest.approx(0.01 * 2**0.5)
    assert wider.high / own.high == pytest.approx(norm.ppf(0.995) / norm.ppf(0.95))
    assert (wider.low, own.low) == pytest.approx((-wider.high, -own.high))


def test_without_pairs_each_end_has_its_own_distance():
    old, new = Interval(low=0.86, high=0.92), Interval(low=0.5, high=0.72)
    apart = Apart(old=0.9, old_ends=old, new=0.6, new_ends=new, confidence=0.9)
    own, wider, by = apart.interval(0.9), apart.interval(0.99), norm.ppf(0.995) / norm.ppf(0.95)
    down, up = (0.04**2 + 0.12**2) ** 0.5, (0.02**2 + 0.1**2) ** 0.5
    assert (own.low, own.high) == pytest.approx((0.3 - down, 0.3 + up))
    assert (wider.low, wider.high) == pytest.approx((0.3 - by * down, 0.3 + by * up))


class Told(Difference):
    """One that says where it lies, whatever the confidence."""

    method = "told"

    def __init__(self, low, high):
        self.ends = Interval(low=low, high=high)

    def interval(self, confidence):
        return self.ends


@pytest.mark.parametrize(
    ("low", "high", "decision"),
    [
        (-0.2, -0.01, "IMPROVED"),
        (-0.2, 0.0, "PASS"),
        (-0.2, 0.049, "PASS"),
        (-0.2, 0.05, "UNDECIDED"),
        (0.05, 0.2, "UNDECIDED"),
        (0.051, 0.2, "FAIL"),
    ],
)
def test_an_interval_that_ends_at_no_drop_or_at_the_margin_has_not_left_it(low, high, decision):
    assert compared(Told(low, high), drop=(low + high) / 2).decision.value == decision
    assert compared(Told(-high, -low), drop=(low + high) / 2, upward=False).decision.value == decision


@pytest.mark.parametrize(
    ("drop", "beyond", "decision"),
    # What rounding makes of 0.83 - 0.82 is no part of an example; a thousandth of one is.
    [
        (0.83 - 0.82, 0, "PASS"),
        (0.01, 1e-3, "FAIL"),
        (0.01, -1e-3, "PASS"),
        (-0.01, -1e-3, "IMPROVED"),
        (-0.01, 0, "PASS"),
    ],
)
def test_these_examples_are_held_to_the_margin_to_a_thousandth_of_an_example(drop, beyond, decision):
    outcome = compared(Told(-1, 1), drop=drop + beyond / 1000, margin=0.01, claim=Claim.DATASET, n=1000)
    assert outcome.decision.value == decision


@pytest.mark.parametrize(
    ("n", "drop", "ends", "enough"),
    [
        # The interval is to become narrower by 0.0834 / 0.01, which takes the square of that as many examples.
        (100, 0.04, (-0.5, 0.1234), 7000),
        (100, 0.06, (-0.0234, 0.5), 7000),
        (10, 0.0, (-0.5, 0.0834), 28),
        (10_000_000, 0.0, (-0.5, 0.05), 10_000_000),
        (10_000_000, 0.0, (-0.5, 0.0501), None),
        (100, 0.05, (-0.5, 0.5), None),
    ],
)
def test_so_many_examples_settle_it_as_bring_the_end_to_the_margin(n, drop, ends, enough):
    outcome = compared(Told(*ends), drop=drop, n=n)
    assert (outcome.decision.value, outcome.settled_by) == ("UNDECIDED", enough)


def test_grouped_pairs_take_as_many_more_as_they_say_less():
    old, new = np.ones(200), (np.arange(200) >= 4).astype(float)
    alone = Paired(old=old, new=new, seed=0).settled_by(0.03, confidence=0.95)
    views = Paired(old=old, new=new, seed=0, groups=np.arange(200) // 4)
    # Four of a group all lost: at most as much as a quarter of them tell, and with few groups even less.
    assert 4 * alone < views.settled_by(0.03, confidence=0.95) < 16 * alone


def lost(count, *, margin=0.05, claim=Claim.POPULATION):
    """A comparison in which so many of 200 examples are lost."""
    old, new = np.ones(200), (np.arange(200) >= count).astype(float)
    return Comparison(
        drop=count / 200,
        difference=Paired(old=old, new=new, seed=0),
        upward=True,
        margin=margin,
        claim=claim,
        confidence=0.95,
        n=200,
    )


def test_a_p_value_is_the_tail_of_the_interval_that_ends_at_the_margin():
    for count in (1, 3, 5):
        p_value = lost(count).p_value()
        assert lost(count).interval(1 - 2 * p_value).high == pytest.approx(0.05, abs=1e-4)
    assert lost(30).p_value() > 0.9
    assert lost(0, margin=0.5).p_value() < 1e-6


def test_the_p_value_of_scores_of_0_and_1_is_that_of_the_search_without_a_search():
    for count, upward in ((1, True), (5, True), (4, False)):
        pair = lost(count).difference
        assert pair.p_value(0.05, upward=upward) == pytest.approx(
            Difference.p_value(pair, 0.05, upward=upward), rel=1e-3, abs=2e-6
        )


def test_shares_that_all_stayed_are_surely_within_a_wide_margin_and_a_drop_of_all_never():
    shares = np.full(200, 0.5)
    same = Paired(old=shares, new=shares, seed=0)
    assert same.p_value(0.5, upward=True) == 1e-6
    assert Paired(old=shares, new=shares - 0.4, seed=0).p_value(0.3, upward=True) == 1


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_any_worse_check_passes_as_rarely_as_promised(shared):
    # Six checks of one model on the same 300 examples, each worse by exactly the margin.
    random, runs, passed, alone = np.random.default_rng(0), 500, 0, 0
    for _ in range(runs):
        common, own = random.random(300), random.random((6, 300))
        drawn = np.where(random.random((6, 300)) < shared, common, own)
        family = [
            Comparison(
                drop=float((one < 0.1).mean() - 2 * (one < 0.04).mean()),
                difference=Paired(
                    old=(one >= 0.04).astype(float), new=((one < 0.04) | (one >= 0.1)).astype(float), seed=0
                ),
                upward=True,
                margin=0.02,
                claim=Claim.POPULATION,
                confidence=0.95,
                n=300,
            )
            for one in drawn
        ]
        passed += any(outcome.decision.lets_through for outcome in decide_all(family))
        alone += any(one.p_value() <= 0.025 for one in family)
    assert passed / runs <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / runs)
    # Each for itself would let one of six through far too often.
    assert alone / runs > 0.05


def test_several_claims_about_the_population_are_harder_to_pass_than_one():
    near = next(count for count in range(10, 0, -1) if 0.013 < lost(count).p_value() <= 0.025)
    (alone,) = decide_all([lost(near)])
    both = decide_all([lost(near), lost(near)])
    assert alone.decision.value == "PASS"
    assert [one.decision.value for one in both] == ["UNDECIDED"] * 2
    assert both[0].interval.high > 0.05 > alone.interval.high
    # What is left of them shares the chance of a wrong one; one alone has all of it.
    assert both[0].interval == lost(near).interval(0.975)
    (poor,) = decide_all([lost(12)])
    assert (poor.decision.value, poor.interval) == ("UNDECIDED", lost(12).interval(0.95))
    # Beside one that is sure, the other stands alone; and a claim about the data is of no family.
    assert [one.decision.value for one in decide_all([lost(0, margin=0.2), lost(near)])] == ["PASS"] * 2
    of_data = lost(near, claim=Claim.DATASET)
    assert [one.decision.value for one in decide_all([of_data, lost(near), of_data])] == ["PASS"] * 3


def test_advice_of_more_examples_than_anyone_labels_is_none():
    apart = Apart(
        old=0.9, old_ends=Interval(low=0.5, high=1), new=0.86, new_ends=Interval(low=0.4, high=1), confidence=0.95
    )
    assert compared(apart, drop=0.04).settled_by > 100
    assert compared(apart, drop=0.04, margin=0.0400001).settled_by is None
    assert compared(apart, drop=0.04, margin=0.04).settled_by is None


def f1(y, said):
    """Return what gives the F1 of the class 1 on some rows, counted by hand."""

    def number(rows):
        both = np.sum(y[rows] & said[rows])
        return 2 * both / max(y[rows].sum() + said[rows].sum(), 1)

    return number


def resampled(y, old, new, groups=None, seed=0):
    return Resampled(old=f1(y, old), new=f1(y, new), differ=old != new, seed=seed, groups=groups)


def answers_of_two(random, n, *, lost, gained):
    """Return labels, and answers right nine times of ten, of which the newer ones lost some and gained some."""
    y = random.random(n) < 0.5
    old_right = random.random(n) < 0.9
    new_right = np.where(old_right, random.random(n) >= lost, random.random(n) < gained)
    return y, y == old_right, y == new_right


def test_a_difference_of_scores_is_covered_about_as_often_as_promised():
    random, rounds, covered = np.random.default_rng(0), 300, 0
    y, old, new = answers_of_two(random, 400_000, lost=0.08, gained=0.2)
    truth = resampled(y, old, new).value
    assert truth > 0.03
    for run in range(rounds):
        found = resampled(*answers_of_two(random, 300, lost=0.08, gained=0.2), seed=run)
        assert found.method == "percentile bootstrap of pairs"
        interval = found.interval(0.95)
        covered += interval.low <= truth <= interval.high
    assert 0.91 < covered / rounds <= 0.99


def test_pairs_of_scores_find_what_two_intervals_do_not():
    y, old, new = answers_of_two(np.random.default_rng(1), 600, lost=0.05, gained=0)
    paired = resampled(y, old, new).interval(0.95)
    assert paired.low > 0.01
    few = resampled(y, old, np.where(np.cumsum(old != new) <= 9, new, old))
    assert int(few.differ.sum()) == 9
    wide = few.interval(0.95)
    assert few.method == "square and add, without pairs: 9 of the answers differ"
    assert wide.low < -0.01 < few.value < 0.02 < wide.high


def test_models_that_answer_alike_may_differ_on_examples_not_seen():
    y, old, _ = answers_of_two(np.random.default_rng(2), 100, lost=0, gained=0)
    alike = resampled(y, old, old)
    assert alike.value == 0
    interval = alike.interval(0.95)
    assert interval.low < -0.02
    assert interval.high > 0.02


def test_groups_count_once_where_few_answers_differ():
    y, old, new = answers_of_two(np.random.default_rng(3), 400, lost=0.1, gained=0)
    differ = np.flatnonzero(old != new)
    groups = np.arange(400)
    groups[differ] = differ[0]
    assert resampled(y, old, new).method == "percentile bootstrap of pairs"
    assert resampled(y, old, new, groups).method == "square and add, without pairs: 1 of the answers differ by groups"
    apart = resampled(y, old, new, np.arange(400) // 2)
    assert apart.method == "percentile bootstrap of pairs by groups"
    assert apart.interval(0.95) != resampled(y, old, new).interval(0.95)


def test_scores_say_how_many_examples_would_settle_them():
    y, old, new = answers_of_two(np.random.default_rng(1), 600, lost=0.05, gained=0)
    pair = resampled(y, old, new)
    interval = pair.interval(0.95)
    bar = (interval.low + pair.value) / 2
    reach = (pair.value - interval.low) / (pair.value - bar)
    assert pair.settled_by(bar, confidence=0.95) == pytest.approx(600 * reach**2, rel=0.03)


def test_a_number_outside_its_quantiles_is_taken_for_the_nearer_one():
    # The largest of some rows: a draw may lack it, and none has a larger one.
    values = np.linspace(0, 1, 50)
    rows = np.arange(50)
    pair = Resampled(
        old=lambda drawn: float(values[drawn].max()) if len(np.unique(drawn)) < 50 else 2.0,
        new=lambda _: 0.0,
        differ=np.ones(50, bool),
        seed=0,
    )
    interval = pair.interval(0.95)
    assert pair.old(rows) > interval.high
    assert pair.settled_by(interval.low, confidence=0.95) == 50
