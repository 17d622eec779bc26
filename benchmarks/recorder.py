"""What a check asked of the compiled model, to ask it again with nothing around it, or to answer at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from pytest_robust.adapters._compiled import CompiledModel

__all__ = ["Recorder"]


@dataclass(frozen=True)
class Recorder:
    """The calls of compiled functions, with their inputs.

    The very functions that the check calls are called again: two compilations of one model
    differ in speed by more than what is measured.

    Args:
        calls: Pairs of a function and its arguments as NumPy arrays, in order.
        answers: What they returned.
    """

    calls: list[tuple[Callable[..., Any], Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    @contextmanager
    def listening(self, model: CompiledModel) -> Iterator[None]:
        """Record all that is asked of a model, compiled before."""
        with _replaced(model, self._recorded):
            yield

    @contextmanager
    def answering(self, model: CompiledModel) -> Iterator[Callable[[], None]]:
        """Answer the same calls at once, in order; yield what begins again from the first."""
        position = [0]

        def answered(_: Callable[..., Any]) -> Callable[..., Any]:
            def call(*_: Any) -> Any:
                position[0] += 1
                return self.answers[position[0] - 1]

            return call

        def again() -> None:
            assert position[0] in {0, len(self.answers)}, "not the calls that were recorded"
            position[0] = 0

        with _replaced(model, answered):
            yield again

    def replay(self) -> None:
        """Make the same calls: the same inputs, in the same batches and order, back to NumPy."""
        for function, arguments in self.calls:
            outputs = function(*tf.nest.map_structure(tf.convert_to_tensor, arguments))
            tf.nest.map_structure(np.asarray, outputs)

    def _recorded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            # Copied: TensorFlow and NumPy may share the memory, which is written again.
            self.calls.append((function, tf.nest.map_structure(np.array, arguments)))
            self.answers.append(function(*arguments))
            return self.answers[-1]

        return call


@contextmanager
def _replaced(model: CompiledModel, by: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    kept = dict(model._functions)
    model._functions.update({name: by(function) for name, function in kept.items()})
    try:
        yield
    finally:
        model._functions.update(kept)
