"""What a model can be asked. A capability is a type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Mask, Outputs
from pytest_robust.core.losses import Loss

__all__ = ["Classifier", "Differentiable", "LossGradient", "Model"]


class Model(ABC):
    """Anything that answers for each example."""

    @abstractmethod
    def predict(self, x: Inputs) -> Outputs:
        """Return (n, classes) scores, (n,) labels or (n,) values.

        Args:
            x: (n, ...) inputs, any n from 1.
        """

    def rows(self, keep: Integers | Mask) -> Model:  # noqa: ARG002 - for views that remember rows
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


class Differentiable(Classifier):
    """A classifier whose loss can be differentiated by its input."""

    @abstractmethod
    def loss_gradient(self, x: Inputs, y: Integers, loss: Loss) -> LossGradient:
        """Return logits and the gradient of the summed loss by `x`, in one pass.

        Args:
            x: (n, ...) inputs, any n from 1.
            y: (n,) class indices.
            loss: What is to rise.

        Raises:
            NoGradient: The framework found no path from input to output.
        """
