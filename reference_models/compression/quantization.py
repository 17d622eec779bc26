"""Integers of 8 bits throughout, and floating numbers of 16 bits: made of a trained model without training."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.compression.networks import LARGE, digit_cnn
from reference_models.store import CACHE, made_once
from reference_models.task import Model

__all__ = ["CALIBRATION", "as_bfloat16", "as_floating", "as_int8", "cached", "missing"]

CALIBRATION = 200
"""Training images by which the ranges of a network's inner values are found."""


def missing() -> str:
    """Return what to do to have LiteRT; nothing where it is installed."""
    try:
        version("ai-edge-litert")
    except PackageNotFoundError:
        return "LiteRT is not installed: pip install 'pytest-robust[litert]'"
    return ""


def as_int8(model: Model, examples: NDArray[np.float32]) -> bytes:
    """Return a model as a LiteRT file whose weights, sums, inputs and answers are integers of 8 bits.

    Weights have a scale for each channel; inner values have one that holds what the examples
    reach: of others than the model will see, it is a wrong one.

    Args:
        model: A Keras model.
        examples: (n, ...) inputs of the kind that it will see.

    References:
        Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
        CVPR 2018, arXiv:1712.05877.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([one[None]] for one in examples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return _converted(converter)


def as_floating(model: Model) -> bytes:
    """Return a model as a LiteRT file of the same floating numbers: it tells the integers' part from LiteRT's."""
    import tensorflow as tf

    return _converted(tf.lite.TFLiteConverter.from_keras_model(model))


def as_bfloat16(model: Model, *, name: str = "bfloat16") -> Model:
    """Return a copy of the original whose weights and sums are floating numbers of 16 bits, 8 of them the exponent's.

    The softmax stays in 32 bits.

    Args:
        model: The original, `digit_cnn(LARGE)`.
        name: What it is called.
    """
    copy = digit_cnn(LARGE, name=name, dtype="bfloat16")
    copy.set_weights(model.get_weights())
    return copy


def cached(model: Model, examples: NDArray[np.float32], *, folder: Path = CACHE) -> Path:
    """Return the file of a model in integers, made where there is none of these weights and examples yet.

    Its name is a hash of all that goes into it, so that nothing old is ever taken for it; processes that
    ask together wait for the one that makes it.

    Args:
        model: A Keras model.
        examples: As `as_int8` takes them.
        folder: Where it is kept.
    """
    kinds = [type(layer).__name__ for layer in model.layers]
    digest = blake2b(f"int8 {version('tensorflow')} {kinds}".encode(), digest_size=8)
    for array in (*model.get_weights(), examples):
        digest.update(np.ascontiguousarray(array).data)
    path = folder / f"{model.name}-int8-{digest.hexdigest()}.tflite"

    def make() -> None:
        part = path.with_suffix(".part")
        part.write_bytes(as_int8(model, examples))
        part.replace(path)

    made_once(path, make)
    return path


def _converted(converter: Any) -> bytes:
    with warnings.catch_warnings(), _quietly():
        # That inputs and answers are integers is what was asked for.
        warnings.simplefilter("ignore")
        made: bytes = converter.convert()
    return made


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep back what the converter prints about the artifact that it saved."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
