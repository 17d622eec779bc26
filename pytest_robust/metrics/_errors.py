"""Errors under corruptions, severity by severity."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.corruptions import FIFTEEN
from pytest_robust.core.criteria import Criterion
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.metric import Request
from pytest_robust.core.model import name_of
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.parameters import SEVERITIES
from pytest_robust.core.perturbation import Transform
from pytest_robust.statistics.bootstrap import bootstrap

__all__ = ["Errors", "at_all_severities", "beside", "beside_words", "corruptions", "errors", "requests", "shares"]

_RESAMPLES = 1000


@dataclass(frozen=True, kw_only=True)
class Errors:
    """How wrong the answers to the same examples are, from 0 to 1, corruption by corruption.

    Args:
        clean: (n,) of the unchanged examples.
        corrupted: (n, corruptions, 5) of the changed ones.
    """

    clean: Floats
    corrupted: Floats

    def of(self, rows: Any) -> Errors:  # noqa: ANN401 - anything that indexes an array
        """Return those of some examples."""
        return Errors(clean=self.clean[rows], corrupted=self.corrupted[rows])

    @property
    def sums(self) -> Floats:
        """(corruptions,) the error rates, summed over the severities."""
        total: Floats = self.corrupted.mean(axis=0).sum(axis=-1)
        return total

    @property
    def rises(self) -> Floats:
        """(corruptions,) by how much the error rates exceed the clean one, summed over the severities."""
        return self.sums - SEVERITIES * self.clean.mean()


def at_all_severities(under: Any) -> tuple[Transform, ...]:  # noqa: ANN401 - a user's argument
    """Return a corruption at each of its severities.

    Args:
        under: A class, or a value whose own severity does not matter.

    Raises:
        InvalidArgument: It has no severities.
    """
    kind = under if isinstance(under, type) else type(under)
    if not issubclass(kind, Transform) or "severity" not in {item.name for item in fields(kind)}:
        name = kind.__name__ if isinstance(under, type) else repr(under)
        raise InvalidArgument(f"{name} has no severities from 1 to 5: give a corruption such as Fog or ShotNoise()")
    made: Any = under
    if isinstance(under, type):
        return tuple(made(severity=severity) for severity in range(1, SEVERITIES + 1))
    if under.severity is None:
        raise InvalidArgument(f"{under!r} has an amount of its own: give {kind.__name__}, or its severity")
    return tuple(replace(made, severity=severity) for severity in range(1, SEVERITIES + 1))


def corruptions(given: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a user's argument
    """Return the corruptions that a mean is taken over, the fifteen of the literature where none are given.

    Raises:
        InvalidArgument: There are none, or one has no severities.
    """
    if given is None:
        catalog = Catalog(room="pytest_robust.transforms", interface=Transform)  # type: ignore[type-abstract]  # the interface
        return tuple(catalog.load(name) for name in FIFTEEN)
    if not isinstance(given, (list, tuple)) or not given:
        raise InvalidArgument(f"corruptions={given!r} must be a list of corruptions, such as [Fog, ShotNoise]")
    for one in given:
        at_all_severities(one)
    return tuple(given)


def requests(under: Iterable[tuple[Transform, ...]], criterion: Criterion, model: Any = None) -> tuple[Request, ...]:  # noqa: ANN401 - any framework's
    """Return the evaluations of a model: unchanged, then each corruption at each severity."""
    # With outputs, so that the examples that are wrong already are changed too.
    clean = Request(criterion=criterion, model=model)
    return clean, *(
        Request(under=one, criterion=criterion, model=model, outputs=True) for severities in under for one in severities
    )


def errors(outcomes: tuple[Outcomes, ...]) -> Errors:
    """Return the errors in what the requests of one model gave."""
    clean, *corrupted = outcomes
    rates = np.stack([1 - one.perturbed for one in corrupted], axis=1)
    return Errors(clean=1 - clean.clean, corrupted=rates.reshape(len(clean), -1, SEVERITIES))


def beside(
    ratio: Callable[[Errors, Errors], float], outcomes: tuple[Outcomes, ...], *, confidence: float, seed: int
) -> Estimate:
    """Return what a model's errors are to a baseline's, with the interval of resampled examples.

    Args:
        ratio: Of the errors of the model and of the baseline; NaN where it is undefined.
        outcomes: Those of the model's requests, then as many of the baseline's.
        confidence: Coverage, strictly between 0 and 1.
        seed: For resampling.

    Raises:
        InvalidArgument: The baseline makes no errors that could be compared with.
    """
    half = len(outcomes) // 2
    ours, theirs = errors(outcomes[:half]), errors(outcomes[half:])
    value = ratio(ours, theirs)
    if not np.isfinite(value):
        raise InvalidArgument(
            f"the baseline makes no more errors under a corruption than without, on these {len(ours.clean)} examples: "
            "there is nothing to divide by; take a weaker baseline or more examples, or leave it out"
        )
    # The same examples of both: their difficulty is shared.
    interval = bootstrap(
        lambda rows: ratio(ours.of(rows), theirs.of(rows)),
        len(ours.clean),
        confidence=confidence,
        seed=seed,
        resamples=_RESAMPLES,
    )
    return Estimate(
        value=value,
        low=interval.low,
        high=interval.high,
        n=len(ours.clean),
        total=outcomes[0].total,
        confidence=confidence,
        method="percentile bootstrap",
    )


def beside_words(baseline: Any) -> str:  # noqa: ANN401 - any framework's
    """Return the end of a title: what the errors are a share of, nothing for no baseline."""
    return "" if baseline is None else f" beside {name_of(baseline)}"


def shares(ours: Floats, theirs: Floats) -> float:
    """Return the mean of the ratios, NaN where one is undefined."""
    return float((ours / theirs).mean()) if (theirs > 0).all() else float("nan")
