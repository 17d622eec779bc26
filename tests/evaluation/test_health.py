"""An attack that cannot work on a model is never a pass."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from pytest_robust import Subject
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.model import LossGradient
from pytest_robust.core.policy import Policy
from pytest_robust.core.verdict import Decision
from pytest_robust.evaluation.health import Signs, diagnose
from pytest_robust.evaluation.probe import Meter
from pytest_robust.testing import LinearModel

RANDOM = np.random.default_rng(11)
X = RANDOM.random((120, 6, 6, 1)).astype(np.float32)
W = RANDOM.normal(size=(36, 3)).astype(np.float32)
LINEAR = LinearModel(W, np.zeros(3))
Y = LINEAR.logits(X).argmax(axis=1)


def network(*before, scale=1.0, softmax=True):
    dense = keras.layers.Dense(3, use_bias=False, activation="softmax" if softmax else None)
    model = keras.Sequential([keras.Input((6, 6, 1)), *before, keras.layers.Flatten(), dense])
    dense.set_weights([W * scale])
    return model


def judged(model, under, bar=0.05):
    return Subject(model, X, Y, policy=Policy(exact=True)).accuracy(under=under) >= bar


@pytest.mark.parametrize("under", [FGSM(eps=0.3), PGD(eps=0.3, steps=10)], ids=repr)
def test_a_healthy_model_is_judged_without_doubt(under) -> None:
    verdict = judged(network(), under, bar=0)
    assert verdict.decision is Decision.PASS
    assert verdict.findings == ()


@pytest.mark.parametrize("under", [FGSM(eps=0.2), PGD(eps=0.2, steps=10)], ids=repr)
def test_a_softmax_over_huge_logits_is_broken_as_easily_as_over_small_ones(under) -> None:
    # Through the softmax the gradient is exactly zero: assert that first.
    hidden = network(scale=1000.0)
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = keras.losses.sparse_categorical_crossentropy(Y, hidden(x, training=False))
    gradient = tape.gradient(loss, x).numpy().reshape(len(X), -1)
    assert (np.abs(gradient).max(axis=1) == 0).mean() > 0.5
    plain = judged(network(), under).estimate.value
    assert abs(judged(hidden, under).estimate.value - plain) <= 0.02


class Rounds(keras.layers.Layer):
    """Quantises; TensorFlow has no gradient for the rounding."""

    def call(self, x):
        return tf.cast(tf.cast(x * 15 + 0.5, tf.int32), tf.float32) / 15


class RoundsFlat(keras.layers.Layer):
    """Quantises, with a gradient of zero everywhere."""

    def call(self, x):
        return tf.round(x * 15) / 15 + 0 * x


def test_a_model_without_a_path_for_gradients_is_invalid_with_the_remedy() -> None:
    verdict = judged(network(Rounds()), PGD(eps=0.2, steps=5))
    assert verdict.decision is Decision.INVALID
    assert not verdict
    assert "no gradient reaches the input" in verdict.reason
    assert "attack without gradients" in verdict.explanation


def test_gradients_that_are_all_zero_are_invalid() -> None:
    # A lighter budget than breaks it by chance: the random start must not do the attack's work.
    verdict = judged(network(RoundsFlat()), PGD(eps=0.02, steps=5))
    assert verdict.decision is Decision.INVALID
    assert "exactly zero" in verdict.reason


class Nan(LinearModel):
    def loss_gradient(self, x, y, loss):
        answer = super().loss_gradient(x, y, loss)
        return LossGradient(logits=answer.logits, gradient=answer.gradient * np.nan)


class Downhill(LinearModel):
    def loss_gradient(self, x, y, loss):
        answer = super().loss_gradient(x, y, loss)
        return LossGradient(logits=answer.logits, gradient=-answer.gradient)


def test_gradients_that_are_no_numbers_are_invalid() -> None:
    verdict = judged(Nan(W, np.zeros(3)), FGSM(eps=0.02))
    assert verdict.decision is Decision.INVALID
    assert "NaN or infinite" in verdict.reason


def test_an_attack_that_goes_downhill_is_invalid() -> None:
    verdict = judged(Downhill(W, np.zeros(3)), FGSM(eps=0.05))
    assert verdict.decision is Decision.INVALID
    assert "the loss did not rise" in verdict.reason


def test_an_attack_that_noise_beats_is_invalid() -> None:
    verdict = judged(Downhill(W, np.zeros(3)), FGSM(eps=0.9))
    assert verdict.decision is Decision.INVALID
    assert "random noise of the same budget broke" in verdict.reason


def test_what_a_sick_attack_did_break_is_still_broken() -> None:
    # Half of the examples are wrong from the start: the bar is missed whatever the attack does.
    subject = Subject(Nan(W, np.zeros(3)), X, np.where(np.arange(120) % 2, Y, (Y + 1) % 3), policy=Policy(exact=True))
    assert (subject.accuracy(under=FGSM(eps=0.02)) >= 0.9).decision is Decision.FAIL


def test_claims_that_an_attack_succeeds_do_not_lean_on_its_failure() -> None:
    subject = Subject(Downhill(W, np.zeros(3)), X, Y, policy=Policy(exact=True))
    rate = subject.attack_success_rate(under=FGSM(eps=0.05))
    assert (rate <= 0.5).decision is Decision.INVALID
    # A rate below its bar may be the attack's fault as well.
    assert (rate >= 0.9).decision is Decision.INVALID
    accuracy = subject.accuracy(under=FGSM(eps=0.05))
    assert (accuracy >= 0.5).decision is Decision.INVALID


def test_what_was_looked_for_stands_with_its_numbers_whether_healthy_or_not() -> None:
    meter = Meter(gradients=40_000, zero_gradients=120)
    signs = Signs(
        attacked=96, loss_rise=119.04, rises_counted=96, compared=96, broken_there=61, broken_by_noise=3, searched=4
    )
    found = diagnose(meter, replace(signs, offered=3))
    assert [(one.asked, one.seen) for one in found] == [
        ("gradients that are NaN or infinite", "0 of 40,000"),
        ("gradients that are exactly zero", "120 of 40,000 (0.3 %)"),
        ("examples for which the attack returned no numbers", "0 of 96"),
        ("rise of the loss", "1.24 in the mean over 96 attacked examples"),
        ("random noise of the same budget", "broke 3 of 96 examples, the attack 61"),
        ("texts with a word that may be exchanged", "3 of 4 (75 %)"),
    ]
    assert [one.finding for one in found] == [None] * 6
    sick = diagnose(
        replace(meter, zero_gradients=4001, broken_gradients=1),
        replace(signs, unusable=2, loss_rise=-48.0, broken_by_noise=63),
    )
    assert [one.finding.sign for one in sick] == [
        "1 of 40000 gradients are NaN or infinite",
        "4001 of 40000 gradients are exactly zero, so the attack is blind",
        "the attack returned no numbers for 2 of 96 examples",
        "the loss did not rise: by -0.5 in the mean over 96 attacked examples",
        "random noise of the same budget broke 63 of 96 examples, the attack only 61",
        "in none of 4 texts was there a word that it may exchange",
    ]
    remedies = [
        ("division by zero", "overflow in the model"),
        ("rounding", "without that step", "attack without gradients"),
        ("overflows", "a smaller budget"),
        ("more steps or a smaller step", "randomness or masking"),
        ("more steps or restarts", "without gradients"),
        ("a lexicon of words", "edits=1", "protect"),
    ]
    for one, words in zip(sick, remedies, strict=True):
        assert all(word in one.finding.remedy for word in words)


def test_a_share_is_told_where_it_is_neither_none_nor_all() -> None:
    seen = [diagnose(Meter(gradients=40, broken_gradients=count), Signs())[0].seen for count in (0, 1, 39, 40)]
    assert seen == ["0 of 40", "1 of 40 (2.5 %)", "39 of 40 (98 %)", "40 of 40"]


def test_a_threshold_is_passed_by_one_and_not_before() -> None:
    def sick(meter=None, **signs):
        return [one.asked for one in diagnose(meter or Meter(), Signs(**signs)) if one.finding is not None]

    assert sick(Meter(gradients=100, zero_gradients=10)) == []
    assert sick(Meter(gradients=100, zero_gradients=11)) == ["gradients that are exactly zero"]
    assert sick(rises_counted=9, loss_rise=-1.0) == []
    assert sick(rises_counted=10, loss_rise=0.5) == []
    assert sick(rises_counted=10, loss_rise=0.0) == ["rise of the loss"]
    assert sick(compared=9, broken_there=3, broken_by_noise=4) == []
    assert sick(compared=9, broken_there=3, broken_by_noise=5) == ["random noise of the same budget"]


def test_what_there_was_nothing_to_look_at_for_is_not_told() -> None:
    assert diagnose(Meter(queries=9), Signs()) == ()


def test_the_record_tells_what_was_looked_for_while_the_attack_ran_and_late() -> None:
    subject = Subject(LINEAR, X, Y, bounds=(0, 1), policy=Policy(exact=True))
    attacked = subject.accuracy(under=PGD(eps=0.02, steps=5))
    early = [asked for asked, _ in attacked.record(attacked >= 1.0).health]
    assert early[0] == "gradients that are NaN or infinite"
    assert len(early) == 5
    # A verdict that rests on the attack having failed asks more.
    late = attacked.record(attacked >= 0.01).health
    assert [asked for asked, _ in late][:5] == early
    assert dict(late)["answers that differ when the model is asked again"] == "0 of 32 inputs"
    paired = attacked.record(attacked >= attacked - 0.01).health
    assert paired == late
    assert subject.accuracy().record(subject.accuracy() >= 0.5).health == ()


def test_no_call_retraces_over_many_budgets_and_batch_sizes() -> None:
    from pytest_robust.adapters import adapt

    model = adapt(network(), allow_pickle=False)
    for turn in range(50):
        subject = Subject(model, X[: 20 + turn], Y[: 20 + turn], bounds=(0, 1), policy=Policy(exact=True))
        assert float(subject.accuracy(under=FGSM(eps=0.001 * (turn + 1)))) >= 0
    # One each for the outputs (which the logits' trace reuses), the logits and the gradient.
    first = model.traces
    float(Subject(model, X, Y, bounds=(0, 1)).accuracy(under=PGD(eps=0.123, steps=3)))
    assert model.traces == first <= 4
