"""What is kept of a release, to compare the next one with: a file to commit."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b, sha256
from typing import Any

from pytest_robust.core.errors import InvalidBaseline, InvalidData
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores

__all__ = ["BASELINE_SCHEMA", "Baseline", "KeptCheck", "Names", "named"]

BASELINE_SCHEMA = 1
"""The version of the file. It grows when a reader of the old form would misread the new."""

_KIND = "pytest-robust baseline"
_KEPT = (
    "metric", "title", "under", "op", "bar", "bar_of", "claim", "value", "low", "high", "n", "total", "confidence",
    "seed", "model", "data", "scores",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class KeptCheck:
    """One check of a release.

    Args:
        check: Its stable id: the test and what it measured.
        metric: The measurement's name.
        title: What was measured, in words.
        under: The perturbation with all its parameters, as runnable code; empty for none.
        op: >=, >, <= or <: which way is better; empty without a bar.
        bar: What the value was compared with; None without a bar.
        bar_of: The bar in words, where it is another measurement.
        claim: dataset or population.
        value: The value on all examples.
        low: Lower end of the interval for the population.
        high: Upper end.
        n: Examples evaluated.
        total: Examples there are.
        confidence: The interval's coverage.
        seed: The seed all random numbers come from.
        model: What the model is called.
        data: The data's fingerprint.
        scores: What each example came to; None where there is no score an example, or it is not kept.
    """

    check: str
    metric: str
    title: str
    under: str = ""
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
    seed: int = 0
    model: str = ""
    data: str = ""
    scores: Scores | None = None

    @classmethod
    def of(cls, check: str, record: Record) -> KeptCheck:
        """Return what is kept of a record under the check's id."""
        return cls(check=check, **{name: getattr(record, name) for name in _KEPT})

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> KeptCheck:
        """Return what `dataclasses.asdict` made of one."""
        scores = values["scores"]
        return cls(**{**values, "scores": None if scores is None else Scores(**scores)})


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The checks of a release, with what it takes to tell whether another is comparable.

    Args:
        created: UTC time, ISO 8601.
        tool: Name and version of this package.
        commit: The git commit that was checked out; empty where there is none.
        accepted: Why it was saved in spite of what spoke against it; empty where nothing did.
        environment: Python, platform and the versions of the packages in use.
        settings: The policy in force.
        models: What each model was called, and sixteen hexadecimal digits of how it answered in these checks.
        checks: One each, in the order of the tests.
    """

    created: str
    tool: str
    commit: str = ""
    accepted: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    checks: tuple[KeptCheck, ...] = ()

    @classmethod
    def of(cls, run: Run, *, commit: str, accepted: str, scores: bool) -> Baseline:
        """Return what is kept of a run.

        Args:
            run: All of it.
            commit: The git commit that is checked out, or nothing.
            accepted: Why it is kept in spite of what speaks against it, or nothing.
            scores: Keep what each example came to, so that the next release is compared pair by pair.
        """
        checks = [KeptCheck.of(check, record) for check, record in named(run)]
        return cls(
            created=run.created,
            tool=run.tool,
            commit=commit,
            accepted=accepted,
            environment=run.environment,
            settings=run.settings,
            models=_fingerprints(checks),
            checks=tuple(checks if scores else (replace(check, scores=None) for check in checks)),
        )

    def to_json(self) -> str:
        """Return the text of the file.

        Raises:
            ValueError: A number is NaN or infinite, which JSON cannot say.
        """
        values = {"kind": _KIND, "schema": BASELINE_SCHEMA, **asdict(self)}
        return json.dumps({**values, "checksum": _checksum(values)}, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Baseline:
        """Return the baseline that `to_json` wrote.

        Raises:
            InvalidBaseline: It is cut off, another file, of a newer schema, or was edited by hand.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise InvalidBaseline(f"it is no JSON, or was cut off: {error}; restore it from version control") from None
        if not isinstance(values, dict) or values.get("kind") != _KIND:
            raise InvalidBaseline("it is some other file; a baseline is what --robust-save-baseline wrote")
        schema = values.get("schema")
        if isinstance(schema, int) and schema > BASELINE_SCHEMA:
            raise InvalidBaseline(
                f"its schema is {schema}, and this version reads up to {BASELINE_SCHEMA}; upgrade pytest-robust"
            )
        checksum = values.pop("checksum", None)
        if checksum != _checksum(values):
            raise InvalidBaseline(
                "it was edited after it was saved: its checksum does not fit; "
                "restore it from version control, or save it anew with --robust-save-baseline"
            )
        try:
            found = cls(
                **{
                    **{name: value for name, value in values.items() if name not in {"kind", "schema"}},
                    "checks": tuple(KeptCheck.from_dict(check) for check in values["checks"]),
                }
            )
            for check in found.checks:
                if check.scores is not None:
                    check.scores.array()
        except (TypeError, KeyError, InvalidData) as error:
            raise InvalidBaseline(f"it lacks what a baseline of schema {schema} has: {error}") from None
        return found


def named(run: Run) -> list[tuple[str, Record]]:
    """Return the records that can be found again in another run, each with the id of its check.

    What a property draws is not drawn again, so its examples are left out. Several checks of one
    test on the same measurement are told apart by their order.
    """
    names = Names()
    return [(names.of(record), record) for record in run.records if not record.role]


class Names:
    """Gives checks their ids, in the order in which they were made."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, record: Record) -> str:
        """Return the id of the next check."""
        check = f"{record.nodeid}::{record.id}"
        self._seen[check] += 1
        return check if self._seen[check] == 1 else f"{check}#{self._seen[check]}"


def _fingerprints(checks: list[KeptCheck]) -> dict[str, str]:
    digests = {check.model: blake2b(digest_size=8) for check in checks}
    for check in checks:
        answers = check.scores.text if check.scores is not None else ""
        digests[check.model].update(f"{check.check} {check.value!r} {check.n} {answers}\n".encode())
    return {name: digest.hexdigest() for name, digest in sorted(digests.items())}


def _checksum(values: dict[str, Any]) -> str:
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(canonical.encode()).hexdigest()}"
