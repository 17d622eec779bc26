"""What is kept of a check: plain values only, so that it travels as one JSON string."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any, TypeVar

from pytest_robust.core.errors import InvalidData, InvalidReport
from pytest_robust.core.example import Example
from pytest_robust.core.figure import Figure
from pytest_robust.core.gated import Gated
from pytest_robust.core.groups import Groups
from pytest_robust.core.piece import Piece
from pytest_robust.core.ran import Ran
from pytest_robust.core.scores import Scores

__all__ = ["SCHEMA", "ClassScore", "Record", "Run", "in_order"]

SCHEMA = 1
"""The version of the JSON form. It grows when a reader of the old form would misread the new."""

_Told = TypeVar("_Told", "Record", Figure)


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """What the examples of one class came to.

    Args:
        label: The class, as the labels say it.
        n: Examples of it that were evaluated.
        before: The mean score of these, unchanged.
        value: The mean score of these under the perturbation.
    """

    label: str
    n: int
    before: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """One check, as reports and baselines read it.

    Args:
        id: Stable name of the check within its test: metric and perturbation.
        nodeid: The test that made it.
        metric: The measurement's name.
        title: What was measured, in words.
        under: The perturbation as runnable code; empty for none.
        family: What stays the same along a curve over `level`; empty for none.
        level: The strength on that curve; None where there is no single one.
        decision: PASS, FAIL, UNDECIDED, INVALID, NO BAR or, where all shards must be there first, SHARD.
        reason: Why, in a sentence.
        remedy: What to run or change next.
        op: >=, >, <= or <; empty without a bar.
        bar: What the value was compared with; None without a bar.
        bar_of: The bar in words, where it is another measurement.
        claim: dataset or population.
        value: The value on the examples evaluated; None where nothing was measured.
        low: Lower end of the interval for the population.
        high: Upper end.
        n: Examples evaluated.
        total: Examples there are.
        confidence: The interval's coverage.
        method: How the interval was made.
        findings: Pairs of sign and remedy: reasons not to believe the attack.
        notes: How the model was understood.
        queries: Inputs the model answered for.
        gradients: Inputs it was differentiated at.
        broken_by: Pairs of an ensemble's member, as code, and the examples it was the first to break,
            in the order in which they are tried; empty where there is no ensemble.
        seconds: Wall time.
        seed: The seed all random numbers come from.
        model: What the model is called.
        data: The data's fingerprint.
        role: For one of many of a property: what sets it apart (mildest failing, worst seen).
        examples: Some broken examples, the worst first.
        scores: What each example came to, where all were evaluated and each has a score; else None.
        groups: Which of these examples belong together; None where they are independent.
        classes: What each class came to, in the order of the labels; empty where there are no classes.
        health: Pairs of what was looked for in the attack and what was seen, healthy or not; empty
            where nothing was attacked.
        piece: What one shard of the examples came to; None where all were looked at.
    """

    id: str
    nodeid: str = ""
    metric: str
    title: str
    under: str = ""
    family: str = ""
    level: float | None = None
    decision: str
    reason: str
    remedy: str = ""
    op: str = ""
    bar: float | None = None
    bar_of: str = ""
    claim: str = "dataset"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    total: int = 0
    confidence: float = 0.95
    method: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    queries: int = 0
    gradients: int = 0
    broken_by: tuple[tuple[str, int], ...] = ()
    seconds: float = 0.0
    seed: int = 0
    model: str = ""
    data: str = ""
    role: str = ""
    examples: tuple[Example, ...] = ()
    scores: Scores | None = None
    groups: Groups | None = None
    classes: tuple[ClassScore, ...] = ()
    health: tuple[tuple[str, str], ...] = ()
    piece: Piece | None = None

    def check(self) -> None:
        """Refuse values that a judge would stumble over, where they came from a file.

        Raises:
            InvalidData: A number is none, or the scores are no scores.
        """
        numbers = {name: getattr(self, name) for name in ("bar", "value", "low", "high")}
        for name, number in {**numbers, "n": self.n, "total": self.total, "confidence": self.confidence}.items():
            may_miss = name in numbers and number is None
            known = isinstance(number, (int, float)) and not isinstance(number, bool) and isfinite(number)
            if not known and not may_miss:
                raise InvalidData(f"{name}={number!r} of {self.id!r} is no number")
        if self.groups is not None:
            self.groups.array()
        for scores in (self.scores, *((self.piece.known, self.piece.scores) if self.piece is not None else ())):
            if scores is not None:
                scores.array()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Record:
        """Return the record that `to_dict` wrote."""
        examples = tuple(map(Example.from_dict, values["examples"]))
        tuples = {
            "findings": tuple((sign, remedy) for sign, remedy in values["findings"]),
            # Not there in reports made before members were counted.
            "broken_by": tuple((member, count) for member, count in values.get("broken_by", ())),
            "notes": tuple(values["notes"]),
            # Not there in reports made before classes were told apart.
            "classes": tuple(ClassScore(**each) for each in values.get("classes", ())),
            "health": tuple((asked, seen) for asked, seen in values.get("health", ())),
        }
        scores, groups, piece = values.get("scores"), values.get("groups"), values.get("piece")
        each = {
            "scores": Scores(**scores) if scores else None,
            "groups": Groups(**groups) if groups else None,
            "piece": Piece.from_dict(piece) if piece else None,
        }
        return cls(**{**values, **tuples, **each, "examples": examples})


@dataclass(frozen=True, kw_only=True)
class Run:
    """All checks of one session, and where they were made.

    Args:
        created: UTC time, ISO 8601.
        tool: Name and version of this package.
        environment: Python, platform and the versions of the packages in use.
        settings: The policy in force: claim, confidence, error, seed, samples, exact.
        records: The checks, in order of the tests.
        complete: Whether the session came to its end.
        gate: What the comparison with an earlier release came to; None where there was none.
        ran: Which tests were run; None where that is not known.
        name: What it is called in the history; empty outside of it.
        figures: What tests drew, in order of the tests.
    """

    created: str
    tool: str
    environment: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    complete: bool = True
    gate: Gated | None = None
    ran: Ran | None = None
    name: str = ""
    figures: tuple[Figure, ...] = ()

    def to_json(self) -> str:
        """Return the text of `report.json`.

        Raises:
            ValueError: A number is NaN or infinite, which JSON cannot say.
        """
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Run:
        """Return the run that `to_json` wrote.

        Raises:
            InvalidReport: It is cut off, another file, of a newer schema, or lacks what a report has.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise InvalidReport(f"it is no JSON, or was cut off: {error}; run the tests again") from None
        if not isinstance(values, dict) or "records" not in values or "schema" not in values:
            raise InvalidReport("it is some other file; a report is what --robust-output=json:FILE wrote")
        schema = values.pop("schema")
        if schema != SCHEMA:
            raise InvalidReport(f"its schema is {schema}, and this version reads {SCHEMA}; upgrade pytest-robust")
        gate, ran = values.get("gate"), values.get("ran")
        try:
            run = cls(
                **{
                    **values,
                    "records": tuple(Record.from_dict(record) for record in values["records"]),
                    "gate": Gated.from_dict(gate) if gate else None,
                    "ran": Ran.from_dict(ran) if ran else None,
                    # Not there in reports made before tests could draw.
                    "figures": tuple(Figure(**figure) for figure in values.get("figures", ())),
                }
            )
            for record in run.records:
                record.check()
            for figure in run.figures:
                figure.check()
        except (AttributeError, KeyError, TypeError, InvalidData) as error:
            raise InvalidReport(f"it lacks what a report of schema {schema} has: {error}") from None
        return run


def in_order(told: Iterable[_Told]) -> tuple[_Told, ...]:
    """Return what tests told by file, then by test; of one test, as it came."""
    return tuple(sorted(told, key=lambda one: (one.nodeid.partition("::")[0], one.nodeid)))
