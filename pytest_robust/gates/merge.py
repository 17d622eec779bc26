"""Saved runs of one release, put together as if it had been one session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from pytest_robust.core.baseline import named
from pytest_robust.core.errors import InvalidReport
from pytest_robust.core.figure import Figure
from pytest_robust.core.ran import Ran
from pytest_robust.core.record import Record, Run, in_order
from pytest_robust.core.shard import Shard
from pytest_robust.gates.whole import whole

__all__ = ["Merged", "Saved", "merge"]

_POLICY = ("claim", "confidence", "error", "seed", "samples", "exact")
"""The settings that decide what a check says: with another of them it is another check."""

# What a check took depends on what was evaluated before it, which verdict it comes to does not.
_COSTS = {"seconds", "queries", "gradients", "health"}


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A run that was read from a file.

    Args:
        source: The file, as messages call it.
        run: What it holds.
    """

    source: str
    run: Run


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Several runs as one.

    Args:
        run: All their checks.
        differences: What of settings and environment was not the same everywhere, a line each.
    """

    run: Run
    differences: tuple[str, ...] = ()


def merge(saved: Sequence[Saved]) -> Merged:
    """Return the run that one session over all tests and all examples would have been.

    A check that several runs made alike is one; one whose examples were shared by shards is judged
    now. What was left out of one run and made in another is not left out. It is complete only if all
    of them are.

    Args:
        saved: At least one.

    Raises:
        InvalidReport: They were not made by one policy, do not agree about a check, or a shard is missing;
            the message names the files.
    """
    for name in _POLICY:
        _check_same_setting(name, saved)
    _check_shards(saved)
    settings, told = _together({one.source: one.run.settings for one in saved})
    environment, differs = _together({one.source: one.run.environment for one in saved})
    tools, versions = _together({one.source: {"tool": one.run.tool} for one in saved})
    records = _records(saved)
    return Merged(
        run=Run(
            created=max(one.run.created for one in saved),
            tool=tools["tool"],
            environment=environment,
            settings=settings,
            # As in a session.
            records=in_order(records),
            complete=all(one.run.complete for one in saved),
            ran=_ran([one.run.ran for one in saved]),
            figures=_figures(saved),
        ),
        differences=(*versions, *told, *differs),
    )


def _figures(saved: Sequence[Saved]) -> tuple[Figure, ...]:
    """Return each figure once: every shard's test draws it, the first is as good as the others."""
    found: dict[tuple[str, str], Figure] = {}
    for figure in (figure for one in saved for figure in one.run.figures):
        found.setdefault((figure.nodeid, figure.title), figure)
    return in_order(found.values())


def _check_same_setting(name: str, saved: Sequence[Saved]) -> None:
    first, *others = saved
    for other in others:
        ours, theirs = (one.run.settings.get(name, "not said") for one in (first, other))
        if ours != theirs:
            raise InvalidReport(
                f"{name} is {ours} in {first.source} and {theirs} in {other.source}: these are not the same checks; "
                f"run all with one --robust-{name}"
            )


def _together(values: dict[str, dict[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Return what holds everywhere or somewhere, and a line about each that differs."""
    made: dict[str, str] = {}
    told: list[str] = []
    for name in dict.fromkeys(key for one in values.values() for key in one):
        said: dict[str, list[str]] = {}
        for source, one in values.items():
            said.setdefault(one.get(name, "none"), []).append(source)
        made[name] = "; ".join(said)
        if len(said) > 1:
            told.append(f"{name}: " + "; ".join(f"{value} in {', '.join(sources)}" for value, sources in said.items()))
    return made, told


def _records(saved: Sequence[Saved]) -> list[Record]:
    found: dict[str, tuple[Record, str]] = {}
    shared: dict[str, dict[str, Record]] = {}
    for one in saved:
        for check, record in _all(one.run):
            shard = record.piece.shard if record.piece is not None else ""
            known = found.setdefault(f"{check} {shard}", (record, one.source))
            differs = _difference(known[0], record)
            if differs:
                raise InvalidReport(
                    f"{check}: {known[1]} and {one.source} do not agree: {differs}; leave out the one that is out of "
                    "date, or find out why the same check came to two results"
                )
            shared.setdefault(check, {})[shard] = known[0]
    return [_one(check, list(parts.values()), saved) for check, parts in shared.items()]


def _one(check: str, parts: list[Record], saved: Sequence[Saved]) -> Record:
    if len(parts) == 1 and parts[0].piece is None:
        return parts[0]
    try:
        return whole(parts)
    except InvalidReport as error:
        raise InvalidReport(f"{check} in {', '.join(one.source for one in saved)}: {error}") from None


def _check_shards(saved: Sequence[Saved]) -> None:
    """Refuse a set of shards that is not whole, whatever checks are in it."""
    found = {one.source: Shard.of(one.run.ran.shard) for one in saved if one.run.ran is not None and one.run.ran.shard}
    told = ", ".join(f"{shard} in {source}" for source, shard in found.items())
    if len({shard.count for shard in found.values()}) > 1:
        raise InvalidReport(f"these are shards of several kinds: {told}; give the runs of one")
    count = next((shard.count for shard in found.values()), 0)
    missing = [str(one) for index in range(count) if (one := Shard(index=index + 1, count=count)) not in found.values()]
    if missing:
        raise InvalidReport(f"shard {', '.join(missing)} is missing: there is {told}; give the runs of all {count}")


def _all(run: Run) -> Iterator[tuple[str, Record]]:
    """Yield every record with a name that it has in every run."""
    yield from named(run)
    # What a property draws has no such name: it is the same only if it is the same throughout.
    for record in run.records:
        if record.role:
            yield f"{record.nodeid}::{record.id} ({record.role}, {record.under})", record


def _difference(ours: Record, theirs: Record) -> str:
    for item in fields(Record):
        mine, other = getattr(ours, item.name), getattr(theirs, item.name)
        if item.name not in _COSTS and mine != other:
            if item.name in {"examples", "scores"}:
                return f"other {item.name}"
            return f"{item.name} {mine!r} and {other!r}"
    return ""


def _ran(all_of: Sequence[Ran | None]) -> Ran | None:
    """Return what was run anywhere; None unless all say it."""
    known = [one for one in all_of if one is not None]
    if len(known) < len(all_of):
        return None
    tests = _union(one.tests for one in known)
    return Ran(
        tests=tests,
        left_out=tuple(test for test in _union(one.left_out for one in known) if test not in set(tests)),
        limits=tuple(dict.fromkeys(limit for one in known for limit in one.limits)),
        failed=_union(one.failed for one in known),
    )


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for part in parts for name in part}))
