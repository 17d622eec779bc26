"""What the fixture `robust` gives."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.core.deadline import NEVER
from pytest_robust.core.progress import Watcher
from pytest_robust.core.tested import Tested
from pytest_robust.gates.judging import SETTLING, Judging
from pytest_robust.gates.subject import METRICS, Subject, require
from pytest_robust.plugin._kept_checks import kept_checks
from pytest_robust.plugin.collector import Collector, keep
from pytest_robust.plugin.markers import marks_of
from pytest_robust.plugin.running import RUNNING
from pytest_robust.plugin.settings import Settings
from pytest_robust.strategies._context import in_property

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_robust.core.bounds import Bounds
    from pytest_robust.core.dataset import Dataset
    from pytest_robust.core.model import Model
    from pytest_robust.core.perturbation import Perturbation
    from pytest_robust.core.policy import Policy
    from pytest_robust.gates.curve import Curve
    from pytest_robust.gates.measurement import Measurement, Shifted

__all__ = ["Robust"]

# Subjects whose outcomes stay known: a session rarely tests more models at a time.
_KEPT = 16


class Robust(Tested):
    """Makes subjects, and is the project's own one.

    `robust.accuracy(...)` measures `robust_model` on `robust_data`; `robust(model, x, y)`
    makes another subject; `robust(model)` another model on the same data.
    """

    if TYPE_CHECKING:
        accuracy = Subject.accuracy
        accuracy_under_shift = Subject.accuracy_under_shift
        adversarial_distance = Subject.adversarial_distance
        agreement = Subject.agreement
        attack_success_rate = Subject.attack_success_rate
        breaking_point = Subject.breaking_point
        corruption_error = Subject.corruption_error
        cross_validation = Subject.cross_validation
        direction = Subject.direction
        generalization_gap = Subject.generalization_gap
        invariance = Subject.invariance
        mean_corruption_error = Subject.mean_corruption_error
        mean_flip_rate = Subject.mean_flip_rate
        minimum_functionality = Subject.minimum_functionality
        outcomes = Subject.outcomes
        relative_mean_corruption_error = Subject.relative_mean_corruption_error
        score = Subject.score

    def __init__(self, settings: Settings, watcher: Watcher) -> None:
        self._settings, self._watcher = settings, watcher
        self._listener: Collector | None = Collector(settings.counterexamples, kept_checks(settings.gating))
        self._judging: Judging = SETTLING
        if settings.plan:
            from pytest_robust.plugin.planning import planning

            # Nothing is judged, so there is nothing to keep.
            self._listener, self._judging = None, planning()
        # The key holds identities, so the value holds the objects: an address is not reused
        # while they live.
        self._subjects: OrderedDict[tuple[Any, ...], tuple[Subject, Any]] = OrderedDict()

    def __call__(
        self,
        model: Any,  # noqa: ANN401 - any framework's
        x: Any = None,  # noqa: ANN401 - any form
        y: Any = None,  # noqa: ANN401 - any form
        *,
        bounds: Bounds | tuple[float, float] | dict[str, Bounds] | None = None,
        groups: Any = None,  # noqa: ANN401 - numbers or names
        name: str = "",
    ) -> Subject:
        """Return a subject: a model with examples, by default those of `robust_data`.

        Args:
            model: A Keras, TensorFlow or scikit-learn model, a function, or a path.
            x: Inputs in any form, or a pair (x, y).
            y: Labels.
            bounds: The values an input can take, as (low, high).
            groups: The group of each example, where several belong together.
            name: What the model is called in reports.
        """
        if x is None:
            x = self._fixture("robust_data")
        policy = self._policy()
        key = (id(model), id(x), id(y), id(groups), repr(bounds), name)
        if key not in self._subjects:
            made = Subject(
                model,
                x,
                y,
                bounds=bounds,
                groups=groups,
                policy=self._settings.policy,
                name=name,
                listener=self._listener,
                watcher=self._watcher,
                deadline=self._settings.deadline or NEVER,
                judging=self._judging,
            )
            self._subjects[key] = (made, (model, x, y, groups))
            if len(self._subjects) > _KEPT:
                self._subjects.popitem(last=False)
        self._subjects.move_to_end(key)
        subject = self._subjects[key][0]
        if policy == self._settings.policy:
            return subject
        varied = (*key, policy)
        if varied not in self._subjects:
            self._subjects[varied] = (subject.with_policy(policy), (model, x, y, groups))
        return self._subjects[varied][0]

    def __getattr__(self, name: str) -> Callable[..., Measurement]:
        """Return a measurement of the project's own subject."""
        if name.startswith("_") or name not in METRICS.names():
            return Subject.__getattr__(self, name)  # type: ignore[arg-type]  # raises, with the nearest name
        return getattr(self.subject, name)

    def __dir__(self) -> list[str]:
        """Return the measurements beside what every object has."""
        return [*super().__dir__(), *METRICS.names()]

    def curve(
        self,
        under: Perturbation | type[Perturbation],
        *,
        eps: Iterable[float] | None = None,
        severity: Iterable[int] | None = None,
    ) -> Curve:
        """Return robust accuracy at several budgets or severities: `curve[0.1] >= 0.6`."""
        return self.subject.curve(under, eps=eps, severity=severity)

    def figure(self, figure: Any, title: str) -> None:  # noqa: ANN401 - three libraries' pictures
        """Add a figure to the page of `--robust-report`.

        Args:
            figure: A matplotlib `Figure`, a PIL image, or an array (height, width), or with 1, 3 or 4 channels
                behind: uint8, or numbers in [0, 1].
            title: What it shows, in words. A second one of the same title in a test takes the place of the first.

        Raises:
            InvalidArgument: It is none of these, or has no title.
            pytest.UsageError: No test is under way.
        """
        if RUNNING.get() is None:
            raise pytest.UsageError(
                f"the figure {title!r} belongs to no test: call robust.figure inside a test function"
            )
        from pytest_robust.reporting import check_drawing, drawn  # what the page needs, where something is drawn

        check_drawing(figure, title=title)
        if self._settings.report or self._settings.outputs:
            keep(drawn(figure, title=title))

    @property
    def subject(self) -> Subject:
        """The project's own subject: `robust_model` on `robust_data`."""
        return self(self._fixture("robust_model"), self._fixture("robust_data"))

    @property
    def model(self) -> Model:
        """The project's own model, adapted."""
        return self.subject.model

    @property
    def data(self) -> Dataset:
        """The project's own examples."""
        return self.subject.data

    @property
    def name(self) -> str:
        """What the project's own model is called in reports."""
        return self.subject.name

    def require(
        self,
        measurement: Measurement,
        *,
        at_least: float | Measurement | Shifted | None = None,
        at_most: float | Measurement | Shifted | None = None,
    ) -> None:
        """Raise unless a measurement clears its bars: the same as `assert`, also under `python -O`."""
        __tracebackhide__ = True
        require(measurement, at_least=at_least, at_most=at_most)

    def _policy(self) -> Policy:
        policy = self._settings.policy
        item = RUNNING.get()
        for mark in marks_of(item) if item is not None else ():
            policy = mark.applied(policy, commanded=self._settings.commanded)
        # What a property draws next depends on what a check came to, which a shard cannot say.
        return replace(policy, shard=None) if policy.shard is not None and in_property() else policy

    def _fixture(self, name: str) -> Any:  # noqa: ANN401 - what the project's fixture returns
        item = RUNNING.get()
        # The fixture `robust` is of the whole session, so its own request cannot reach what
        # modules and classes override; the test's can. pytest offers no public way to it
        # from outside the test (Hypothesis and pytest-asyncio read the same attribute).
        request = getattr(item, "_request", None)
        if not isinstance(request, pytest.FixtureRequest):
            raise pytest.UsageError(
                f"{name} is known only inside a test function; elsewhere name model and data: robust(model, x, y)"
            )
        return request.getfixturevalue(name)
