from __future__ import annotations

import re
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from pytest_robust import (
    UNBOUNDED,
    BoxesFound,
    BoxesKept,
    InvalidArgument,
    InvalidData,
    InvalidModel,
    Subject,
    WithinTolerance,
    WorstOf,
)
from pytest_robust.attacks import PGD, UniformNoise
from pytest_robust.core.policy import Policy
from pytest_robust.metrics import Agreement
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Flip, GaussianNoise, Rotate

X, Y = load_digits(return_X_y=True)
X = X.astype(np.float32) / 16
ONE = LogisticRegression(max_iter=500).fit(X[:600], Y[:600])
OTHER = LogisticRegression(max_iter=500, C=0.01).fit(X[600:1200], Y[600:1200])
HELD, LABELS = X[1200:], Y[1200:]
SAME = float(np.mean(ONE.predict(HELD) == OTHER.predict(HELD)))


def test_it_is_the_share_of_equal_answers_right_or_wrong_and_needs_no_labels() -> None:
    assert 0.8 < SAME < 0.99
    for subject in (Subject(ONE, HELD), Subject(ONE, HELD, LABELS), Subject(ONE, HELD, (LABELS + 1) % 10)):
        estimate = subject.agreement(OTHER).estimate()
        assert estimate.value == pytest.approx(SAME)
        assert estimate.low < SAME < estimate.high
        assert estimate.n == len(HELD)
    assert Subject(ONE, HELD).agreement(ONE) >= 1


@pytest.mark.parametrize(
    "other",
    [
        OTHER.predict,
        OTHER.predict_proba,
        Subject(OTHER, HELD, name="other"),
        Subject(OTHER.predict, HELD.copy()),
        LinearModel(OTHER.coef_.T, OTHER.intercept_),
    ],
    ids=["labels", "scores", "subject", "subject of a copy", "model"],
)
@pytest.mark.parametrize("own", [ONE, ONE.predict, ONE.predict_proba], ids=["classifier", "labels", "scores"])
def test_any_two_kinds_of_model_can_be_compared(own, other) -> None:
    assert float(Subject(own, HELD).agreement(other)) == pytest.approx(SAME)


def test_names_of_classes_are_compared_and_not_their_places() -> None:
    names = np.array(["b", "a", "c"])
    few, y = X[Y < 3], names[Y[Y < 3]]
    one = LogisticRegression(max_iter=500).fit(few, y)
    assert Subject(one, few).agreement(one.predict) >= 1
    assert Subject(one.predict, few).agreement(one) >= 1
    positions = LogisticRegression(max_iter=500).fit(few, Y[Y < 3])
    with pytest.raises(
        InvalidModel, match=r"answers .*, where the model under test knows \['a', 'b', 'c'\]: train both"
    ):
        float(Subject(one, few).agreement(positions))
    with pytest.raises(InvalidModel, match=r"knows the classes \['a', 'b', 'c'\], and the one under test counts its 3"):
        float(Subject(positions.predict_proba, few).agreement(one))


def test_under_a_change_both_answer_to_the_same_input() -> None:
    noise = GaussianNoise(sigma=0.3)
    value = float(Subject(ONE, HELD).agreement(OTHER, under=noise))
    seen = []

    def spy(x):
        seen.append(np.array(x))
        return OTHER.predict(x)

    assert float(Subject(ONE, HELD).agreement(spy, under=noise)) == pytest.approx(value)
    asked = np.concatenate(seen)
    both = ONE.predict(asked) == OTHER.predict(asked)
    unchanged = (asked[:, None] == HELD[None]).all(axis=2).any(axis=1)
    # Once each as it is; changed only where they agreed.
    assert unchanged.sum() == len(HELD)
    assert (~unchanged).sum() == both[unchanged].sum()
    assert value == pytest.approx(both[~unchanged].sum() / len(HELD))


def test_an_attack_is_against_the_model_under_test_and_a_note_says_so() -> None:
    subject = Subject(ONE, HELD, LABELS)
    attack = PGD(eps=0.15)
    assert float(subject.accuracy(under=attack)) < 0.6
    verdict = subject.agreement(OTHER, under=attack) <= 0.9
    assert verdict
    assert "the attack is against the model under test" in verdict.explanation
    assert "the attack is against" not in (subject.agreement(OTHER, under=GaussianNoise(sigma=0.1)) >= 0.1).explanation
    # Followed into the same wrong answer, two equal models agree all the same: the attack works, and parts nobody.
    assert subject.agreement(LinearModel(ONE.coef_.T, ONE.intercept_), under=attack) >= 1


def test_an_attack_that_is_blind_proves_nothing_here_either() -> None:
    rounded = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    rounded.layers[0].set_weights([1e4 * ONE.coef_.T, 1e4 * ONE.intercept_])
    probabilities = keras.Sequential(
        [keras.Input((64,)), rounded, keras.layers.Lambda(keras.ops.softmax), keras.layers.Lambda(lambda p: p * 1.0)]
    )
    verdict = Subject(probabilities, HELD[:200]).agreement(ONE, under=PGD(eps=0.05)) >= 0.5
    assert verdict.decision.name == "INVALID"


def test_of_several_changes_each_example_meets_the_one_that_parts_the_two() -> None:
    subject = Subject(ONE, HELD)
    first, second = GaussianNoise(sigma=0.2), UniformNoise(eps=0.3)
    both = float(subject.agreement(OTHER, under=WorstOf(first, second)))
    assert both < min(float(subject.agreement(OTHER, under=each)) for each in (first, second))


