"""Checks whose examples several machines shared."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from pytest_robust import Subject
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.metric import Flattery
from pytest_robust.core.piece import Piece
from pytest_robust.core.policy import Policy
from pytest_robust.core.record import ClassScore, Record
from pytest_robust.core.scores import Scores
from pytest_robust.core.shard import Shard
from pytest_robust.core.verdict import Decision
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.gates.whole import whole
from pytest_robust.metrics import Accuracy
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

random = np.random.default_rng(2)
X = random.random((101, 4, 4, 1)).astype("float32")
MODEL = LinearModel(random.normal(size=(16, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
Y[:10] = (Y[:10] + 1) % 3
NOISE = GaussianNoise(sigma=0.3)
# What looking for signs in each shard takes, and the digits of beliefs that depend on what was asked beside them.
COSTS = {"seconds", "queries", "gradients", "examples", "health"}


def graded(target, output):
    return 0.9 if np.argmax(output) == target else 0.123 + 0.0001 * float(target)


def many_digits(target, output):
    return abs(np.sin(1000 * float(np.sum(output**2)) + float(target)))


def subject(policy, groups=None):
    return Subject(MODEL, X, Y, policy=policy, name="m", bounds=(0, 1), groups=groups)


class Own(Accuracy):
    """One that an attack cannot flatter, as far as it says."""

    flattery = Flattery.NONE


CHECKS = {
    "clean": lambda s: (m := s.accuracy(), m >= 0.9),
    "clean, above it": lambda s: (m := s.accuracy(), m > 0.99),
    "noise": lambda s: (m := s.accuracy(under=NOISE), m >= 0.5),
    "attack that the model stands": lambda s: (m := s.accuracy(under=PGD(eps=0.05, steps=5)), m >= 0.3),
    "attack that it does not stand": lambda s: (m := s.accuracy(under=PGD(eps=0.05, steps=5)), m >= 0.99),
    "those right before": lambda s: (m := s.attack_success_rate(under=FGSM(eps=0.05)), m <= 0.5),
    "no labels": lambda s: (m := s.invariance(under=NOISE), m > 0.9),
    "a metric of a project's own": lambda s: (m := s._measurement(Own(under=FGSM(eps=0.05))), m >= 0.1),
    "shares": lambda s: (m := s.accuracy(criterion=graded), m >= 0.5),
    "no bar": lambda s: (m := s.accuracy(under=NOISE), m.report()),
    "read as a number": lambda s: (m := s.accuracy(under=NOISE), float(m) and m.unjudged()),
    "never evaluated": lambda s: (m := s.accuracy(under=NOISE), m.unjudged()),
    "a bar that none can miss": lambda s: (m := s.accuracy(under=FGSM(eps=0.05)), m >= 0),
    "all together": lambda s: (m := s.score("f1_macro"), m >= 0.5),
    "shares of many digits": lambda s: (m := s.accuracy(criterion=many_digits), m >= 0.5),
    "beside another": lambda s: (m := s.accuracy(under=NOISE), m >= s.accuracy() - 0.2),
}


def measured(check, policy):
    measurement, verdict = CHECKS[check](subject(policy))
    return measurement.record(verdict)


def merged(check, policy, count):
    parts = [measured(check, replace(policy, shard=Shard(index=i, count=count))) for i in range(1, count + 1)]
    if parts[0].piece is None:
        assert len({(part.value, part.decision, part.n) for part in parts}) == 1
        return parts[0]
    assert all(part.decision in {"SHARD", "NO BAR"} for part in parts)
    # In any order of the files, through the file's own form.
    return whole([Record.from_dict(part.to_dict()) for part in reversed(parts)])


def differences(one, other):
    return {
        item.name: (getattr(one, item.name), getattr(other, item.name))
        for item in fields(Record)
        if item.name not in COSTS and getattr(one, item.name) != getattr(other, item.name)
    }


@pytest.mark.parametrize(
    ("policy", "count"),
    [
        (Policy(exact=True), 3),
        (Policy(exact=True, claim=Claim.POPULATION, seed=5), 2),
        (Policy(exact=True, samples=40, seed=1), 7),
    ],
    ids=["dataset", "population", "samples"],
)
@pytest.mark.parametrize("check", [name for name in CHECKS if name != "all together"])
def test_merged_shards_are_the_record_of_one_session_but_for_what_they_took(check, policy, count):
    assert differences(measured(check, policy), merged(check, policy, count)) == {}


def test_what_was_seen_of_an_attack_is_told_for_each_shard():
    check, policy = "attack that the model stands", Policy(exact=True)
    found, asked = merged(check, policy, 2).health, [asked for asked, _ in measured(check, policy).health]
    assert len(asked) >= 4
    for name in asked[:4]:
        assert [told for told, _ in found if told.startswith(f"{name} (")] == [
            f"{name} (shard 1/2)",
            f"{name} (shard 2/2)",
        ]


@pytest.mark.parametrize("check", ["noise", "all together"])
def test_one_shard_of_one_is_the_session_itself(check):
    assert differences(measured(check, Policy(exact=True)), merged(check, Policy(exact=True), 1)) == {}


def test_the_members_of_an_ensemble_are_counted_over_all_shards():
    counts = ((("PGD", 3), ("FAB", 0)), (), (("PGD", 1), ("FAB", 2)))
    told = whole([replace(part, broken_by=broken) for part, broken in zip(PARTS, counts, strict=True)])
    assert told.broken_by == (("PGD", 4), ("FAB", 2))


def test_what_it_took_is_what_all_took_and_every_note_is_told_once():
    took = [(0.10001, 3, 1, ("a", "b")), (0.2, 4, 1, ()), (0.1, 5, 0, ("b", "c"))]
    told = whole(
        [
            replace(part, seconds=seconds, queries=queries, gradients=gradients, notes=notes, method="of a shard")
            for part, (seconds, queries, gradients, notes) in zip(PARTS, took, strict=True)
        ]
    )
    assert (told.seconds, told.queries, told.gradients, told.notes) == (0.4, 12, 2, ("a", "b", "c"))
    assert told.method == measured("noise", Policy(exact=True)).method


def test_what_one_shard_alone_could_not_measure_has_no_value_and_says_what_that_shard_says():
    said = {"decision": "INVALID", "reason": "NaN", "remedy": "look there", "findings": (("sign", "mend it"),)}
    told = whole([PARTS[0], replace(PARTS[1], **said), PARTS[2]])
    assert {name: getattr(told, name) for name in said} == said
    assert (told.value, told.low, told.high, told.method, told.n, told.total) == (None, None, None, "", 0, 101)


def test_shards_of_a_check_whose_bar_cannot_be_told_have_none():
    assert PARTS[0].examples
    told = whole([replace(part, bar=None) for part in PARTS])
    assert (told.decision, told.reason, told.examples) == ("NO BAR", "measured, no bar", ())
    assert told.value == measured("noise", Policy(exact=True)).value


def test_examples_without_a_belief_are_shown_after_those_with_one():
    shown = [
        tuple(replace(PARTS[0].examples[0], index=index, after_score=score) for index, score in one)
        for one in ([(0, None), (1, 0.2)], [(2, 0.9)], [])
    ]
    told = whole([replace(part, examples=one) for part, one in zip(PARTS, shown, strict=True)])
    assert [one.index for one in told.examples] == [2, 1, 0]


def of_classes(*shares):
    """What each of three shards says of its classes, as (label, n, before, value)."""
    told = [tuple(ClassScore(label=a, n=n, before=b, value=v) for a, n, b, v in one) for one in shares]
    return whole([replace(part, classes=one) for part, one in zip(PARTS, told, strict=True)]).classes


def test_a_class_has_the_mean_of_all_its_examples_and_counts_stay_counts():
    # 3 of 47 and 1 of 3 are 4 of 50, which the sum of the two shares misses by rounding.
    (told,) = of_classes([("cat", 47, 3 / 47, 0.5)], [], [("cat", 3, 1 / 3, 0.1)])
    assert (told.n, told.before, told.value) == (50, 4 / 50, pytest.approx((47 * 0.5 + 3 * 0.1) / 50))


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ("2 10", "-3 9", "-3 2 9 10"),
        ("cat dog", "ant cat", "ant cat dog"),
        ("9", "10 nine", "10 9 nine"),
        ("0.5 10.5", "9.5", "0.5 9.5 10.5"),
        # No number, though a digit.
        ("\u00b9 b", "a", "a b \u00b9"),
        # Labels that are words are told by the alphabet, numbers or not.
        ("10 9", "2", "10 2 9"),
        ("2", "10 9", "10 2 9"),
    ],
)
def test_classes_stand_in_the_order_in_which_one_session_tells_them(first, second, order):
    shares = [[(label, 1, 1.0, 0.0) for label in one.split()] for one in (first, second, "")]
    assert " ".join(one.label for one in of_classes(*shares)) == order


@pytest.mark.parametrize("labels", [np.array([2, 9, 10]), np.array(["2", "9", "10"]), np.array(["b", "a", "c"])])
def test_classes_of_names_and_numbers_stand_as_in_one_session(labels):
    def told(policy):
        s = Subject(lambda x: labels[MODEL.logits(x).argmax(axis=1)], X, labels[Y], policy=policy, bounds=(0, 1))
        measurement = s.accuracy(under=NOISE)
        return measurement.record(measurement >= 0.5)

    parts = [told(Policy(exact=True, shard=Shard(index=index, count=2))) for index in (1, 2)]
    assert whole(parts).classes == told(Policy(exact=True)).classes


def test_more_shards_than_examples_leave_some_empty_and_the_result_the_same():
    policy = Policy(exact=True, samples=3)
    assert differences(measured("noise", policy), merged("noise", policy, 5)) == {}


def test_shards_that_look_in_another_order_merge_to_the_same(monkeypatch):
    policy = Policy(exact=True)
    one = measured("shares", policy)
    parts = []
    for index in (1, 2):
        shard = Shard(index=index, count=2)
        order = np.random.default_rng(index).permutation(101)
        monkeypatch.setattr(Laboratory, "order", order[shard.holds(order)])
        parts.append(measured("shares", replace(policy, shard=shard)))
    assert differences(one, whole(parts)) == {}


def test_the_examples_shown_are_the_surest_of_all():
    one, told = measured("noise", Policy(exact=True)), merged("noise", Policy(exact=True), 3)
    assert len(one.examples) == 3
    assert [example.index for example in told.examples] == [example.index for example in one.examples]


def test_a_verdict_that_rests_on_an_attack_which_a_shard_found_sick_is_invalid():
    flat = type("Flat", (LinearModel,), {"loss_gradient": _without_gradient})
    sick = Subject(flat(MODEL.weights, np.zeros(3)), X, Y, policy=Policy(exact=True), bounds=(0, 1))
    attack = PGD(eps=0.05, steps=3)

    def shards(bar):
        for index in (1, 2):
            part = sick.with_policy(Policy(exact=True, shard=Shard(index=index, count=2)))
            measurement = part.accuracy(under=attack)
            yield measurement.record(measurement >= bar)

    one = sick.accuracy(under=attack)
    assert (one >= 0.3).decision is Decision.INVALID
    told = whole(list(shards(0.3)))
    assert told.decision == "INVALID"
    assert "the attack proves nothing about this model" in told.reason
    assert "(shard 1/2)" in told.reason
    signs = [(f"{sign} (shard {one.piece.shard})", remedy) for one in shards(0.3) for sign, remedy in one.findings]
    assert len(signs) >= 2
    assert told.findings == tuple(signs)
    # What is undecided rests on nothing.
    undecided = [replace(part, claim="population", bar=told.scores.array().mean()) for part in shards(0.3)]
    assert whole(undecided).decision == "UNDECIDED"
    # What does not rest on it stays.
    failed = whole(list(shards(0.99)))
    assert (one >= 0.99).decision is Decision.FAIL
    assert failed.decision == "FAIL"
    assert failed.findings == tuple(signs)


def _without_gradient(self, x, y, loss):
    found = LinearModel.loss_gradient(self, x, y, loss)
    return replace(found, gradient=np.zeros_like(found.gradient))


def test_what_one_shard_cannot_measure_is_invalid_for_all():
    def broken(x):
        answers = MODEL.logits(x)
        answers[np.isclose(x.reshape(len(x), -1)[:, 0], X.reshape(101, -1)[4, 0])] = np.nan
        return answers

    parts = []
    for index in (1, 2):
        part = Subject(broken, X, Y, policy=Policy(exact=True, shard=Shard(index=index, count=2)), name="m")
        measurement = part.accuracy()
        parts.append(measurement.record(measurement >= 0.5))
    assert [part.decision for part in parts] == ["INVALID", "SHARD"]
    told = whole(parts)
    assert (told.decision, told.value, told.reason) == ("INVALID", None, parts[0].reason)


def test_where_no_example_is_right_before_there_is_nothing_to_measure():
    def wrong(policy):
        s = Subject(MODEL, X, (MODEL.logits(X).argmax(axis=1) + 1) % 3, policy=policy, name="m", bounds=(0, 1))
        measurement = s.attack_success_rate(under=FGSM(eps=0.01))
        return measurement.record(measurement <= 0.5)

    parts = [wrong(Policy(exact=True, shard=Shard(index=index, count=2))) for index in (1, 2)]
    one, told = wrong(Policy(exact=True)), whole(parts)
    assert (told.decision, told.reason) == (one.decision, one.reason) == ("INVALID", one.reason)


def test_groups_need_all_examples_so_each_shard_looks_at_all():
    def grouped(policy):
        measurement = subject(policy, groups=np.arange(101) // 2).accuracy()
        return measurement.record(measurement >= 0.5)

    part = grouped(Policy(exact=True, shard=Shard(index=1, count=2)))
    assert part.piece is None
    assert differences(grouped(Policy(exact=True)), part) == {}


def test_a_shards_verdict_is_true_but_says_that_nothing_was_judged():
    verdict = subject(Policy(shard=Shard(index=2, count=4))).accuracy() >= 0.999
    assert verdict
    assert verdict.decision is Decision.SHARD
    assert "SHARD: shard 2/4 of the examples: judged once the runs of all 4 are merged" in verdict.explanation


PARTS = [measured("noise", Policy(exact=True, shard=Shard(index=i, count=3))) for i in (1, 2, 3)]


def piece(record, **changes):
    return replace(record, piece=replace(record.piece, **changes))


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (PARTS[:2], "shard 3/3 is missing: give the runs of all 3"),
        (PARTS[2:], "shard 1/3, 2/3 is missing"),
        ([*PARTS, replace(PARTS[0], value=0.1)], "shard 1/3 is there twice, with two results"),
        ([*PARTS, piece(PARTS[0], shard="1/4")], "shards of 1/3 and 1/4: all must be of as many"),
        ([*PARTS[:2], piece(PARTS[2], size=99)], "all must be of as many"),
        (
            [*PARTS[:2], replace(PARTS[2], seed=7)],
            "seed is 0 in one shard and 7 in another: these are not the same check",
        ),
        ([*PARTS[:2], replace(PARTS[2], data="x")], "data is .* and 'x' in another"),
        ([*PARTS[:2], replace(PARTS[2], claim="population")], "claim is 'dataset' in one shard and 'population'"),
        ([*PARTS[:2], replace(PARTS[2], confidence=0.9)], "confidence is 0.95 in one shard and 0.9"),
        ([*PARTS, replace(PARTS[0], piece=None)], "one run looked at all examples and another at a shard"),
        ([replace(PARTS[0], piece=None), *PARTS], "one run looked at all examples and another at a shard"),
        (
            [*PARTS[:2], replace(PARTS[2], decision="NO BAR")],
            "the shards came to NO BAR and SHARD: run all of them anew",
        ),
        (
            [*PARTS[:2], piece(PARTS[2], scores=Scores.of(np.ones(2)))],
            "shard 3/3 does not hold as many scores as it says",
        ),
        ([*PARTS[:2], piece(PARTS[2], known=Scores.of(np.ones(2)))], "shard 3/3 does not hold as many scores"),
    ],
)
def test_shards_that_are_not_one_check_are_refused(parts, why):
    with pytest.raises(InvalidReport, match=why):
        whole(parts)


def test_a_piece_comes_back_from_json():
    assert isinstance(PARTS[0].piece, Piece)
    assert Record.from_dict(PARTS[0].to_dict()) == PARTS[0]
