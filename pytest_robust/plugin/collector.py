"""Hears of every measurement and keeps it with the test that made it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.baseline import Names
from pytest_robust.core.readable import readable
from pytest_robust.core.verdict import Decision
from pytest_robust.plugin._ids import id_of
from pytest_robust.plugin.running import RUNNING
from pytest_robust.strategies._context import in_property

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_robust.core.baseline import KeptCheck
    from pytest_robust.core.figure import Figure
    from pytest_robust.core.record import Record
    from pytest_robust.core.turned import Turned
    from pytest_robust.gates.measurement import Measurement

__all__ = ["Collector", "drain", "keep"]


@dataclass(kw_only=True)
class _Seen:
    """The examples of one check in a property: how many, the last that failed, the worst."""

    drawn: int = 0
    failed: Record | None = None
    worst: Record | None = None

    def add(self, record: Record) -> None:
        self.drawn += 1
        if record.decision not in {Decision.PASS.value, Decision.NO_BAR.value}:
            # Hypothesis runs the mildest failing example last.
            self.failed = record
        if self.worst is None or _badness(record) > _badness(self.worst):
            self.worst = record

    def records(self) -> list[Record]:
        if self.worst is None:
            return []
        found = [] if self.failed is None else [replace(self.failed, role=f"mildest failing of {self.drawn} drawn")]
        if self.failed is None or self.worst.under != self.failed.under:
            found.append(replace(self.worst, role=f"worst of {self.drawn} drawn"))
        return found


def _badness(record: Record) -> float:
    if record.value is None or record.bar is None:
        return float("inf")
    # By the flattering end of the interval: a value over few examples, where an easy verdict
    # was reached early, is no match for one that many examples prove.
    if record.op.startswith(">"):
        return record.bar - (record.value if record.high is None else record.high)
    return (record.value if record.low is None else record.low) - record.bar


@dataclass(kw_only=True)
class _Log:
    records: list[Record] = field(default_factory=list)
    properties: dict[tuple[str, str, float | None], _Seen] = field(default_factory=dict)
    pending: list[Measurement] = field(default_factory=list)
    turned: dict[str, Turned] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)


_LOG = pytest.StashKey[_Log]()
# Of the whole test, where a log is of one phase: the ids count on.
_NAMES = pytest.StashKey[Names]()


class Collector:
    """The listener of all measurements made in tests.

    Args:
        folder: Where broken inputs are saved, None for nowhere.
        kept: By its id, each check that this session is held to.
    """

    def __init__(self, folder: Path | None, kept: Mapping[str, KeptCheck]) -> None:
        self._folder, self._kept = folder, kept

    def made(self, measurement: Measurement) -> None:
        """Remember a measurement until it is compared, or the test ends."""
        log = _log()
        if log is not None:
            log.pending = [one for one in log.pending if not one.compared]
            log.pending.append(measurement)

    def judged(self, measurement: Measurement, record: Record) -> None:
        """Keep the record of a verdict."""
        item, log = RUNNING.get(), _log()
        if item is None or log is None:
            return
        told = _told(record, item)
        if in_property():
            log.properties.setdefault((record.metric, record.op, record.bar), _Seen()).add(told)
        else:
            log.records.append(told)
            name = _named(item, told)
            turned = measurement.turned(told, self._kept[name]) if name in self._kept else None
            if turned is not None:
                log.turned[name] = turned
            if self._folder is not None and told.examples:
                # Of a property, only the last example of many would be worth its file, and it is printed as code.
                self._save(self._folder, item, measurement, told)

    def _save(self, folder: Path, item: pytest.Item, measurement: Measurement, record: Record) -> None:
        from pytest_robust.plugin.replay import save

        lines = save(folder, measurement.counterexamples(), record)
        if lines:
            # pytest shows it with a failure, also one that a worker found.
            item.add_report_section("call", "counterexamples", "\n".join(lines))


def keep(figure: Figure) -> None:
    """Remember a figure with the test under way; one of the same title takes the place of the one before."""
    log = _log()
    assert log is not None, "who calls has made sure that a test is under way"
    log.figures[figure.title] = figure


def drain(item: pytest.Item) -> dict[str, str]:
    """Return what goes on the item's report since the last call: records, examples that turned, figures.

    JSON strings, because xdist carries nothing but plain values, and one NumPy number on a
    report ends its session.
    """
    log = item.stash.get(_LOG, None)
    if log is None:
        return {}
    item.stash[_LOG] = _Log()
    records = list(log.records)
    for seen in log.properties.values():
        records += seen.records()
    for measurement in log.pending:
        if not measurement.compared:
            records.append(_told(measurement.record(measurement.unjudged()), item))
            _named(item, records[-1])
    found = {
        "robust_records": [record.to_dict() for record in records],
        "robust_turned": {name: turned.to_dict() for name, turned in log.turned.items()},
        "robust_figures": [asdict(replace(figure, nodeid=id_of(item))) for figure in log.figures.values()],
    }
    return {name: json.dumps(values, allow_nan=False) for name, values in found.items() if values}


def _named(item: pytest.Item, record: Record) -> str:
    """Return the id of the item's next check, as `core.baseline.named` finds it in a run."""
    return item.stash.setdefault(_NAMES, Names()).of(record)


def _told(record: Record, item: pytest.Item) -> Record:
    """Return a record with its test, under names that are the same in any environment."""
    return replace(record, nodeid=id_of(item), model=readable(record.model), title=readable(record.title))


def _log() -> _Log | None:
    item = RUNNING.get()
    if item is None:
        return None
    return item.stash.setdefault(_LOG, _Log())
