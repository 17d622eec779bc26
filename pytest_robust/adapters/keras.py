"""Keras 3 models, their files, and `keras.utils.PyDataset`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from scipy.special import log_softmax

from pytest_robust.adapters._batches import gather
from pytest_robust.core.adapter import Adapter, RawData
from pytest_robust.core.arrays import Floats, Inputs, Outputs
from pytest_robust.core.detections import as_found
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.table import Column

__all__ = ["Keras"]

_MATRIX = 2


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
        given = _named(tensors, list(inputs))
        for name, tensor in inputs.items():
            one, wanted = tuple(given[name].shape)[1:], tuple(tensor.shape)[1:]
            if not _fits(one, wanted):
                raise InvalidData(_shape_message(one, wanted, name))
        return native(_packed(native, given), training=False)

    return compiled(forward, dtypes)


def _named(tensors: Any, names: list[str]) -> Mapping[str, Any]:  # noqa: ANN401 - tensors
    if not isinstance(tensors, Mapping):
        if len(names) > 1:
            raise InvalidData(f"the model's inputs are {names}, the data are one array: give a dict with these names")
        return {names[0]: tensors}
    if set(tensors) != set(names):
        raise InvalidData(f"the model's inputs are {names}, the data have {sorted(tensors)}: use the model's names")
    return tensors


def _packed(native: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - tensors
    """Return the tensors in the lists and dicts that the model was built with, which it warns to miss."""
    import keras

    structure = getattr(native, "input", None)
    if not isinstance(structure, (list, tuple, dict)):
        return next(iter(given.values()))
    return keras.tree.map_structure(lambda tensor: given[tensor.name], structure)


def _fits(given: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return len(given) == len(wanted) and all(w is None or g == w for g, w in zip(given, wanted, strict=True))


def _shape_message(given: tuple[Any, ...], wanted: tuple[Any, ...], name: str) -> str:
    message = f"x has examples of shape {given}, the model's input {name!r} takes {wanted}"
    if (*given, 1) == wanted:
        return f"{message}: add the channel with x[..., None]"
    if np.prod(given) == np.prod([w or -1 for w in wanted]):
        return f"{message}: reshape with x.reshape(-1, {', '.join(map(str, wanted))})"
    return message


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
        outputs = self.predict(x).astype(np.float32)
        if outputs.ndim != _MATRIX:
            raise InvalidModel(
                f"the model's outputs have shape {outputs.shape}, not (n, classes): "
                "it is no classifier; name a criterion that fits, for instance criterion=WithinTolerance(0.1)"
            )
        if outputs.shape[1] == 1:
            p = np.clip(outputs, 1e-7, 1 - 1e-7)
            inside = outputs.min() >= 0 and outputs.max() <= 1
            outputs = np.concatenate([np.zeros_like(p), np.log(p / (1 - p)) if inside else outputs], axis=1)
        elif (outputs >= 0).all() and np.allclose(outputs.sum(axis=1), 1, atol=1e-3):
            outputs = np.log(np.maximum(outputs, np.finfo(np.float32).tiny))
        return np.asarray(log_softmax(outputs, axis=1))
