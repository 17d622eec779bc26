"""What counts as right where a model says how probable a text is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, Labels, Outputs
from pytest_robust.core.criteria import AgainstClean, Criterion
from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.metric import AnswerScore, Flattery
from pytest_robust.core.sequences import are_rows

__all__ = ["Perplexity", "PerplexityAtMost", "PerplexityKept", "TokenProbability", "perplexities"]

_ROWS = 2
# Beyond, a perplexity is no double any more.
_MOST = 700.0
# Rounding of a float32 may carry a probability of 1 that far beyond.
_ROUNDING = 1e-3


def perplexities(outputs: Outputs) -> Floats:
    """Return (n,) the perplexity per token of each text: e to minus the mean log-probability of its tokens.

    Args:
        outputs: (n,) mean log-probabilities, natural logarithms, as a loss has them with the other sign; or those of
            each token: (n, tokens), or n rows of different lengths.

    Raises:
        InvalidModel: They are something else, or above 0, where no logarithm of a probability is.

    Examples:
        >>> perplexities(np.log([[0.5, 0.5], [0.25, 1.0]])).tolist()
        [2.0, 2.0]
    """
    if outputs.ndim == 1 and outputs.dtype == object and are_rows(outputs):
        empty = [row for row, values in enumerate(outputs) if not len(values)]
        if empty:
            raise InvalidModel(f"the model answers no log-probability for input {empty[0]} of a batch: one a token")
        rows = [np.asarray(row, dtype=np.float64) for row in outputs]
        highest, mean = max(float(row.max()) for row in rows), np.array([row.mean() for row in rows])
    elif outputs.ndim in {1, _ROWS} and outputs.dtype.kind == "f" and outputs.size:
        wide = outputs.astype(np.float64)
        highest, mean = float(wide.max()), wide if wide.ndim == 1 else wide.mean(axis=1)
    else:
        raise InvalidModel(
            f"the model answers {outputs.dtype} of shape {outputs.shape}, and log-probabilities of texts were to be "
            "judged: return (n,) means over the tokens, or those of each token"
        )
    if highest > _ROUNDING or not np.isfinite(mean).all():
        raise InvalidModel(
            f"the model answers {highest:g} as a log-probability: they are finite and at most 0; return natural "
            "logarithms of probabilities, minus the cross-entropy, and no logits"
        )
    return np.exp(np.minimum(np.maximum(-mean, 0.0), _MOST))


@dataclass(frozen=True)
class PerplexityAtMost(Criterion):
    """Right is a text that a language model finds no more surprising than this: needs no labels.

    Args:
        limit: Perplexity per token, at least 1.

    Raises:
        InvalidArgument: It is below 1, which no perplexity is.

    Examples:
        >>> criterion = PerplexityAtMost(3)
        >>> criterion.score(np.zeros(2), criterion.read(np.log([0.5, 0.25]))).tolist()
        [1.0, 0.0]
    """

    about_classes: ClassVar = False
    needs_labels: ClassVar = False

    limit: float

    def __post_init__(self) -> None:
        """Validate."""
        _check(self, "limit", self.limit, "a perplexity: 1 for a model that is sure of each token, more for others")

    def read(self, outputs: Outputs) -> Outputs:
        """Return (n,) perplexities."""
        return perplexities(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:  # noqa: ARG002 - no label is needed
        """Return (n,) 1 where the perplexity is low enough."""
        return (outputs <= self.limit).astype(np.float64)


@dataclass(frozen=True)
class TokenProbability(Criterion):
    """How right a text is is the geometric mean probability of its tokens, one over its perplexity: needs no labels.

    Examples:
        >>> criterion = TokenProbability()
        >>> criterion.score(np.zeros(2), criterion.read(np.log([0.5, 0.25]))).tolist()
        [0.5, 0.25]
    """

    about_classes: ClassVar = False
    needs_labels: ClassVar = False

    def read(self, outputs: Outputs) -> Outputs:
        """Return (n,) perplexities."""
        return perplexities(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:  # noqa: ARG002 - no label is needed
        """Return (n,) scores from 0 to 1."""
        return np.asarray(1 / outputs)


@dataclass(frozen=True)
class PerplexityKept(AgainstClean):
    """Right is a changed text that a model finds hardly more surprising than the unchanged one: needs no labels.

    Args:
        factor: The perplexity after the change over that before it, at most; at least 1.

    Raises:
        InvalidArgument: It is below 1, by which a text that is left alone could be wrong.

    Examples:
        >>> criterion = PerplexityKept(1.5)
        >>> before, after = (criterion.read(np.log([p])) for p in (0.5, 0.25))
        >>> criterion.score(criterion.kept(before), after).tolist()
        [0.0]
    """

    about_classes: ClassVar = False

    factor: float

    def __post_init__(self) -> None:
        """Validate."""
        _check(self, "factor", self.factor, "how many times the perplexity before the change it may be")

    def read(self, outputs: Outputs) -> Outputs:
        """Return (n,) perplexities."""
        return perplexities(outputs)

    def kept(self, outputs: Outputs) -> Labels:
        """Return the perplexities before the change."""
        return outputs

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) 1 where the perplexity has not grown by more."""
        return (outputs <= self.factor * target).astype(np.float64)


@dataclass(frozen=True)
class Perplexity(AnswerScore):
    """The perplexity per token of all texts together: their geometric mean. For `robust.score(...)`.

    Each text counts the same, however long: give texts of one length for the perplexity of a corpus.

    Examples:
        >>> said = perplexities(np.log([0.5, 0.125]))
        >>> round(Perplexity().measure(said, said)(np.arange(2)), 9)
        4.0
    """

    @property
    def criterion(self) -> TokenProbability:
        """What reads log-probabilities."""
        return TokenProbability()

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves it low."""
        return Flattery.DOWN

    def measure(self, target: Labels, outputs: Outputs) -> Callable[[Integers], float]:  # noqa: ARG002 - no label is needed
        """Return what gives the perplexity of some texts."""
        surprise = np.log(outputs.astype(np.float64))
        return lambda rows: float(np.exp(surprise[rows].mean()))


def _check(owner: object, name: str, value: Any, meaning: str) -> None:  # noqa: ANN401 - what a user gives
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not isfinite(value) or value < 1:
        raise InvalidArgument(
            f"{type(owner).__name__}: {name}={value!r} must be a finite number, at least 1: {meaning}"
        )
