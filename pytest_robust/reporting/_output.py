"""A report that was asked for, as `FORMAT:PATH`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pytest_robust.core.catalog import Catalog
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.record import Run
from pytest_robust.reporting._history import Series
from pytest_robust.reporting._reporter import Reporter
from pytest_robust.reporting._write import append, write

__all__ = ["Target"]

_APPENDING = "md-append"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a report goes, and in which format.

    Args:
        format: The reporter's name.
        path: The file.
        append: Add to it rather than replace it.
    """

    format: str
    path: Path
    append: bool = False

    @classmethod
    def of(cls, text: str, folder: Path) -> Target:
        """Return what `FORMAT:PATH` says.

        Args:
            text: A format, or md-append to add to a file, and a path.
            folder: Where relative paths begin.

        Raises:
            InvalidArgument: There is no such format, or no path.
        """
        word, colon, path = text.partition(":")
        formats = [name for name in _reporters().names() if name != "terminal"]
        adds = word == _APPENDING
        if not colon or not path or (word not in formats and not adds):
            raise InvalidArgument(
                f"{text}: write FORMAT:PATH, with a format of {', '.join([*formats, _APPENDING])}, "
                "for instance html:robust.html"
            )
        return cls(format="md" if adds else word, path=folder / path, append=adds)

    def write(self, run: Run, *, past: tuple[Series, ...] = ()) -> None:
        """Write the report.

        Args:
            run: What it tells.
            past: What the checks came to before, for the formats that show it.

        Raises:
            OSError: It cannot be written.
        """
        (append if self.append else write)(self.path, _reporters().load(self.format)().beside(past).render(run))


def _reporters() -> Catalog[Reporter]:
    return Catalog(room="pytest_robust.reporting", interface=Reporter)  # type: ignore[type-abstract]  # the interface
