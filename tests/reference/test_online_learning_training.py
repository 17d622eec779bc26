"""What task 13's parts promise, and the mistakes that streams invite."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import SGDClassifier

from reference_models.data import streams
from reference_models.sources import PACKAGE
from reference_models.splits import Examples
from reference_models.store import shipped_at
from reference_models.streams.arrivals import delayed, in_order, once, repeated
from reference_models.streams.compare import HEADINGS, REACTIONS, Outcome, markdown
from reference_models.streams.concepts import gradual, mirrored, rare, recurring, sudden
from reference_models.streams.courses import COURSES, networks, pooled
from reference_models.streams.durable import ENTRY, logged, run_to_the_end
from reference_models.streams.learners import KerasLearner, Learner, RiverLearner, ScikitLearner
from reference_models.streams.prequential import MINI_BATCH, ONLINE, ClassWeights, Pace, Run, Watch, prequential
from reference_models.streams.reactions import DETECTORS, Nothing, Reset
from reference_models.task import Trained
from reference_models.tasks.online_learning import TASK

pytest.importorskip("tensorflow")
pytest.importorskip("river")


def blobs(count: int, seed: int = 0) -> Examples:
    """Return three clouds of points."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, count)
    return Examples(x=(rng.normal(size=(count, 4)) + 3 * np.eye(3, 4)[y]).astype(np.float32), y=y)


def scikit() -> Learner:
    return ScikitLearner(SGDClassifier(loss="log_loss", random_state=0), classes=3)


def river() -> Learner:
    from river import linear_model

    return RiverLearner(linear_model.SoftmaxRegression())


def keras_learner() -> Learner:
    import keras

    keras.utils.set_random_seed(0)
    schedule = keras.optimizers.schedules.CosineDecay(0.05, 100)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    return KerasLearner(model, keras.optimizers.Adam(schedule))


LEARNERS = pytest.mark.parametrize("make", [scikit, river, keras_learner])


@LEARNERS
def test_every_library_learns_through_the_same_two_methods(make) -> None:
    stream = blobs(600)
    log = prequential(Run(make(), Pace(every=4)), stream)
    assert log.accuracy(0, 50) < log.accuracy(400, 600)
    assert log.accuracy(400, 600) >= 0.85


@LEARNERS
def test_a_learner_answers_before_it_has_learned_anything(make) -> None:
    answers = make().answer(blobs(5).x)
    assert answers.shape == (5,)
    assert answers.dtype == np.int64


@LEARNERS
def test_a_pickled_learner_goes_on_as_if_nothing_had_been(make) -> None:
    stream, run = blobs(320), Run(make(), MINI_BATCH)
    prequential(run, stream[:160])
    copy = pickle.loads(pickle.dumps(run))
    straight, resumed = prequential(run, stream[160:]), prequential(copy, stream[160:])
    np.testing.assert_array_equal(straight.answers, resumed.answers)
    x = blobs(200, seed=1).x
    np.testing.assert_array_equal(run.learner.answer(x), copy.learner.answer(x))


def test_weights_alone_do_not_go_on_as_the_learner_they_are_of() -> None:
    """What a checkpoint without the optimizer loses: its moments, and the step that the rate depends on."""
    stream, run = blobs(320), Run(keras_learner(), MINI_BATCH)
    prequential(run, stream[:160])
    whole, weights_alone = pickle.loads(pickle.dumps(run)), keras_learner()
    weights_alone.model.set_weights(run.learner.model.get_weights())
    prequential(run, stream[160:])
    prequential(whole, stream[160:])
    prequential(Run(weights_alone, MINI_BATCH), stream[160:])
    ours, same, other = (
        each.get_weights()[0] for each in (run.learner.model, whole.learner.model, weights_alone.model)
    )
    np.testing.assert_array_equal(ours, same)
    assert np.abs(ours - other).max() > 1e-3


def test_river_learns_many_at_once_what_it_learns_one_by_one() -> None:
    from river import linear_model, optim

    two = blobs(64)
    two = Examples(x=two.x[two.y < 2], y=two.y[two.y < 2])
    learner = RiverLearner(linear_model.LogisticRegression(optim.SGD(0.1)), takes_weights=True)
    called = []
    learner.classifier.learn_one = lambda *_, **__: called.append("one")
    learner.learn(two.x, two.y, np.ones(len(two)))
    assert called == []
    assert np.mean(learner.answer(two.x) == two.y) > 0.8


