"""TensorFlow functions compiled once, with an open batch dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from pytest_robust.adapters._scores import look_like_probabilities
from pytest_robust.core.arrays import Floats, Inputs, Integers, Outputs
from pytest_robust.core.detections import KEYS
from pytest_robust.core.errors import InvalidData, InvalidModel, NoGradient
from pytest_robust.core.losses import Loss, TraceableLoss
from pytest_robust.core.model import Differentiable, Directions, LossGradient, Pullback

__all__ = ["CompiledModel", "TensorflowOps"]

_MATRIX = 2
# Operations that hand a tensor on, so that the softmax behind them is still the last.
_PASS_ON = {"Identity", "IdentityN", "StopGradient", "Cast", "EnsureShape"}


class TensorflowOps:
    """The functions a loss is written in, by TensorFlow."""

    def softmax(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Return the softmax over the last axis."""
        return tf.nn.softmax(x, axis=-1)

    def where(self, condition: Any, a: Any, b: Any) -> Any:  # noqa: ANN401 - tensors
        """Return `a` where `condition` holds, else `b`."""
        return tf.where(condition, a, b)


class CompiledModel(Differentiable):
    """A TensorFlow function from inputs to outputs, differentiated behind its last softmax.

    A gradient taken through a saturated softmax is zero and makes a model look robust. So
    the logits are looked for in the traced graph: the input of the softmax or sigmoid that
    the output comes from. Where there is none to be seen and the outputs are probabilities,
    their logarithms serve, and a note says so.

    Args:
        forward: Takes a tensor, or a dict of tensors, returns one tensor.
        dtypes: The type each input is cast to, by name; "" for a single input.
    """

    def __init__(self, forward: Callable[[Any], Any], dtypes: Mapping[str, str]) -> None:
        self._forward = forward
        self._dtypes = dtypes
        self._bodies: dict[str, Callable[..., Any]] = {"outputs": self._cast_and_call, "logits": self._find_logits}
        self._functions: dict[str, Any] = {}
        self._signature: dict[str, tf.TensorSpec] = {}
        self._look_like_probabilities = False
        self._through_logarithms = False
        self._visitor = _Visitor()
        self.traces = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """How the logits were found, where they were not."""
        if not self._through_logarithms:
            return ()
        note = (
            "no softmax or sigmoid is to be seen behind the model's probabilities, "
            "so the attack differentiates their logarithms: where the model is very sure these have no gradient; "
            "better give a model that ends in logits"
        )
        return (note,)

    def predict(self, x: Inputs) -> Outputs:
        """Return the model's own outputs."""
        self._prepare(x)
        return np.asarray(self._call("outputs", self._tensors(x)))

    def logits(self, x: Inputs) -> Floats:
        """Return (n, classes) logits; two columns for a single output."""
        self._prepare(x)
        return np.asarray(self._call("logits", self._tensors(x)))

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        """Return logits and gradient in one pass.

        Raises:
            NoGradient: There is no differentiable path from the input to the output.
        """
        if not isinstance(loss, TraceableLoss):
            return Differentiable.loss_gradient(self, x, y, loss)
        self._prepare(x)
        name = f"gradient of {loss!r}"
        if name not in self._bodies:
            self._bodies[name] = lambda tensors, labels: self._gradient(tensors, labels, loss)
        logits, gradient = self._call(name, self._tensors(x), tf.constant(y, dtype=tf.int32))
        arrays = {key: np.asarray(value) for key, value in gradient.items()}
        return LossGradient(logits=np.asarray(logits), gradient=arrays if isinstance(x, Mapping) else arrays[""])  # type: ignore[arg-type]  # one entry an input

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        """Return logits and gradients, all behind one forward pass.

        Raises:
            NoGradient: There is no differentiable path from the input to the output.
        """
        self._prepare(x)
        name = f"{count} gradients"
        if name not in self._bodies:
            self._bodies[name] = lambda tensors: self._gradients(tensors, count)
        self._visitor.directions = directions
        logits, gradients = self._visitor.guard(lambda: self._call(name, self._tensors(x)))
        arrays = {key: np.asarray(value) for key, value in gradients.items()}
        return Pullback(logits=np.asarray(logits), gradients=arrays if isinstance(x, Mapping) else arrays[""])  # type: ignore[arg-type]  # one entry an input

    def _prepare(self, x: Inputs) -> None:
        # The first examples fix the shapes, and the types in which all later ones travel.
        if self._signature:
            return
        self._signature = {
            name: tf.TensorSpec([None, *entry.shape[1:]], self._travels_as(name, entry.dtype))
            for name, entry in _entries(x)
        }
        try:
            outputs = self._call("outputs", self._tensors(x))
        except (InvalidModel, InvalidData):
            # What the model does not take says nothing about what it does.
            self._signature = {}
            self._functions = {}
            raise
        self._look_like_probabilities = look_like_probabilities(np.asarray(outputs))
        if self._look_like_probabilities:
            # Traced now, so that the note is there before the first verdict.
            self._call("logits", self._tensors(x))

    def _travels_as(self, name: str, dtype: np.dtype[Any]) -> tf.DType:
        if dtype.kind in "USO":
            return tf.string
        # Floating unless the model says it takes integers: an attack's inputs are floating.
        wanted = tf.as_dtype(self._dtypes.get(name, "float32"))
        return wanted if wanted.is_integer else tf.float32

    def _tensors(self, x: Inputs) -> dict[str, Any]:
        tensors = {}
        for name, entry in _entries(x):
            spec = self._signature.get(name)
            if spec is None or tuple(entry.shape[1:]) != tuple(spec.shape[1:]):
                raise InvalidData(
                    f"inputs {name or 'x'} of shape {entry.shape[1:]}: the model was first given "
                    f"{ {key or 'x': tuple(value.shape[1:]) for key, value in self._signature.items()} }"
                )
            values = (
                entry.astype(object) if spec.dtype == tf.string else entry.astype(spec.dtype.as_numpy_dtype, copy=False)
            )
            tensors[name] = tf.convert_to_tensor(values)
        return tensors

    def _cast_and_call(self, tensors: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        self.traces += 1
        cast = {
            name: tensor if tensor.dtype == tf.string else tf.cast(tensor, self._dtypes.get(name, "float32"))
            for name, tensor in tensors.items()
        }
        outputs = self._forward(cast.get("", cast))
        if isinstance(outputs, Mapping) and "boxes" in outputs:
            return _table(outputs)
        if not tf.is_tensor(outputs):
            raise InvalidModel(
                f"the model answers a {type(outputs).__name__}: give one with a single output, "
                "for instance keras.Model(model.inputs, model.outputs[0])"
            )
        return outputs

    def _find_logits(self, tensors: dict[str, Any]) -> Any:  # noqa: ANN401 - a tensor
        outputs = self._cast_and_call(tensors)
        if outputs.shape.rank != _MATRIX:
            raise InvalidModel(
                f"the model's outputs have shape {tuple(outputs.shape)}, not (n, classes): "
                "it is no classifier; name a criterion that fits, for instance criterion=WithinTolerance(0.1)"
            )
        found = outputs
        while found.op.type in _PASS_ON:
            found = found.op.inputs[0]
        squashed = found.op.type in {"Softmax", "Sigmoid"}
        if squashed:
            logits = tf.cast(found.op.inputs[0], tf.float32)
        elif self._look_like_probabilities:
            self._through_logarithms = True
            logits = _logarithms(tf.cast(outputs, tf.float32))
        else:
            logits = tf.cast(outputs, tf.float32)
        return tf.concat([tf.zeros_like(logits), logits], axis=1) if logits.shape[1] == 1 else logits

    def _gradient(self, tensors: dict[str, Any], labels: Any, loss: TraceableLoss) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401 - tensors
        tape, floating, logits = self._watched(tensors)
        onehot = tf.one_hot(labels, logits.shape[1], on_value=True, off_value=False, dtype=tf.bool)
        return logits, _pulled_back(tape, floating, logits, loss.cotangent(TensorflowOps(), logits, onehot))

    def _gradients(self, tensors: dict[str, Any], count: int) -> tuple[Any, dict[str, Any]]:
        tape, floating, logits = self._watched(tensors)
        weights = tf.ensure_shape(
            tf.numpy_function(self._visitor, [logits], tf.float32), [count, None, logits.shape[1]]
        )
        # One after the other in one graph: faster than a vectorised map over them, whose
        # convolutions take half as long again.
        each = [_pulled_back(tape, floating, logits, weights[turn]) for turn in range(count)]
        return logits, {name: tf.stack([gradient[name] for gradient in each]) for name in each[0]}

    def _watched(self, tensors: dict[str, Any]) -> tuple[Any, dict[str, Any], Any]:
        floating = {name: tensor for name, tensor in tensors.items() if tensor.dtype.is_floating}
        with tf.GradientTape(watch_accessed_variables=False, persistent=True) as tape:
            tape.watch(floating)
            logits = self._find_logits(tensors)
        return tape, floating, logits

    def _compiled(self, name: str, *, labelled: bool) -> Any:  # noqa: ANN401 - a ConcreteFunction
        signature = [self._signature, tf.TensorSpec([None], tf.int32)] if labelled else [self._signature]
        function = tf.function(self._bodies[name], autograph=False, input_signature=signature)
        # Concrete: there is one signature, and looking for the one that fits the arguments
        # takes as long again as the call.
        return function.get_concrete_function()

    def _call(self, name: str, *arguments: Any) -> Any:  # noqa: ANN401 - tensors
        try:
            if name not in self._functions:
                self._functions[name] = self._compiled(name, labelled=len(arguments) > 1)
            return self._functions[name](*arguments)
        except (NoGradient, InvalidModel, InvalidData):
            raise
        except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
            shapes = {key or "x": tuple(value.shape) for key, value in arguments[0].items()}
            raise InvalidModel(f"the model does not take inputs of shape {shapes}: {_first_lines(error)}") from error


def _table(outputs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - tensors
    """Return the boxes of a detector's dict as one (n, k, 6) tensor."""
    columns = [tf.cast(outputs["boxes"], tf.float32)]
    for names in KEYS.values():
        found = next((name for name in names if name in outputs), None)
        if found is None:
            raise InvalidModel(f"the model answers a dict of {sorted(outputs)}: beside 'boxes' it needs {names[0]!r}")
        columns.append(tf.cast(outputs[found], tf.float32)[..., None])
    return tf.concat(columns, axis=-1)


class _Visitor:
    """The step out of a compiled graph to NumPy: the directions of the call that is running."""

    def __init__(self) -> None:
        self.directions: Directions | None = None
        self._error: Exception | None = None

    def __call__(self, logits: Floats) -> Floats:
        try:
            return np.asarray(self.directions(logits), dtype=np.float32)  # type: ignore[misc]  # set before each call
        except Exception as error:
            self._error = error
            raise

    def guard(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the call returns
        """Return what the call does, or raise what the directions raised rather than TensorFlow's account of it."""
        self._error = None
        try:
            return call()
        except Exception as error:
            if self._error is not None:
                raise self._error from error
            raise
        finally:
            self.directions = None


def _pulled_back(tape: Any, floating: dict[str, Any], logits: Any, weights: Any) -> dict[str, Any]:  # noqa: ANN401 - tensors
    gradients = tape.gradient(logits, floating, output_gradients=weights)
    found = {name: tf.convert_to_tensor(value) for name, value in gradients.items() if value is not None}
    if not found:
        raise NoGradient(
            "no gradient reaches the input: something on the way rounds, compares or casts to integers; "
            "attack without gradients, or give the model without that step"
        )
    return found


def _logarithms(probabilities: Any) -> Any:  # noqa: ANN401 - a tensor
    if probabilities.shape[1] > 1:
        return tf.math.log(tf.maximum(probabilities, np.finfo(np.float32).tiny))
    # Nearer to 1 there are no float32 numbers.
    p = tf.clip_by_value(probabilities, np.finfo(np.float32).tiny, 1 - 1e-7)
    return tf.math.log(p) - tf.math.log1p(-p)


def _entries(x: Inputs) -> list[tuple[str, Any]]:
    return list(x.items()) if isinstance(x, Mapping) else [("", np.asarray(x))]


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:3])[:300]
