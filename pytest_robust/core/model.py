"""What a model can be asked. A capability is a type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Mask, Outputs
from pytest_robust.core.losses import Loss

__all__ = ["Classifier", "Differentiable", "Directions", "LossGradient", "Model", "Pullback", "name_of"]

Directions: TypeAlias = Callable[[Floats], Floats]
"""From (n, classes) logits to (k, n, classes) weights of them."""


class Model(ABC):
    """Anything that answers for each example."""

    @abstractmethod
    def predict(self, x: Inputs) -> Outputs:
        """Return (n, classes) scores, (n,) labels or (n,) values.

        Args:
            x: (n, ...) inputs, any n from 1.
        """

    def rows(self, keep: Integers | Mask) -> Self:  # noqa: ARG002 - for views that remember rows
        """Return the model for some of the examples of a batch it was made for.

        Most models know no batch and are their own answer; a view that holds the other
        inputs of each example keeps those of the rows.
        """
        return self

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the verdict must know about how the model was understood."""
        return ()


class Classifier(Model):
    """A model that scores every class."""

    @property
    def classes(self) -> Labels | None:
        """(classes,) what each column stands for, or None where column i is class i."""
        return None

    @abstractmethod
    def logits(self, x: Inputs) -> Floats:
        """Return (n, classes) unnormalised log-probabilities, at least two columns."""

    def predict(self, x: Inputs) -> Outputs:
        """Return (n, classes) scores."""
        return self.logits(x)


@dataclass(frozen=True, kw_only=True)
class LossGradient:
    """The logits at a point, and the way uphill from there.

    Args:
        logits: (n, classes) scores at the point.
        gradient: (n, ...) derivative of each example's own loss by its own input.
    """

    logits: Floats
    gradient: Floats


@dataclass(frozen=True, kw_only=True)
class Pullback:
    """The logits at a point, and the gradients of several weighted sums of them.

    Args:
        logits: (n, classes) scores at the point.
        gradients: (k, n, ...) derivatives of each example's k sums by its own input.
    """

    logits: Floats
    gradients: Floats


class Differentiable(Classifier):
    """A classifier whose logits can be differentiated by its input."""

    @property
    def draws(self) -> int:
        """Over how many draws of the model's own randomness a gradient is a mean; 1 where that is not seen to."""
        return 1

    @abstractmethod
    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        """Return logits, and the gradients by `x` of `count` weighted sums of each example's logits.

        One forward pass serves all of them. Everything an attack may follow is of this form: the
        derivative of a loss by the logits, or the difference of two classes.

        Args:
            x: (n, ...) inputs, any n from 1.
            directions: Called once with the (n, classes) logits at `x`; returns the
                (count, n, classes) weights, constants to the differentiation.
            count: How many sums, at least 1. All gradients are in memory at once.

        Raises:
            NoGradient: The framework found no path from input to output.
        """

    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        """Return logits and the gradient of the summed loss by `x`, in one pass.

        An adapter may override it with one compiled function: without the way to NumPy in
        between, PGD on a small CNN takes 5 to 11 % less time.

        Args:
            x: (n, ...) inputs, any n from 1.
            y: (n,) class indices.
            loss: What is to rise.

        Raises:
            NoGradient: The framework found no path from input to output.
        """
        found = self.pullback(x, lambda logits: loss.slope(logits, y)[None], count=1)
        gradients = found.gradients
        if isinstance(gradients, Mapping):
            return LossGradient(logits=found.logits, gradient={name: entry[0] for name, entry in gradients.items()})  # type: ignore[arg-type]  # one entry an input
        return LossGradient(logits=found.logits, gradient=gradients[0])


def name_of(native: object) -> str:
    """Return what a framework's own model, a function or a model file is called.

    Examples:
        >>> name_of("models/digits.keras"), name_of(len)
        ('digits.keras', 'len')
    """
    if isinstance(native, (str, Path)):
        return Path(native).name
    name = getattr(native, "name", None) or getattr(native, "__name__", None)
    return name if isinstance(name, str) else type(native).__name__
