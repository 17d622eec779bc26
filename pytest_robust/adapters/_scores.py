"""A model's scores as logits, where only its answers are known."""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax

from pytest_robust.core.arrays import Floats, Outputs
from pytest_robust.core.errors import InvalidModel

__all__ = ["LEAST", "as_logits", "look_like_probabilities"]

# The smallest float32, whose logarithm is finite.
LEAST = float(np.finfo(np.float32).tiny)
_MATRIX = 2


def look_like_probabilities(outputs: Outputs) -> bool:
    """Return whether the outputs are (n, classes) probabilities, or (n, 1) of the second of two classes."""
    if outputs.ndim != _MATRIX or not np.issubdtype(outputs.dtype, np.floating):
        return False
    if outputs.shape[1] == 1:
        return bool(((outputs >= 0) & (outputs <= 1)).all())
    return bool((outputs >= 0).all()) and np.allclose(outputs.sum(axis=1, dtype=np.float64), 1, atol=1e-3)


def as_logits(outputs: Outputs, *, probabilities: bool, least: float = LEAST) -> Floats:
    """Return (n, classes) log-probabilities; two columns for a single output.

    Args:
        outputs: (n, classes) scores.
        probabilities: Whether these are probabilities rather than logits.
        least: What a probability that is told as 0 is taken for.

    Raises:
        InvalidModel: They are no matrix.

    Examples:
        >>> np.exp(as_logits(np.array([[0.25, 0.75]]), probabilities=True)).round(3).tolist()
        [[0.25, 0.75]]
    """
    scores = np.asarray(outputs, dtype=np.float32)
    if scores.ndim != _MATRIX:
        raise InvalidModel(
            f"the model's outputs have shape {scores.shape}, not (n, classes): "
            "it is no classifier; name a criterion that fits, for instance criterion=WithinTolerance(0.1)"
        )
    if scores.shape[1] == 1:
        # Nearer to 1 there are no float32 numbers.
        nearest = max(least, 1e-7)
        p = np.clip(scores, nearest, 1 - nearest)
        values = np.log(p / (1 - p)) if probabilities else scores
        scores = np.concatenate([np.zeros_like(values), values], axis=1)
    elif probabilities:
        scores = np.log(np.maximum(scores, np.float32(least)))
    return np.asarray(log_softmax(scores, axis=1))
