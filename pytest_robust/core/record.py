"""What is kept of a check: plain values only, so that it travels as one JSON string."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.bounds import Bounds
from pytest_robust.core.errors import InvalidData, InvalidReport
from pytest_robust.core.gated import Gated
from pytest_robust.core.piece import Piece
from pytest_robust.core.ran import Ran
from pytest_robust.core.scores import Scores

__all__ = ["SCHEMA", "Example", "Picture", "Record", "Run"]

SCHEMA = 1
"""The version of the JSON form. It grows when a reader of the old form would misread the new."""

_IMAGE_RANKS = {2, 3}
_CHANNELS = {1, 3, 4}
# Pixels a side: a report shows pictures smaller than this, and three of them travel with each check.
_LARGEST = 128


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image with 256 levels, as text.

    Args:
        height: Pixels.
        width: Pixels.
        channels: 1, 3 or 4.
        levels: base64 of height * width * channels bytes, rows first.
    """

    height: int
    width: int
    channels: int
    levels: str

    @classmethod
    def of(cls, image: NDArray[Any], bounds: Bounds) -> Picture | None:
        """Return the picture of an array, or None if it is no image; larger ones are thinned out.

        Args:
            image: (height, width) or (height, width, 1, 3 or 4) numbers.
            bounds: What is black and what is white.
        """
        if image.ndim not in _IMAGE_RANKS or not np.issubdtype(image.dtype, np.number):
            return None
        shape = image.shape if image.ndim > 2 else (*image.shape, 1)  # noqa: PLR2004 - height and width
        if shape[2] not in _CHANNELS or min(shape[:2]) < 2:  # noqa: PLR2004 - a line is no image
            return None
        low, span = (bounds.low, bounds.span) if bounds.finite else (float(image.min()), float(np.ptp(image)) or 1.0)
        step = -(-max(shape[:2]) // _LARGEST)
        image = image.reshape(shape)[::step, ::step]
        shape = image.shape
        levels = np.clip(np.rint((image.astype(np.float64) - low) / span * 255), 0, 255).astype(np.uint8)
        return cls(height=shape[0], width=shape[1], channels=shape[2], levels=b64encode(levels.tobytes()).decode())

    def array(self) -> NDArray[np.uint8]:
        """Return (height, width, channels) levels."""
        flat = np.frombuffer(b64decode(self.levels), dtype=np.uint8)
        return flat.reshape(self.height, self.width, self.channels)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One example before and after the change.

    Args:
        index: Its position in the dataset.
        label: What should be answered.
        before: What is answered to the unchanged input.
        after: What is answered to the changed one.
        before_score: The share of belief in `before`, 0 to 1, where the model gives scores.
        after_score: The share of belief in `after`.
        distance: The norm of the change, where it has one.
        clean: The unchanged input as a picture.
        changed: The changed input as a picture.
        clean_text: The unchanged input in words, where it is no picture.
        changed_text: The changed input in words; empty where it was answered wrong as it is.
    """

    index: int
    label: str
    before: str
    after: str
    before_score: float | None = None
    after_score: float | None = None
    distance: float | None = None
    clean: Picture | None = None
    changed: Picture | None = None
    clean_text: str = ""
    changed_text: str = ""

    @property
    def unchanged(self) -> bool:
        """Whether it was answered wrong as it is."""
        return bool(self.clean_text) and not self.changed_text


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
    piece: Piece | None = None

    def check(self) -> None:
        """Refuse values that a judge would stumble over, where they came from a file.

        Raises:
            InvalidData: A number is none, or the scores are no scores.
        """
        numbers = {name: getattr(self, name) for name in ("bar", "value", "low", "high")}
        for name, number in {**numbers, "n": self.n, "total": self.total, "confidence": self.confidence}.items():
            may_miss = name in numbers and number is None
            if not may_miss and (isinstance(number, bool) or not isinstance(number, (int, float))):
                raise InvalidData(f"{name}={number!r} of {self.id!r} is no number")
        for scores in (self.scores, *((self.piece.known, self.piece.scores) if self.piece is not None else ())):
            if scores is not None:
                scores.array()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Record:
        """Return the record that `to_dict` wrote."""
        examples = tuple(
            Example(
                **{
                    **example,
                    "clean": Picture(**example["clean"]) if example["clean"] else None,
                    "changed": Picture(**example["changed"]) if example["changed"] else None,
                }
            )
            for example in values["examples"]
        )
        tuples = {
            "findings": tuple((sign, remedy) for sign, remedy in values["findings"]),
            # Not there in reports made before members were counted.
            "broken_by": tuple((member, count) for member, count in values.get("broken_by", ())),
            "notes": tuple(values["notes"]),
        }
        scores, piece = values.get("scores"), values.get("piece")
        return cls(
            **{
                **values,
                **tuples,
                "examples": examples,
                "scores": Scores(**scores) if scores else None,
                "piece": Piece.from_dict(piece) if piece else None,
            }
        )


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
                }
            )
            for record in run.records:
                record.check()
        except (AttributeError, KeyError, TypeError, InvalidData) as error:
            raise InvalidReport(f"it lacks what a report of schema {schema} has: {error}") from None
        return run
