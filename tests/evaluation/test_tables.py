"""Tables on their way through the engine, with models that people have."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_wine
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from pytest_robust import UNBOUNDED, Constrained, Correct, InvalidArgument, InvalidData, Subject, WorstOf
from pytest_robust.attacks import FGSM
from pytest_robust.core.batch import Batch
from pytest_robust.core.metric import Request
from pytest_robust.core.perturbation import TableTransform
from pytest_robust.core.policy import Policy
from pytest_robust.core.record import Record
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import packed
from pytest_robust.core.verdict import Decision
from pytest_robust.transforms import (
    ColumnNoise,
    GaussianNoise,
    MissingValues,
    Rotate,
    StaleValues,
    SwappedColumns,
    UnitMixUp,
    UnseenCategory,
)

WINE = load_wine(as_frame=True)
ALL = Policy(exact=True)


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, pd.Series]:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, 200),
            "income": random.lognormal(8, 1, 200),
            "city": pd.Categorical(random.choice(["Rome", "Oslo"], 200), categories=["Lima", "Oslo", "Rome"]),
            "member": random.random(200) < 0.5,
        }
    )
    frame.loc[3, "income"] = np.nan
    return frame, (frame.age > 50).astype(int)


class Recorder(BaseEstimator):
    """An estimator that keeps what it was asked and answers 0."""

    classes_ = np.array([0, 1])

    def __init__(self) -> None:
        self.asked: list[pd.DataFrame] = []

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, x: object, y: object) -> Recorder:
        return self

    def predict(self, x: pd.DataFrame) -> np.ndarray:
        self.asked.append(x)
        return np.zeros(len(x), dtype=int)


class Listener:
    """Keeps the records of the checks."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def made(self, measurement: object) -> None: ...

    def judged(self, measurement: object, record: Record) -> None:
        self.records.append(record)


def _asked(change, frame, **rest):
    from pytest_robust.adapters import dataset, raw_data
    from pytest_robust.adapters.sklearn import Sklearn

    recorder = Recorder()
    raw = raw_data(frame, np.zeros(len(frame), dtype=int))
    model = Sklearn().adapt(recorder, raw.columns)
    subject = Subject(model, dataset(raw), policy=ALL, **rest)
    verdict = subject.accuracy(under=change) >= 0.0
    assert verdict.estimate is not None, verdict.explanation
    return pd.concat([recorder.asked[-1]], ignore_index=True)


def test_a_model_is_asked_with_the_frames_own_types_and_categories(people) -> None:
    frame, _ = people
    asked = _asked(ColumnNoise(sigma=0.1), frame)
    assert asked.dtypes.to_dict() == frame.dtypes.to_dict()
    assert asked.city.value_counts().to_dict() == frame.city.value_counts().to_dict()


def test_an_unseen_category_reaches_the_model_as_one(people) -> None:
    asked = _asked(UnseenCategory(rate=1), people[0])
    assert asked.city.cat.categories.tolist() == ["Lima", "Oslo", "Rome", "unseen"]
    assert (asked.city == "unseen").all()


def test_missing_values_reach_the_model_as_pandas_has_them(people) -> None:
    asked = _asked(MissingValues(rate=1), people[0])
    assert asked.drop(columns="member").isna().all().all()
    assert asked.member.notna().all()
    assert str(asked.city.dtype) == "category"


def test_whole_numbers_of_a_frame_of_numbers_stay_whole() -> None:
    frame = pd.DataFrame({"age": np.arange(20, 60), "height": np.linspace(150, 200, 40)})
    asked = _asked(ColumnNoise(sigma=1) | StaleValues(rate=0.5), frame)
    assert asked.dtypes.to_dict() == frame.dtypes.to_dict()
    assert (np.sort(asked.age) != frame.age).any()


