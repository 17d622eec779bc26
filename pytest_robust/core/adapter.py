"""How a framework's models, files and data become nouns of this package."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Model
from pytest_robust.core.table import Column

__all__ = ["Adapter", "RawData"]


@dataclass(frozen=True, kw_only=True)
class RawData:
    """Arrays that a framework's data container held.

    Args:
        x: (n, ...) array, or a dict of them.
        y: (n, ...) labels, or None where it holds none.
        columns: What is known of a table's columns, whose names its model may ask for; else empty.
    """

    x: NDArray[Any] | Mapping[str, NDArray[Any]]
    y: NDArray[Any] | None
    columns: tuple[Column, ...] = ()


class Adapter(ABC):  # noqa: B024 - an adapter may only load, or only read: what is left out says so
    """One framework. Its file is named after the module its objects come from.

    Importing the file must not import the framework: which adapter reads a file is found by
    asking them all.
    """

    files: ClassVar[tuple[str, ...]] = ()
    """Glob patterns of the model files it loads, or of a file inside a model's folder."""

    runs_code: ClassVar[bool] = False
    """Whether loading a file can run code that the file contains."""

    def adapt(self, native: Any, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401, ARG002 - a framework's own
        """Return `native` as a Model.

        Args:
            native: A model of the framework.
            columns: Those of the table it was given data with, else empty.

        Raises:
            InvalidModel: It is no model that can be asked for answers.
        """
        raise InvalidModel(f"{type(native).__qualname__} is not a model that can be asked for answers")

    def load(self, path: Path) -> Any:  # noqa: ANN401 - a framework's own
        """Return the native model in a file that matches `files`."""
        raise InvalidModel(f"{path}: no way to load it")

    def read(self, native: Any) -> RawData:  # noqa: ANN401 - a framework's own
        """Return the arrays in a data container of the framework.

        Raises:
            InvalidData: It is no container of examples.
        """
        raise InvalidData(f"{type(native).__qualname__} is not a container of examples")
