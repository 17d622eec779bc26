"""The model as a perturbation sees it: one input, every question counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Mask, Outputs, take
from pytest_robust.core.errors import InvalidModel, NoGradient
from pytest_robust.core.losses import Loss
from pytest_robust.core.model import Classifier, Differentiable, Directions, LossGradient, Model, Pullback
from pytest_robust.core.progress import SILENT, Watcher

__all__ = ["Meter", "ask", "probe"]


@dataclass(kw_only=True)
class Meter:
    """What was asked of a model so far; the one thing probes write to.

    Args:
        queries: Inputs answered for, forward only.
        gradients: Inputs differentiated at.
        zero_gradients: Of these, with a gradient that is exactly zero.
        broken_gradients: Of these, with a gradient that is NaN or infinite.
        watcher: Hears of each question.
    """

    queries: int = 0
    gradients: int = 0
    zero_gradients: int = 0
    broken_gradients: int = 0
    watcher: Watcher = SILENT


def ask(model: Model, x: Inputs, *, about_classes: bool, rows: int) -> Outputs:
    """Return what the model answers, checked.

    Args:
        model: Any model.
        x: (rows, ...) inputs.
        about_classes: Whether a classifier is asked for its logits rather than its outputs.
        rows: How many answers there must be.

    Raises:
        InvalidModel: The wrong number of answers, or NaN among them.
    """
    outputs = np.asarray(model.logits(x) if about_classes and isinstance(model, Classifier) else model.predict(x))
    if outputs.ndim == 0 or len(outputs) != rows:
        raise InvalidModel(
            f"the model gave {0 if outputs.ndim == 0 else len(outputs)} answers for {rows} inputs "
            f"(shape {outputs.shape}): it must answer each input of a batch, also of a batch of one"
        )
    if np.issubdtype(outputs.dtype, np.floating) and not np.isfinite(outputs).all():
        row = int(np.flatnonzero(~np.isfinite(outputs).reshape(rows, -1).all(axis=1))[0])
        raise InvalidModel(
            f"the model answers {np.array2string(outputs[row], threshold=6)} for input {row} of a batch: "
            "NaN or infinite answers cannot be judged; look for overflow or a division by zero in the model"
        )
    return outputs


@dataclass(frozen=True, kw_only=True)
class _View:
    """A model, the other inputs of some rows, and the meter."""

    model: Any
    meter: Meter
    name: str | None = None
    others: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def filled(self, x: NDArray[Any]) -> Inputs:
        return x if self.name is None else {**self.others, self.name: x}

    def rows(self, keep: Integers | Mask) -> _View:
        others = take(self.others, keep)
        return _View(model=self.model, meter=self.meter, name=self.name, others=others)  # type: ignore[arg-type]  # a dict stays one

    def count(self, x: Any) -> Inputs:  # noqa: ANN401 - one input
        self.meter.queries += len(x)
        self.meter.watcher.asked(queries=len(x))
        return self.filled(x)

    def gradient(self, x: Any, y: Integers, loss: Loss) -> LossGradient:  # noqa: ANN401 - one input
        answer = self.model.loss_gradient(self.filled(x), y, loss)
        return LossGradient(logits=answer.logits, gradient=self.examined(answer.gradient, 1))

    def gradients(self, x: Any, directions: Directions, count: int) -> Pullback:  # noqa: ANN401 - one input
        wanted: list[Any] = []

        def noted(logits: Floats) -> Floats:
            weights = directions(logits)
            # A sum without weights has no gradient; that is no sign of a blind attack.
            wanted.append((np.asarray(weights) != 0).any(axis=-1).ravel())
            return weights

        answer = self.model.pullback(self.filled(x), noted, count=count)
        return Pullback(logits=answer.logits, gradients=self.examined(answer.gradients, 2, wanted[-1]))

    def examined(self, gradients: Any, leading: int, wanted: Any = None) -> Any:  # noqa: ANN401 - arrays
        """Return the gradients by the one input, numbers all, after counting them."""
        if self.name is not None:
            if self.name not in gradients:
                raise NoGradient(
                    f"no gradient reaches the input {self.name!r}; attack another one, or without gradients"
                )
            gradients = gradients[self.name]
        flat = gradients.reshape(prod(gradients.shape[:leading]), -1)
        # One pass: the largest entry is 0 for a zero gradient, and NaN or inf for a broken one.
        largest = np.maximum(flat.max(axis=1), -flat.min(axis=1))
        broken = ~np.isfinite(largest)
        # A mean over draws of a random step is so many gradients.
        self.meter.gradients += len(flat) * self.model.draws
        zero = (largest == 0) & (True if wanted is None else wanted)
        self.meter.zero_gradients += int(zero.sum()) * self.model.draws
        self.meter.broken_gradients += int(broken.sum()) * self.model.draws
        self.meter.watcher.asked(gradients=len(flat) * self.model.draws)
        return np.nan_to_num(gradients, nan=0.0, posinf=0.0, neginf=0.0) if broken.any() else gradients


@dataclass(frozen=True)
class _Probed(Model):
    view: _View

    def predict(self, x: Inputs) -> Outputs:
        return np.asarray(self.view.model.predict(self.view.count(x)))

    def rows(self, keep: Integers | Mask) -> _Probed:
        return _Probed(self.view.rows(keep))


@dataclass(frozen=True)
class _ProbedClassifier(Classifier):
    view: _View

    @property
    def classes(self) -> Labels | None:
        labels: Labels | None = self.view.model.classes
        return labels

    def logits(self, x: Inputs) -> Floats:
        return np.asarray(self.view.model.logits(self.view.count(x)))

    def rows(self, keep: Integers | Mask) -> _ProbedClassifier:
        return _ProbedClassifier(self.view.rows(keep))


@dataclass(frozen=True)
class _ProbedDifferentiable(Differentiable):
    view: _View

    @property
    def classes(self) -> Labels | None:
        labels: Labels | None = self.view.model.classes
        return labels

    def logits(self, x: Inputs) -> Floats:
        return np.asarray(self.view.model.logits(self.view.count(x)))

    @property
    def draws(self) -> int:
        draws: int = self.view.model.draws
        return draws

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        return self.view.gradient(x, y, loss)

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        return self.view.gradients(x, directions, count)

    def rows(self, keep: Integers | Mask) -> _ProbedDifferentiable:
        return _ProbedDifferentiable(self.view.rows(keep))


def probe(model: Model, meter: Meter, x: Inputs, name: str | None) -> Model:
    """Return the model as a function of one input of the rows `x`, of the same capability.

    Args:
        model: The model under test.
        meter: Counts what is asked.
        x: (n, ...) all inputs of the rows.
        name: The input that changes, None for a model of one.
    """
    others = {key: entry for key, entry in x.items() if key != name} if isinstance(x, Mapping) else {}
    view = _View(model=model, meter=meter, name=name, others=others)
    if isinstance(model, Differentiable):
        return _ProbedDifferentiable(view)
    return _ProbedClassifier(view) if isinstance(model, Classifier) else _Probed(view)
