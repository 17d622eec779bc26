"""What the model says to the unchanged examples is asked once, and kept by example."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from pytest_robust import BoxesKept, ByFunction, Dataset, InvalidData, SameAsClean, WithinTolerance, as_boxes
from pytest_robust.core.criteria import AgainstClean, Correct
from pytest_robust.core.errors import NeedsValues
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Model
from pytest_robust.core.progress import Watcher
from pytest_robust.core.table import Column
from pytest_robust.evaluation.clean import CleanAnswers
from pytest_robust.evaluation.probe import Meter
from pytest_robust.testing import LinearModel

RANDOM = np.random.default_rng(2)
X = RANDOM.random((7, 4)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(4, 3)), np.zeros(3))
SAID = MODEL.logits(X).argmax(axis=1)
Y = SAID.copy()
Y[[1, 4]] = (Y[[1, 4]] + 1) % 3


class Answers(Model):
    """Answers what a function of the inputs says, and remembers how many it was asked about at once."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, []

    def predict(self, x: Any) -> Any:
        self.asked.append(np.asarray(x)[:, 0].tolist())
        return self.answer(x)


class Ear(Watcher):
    def __init__(self) -> None:
        self.queries: list[int] = []

    @contextmanager
    def check(self, title: str) -> Iterator[None]:
        yield

    def decided(self, progress: Any) -> None:
        raise AssertionError(progress)

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        assert gradients == 0
        self.queries.append(queries)


def clean(model: Any = MODEL, criterion: Any = None, *, batch_size: int = 3, watcher: Any = None, **data: Any) -> Any:
    meter = Meter() if watcher is None else Meter(watcher=watcher)
    given = Dataset(**{"x": X, "y": Y, **data})
    return CleanAnswers(model, given, criterion or Correct(), meter=meter, batch_size=batch_size)


def test_each_example_is_asked_about_once_in_batches_and_counted() -> None:
    model, ear = Answers(lambda x: MODEL.logits(x).argmax(axis=1)), Ear()
    found = clean(model, watcher=ear)
    found.ensure(np.array([6, 0, 2, 5]))
    assert model.asked == [X[[6, 0, 2], 0].tolist(), X[[5], 0].tolist()]
    assert found.score(np.arange(7)).tolist() == (SAID == Y).tolist()
    assert model.asked[2:] == [X[[1, 3, 4], 0].tolist()]
    assert found.score(np.array([4, 3])).tolist() == [0, 1]
    assert found.loss(np.array([4, 3])).shape == (2,)
    assert ear.queries == [3, 1, 3]
    assert found.meter.queries == 7


def test_scores_and_losses_stand_with_their_examples() -> None:
    found, rows = clean(), np.array([4, 1, 0])
    assert found.loss(rows).tolist() == pytest.approx(LogOdds().value(MODEL.logits(X[rows]), Y[rows]).tolist())
    assert found.score(rows).tolist() == [0, 0, 1]
    assert found.target(rows).tolist() == Y[rows].tolist()
    assert found.reference(rows).tolist() == Y[rows].tolist()
    assert found.judges_by_target
    assert found.needs_labels


def test_there_are_losses_only_of_scores_about_classes() -> None:
    labels = Answers(lambda x: MODEL.logits(x).argmax(axis=1))
    by_function = ByFunction(lambda target, output: float(output.argmax() == target))
    for found in (clean(labels), clean(criterion=by_function)):
        assert np.isnan(found.loss(np.arange(7))).all()
        assert found.score(np.arange(7)).tolist() == (SAID == Y).tolist()


def test_without_labels_the_answers_stand_in_their_place() -> None:
    found = clean(criterion=SameAsClean(), y=None)
    assert found.target(np.array([], dtype=int)).shape == (0,)
    assert found.score(np.arange(5)).tolist() == [1] * 5
    assert found.target(np.array([3, 1])).tolist() == SAID[[3, 1]].tolist()
    assert found.reference(np.array([3, 1])).tolist() == SAID[[3, 1]].tolist()
    assert found.loss(np.arange(5)).tolist() == pytest.approx(
        LogOdds().value(MODEL.logits(X[:5]), SAID[:5]).tolist(), rel=1e-5
    )
    assert not found.needs_labels
    assert not found.judges_by_target
    for needs in (Correct(), WithinTolerance(0.5)):
        with pytest.raises(InvalidData, match="the data have no labels y"):
            clean(criterion=needs, y=None)


@dataclass(frozen=True)
class Near(AgainstClean):
    """Right is an answer whose scores are next to the first ones."""

    about_classes: ClassVar = True

    def kept(self, outputs: Any) -> Any:
        return np.array(outputs)

    def score(self, target: Any, outputs: Any) -> Any:
        return np.isclose(target, outputs).all(axis=1).astype(float)


def test_what_a_criterion_keeps_of_the_first_answers_is_what_later_ones_are_judged_by() -> None:
    found = clean(criterion=Near(), y=None)
    assert found.score(np.arange(7)).tolist() == [1] * 7
    assert found.reference(np.array([2, 6])) == pytest.approx(MODEL.logits(X[[2, 6]]))
    # What moves with an input is a label all the same.
    assert found.target(np.array([2, 6])).tolist() == SAID[[2, 6]].tolist()


