"""Any metric of scikit-learn, and those of all answers together that it does not have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from inspect import isfunction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from pytest_robust.core.arrays import Integers, Labels, Outputs
from pytest_robust.core.criteria import Correct, Criterion, answers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import BY_GROUPS, Estimate
from pytest_robust.core.metric import AnswerScore, Flattery, Request, ResampledMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.statistics.bootstrap import RESAMPLES, bootstrap

__all__ = ["Score"]

_SCORES_RANK = 2
_BINARY = 2


@dataclass(frozen=True)
class Score(ResampledMetric):
    """A metric of the labels and the model's answers: one of scikit-learn, or of boxes, texts or log-probabilities.

    Args:
        metric: A scorer's name ("f1_macro", "roc_auc", "precision"; all of
            `sklearn.metrics.get_scorer_names()`), a scorer made by `make_scorer`, or a
            function of (labels, predicted labels) such as `sklearn.metrics.f1_score`. For boxes
            `AveragePrecision(iou=0.5)`, for texts `CorpusBleu()`, of a language model `Perplexity()`.
        under: The perturbation; all examples are changed, also those wrong before.

    Raises:
        InvalidArgument: No such scorer; the message names the nearest.

    Examples:
        >>> Score("f1_macro").title
        'f1_macro'
    """

    metric: str | AnswerScore | Callable[..., float]
    under: Perturbation = field(default_factory=Clean, kw_only=True)

    def __post_init__(self) -> None:
        """Validate."""
        if isinstance(self.metric, str):
            from sklearn.metrics import get_scorer_names

            if self.metric not in get_scorer_names():
                near = get_close_matches(self.metric, get_scorer_names(), n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise InvalidArgument(
                    f"metric={self.metric!r} is no scorer of scikit-learn (sklearn.metrics.get_scorer_names()){hint}"
                )
        elif not isinstance(self.metric, AnswerScore) and not callable(self.metric):
            raise InvalidArgument(
                f"metric={self.metric!r} must be a scorer's name, a scorer or a function of (y, predicted)"
            )

    @property
    def title(self) -> str:
        """The metric's name."""
        return self.metric if isinstance(self.metric, str) else getattr(self.metric, "__name__", repr(self.metric))

    @property
    def _criterion(self) -> Criterion:
        return self.metric.criterion if isinstance(self.metric, AnswerScore) else Correct()

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves a score high; scorers count errors as negative."""
        return self.metric.flattery if isinstance(self.metric, AnswerScore) else Flattery.UP

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs, with all answers."""
        return (Request(under=self.under, criterion=self._criterion, outputs=True),)

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:
        """Return the metric with its interval."""
        (one,) = outcomes
        measure, n = self.number(one), len(one.index)
        interval = bootstrap(measure, n, confidence=confidence, seed=seed, resamples=RESAMPLES, groups=one.groups)
        return Estimate(
            value=measure(np.arange(n)),
            low=interval.low,
            high=interval.high,
            n=n,
            total=one.total,
            confidence=confidence,
            method=f"percentile bootstrap{'' if one.groups is None else BY_GROUPS}",
        )

    def number(self, outcomes: Outcomes) -> Callable[[Integers], float]:
        """Return what gives the metric of some examples.

        Raises:
            InvalidArgument: There are no labels, or it is not defined on all examples together.
        """
        if outcomes.outputs is None or outcomes.target is None:
            raise InvalidArgument(f"{self.title} needs labels and answers")
        target = np.asarray(outcomes.target)
        measure = self._measure(outcomes.outputs, target)
        if not np.isfinite(measure(np.arange(len(target)))):
            raise InvalidArgument(
                f"{self.title} is undefined on these {len(target)} examples "
                f"with labels {np.unique(target).tolist()[:10]}: "
                "it needs more than one class, or an average= that fits"
            )
        return measure

    def read(self, outputs: Outputs) -> Outputs:
        """Return the answers as they are, or the classes where nothing else counts."""
        return answers(outputs) if self._of_classes else outputs

    @property
    def _of_classes(self) -> bool:
        if isinstance(self.metric, AnswerScore):
            return False
        if self._is_function:
            return True
        from sklearn.metrics import get_scorer

        return getattr(get_scorer(self.metric), "_response_method", "predict") == "predict"

    @property
    def _is_function(self) -> bool:
        """Whether it takes labels and classes; a callable object may be a scorer, or as good as a function."""
        return isfunction(self.metric) or not (isinstance(self.metric, str) or hasattr(self.metric, "_score_func"))

    def _measure(self, outputs: Outputs, target: Labels) -> Callable[[Integers], float]:
        if isinstance(self.metric, AnswerScore):
            return self.metric.measure(target, outputs)
        predicted = answers(outputs)
        if self._is_function:
            function: Any = self.metric
            return lambda rows: _quietly(lambda: function(target[rows], predicted[rows]))
        from sklearn.metrics import get_scorer

        scorer = get_scorer(self.metric)
        replay = _replay(outputs, predicted, target)
        return lambda rows: _quietly(lambda: scorer(replay, rows[:, None], target[rows]))


def _quietly(measure: Callable[[], float]) -> float:
    import warnings

    # A resample may lack a class. scikit-learn warns and answers NaN or raises; both mean
    # "undefined here", which the bootstrap counts.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return float(measure())
        except ValueError as error:
            if "class" in str(error) or "label" in str(error):
                return float("nan")
            raise InvalidArgument(f"the metric cannot be computed on these labels: {error}") from error


def _replay(outputs: Outputs, predicted: Labels, target: Labels) -> Any:  # noqa: ANN401 - an estimator
    """Return an estimator that answers what the model answered, for scorers to question."""
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Replay(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
        """Answers by row number."""

        def __init__(self, classes: Labels) -> None:
            self.classes_ = classes

        def __sklearn_is_fitted__(self) -> bool:
            """Return true: there is nothing to fit."""
            return True

        def predict(self, rows: NDArray[np.int64]) -> Labels:
            """Return (n,) labels."""
            labels: Labels = predicted[rows[:, 0]]
            return labels

    if outputs.ndim != _SCORES_RANK:
        return Replay(np.unique(np.concatenate([target, predicted])))
    wide = outputs.astype(np.float64)
    shares = wide if (wide >= 0).all() and np.allclose(wide.sum(axis=1), 1, atol=1e-3) else softmax(wide, axis=1)
    decision = wide[:, 1] - wide[:, 0] if outputs.shape[1] == _BINARY else wide

    class ReplayScores(Replay):
        """Answers with scores as well."""

        def predict_proba(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
            """Return (n, classes) probabilities."""
            return shares[rows[:, 0]]

        def decision_function(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
            """Return (n,) or (n, classes) decision values."""
            return decision[rows[:, 0]]

    return ReplayScores(np.arange(outputs.shape[1]))
