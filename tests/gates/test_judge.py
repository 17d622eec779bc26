"""The verdict is right, early or late, and never flattered."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.metrics import f1_score

from pytest_robust import UNBOUNDED, ByFunction, InvalidArgument, InvalidModel, SameAsClean, Subject
from pytest_robust.attacks import FGSM
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.claim import Claim
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.outcomes import Cost
from pytest_robust.core.policy import Policy
from pytest_robust.core.shard import Shard
from pytest_robust.core.verdict import Bar, Decision
from pytest_robust.evaluation.laboratory import order_of
from pytest_robust.gates._parts import fewest_above
from pytest_robust.statistics.bounded_mean import bounded_mean
from pytest_robust.statistics.clopper_pearson import clopper_pearson
from pytest_robust.statistics.tango import tango
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise


def in_order(right, *, batch_size=256, **policy):
    """A model that is right on these examples, which stand in the order in which they are evaluated."""
    table = np.empty(len(right), dtype=int)
    table[order_of(len(right), 0)] = [not one for one in right]
    made = Policy(batch_size=batch_size, **policy)
    return Subject(
        lambda x: table[x[:, 0].astype(int)], np.arange(len(right))[:, None], 0 * table, policy=made, bounds=(0, 99)
    )


def subject(right, total, *, shuffle=0, **policy):
    """A model that is right on `right` of `total` examples."""
    x = np.arange(total, dtype=np.float64)[:, None]
    y = np.zeros(total, dtype=int)
    wrong = np.random.default_rng(shuffle).permutation(total)[right:]
    table = np.isin(np.arange(total), wrong).astype(int)
    asked = []

    def model(batch):
        asked.append(len(batch))
        return table[batch[:, 0].astype(int)]

    made = Subject(model, x, y, bounds=(0, total), policy=Policy(**policy))
    made.asked = asked
    return made


@pytest.mark.parametrize("op", [">=", ">", "<=", "<"])
@pytest.mark.parametrize("bar", [0.0, 0.3, 0.5, 0.501, 0.7, 1.0])
@pytest.mark.parametrize("right", [0, 150, 250, 251, 350, 500])
def test_the_early_verdict_is_the_exact_one(right, bar, op) -> None:
    truth = {">=": right / 500 >= bar, ">": right / 500 > bar, "<=": right / 500 <= bar, "<": right / 500 < bar}[op]
    for shuffle in range(3):
        early = subject(right, 500, shuffle=shuffle).accuracy()
        verdict = early._compare(op, bar)
        assert bool(verdict) == truth
        assert verdict.decision in {Decision.PASS, Decision.FAIL}
        exact = subject(right, 500, exact=True).accuracy()._compare(op, bar)
        assert bool(exact) == truth
        assert exact.estimate.n == 500


def test_an_easy_verdict_asks_few_examples_and_a_hard_one_all() -> None:
    easy = subject(9500, 10_000)
    assert easy.accuracy() >= 0.5
    assert sum(easy.asked) <= 64
    hard = subject(5000, 10_000)
    assert hard.accuracy() >= 0.5
    assert sum(hard.asked) > 5000


def test_a_verdict_that_no_example_can_change_is_reached_without_error() -> None:
    verdict = subject(100, 100).accuracy() >= 0.01
    assert "whatever the rest shows" in verdict.reason
    assert verdict.estimate.n == 32


# Of 33 examples, the first look shows 32: what 0 of them leave open is whether all have 0 or 1.
LAST_ONE = pytest.mark.parametrize(
    ("op", "count", "n", "decision"),
    [
        (">=", 0, 32, "PASS"),
        (">=", 1, 33, "FAIL"),
        (">=", 2, 32, "FAIL"),
        (">", -1, 32, "PASS"),
        (">", 0, 33, "FAIL"),
        (">", 1, 32, "FAIL"),
        ("<=", 1, 32, "PASS"),
        ("<=", 0, 33, "PASS"),
        ("<=", -1, 32, "FAIL"),
        ("<", 2, 32, "PASS"),
        ("<", 1, 33, "PASS"),
        ("<", 0, 32, "FAIL"),
    ],
)


@LAST_ONE
def test_the_last_example_is_asked_about_only_where_it_can_tell(op, count, n, decision) -> None:
    verdict = in_order([False] * 33).accuracy()._compare(op, count / 33)
    assert (verdict.estimate.n, verdict.estimate.total, verdict.decision.value) == (n, 33, decision)
    early = "settled after 32 of 33 examples, whatever the rest shows"
    assert verdict.reason == (early if n == 32 else "all 33 examples were evaluated")


def test_shares_whose_mean_is_the_bar_are_at_the_bar() -> None:
    # 33 times 0.1 and 33, less 33, is less than 33 times 0.1 in floating point.
    tenths = in_order([True] * 33).accuracy(criterion=ByFunction(lambda target, output: 0.1))
    mean = float(tenths)
    assert (tenths >= mean).estimate.n == 33
    assert (tenths >= mean).decision is (tenths <= mean).decision is Decision.PASS


def test_a_bar_that_everything_clears_takes_one_look_however_short() -> None:
    assert (in_order([True] * 33, batch_size=1).accuracy() >= 0).estimate.n == 1


def test_an_early_verdict_says_what_it_is_about_how_sure_it_is_and_what_to_do() -> None:
    passed, failed = subject(9500, 10_000).accuracy() >= 0.5, subject(500, 10_000).accuracy() >= 0.5
    for verdict in (passed, failed):
        assert verdict.claim is Claim.DATASET
        assert verdict.reason.endswith("with a chance of at most 0.001 that all 10000 would say otherwise")
    assert passed.remedy == ""
    assert failed.remedy.startswith("look at the examples that are wrong")


def test_early_verdicts_differ_from_the_exact_one_no_more_often_than_promised() -> None:
    # The worst case: one example short of the bar, so that every PASS is wrong.
    wrong = sum(bool(subject(599, 1000, shuffle=turn, seed=turn, error=0.05).accuracy() >= 0.6) for turn in range(200))
    assert wrong <= 200 * 0.05 + 3 * np.sqrt(200 * 0.05 * 0.95)


@pytest.mark.parametrize(
    ("right", "bar", "decision"),
    [(95, 0.5, Decision.PASS), (20, 0.5, Decision.FAIL), (55, 0.5, Decision.UNDECIDED), (0, 0.0, Decision.PASS)],
)
def test_the_claim_about_the_population_needs_the_whole_interval(right, bar, decision) -> None:
    verdict = subject(right, 100, claim=Claim.POPULATION).accuracy() >= bar
    assert verdict.decision is decision
    assert verdict.claim is Claim.POPULATION
    assert bool(verdict) == (decision is Decision.PASS)


def test_the_claim_about_the_population_can_be_downward() -> None:
    accuracy = subject(20, 100, claim=Claim.POPULATION).accuracy()
    assert accuracy <= 0.5
    assert accuracy < 0.5
    assert (accuracy > 0.1).decision is Decision.PASS
    assert (accuracy <= 0.2).decision is Decision.UNDECIDED
    assert (subject(100, 100, claim=Claim.POPULATION).accuracy() <= 1).decision is Decision.PASS


def test_undecided_says_how_many_examples_would_settle_it() -> None:
    verdict = subject(55, 100, claim=Claim.POPULATION).accuracy() >= 0.5
    assert "about 420 examples would settle it" in verdict.remedy
    on_the_bar = subject(50, 100, claim=Claim.POPULATION).accuracy() >= 0.5
    assert "no feasible number" in on_the_bar.remedy
    gap = subject(50, 100, claim=Claim.POPULATION)
    outside = gap.generalization_gap(train=(np.arange(100.0)[:, None], np.zeros(100, int))) >= -0.05
    assert outside.decision is Decision.UNDECIDED
    # Of a number about all examples together, nobody knows how it narrows.
    together = subject(55, 100, claim=Claim.POPULATION).score("accuracy") >= 0.5
    assert together.decision is Decision.UNDECIDED
    assert "about" not in together.remedy


def test_nothing_to_measure_is_invalid() -> None:
    verdict = subject(0, 50).attack_success_rate(under=GaussianNoise(sigma=0.1)) >= 0
    assert verdict.decision is Decision.INVALID
    assert "no example to measure" in verdict.reason
    assert verdict.estimate is None
    assert verdict.claim is Claim.DATASET
    assert verdict.remedy == ""


def test_scores_between_right_and_wrong_are_settled_only_by_certainty() -> None:
    made = subject(0, 400)
    half = made.accuracy(criterion=ByFunction(lambda target, output: 0.5))
    assert half >= 0.01
    assert sum(made.asked) < 400
    assert (half >= 0.4).estimate.n == 400
    assert not half >= 0.6


@pytest.mark.parametrize(
    ("bar", "op", "count"),
    [(0.6, ">=", 6), (0.6, ">", 7), (0.6, "<=", 7), (0.6, "<", 6), (0.55, ">=", 6), (1.0, ">", 11), (0.0, ">=", 0)],
)
def test_the_count_at_the_bar_is_the_first_on_its_upper_side(bar, op, count) -> None:
    assert fewest_above(Bar(op=op, value=bar), 10) == count


class TestPaired:
    def test_the_drop_on_the_same_examples_decides(self) -> None:
        old, new = subject(80, 100, exact=True), subject(79, 100, exact=True)
        assert new.accuracy() >= old.accuracy() - 0.01
        assert not new.accuracy() >= old.accuracy() - 0.009
        assert not new.accuracy() >= old.accuracy()
        assert new.accuracy() <= old.accuracy()
        assert new.accuracy() < old.accuracy()
        assert old.accuracy() > new.accuracy()

    def test_the_margin_may_stand_on_either_side(self) -> None:
        old, new = subject(80, 100), subject(79, 100)
        assert old.accuracy() - 0.01 <= new.accuracy()
        assert old.accuracy() + 0.02 > new.accuracy()
        assert old.accuracy() - 0.005 >= new.accuracy()
        assert old.accuracy() - 0.1 < new.accuracy()

    def test_a_margin_that_is_met_exactly_clears_what_allows_it(self) -> None:
        old, new = subject(80, 100).accuracy(), subject(79, 100).accuracy()
        shifted = old - 0.01
        assert (bool(shifted <= new), bool(shifted >= new), bool(new <= shifted), bool(new >= shifted)) == (True,) * 4
        assert (bool(shifted < new), bool(shifted > new), bool(new < shifted), bool(new > shifted)) == (False,) * 4

    def test_the_population_needs_the_whole_interval_of_the_difference(self) -> None:
        old, new = subject(800, 1000, claim=Claim.POPULATION), subject(795, 1000, claim=Claim.POPULATION)
        assert new.accuracy() >= old.accuracy() - 0.05
        assert (new.accuracy() >= old.accuracy() - 0.005).decision is Decision.UNDECIDED
        worse = subject(500, 1000, claim=Claim.POPULATION)
        assert (worse.accuracy() >= old.accuracy()).decision is Decision.FAIL
        assert (worse.accuracy() <= old.accuracy()).decision is Decision.PASS
        assert (old.accuracy() <= worse.accuracy()).decision is Decision.FAIL

    def test_scores_between_right_and_wrong_are_compared_too(self) -> None:
        made = subject(0, 50)
        low, high = (made.accuracy(criterion=ByFunction(lambda t, o, v=v: v)) for v in (0.4, 0.5))
        assert high >= low + 0.09
        assert not low >= high

    def test_both_sides_stop_when_it_is_settled(self) -> None:
        old, new = subject(9500, 10_000), subject(9500, 10_000)
        verdict = new.accuracy() >= old.accuracy() - 0.05
        assert verdict
        assert verdict.estimate.n == sum(new.asked) == sum(old.asked) < 500
        assert f"settled after {verdict.estimate.n} of 10000 examples on both sides" in verdict.reason
        assert "a chance of at most 0.001 that all 10000 would say otherwise" in verdict.reason
        assert "0 gained and 0 lost" in verdict.reason
        worse = subject(5000, 10_000)
        lost = worse.accuracy() >= old.accuracy() - 0.05
        assert not lost
        assert "only the other one gets right" in lost.remedy
        assert sum(worse.asked) < 500

    @pytest.mark.parametrize(("gained", "lost"), [(0, 0), (1, 3)])
    @pytest.mark.parametrize(
        ("op", "beyond", "n", "decision"),
        [
            (">=", -1, 32, "PASS"),
            (">=", 0, 33, "PASS"),
            (">=", 1, 33, "FAIL"),
            (">=", 2, 32, "FAIL"),
            (">", -2, 32, "PASS"),
            (">", -1, 33, "PASS"),
            (">", 0, 33, "FAIL"),
            (">", 1, 32, "FAIL"),
            ("<=", 1, 32, "PASS"),
            ("<=", 0, 33, "PASS"),
            ("<=", -1, 33, "FAIL"),
            ("<=", -2, 32, "FAIL"),
            ("<", 2, 32, "PASS"),
            ("<", 1, 33, "PASS"),
            ("<", 0, 33, "FAIL"),
            ("<", -1, 32, "FAIL"),
        ],
    )
    def test_the_last_pair_is_asked_about_only_where_it_can_tell(self, op, beyond, n, decision, gained, lost) -> None:
        # The first look shows 32 pairs, the last one may move the difference by one to either side.
        new = in_order([True] * gained + [False] * lost + [True] * (33 - gained - lost))
        old = in_order([False] * gained + [True] * (33 - gained))
        margin = (gained - lost + beyond) / 33
        verdict = new.accuracy()._compare(op, old.accuracy() + margin)
        assert (verdict.estimate.n, verdict.estimate.total, verdict.decision.value) == (n, 33, decision)
        assert verdict.claim is Claim.DATASET
        # What it comes to, on as many as were looked at, is held against the other side's, and the margin.
        theirs = (n - gained) / n
        assert verdict.bar.value == pytest.approx(theirs + margin)
        assert f"{(gained - lost) / n:+.3f}" in verdict.reason
        assert verdict.reason.endswith(f"; {theirs:.3f} on the other side")
        assert ("settled after 32 of 33 examples on both sides, whatever the rest shows" in verdict.reason) == (n == 32)
        assert ("on the same 33 examples" in verdict.reason) == (n == 33)
        assert (verdict.remedy == "") == (decision == "PASS")
        assert verdict.remedy == "" or "only the other one gets right" in verdict.remedy

    def test_a_margin_that_everything_clears_takes_one_look_however_short(self) -> None:
        new, old = (in_order([True] * 33, batch_size=1).accuracy() for _ in range(2))
        assert (new >= old - 1).estimate.n == 1

    def test_an_interval_that_ends_at_the_margin_clears_what_allows_the_margin_itself(self) -> None:
        right, wrong = (in_order([one] * 33, claim=Claim.POPULATION).accuracy() for one in (True, False))
        # From +0.8 to +1, and from -1 to -0.8.
        assert (right <= wrong + 1).decision is Decision.PASS
        assert (wrong >= right - 1).decision is Decision.PASS
        # Nobody can be more than all of them better, or worse.
        assert (right > wrong + 1).decision is Decision.FAIL
        assert (wrong < right - 1).decision is Decision.FAIL
        assert (right < wrong + 1).decision is Decision.UNDECIDED
        assert (wrong > right - 1).decision is Decision.UNDECIDED

    def test_a_verdict_on_the_population_tells_its_claim_its_interval_and_what_to_do(self) -> None:
        old, new = subject(800, 1000, claim=Claim.POPULATION), subject(795, 1000, claim=Claim.POPULATION)
        passed, failed = new.accuracy() >= old.accuracy() - 0.05, new.accuracy() >= old.accuracy() + 0.05
        ends = tango(0, 5, 1000, confidence=0.95)
        for verdict in (passed, failed):
            assert verdict.claim is Claim.POPULATION
            assert f"the difference is -0.005 [{ends.low:+.3f}, {ends.high:+.3f}]" in verdict.reason
            assert (verdict.estimate.value, verdict.estimate.method) == (0.795, "Clopper-Pearson")
        assert (passed.bar.value, failed.bar.value) == pytest.approx((0.75, 0.85))
        assert passed.remedy == ""
        assert "only the other one gets right" in failed.remedy

    def test_shares_are_drawn_by_the_seed(self) -> None:
        share = ByFunction(lambda target, output: 0.37 * float(output))
        flat = ByFunction(lambda target, output: 0.2)
        for seed in (0, 1):
            made = in_order([True, False] * 4, claim=Claim.POPULATION, seed=seed)
            differences = np.array([-0.2, 0.17] * 4)
            ends = bounded_mean(differences, low=-1, high=1, confidence=0.95, seed=seed)
            found = made.accuracy(criterion=share) >= made.accuracy(criterion=flat)
            assert f"[{ends.low:+.3f}, {ends.high:+.3f}]" in found.reason

    def test_what_no_example_can_change_is_settled_for_certain(self) -> None:
        old, new = subject(100, 100), subject(100, 100)
        verdict = new.accuracy() >= old.accuracy() - 0.9
        assert verdict
        assert "whatever the rest shows" in verdict.reason
        assert verdict.estimate.n < 100
        assert not subject(0, 100).accuracy() >= old.accuracy() + 0.5

    def test_what_the_last_example_could_change_is_settled_by_chance(self) -> None:
        new, old = (in_order([True] * 65, error=0.3).accuracy() for _ in range(2))
        verdict = new > old
        assert (verdict.decision, verdict.estimate.n) == (Decision.FAIL, 64)
        assert "with a chance of at most 0.3 that all 65 would say otherwise" in verdict.reason

    @pytest.mark.parametrize("op", [">=", ">", "<=", "<"])
    @pytest.mark.parametrize("margin", [-0.1, -0.01, -0.004, 0.0, 0.07, 1.5])
    @pytest.mark.parametrize("right", [200, 394, 396, 400, 428, 500])
    def test_the_early_verdict_is_the_exact_one(self, right, margin, op) -> None:
        count = right - 400
        truth = {
            ">=": count >= margin * 500,
            ">": count > margin * 500,
            "<=": count <= margin * 500,
            "<": count < margin * 500,
        }[op]
        for seed in range(2):
            for policy in ({}, {"exact": True}):
                new = subject(right, 500, shuffle=1, seed=seed, **policy).accuracy()
                old = subject(400, 500, seed=seed, **policy).accuracy()
                verdict = new._compare(op, old + margin)
                assert bool(verdict) == truth
                assert verdict.estimate.n == 500 or not policy

    def test_the_sides_are_looked_at_whole_where_their_looks_may_differ(self) -> None:
        old, new = subject(190, 200, batch_size=50), subject(190, 200)
        verdict = new.accuracy() >= old.accuracy() - 0.2
        assert verdict
        assert verdict.estimate.n == 200
        assert "on the same 200 examples (Tango)" in verdict.reason

    def test_scores_that_are_no_zeros_and_ones_are_all_looked_at(self) -> None:
        made = subject(950, 1000)
        half = made.accuracy(criterion=ByFunction(lambda target, output: 0.5))
        for verdict in (half >= made.accuracy() - 0.9, made.accuracy() >= half - 0.9):
            assert verdict
            assert verdict.estimate.n == 1000

    def test_early_verdicts_differ_from_the_exact_one_no_more_often_than_promised(self) -> None:
        # One example beyond the margin: every PASS is wrong.
        wrong = 0
        for turn in range(60):
            new, old = (
                subject(right, 400, shuffle=shuffle, seed=turn, error=0.1)
                for right, shuffle in ((355, turn), (360, turn + 1))
            )
            wrong += bool(new.accuracy() >= old.accuracy() - 0.01)
        assert wrong <= 60 * 0.1 + 3 * np.sqrt(60 * 0.1 * 0.9)

    def test_what_was_evaluated_before_changes_no_comparison(self) -> None:
        def compared(*, before):
            new, old = subject(1900, 2000), subject(1900, 2000)
            if before:
                float(new.accuracy())
                float(old.accuracy())
            measurement = new.accuracy()
            record = measurement.record(measurement >= old.accuracy() - 0.05).to_dict()
            record.pop("seconds")
            return record

        assert compared(before=True) == compared(before=False)
        assert compared(before=True)["n"] < 2000

    def test_undecided_says_how_many_examples_would_settle_it(self) -> None:
        old, new = subject(80, 100, claim=Claim.POPULATION), subject(80, 100, shuffle=1, claim=Claim.POPULATION)
        verdict = new.accuracy() >= old.accuracy() - 0.05
        assert verdict.decision is Decision.UNDECIDED
        assert "about 490 examples would settle it if as many of them differ" in verdict.remedy
        on_the_margin = new.accuracy() >= old.accuracy()
        assert on_the_margin.remedy.startswith("no feasible number of examples would settle it: the difference is the ")
        assert "--robust-claim=dataset" in on_the_margin.remedy

    def test_undecided_shares_say_it_too(self) -> None:
        made = subject(50, 100, claim=Claim.POPULATION)
        graded = made.accuracy(criterion=ByFunction(lambda target, output: 0.5 + 0.4 * (target == output)))
        flat = made.accuracy(criterion=ByFunction(lambda target, output: 0.7))
        verdict = graded >= flat - 0.02
        assert verdict.decision is Decision.UNDECIDED
        assert "examples would settle it" in verdict.remedy
        assert "Learned-Miller-Thomas" in verdict.reason

    def test_other_examples_are_refused(self) -> None:
        with pytest.raises(InvalidArgument, match="other examples"):
            bool(subject(8, 10).accuracy() >= subject(8, 12).accuracy())
        elsewhere = Subject(lambda x: np.zeros(len(x), int), np.ones((10, 1)), np.zeros(10, int), bounds=(0, 9))
        with pytest.raises(InvalidArgument, match=r"other examples \(10 and 10\)"):
            bool(subject(8, 10).accuracy() >= elsewhere.accuracy())

    def test_a_mean_over_examples_beside_a_score_is_refused(self) -> None:
        made = subject(8, 10)
        for left, right in [(made.accuracy(), made.score("accuracy")), (made.score("accuracy"), made.accuracy())]:
            with pytest.raises(
                InvalidArgument, match="one is a mean over examples and the other is none.*compare numb"
            ):
                bool(left >= right)

    def test_what_is_neither_is_refused(self) -> None:
        made = subject(8, 10)
        gap = made.generalization_gap(train=(np.arange(10.0)[:, None], np.zeros(10, int)))
        with pytest.raises(InvalidArgument, match="gap.* is neither a mean over examples nor a score.*compare numbers"):
            bool(made.accuracy() >= gap)

    def test_nothing_to_measure_is_invalid(self) -> None:
        made, nothing = subject(8, 10), subject(0, 10)
        rate = nothing.attack_success_rate(under=GaussianNoise(sigma=0.1))
        verdict = rate >= made.accuracy()
        assert verdict.decision is Decision.INVALID
        assert str(verdict.bar) == ">= accuracy"
        assert "no example to measure" in verdict.reason


class TestGroups:
    """Four views of each of 50 objects, right or wrong together."""

    X = np.arange(200.0)[:, None]
    GROUPS = tuple(np.repeat([f"object {n}" for n in range(50)], 4))

    def made(self, right, *, groups=GROUPS, **policy):
        def model(batch):
            return (batch[:, 0] >= 4 * right).astype(int)

        return Subject(model, self.X, np.zeros(200, int), bounds=(0, 200), groups=groups, policy=Policy(**policy))

    def test_a_share_of_alike_views_has_the_interval_of_as_many_objects(self) -> None:
        found = self.made(45).accuracy().estimate()
        alone = self.made(45, groups=None).accuracy().estimate()
        exact = clopper_pearson(45, 50, confidence=0.95)
        assert found.value == alone.value == 0.9
        assert found.method == "Learned-Miller-Thomas by groups"
        assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=0.02)
        assert found.low < alone.low < alone.high < found.high

    def test_the_claim_about_the_population_allows_for_groups_and_that_about_the_dataset_does_not(self) -> None:
        for claim, decision in ((Claim.POPULATION, Decision.UNDECIDED), (Claim.DATASET, Decision.PASS)):
            assert (self.made(45, claim=claim).accuracy() >= 0.83).decision is decision
            assert (self.made(45, claim=claim, groups=None).accuracy() >= 0.83).decision is Decision.PASS

    def test_an_early_verdict_shows_an_interval_for_as_many_groups_as_were_seen(self) -> None:
        found, alone = (self.made(50, groups=groups).accuracy() >= 0.5 for groups in (self.GROUPS, None))
        assert found.estimate.n == alone.estimate.n < 200
        assert found.estimate.method == "prior-posterior ratio by groups"
        assert found.estimate.low < alone.estimate.low

    def test_a_difference_allows_for_groups_and_says_how_many_examples_in_such_would_settle_it(self) -> None:
        def compared(groups):
            old, new = (self.made(n, groups=groups, claim=Claim.POPULATION) for n in (45, 43))
            return new.accuracy() >= old.accuracy() - 0.06

        found, alone = compared(self.GROUPS), compared(None)
        assert "(Tango by groups)" in found.reason
        assert "(Tango)" in alone.reason
        assert found.decision is alone.decision is Decision.UNDECIDED
        count = [int(re.search(r"about ([\d,]+) examples", one.remedy)[1].replace(",", "")) for one in (found, alone)]
        assert count[0] > 3 * count[1]
        none = self.made(45, claim=Claim.POPULATION).accuracy() >= self.made(45, claim=Claim.POPULATION).accuracy()
        assert "no feasible number" in none.remedy

    def test_differences_of_shares_allow_for_groups_too(self) -> None:
        made = self.made(30, claim=Claim.POPULATION)
        graded = made.accuracy(criterion=ByFunction(lambda target, output: 0.5 + 0.4 * (target == output)))
        flat = made.accuracy(criterion=ByFunction(lambda target, output: 0.7))
        verdict = graded >= flat - 0.02
        assert "Learned-Miller-Thomas by groups" in verdict.reason

    def test_an_interval_that_does_not_allow_for_groups_says_so(self) -> None:
        train = np.arange(200.0)[:, None], np.zeros(200, int)
        estimate = self.made(45).generalization_gap(train=train).estimate()
        assert estimate.notes == ("the interval does not allow for groups",)
        assert self.made(45, groups=None).generalization_gap(train=train).estimate().notes == ()

    def test_a_score_allows_for_groups(self) -> None:
        grouped, alone = (self.made(45, groups=groups).score("accuracy").estimate() for groups in (self.GROUPS, None))
        assert (grouped.value, grouped.notes, grouped.method) == (alone.value, (), "percentile bootstrap by groups")
        assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low), "four alike are worth one: twice as wide"

    def test_a_record_says_which_examples_belong_together(self) -> None:
        kept = [self.made(45, groups=groups, exact=True).accuracy() for groups in (self.GROUPS, None)]
        found, alone = (one.record(one >= 0.8).groups for one in kept)
        views = found.array().reshape(50, 4)
        assert (views == views[:, :1]).all()
        assert len(set(views[:, 0])) == 50
        assert alone is None

    def test_groups_are_given_once(self) -> None:
        data = Dataset(x=self.X, y=np.zeros(200, int), bounds=Bounds(0, 200), groups=self.GROUPS)
        made = Subject(lambda x: np.zeros(len(x), int), data)
        assert made.accuracy().estimate().method == "Learned-Miller-Thomas by groups"
        with pytest.raises(InvalidArgument, match="give them to the Dataset"):
            Subject(lambda x: np.zeros(len(x), int), data, groups=self.GROUPS)


class TestStepByStep:
    """The breaking point of a linear model, which half of the examples reach at their median distance."""

    MODEL = LinearModel(np.array([[1.0, -1.0], [0.5, 0.5], [-1.0, 1.0]]), np.zeros(2))
    X = np.random.default_rng(4).random((61, 3)).astype(np.float32)
    Y = MODEL.logits(X).argmax(axis=1)
    MEDIAN = float(np.median(MODEL.distance(X, 1)))
    UNDER = FGSM(eps=1)

    def made(self, model=MODEL, y=Y, **policy):
        return Subject(model, self.X, y, bounds=UNBOUNDED, policy=Policy(**policy))

    @pytest.mark.parametrize("policy", [{}, {"exact": True}, {"claim": Claim.POPULATION}])
    def test_the_point_is_the_median_distance_whatever_else_is_claimed(self, policy) -> None:
        # More than half stand: 31 of 61, so the median example has to.
        point = self.made(**policy).breaking_point(self.UNDER, at=0.5, steps=9)
        found = point.estimate()
        assert found.low <= self.MEDIAN <= found.high == found.value <= found.low + 2**-8
        assert found.total == 61
        passed = point >= self.MEDIAN
        assert passed.decision is Decision.PASS
        assert passed.claim is Claim.DATASET
        assert passed.estimate == found
        assert f"the strongest that held is {found.low:g}, the mildest that did not {found.high:g}" in passed.reason
        assert (point >= self.MEDIAN + 2**-7).decision is Decision.FAIL

    def test_all_that_its_questions_take_is_counted(self) -> None:
        point = self.made(exact=True).breaking_point(self.UNDER, at=0.5, steps=3)
        # The unchanged examples, the strongest change, and three halvings: a step is a gradient an example.
        # What is asked again where an attack failed comes on top.
        assert point.record(point >= 0).gradients >= 4 * 61

    def test_it_counts_by_the_criterion_that_it_was_given(self) -> None:
        unlabelled = self.made(y=None).breaking_point(self.UNDER, at=0.5, criterion=SameAsClean())
        labelled = self.made().breaking_point(self.UNDER, at=0.5)
        assert float(unlabelled) == float(labelled)

    def test_an_attack_that_proves_nothing_has_no_breaking_point(self, plain_and_hidden) -> None:
        _, hidden = plain_and_hidden
        point = hidden.breaking_point(self.UNDER, at=0.5)
        verdict = point >= 0.01
        assert verdict.decision is Decision.INVALID
        assert verdict.reason.startswith("accuracy under FGSM(eps=")
        with pytest.raises(InvalidModel, match="accuracy under FGSM"):
            float(point)


@pytest.fixture
def plain_and_hidden():
    """The same linear model, open and with its gradients at zero."""
    from pytest_robust.core.model import LossGradient

    class Hidden(LinearModel):
        def loss_gradient(self, x, y, loss):
            answer = super().loss_gradient(x, y, loss)
            return LossGradient(logits=answer.logits, gradient=0 * answer.gradient)

    random = np.random.default_rng(0)
    weights, x = random.normal(size=(9, 2)), random.random((60, 9))
    y = LinearModel(weights, np.zeros(2)).logits(x).argmax(axis=1)
    return tuple(Subject(kind(weights, np.zeros(2)), x, y) for kind in (LinearModel, Hidden))


def test_the_doubt_about_the_other_sides_attack_counts_as_well(plain_and_hidden) -> None:
    plain, hidden = plain_and_hidden
    attack = FGSM(eps=0.3)
    # The hidden one seems better: not believed. That it is no worse rests on its attack's failure.
    assert (hidden.accuracy(under=attack) >= plain.accuracy(under=attack)).decision is Decision.INVALID
    # That the plain one is worse than the hidden one rests on it as well.
    assert (plain.accuracy(under=attack) >= hidden.accuracy(under=attack)).decision is Decision.INVALID
    assert (plain.accuracy(under=attack) >= plain.accuracy() - 1).decision is Decision.PASS
    # An attack that fails on the other side only raises what is to be cleared.
    cleared = plain.accuracy() >= hidden.accuracy(under=attack)
    assert cleared.decision is Decision.PASS
    assert cleared.findings


def test_an_attack_that_failed_is_asked_again_unless_it_could_change_nothing(plain_and_hidden) -> None:
    plain, _ = plain_and_hidden
    measured, clean = plain.accuracy(under=FGSM(eps=0.01)), plain.accuracy()
    for verdict, again in (
        (measured >= 0.3, True),
        (measured >= clean - 1, True),
        (measured <= 0.3, True),
        (measured.report(), True),
        (measured >= 0, False),
        (measured > 1, False),
        (measured <= 1, False),
    ):
        assert verdict.decision is not Decision.INVALID
        assert (verdict.spent.gradients > 0) is again


def test_what_is_not_believed_says_all_that_speaks_against_it_and_what_to_do(plain_and_hidden) -> None:
    _, hidden = plain_and_hidden
    verdict = hidden.accuracy(under=FGSM(eps=0.3)) >= 0.3
    assert verdict.findings
    for finding in verdict.findings:
        assert finding.sign in verdict.reason
        assert verdict.remedy.count(finding.remedy) == 1


def test_a_comparison_settled_early_is_doubted_for_what_was_looked_at(plain_and_hidden) -> None:
    plain, hidden = plain_and_hidden
    attack = FGSM(eps=0.3)
    found = hidden.accuracy(under=attack) >= plain.accuracy(under=attack)
    assert found.decision is Decision.INVALID
    assert found.estimate.n < found.estimate.total
    assert found.findings
    # That the hidden one is no worse than clean rests on its attack; that the plain one is worse does not.
    assert (hidden.accuracy(under=attack) >= hidden.accuracy() - 0.5).decision is Decision.INVALID
    lost = plain.accuracy(under=attack) >= plain.accuracy()
    assert lost.decision is Decision.FAIL
    assert lost.estimate.n < lost.estimate.total


def test_on_a_shard_the_attack_is_asked_again_only_where_a_verdict_could_rest_on_it(plain_and_hidden) -> None:
    plain, _ = plain_and_hidden
    measured = plain.with_policy(Policy(shard=Shard(index=1, count=2))).accuracy(under=FGSM(eps=0.01))
    asked, anyway = measured >= 0.3, measured >= 0
    most = measured <= 1
    for verdict in (asked, anyway, most):
        assert verdict.decision is Decision.SHARD
        assert verdict.claim is Claim.DATASET
        assert verdict.remedy == ""
    assert asked.spent.gradients > 0
    assert anyway.spent.gradients == most.spent.gradients == 0
    # Of 60 examples the last of 100 shards holds none.
    none = plain.with_policy(Policy(shard=Shard(index=100, count=100))).accuracy(under=FGSM(eps=0.01)) >= 0.3
    assert (none.decision, none.estimate, none.spent) == (Decision.SHARD, None, Cost())


def test_what_was_evaluated_before_changes_no_record() -> None:
    fresh = subject(150, 200).accuracy()
    first = fresh.record(fresh >= 0.5).to_dict()
    used = subject(150, 200)
    float(used.accuracy())
    again = used.accuracy()
    later = again.record(again >= 0.5).to_dict()
    for record in (first, later):
        record.pop("seconds")
    assert later == first
    assert later["n"] < 200


def test_a_report_without_a_bar_neither_passes_nor_fails_and_doubts_an_attack_that_proves_nothing(
    plain_and_hidden,
) -> None:
    plain, hidden = plain_and_hidden
    attack = FGSM(eps=0.3)
    found = plain.accuracy(under=attack).report()
    assert (found.decision, found.bar, found.estimate.n) == (Decision.NO_BAR, None, 60)
    assert found.estimate.value < 0.5
    assert (found.claim, found.remedy) == (Claim.DATASET, "")
    doubted = hidden.accuracy(under=attack).report()
    assert doubted.decision is Decision.INVALID
    assert doubted.findings
    # What no attack has a part in is not doubted.
    assert hidden.generalization_gap(train=(np.zeros((4, 9)), np.zeros(4, int))).report().decision is Decision.NO_BAR
    nothing = subject(0, 50).attack_success_rate(under=GaussianNoise(sigma=0.1)).report()
    assert nothing.decision is Decision.INVALID
    assert "no example to measure" in nothing.reason


ALL = np.arange(600)


class TestScores:
    """Numbers about all answers together, on the same examples."""

    X = ALL[:, None].astype(float)
    Y = ALL % 2

    def said(self, wrong, at):
        return np.where(at % wrong == 0, 1 - at % 2, at % 2)

    def made(self, wrong, *, y=Y, x=X, groups=None, **policy):
        """A model that is wrong on the examples at multiples of `wrong`."""
        asked = []

        def model(batch):
            asked.append(len(batch))
            return self.said(wrong, batch[:, 0].astype(int))

        found = Subject(model, x, y, bounds=(0, 600), groups=groups, policy=Policy(**policy))
        found.asked = asked
        return found

    def test_a_score_beside_another_is_compared_on_the_same_examples(self) -> None:
        better, worse = self.made(50), self.made(10)
        verdict = better.score("f1_macro") >= worse.score("f1_macro") + 0.05
        assert verdict.decision is Decision.PASS
        values = [f1_score(self.Y, said, average="macro") for said in (self.said(50, ALL), self.said(10, ALL))]
        assert re.fullmatch(
            rf"the difference is \+{values[0] - values[1]:.3f} \[\+0.05\d, \+0.10\d\] on the same 600 examples "
            rf"\(percentile bootstrap of pairs\); {values[1]:.3f} on the other side",
            verdict.reason,
        )
        assert (verdict.estimate.value, verdict.bar.value) == pytest.approx((values[0], values[1] + 0.05))
        assert verdict.estimate == better.score("f1_macro").estimate()
        assert str(verdict.bar) == ">= f1_macro + 0.05"
        assert (worse.score("f1_macro") >= better.score("f1_macro") - 0.05).decision is Decision.FAIL

    def test_on_the_margin_what_counts_is_the_operator(self) -> None:
        better, worse = self.made(50), self.made(10)
        accuracy = ("accuracy",)
        assert (better.score(*accuracy) >= worse.score(*accuracy) + 0.08).decision is Decision.PASS
        assert (better.score(*accuracy) > worse.score(*accuracy) + 0.08).decision is Decision.FAIL
        assert (worse.score(*accuracy) <= better.score(*accuracy) - 0.08).decision is Decision.PASS

    def test_the_population_may_differ_by_as_much_as_the_interval(self) -> None:
        better, worse = (self.made(wrong, claim=Claim.POPULATION) for wrong in (50, 10))
        assert (better.score("f1_macro") >= worse.score("f1_macro") + 0.05).decision is Decision.PASS
        assert (better.score("f1_macro") <= worse.score("f1_macro") + 0.05).decision is Decision.FAIL
        verdict = better.score("f1_macro") >= worse.score("f1_macro") + 0.07
        assert verdict.decision is Decision.UNDECIDED
        assert "examples would settle it if as many of them differ" in verdict.remedy

    def test_a_model_that_answers_alike_is_not_sure_to_be_alike(self) -> None:
        one, other = (self.made(50, claim=Claim.POPULATION) for _ in range(2))
        verdict = one.score("f1_macro") >= other.score("f1_macro") - 0.001
        assert verdict.decision is Decision.UNDECIDED
        assert "square and add, without pairs: 0 of the answers differ" in verdict.reason
        assert (one.score("f1_macro") >= other.score("f1_macro") - 0.05).decision is Decision.PASS

    def test_groups_are_drawn_whole(self) -> None:
        groups = tuple(np.repeat(np.arange(60), 10))
        better, worse = self.made(50, groups=groups), self.made(10, groups=groups)
        verdict = better.score("f1_macro") >= worse.score("f1_macro")
        assert "(percentile bootstrap of pairs by groups)" in verdict.reason
        assert verdict.estimate.method == "percentile bootstrap by groups"
        assert verdict.estimate.notes == ()

    def test_other_examples_are_refused_before_a_model_is_asked(self) -> None:
        better, fewer = self.made(50), self.made(10, x=self.X[:500], y=self.Y[:500])
        with pytest.raises(InvalidArgument, match=r"other examples \(600 and 500\)"):
            bool(better.score("f1_macro") >= fewer.score("f1_macro"))
        assert better.asked == fewer.asked == []

    def test_what_is_undefined_says_so(self) -> None:
        made = self.made(50, y=np.zeros(600, int))
        with pytest.raises(InvalidArgument, match="undefined on these 600 examples"):
            bool(made.score(lambda y, said: float("nan")) >= made.score("f1_macro"))
