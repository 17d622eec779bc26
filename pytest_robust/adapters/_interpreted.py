"""A LiteRT interpreter, TensorFlow Lite's new name, asked batch by batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.adapters._scores import LEAST, as_logits, look_like_probabilities
from pytest_robust.adapters._shapes import check_shape, named
from pytest_robust.core.arrays import Floats, Inputs, Outputs
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Classifier

__all__ = ["InterpretedModel"]

_SERVED = "serving_default"
# What a softmax or a sigmoid in 8 bits answers in: the specification leaves it no other scale.
_SHARE = 1 / 256
# By how many times inputs may exceed what the integers of an input reach, before they are taken for inputs of
# another unit: bytes where the model learned from numbers in [0, 1], for instance.
_BEYOND = 10


class InterpretedModel(Classifier):
    """A model in a LiteRT file: its answers, and no gradient.

    Batches are as large as they come where the file leaves the first dimension open, else as
    large as it says. Inputs and answers of integers are turned into and from these by the scale and
    the zero point that the file states, as the program around it on a device does.

    Args:
        native: An `ai_edge_litert` or `tf.lite` interpreter. Its inputs are resized.

    Raises:
        InvalidModel: It has several outputs, or several ways to be called.
    """

    def __init__(self, native: Any) -> None:  # noqa: ANN401 - either package's
        self._native = native
        self._inputs, outputs = _details(native)
        if len(outputs) != 1:
            raise InvalidModel(
                f"the model answers {sorted(outputs)}: give one with a single output, "
                "or a function that asks the interpreter and returns what counts"
            )
        (self._output,) = outputs.values()
        self._probabilities: bool | None = None

    def __reduce__(self) -> Any:  # noqa: ANN401 - never returns
        """Refuse: an interpreter lives in one process.

        Raises:
            InvalidModel: Always.
        """
        raise InvalidModel("a LiteRT interpreter cannot be sent to another process: give the path of the .tflite file")

    @property
    def notes(self) -> tuple[str, ...]:
        """How coarse its answers are, where they are integers."""
        step = _step(self._output)
        if not step:
            return ()
        what = "probabilities" if _is_squashed(self._output) else "answers"
        note = f"the model tells its {what} in steps of {step:.3g}: between two of them an attack sees no slope"
        advice = "; better give a model that ends in logits" if _is_squashed(self._output) else ""
        return (f"{note}{advice}",)

    def predict(self, x: Inputs) -> Outputs:
        """Return the model's own outputs, as floating numbers where it answers integers of a scale."""
        given = named(x, list(self._inputs))
        arrays = {name: _as_taken(np.asarray(given[name]), self._inputs[name], name) for name in self._inputs}
        rows = len(next(iter(arrays.values())))
        fixed = self._fixed
        if fixed is None:
            return _as_told(self._asked(arrays), self._output)
        parts = []
        for start in range(0, rows, fixed):
            part = {name: entry[start : start + fixed] for name, entry in arrays.items()}
            # The last batch is filled up with its last example, whose further answers are dropped.
            whole = {name: entry[np.minimum(np.arange(fixed), len(entry) - 1)] for name, entry in part.items()}
            parts.append(self._asked(whole)[: min(fixed, rows - start)])
        return _as_told(np.concatenate(parts), self._output)

    def logits(self, x: Inputs) -> Floats:
        """Return (n, classes) log-probabilities; two columns for a single output."""
        outputs = self.predict(x)
        if self._probabilities is None:
            # By the first examples: a single logit may well lie between 0 and 1.
            self._probabilities = _is_squashed(self._output) or (
                not _step(self._output) and look_like_probabilities(outputs)
            )
        # What is told as 0 is anything below half a step.
        return as_logits(outputs, probabilities=self._probabilities, least=_step(self._output) / 2 or LEAST)

    @property
    def _fixed(self) -> int | None:
        """The size of a batch, None where it is open."""
        sizes = {int(detail["shape_signature"][0]) for detail in self._inputs.values()}
        return None if sizes == {-1} else max(sizes)

    def _asked(self, arrays: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        native = self._native
        try:
            # Each time, as the interpreter is the user's as well; it takes microseconds.
            for name, entry in arrays.items():
                native.resize_tensor_input(self._inputs[name]["index"], entry.shape)
            native.allocate_tensors()
            # A model that remembers what it was asked would answer otherwise in another order.
            native.reset_all_variables()
            for name, entry in arrays.items():
                native.set_tensor(self._inputs[name]["index"], entry)
            native.invoke()
            return np.array(native.get_tensor(self._output["index"]))
        except (ValueError, RuntimeError) as error:
            shapes = {name: entry.shape for name, entry in arrays.items()}
            raise InvalidModel(f"the model does not take inputs of shape {shapes}: {error}") from error


def _details(native: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 - either package's
    """Return what is known of each input and output, by the names that the model's author gave them."""
    signatures = list(native.get_signature_list())
    if not signatures:
        return tuple(  # type: ignore[return-value]  # two of them
            {detail["name"]: detail for detail in details}
            for details in (native.get_input_details(), native.get_output_details())
        )
    if len(signatures) > 1 and _SERVED not in signatures:
        raise InvalidModel(
            f"the model can be called as {signatures}: give a function that calls one of them, "
            "with interpreter.get_signature_runner(...)"
        )
    runner = native.get_signature_runner(_SERVED if _SERVED in signatures else signatures[0])
    return runner.get_input_details(), runner.get_output_details()


def _step(detail: Mapping[str, Any]) -> float:
    """Return the difference of two neighbouring integers of an input or output, 0 where they stand for themselves."""
    return float(detail["quantization"][0])


def _is_squashed(detail: Mapping[str, Any]) -> bool:
    """Return whether an output of 8 bits is that of a softmax or a sigmoid."""
    lowest = np.iinfo(detail["dtype"]).min if np.dtype(detail["dtype"]).kind in "iu" else None
    scale, zero = detail["quantization"]
    return lowest is not None and scale == _SHARE and zero == lowest


def _as_taken(values: NDArray[Any], detail: Mapping[str, Any], name: str) -> NDArray[Any]:
    """Return inputs in the type that the model takes."""
    wanted = tuple(None if size == -1 else int(size) for size in detail["shape_signature"][1:])
    check_shape(values.shape[1:], wanted, name=name)
    dtype = np.dtype(detail["dtype"])
    if values.dtype.kind not in "biuf" or dtype.kind not in "biuf":
        raise InvalidData(f"the model's input {name!r} takes {dtype}, x holds {values.dtype}: give numbers")
    if dtype.kind == "f":
        return np.ascontiguousarray(values, dtype=dtype)
    if not np.isfinite(values).all():
        raise InvalidData(f"x holds NaN or infinity, and the model's input {name!r} takes {dtype}, which has none")
    if dtype.kind == "b":
        return np.ascontiguousarray(values, dtype=dtype)
    scale, zero = detail["quantization"]
    lowest, highest = np.iinfo(dtype).min, np.iinfo(dtype).max
    if not scale:
        return np.clip(np.rint(values), lowest, highest).astype(dtype)
    reach = scale * max(highest - zero, zero - lowest)
    largest = float(np.abs(values).max(initial=0))
    if largest > _BEYOND * reach:
        raise InvalidData(
            f"x holds values such as {largest:g}, and the model's input {name!r} reaches from "
            f"{scale * (lowest - zero):.3g} to {scale * (highest - zero):.3g} by its scale {scale:.3g} and its zero "
            f"point {zero}: give inputs in the unit that it learned from, not already as {dtype}"
        )
    return np.clip(np.rint(values / scale) + zero, lowest, highest).astype(dtype)


def _as_told(answers: NDArray[Any], detail: Mapping[str, Any]) -> NDArray[Any]:
    """Return what the model answered, by its scale."""
    scale, zero = detail["quantization"]
    return (
        ((answers.astype(np.float32) - np.float32(zero)) * np.float32(scale)).astype(np.float32) if scale else answers
    )
