"""Task 13's robustness to drift, noise, disorder and to having stopped, written as a user would write it."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.transforms import Flip, GaussianNoise
from reference_models.streams.arrivals import delayed, in_order, once, repeated
from reference_models.streams.concepts import mirrored, sudden, wrongly_labelled
from reference_models.streams.courses import COURSES, begun, networks, replay
from reference_models.streams.prequential import prequential
from reference_models.task import Examples
from reference_models.tasks import online_learning
from reference_models.tasks.online_learning import SHOWN, TASK, looked_for

pytest.importorskip("tensorflow")
if TASK.missing():
    pytest.skip(TASK.missing(), allow_module_level=True)

QUARTER = 1000
HALF = 2 * QUARTER
# Events in which a learner may be as bad as it gets, and after which it must have recovered.
SOON, LATER = 200, 1500


@pytest.fixture(scope="module")
def replayed(result):
    """Replay the streams: what was answered on the way is not kept with the model."""
    return {name: replay(name, result.splits.train) for name in SHOWN}


@pytest.fixture(scope="module")
def logs(replayed):
    return {name: log for name, (_, log) in replayed.items()}


@pytest.mark.parametrize("name", ["mini_batch", "scikit_learn", "river"])
def test_a_replay_ends_with_the_model_that_ships(robust, replayed, result, name) -> None:
    x = np.ascontiguousarray(mirrored(result.splits.test.x))
    ships = result.model[name].predict(x, verbose=0).argmax(axis=-1)
    assert robust(replayed[name][0], x, ships, name=f"{name} replayed").accuracy() >= 0.95


@pytest.mark.parametrize("name", ["mini_batch", "incremental", "scikit_learn", "river"])
def test_it_learns_the_stream_before_it_changes(robust, logs, name) -> None:
    assert robust.outcomes(f"{name} before the drift", logs[name].right[HALF - 500 : HALF]) >= 0.8


@pytest.mark.parametrize("name", ["mini_batch", "incremental", "scikit_learn", "river"])
def test_a_sudden_drift_costs_it_a_fifth_at_once_and_it_recovers(robust, logs, name) -> None:
    right = logs[name].right
    before = right[HALF - 500 : HALF].mean()
    assert robust.outcomes(f"{name} at the drift", right[HALF : HALF + SOON]) <= before - 0.2
    assert robust.outcomes(f"{name} after it", right[HALF + LATER :]) >= before - 0.03


def test_a_gradual_drift_costs_less_at_any_time_than_a_sudden_one(robust, logs) -> None:
    gradual, at_once = logs["gradual"].right, logs["mini_batch"].right
    slowest = min(gradual[begin : begin + SOON].mean() for begin in range(3 * HALF // 4, 5 * HALF // 4, SOON))
    assert robust.outcomes("sudden drift, at once", at_once[HALF : HALF + SOON]) <= slowest - 0.05
    assert robust.outcomes("gradual drift, before", gradual[1000:1500]) >= 0.75
    assert robust.outcomes("gradual drift, at the end", gradual[-500:]) >= 0.85


def test_a_drift_that_comes_back_costs_less_than_when_it_was_new(robust, logs) -> None:
    right = logs["recurring"].right
    new, again = right[QUARTER : QUARTER + SOON], right[3 * QUARTER : 3 * QUARTER + SOON]
    assert robust.outcomes("mirrored for the first time", new) <= 0.6
    assert robust.outcomes("mirrored again", again) >= new.mean() + 0.15
    assert robust.outcomes("at the end", right[-500:]) >= 0.82


def test_a_rate_that_fell_recovers_slower(robust, logs, result) -> None:
    x, y = np.ascontiguousarray(mirrored(result.splits.test.x)), result.splits.test.y
    steady, fell = (robust(result.model[name], x, y, name=name) for name in ("mini_batch", "falling"))
    assert steady.accuracy() >= fell.accuracy() + 0.03


def test_what_it_learned_in_the_end_is_a_model_like_any_other(robust) -> None:
    assert robust.accuracy() >= 0.85
    assert robust.accuracy(under=GaussianNoise(sigma=0.1)) >= 0.83
    assert robust.accuracy(under=UniformNoise(eps=0.1)) >= robust.accuracy(under=FGSM(eps=0.1)) + 0.2
    assert robust.accuracy(under=PGD(eps=0.1)) <= 0.5


def test_it_has_forgotten_what_the_stream_no_longer_shows(robust, result) -> None:
    # Mirrored once more, they are images as they were before the drift.
    assert robust.accuracy(under=Flip()) <= 0.8
    assert robust.accuracy(under=Flip()) <= robust.accuracy() - 0.1


def test_all_libraries_learn_the_same(robust, result) -> None:
    x, y = np.ascontiguousarray(mirrored(result.splits.test.x)), result.splits.test.y
    scikit_learn, river = (robust(result.model[name], x, y, name=name) for name in ("scikit_learn", "river"))
    assert scikit_learn.accuracy() >= 0.8
    assert scikit_learn.accuracy() >= river.accuracy() - 0.05
    assert river.accuracy() >= scikit_learn.accuracy() - 0.05


def test_a_rare_digit_is_found_only_where_its_class_counts_as_much(robust, result) -> None:
    test = looked_for(result.splits.test)
    eights = test.y == 1
    alike, weighted = (
        robust(result.model[name], test.x[eights], test.y[eights], name=name) for name in ("rare", "rare_weighted")
    )
    assert weighted.accuracy() >= alike.accuracy() + 0.3
    assert weighted.accuracy() >= 0.7
    # Which accuracy does not tell: who never finds one is right in nine of ten.
    assert robust(result.model["rare"], test.x, test.y, name="rare").accuracy() >= 0.85
    everything = robust(result.model["rare_weighted"], test.x, test.y, name="rare_weighted")
    assert everything.score("balanced_accuracy") >= 0.8


def test_wrong_labels_in_a_fifth_of_the_events_cost_less_than_that(robust, logs, result) -> None:
    stream = sudden(result.splits.train)
    noisy = wrongly_labelled(stream, share=0.2, classes=10, seed=0)
    assert 0.15 <= np.mean(noisy.y != stream.y) <= 0.25
    answers = prequential(fresh(), noisy).answers
    clean = logs["mini_batch"].right
    # Judged by what is right, not by what it was told.
    assert robust.outcomes("wrong labels, at the end", answers[-500:] == stream.y[-500:]) >= clean[-500:].mean() - 0.15


def test_late_and_repeated_events_are_put_right_to_the_bit(robust, result) -> None:
    stream = sudden(result.splits.train)[HALF - 500 : HALF + 500]
    arrivals = repeated(delayed(len(stream), most=40, seed=0), share=0.1, within=60, seed=1)
    assert len(arrivals) > 1.05 * len(stream)
    assert (np.diff(arrivals) < 0).mean() > 0.2
    run, straight = fresh(), fresh()
    rows = np.fromiter(in_order(once(arrivals.tolist(), remember=200), wait=40), np.int64)
    answered = prequential(run, Examples(x=stream.x[rows], y=stream.y[rows]))
    expected = prequential(straight, stream)
    np.testing.assert_array_equal(answered.answers, expected.answers)
    same_weights(run.learner.model, straight.learner.model)


def test_late_and_repeated_events_left_as_they_come_cost_little_but_count_twice(robust, logs, result) -> None:
    stream = sudden(result.splits.train)
    arrivals = repeated(delayed(len(stream), most=40, seed=0), share=0.1, within=60, seed=1)
    log = prequential(fresh(), Examples(x=stream.x[arrivals], y=stream.y[arrivals]))
    assert len(log.right) > 1.05 * len(stream)
    assert robust.outcomes("disordered, at the end", log.right[-500:]) >= logs["mini_batch"].right[-500:].mean() - 0.05
    # What was learned from already is answered better: repeats flatter the score.
    again = np.ones(len(arrivals), bool)
    again[np.unique(arrivals, return_index=True)[1]] = False
    assert log.right[again].mean() >= log.right[~again].mean()


def test_figure_shows_each_learner_and_what_was_noticed(robust, logs, result, monkeypatch) -> None:
    # They were replayed for the tests above.
    monkeypatch.setattr(online_learning, "replay", lambda name, _: (None, logs[name]))
    drawing = TASK.figure(result)
    robust.figure(drawing, f"{TASK.number}. {TASK.name}: {TASK.purpose}")
    assert [len(axes.get_legend().get_texts()) for axes in drawing.axes] == [3, 3, 3, 3]
    shown = drawing.axes[0].lines[0].get_ydata()
    assert shown[-1] == pytest.approx(logs["mini_batch"].right[-200:].mean())
    reset, rehearsed = (line.get_xdata() for line in drawing.axes[3].lines if line.get_marker() == "v")
    # ADWIN also tells of a learner that gets better, and each reset makes one of it again.
    assert sum(place < HALF for place in reset) >= 2
    assert len(rehearsed) == 1
    assert HALF <= rehearsed[0] < HALF + 300


def fresh():
    import keras

    keras.utils.set_random_seed(0)
    return begun(COURSES["mini_batch"], networks()["mini_batch"])


def same_weights(one, other) -> None:
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
