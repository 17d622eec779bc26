"""How well models do that learned from the other folds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from pytest_robust.core.arrays import Integers, Labels, take
from pytest_robust.core.criteria import Correct, Criterion
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData, InvalidModel
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Flattery, Request, SampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.perturbation import Clean, Perturbation
from pytest_robust.statistics.mean_interval import mean_interval

__all__ = ["CrossValidation"]

_FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class CrossValidation(SampleMetric):
    """Accuracy of models that learned from the other folds of the examples: each is asked about what it has not seen.

    The subject's own model takes no part. The examples are dealt into folds, class by class where
    labels are classes, and group by group where there are groups; each fold is answered by a model
    that `build` made of all others. The value is the share of right answers over all folds; the
    spread of the folds stands beside it. Its interval is about these models and further examples,
    and not about another deal of the folds: no unbiased estimate of that variance exists.

    Args:
        build: Called once for each fold with the (n, ...) inputs and (n,) labels of the others;
            returns a model that has learned from nothing else, of any framework. One that it
            returns twice is refused, because it would have learned from what it is asked about.
        folds: At least 2, and at most as many as there are examples.
        under: The perturbation, for robust accuracy.
        criterion: What counts as right.

    Raises:
        InvalidArgument: `build` is not a function, or `folds` is not an integer of at least 2.
        InvalidModel: `build` returned a model for the second time.

    Examples:
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.linear_model import LogisticRegression
        >>> from pytest_robust import Subject
        >>> x, y = load_iris(return_X_y=True)
        >>> def build(x, y):
        ...     return LogisticRegression(max_iter=1000).fit(x, y)
        >>> measured = Subject(build(x, y), x, y).cross_validation(build=build, folds=5).estimate()
        >>> measured.value
        0.96
        >>> measured.notes
        ('accuracy of the 5 folds: mean 0.960, standard deviation 0.037, from 0.933 to 1.000',)

    References:
        Stone, "Cross-Validatory Choice and Assessment of Statistical Predictions", JRSS B 36, 1974.
        Bengio and Grandvalet, "No Unbiased Estimator of the Variance of K-Fold Cross-Validation",
        JMLR 5, 2004.
    """

    build: Callable[[Any, Any], Any] = field(repr=False, compare=False)
    folds: int = 5
    under: Perturbation = field(default_factory=Clean)
    criterion: Criterion = field(default_factory=Correct)
    _dealt: _Dealt | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Validate."""
        if not callable(self.build):
            raise InvalidArgument(f"build={self.build!r} is not a function of (x, y) that returns a fitted model")
        if isinstance(self.folds, bool) or not isinstance(self.folds, int) or self.folds < _FEWEST:
            raise InvalidArgument(f"folds={self.folds!r} must be an integer, at least {_FEWEST}")

    @property
    def title(self) -> str:
        """What it is, with the folds."""
        return f"cross-validation in {self.folds} folds"

    @property
    def flattery(self) -> Flattery:
        """A weak attack leaves more right."""
        return Flattery.UP

    def about(self, data: Dataset, order: Integers) -> Self:
        """Return the metric with these examples dealt into folds."""
        if len(order) < self.folds:
            raise InvalidArgument(f"folds={self.folds} of {len(order)} examples: at most one fold for each example")
        if data.y is None:
            raise InvalidData("cross-validation needs labels, and y is None")
        made = replace(self)
        object.__setattr__(made, "_dealt", _Dealt(data=data, build=self.build, held=_deal(data, order, self.folds)))
        return made

    def requests(self) -> tuple[Request, ...]:
        """Return one evaluation for each fold."""
        assert self._dealt is not None, "about() comes first"
        return tuple(
            Request(under=self.under, criterion=self.criterion, data=examples, model=model)
            for examples, model in self._dealt.folds
        )

    def asked(self) -> tuple[Request, ...]:
        """Return the evaluations of the folds once all their models are built; none before."""
        return self.requests() if self._dealt is not None and self._dealt.built else ()

    def estimate(self, outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int) -> Estimate:
        """Return the share over all folds with its interval, and their spread."""
        folds = [np.where(one.clean > 0, one.perturbed, 0.0) for one in outcomes]
        pooled, total = np.concatenate(folds), sum(one.total for one in outcomes)
        means = [float(scores.mean()) for scores in folds]
        spread = (
            f"accuracy of the {len(folds)} folds: mean {np.mean(means):.3f}, standard deviation "
            f"{np.std(means, ddof=1):.3f}, from {min(means):.3f} to {max(means):.3f}"
        )
        estimate = mean_interval(pooled, total, confidence=confidence, seed=seed)
        return replace(estimate, notes=(*estimate.notes, spread))


@dataclass(frozen=True, kw_only=True)
class _Dealt:
    """Examples dealt into folds.

    Args:
        data: The examples.
        build: Makes a model of some of them.
        held: For each fold, the positions that its model is asked about, and those it learns from.
    """

    data: Dataset
    build: Callable[[Any, Any], Any]
    held: tuple[tuple[Integers, Integers], ...]

    @property
    def built(self) -> bool:
        """Whether there is a model for each fold."""
        # Where `folds` keeps what it made: asking for it would make it.
        return "folds" in vars(self)

    @cached_property
    def folds(self) -> tuple[tuple[tuple[Any, Labels], Any], ...]:
        """For each fold its examples, and the model that has not seen them; made when first asked for.

        Raises:
            InvalidModel: Two of them are one.
        """
        made: list[tuple[tuple[Any, Labels], Any]] = []
        for asked, learned in self.held:
            model = self.build(*self._examples(learned))
            again = [number for number, (_, known) in enumerate(made, start=1) if known is model]
            if again:
                raise InvalidModel(
                    f"cross-validation: build returned the model of fold {again[0]} again for fold {len(made) + 1}, "
                    "and so it has learned from the examples it is asked about; build a new model in each call"
                )
            made.append((self._examples(asked), model))
        return tuple(made)

    def _examples(self, rows: Integers) -> tuple[Any, Labels]:
        assert self.data.y is not None, "about() has seen the labels"
        return take(self.data.x, rows), self.data.y[rows]


def _deal(data: Dataset, order: Integers, folds: int) -> tuple[tuple[Integers, Integers], ...]:
    """Return for each fold the positions it holds and those of the others."""
    from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold

    labels = np.asarray(data.y)[order]
    # Values are no classes, nor are boxes; and a class of fewer examples than folds cannot be in each.
    classes = labels.ndim == 1 and labels.dtype.kind in "biuUSO"
    enough = classes and np.unique(labels, return_counts=True)[1].min() >= folds
    groups = None if data.groups is None else data.groups[order]
    if groups is not None:
        kind = StratifiedGroupKFold(folds)
        labels = labels if classes else np.zeros(len(order), np.int64)
    else:
        kind = StratifiedKFold(folds) if enough else KFold(folds)
    # In the random order of all evaluations, so that a seed deals otherwise.
    dealt = kind.split(order, labels, groups)
    return tuple((order[asked], order[learned]) for learned, asked in dealt)
