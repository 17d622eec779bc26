"""What a check asked of the model, to ask it again with nothing around it, or to answer at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_robust.core.model import Differentiable

__all__ = ["Recorder"]

_QUESTIONS = ("predict", "logits", "loss_gradient", "pullback")


@dataclass(frozen=True)
class Recorder:
    """The questions to a model, with their answers.

    The very model of the check is asked again: two compilations of one model differ in speed
    by more than what is measured.

    Args:
        model: Its instance is what is listened to; nothing else changes.
        calls: Pairs of a method and its arguments, in order.
        answers: What they returned.
    """

    model: Differentiable
    calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many inputs were asked about."""
        return sum(len(arguments[0]) for _, arguments in self.calls)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Record all that is asked."""

        def recorded(method: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any) -> Any:
                # Copied: the caller may write to its arrays again.
                kept = tuple(np.array(one) if isinstance(one, np.ndarray) else one for one in arguments)
                self.calls.append((method, kept))
                self.answers.append(method(*arguments))
                return self.answers[-1]

            return call

        with self._instead(recorded):
            yield

    @contextmanager
    def answering(self) -> Iterator[Callable[[], None]]:
        """Answer the same questions at once, in order; yield what begins again from the first."""
        position = [0]

        def answered(_: Callable[..., Any]) -> Callable[..., Any]:
            def call(*_: Any) -> Any:
                position[0] += 1
                return self.answers[position[0] - 1]

            return call

        def again() -> None:
            assert position[0] in {0, len(self.answers)}, "not the questions that were recorded"
            position[0] = 0

        with self._instead(answered):
            yield again

    def replay(self) -> None:
        """Ask the same: the same inputs, in the same batches and order."""
        for method, arguments in self.calls:
            method(*arguments)

    @contextmanager
    def _instead(self, by: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
        for name in _QUESTIONS:
            setattr(self.model, name, by(getattr(self.model, name)))
        try:
            yield
        finally:
            for name in _QUESTIONS:
                delattr(self.model, name)
