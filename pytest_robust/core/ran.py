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
        shard: Which examples were looked at, as I/K; empty for all.
    """

    tests: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    shard: str = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What was not run, a sentence each."""
        count = len(self.left_out)
        told = (f"{count} test{'s were' if count > 1 else ' was'} deselected",) if count else ()
        shard = (f"only shard {self.shard} of the examples was looked at",) if self.shard else ()
        return (*told, *self.limits, *shard)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Ran:
        """Return what `dataclasses.asdict` made of one."""
        lists = {name: tuple(value) for name, value in values.items() if name != "shard"}
        return cls(**lists, shard=values["shard"])