def test_weights_of_events_are_not_dropped_in_silence() -> None:
    few = blobs(4)
    with pytest.raises(ValueError, match="learns from all events alike; pass takes_weights=True"):
        river().learn(few.x, few.y, np.full(4, 2.0))


class Memory(Learner):
    """Knows the label of each input that it was shown."""

    def __init__(self) -> None:
        self.known: dict[float, int] = {}
        self.steps: list[int] = []

    def answer(self, x):
        return np.array([self.known.get(float(each), -1) for each in x[:, 0]])

    def learn(self, x, y, weight) -> None:
        self.steps.append(len(x))
        self.known |= dict(zip(x[:, 0].tolist(), y.tolist(), strict=True))


NUMBERED = Examples(x=np.arange(40.0)[:, None], y=np.arange(40) % 3)


def test_no_event_is_answered_after_it_was_learned_from() -> None:
    learner = Memory()
    assert not prequential(Run(learner, Pace(every=8)), NUMBERED).right.any()
    assert len(learner.known) == 40
    # The mistake: learn, then test. What knows nothing but what it was shown is then always right.
    leaking = Memory()
    leaking.learn(NUMBERED.x, NUMBERED.y, np.ones(40))
    assert (leaking.answer(NUMBERED.x) == NUMBERED.y).all()


@pytest.mark.parametrize(
    ("pace", "steps"),
    [
        (ONLINE, [1] * 40),
        (Pace(every=16), [16, 16, 8]),
        (Pace(every=20, passes=2, step=8), [8, 8, 4] * 4),
    ],
)
def test_paces_differ_in_when_and_how_often_they_learn(pace: Pace, steps: list[int]) -> None:
    learner = Memory()
    log = prequential(Run(learner, pace), NUMBERED)
    assert learner.steps == steps
    assert len(log.answers) == 40


def test_a_pace_that_never_learns_is_refused() -> None:
    with pytest.raises(ValueError, match=r"every=0.* at least 1"):
        Pace(every=0)