def test_a_boosted_model_bears_missing_values_and_small_noise() -> None:
    model = HistGradientBoostingClassifier(max_iter=20).fit(WINE.data, WINE.target)
    wine = Subject(model, WINE.data, WINE.target, policy=ALL)
    assert wine.accuracy(under=MissingValues(rate=0.05)) >= 0.9
    assert wine.accuracy(under=ColumnNoise(sigma=0.1)) >= 0.9
    assert wine.accuracy(under=UnitMixUp(rate=0.5, factor=1000)) <= 0.9
    assert wine.accuracy(under=WorstOf(MissingValues(rate=0.3), SwappedColumns(rate=1))) <= wine.accuracy(
        under=MissingValues(rate=0.3)
    )


def test_a_pipeline_that_fills_gaps_is_asked_with_those_that_the_data_have(people) -> None:
    frame, y = people
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["city", "member"]),
        remainder=make_pipeline(SimpleImputer(), StandardScaler()),
    )
    subject = Subject(make_pipeline(columns, LogisticRegression(C=100)).fit(frame, y), frame, y, policy=ALL)
    assert subject.accuracy() >= 0.95
    assert subject.accuracy(under=UnseenCategory(rate=0.5)) >= 0.95
    assert subject.accuracy(under=MissingValues(rate=0.3, protect=("age",))) >= 0.95
    assert subject.accuracy(under=MissingValues(rate=0.5, columns=("age",))) <= 0.9


@pytest.mark.parametrize("x", [WINE.data, WINE.data.to_numpy()], ids=["frame", "matrix"])
def test_a_model_that_takes_no_missing_values_is_told_who_made_them(x) -> None:
    subject = Subject(RidgeClassifier().fit(x, WINE.target), x, WINE.target, policy=ALL)
    verdict = subject.accuracy(under=MissingValues(rate=0.1)) >= 0.5
    assert verdict.decision is Decision.INVALID
    name = "'alcohol'" if x is WINE.data else "0"
    assert f"MissingValues(rate=0.1) left values of the column {name} missing, and the model takes none" in (
        verdict.explanation
    )
    assert "SimpleImputer" in verdict.explanation


def test_a_model_that_answers_nan_to_missing_values_is_told_the_same() -> None:
    subject = Subject(lambda x: x[:, :1] * [1, -1], np.ones((9, 2)), np.zeros(9, dtype=int), policy=ALL)
    verdict = subject.accuracy(under=MissingValues(rate=1)) >= 0.5
    assert "left values of the column 0 missing" in verdict.explanation


def test_what_a_model_itself_gets_wrong_is_left_in_its_own_words() -> None:
    def model(x):
        if (x > 1).any():
            raise ValueError("too large for me")
        return np.zeros(len(x), dtype=int)

    subject = Subject(model, np.ones((9, 2)), np.zeros(9, dtype=int), policy=ALL)
    with pytest.raises(ValueError, match="^too large for me$"):
        bool(subject.accuracy(under=UnitMixUp(rate=1)) >= 0.5)


def test_a_structured_array_is_a_table_and_the_model_gets_one() -> None:
    rows = np.array([(30, 1.0), (40, 2.0)] * 20, dtype=[("age", int), ("income", float)])
    subject = Subject(lambda rows: (rows["age"] > 35).astype(int), rows, np.tile([0, 1], 20), policy=ALL)
    assert subject.accuracy(under=ColumnNoise(sigma=3, protect=("age",))) >= 1.0
    assert subject.accuracy(under=ColumnNoise(sigma=3, columns=("age",))) <= 0.9


def test_an_attack_meets_no_missing_values() -> None:
    model = RidgeClassifier().fit(WINE.data, WINE.target)
    chain = MissingValues(rate=1) | FGSM(eps=0.1)
    with pytest.raises(InvalidData, match="FGSM.*values are missing among the inputs"):
        bool(Subject(model, WINE.data, WINE.target, bounds=UNBOUNDED, policy=ALL).accuracy(under=chain) >= 0.5)


def ordered(table):
    return table["low"] <= table["high"]


def _intervals(rows: int = 200) -> pd.DataFrame:
    low = np.random.default_rng(1).normal(size=rows)
    return pd.DataFrame({"low": low, "high": low + np.random.default_rng(2).exponential(size=rows), "name": "a"})


