"""The check that all shards made together, judged as one session would have judged it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.estimate import Estimate
from pytest_robust.core.example import Example
from pytest_robust.core.metric import Flattery
from pytest_robust.core.outcomes import Finding
from pytest_robust.core.piece import Piece
from pytest_robust.core.record import ClassScore, Record
from pytest_robust.core.scores import Scores
from pytest_robust.core.shard import Shard
from pytest_robust.core.verdict import Bar, Decision, Verdict
from pytest_robust.evaluation.evidence import KEPT
from pytest_robust.evaluation.laboratory import order_of
from pytest_robust.gates._parts import nothing_to_measure
from pytest_robust.gates.decided import all_of, by_interval, by_value, enough_for
from pytest_robust.gates.doubt import leans_on_failure, proves_nothing
from pytest_robust.statistics.mean_interval import mean_interval

__all__ = ["whole"]

# Far more than sums of shares are off by, and far less than an example.
_ROUNDING = 1e-9

_SAME = (
    "id", "nodeid", "metric", "title", "under", "family", "level", "op", "bar", "bar_of", "claim", "confidence", "seed",
    "model", "data", "role",
)  # fmt: skip


def whole(records: Sequence[Record]) -> Record:
    """Return the record that one session over all examples would have made.

    Value, interval and verdict are those of one session, and so is what each example came to.
    What an attack showed against itself was looked for within each shard; one that saw something makes
    the check INVALID where its verdict rests on the attack. What it took is what all shards took.

    Args:
        records: Of one check, one for each shard.

    Raises:
        InvalidReport: They are not of one check, or a shard is missing.
    """
    ordered = _complete(records)
    first, pieces = ordered[0], [one.piece for one in ordered if one.piece is not None]
    by_position = _by_position(pieces)
    asked = sum(piece.asked for piece in pieces)
    merged = replace(
        first,
        total=asked,
        n=0,
        notes=tuple(dict.fromkeys(note for one in ordered for note in one.notes)),
        queries=sum(one.queries for one in ordered),
        gradients=sum(one.gradients for one in ordered),
        seconds=round(sum(one.seconds for one in ordered), 4),
        broken_by=_broken_by(ordered),
        examples=_examples(ordered),
        classes=_classes(ordered),
        # Each tells of its own examples; there is no sum of what was seen.
        health=tuple(
            (f"{asked} (shard {one.piece.shard})", seen)
            for one in ordered
            if one.piece is not None
            for asked, seen in one.health
        ),
        piece=None,
    )
    decisions = {one.decision for one in ordered}
    if Decision.INVALID.value in decisions:
        # What could not be measured on a part cannot be measured on all.
        ill = next(one for one in ordered if one.decision == Decision.INVALID.value)
        return replace(
            merged, decision=ill.decision, reason=ill.reason, remedy=ill.remedy, findings=ill.findings,
            value=None, low=None, high=None, method="",
        )  # fmt: skip
    if len(decisions) > 1:
        raise InvalidReport(f"the shards came to {' and '.join(sorted(decisions))}: run all of them anew")
    # In the order of one session, whose sums are rounded in it.
    scores = by_position[order_of(pieces[0].size, first.seed)]
    scores = scores[~np.isnan(scores)]
    estimate = mean_interval(scores, len(scores), confidence=first.confidence, seed=first.seed) if len(scores) else None
    if estimate is not None and len(scores) == asked:
        merged = replace(merged, scores=Scores.of(by_position[~np.isnan(by_position)]))
    return _told(merged, _judged(merged, estimate, pieces[0], ordered))


def _complete(records: Sequence[Record]) -> list[Record]:
    """Return the records in the order of their shards."""
    found: dict[int, Record] = {}
    first = records[0]
    for record in records:
        for name in _SAME:
            if getattr(record, name) != getattr(first, name):
                raise InvalidReport(
                    f"{name} is {getattr(first, name)!r} in one shard and {getattr(record, name)!r} in another: "
                    "these are not the same check"
                )
        if record.piece is None or first.piece is None:
            raise InvalidReport("one run looked at all examples and another at a shard: leave one of them out")
        shard, count = Shard.of(record.piece.shard), Shard.of(first.piece.shard).count
        if shard.count != count or record.piece.size != first.piece.size:
            raise InvalidReport(f"shards of {first.piece.shard} and {record.piece.shard}: all must be of as many")
        if shard.index in found:
            raise InvalidReport(f"shard {shard} is there twice, with two results: leave one of them out")
        found[shard.index] = record
    missing = [f"{index}/{count}" for index in range(1, count + 1) if index not in found]
    if missing:
        raise InvalidReport(f"shard {', '.join(missing)} is missing: give the runs of all {count}")
    return [found[index] for index in sorted(found)]


def _by_position(pieces: Sequence[Piece]) -> Floats:
    """Return (size,) the score of each example of the dataset, NaN where it has none."""
    every = np.full(pieces[0].size, np.nan)
    for piece in pieces:
        positions = np.flatnonzero(Shard.of(piece.shard).holds(np.arange(piece.size)))
        known = piece.known.array() > 0
        if len(known) != len(positions) or int(known.sum()) != piece.scores.n:
            raise InvalidReport(f"shard {piece.shard} does not hold as many scores as it says: run it anew")
        every[positions[known]] = piece.scores.array()
    return every


def _judged(merged: Record, estimate: Estimate | None, piece: Piece, ordered: Sequence[Record]) -> Verdict:
    claim = Claim(merged.claim)
    bar = Bar(op=merged.op, value=merged.bar) if merged.op and merged.bar is not None else None
    if merged.decision != Decision.SHARD.value:
        return Verdict(
            decision=Decision.NO_BAR,
            bar=None,
            estimate=estimate,
            claim=claim,
            reason=merged.reason,
            remedy=merged.remedy,
        )
    if estimate is None:
        return Verdict(
            decision=Decision.INVALID,
            bar=bar,
            estimate=None,
            claim=claim,
            reason=nothing_to_measure(merged.metric.replace("_", " ")),
        )
    if bar is None:
        verdict = Verdict(decision=Decision.NO_BAR, bar=None, estimate=estimate, claim=claim, reason="measured, no bar")
    elif claim is Claim.POPULATION:
        verdict = by_interval(bar, estimate, enough=enough_for(bar, estimate), remedy=piece.remedy)
    else:
        verdict = by_value(bar, estimate, rests_on=all_of(estimate.total), remedy=piece.remedy)
    return _doubted(verdict, Flattery(piece.flattery), ordered)


def _doubted(verdict: Verdict, flattery: Flattery, ordered: Sequence[Record]) -> Verdict:
    found = tuple(
        dict.fromkeys(
            Finding(sign=f"{sign} (shard {one.piece.shard})", remedy=remedy)
            for one in ordered
            if one.piece is not None
            for sign, remedy in one.findings
        )
    )
    if not found or flattery is Flattery.NONE:
        return verdict
    if verdict.bar is None or leans_on_failure(verdict, flattery):
        return proves_nothing(verdict, found)
    return replace(verdict, findings=found)


def _told(merged: Record, verdict: Verdict) -> Record:
    estimate, passing = verdict.estimate, verdict.decision is Decision.NO_BAR
    return replace(
        merged,
        decision=verdict.decision.value,
        reason=verdict.reason,
        remedy=verdict.remedy,
        value=estimate.value if estimate is not None else None,
        low=estimate.low if estimate is not None else None,
        high=estimate.high if estimate is not None else None,
        n=estimate.n if estimate is not None else 0,
        total=estimate.total if estimate is not None else merged.total,
        method=estimate.method if estimate is not None else "",
        findings=tuple((finding.sign, finding.remedy) for finding in verdict.findings),
        examples=() if passing else merged.examples,
    )


def _classes(ordered: Sequence[Record]) -> tuple[ClassScore, ...]:
    """Return what each class came to over all shards, in the order in which one session would tell them."""
    parts: dict[str, list[ClassScore]] = {}
    for each in (each for one in ordered for each in one.classes):
        parts.setdefault(each.label, []).append(each)
    found = [(label, parts[label]) for label in _in_order(parts, ordered)]
    return tuple(
        ClassScore(label=label, n=sum(each.n for each in one), before=_mean(one, "before"), value=_mean(one, "value"))
        for label, one in found
    )


def _mean(parts: Sequence[ClassScore], name: str) -> float:
    total = sum(getattr(each, name) * each.n for each in parts)
    # Of scores of 0 and 1 the sum is whole but for rounding, and then exact.
    whole_sum = round(total)
    return (whole_sum if abs(total - whole_sum) < _ROUNDING else total) / sum(each.n for each in parts)


def _in_order(labels: Iterable[str], ordered: Sequence[Record]) -> list[str]:
    """Return labels as the shards tell theirs: by number, or numbers that are words by the alphabet as well."""
    words = sorted(labels)
    try:
        by_number = sorted(words, key=float)
    except ValueError:
        return words
    told = [[each.label for each in one.classes] for one in ordered]
    return by_number if all(one == sorted(one, key=float) for one in told) else words


def _broken_by(ordered: Sequence[Record]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for one in ordered:
        for member, broken in one.broken_by:
            counts[member] = counts.get(member, 0) + broken
    return tuple(counts.items())


def _examples(ordered: Sequence[Record]) -> tuple[Example, ...]:
    return tuple(
        sorted(
            (example for one in ordered for example in one.examples),
            key=lambda example: (-(example.after_score or 0.0), example.index),
        )[:KEPT]
    )
