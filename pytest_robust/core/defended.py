"""A model behind a step that changes its input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.model import name_of

__all__ = ["BPDA", "Defended", "Step"]

Step: TypeAlias = Callable[[Any], Any]
"""From (n, ...) inputs to as many changed ones."""


def _straight_through(x: Any, gradient: Any) -> Any:  # noqa: ANN401, ARG001 - arrays, and what every `backward` is given
    return gradient


@dataclass(frozen=True)
class BPDA:
    """A step whose own gradient is missing or misleading, with another one for the way back.

    Args:
        forward: Takes (n, ...) inputs, returns as many changed ones; NumPy in, NumPy out.
        backward: Takes the (n, ...) inputs and the gradient by what `forward` made of them,
            returns the gradient by the inputs. Without it the gradient is handed on as it is,
            which suits a step that leaves an input about where it was.

    Raises:
        InvalidArgument: One of them cannot be called.

    Examples:
        >>> import numpy as np
        >>> BPDA(lambda x: np.round(x * 15) / 15).forward(np.array([0.21])).round(3).tolist()
        [0.2]

    References:
        Athalye, Carlini and Wagner, "Obfuscated Gradients Give a False Sense of Security:
        Circumventing Defenses to Adversarial Examples", ICML 2018, arXiv:1802.00420, section 4.1.
    """

    forward: Step
    backward: Callable[[Any, Any], Any] = _straight_through

    def __post_init__(self) -> None:
        """Validate."""
        for name in ("forward", "backward"):
            if not callable(getattr(self, name)):
                raise InvalidArgument(f"BPDA: {name}={getattr(self, name)!r} is not a function")


@dataclass(frozen=True)
class Defended:
    """A model whose inputs go through a step first: a defence that detects, denoises or compresses.

    It is attacked as one who knows the step would: backward pass differentiable approximation
    through it, and where it draws at random, the expectation over `samples` draws. A defence
    that was only tested by attacks that do not know it has not been tested (Tramer et al.,
    "On Adaptive Attacks to Adversarial Example Defenses", NeurIPS 2020, arXiv:2002.08347).

    Args:
        model: In any form that a model under test comes in.
        preprocess: The step, a function of (n, ...) NumPy inputs, or a `BPDA` where the
            gradient must not be handed on as it is.
        samples: Draws behind each gradient, where two calls of the step differ; at least 1.

    Raises:
        InvalidArgument: `preprocess` cannot be called, or `samples` is below 1.

    Examples:
        >>> import numpy as np
        >>> Defended("digits.keras", np.round).name
        'round | digits.keras'
    """

    model: Any
    preprocess: Step | BPDA
    samples: int = field(default=20, kw_only=True)

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.preprocess, BPDA) and not callable(self.preprocess):
            raise InvalidArgument(f"Defended: preprocess={self.preprocess!r} is neither a function nor a BPDA")
        if isinstance(self.samples, bool) or not isinstance(self.samples, int) or self.samples < 1:
            raise InvalidArgument(f"Defended: samples={self.samples!r} must be an integer, at least 1")

    @property
    def step(self) -> BPDA:
        """The step with its way back."""
        return self.preprocess if isinstance(self.preprocess, BPDA) else BPDA(self.preprocess)

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return f"{name_of(self.step.forward)} | {name_of(self.model)}"
