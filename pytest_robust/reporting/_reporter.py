"""What a report format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from pytest_robust.core.record import Run
from pytest_robust.reporting._history import Series

__all__ = ["Reporter"]


class Reporter(ABC):
    """Writes a run down in one format, named as its file; can be made without arguments."""

    suffix: ClassVar[str]
    """What its files end with, with the dot."""

    def beside(self, history: tuple[Series, ...]) -> Reporter:  # noqa: ARG002 - for those that draw it
        """Return one that shows what the checks came to before, where the format has a place for it.

        Args:
            history: One for each check, this run's included.
        """
        return self

    @abstractmethod
    def render(self, run: Run) -> str:
        """Return the whole text of the report, ending with a newline."""
