"""What of a session was run, so that a saved run cannot pass for more than it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Ran"]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """Which tests were run and which were not.

    Args:
        tests: The ids of the tests that ran, sorted.
        left_out: The ids of those that were collected and left out (-k, -m, --deselect), sorted.
        limits: What else kept tests away, a sentence each: tests that nobody collected have no id.
        failed: The ids of the tests that failed, for whatever reason, sorted.
    """

    tests: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """What was not run, a sentence each."""
        count = len(self.left_out)
        told = (f"{count} test{'s were' if count > 1 else ' was'} deselected",) if count else ()
        return (*told, *self.limits)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Ran:
        """Return what `dataclasses.asdict` made of one."""
        return cls(**{name: tuple(value) for name, value in values.items()})
