"""The examples on which a release and the one before it differ: plain values only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pytest_robust.core.example import Example

__all__ = ["Turned"]


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What became worse and what became better, of one check.

    Args:
        broken_at: Positions in the dataset of all examples that became worse, ascending.
        fixed_at: Of all that became better.
        broken: Some of those that became worse, as the candidate meets them.
        fixed: Some of those that became better.
    """

    broken_at: tuple[int, ...] = ()
    fixed_at: tuple[int, ...] = ()
    broken: tuple[Example, ...] = ()
    fixed: tuple[Example, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Turned:
        """Return what `to_dict` wrote."""
        return cls(
            broken_at=tuple(values["broken_at"]),
            fixed_at=tuple(values["fixed_at"]),
            broken=tuple(map(Example.from_dict, values["broken"])),
            fixed=tuple(map(Example.from_dict, values["fixed"])),
        )
