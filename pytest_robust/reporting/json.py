"""The run as JSON, after report-schema.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_robust.core.record import Run
from pytest_robust.reporting._reporter import Reporter

__all__ = ["Json"]


@dataclass(frozen=True)
class Json(Reporter):
    """The whole run for programs; `Run.from_json` reads it back."""

    suffix: ClassVar = ".json"

    def render(self, run: Run) -> str:
        """Return the run as JSON.

        Raises:
            ValueError: A number is NaN or infinite, which JSON cannot say.
        """
        return run.to_json() + "\n"
