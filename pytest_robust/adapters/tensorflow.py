"""TensorFlow functions, modules, SavedModels, tensors and `tf.data`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from pytest_robust.adapters._batches import gather
from pytest_robust.adapters._interpreted import InterpretedModel
from pytest_robust.core.adapter import Adapter, RawData
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Model
from pytest_robust.core.table import Column

__all__ = ["Tensorflow"]

# Where TensorFlow keeps its own copy of the interpreter that LiteRT is now.
_LITE = "tensorflow.lite.python.interpreter"


class Tensorflow(Adapter):
    """`tf.function`, callable `tf.Module`, a SavedModel or its path, `tf.lite.Interpreter`; `tf.data.Dataset`."""

    files: ClassVar = ("saved_model.pb",)

    def adapt(self, native: Any, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401, ARG002 - TensorFlow's
        """Return the function as a Model.

        Raises:
            InvalidModel: It cannot be called, and has no serving signature.
        """
        from pytest_robust.adapters._compiled import CompiledModel

        if type(native).__module__ == _LITE:
            return InterpretedModel(native)
        forward, dtypes = _forward(native)
        return CompiledModel(forward, dtypes)

    def load(self, path: Path) -> Any:  # noqa: ANN401 - a loaded SavedModel
        """Return the SavedModel in a folder."""
        import tensorflow as tf

        return tf.saved_model.load(str(path))

    def read(self, native: Any) -> RawData:  # noqa: ANN401 - tf.data or a tensor
        """Return the examples of a finite dataset, batched or not, or the values of a tensor.

        Raises:
            InvalidData: It has no end, or is no container of examples.
        """
        import tensorflow as tf

        if tf.is_tensor(native):
            return RawData(x=np.asarray(native), y=None)
        if not isinstance(native, tf.data.Dataset):
            raise InvalidData(f"{type(native).__qualname__} holds no examples: give a tf.data.Dataset or arrays")
        if int(native.cardinality()) == tf.data.INFINITE_CARDINALITY:
            raise InvalidData("the tf.data.Dataset has no end (repeat() without a count?): give a finite one")
        return gather(native.as_numpy_iterator(), what="the tf.data.Dataset", stacked=_batched(native.element_spec))


def _batched(spec: Any) -> bool:  # noqa: ANN401 - nested TensorSpecs
    """Return whether each element is a batch: all its parts have the same or an open first dimension."""
    import tensorflow as tf

    shapes = [leaf.shape for leaf in tf.nest.flatten(spec)]
    if any(shape.rank == 0 for shape in shapes):
        return False
    first = {shape[0] for shape in shapes}
    # A batch whose last part is short has the open dimension None; `drop_remainder` fixes
    # one number for all parts. Parts of numbers in a row are an example and its one-hot label.
    text = any(leaf.dtype == tf.string for leaf in tf.nest.flatten(spec))
    if None in first:
        return True
    return len(first) == 1 and len(shapes) > 1 and (text or any(shape.rank > 1 for shape in shapes))


def _forward(native: Any) -> tuple[Callable[[Any], Any], dict[str, str]]:  # noqa: ANN401 - TensorFlow's
    import tensorflow as tf

    # The function itself, or the one that a module is called by. Traced inline, so that a
    # softmax at its end is seen rather than sealed in a call.
    for function in (native, getattr(native, "__call__", None)):  # noqa: B004 - not whether, but what
        python = getattr(function, "python_function", None)
        if python is not None:
            return partial(_inlined, python, native), _dtypes(getattr(function, "input_signature", None))
    signatures = getattr(native, "signatures", None)
    if callable(native):
        return native, {}
    if signatures and "serving_default" in signatures:
        return _served(native, signatures["serving_default"])
    kind = type(native).__qualname__
    hint = " (a tf.Module needs __call__)" if isinstance(native, tf.Module) else ""
    raise InvalidModel(f"{kind} cannot be called{hint}: give a tf.function, or a SavedModel with serving_default")


def _inlined(python: Any, owner: Any, tensors: Any) -> Any:  # noqa: ANN401, ARG001 - the owner keeps the variables alive
    return python(tensors)


def _dtypes(signature: Any) -> dict[str, str]:  # noqa: ANN401 - TensorSpecs
    return {"": signature[0].dtype.name} if signature and len(signature) == 1 and hasattr(signature[0], "dtype") else {}


def _served(native: Any, function: Any) -> tuple[Callable[[Any], Any], dict[str, str]]:  # noqa: ANN401 - a SavedModel and its signature
    specs = function.structured_input_signature[1]
    outputs = sorted(function.structured_outputs)
    if len(outputs) != 1:
        raise InvalidModel(f"serving_default answers {outputs}: give a model with one output")

    def forward(tensors: Any, owner: Any = native) -> Any:  # noqa: ANN401, ARG001 - the owner keeps the variables alive
        if len(specs) == 1 and not isinstance(tensors, dict):
            return function(**{next(iter(specs)): tensors})[outputs[0]]
        if not isinstance(tensors, dict):
            raise InvalidData(f"the model's inputs are {sorted(specs)}, the data have one array: give a dict of these")
        if set(tensors) != set(specs):
            raise InvalidData(f"the model's inputs are {sorted(specs)}, the data have {sorted(tensors)}")
        return function(**tensors)[outputs[0]]

    single = len(specs) == 1
    return forward, {"" if single else name: spec.dtype.name for name, spec in specs.items()}
