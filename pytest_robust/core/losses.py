"""What an attack makes rise, as a derivative by the logits that every framework can run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.special import softmax

from pytest_robust.core.arrays import Floats, Integers

__all__ = ["ArrayOps", "LogOdds", "Loss", "NumpyOps"]


class ArrayOps(Protocol):
    """The functions a loss is written in; each framework's adapter brings its own."""

    def softmax(self, x: Any) -> Any:  # noqa: ANN401 - arrays of any framework
        """Return the softmax over the last axis."""

    def where(self, condition: Any, a: Any, b: Any) -> Any:  # noqa: ANN401 - arrays of any framework
        """Return `a` where `condition` holds, else `b`."""


@dataclass(frozen=True)
class NumpyOps:
    """The functions a loss is written in, by NumPy and SciPy."""

    def softmax(self, x: Any) -> Any:  # noqa: ANN401 - the protocol's
        """Return the softmax over the last axis."""
        return softmax(x, axis=-1)

    def where(self, condition: Any, a: Any, b: Any) -> Any:  # noqa: ANN401 - the protocol's
        """Return `a` where `condition` holds, else `b`."""
        return np.where(condition, a, b)


class Loss(ABC):
    """How wrong a classifier's answer is, per example."""

    @abstractmethod
    def value(self, logits: Floats, y: Integers) -> Floats:
        """Return (n,) losses, for reports and for choosing the best point.

        Args:
            logits: (n, classes) scores.
            y: (n,) class indices.
        """

    @abstractmethod
    def cotangent(self, ops: ArrayOps, logits: Any, onehot: Any) -> Any:  # noqa: ANN401 - arrays of any framework
        """Return (n, classes) derivatives of the loss by the logits.

        Args:
            ops: The functions of the framework that the arrays are of.
            logits: (n, classes) scores.
            onehot: (n, classes) booleans, true at the label.
        """


@dataclass(frozen=True)
class LogOdds(Loss):
    """The log of the odds against the label: log of the sum of exp of the others, less the label's.

    Its gradient has everywhere the direction of the cross-entropy's, which is this one times
    the probability of being wrong. That factor rounds to zero where a model is sure, and
    makes it look robust (Carlini and Wagner 2017, section V; Croce and Hein 2020, section
    4.1); without it there is nothing to vanish. An attack that normalises its steps takes
    the same ones with either.

    References:
        Carlini and Wagner, "Towards Evaluating the Robustness of Neural Networks",
        S&P 2017, arXiv:1608.04644. Croce and Hein, "Reliable evaluation of adversarial
        robustness with an ensemble of diverse parameter-free attacks", ICML 2020,
        arXiv:2003.01690.

    Examples:
        >>> import numpy as np
        >>> LogOdds().value(np.array([[3.0, 1.0]]), np.array([0])).tolist()
        [-2.0]
    """

    def value(self, logits: Floats, y: Integers) -> Floats:
        """Return (n,) log-odds against the label; above 0 the label is less likely than not."""
        wide = logits.astype(np.float64)
        onehot = np.arange(wide.shape[1]) == y[:, None]
        label = wide[onehot]
        others = np.where(onehot, -np.inf, wide)
        # SciPy's logsumexp is right too, and twice as slow: its care for shapes and types
        # would be a tenth of what a whole check costs beside its model calls.
        highest = others.max(axis=1)
        others -= highest[:, None]
        against: Floats = highest + np.log(np.exp(others, out=others).sum(axis=1))
        return against - label

    def cotangent(self, ops: ArrayOps, logits: Any, onehot: Any) -> Any:  # noqa: ANN401 - the interface's
        """Return the softmax over the other classes, and -1 at the label."""
        # Half of the smallest float32, not minus infinity: inf - inf is NaN.
        others = ops.softmax(ops.where(onehot, logits * 0 - 1.7e38, logits))
        return ops.where(onehot, logits * 0 - 1, others)