def test_a_gradient_without_the_transpose_does_not_even_fit() -> None:
    """The gradient as it is often written; and the right one, which falls."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(100, 3)), np.zeros(3)
    y = (x @ [1.0, -2.0, 0.5] > 0).astype(float)
    with pytest.raises(ValueError, match="broadcast"):
        w - 0.1 * (2 * (x @ w - y))
    before = np.mean((x @ w - y) ** 2)
    w = w - 0.1 * (2 / len(x)) * x.T @ (x @ w - y)
    assert np.mean((x @ w - y) ** 2) < before


def test_labels_that_do_not_depend_on_the_inputs_cannot_be_learned() -> None:
    stream = blobs(600)
    chance = Examples(x=stream.x, y=np.random.default_rng(1).integers(0, 3, 600))
    assert prequential(Run(scikit(), Pace(every=4)), stream).accuracy(300, 600) > 0.85
    assert prequential(Run(scikit(), Pace(every=4)), chance).accuracy(300, 600) < 0.45


def test_an_accuracy_on_what_was_learned_from_flatters() -> None:
    rng = np.random.default_rng(0)
    noise = Examples(x=rng.normal(size=(60, 100)), y=rng.integers(0, 3, 60))
    run = Run(ScikitLearner(SGDClassifier(random_state=0), classes=3), ONLINE)
    honest = prequential(run, noise).right.mean()
    assert honest < 0.55
    assert np.mean(run.learner.answer(noise.x) == noise.y) > honest + 0.25


def test_class_weights_make_classes_count_alike_and_no_event_too_much() -> None:
    weighing = ClassWeights(2, most=20)
    y = (np.arange(1000) % 50 == 0).astype(int)
    weights = np.concatenate([weighing.weigh(y[begin : begin + 50]) for begin in range(0, 1000, 50)])
    assert weights[500:][y[500:] == 1].sum() == pytest.approx(weights[500:][y[500:] == 0].sum() * 20 / 25, rel=0.2)
    assert weights.max() <= 20


def test_adwin_alone_also_tells_of_a_learner_that_gets_better() -> None:
    """The mistake that makes a reset fatal: it throws away what was being gained."""
    rng = np.random.default_rng(0)
    mistakes = np.concatenate([rng.random(400) < 0.7, rng.random(400) < 0.1, rng.random(400) < 0.7]).astype(float)

    def alarms(detector) -> list[int]:
        found = []
        for place, mistake in enumerate(mistakes):
            detector.update(mistake)
            if detector.drift_detected:
                found.append(place)
        return found

    assert any(400 <= place < 800 for place in alarms(DETECTORS["ADWIN"]()))
    worse = alarms(DETECTORS["ADWIN, worse only"]())
    assert worse
    assert all(place >= 800 for place in worse)


@pytest.mark.parametrize("name", [name for name in DETECTORS if name != "by the clock"])
def test_every_detector_notices_mistakes_that_become_many(name: str) -> None:
    rng = np.random.default_rng(3)
    mistakes = np.concatenate([rng.random(1000) < 0.1, rng.random(600) < 0.7]).astype(float)
    detector, found = DETECTORS[name](), []
    for place, mistake in enumerate(mistakes):
        detector.update(mistake)
        if detector.drift_detected:
            found.append(place)
    assert any(place >= 1000 for place in found)


class Alarm:
    """Notices something at one event."""

    def __init__(self, at: int) -> None:
        self.seen, self.at, self.drift_detected = 0, at, False

    def update(self, x: float) -> None:
        self.drift_detected = self.seen == self.at
        self.seen += 1


def test_a_reset_forgets_and_doing_nothing_does_not() -> None:
    twice = Examples(x=np.concatenate([NUMBERED.x, NUMBERED.x]), y=np.concatenate([NUMBERED.y, NUMBERED.y]))
    kept = Run(Memory(), Pace(every=8), watch=Watch(detector=Alarm(35), reaction=Nothing()))
    reset = Run(Memory(), Pace(every=8), watch=Watch(detector=Alarm(35), reaction=Reset(Memory)))
    assert prequential(kept, twice).right[40:].all()
    log = prequential(reset, twice)
    assert log.drifts == (35,)
    assert not log.right[40:].any()


def test_what_is_rehearsed_are_the_last_events() -> None:
    run = Run(Memory(), Pace(every=8), remember=16)
    prequential(run, NUMBERED)
    np.testing.assert_array_equal(run.last.x[:, 0], np.arange(24, 40))


def test_table_of_detectors_has_a_line_for_each_with_its_interval() -> None:
    one = Outcome(detector="ADWIN", reaction="reset", early=2, late=1, delay=30, found=0.5, gain=(-0.1, -0.2, -0.12))
    head, _, line = markdown([one]).splitlines()
    assert head.strip("| ").split(" | ") == list(HEADINGS)
    cells = line.strip("| ").split(" | ")
    assert cells[:6] == ["ADWIN", "reset", "2.0", "1.0", "30 events (50%)", "-14.0"]
    low, high = map(float, cells[6].split(" to "))
    assert low < -14 < high


def test_the_committed_table_has_each_detector_with_each_reaction() -> None:
    text = (PACKAGE / "DRIFT.md").read_text(encoding="utf-8")
    assert f"| {' | '.join(HEADINGS)} |" in text
    assert all(text.count(f"| {detector} | {reaction} |") == 1 for detector in DETECTORS for reaction in REACTIONS)


def test_drifts_are_where_they_are_said_to_be(result: Trained) -> None:
    train = result.splits.train
    other = mirrored(train.x)

    def new(stream: Examples) -> np.ndarray:
        return (stream.x == other).all(axis=(1, 2, 3))

    at_once, little_by_little, by_turns = (new(make(train)) for make in (sudden, gradual, recurring))
    assert not at_once[:2000].any()
    assert at_once[2000:].all()
    assert [round(part.mean(), 1) for part in np.split(by_turns, 4)] == [0, 1, 0, 1]
    shares = [part.mean() for part in np.split(little_by_little, 8)]
    assert shares[:3] == [0, 0, 0]
    assert shares[5:] == [1, 1, 1]
    assert 0.1 < shares[3] < 0.4
    assert 0.6 < shares[4] < 0.9


def test_the_rare_digit_is_one_event_in_ninety(result: Trained) -> None:
    stream = rare(result.splits.train)
    assert stream.y.sum() == 40
    assert len(stream) == 3640
    # Which is why accuracy does not tell: who never finds one is right in 99 of 100.
    assert np.mean(stream.y == 0) > 0.98


def test_events_are_late_but_not_by_more_than_said() -> None:
    arrivals = delayed(500, most=30, seed=0)
    assert sorted(arrivals) == list(range(500))
    assert 0 < np.max(np.abs(arrivals - np.arange(500))) <= 30


def test_every_event_comes_out_once_and_in_order() -> None:
    arrivals = repeated(delayed(500, most=30, seed=0), share=0.2, within=40, seed=1).tolist()
    assert len(arrivals) > 550
    assert list(in_order(once(arrivals, remember=100), wait=30)) == list(range(500))
    # The mistakes: too short a memory lets a repeat through, too short a wait leaves disorder. Neither loses any.
    forgetful = list(once(arrivals, remember=1))
    assert len(forgetful) > 500
    hasty = list(in_order(once(arrivals, remember=100), wait=2))
    assert hasty != sorted(hasty)
    assert sorted(hasty) == list(range(500))


CHILD = """
import hashlib, sys
from pathlib import Path
from reference_models.data import mnist
from reference_models.streams.concepts import sudden
from reference_models.streams.courses import COURSES, begun, networks
from reference_models.streams.durable import run_to_the_end
{begin}
stream = sudden(mnist.load().train)
for folder in sys.argv[1:]:
    run = run_to_the_end(begin, stream, Path(folder), blocks=9)
    print(hashlib.sha256(b"".join(array.tobytes() for array in weights(run.learner))).hexdigest(), flush=True)
