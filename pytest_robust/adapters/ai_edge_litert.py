"""LiteRT interpreters and their files, which TensorFlow Lite called its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from pytest_robust.adapters._interpreted import InterpretedModel
from pytest_robust.core.adapter import Adapter
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.model import Model
from pytest_robust.core.table import Column

__all__ = ["AiEdgeLitert"]


class AiEdgeLitert(Adapter):
    """A `.tflite` file or the interpreter of one, of floating numbers or of integers; its answers, and no gradient."""

    files: ClassVar = ("*.tflite",)

    def adapt(self, native: Any, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401, ARG002 - LiteRT's
        """Return the interpreter as a Model.

        Raises:
            InvalidModel: It is another part of LiteRT, or has several outputs.
        """
        from ai_edge_litert.interpreter import Interpreter

        if not isinstance(native, Interpreter):
            raise InvalidModel(
                f"{type(native).__qualname__} is a part of LiteRT, not a model: give the path of the .tflite file, "
                "or an ai_edge_litert.interpreter.Interpreter of it"
            )
        return InterpretedModel(native)

    def load(self, path: Path) -> Any:  # noqa: ANN401 - an interpreter
        """Return the interpreter of a file.

        Raises:
            InvalidModel: LiteRT is not installed, or cannot read the file.
        """
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise InvalidModel(f"{path}: LiteRT reads it; pip install 'pytest-robust[litert]'") from error
        try:
            # One thread: the same sums in the same order, and none that a forked process would miss.
            return Interpreter(model_path=str(path), num_threads=1)
        except (ValueError, RuntimeError) as error:
            raise InvalidModel(f"{path}: LiteRT cannot read it: {error}") from error
