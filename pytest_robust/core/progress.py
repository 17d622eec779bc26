"""Who sees a check at work, and what there is to see."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

__all__ = ["SILENT", "Progress", "Silent", "Watcher"]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an evaluation has got.

    Args:
        decided: Examples whose outcome is known.
        total: Examples there are to evaluate.
        robust: The mean score of those decided, 0 where they were wrong before; None before the first.
        may_stop: Whether the verdict may be settled before all are decided.
    """

    decided: int
    total: int
    robust: float | None
    may_stop: bool


class Watcher(ABC):
    """Sees checks at work. It changes nothing that is measured, and never fails."""

    @abstractmethod
    def check(self, title: str) -> AbstractContextManager[None]:
        """Return the time of one check, entered before its first question and left after its verdict.

        Args:
            title: What is measured, in words.
        """

    @abstractmethod
    def decided(self, progress: Progress) -> None:
        """Hear how far an evaluation has got, before each look."""

    @abstractmethod
    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        """Hear that the model was asked: up to thousands of times within one look, so at no cost.

        Args:
            queries: Inputs it answered for, forward only.
            gradients: Inputs it was differentiated at.
        """


@dataclass(frozen=True)
class Silent(Watcher):
    """Sees, and says nothing."""

    def check(self, title: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the watcher's
        return nullcontext()

    def decided(self, progress: Progress) -> None:
        pass

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        pass


SILENT = Silent()
"""The watcher of whoever names none."""
