"""What a report format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from pytest_robust.core.record import Run

__all__ = ["Reporter"]


class Reporter(ABC):
    """Writes a run down in one format, named as its file; can be made without arguments."""

    suffix: ClassVar[str]
    """What its files end with, with the dot."""

    @abstractmethod
    def render(self, run: Run) -> str:
        """Return the whole text of the report, ending with a newline."""
