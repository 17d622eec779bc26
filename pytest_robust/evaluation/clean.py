"""What the model says to the unchanged examples, asked once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats, Integers, Labels, Outputs
from pytest_robust.core.criteria import AgainstClean, Criterion, answers
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.detections import check_inside, is_boxes, widened
from pytest_robust.core.errors import InvalidData
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.perturbation import Clean
from pytest_robust.evaluation.beside import Beside
from pytest_robust.evaluation.gaps import gaps_refused
from pytest_robust.evaluation.probe import Meter, ask
from pytest_robust.evaluation.targets import encode, fit

__all__ = ["CleanAnswers"]


class CleanAnswers:
    """Answers, scores and losses of the unchanged examples, shared by all evaluations of them.

    Args:
        model: The model under test.
        data: The examples.
        criterion: What counts as right.
        meter: Counts what is asked.
        batch_size: Examples asked about at once, at most.
        beside: Another model, whose answers to the same inputs stand for the labels.

    Raises:
        InvalidData: The criterion needs labels and there are none.
    """

    def __init__(
        self,
        model: Model,
        data: Dataset,
        criterion: Criterion,
        *,
        meter: Meter,
        batch_size: int,
        beside: Model | None = None,
    ) -> None:
        self.model, self.data, self.criterion, self.meter = model, data, criterion, meter
        self.beside = None if beside is None else Beside(model=model, other=beside, criterion=criterion)
        self._batch_size = batch_size
        self._known = np.zeros(len(data), dtype=bool)
        self._score = np.zeros(len(data))
        self._loss = np.full(len(data), np.nan)
        self._answer: NDArray[Any] | None = None
        self._kept: NDArray[Any] | None = None
        if self.needs_labels and data.y is None:
            raise InvalidData(
                "the data have no labels y, and what is right depends on them; give labels, or measure invariance, "
                "which needs none"
            )
        self._target = None if data.y is None or not self.needs_labels else criterion.wanted(encode(data.y, model))
        if self._target is not None and is_boxes(self._target) and isinstance(data.x, np.ndarray):
            check_inside(self._target, data.x)

    @property
    def needs_labels(self) -> bool:
        """Whether right is a matter of labels, rather than of the answers before the change or of another model's."""
        return self.beside is None and self.criterion.needs_labels

    def target(self, index: Integers) -> Labels:
        """Return what should be answered to the examples `index`, asked before."""
        known = self._answer if self._target is None else self._target
        if known is None:
            # A model that cannot be asked has no answers, and its record tells of no example.
            assert not len(index), "asked before any answer"
            return np.zeros(0)
        return known[index]

    def reference(self, index: Integers) -> Labels:
        """Return what answers to the examples `index`, asked before, are judged by."""
        return self.target(index) if self._kept is None else self._kept[index]

    @property
    def judges_by_target(self) -> bool:
        """Whether what a perturbation is told to be right is what answers are judged by."""
        return self._kept is None or is_boxes(self._kept)

    def score(self, index: Integers) -> Floats:
        """Return (n,) scores of the examples `index`."""
        self.ensure(index)
        return self._score[index]

    def loss(self, index: Integers) -> Floats:
        """Return (n,) log-odds against the label, NaN where the model has no logits."""
        self.ensure(index)
        return self._loss[index]

    def ensure(self, index: Integers) -> None:
        """Ask about those of the examples that have not been asked about."""
        unknown = index[~self._known[index]]
        for start in range(0, len(unknown), self._batch_size):
            rows = unknown[start : start + self._batch_size]
            self.record(rows, self.ask(rows))

    def ask(self, index: Integers) -> Outputs:
        """Return the model's answers to the examples `index`."""
        self.meter.queries += len(index)
        self.meter.watcher.asked(queries=len(index))
        x, about_classes = self.data.inputs(index), self.criterion.about_classes
        try:
            return self.criterion.read(ask(self.model, x, about_classes=about_classes, rows=len(index)))
        except (ValueError, TypeError) as error:
            raise gaps_refused(error, Clean(), x, self.data) from error

    def record(self, index: Integers, outputs: Outputs) -> None:
        """Keep what `ask` returned.

        Raises:
            InvalidData: The labels do not fit the answers.
        """
        said = self._said(outputs)
        if self._answer is None:
            if self._target is not None and self.criterion.about_classes:
                fit(self._target, outputs)
            self._answer = _room(len(self.data), said)
        self._answer = _filled(self._answer, index, said)
        kept = self._stands_for_labels(index, outputs)
        if kept is not None:
            self._kept = _room(len(self.data), kept) if self._kept is None else self._kept
            self._kept = _filled(self._kept, index, kept)
        target = self.target(index)
        self._score[index] = self.criterion.score(self.reference(index), outputs)
        if self.criterion.about_classes and isinstance(self.model, Classifier):
            self._loss[index] = LogOdds().value(outputs, np.asarray(target, dtype=np.int64))
        self._known[index] = True

    def _stands_for_labels(self, index: Integers, outputs: Outputs) -> Labels | None:
        """Return what answers are judged by in the place of labels, nothing where it is labels, or they alone."""
        if self.beside is not None:
            return self.beside.target(self.data.inputs(index), outputs, self.meter, self.meter.watcher)
        return self.criterion.kept(outputs) if isinstance(self.criterion, AgainstClean) else None

    def _said(self, outputs: Outputs) -> Labels:
        """Return what stands for a label where there is none: of boxes those that count, so that they can move."""
        if isinstance(self.criterion, AgainstClean) and is_boxes(outputs):
            return self.criterion.kept(outputs)
        return answers(outputs)


def _filled(room: NDArray[Any], index: Integers, some: NDArray[Any]) -> NDArray[Any]:
    """Return the room with some values in it, wider where later answers hold more boxes than the first."""
    if is_boxes(some):
        width = max(room.shape[1], some.shape[1])
        room, some = widened(room, width), widened(some, width)
    room[index] = some
    return room


def _room(total: int, some: NDArray[Any]) -> NDArray[Any]:
    """Return an array for as many values as there are examples."""
    # Later labels may be longer than the first ones.
    return np.zeros((total, *some.shape[1:]), dtype=some.dtype if some.dtype.kind not in "US" else object)
