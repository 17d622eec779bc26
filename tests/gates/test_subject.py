"""A subject without pytest."""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from pytest_robust import Dataset, InvalidArgument, InvalidData, SameAsClean, Subject, TopK, WithinTolerance
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.claim import Claim
from pytest_robust.core.metric import Metric, Request
from pytest_robust.core.policy import Policy
from pytest_robust.core.shard import Shard
from pytest_robust.core.verdict import Decision
from pytest_robust.gates.measurement import Measurement, Shifted
from pytest_robust.gates.subject import METRICS, require
from pytest_robust.metrics import Accuracy
from pytest_robust.transforms import GaussianNoise

X = np.linspace(0, 1, 40)[:, None]
Y = (X[:, 0] > 0.5).astype(int)


def model(x):
    return (x[:, 0] > 0.5).astype(int)


def made(**arguments):
    return Subject(model, X, Y, **arguments)


def test_every_metric_is_a_method_that_dir_and_type_checkers_know() -> None:
    from pathlib import Path

    import pytest_robust.gates.subject as module

    source = Path(module.__file__).read_text()
    for name in METRICS.names():
        assert name in dir(made())
        assert f"        {name} = staticmethod(_measures(metrics.{METRICS.load(name).__name__}))" in source


def test_a_metric_of_another_distribution_is_a_method_too(monkeypatch) -> None:
    from importlib.metadata import EntryPoint

    from pytest_robust.core import catalog

    entry = EntryPoint(
        name="my_accuracy", value="pytest_robust.metrics.accuracy:Accuracy", group="pytest_robust.metrics"
    )
    monkeypatch.setattr(catalog, "entry_points", lambda group: [entry] if group == "pytest_robust.metrics" else [])
    # Looked for anew: a session finds its entry points once.
    anew = Catalog(room="pytest_robust.metrics", interface=Metric)
    monkeypatch.setattr("pytest_robust.gates.subject.METRICS", anew)
    assert "my_accuracy" in anew.names()
    assert made().my_accuracy() >= 1


def test_nothing_is_evaluated_before_it_is_compared() -> None:
    asked = []

    def watched(x):
        asked.append(len(x))
        return model(x)

    measurement = Subject(watched, X, Y).accuracy()
    assert asked == []
    assert repr(measurement) == "accuracy"
    assert float(measurement) == 1
    assert sum(asked) == 40


def test_another_policy_leaves_the_first_as_it_was() -> None:
    first = made()
    few = first.with_policy(Policy(samples=10))
    assert first.with_policy(Policy()) is first
    assert float(few.accuracy()) == 1
    assert few.accuracy().estimate().total == 10
    assert first.accuracy().estimate().total == 40


def test_a_dataset_keeps_its_bounds() -> None:
    subject = Subject(model, Dataset(x=X * 9 - 4, y=Y, bounds=__import__("pytest_robust").Bounds(-4, 5)))
    assert 0 <= float(subject.invariance(under=GaussianNoise(sigma=0.01))) <= 1


def test_labels_are_needed_only_where_right_depends_on_them() -> None:
    subject = Subject(model, X)
    assert subject.invariance(under=GaussianNoise(sigma=0.001)) >= 0.9
    assert subject.accuracy(criterion=SameAsClean()) >= 1
    with pytest.raises(InvalidData, match="the data have no labels"):
        bool(subject.accuracy() >= 0.5)


def test_criteria_judge_scores_labels_and_values() -> None:
    scores = Subject(lambda x: np.stack([1 - x[:, 0], x[:, 0]], axis=1), X, Y)
    assert scores.accuracy(criterion=TopK(2)) >= 1
    values = Subject(lambda x: x[:, 0] + 0.1, X, X[:, 0])
    assert values.accuracy(criterion=WithinTolerance(0.11)) >= 1
    assert values.accuracy(criterion=WithinTolerance(0.09)) <= 0


def test_require_says_everything_and_needs_a_bar() -> None:
    subject = made()
    subject.require(subject.accuracy(), at_least=0.9)
    require(subject.accuracy(), at_most=1.0)
    # All 40 are right: the bar itself is cleared from both sides.
    require(subject.accuracy(), at_least=1.0, at_most=1.0)
    with pytest.raises(AssertionError, match=r"(?s)accuracy <= 0.5\n.*measured 1.000.*FAIL"):
        subject.require(subject.accuracy(), at_most=0.5)
    with pytest.raises(InvalidArgument, match="at_least= or at_most="):
        subject.require(subject.accuracy())


@pytest.mark.parametrize("bar", ["high", None, float("nan"), [1]])
def test_a_bar_must_be_a_number(bar) -> None:
    with pytest.raises(InvalidArgument, match="compare"):
        bool(made().accuracy() >= bar)


def test_a_margin_must_be_a_number() -> None:
    with pytest.raises(InvalidArgument, match="a margin is a number"):
        made().accuracy() - "0.1"


@pytest.mark.parametrize("op", [operator.ge, operator.gt, operator.le, operator.lt])
def test_a_margin_stands_beside_a_measurement_without_one(op) -> None:
    accuracy = made().accuracy()
    for other in (0.5, accuracy - 0.02):
        with pytest.raises(InvalidArgument, match=r"accuracy - 0.01 beside .*: a margin stands beside a measurement"):
            op(accuracy - 0.01, other)