def test_a_change_that_moves_labels_moves_none_here() -> None:
    images = HELD.reshape(-1, 8, 8, 1)

    def flat(model):
        return lambda x: model.predict(x.reshape(len(x), -1))

    flipped = float(Subject(flat(ONE), images).agreement(flat(OTHER), under=Flip()))
    turned = HELD.reshape(-1, 8, 8)[:, :, ::-1].reshape(-1, 64)
    before = ONE.predict(HELD) == OTHER.predict(HELD)
    assert flipped == pytest.approx(np.mean(before & (ONE.predict(turned) == OTHER.predict(turned))))
    assert Subject(flat(ONE), images).agreement(flat(OTHER), under=Rotate(degrees=5)) >= 0.5


def test_it_is_settled_early_and_paired_with_another() -> None:
    subject = Subject(ONE, np.tile(HELD, (8, 1)))
    verdict = subject.agreement(OTHER) >= 0.7
    assert verdict
    assert verdict.estimate.n < verdict.estimate.total / 4
    assert subject.agreement(ONE) >= subject.agreement(OTHER)
    exact = Subject(ONE, HELD, policy=Policy(exact=True)).agreement(OTHER) >= 0.7
    assert exact.estimate.n == len(HELD)


def test_values_agree_within_a_tolerance() -> None:
    target = X @ np.arange(64)
    one = LinearRegression().fit(X[:600], target[:600] + np.sin(np.arange(600)))
    other = LinearRegression().fit(X[600:1200], target[600:1200])
    far = np.abs(one.predict(HELD) - other.predict(HELD))
    middle = float(np.median(far))
    assert float(
        Subject(one, HELD, bounds=UNBOUNDED).agreement(other, criterion=WithinTolerance(middle))
    ) == pytest.approx(np.mean(far <= middle), abs=2 / len(HELD))
    with pytest.raises(InvalidModel, match=r"answers one number an input .*criterion=WithinTolerance"):
        float(Subject(one, HELD).agreement(other))


def test_boxes_agree_where_they_overlap() -> None:
    def detector(shift):
        return lambda x: [
            {"boxes": np.array([[1 + shift, 1, 5 + shift, 5]]), "scores": [0.9], "labels": [0]} for _ in x
        ]

    images = np.random.default_rng(0).random((12, 8, 8, 1)).astype(np.float32)
    subject = Subject(detector(0), images)
    assert subject.agreement(detector(1), criterion=BoxesKept(iou=0.5)) >= 1
    assert subject.agreement(detector(3), criterion=BoxesKept(iou=0.5)) <= 0
    assert subject.agreement(detector(1), criterion=BoxesFound(iou=0.5)) >= 1
    with pytest.raises(InvalidModel, match="the model answers boxes.*criterion=BoxesFound"):
        float(subject.agreement(detector(0)))
    with pytest.raises(InvalidModel, match="one of the two models answers boxes, and the other none"):
        float(Subject(lambda x: x.reshape(len(x), -1), images).agreement(detector(0)))


def test_models_of_other_questions_are_refused_in_words() -> None:
    fewer = LogisticRegression(max_iter=500).fit(X[Y < 5], Y[Y < 5])
    with pytest.raises(InvalidModel, match="the model under test scores 10 classes, and the one .*compared with 5"):
        float(Subject(ONE, HELD).agreement(fewer))
    with pytest.raises(InvalidModel, match="stands for y: .*is outside the model's outputs 0..9"):
        float(Subject(ONE.predict_proba, HELD).agreement(lambda x: np.full(len(x), 12)))
    with pytest.raises(InvalidModel, match="of the model that is compared with: the model gave 3 answers for"):
        float(Subject(ONE, HELD).agreement(lambda x: np.zeros(3)))


def test_another_subject_must_be_of_the_same_inputs() -> None:
    with pytest.raises(InvalidData, match="LogisticRegression is measured on other inputs"):
        Subject(ONE, HELD).agreement(Subject(OTHER, HELD[::-1]))
    with pytest.raises(InvalidArgument, match="other=None: name the model to compare with"):
        Subject(ONE, HELD).agreement(None)
    gaps = pd.DataFrame(HELD).mask(HELD < 0.1).rename(columns=str)
    forest = HistGradientBoostingClassifier(max_iter=2).fit(pd.DataFrame(X[:300]).rename(columns=str), Y[:300])
    assert Subject(forest, gaps).agreement(Subject(forest, gaps.copy())) >= 1


def test_the_other_model_is_adapted_and_asked_once(tmp_path: Path) -> None:
    network = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, "softmax")])
    network.layers[0].set_weights([OTHER.coef_.T.astype(np.float32), OTHER.intercept_.astype(np.float32)])
    network.save(tmp_path / "other.keras")
    measurement = Subject(ONE, HELD, policy=Policy(exact=True)).agreement(tmp_path / "other.keras")
    assert repr(measurement) == "agreement with other.keras"
    assert float(measurement) == pytest.approx(SAME)
    record = measurement.record(measurement >= 0.5)
    # Each example is asked about once of either model.
    assert record.queries == 2 * len(HELD)
    assert re.fullmatch(r"agreement-with-other\.keras", record.id)


def test_equal_checks_of_two_models_are_kept_apart() -> None:
    subject = Subject(ONE, HELD)
    assert float(subject.agreement(ONE)) == 1
    assert float(subject.agreement(OTHER)) == pytest.approx(SAME)
    assert Agreement(ONE).requests()[0].beside is ONE
