"""Pickles of arrays, read without running whatever else a pickle may ask for."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

__all__ = ["unpickled"]


def unpickled(
    file: BinaryIO,
    allowed: Mapping[str, Any],
    *,
    encoding: str = "ASCII",
    persistent: Callable[[Any], Any] | None = None,
) -> Any:
    """Return the next object of a file.

    Args:
        file: Open, at the beginning of a pickle.
        allowed: What the pickle may name, as "module.name", and what stands in for it.
        encoding: Of strings that Python 2 wrote.
        persistent: Returns the object of an id that the pickle refers to.

    Raises:
        pickle.UnpicklingError: The pickle names something else, or is none.
    """
    reader = _Restricted(file, encoding=encoding)
    reader.allowed = allowed
    reader.persistent = persistent
    return reader.load()


class _Restricted(pickle.Unpickler):
    allowed: Mapping[str, Any]
    persistent: Callable[[Any], Any] | None

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self.allowed[f"{module}.{name}"]
        except KeyError:
            raise pickle.UnpicklingError(
                f"the pickle names {module}.{name}; it may name only {sorted(self.allowed)}"
            ) from None

    def persistent_load(self, pid: Any) -> Any:
        if self.persistent is None:
            raise pickle.UnpicklingError(f"the pickle refers to {pid!r}, which is outside of it")
        return self.persistent(pid)
