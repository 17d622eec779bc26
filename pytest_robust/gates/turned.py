"""Which examples a release turned, found where the model and its inputs are."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.baseline import KeptCheck
from pytest_robust.core.perturbation import Clean
from pytest_robust.core.record import Record
from pytest_robust.core.turned import Turned
from pytest_robust.gates.case import Case
from pytest_robust.gates.explain import under_of
from pytest_robust.gates.gate import SAME

__all__ = ["turned"]

# Examples shown of each kind: they are asked about once more, and their pictures travel.
_SHOWN = 3


def turned(case: Case, record: Record, kept: KeptCheck) -> Turned | None:
    """Return the examples on which a check and its baseline differ; None where they cannot be told.

    A few of them are changed once more, to be shown. That costs as many model calls as an evaluation of so few.

    Args:
        case: What was judged.
        record: What it came to.
        kept: What it came to in the baseline.
    """
    if record.scores is None or kept.scores is None:
        return None
    if kept.scores.n != record.scores.n or any(getattr(kept, name) != getattr(record, name) for name in SAME):
        return None
    (evaluation,) = case.evaluations
    places = np.sort(evaluation.order)
    new = record.scores.array()
    more = new - kept.scores.array()
    gain = more if record.op.startswith(">") else -more
    worse, better = np.flatnonzero(gain < 0), np.flatnonzero(gain > 0)
    found = evaluation.outcomes
    # What the change turned comes first: what is wrong without it, the check without it shows.
    wrong = found.clean[np.argsort(found.index)] < 1
    rows = np.concatenate([some[np.argsort(wrong[some], kind="stable")][:_SHOWN] for some in (worse, better)])
    examples = evaluation.examples_of(places[rows], new[rows], under_of(case.metric) or Clean())
    broken_at, fixed_at = tuple(places[worse].tolist()), tuple(places[better].tolist())
    return Turned(
        broken_at=broken_at,
        fixed_at=fixed_at,
        broken=tuple(example for example in examples if example.index in broken_at),
        fixed=tuple(example for example in examples if example.index in fixed_at),
    )