def test_a_constraint_that_held_holds_after_the_change() -> None:
    frame = _intervals()
    loose = _asked(ColumnNoise(sigma=0.5), frame)
    kept = _asked(Constrained(change=ColumnNoise(sigma=0.5) | UnseenCategory(rate=1), constraints=(ordered,)), frame)
    assert not ordered(loose).all()
    assert ordered(kept).all()
    assert (kept.name == "unseen").all()
    assert (np.sort(kept.low) != np.sort(frame.low)).all()


def test_a_row_in_which_it_did_not_hold_is_free_of_it() -> None:
    frame = _intervals().rename(columns={"low": "high", "high": "low"})
    kept = _asked(Constrained(change=ColumnNoise(sigma=0.01), constraints=(ordered,)), frame)
    assert not ordered(kept).all()


def test_what_a_constrained_row_becomes_does_not_depend_on_the_batch() -> None:
    frame = _intervals(60)
    change = Constrained(change=ColumnNoise(sigma=0.7), constraints=(ordered,))
    seen, changed = [], []

    def model(x):
        seen.append(np.stack([x["low"], x["high"]], axis=1))
        return np.zeros(len(x["low"]), dtype=int)

    for size in (60, 7):
        seen.clear()
        y = np.zeros(60, dtype=int)
        bool(Subject(model, frame, y, policy=Policy(exact=True, batch_size=size)).accuracy(under=change) >= 0.5)
        asked = np.concatenate(seen)
        changed.append(np.sort(asked[~np.isin(asked[:, 0], frame.low)], axis=0))
    assert len(changed[0]) == 60
    assert (changed[0] == changed[1]).all()


def test_a_constraint_that_cannot_hold_names_itself_and_the_rows() -> None:
    def unmoved(table):
        return np.isin(table["low"], frame["low"])

    frame = _intervals(50)
    change = Constrained(change=ColumnNoise(sigma=1), constraints=(ordered, unmoved), attempts=3)
    subject = Subject(lambda x: np.zeros(len(x["low"]), dtype=int), frame, np.zeros(50, dtype=int), policy=ALL)
    with pytest.raises(InvalidData, match=r"50 rows \(49, .*\) do not keep to .*unmoved in any of 3 attempts"):
        bool(subject.accuracy(under=change) >= 0.5)


def test_a_report_shows_the_columns_that_changed_and_no_others(people) -> None:
    frame, y = people
    listener = Listener()
    subject = Subject(lambda x: (x["age"] > 50).astype(int), frame, y, policy=ALL, listener=listener)
    under = UnitMixUp(rate=1, columns=("age",)) | MissingValues(rate=1, columns=("income",))
    assert not subject.accuracy(under=under) >= 0.9
    example = listener.records[0].examples[0]
    age, income = frame.age[example.index], frame.income[example.index]
    assert example.clean_text == f"age: {age}, income: {income:.6g}"
    assert example.changed_text == f"age: {age * 10}, income: missing"


def test_a_report_on_a_frame_of_numbers_names_its_columns() -> None:
    listener = Listener()
    rich = (WINE.data["proline"] > 700).astype(int)
    subject = Subject(lambda x: (x[:, -1] > 700).astype(int), WINE.data, rich, policy=ALL, listener=listener)
    assert not subject.accuracy(under=UnitMixUp(rate=1, columns=("proline",), factor=100)) >= 0.99
    example = listener.records[0].examples[0]
    assert example.clean_text == f"proline: {WINE.data.proline[example.index]:.6g}"
    assert example.changed_text == f"proline: {100 * WINE.data.proline[example.index]:.6g}"


def test_data_with_gaps_and_a_model_that_takes_none_are_told_apart() -> None:
    frame = WINE.data.copy()
    frame.loc[5, "ash"] = np.nan
    model = RidgeClassifier().fit(WINE.data, WINE.target)
    verdict = Subject(model, frame, WINE.target, policy=ALL).accuracy() >= 0.5
    assert verdict.decision is Decision.INVALID
    assert "the data miss values of the column 'ash', and the model takes none" in verdict.explanation


