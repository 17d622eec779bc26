"""Any Python callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_robust.core.adapter import Adapter
from pytest_robust.core.arrays import Inputs, Outputs
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.model import Model
from pytest_robust.core.table import Column

__all__ = ["Function"]


@dataclass(frozen=True)
class _FunctionModel(Model):
    """A function from a batch of inputs to scores or labels."""

    native: Callable[[Any], Any]

    def predict(self, x: Inputs) -> Outputs:
        """Return the function's answer as an array."""
        return np.asarray(self.native(x))


class Function(Adapter):
    """A function that takes (n, ...) inputs and returns (n, classes) scores or (n,) labels."""

    def adapt(self, native: Any, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401, ARG002 - any callable
        """Return the callable as a Model.

        Raises:
            InvalidModel: It is not callable.
        """
        if not callable(native):
            raise InvalidModel(f"{native!r} is not callable")
        return _FunctionModel(native)
