"""The message and the record say the same, and all of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Subject, Template, TopK, WorstOf
from pytest_robust.attacks import FGSM, UniformNoise, WordSubstitution
from pytest_robust.core.criteria import Correct
from pytest_robust.core.outcomes import Cost, Examined
from pytest_robust.core.policy import Policy
from pytest_robust.core.record import Record
from pytest_robust.gates.explain import explain
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise, Synonyms

RANDOM = np.random.default_rng(0)
X = RANDOM.random((80, 5, 5)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(25, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)


def test_a_failure_carries_pictures_labels_and_scores_of_the_surest_errors() -> None:
    measurement = Subject(MODEL, X, Y, policy=Policy(exact=True)).accuracy(under=FGSM(eps=0.3))
    record = measurement.record(measurement >= 0.9)
    assert record.decision == "FAIL"
    assert len(record.examples) == 3
    scores = [example.after_score for example in record.examples]
    assert scores == sorted(scores, reverse=True)
    for example in record.examples:
        assert example.label == str(Y[example.index]) == example.before != example.after
        assert 0 < example.distance <= 0.3001
        # 8 bits of the real pixels, and of the changed ones.
        assert np.abs(example.clean.array()[..., 0] / 255 - X[example.index]).max() <= 0.5 / 255 + 1e-6
        assert np.abs(example.changed.array()[..., 0] / 255.0 - X[example.index]).max() <= 0.3 + 1 / 255


def test_a_record_and_its_message_say_what_the_verdict_says() -> None:
    policy = Policy(exact=True, seed=3, confidence=0.9)
    measured = Subject(MODEL, X, Y, policy=policy, name="release 3").accuracy(under=FGSM(eps=0.3))
    verdict = measured >= 0.9
    record, estimate = measured.record(verdict), verdict.estimate
    assert (record.metric, record.title) == ("accuracy", "accuracy under FGSM(eps=0.3)")
    assert (record.under, record.family, record.level) == ("FGSM(eps=0.3)", "FGSM()", 0.3)
    assert (record.decision, record.reason, record.remedy) == ("FAIL", verdict.reason, verdict.remedy)
    assert (record.op, record.bar, record.bar_of, record.claim) == (">=", 0.9, "", "dataset")
    assert (record.value, record.low, record.high) == (estimate.value, estimate.low, estimate.high)
    assert (record.n, record.total, record.confidence, record.method) == (80, 80, 0.9, "Clopper-Pearson")
    assert (record.seed, record.model) == (3, "release 3")
    # A gradient an example, and what is asked beside it.
    assert record.gradients >= 80
    assert record.queries >= 160
    assert record.seconds > 0
    lines = verdict.explanation.splitlines()
    assert lines[0] == "accuracy under FGSM(eps=0.3) >= 0.9"
    ends = f"[{estimate.low:.3f}, {estimate.high:.3f}]"
    assert lines[1] == f"measured {estimate.value:.3f} {ends} on 80 of 80 examples (90% interval, Clopper-Pearson)"
    assert lines[2] == "FAIL: all 80 examples were evaluated"
    first = record.examples[0]
    shown = f"x[{first.index}] (is {first.label}) {first.before} -> {first.after}, {first.after_score:.0%} sure"
    assert lines[-2].startswith(f"broken, the surest first: {shown}; x[")
    assert lines[-1] == f"try: {verdict.remedy}"
    passed = (measured >= 0).explanation
    assert "surest first" not in passed
    assert "try:" not in passed


def test_a_record_of_nothing_compared_and_of_a_bar_without_end_says_so() -> None:
    measured = Subject(MODEL, X, Y).accuracy()
    record = measured.record(None)
    assert (record.decision, record.reason, record.remedy) == ("NO BAR", "", "")
    assert (record.under, record.family, record.level) == ("", "", None)
    assert (record.op, record.bar, record.bar_of) == ("", None, "")
    assert (record.value, record.low, record.high, record.n, record.method) == (None, None, None, 0, "")
    assert (record.total, record.confidence) == (80, 0.95)
    assert (record.findings, record.notes, record.examples, record.health) == ((), (), (), ())
    assert (record.queries, record.gradients, record.seconds) == (0, 0, 0)
    endless = measured.record(measured >= float("inf"))
    assert (endless.op, endless.bar) == (">=", None)
    beside = measured >= measured - 0.01
    assert beside.explanation.splitlines()[0] == "accuracy >= accuracy - 0.01"
    assert (measured.record(beside).op, measured.record(beside).bar_of) == (">=", "accuracy - 0.01")


def test_a_title_names_another_criterion_than_the_usual_one() -> None:
    subject = Subject(MODEL, X, Y)
    assert repr(subject.accuracy(criterion=TopK(2), under=FGSM(eps=0.1))) == "accuracy by TopK(k=2) under FGSM(eps=0.1)"
    assert repr(subject.accuracy(criterion=Correct())) == "accuracy"


def test_an_ensemble_tells_which_member_broke_how_many() -> None:
    measured = Subject(MODEL, X, Y, policy=Policy(exact=True)).accuracy(under=WorstOf(FGSM(eps=0.001), FGSM(eps=0.3)))
    told = measured.record(measured >= 0.9).broken_by
    assert [name for name, _ in told] == ["FGSM(eps=0.001)", "FGSM(eps=0.3)"]
    assert sum(count for _, count in told) == round(80 * (1 - float(measured)))
    assert told[1][1] > told[0][1]


def test_an_ensemble_that_was_asked_nothing_or_about_nothing_broke_none() -> None:
    under = WorstOf(FGSM(eps=0.001), FGSM(eps=0.3))
    assert Subject(MODEL, X, Y).accuracy(under=under).record(None).broken_by == ()
    wrong = Subject(MODEL, X, (Y + 1) % 3, policy=Policy(exact=True)).accuracy(under=under)
    assert wrong.record(wrong <= 0).broken_by == ()


def test_a_record_counts_what_was_asked_at_once_and_what_was_asked_again() -> None:
    measured = Subject(MODEL, X, Y, policy=Policy(exact=True)).accuracy(under=FGSM(eps=0.3))
    verdict = replace(measured >= 0.9, spent=Cost())
    alone = measured.record(verdict)
    both = measured.record(replace(verdict, spent=Cost(queries=7, gradients=5, seconds=100.00004)))
    assert (both.queries, both.gradients) == (alone.queries + 7, alone.gradients + 5)
    assert both.seconds == pytest.approx(alone.seconds + 100, abs=0.0002)
    assert both.seconds == round(both.seconds, 4)


def test_a_record_names_the_data_and_what_was_looked_for_early_and_late_once() -> None:
    subject = Subject(MODEL, X, Y, policy=Policy(exact=True))
    measured = subject.accuracy(under=FGSM(eps=0.3))
    verdict = measured >= 0.9
    record = measured.record(verdict)
    assert record.data == subject._laboratory.data.fingerprint
    first = Examined(asked=record.health[0][0], seen=record.health[0][1])
    late = measured.record(replace(verdict, health=(first, Examined(asked="one step", seen="no more"))))
    assert late.health == (*record.health, ("one step", "no more"))


def test_a_record_notes_how_the_model_and_the_interval_were_understood_once_each() -> None:
    class Noted(LinearModel):
        notes = ("its answers are logits", "its answers are logits")

    noted = Noted(MODEL.weights, MODEL.bias)
    gap = Subject(noted, X, Y, groups=np.arange(80) // 2).generalization_gap(train=(X, Y))
    record = gap.record(gap <= 0.5)
    assert record.notes == ("the interval does not allow for groups", "its answers are logits")
    assert [line for line in explain(record).splitlines() if line.startswith("note: ")] == [
        "note: the interval does not allow for groups",
        "note: its answers are logits",
    ]


def test_the_confidence_is_that_of_the_estimate() -> None:
    measured = Subject(MODEL, X, Y, bounds=UNBOUNDED).breaking_point(FGSM(eps=1.0), at=0.5, steps=2)
    record = measured.record(measured >= 0)
    # Four verdicts, each wrong with a chance of a thousandth.
    assert record.confidence == pytest.approx(0.996)
    assert measured.record(None).confidence == 0.95


def test_a_number_without_a_verdict_tells_nothing_of_what_others_asked() -> None:
    subject = Subject(MODEL, X, Y, policy=Policy(batch_size=1))
    float(subject.accuracy())
    record = subject.accuracy().record(None)
    assert (record.n, record.queries, record.classes) == (0, 0, ())


def test_a_report_without_a_bar_shows_the_number_and_no_examples() -> None:
    measured = Subject(MODEL, X, Y, policy=Policy(exact=True)).accuracy(under=FGSM(eps=0.3))
    verdict = measured.report()
    assert measured.record(verdict).examples == ()
    assert verdict.explanation.splitlines()[0] == "accuracy under FGSM(eps=0.3)"
    assert verdict.explanation.splitlines()[-1] == "NO BAR: measured, no bar"


def test_a_bar_is_written_short_in_the_message() -> None:
    measured = Subject(MODEL, X, Y, policy=Policy(exact=True)).accuracy()
    for bar, told in ((1 / 3, "0.333333"), (1e-7, "1e-07"), (0, "0")):
        assert (measured >= bar).explanation.splitlines()[0] == f"accuracy >= {told}"


def test_a_number_without_both_its_ends_is_not_shown_as_an_interval() -> None:
    measured = Subject(MODEL, X, Y, policy=Policy(exact=True)).accuracy()
    record = measured.record(measured >= 0.5)
    assert "\nmeasured 1.000 [" in explain(record)
    for name in ("value", "low", "high"):
        assert "measured" not in explain(replace(record, **{name: None}))


def test_a_sign_has_a_line_unless_the_reason_is_made_of_it() -> None:
    measured = Subject(MODEL, X, Y).accuracy()
    record = replace(measured.record(measured >= 1.1), findings=(("it is blind", "look at rounding"),))
    assert explain(record).splitlines()[3] == "sign: it is blind"
    assert "sign:" not in explain(replace(record, decision="INVALID"))


def test_what_to_do_about_a_failure_follows_from_what_broke_it() -> None:
    subject = Subject(MODEL, X, (Y + 1) % 3, bounds=(0, 1), policy=Policy(exact=True))
    clean = "look at the examples that are wrong: mislabelled, or of a kind the training data lack?"
    bar = ", or lower the bar if the release can bear it"
    for measured, remedy in (
        (subject.accuracy(), clean),
        (subject.outcomes("in time", [True, False]), clean),
        (
            subject.accuracy(under=GaussianNoise(sigma=0.1)),
            f"augment the training data with GaussianNoise(sigma=0.1){bar}",
        ),
        (subject.accuracy(under=FGSM(eps=0.1)), f"train on adversarial examples of FGSM(eps=0.1){bar}"),
    ):
        assert (measured >= 0.9).remedy == remedy


def test_a_record_survives_json() -> None:
    subject = Subject(MODEL, X, Y)
    for measurement, bar in (
        (subject.accuracy(under=FGSM(eps=0.3)), 0.9),
        (subject.score("f1_macro"), 0.5),
        (subject.accuracy(), 2),
    ):
        record = measurement.record(measurement >= bar)
        assert Record.from_dict(json.loads(json.dumps(record.to_dict(), allow_nan=False))) == record


def test_a_table_is_shown_in_numbers_and_text_in_words() -> None:
    table = Subject(lambda x: (x[:, 0] > 0.5).astype(int), np.full((5, 3), 0.4), [1] * 5).accuracy()
    assert (table >= 0.5).explanation.count("\n") >= 2
    flat = Subject(MODEL, X.reshape(80, 25), Y, policy=Policy(exact=True)).accuracy(under=FGSM(eps=0.3))
    example = flat.record(flat >= 0.9).examples[0]
    assert example.clean is None
    assert example.clean_text.startswith("[")


def test_the_id_names_metric_and_perturbation_in_plain_letters() -> None:
    subject = Subject(MODEL, X, Y)
    accuracy = subject.accuracy(under=FGSM(eps=8 / 255))
    assert accuracy.record(None).id == "accuracy-fgsm-eps-8of255"
    assert subject.score("f1_macro").record(None).id == "score-f1-macro"
    assert subject.outcomes("in time", [True, False]).record(None).id == "outcomes-in-time"
    assert subject.outcomes("(in time!)", [True, False]).record(None).id == "outcomes-in-time"
    rate = subject.attack_success_rate(under=FGSM(eps=0.5))
    assert rate.record(None).id == "attack-success-rate-fgsm-eps-0.5"


def test_a_reworded_text_is_quoted_and_a_long_one_cut() -> None:
    texts = np.array(["a good film", "a good " + "long " * 40 + "film"])

    def model(x):
        return np.array(["good" in text for text in x]).astype(int)

    verdict = Subject(model, texts, [1, 1]).accuracy(under=Synonyms(rate=1, lexicon={"good": ("fine",)})) >= 0.9
    assert "x[0] (is 1) 1 -> 0: 'a fine film'" in verdict.explanation
    assert "1 -> 0: 'a fine long long" in verdict.explanation
    assert "…'" in verdict.explanation


def test_what_is_wrong_unchanged_is_called_wrong() -> None:
    cases = (Template(text="a {word} film", words={"word": ("good", "fine")}, label=1),)
    subject = Subject(lambda x: np.zeros(len(x), dtype=int), np.array(["a film"]), [0])
    lines = (subject.minimum_functionality(cases=cases) >= 0.9).explanation.splitlines()
    assert "wrong, the surest first: 'a good film' (is 1) -> 0; 'a fine film' (is 1) -> 0" in lines


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"label": "1"}, "x[7] (is 1) 1 -> 0"),
        ({"label": ""}, "x[7] 1 -> 0"),
        ({"label": "", "after_score": 0.25}, "x[7] 1 -> 0, 25% sure"),
        ({"label": "", "changed_text": "a" * 80}, f"x[7] 1 -> 0: '{'a' * 80}'"),
        ({"label": "", "changed_text": "a" * 81}, f"x[7] 1 -> 0: '{'a' * 79}…'"),
    ],
)
def test_an_example_is_told_with_what_is_known_of_it(given, told) -> None:
    measured = Subject(MODEL, X, Y).accuracy()
    known = {"index": 7, "before": "1", "after": "0", "after_score": None, "clean_text": "", "changed_text": ""}
    record = measured.record(measured >= 1.1)
    example = replace(_any_example(), **known | given)
    line = explain(replace(record, examples=(example,))).splitlines()[-2]
    assert line == f"broken, the surest first: {told}"


def _any_example():
    measured = Subject(MODEL, X, Y, policy=Policy(exact=True)).accuracy(under=FGSM(eps=0.3))
    return measured.record(measured >= 0.9).examples[0]


def test_what_words_broke_is_to_be_trained_on_as_texts() -> None:
    def model(x):
        return np.array([["good" not in text, "good" in text] for text in x], dtype=float)

    under = WordSubstitution(edits=1, lexicon={"good": ("fine",)})
    verdict = Subject(model, np.array(["a good film"]), [1]).accuracy(under=under) >= 0.9
    assert "try: augment the training data with texts that WordSubstitution(edits=1" in verdict.explanation


def test_a_record_on_all_examples_keeps_each_in_the_order_of_the_dataset():
    x = np.linspace(0, 1, 40)[:, None]
    right = np.arange(40) % 3 > 0
    y = np.where(right, x[:, 0] > 0.5, x[:, 0] <= 0.5).astype(int)
    subject = Subject(lambda x: (x[:, 0] > 0.5).astype(int), x, y, policy=Policy(exact=True))
    measured = subject.accuracy()
    scores = measured.record(measured >= 0.5).scores
    assert (scores.array() == right).all()


def test_a_rate_among_those_right_before_and_a_number_about_all_keep_no_scores():
    x, y = np.linspace(0, 1, 40)[:, None], np.arange(40) % 2
    subject = Subject(lambda x: (x[:, 0] > 0.5).astype(int), x, y, policy=Policy(exact=True))
    for measured in (subject.attack_success_rate(under=UniformNoise(eps=0.1)), subject.score("f1_macro")):
        assert measured.record(measured >= 0).scores is None


def test_a_verdict_reached_early_keeps_no_scores():
    x = np.linspace(0, 1, 400)[:, None]
    subject = Subject(lambda x: (x[:, 0] > 0.5).astype(int), x, (x[:, 0] > 0.5).astype(int), policy=Policy())
    measured = subject.accuracy()
    record = measured.record(measured >= 0.5)
    assert record.n < record.total
    assert record.scores is None
