"""What an attack makes rise, as a derivative by the logits that every framework can run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.special import softmax

from pytest_robust.core.arrays import Floats, Integers

__all__ = ["DLR", "ArrayOps", "LogOdds", "Loss", "Margin", "NumpyOps", "TraceableLoss"]


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
    def slope(self, logits: Floats, y: Integers) -> Floats:
        """Return (n, classes) derivatives of the loss by the logits.

        Args:
            logits: (n, classes) scores.
            y: (n,) class indices.
        """

    @abstractmethod
    def aimed(self, target: Integers) -> Loss:
        """Return the loss that rises as the answer comes nearer to a class than to the right one.

        Args:
            target: (n,) class indices, one for each example it will be asked about.
        """


class TraceableLoss(Loss):
    """A loss that a framework can compile together with the model."""

    @abstractmethod
    def cotangent(self, ops: ArrayOps, logits: Any, onehot: Any) -> Any:  # noqa: ANN401 - arrays of any framework
        """Return (n, classes) derivatives of the loss by the logits.

        Args:
            ops: The functions of the framework that the arrays are of.
            logits: (n, classes) scores.
            onehot: (n, classes) booleans, true at the label.
        """

    def slope(self, logits: Floats, y: Integers) -> Floats:
        """Return the derivatives by NumPy."""
        cotangent: Floats = self.cotangent(NumpyOps(), logits, np.arange(logits.shape[1]) == np.asarray(y)[:, None])
        return cotangent


@dataclass(frozen=True)
class LogOdds(TraceableLoss):
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

    def aimed(self, target: Integers) -> Loss:
        """Return the log of the odds for the target."""
        return _LogOddsFor(target)

    def cotangent(self, ops: ArrayOps, logits: Any, onehot: Any) -> Any:  # noqa: ANN401 - the interface's
        """Return the softmax over the other classes, and -1 at the label."""
        # Half of the smallest float32, not minus infinity: inf - inf is NaN.
        others = ops.softmax(ops.where(onehot, logits * 0 - 1.7e38, logits))
        return ops.where(onehot, logits * 0 - 1, others)


@dataclass(frozen=True, eq=False)
class _LogOddsFor(Loss):
    """The log of the odds for a target, whatever the right answer."""

    target: Integers

    def value(self, logits: Floats, y: Integers) -> Floats:  # noqa: ARG002 - the interface's
        return -LogOdds().value(logits, self.target)

    def slope(self, logits: Floats, y: Integers) -> Floats:  # noqa: ARG002 - the interface's
        return -LogOdds().slope(logits, self.target)

    def aimed(self, target: Integers) -> Loss:
        return _LogOddsFor(target)


@dataclass(frozen=True)
class Margin(Loss):
    """How far the best other class is ahead of the label; above 0 the label is not the answer.

    References:
        Carlini and Wagner, "Towards Evaluating the Robustness of Neural Networks", S&P 2017,
        arXiv:1608.04644, section V.A, function 6.

    Examples:
        >>> import numpy as np
        >>> Margin().value(np.array([[3.0, 1.0, -1.0]]), np.array([0])).tolist()
        [-2.0]
    """

    def value(self, logits: Floats, y: Integers) -> Floats:
        """Return (n,) differences."""
        rows, wide = np.arange(len(logits)), logits.astype(np.float64)
        difference: Floats = wide[rows, _best_other(logits, y)] - wide[rows, y]
        return difference

    def slope(self, logits: Floats, y: Integers) -> Floats:
        """Return 1 at the best other class and -1 at the label."""
        rows, slope = np.arange(len(logits)), np.zeros(logits.shape)
        slope[rows, _best_other(logits, y)] = 1
        slope[rows, y] = -1
        return slope

    def aimed(self, target: Integers) -> Loss:
        """Return how far the target is ahead of the best other class."""
        return _MarginFor(target)


@dataclass(frozen=True, eq=False)
class _MarginFor(Loss):
    """How far a target is ahead of the best other class, whatever the right answer."""

    target: Integers

    def value(self, logits: Floats, y: Integers) -> Floats:  # noqa: ARG002 - the interface's
        return -Margin().value(logits, self.target)

    def slope(self, logits: Floats, y: Integers) -> Floats:  # noqa: ARG002 - the interface's
        return -Margin().slope(logits, self.target)

    def aimed(self, target: Integers) -> Loss:
        return _MarginFor(target)


@dataclass(frozen=True)
class DLR(Loss):
    """The difference of logits ratio: how far the best other class is ahead, in units of the logits' spread.

    A model cannot shrink its gradient by the scale of its logits: multiplied by any number,
    they give the same loss. The spread is that from the first to the third in rank; with two
    classes there is no third and the difference stands alone, whose direction is the same.

    References:
        Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble of
        diverse parameter-free attacks", ICML 2020, arXiv:2003.01690, equation 6.

    Examples:
        >>> import numpy as np
        >>> DLR().value(np.array([[3.0, 1.0, -1.0]]), np.array([0])).tolist()
        [-0.5]
    """

    def value(self, logits: Floats, y: Integers) -> Floats:
        """Return (n,) ratios; above 0 the label is not the answer."""
        return _ratio(logits, y, _best_other(logits, y), (2,)).value

    def slope(self, logits: Floats, y: Integers) -> Floats:
        """Return the derivative of the ratio, its spread's included."""
        return _ratio(logits, y, _best_other(logits, y), (2,)).slope

    def aimed(self, target: Integers) -> Loss:
        """Return the targeted ratio (equation 7)."""
        return _DLRFor(target)


