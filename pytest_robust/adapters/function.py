"""Any Python callable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_robust.core.adapter import Adapter
from pytest_robust.core.arrays import Inputs, Outputs
from pytest_robust.core.detections import as_found
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.model import Model
from pytest_robust.core.sequences import rows_of
from pytest_robust.core.table import Column

__all__ = ["Function"]


@dataclass(frozen=True)
class _FunctionModel(Model):
    """A function from a batch of inputs to scores, labels, texts, sequences or boxes."""

    native: Callable[[Any], Any]

    def predict(self, x: Inputs) -> Outputs:
        """Return the function's answer as an array."""
        said = self.native(x)
        # Boxes in the forms of torchvision and KerasHub, of which NumPy makes nothing.
        dicts = isinstance(said, (list, tuple)) and len(said) > 0 and all(isinstance(one, Mapping) for one in said)
        return as_found(said) if dicts or isinstance(said, Mapping) else rows_of(said)


class Function(Adapter):
    """A function of (n, ...) inputs to (n, classes) scores, (n,) labels or texts, sequences, or each image's boxes."""

    def adapt(self, native: Any, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401, ARG002 - any callable
        """Return the callable as a Model.

        Raises:
            InvalidModel: It is not callable.
        """
        if not callable(native):
            raise InvalidModel(f"{native!r} is not callable")
        return _FunctionModel(native)