class Decided(LinearModel):
    """Scores for those who ask about classes, and the name of its class for others."""

    def predict(self, x: Any) -> Any:
        return np.array(["abc"[one] for one in self.logits(x).argmax(axis=1)])


def test_scores_are_asked_for_by_criteria_about_classes_and_the_models_own_answer_by_others() -> None:
    model = Decided(MODEL.weights, MODEL.bias)
    assert clean(model).ask(np.arange(3)) == pytest.approx(MODEL.logits(X[:3]))
    named = ByFunction(lambda target, output: float(output == "abc"[target]))
    found = clean(model, named)
    assert found.ask(np.arange(3)).tolist() == ["abc"[one] for one in SAID[:3]]
    assert found.score(np.arange(7)).tolist() == (SAID == Y).tolist()


def test_whole_labels_of_another_type_have_the_same_losses() -> None:
    assert clean(y=Y.astype(float)).loss(np.arange(7)).tolist() == clean().loss(np.arange(7)).tolist()


def test_labels_that_the_data_have_do_not_count_where_the_answers_do() -> None:
    found = clean(criterion=SameAsClean())
    assert found.score(np.arange(7)).tolist() == [1] * 7
    assert found.target(np.arange(7)).tolist() == SAID.tolist()


def test_longer_answers_of_a_later_batch_are_not_cut() -> None:
    names = np.array(["a", "bb", "c", "a long name", "e", "f", "g"])
    model = Answers(lambda x: np.array([str(names[X[:, 0].tolist().index(value)]) for value in x[:, 0]]))
    found = clean(model, SameAsClean(), y=None, batch_size=2)
    found.ensure(np.arange(7))
    assert found.target(np.arange(7)).tolist() == names.tolist()
    assert found.reference(np.array([3])).tolist() == ["a long name"]


def test_boxes_of_a_later_batch_are_kept_whole_and_those_not_sure_enough_do_not_move() -> None:
    found_in = [
        [[0, 0, 4, 4, 1, 0.9]],
        [],
        [[0, 0, 4, 4, 1, 0.9], [4, 4, 8, 8, 2, 0.8], [0, 4, 4, 8, 0, 0.001]],
        [[2, 2, 6, 6, 0, 0.9]],
    ]
    images = np.zeros((4, 8, 8, 1), dtype=np.float32)
    images[:, 0, 0, 0] = np.arange(4) / 4
    boxes = np.array([[*one, *[[0, 0, 0, 0, -1, 0]] * (3 - len(one))] for one in found_in], dtype=float)

    def detector(x: Any) -> Any:
        which = np.rint(x[:, 0, 0, 0] * 4).astype(int)
        most = max(len(found_in[one]) for one in which)
        return boxes[which][:, : max(most, 1)]

    found = clean(Answers(detector), BoxesKept(iou=0.5), x=images, y=None, batch_size=1)
    assert found.score(np.arange(4)).tolist() == [1, 1, 1, 1]
    kept = found.reference(np.arange(4))
    assert [row[row != -1].tolist() for row in kept["class"]] == [[1], [], [1, 2], [0]]
    told = found.target(np.arange(4))
    assert [row[row != -1].tolist() for row in told["class"]] == [[1], [], [1, 2], [0]]
    assert found.judges_by_target
    assert not found.needs_labels


def test_labels_that_do_not_fit_are_refused_at_the_first_answer() -> None:
    labels = Y.copy()
    labels[6] = 3
    with pytest.raises(InvalidData, match=r"y\[6\]=.*3.* is outside"):
        clean(y=labels).score(np.array([0]))
    values = clean(Answers(lambda x: x.sum(axis=1)), WithinTolerance(0.1), y=X.sum(axis=1))
    assert values.score(np.arange(7)).tolist() == [1] * 7


def test_boxes_beyond_their_images_are_refused_when_they_are_read() -> None:
    images, boxes = np.zeros((1, 8, 8, 1), dtype=np.float32), as_boxes([[[0, 0, 4, 40, 1]]])
    with pytest.raises(InvalidData, match="beyond the edges"):
        clean(criterion=BoxesKept(iou=0.5), x=images, y=boxes)


def test_values_that_are_missing_from_the_start_are_named_where_the_model_takes_none() -> None:
    def refuses(x: Any) -> Any:
        if np.isnan(x).any():
            raise ValueError("Input X contains NaN.\nMore words")
        return np.zeros(len(x), dtype=int)

    table = X.astype(np.float64)
    table[5, 2] = np.nan
    columns = tuple(Column(name=name, dtype=np.dtype("float64")) for name in ("a", "b", "c", "d"))
    found = clean(Answers(refuses), x=table, columns=columns)
    assert found.ask(np.arange(4)).tolist() == [0] * 4
    with pytest.raises(
        NeedsValues, match=r"the data miss values of the column 'c', .*\(Input X contains NaN\.\)"
    ) as told:
        found.ask(np.arange(4, 7))
    assert isinstance(told.value.__cause__, ValueError)