def test_shifted_measurements_read_as_they_are_written() -> None:
    accuracy = made().accuracy(under=GaussianNoise(sigma=0.1))
    assert repr(accuracy - 0.01) == "accuracy under GaussianNoise(sigma=0.1) - 0.01"
    assert repr(accuracy + 0.01) == "accuracy under GaussianNoise(sigma=0.1) + 0.01"
    assert repr(Shifted(accuracy, 0)) == "accuracy under GaussianNoise(sigma=0.1)"


def test_an_unknown_measurement_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"did you mean 'invariance'\?"):
        made().invarience  # noqa: B018 - to ask for it is to raise
    with pytest.raises(AttributeError, match=r"accuracy, .*, score, curve; did you mean 'curve'\?$"):
        made().curv  # noqa: B018 - to ask for it is to raise
    with pytest.raises(AttributeError, match=r"^'zzz' is none of the measurements accuracy, .*, curve$"):
        made().zzz  # noqa: B018 - to ask for it is to raise
    with pytest.raises(InvalidArgument, match="'undre'; did you mean 'under'\\?$"):
        made().accuracy(criterion=SameAsClean(), undre=GaussianNoise(sigma=0.1))
    with pytest.raises(InvalidArgument, match="'strength'; it takes under, criterion$"):
        made().accuracy(strength=3)
    with pytest.raises(InvalidArgument, match="required .*'at'; it takes under, at, steps, criterion$"):
        made().breaking_point(GaussianNoise)


def test_a_measurement_that_was_compared_with_nothing_says_so() -> None:
    measurement = made().accuracy()
    assert isinstance(measurement, Measurement)
    assert measurement.unjudged().decision is Decision.NO_BAR
    assert measurement.unjudged().claim is Claim.DATASET
    assert measurement.unjudged().remedy == "compare it: assert robust.accuracy(...) >= 0.9"
    assert measurement.record(None).decision == "NO BAR"
    assert measurement.record(measurement.unjudged()).reason == "never evaluated, no bar"
    float(measurement)
    assert measurement.record(measurement.unjudged()).value == 1
    assert measurement.record(measurement.unjudged()).reason == "measured, no bar"
    assert not measurement.compared


def test_models_are_called_by_their_names() -> None:
    class Nameless:
        def __call__(self, x):
            return model(x)

    for given, name in ((model, "model"), (Nameless(), "Nameless")):
        measurement = Subject(given, X, Y).accuracy()
        bool(measurement >= 0)
        assert measurement.record(measurement.verdict).model == name
    named = Subject(model, X, Y, name="release 3").accuracy()
    assert named.record(named >= 0).model == "release 3"


def test_a_subject_from_a_path_is_called_by_the_file(tmp_path) -> None:
    import joblib

    joblib.dump(LogisticRegression().fit(X, Y), tmp_path / "m.joblib")
    subject = Subject(tmp_path / "m.joblib", X, Y, policy=Policy(allow_pickle=True))
    measurement = subject.accuracy()
    assert measurement.record(measurement >= 0.5).model == "m.joblib"


@pytest.mark.parametrize("use", [bool, lambda m: m == 1, lambda m: m != 1])
def test_a_measurement_is_no_verdict_and_equals_nothing(use) -> None:
    with pytest.raises(InvalidArgument, match="compare"):
        use(made().accuracy())


def test_other_data_of_the_same_kind_have_the_same_bounds() -> None:
    train = (X / 2, Y)
    for subject in (made(bounds=(0, 9)), Subject(model, Dataset(x=X, y=Y, bounds=Bounds(0, 9)))):
        assert subject._laboratory.data_of(Request(data=train)).bounds == Bounds(0, 9)


def test_a_frame_is_given_to_the_model_with_its_columns() -> None:
    frame = pd.DataFrame({"size": X[:, 0]})
    # Which warns where it is asked about a frame's numbers without their names.
    assert float(Subject(LogisticRegression(C=1e6).fit(frame, Y), frame, Y).accuracy()) == 1


def test_a_metric_is_told_the_data_and_all_examples_that_are_measured_whatever_the_shard() -> None:
    class Told(Accuracy):
        def about(self, data, order):
            assert data is subject._laboratory.data
            assert sorted(order.tolist()) == list(range(40))
            told.append(self)
            return self

    told = []
    subject = made(policy=Policy(shard=Shard(index=1, count=2)))
    subject._measurement(Told())
    assert len(told) == 1


def test_a_listener_hears_of_every_measurement_and_verdict() -> None:
    heard = []

    class Listener:
        def made(self, measurement):
            heard.append(repr(measurement))

        def judged(self, measurement, record):
            heard.append(record.decision)

    subject = made(listener=Listener())
    assert subject.accuracy() >= 0.5
    assert not subject.accuracy(under=GaussianNoise(sigma=3.0)) >= 0.99
    assert heard == ["accuracy", "PASS", "accuracy under GaussianNoise(sigma=3)", "FAIL"]


def test_a_report_without_a_bar_is_told_with_its_value() -> None:
    told = []

    class Listener:
        def made(self, measurement):
            assert not measurement.compared

        def judged(self, measurement, record):
            told.append((measurement.compared, record.decision, record.value, record.reason))

    made(listener=Listener()).accuracy().report()
    assert told == [(True, "NO BAR", 1.0, "measured, no bar")]