"""
OF_KERAS = """
from reference_models.determinism import pin
pin()
import keras
def begin():
    keras.utils.set_random_seed(0)
    return begun(COURSES["mini_batch"], networks()["mini_batch"])
def weights(learner):
    return learner.model.get_weights()
"""
OF_SCIKIT_LEARN = """
def begin():
    return begun(COURSES["scikit_learn"], None)
def weights(learner):
    return learner.classifier.coef_, learner.classifier.intercept_
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal that it cannot catch")
@pytest.mark.parametrize("of", [OF_KERAS, OF_SCIKIT_LEARN], ids=["keras", "scikit-learn"])
def test_a_killed_process_loses_no_event_and_repeats_none(tmp_path: Path, of: str) -> None:
    code = CHILD.format(begin=of)
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command, killed, straight = [sys.executable, "-c", code], tmp_path / "killed", tmp_path / "straight"
    first = subprocess.Popen(
        [*command, str(killed)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    while not (killed / "state.pickle").exists() or len(logged(killed)) < 1000:
        assert first.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    os.kill(first.pid, signal.SIGKILL)
    assert first.communicate()[0] == b""
    assert first.returncode == -signal.SIGKILL
    answered = len(logged(killed))
    assert 1000 <= answered < 4000

    done = subprocess.run(
        [*command, str(killed), str(straight)], env=environment, capture_output=True, text=True, check=True
    )
    resumed, uninterrupted = done.stdout.split()
    assert resumed == uninterrupted, "the weights are not those of a run that nothing interrupted"
    np.testing.assert_array_equal(logged(killed)["event"], np.arange(4000))
    np.testing.assert_array_equal(logged(killed), logged(straight))


class Stopped(BaseException):
    """The process ended here."""


class Mortal(Memory):
    """Ends its process before it learns from a given event."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self.until = until

    def learn(self, x, y, weight) -> None:
        if x[0, 0] == self.until:
            raise Stopped
        super().learn(x, y, weight)


def begin(until: float) -> Run:
    return Run(Mortal(until), Pace(every=4))


def test_what_was_answered_after_the_last_state_is_cut_off_and_answered_again(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        run_to_the_end(partial(begin, 28.0), NUMBERED, tmp_path, blocks=3)
    assert logged(tmp_path)["event"].tolist() == list(range(28))
    # The mistakes: going on where the state is without cutting the log tells four events twice; going on
    # where the log ends loses them to the learner.
    state: Run = pickle.loads((tmp_path / "state.pickle").read_bytes())
    assert state.events == 24
    assert len(state.learner.known) == 24
    state.learner.until = -1.0
    (tmp_path / "state.pickle").write_bytes(pickle.dumps(state))
    run = run_to_the_end(partial(begin, -1.0), NUMBERED, tmp_path, blocks=3)
    assert logged(tmp_path)["event"].tolist() == list(range(40))
    assert sorted(run.learner.known) == list(range(40))
    assert run.learner.steps == [4] * 10


def test_half_an_entry_at_the_end_of_a_log_is_cut_off(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        run_to_the_end(partial(begin, 28.0), NUMBERED, tmp_path, blocks=30)
    with (tmp_path / "log.bin").open("ab") as log:
        log.write(b"\x00" * (ENTRY.itemsize // 2))
    run_to_the_end(partial(begin, -1.0), NUMBERED, tmp_path, blocks=3)
    assert logged(tmp_path)["event"].tolist() == list(range(40))


def test_a_state_beside_the_log_of_another_run_is_refused(tmp_path: Path) -> None:
    run_to_the_end(partial(begin, -1.0), NUMBERED, tmp_path, blocks=3)
    (tmp_path / "log.bin").write_bytes(b"")
    with pytest.raises(ValueError, match=r"log.bin holds 0 events and .*state.pickle is of the moment after 40"):
        run_to_the_end(partial(begin, -1.0), NUMBERED, tmp_path, blocks=3)


@pytest.mark.parametrize(
    ("name", "events", "classes"), [("Phishing", 1250, 2), ("Bananas", 5300, 2), ("ImageSegments", 2310, 7)]
)
def test_streams_of_river_are_there_without_a_network(name: str, events: int, classes: int) -> None:
    stream = streams.load(name)
    assert len(stream) == events
    assert set(stream.y) == set(range(classes))
    assert np.isfinite(stream.x).all()


def test_phishing_is_learned_on_the_way() -> None:
    from river import linear_model, preprocessing

    pipeline = preprocessing.StandardScaler() | linear_model.LogisticRegression()
    log = prequential(Run(RiverLearner(pipeline), ONLINE), streams.load("Phishing"))
    assert 0.87 <= log.right.mean() <= 0.92


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("Elec2", FileNotFoundError, "river has not fetched Elec2 yet; set ROBUST_DOWNLOAD=1"),
        ("Elec3", ValueError, r"'Elec3' is none of river.datasets; bundled with it are Bananas"),
        ("AirlinePassengers", ValueError, "AirlinePassengers has no classes"),
    ],
)
def test_a_stream_that_is_not_there_is_named_with_what_to_do(name, error, message, monkeypatch) -> None:
    from river.datasets import base

    monkeypatch.delenv("ROBUST_DOWNLOAD", raising=False)
    monkeypatch.setattr(base.RemoteDataset, "is_downloaded", property(lambda _: False))
    with pytest.raises(error, match=message):
        streams.load(name)


def test_online_learning_measures_what_is_expected(result: Trained) -> None:
    # That the models measure what their record says is in test_weights.py.
    expected = TASK.expected_on(result.splits.source)
    assert expected
    assert all(each.holds(result.metrics[each.metric]) for each in expected)


def test_linear_learners_become_networks_that_answer_as_they_do(result: Trained) -> None:
    train = result.splits.train[:320]
    for name in ("scikit_learn", "river"):
        course, model = COURSES[name], networks()[name]
        run = Run(course.learner(model), course.pace)
        prequential(run, Examples(x=course.seen(train.x), y=train.y))
        course.keep(model, run.learner)
        x = result.splits.test.x[:200]
        np.testing.assert_array_equal(model.predict(x, verbose=0).argmax(axis=-1), run.learner.answer(course.seen(x)))
    assert pooled(train.x).shape == (320, 197)


def test_all_networks_together_are_small(result: Trained) -> None:
    folder = shipped_at(TASK).parent
    assert sum(path.stat().st_size for path in folder.glob("online_learning.*")) < 600_000
