"""Another model, whose answers to the same inputs stand where labels would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Inputs, Labels, Outputs
from pytest_robust.core.criteria import AgainstClean, Criterion, answers
from pytest_robust.core.detections import is_boxes
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.progress import Watcher
from pytest_robust.evaluation.probe import Meter, ask
from pytest_robust.evaluation.targets import encode, fit

__all__ = ["Beside"]

_SCORES_RANK = 2


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What another model says, in the terms of the model under test.

    Args:
        model: The model under test.
        other: The other one.
        criterion: What counts as the same answer.
    """

    model: Model
    other: Model
    criterion: Criterion

    def target(self, x: Inputs, outputs: Outputs, meter: Meter, watcher: Watcher) -> Labels:
        """Return what the other model answers, as `criterion.score` takes a target.

        Args:
            x: (n, ...) whole inputs.
            outputs: (n, ...) what the model under test answers to them.
            meter: Counts what is asked.
            watcher: Hears of it.

        Raises:
            InvalidModel: The two answer different questions, such as which of ten classes and which of five.
        """
        rows = len(outputs)
        meter.queries += rows
        watcher.asked(queries=rows)
        try:
            said = self.criterion.read(
                ask(self.other, x, about_classes=self.criterion.about_classes, rows=rows),
            )
        except InvalidModel as error:
            raise InvalidModel(f"of the model that is compared with: {error}") from error
        if is_boxes(said) != is_boxes(outputs):
            raise InvalidModel("one of the two models answers boxes, and the other none: they cannot agree")
        if not self.criterion.about_classes:
            return self.criterion.kept(said) if isinstance(self.criterion, AgainstClean) else said
        return self._named_alike(said, outputs)

    def _named_alike(self, said: Outputs, outputs: Outputs) -> Labels:
        """Return class indices where the model under test scores classes, else labels."""
        if is_boxes(outputs):
            fit(said, outputs)  # which says what to do instead
        ours, theirs = (each.classes if isinstance(each, Classifier) else None for each in (self.model, self.other))
        scored = outputs.ndim == _SCORES_RANK
        if scored and said.ndim == _SCORES_RANK and outputs.shape[1] != said.shape[1]:
            raise InvalidModel(
                f"the model under test scores {outputs.shape[1]} classes, and the one that it is compared with "
                f"{said.shape[1]}: they agree on nothing unless both answer the same question"
            )
        labels = answers(said) if theirs is None else theirs[answers(said)]
        if scored and ours is not None:
            try:
                return encode(labels, self.model)
            except (InvalidData, TypeError):
                raise InvalidModel(
                    f"the model that is compared with answers {labels[0]!r}, where the model under test knows "
                    f"{ours.tolist()[:10]}: train both on labels of the same names"
                ) from None
        if scored and theirs is not None and not np.array_equal(theirs, np.arange(outputs.shape[1])):
            raise InvalidModel(
                f"the model that is compared with knows the classes {theirs.tolist()[:10]}, and the one under test "
                f"counts its {outputs.shape[1]} from 0: nothing says which is which"
            )
        try:
            fit(labels, outputs)
        except InvalidData as error:
            raise InvalidModel(f"what the model that is compared with answers stands for y: {error}") from error
        return labels
