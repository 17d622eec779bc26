"""Cross-validation: each example is answered by a model that has not seen it, nor its class or group left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from pytest_robust import InvalidArgument, InvalidData, InvalidModel, Subject, WithinTolerance
from pytest_robust.core.policy import Policy
from pytest_robust.evaluation.laboratory import order_of
from pytest_robust.metrics import CrossValidation
from pytest_robust.transforms import GaussianNoise

X, Y = load_iris(return_X_y=True)
RANDOM = np.random.default_rng(0)
# Each row tells its own number, so that a model can tell whom it has seen.
NUMBERED = np.arange(60.0)[:, None]


def answer(x: NDArray[Any]) -> NDArray[Any]:
    return np.zeros(len(x), np.int64)


class Recorder:
    """Builds models that remember whom they learned from and whom they were asked about."""

    def __init__(self) -> None:
        self.learned: list[set[float]] = []
        self.asked: list[set[float]] = []
        self.labels: list[NDArray[Any]] = []

    def __call__(self, x: NDArray[Any], y: NDArray[Any]) -> Any:
        asked: set[float] = set()
        self.learned.append(set(x[:, 0]))
        self.labels.append(y)
        self.asked.append(asked)

        def model(rows: NDArray[Any]) -> NDArray[Any]:
            # float32 holds the numbers as they are.
            asked.update(np.asarray(rows, np.float64)[:, 0])
            return np.zeros(len(rows), np.int64)

        return model


def numbered(y: Any, **more: Any) -> tuple[Recorder, float]:
    recorder = Recorder()
    subject = Subject(answer, NUMBERED, y, **more)
    return recorder, float(subject.cross_validation(build=recorder, folds=4))


def test_each_example_is_asked_about_once_by_a_model_that_learned_from_all_others() -> None:
    recorder, value = numbered(np.arange(60) % 3)
    assert len(recorder.asked) == 4
    assert [len(asked) for asked in recorder.asked] == [15] * 4
    for asked, learned in zip(recorder.asked, recorder.learned, strict=True):
        assert not asked & learned
        assert asked | learned == set(range(60))
    assert set.union(*recorder.asked) == set(range(60))
    assert value == pytest.approx(1 / 3)


def test_each_fold_holds_its_share_of_each_class() -> None:
    recorder, _ = numbered(np.repeat([0, 1], [48, 12]))
    assert [np.bincount(labels).tolist() for labels in recorder.labels] == [[36, 9]] * 4


def test_examples_of_a_group_stay_together() -> None:
    groups = np.arange(60) // 3
    recorder, _ = numbered(np.arange(60) % 2, groups=groups)
    for asked, learned in zip(recorder.asked, recorder.learned, strict=True):
        assert not {int(row) // 3 for row in asked} & {int(row) // 3 for row in learned}


@pytest.mark.parametrize(
    "y", [np.repeat([0, 1, 2], [40, 18, 2]), RANDOM.normal(size=60), np.repeat(["a", "b"], [58, 2])]
)
def test_what_cannot_be_dealt_by_class_is_dealt_at_random(y: NDArray[Any]) -> None:
    recorder = Recorder()
    subject = Subject(answer, NUMBERED, y)
    criterion = (lambda target, output: float(target == output)) if y.dtype.kind != "f" else WithinTolerance(0.1)
    subject.cross_validation(build=recorder, folds=4, criterion=criterion).estimate()
    assert [len(learned) for learned in recorder.learned] == [45] * 4


def test_value_and_spread_are_scikit_learns_on_the_same_folds() -> None:
    order = order_of(len(X), 7)
    model = LogisticRegression(max_iter=1000)
    folds = cross_val_score(model, X[order], Y[order], cv=StratifiedKFold(6))
    subject = Subject(model.fit(X, Y), X, Y, policy=Policy(seed=7))
    measured = subject.cross_validation(build=lambda x, y: LogisticRegression(max_iter=1000).fit(x, y), folds=6)
    estimate = measured.estimate()
    assert estimate.value == pytest.approx(folds.mean())  # Folds of equal size.
    assert f"mean {folds.mean():.3f}, standard deviation {folds.std(ddof=1):.3f}" in estimate.notes[0]
    assert f"from {folds.min():.3f} to {folds.max():.3f}" in estimate.notes[0]
    assert (estimate.n, estimate.total) == (150, 150)
    assert estimate.low < estimate.value < estimate.high


def test_labels_at_random_are_not_learned_where_a_model_asked_about_its_own_knows_them_all() -> None:
    y = RANDOM.integers(0, 2, len(X))
    x = RANDOM.normal(size=X.shape)

    def build(x: NDArray[Any], y: NDArray[Any]) -> Any:
        return KNeighborsClassifier(1).fit(x, y)

    subject = Subject(build(x, y), x, y)
    assert subject.accuracy() >= 1
    assert 0.35 <= float(subject.cross_validation(build=build)) <= 0.65


def test_a_model_that_learns_on_is_refused_as_it_has_seen_the_next_fold() -> None:
    model = KNeighborsClassifier(1)
    subject = Subject(answer, X, Y)
    with pytest.raises(InvalidModel, match=r"model of fold 1 again for fold 2.*build a new model in each call"):
        subject.cross_validation(build=model.fit).estimate()


def test_nothing_is_built_before_it_is_asked_for_and_nothing_twice() -> None:
    recorder = Recorder()
    measured = Subject(answer, NUMBERED, np.zeros(60, np.int64)).cross_validation(build=recorder, folds=3)
    assert recorder.learned == []
    assert measured >= 0.5
    assert measured <= 1
    assert len(recorder.learned) == 3


def test_another_seed_deals_otherwise_and_the_same_does_not() -> None:
    def asked(seed: int) -> list[set[float]]:
        return numbered(np.arange(60) % 3, policy=Policy(seed=seed))[0].asked

    assert asked(0) == asked(0) != asked(1)


def test_a_sample_of_the_examples_is_dealt_alone() -> None:
    recorder, _ = numbered(np.arange(60) % 3, policy=Policy(samples=20))
    assert [len(asked | learned) for asked, learned in zip(recorder.asked, recorder.learned, strict=True)] == [20] * 4


def test_robust_accuracy_counts_what_is_right_before_and_after() -> None:
    def build(x: NDArray[Any], y: NDArray[Any]) -> Any:
        return LogisticRegression(max_iter=1000).fit(x, y)

    subject = Subject(build(X, Y), X, Y, bounds=(0, 8))
    clean = float(subject.cross_validation(build=build))
    noisy = float(subject.cross_validation(build=build, under=GaussianNoise(sigma=1.5)))
    assert 0.3 < noisy < clean - 0.1


def test_several_inputs_are_dealt_together() -> None:
    x = {"a": NUMBERED, "b": -NUMBERED}
    seen: list[Any] = []

    def build(x: Any, y: NDArray[Any]) -> Any:
        seen.append((x, y))
        return lambda rows: np.zeros(len(rows["a"]), np.int64)

    first = Subject(lambda rows: np.zeros(len(rows["a"]), np.int64), x, np.zeros(60, np.int64))
    assert first.cross_validation(build=build, folds=2) >= 1
    assert all((rows["a"] == -rows["b"]).all() and len(rows["a"]) == len(y) == 30 for rows, y in seen)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"build": 3}, r"build=3 is not a function of \(x, y\)"),
        ({"build": answer, "folds": 1}, "folds=1 must be an integer, at least 2"),
        ({"build": answer, "folds": True}, "folds=True must be an integer"),
        ({"build": answer, "folds": 2.5}, "folds=2.5 must be an integer"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        CrossValidation(**arguments)


def test_more_folds_than_examples_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="folds=61 of 60 examples"):
        Subject(answer, NUMBERED, np.zeros(60, np.int64)).cross_validation(build=answer, folds=61)


def test_examples_without_labels_are_refused() -> None:
    with pytest.raises(InvalidData, match="needs labels"):
        Subject(answer, NUMBERED).cross_validation(build=answer)


def test_it_is_called_by_its_folds() -> None:
    assert CrossValidation(build=answer, folds=3).title == "cross-validation in 3 folds"


def test_what_is_told_of_it_before_it_is_measured_builds_nothing() -> None:
    recorder = Recorder()
    measured = Subject(answer, NUMBERED, np.zeros(60, np.int64)).cross_validation(build=recorder, folds=3)
    assert measured.record(None).total == 60
    assert recorder.learned == []
    assert measured >= 1
    assert measured.record(measured.verdict).queries == 60


def test_models_that_are_one_make_the_check_invalid() -> None:
    verdict = Subject(answer, X, Y).cross_validation(build=KNeighborsClassifier(1).fit) >= 0.5
    assert verdict.decision.name == "INVALID"
    assert "model of fold 1 again for fold 2" in verdict.reason
