"""A model behind a step that changes its input, as a Model of the same capability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Outputs
from pytest_robust.core.averaged import averaged
from pytest_robust.core.defended import BPDA
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.losses import Loss
from pytest_robust.core.model import Classifier, Differentiable, Directions, LossGradient, Model, Pullback

__all__ = ["behind"]

# Examples on which a step is tried twice, to see whether it draws at random.
_TRIED = 8


def behind(step: BPDA, model: Model, samples: int) -> Model:
    """Return the model with the step before it, differentiated through both.

    Args:
        step: Changes the inputs.
        model: Answers to what it makes of them.
        samples: Draws behind a gradient, if the step draws at random.
    """
    front = _Front(step, samples)
    if isinstance(model, Differentiable):
        return _Differentiable(front, model)
    return _Classifier(front, model) if isinstance(model, Classifier) else _Model(front, model)


@dataclass(eq=False)
class _Front:
    """The step, and what is known of it after its first inputs."""

    step: BPDA
    samples: int
    random: bool | None = field(default=None)

    def __call__(self, x: Inputs) -> Any:  # noqa: ANN401 - inputs
        if self.random is None:
            few = {name: entry[:_TRIED] for name, entry in x.items()} if isinstance(x, Mapping) else x[:_TRIED]
            once, twice = (self.step.forward(_writable(few)) for _ in range(2))
            self.random = not _same(once, twice)
        changed = self.step.forward(_writable(x))
        if _count(changed) != _count(x):
            raise InvalidModel(f"the step before the model made {_count(changed)} inputs of {_count(x)}")
        return changed

    def back(self, x: Inputs, gradient: Any) -> Any:  # noqa: ANN401 - arrays
        found = self.step.backward(x, gradient)
        for name, entry in _entries(x):
            shape = found[name].shape if isinstance(found, Mapping) else np.shape(found)
            if shape != entry.shape:
                raise InvalidModel(
                    f"the gradient comes back through the step before the model with shape {shape}, its inputs have "
                    f"{entry.shape}: say what it is by the inputs, with preprocess=BPDA(forward, backward)"
                )
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        if not self.random:
            return ()
        return (f"the step before the model draws at random: its gradients are means over {self.samples} draws",)


@dataclass(frozen=True, eq=False)
class _Model(Model):
    front: _Front
    model: Model

    def predict(self, x: Inputs) -> Outputs:
        return self.model.predict(self.front(x))

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.model.notes, *self.front.notes)


@dataclass(frozen=True, eq=False)
class _Classifier(Classifier):
    front: _Front
    model: Classifier

    @property
    def classes(self) -> Labels | None:
        return self.model.classes

    def logits(self, x: Inputs) -> Floats:
        return self.model.logits(self.front(x))

    def predict(self, x: Inputs) -> Outputs:
        return self.model.predict(self.front(x))

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.model.notes, *self.front.notes)


@dataclass(frozen=True, eq=False)
class _Differentiable(Differentiable):
    front: _Front
    model: Differentiable

    @property
    def classes(self) -> Labels | None:
        return self.model.classes

    @property
    def draws(self) -> int:
        return self.front.samples if self.front.random else 1

    def logits(self, x: Inputs) -> Floats:
        return self.model.logits(self.front(x))

    def predict(self, x: Inputs) -> Outputs:
        return self.model.predict(self.front(x))

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        return self._mean(x).loss_gradient(x, y, loss)

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        return self._mean(x).pullback(x, directions, count=count)

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.model.notes, *self.front.notes)

    def _mean(self, x: Inputs) -> Differentiable:
        if self.front.random is None:
            self.front(x)
        one = _OneDraw(self.front, self.model)
        mean = averaged(one, self.front.samples) if self.front.random else one
        assert isinstance(mean, Differentiable)
        return mean


@dataclass(frozen=True, eq=False)
class _OneDraw(Differentiable):
    """Gradients at a single draw of the step."""

    front: _Front
    model: Differentiable

    def logits(self, x: Inputs) -> Floats:
        return self.model.logits(self.front(x))

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        found = self.model.loss_gradient(self.front(x), y, loss)
        return LossGradient(logits=found.logits, gradient=self.front.back(x, found.gradient))

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        found = self.model.pullback(self.front(x), directions, count=count)
        back = [self.front.back(x, _nth(found.gradients, turn)) for turn in range(count)]
        if isinstance(back[0], Mapping):
            stacked: Any = {name: np.stack([one[name] for one in back]) for name in back[0]}
            return Pullback(logits=found.logits, gradients=stacked)
        return Pullback(logits=found.logits, gradients=np.stack(back))


def _nth(gradients: Any, turn: int) -> Any:  # noqa: ANN401 - arrays
    if isinstance(gradients, Mapping):
        return {name: entry[turn] for name, entry in gradients.items()}
    return gradients[turn]


def _entries(x: Inputs) -> list[tuple[str, Any]]:
    return list(x.items()) if isinstance(x, Mapping) else [("", x)]


def _count(x: Any) -> int:  # noqa: ANN401 - inputs
    return len(next(iter(x.values()))) if isinstance(x, Mapping) else len(x)


def _writable(x: Inputs) -> Any:  # noqa: ANN401 - inputs
    """Return a copy: the step is the user's, and may write to what it is given."""
    return {name: np.array(entry) for name, entry in x.items()} if isinstance(x, Mapping) else np.array(x)


def _same(a: Any, b: Any) -> bool:  # noqa: ANN401 - inputs
    if isinstance(a, Mapping):
        return all(np.array_equal(a[name], b[name]) for name in a)
    return np.array_equal(a, b)