def test_a_baseline_is_asked_with_the_frame_too() -> None:
    model = RidgeClassifier().fit(WINE.data, WINE.target)
    subject = Subject(lambda x: np.zeros(len(x)), WINE.data, WINE.target, policy=ALL)
    request = Request(under=ColumnNoise(sigma=0.1), criterion=Correct(), model=model)
    evaluation = subject._laboratory.evaluation(request)
    # A model fitted on a frame warns where it is asked without names.
    evaluation.extend(32)
    assert evaluation.outcomes.perturbed.mean() > 0.5


@pytest.mark.parametrize("then", [GaussianNoise(sigma=0.1), Rotate(degrees=5), FGSM(eps=0.1)], ids=repr)
def test_what_changes_no_columns_refuses_a_table_of_several_types(then, people) -> None:
    frame, y = people
    subject = Subject(lambda x: (x["age"] > 50).astype(int), frame, y, policy=ALL)
    with pytest.raises(InvalidData):
        bool(subject.accuracy(under=ColumnNoise(sigma=0.1) | then) >= 0.5)


@pytest.mark.parametrize("error", [ValueError, TypeError])
@pytest.mark.parametrize("form", [dict, packed], ids=["dict", "structured"])
def test_a_column_of_several_types_that_misses_values_is_named(form, error) -> None:
    def model(x):
        if np.isnan(x["income"]).any():
            raise error("no NaN")
        return np.zeros(len(x["income"]), dtype=int)

    x = form({"city": np.array(["Rome"] * 9), "income": np.ones(9)})
    subject = Subject(model, x, np.zeros(9, dtype=int), policy=ALL)
    verdict = subject.accuracy(under=MissingValues(rate=1, columns=("income",))) >= 0.5
    assert "left values of the column 'income' missing, and the model takes none (no NaN)" in verdict.explanation


@dataclass(frozen=True, kw_only=True, repr=False)
class LosesRows(TableTransform):
    """Wrong."""

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return fewer rows."""
        return replace(batch, x=batch.x[1:])


def test_a_change_that_loses_rows_is_refused() -> None:
    subject = Subject(lambda x: np.zeros(len(x), dtype=int), np.ones((9, 2)), np.zeros(9, dtype=int), policy=ALL)
    with pytest.raises(InvalidArgument, match=r"LosesRows\(\) made rows of shape \(8, 2\) of \(9, 2\)"):
        bool(subject.accuracy(under=LosesRows()) >= 0.5)


def test_a_row_that_keeps_to_the_constraints_at_once_is_not_drawn_again() -> None:
    frame = _intervals()
    once = Constrained(change=ColumnNoise(sigma=0.5), constraints=(_always,))
    often = Constrained(change=ColumnNoise(sigma=0.5), constraints=(ordered,))
    free, kept = (_asked(change, frame) for change in (once, often))
    fine = ordered(free)
    assert 0.5 < fine.mean() < 1
    assert (free[fine].to_numpy() == kept[fine].to_numpy()).all()
    assert not (free[~fine].low == kept[~fine].low).any()


def _always(table):
    return np.ones(len(table["low"]), dtype=bool)


@dataclass(frozen=True, kw_only=True, repr=False)
class Relabelled(TableTransform):
    """The right answer changes with the row."""

    def apply(self, batch, streams):
        return replace(batch, y=1 - batch.y)


@pytest.mark.parametrize("around", [False, True], ids=["alone", "constrained"])
def test_a_label_that_changes_with_its_row_is_what_is_right_after_it(around) -> None:
    x, y = np.linspace(0, 1, 40)[:, None].astype(np.float32), np.ones(40, dtype=int)
    under = Relabelled()
    if around:
        under = Constrained(change=under, constraints=(lambda table: table[0] >= 0,))
    subject = Subject(lambda x: np.ones(len(x), dtype=int), x, y, policy=ALL)
    assert float(subject.accuracy()) == 1
    assert float(subject.accuracy(under=under)) == 0