@dataclass(frozen=True, eq=False)
class _DLRFor(Loss):
    """How far the target is ahead of the label, in units of the logits' spread.

    The spread is from the first to the mean of the third and the fourth, so that one of them
    is never the target or the label. With three classes it would be target, label and what is
    between: the ratio is constant where these two are the first and the third. So there the
    difference stands alone.
    """

    target: Integers

    def value(self, logits: Floats, y: Integers) -> Floats:
        return _ratio(logits, y, self.target, (2, 3)).value

    def slope(self, logits: Floats, y: Integers) -> Floats:
        return _ratio(logits, y, self.target, (2, 3)).slope

    def aimed(self, target: Integers) -> Loss:
        return _DLRFor(target)


@dataclass(frozen=True)
class _Ratio:
    value: Floats
    slope: Floats


def _best_other(logits: Floats, y: Integers) -> Integers:
    others = np.array(logits, dtype=np.float64)
    np.put_along_axis(others, np.asarray(y)[:, None], -np.inf, axis=1)
    best: Integers = others.argmax(axis=1)
    return best


def _ratio(logits: Floats, y: Integers, rival: Integers, lower: tuple[int, ...]) -> _Ratio:
    wide = logits.astype(np.float64)
    rows, classes = np.arange(len(wide)), wide.shape[1]
    order = np.argsort(-wide, axis=1, kind="stable")
    ranks = lower if lower[-1] < classes else ()
    # Equal logits leave no spread; the difference over a small one keeps its direction.
    spread = wide[rows, order[:, 0]] - np.mean([wide[rows, order[:, rank]] for rank in ranks], axis=0) if ranks else 1.0
    unit = np.maximum(spread, 1e-12)
    value = (wide[rows, rival] - wide[rows, y]) / unit
    slope = np.zeros_like(wide)
    np.add.at(slope, (rows, rival), 1 / unit)
    np.add.at(slope, (rows, y), -1 / unit)
    for rank in ranks:
        pull = value / unit / len(ranks)
        np.add.at(slope, (rows, order[:, 0]), -pull)
        np.add.at(slope, (rows, order[:, rank]), pull)
    return _Ratio(value=value, slope=slope)
