"""Which checks several machines can share, and what each of them keeps."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.metric import ExampleMetric
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.piece import Piece
from pytest_robust.core.scores import Scores
from pytest_robust.gates._parts import remedy_of
from pytest_robust.gates.case import Case

__all__ = ["can_be_shared", "piece_of"]


def can_be_shared(case: Case) -> bool:
    """Return whether a check can be put together from its examples' scores: else each shard makes all of it.

    A number about all examples together, such as F1, is no mean of its parts. Nor can an interval
    by groups be made of scores alone.
    """
    if not isinstance(case.metric, ExampleMetric) or case.laboratory.data.groups is not None:
        return False
    requests = case.metric.requests()
    return len(requests) == 1 and requests[0].data is None and requests[0].model is None


def piece_of(case: Case, outcomes: tuple[Outcomes, ...]) -> Piece | None:
    """Return what a shard keeps of a check; None where all examples are looked at.

    Args:
        case: What was measured.
        outcomes: What happened to the shard's examples; none where nothing was asked.
    """
    shard = case.policy.shard
    if shard is None or not isinstance(case.metric, ExampleMetric):
        return None
    size = len(case.laboratory.data)
    positions = np.flatnonzero(shard.holds(np.arange(size)))
    scores = np.full(size, np.nan)
    for found in outcomes:
        if len(found):
            scores[found.index] = case.metric.scores(found)
    known = ~np.isnan(scores[positions])
    return Piece(
        shard=str(shard),
        size=size,
        asked=len(case.laboratory.order),
        known=Scores.of(known.astype(np.float64)),
        scores=Scores.exact(scores[positions][known]),
        flattery=case.metric.flattery.value,
        remedy=remedy_of(case),
    )
