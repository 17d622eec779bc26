"""What the examples of each class came to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pytest_robust.core.arrays import Labels
from pytest_robust.core.metric import ExampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.record import ClassScore
from pytest_robust.gates.case import Case

__all__ = ["class_scores"]

# Beyond, a table of classes is read by nobody, and a report carries it all the same.
_MOST = 1000


def class_scores(case: Case, outcomes: tuple[Outcomes, ...]) -> tuple[ClassScore, ...]:
    """Return the mean score of each class before and under the perturbation; nothing where there are no classes.

    The mean over the classes, each weighted by its examples, is the measurement's value. The classes are those of
    the labels; of a criterion that needs none, those of the answers before the change.

    Args:
        case: What was judged.
        outcomes: What it rests on; the model is not asked again.
    """
    metric = case.metric
    if not isinstance(metric, ExampleMetric) or len(outcomes) != 1 or not len(outcomes[0]):
        return ()
    (found,), (evaluation,) = outcomes, case.evaluations
    if not evaluation.request.criterion.about_classes:
        return ()
    target = _comparable(found.target)
    if target is None:
        return ()
    labels, which, counts = np.unique(target, return_inverse=True, return_counts=True)
    if len(labels) > _MOST:
        return ()
    # As if the change had done nothing, by the metric's own rule: 0 for a rate of successes, 1 for what stays the same.
    still = replace(found, perturbed=found.clean, distance=None, reached=None, broken_by=None)
    sums = [np.bincount(which, weights=metric.scores(one)) / counts for one in (still, found)]
    names = labels if found.classes is None else found.classes[labels]
    return tuple(
        ClassScore(label=str(name), n=int(n), before=float(before), value=float(value))
        for name, n, before, value in zip(names, counts, *sums, strict=True)
    )


def _comparable(target: Labels | None) -> Labels | None:
    """Return labels that can be sorted, None where they name no classes."""
    if target is None or target.ndim != 1 or target.dtype.names is not None:
        return None
    if target.dtype.kind == "O":
        return target.astype(str)
    if target.dtype.kind == "f":
        whole: Labels = target.astype(np.int64)
        return whole if (whole == target).all() else None
    return target
