"""Keras 3 models, their files, and `keras.utils.PyDataset`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from pytest_robust.adapters._batches import gather
from pytest_robust.adapters._scores import as_logits, look_like_probabilities
from pytest_robust.adapters._shapes import check_shape, named
from pytest_robust.core.adapter import Adapter, RawData
from pytest_robust.core.arrays import Floats, Inputs, Outputs
from pytest_robust.core.detections import as_found
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.table import Column

__all__ = ["Keras"]


class Keras(Adapter):
    """Functional, sequential and subclassed models; gradients on the TensorFlow backend."""

    files: ClassVar = ("*.keras", "*.h5")

    def adapt(self, native: Any, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401, ARG002 - a keras.Model
        """Return the model, asked with `training=False`.

        Raises:
            InvalidModel: It is a layer or another part of Keras.
        """
        import keras

        if not isinstance(native, keras.Model):
            raise InvalidModel(
                f"{type(native).__qualname__} is a part of Keras, not a model: wrap it in keras.Sequential"
            )
        if keras.config.backend() != "tensorflow":
            return _Scores(native)
        from pytest_robust.adapters._compiled import CompiledModel

        return _checked(native, CompiledModel)

    def load(self, path: Path) -> Any:  # noqa: ANN401 - a keras.Model
        """Return the model in a file, without running code that the file may hold."""
        import keras

        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except (ValueError, TypeError) as error:
            raise InvalidModel(f"{path}: Keras cannot load it safely: {str(error).splitlines()[0]}") from error

    def read(self, native: Any) -> RawData:  # noqa: ANN401 - a keras.utils.PyDataset
        """Return the examples of all batches.

        Raises:
            InvalidData: It is no dataset, or has no end.
        """
        import keras

        if not isinstance(native, keras.utils.PyDataset):
            if keras.ops.is_tensor(native):
                return RawData(x=keras.ops.convert_to_numpy(native), y=None)
            raise InvalidData(f"{type(native).__qualname__} holds no examples")
        if native.num_batches is None:
            raise InvalidData("the PyDataset has no end (num_batches is None): give a finite one")
        return gather((native[i] for i in range(native.num_batches)), what="the PyDataset")


def _checked(native: Any, compiled: Any) -> Model:  # noqa: ANN401 - a keras.Model
    """Return the compiled model, with what it says of its inputs looked at before it is called."""
    inputs = {tensor.name: tensor for tensor in getattr(native, "inputs", None) or ()}
    dtypes = {name: str(tensor.dtype) for name, tensor in inputs.items()}
    if len(inputs) == 1:
        dtypes[""] = next(iter(dtypes.values()))

    def forward(tensors: Any) -> Any:  # noqa: ANN401 - tensors
        if not inputs:
            return native(tensors, training=False)
        given = named(tensors, list(inputs))
        for name, tensor in inputs.items():
            check_shape(tuple(given[name].shape)[1:], tuple(tensor.shape)[1:], name=name)
        return native(_packed(native, given), training=False)

    return compiled(forward, dtypes)


def _packed(native: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - tensors
    """Return the tensors in the lists and dicts that the model was built with, which it warns to miss."""
    import keras

    structure = getattr(native, "input", None)
    if not isinstance(structure, (list, tuple, dict)):
        return next(iter(given.values()))
    return keras.tree.map_structure(lambda tensor: given[tensor.name], structure)


@dataclass(frozen=True)
class _Scores(Classifier):
    """A Keras model on a backend whose gradients are not compiled here."""

    native: Any

    def predict(self, x: Inputs) -> Outputs:
        """Return the model's own outputs."""
        import keras

        said = self.native(x, training=False)
        if isinstance(said, Mapping):
            return as_found({name: keras.ops.convert_to_numpy(entry) for name, entry in said.items()})
        return np.asarray(keras.ops.convert_to_numpy(said))

    def logits(self, x: Inputs) -> Floats:
        """Return (n, classes) log-probabilities or logits."""
        outputs = self.predict(x)
        return as_logits(outputs, probabilities=look_like_probabilities(outputs))
