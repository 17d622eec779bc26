"""A model with its examples, and all that can be measured on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any

from pytest_robust.adapters import adapt, dataset, raw_data
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.deadline import NEVER, Deadline
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.metric import Metric
from pytest_robust.core.model import Model, name_of
from pytest_robust.core.perturbation import Perturbation
from pytest_robust.core.policy import Policy
from pytest_robust.core.progress import SILENT, Watcher
from pytest_robust.core.tested import Tested
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.gates.case import Case
from pytest_robust.gates.curve import Curve
from pytest_robust.gates.judging import SETTLING, Judging
from pytest_robust.gates.measurement import Listener, Measurement, Shifted
from pytest_robust.gates.shards import can_be_shared

if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    from pytest_robust import metrics

    P = ParamSpec("P")
    M = TypeVar("M", bound=Metric)

    def _measures(metric: Callable[P, M]) -> Callable[P, Measurement]:
        """Return the type of a measurement's method: the metric's parameters, a Measurement."""


__all__ = ["METRICS", "Subject", "require"]

METRICS: Catalog[Metric] = Catalog(room="pytest_robust.metrics", interface=Metric)  # type: ignore[type-abstract]  # the interface


class Subject(Tested):
    """A model with its examples.

    Each file of `metrics/` is a method: `subject.accuracy(under=PGD(eps=0.1))`.

    Args:
        model: A Keras, TensorFlow or scikit-learn model, a function, or a model file's path.
        x: Inputs in any form (see `pytest_robust.adapters.raw_data`), or a pair (x, y).
        y: Labels, where `x` does not hold them; may be left out for invariance.
        bounds: The values an input can take, as (low, high); inferred where it is left out.
        groups: The group of each example, where several belong together, such as views of one object:
            intervals allow for it. Also a field of `Dataset`.
        policy: How measurements are made and judged.
        name: What the model is called in reports.
        listener: Hears of every measurement.
        watcher: Sees each check at work.
        deadline: Until when the model may be asked; what is not settled by then is UNDECIDED.
        judging: Answers what its measurements are asked.

    Raises:
        InvalidData: The examples cannot be measured on.
        InvalidModel: No adapter knows the model.

    Examples:
        >>> import numpy as np
        >>> subject = Subject(lambda x: (x.mean(axis=1) > 0.5).astype(int), np.eye(4), [0, 0, 0, 0])
        >>> verdict = subject.accuracy() >= 0.9
        >>> bool(verdict), verdict.estimate.value
        (True, 1.0)
    """

    if TYPE_CHECKING:
        accuracy = staticmethod(_measures(metrics.Accuracy))
        accuracy_under_shift = staticmethod(_measures(metrics.AccuracyUnderShift))
        adversarial_distance = staticmethod(_measures(metrics.AdversarialDistance))
        agreement = staticmethod(_measures(metrics.Agreement))
        attack_success_rate = staticmethod(_measures(metrics.AttackSuccessRate))
        breaking_point = staticmethod(_measures(metrics.BreakingPoint))
        corruption_error = staticmethod(_measures(metrics.CorruptionError))
        cross_validation = staticmethod(_measures(metrics.CrossValidation))
        direction = staticmethod(_measures(metrics.Direction))
        generalization_gap = staticmethod(_measures(metrics.GeneralizationGap))
        invariance = staticmethod(_measures(metrics.Invariance))
        mean_corruption_error = staticmethod(_measures(metrics.MeanCorruptionError))
        mean_flip_rate = staticmethod(_measures(metrics.MeanFlipRate))
        minimum_functionality = staticmethod(_measures(metrics.MinimumFunctionality))
        outcomes = staticmethod(_measures(metrics.Outcomes))
        relative_mean_corruption_error = staticmethod(_measures(metrics.RelativeMeanCorruptionError))
        score = staticmethod(_measures(metrics.Score))

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - any framework's
        x: Any,  # noqa: ANN401 - any form
        y: Any = None,  # noqa: ANN401 - any form
        *,
        bounds: Bounds | tuple[float, float] | dict[str, Bounds] | None = None,
        groups: Any = None,  # noqa: ANN401 - numbers or names
        policy: Policy | None = None,
        name: str = "",
        listener: Listener | None = None,
        watcher: Watcher = SILENT,
        deadline: Deadline = NEVER,
        judging: Judging = SETTLING,
    ) -> None:
        self._policy = policy or Policy()
        raw = raw_data(x, y)
        data = x if isinstance(x, Dataset) else dataset(raw, bounds, groups)
        if isinstance(x, Dataset) and groups is not None:
            raise InvalidArgument(
                "groups= beside a Dataset: give them to the Dataset, as Dataset(x=..., y=..., groups=...)"
            )
        adapted = adapt(model, allow_pickle=self._policy.allow_pickle, columns=raw.columns)
        self._laboratory = Laboratory(
            adapted, data, self._policy, bounds=bounds or data.bounds, watcher=watcher, deadline=deadline
        )
        self._name = name or name_of(model)
        self._listener, self._judging = listener, judging

    def __getattr__(self, name: str) -> Callable[..., Measurement]:
        """Return the measurement of that name.

        Raises:
            AttributeError: There is none; the message names the nearest.
        """
        if name.startswith("_") or name not in METRICS.names():
            known = (*METRICS.names(), "curve")
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"{name!r} is none of the measurements {', '.join(known)}{hint}")
        return partial(self._measure, METRICS.load(name))

    def curve(
        self,
        under: Perturbation | type[Perturbation],
        *,
        eps: Iterable[float] | None = None,
        severity: Iterable[int] | None = None,
    ) -> Curve:
        """Return robust accuracy at several strengths, each a measurement of its own: `curve[0.1] >= 0.6`.

        Args:
            under: An attack or a corruption: a class such as `PGD` or `Fog`, or a value, whose own
                strength does not matter.
            eps: The budgets of an attack, in the inputs' own unit.
            severity: The severities of a corruption, such as `range(1, 6)`.

        Raises:
            InvalidArgument: Not exactly one of the two is given, or `under` has no such strength.
        """
        if eps is not None and severity is None:
            return Curve.over_budgets(under, eps, self._measurement)
        if severity is not None and eps is None:
            return Curve.over_severities(under, severity, self._measurement)
        raise InvalidArgument(
            f"curve({name_of(under)}): say at which budgets, eps=[0.05, 0.1], "
            "or at which severities, severity=range(1, 6)"
        )

    def __dir__(self) -> list[str]:
        """Return the measurements beside what every object has."""
        return [*super().__dir__(), *METRICS.names()]

    @property
    def model(self) -> Model:
        """The model, adapted."""
        return self._laboratory.model

    @property
    def data(self) -> Dataset:
        """The examples."""
        return self._laboratory.data

    @property
    def name(self) -> str:
        """What the model is called in reports."""
        return self._name

    def with_policy(self, policy: Policy) -> Subject:
        """Return the same subject, judged by another policy."""
        if policy == self._policy:
            return self
        other = object.__new__(Subject)
        other.__dict__ = {
            **self.__dict__,
            "_policy": policy,
            "_laboratory": self._laboratory.with_policy(policy),
        }
        return other

    def require(
        self,
        measurement: Measurement,
        *,
        at_least: float | Measurement | Shifted | None = None,
        at_most: float | Measurement | Shifted | None = None,
    ) -> None:
        """Raise unless a measurement clears its bars: the same as `assert`, also under `python -O`.

        Args:
            measurement: What was measured.
            at_least: What it must reach.
            at_most: What it must not exceed.

        Raises:
            AssertionError: It does not, with the whole explanation.
            InvalidArgument: No bar was given.
        """
        __tracebackhide__ = True
        require(measurement, at_least=at_least, at_most=at_most)

    def _measure(self, metric: type[Metric], /, *args: Any, **kwargs: Any) -> Measurement:  # noqa: ANN401 - the metric's
        try:
            made = metric(*args, **kwargs)
        except TypeError as error:
            raise InvalidArgument(f"{metric.__name__}: {error}{_nearest(metric, kwargs)}") from None
        return self._measurement(made)

    def _measurement(self, metric: Metric) -> Measurement:
        told = metric.about(self._laboratory.data, self._laboratory.whole.order)
        case = Case(metric=told, laboratory=self._laboratory, policy=self._policy)
        if not can_be_shared(case):
            case = case.whole
        return Measurement(
            told,
            case.laboratory,
            case.policy,
            subject=self._name,
            listener=self._listener,
            judging=self._judging,
        )


def require(
    measurement: Measurement,
    *,
    at_least: float | Measurement | Shifted | None = None,
    at_most: float | Measurement | Shifted | None = None,
) -> None:
    """Raise unless a measurement clears its bars.

    Raises:
        AssertionError: It does not, with the whole explanation.
        InvalidArgument: No bar was given.
    """
    if at_least is None and at_most is None:
        raise InvalidArgument(f"{measurement!r}: say what is required, at_least= or at_most=")
    __tracebackhide__ = True
    verdicts = []
    if at_least is not None:
        verdicts.append(measurement >= at_least)
    if at_most is not None:
        verdicts.append(measurement <= at_most)
    for verdict in verdicts:
        if not verdict:
            raise AssertionError(verdict.explanation)


def _nearest(metric: type[Metric], given: dict[str, Any]) -> str:
    known = list(signature(metric).parameters)
    unknown = [word for word in given if word not in known]
    near = get_close_matches(unknown[0], known, n=1) if unknown else []
    return f"; did you mean {near[0]!r}?" if near else f"; it takes {', '.join(known) or 'nothing'}"
