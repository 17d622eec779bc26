"""What each way to make the network smaller costs and saves, side by side in one run."""

from __future__ import annotations

import json
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reference_models.compression.networks import ending_in_logits
from reference_models.compression.pruning import zeros
from reference_models.compression.quantization import CALIBRATION, as_bfloat16, as_floating, as_int8

if TYPE_CHECKING:
    from pytest_robust.core.estimate import Estimate
    from reference_models.splits import Splits
    from reference_models.task import Family

__all__ = ["EPS", "JSON", "MARKDOWN", "NAMES", "Row", "Share", "as_json", "as_markdown", "measured", "read", "variants"]

JSON, MARKDOWN = Path(__file__).with_name("measured.json"), Path(__file__).with_name("measured.md")

EPS = 0.1
"""The budget of the attacks, in L-infinity, of pixels from 0 to 1."""
# Questions of the attack by scores, for each example.
_QUERIES = 300
# Turns in which all variants are timed one after the other; what disturbs the machine disturbs all of them alike.
_TURNS = 60
_MANY = 256

NAMES = {
    "original": "original, Keras",
    "litert": "original, LiteRT",
    "bfloat16": "bfloat16, Keras",
    "int8": "int8, LiteRT",
    "pruned": "pruned, Keras",
    "pruned_int8": "pruned, then int8, LiteRT",
    "distilled": "student, distilled, Keras",
    "alone": "student, alone, Keras",
}
"""What the variants are called, in the order of table and figure."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A number with its 95 % interval.

    Args:
        value: What was measured.
        low: Lower end.
        high: Upper end.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: Estimate) -> Share:
        """Return what is kept of an estimate."""
        return cls(value=round(estimate.value, 4), low=round(estimate.low, 4), high=round(estimate.high, 4))


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one variant came to.

    Args:
        name: A key of `NAMES`.
        zeros: Share of zeros among the weights that can be pruned.
        bytes: The file's size as it is written.
        compressed: The same after deflate, as a download or a package has it.
        one: Time of a single image, as a ratio to the original's.
        many: Time of a batch, likewise.
        accuracy: On the test set.
        by_gradients: Robust accuracy under PGD by the variant's own gradients, or where it has none by those of the
            network that it was made of.
        by_scores: Robust accuracy under Square, which asks for scores alone.
        agreement: With the original.
        agreement_attacked: With the original, under the attack by gradients.
    """

    name: str
    zeros: float
    bytes: int
    compressed: int
    one: Share
    many: Share
    accuracy: Share
    by_gradients: Share
    by_scores: Share
    agreement: Share
    agreement_attacked: Share


def variants(family: Family, splits: Splits) -> dict[str, Any]:
    """Return each variant: a Keras model, or the contents of a LiteRT file.

    Those in integers end in logits. A softmax in 8 bits answers in steps of 1/256: of whatever is surely one digit the
    scores are the same to the bit, and an attack by scores has nothing to go by.
    """
    examples = splits.train.x[:CALIBRATION]
    original = family["original"]
    made = {
        **family,
        "litert": as_floating(ending_in_logits(original)),
        "bfloat16": as_bfloat16(original),
        "int8": as_int8(ending_in_logits(original), examples),
        "pruned_int8": as_int8(ending_in_logits(family["pruned"]), examples),
    }
    return {name: made[name] for name in NAMES}


def measured(family: Family, splits: Splits, *, examples: int, turns: int = _TURNS) -> list[Row]:
    """Return what each variant came to.

    Args:
        family: The trained members.
        splits: Their data.
        examples: Test examples that are attacked; all are read.
        turns: In which the variants are timed.
    """
    made = variants(family, splits)
    one, many = (_latencies(made, splits.test.x[:size], turns=turns) for size in (1, _MANY))
    contents = {name: _contents(native) for name, native in made.items()}
    whole: dict[str, Any] = {name: _judged(name, native, family, splits, examples) for name, native in made.items()}
    return [
        Row(
            name=name,
            zeros=round(zeros(_source(name, native, family)), 4),
            bytes=len(contents[name]),
            compressed=len(zlib.compress(contents[name], 9)),
            one=one[name],
            many=many[name],
            **whole[name],
        )
        for name, native in made.items()
    ]


def read(path: Path = JSON) -> dict[str, Row]:
    """Return the rows that were kept, by name."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return {row["name"]: Row(**{key: _as_kept(value) for key, value in row.items()}) for row in rows}


def as_json(rows: list[Row], *, about: Mapping[str, str]) -> str:
    """Return rows as they are kept, with what they are about."""
    return json.dumps({"about": dict(about), "rows": [asdict(row) for row in rows]}, indent=1) + "\n"


def as_markdown(rows: list[Row], *, about: Mapping[str, str]) -> str:
    """Return rows as a table for people."""
    head = (
        "model",
        "zeros",
        "kB",
        "kB deflated",
        "time, 1 image",
        f"time, {_MANY} images",
        "accuracy",
        "under PGD",
        "under Square",
        "agreement",
        "agreement under PGD",
    )
    lines = [head, ("---",) * len(head)]
    for row in rows:
        shares = (row.accuracy, row.by_gradients, row.by_scores, row.agreement, row.agreement_attacked)
        lines.append(
            (
                NAMES[row.name],
                f"{row.zeros:.0%}",
                f"{row.bytes / 1000:.1f}",
                f"{row.compressed / 1000:.1f}",
                *(f"{each.value:.2f} [{each.low:.2f}, {each.high:.2f}]" for each in (row.one, row.many)),
                *(f"{each.value:.3f} [{each.low:.3f}, {each.high:.3f}]" for each in shares),
            )
        )
    told = "; ".join(f"{key}: {value}" for key, value in about.items())
    return (
        "# Smaller and faster: what it costs\n\n"
        "Made by `python -m reference_models.compression`, in one run on one thread. Times are ratios to the first\n"
        "row's, the median over turns with its 95 % interval; shares have 95 % intervals. Attacks in L-infinity,\n"
        f"eps {EPS:g}: PGD by the model's own gradients, or where it has none (LiteRT) by those of the network it was\n"
        "made of, and Square by scores alone. Integers tell their scores in steps, which makes Square find less:\n"
        "of two robust accuracies the lower one counts. One training of each, seed 0: under PGD the taught student\n"
        "has 0.59, 0.55 and 0.48 with seeds 0 to 2, the one alone 0.46, 0.54 and 0.48, so that no difference between\n"
        "them is shown; the original's lead over the pruned one, about a tenth, is in all three.\n\n"
        + "\n".join(f"| {' | '.join(line)} |" for line in lines)
        + f"\n\n{told}\n"
    )


def _as_kept(value: Any) -> Any:
    return Share(**value) if isinstance(value, dict) else value


def _contents(native: Any) -> bytes:
    """Return what a variant is on disk."""
    if isinstance(native, bytes):
        return native
    with tempfile.TemporaryDirectory() as folder:
        native.save(Path(folder) / "model.keras")
        return (Path(folder) / "model.keras").read_bytes()


def _judged(name: str, native: Any, family: Family, splits: Splits, examples: int) -> dict[str, Share]:
    from pytest_robust import Subject
    from pytest_robust.attacks import PGD, Square, TransferAttack

    original, source = family["original"], _source(name, native, family)
    asked = _interpreter(native) if isinstance(native, bytes) else native
    few = splits.test[:examples]
    all_of_them = Subject(asked, splits.test.x, splits.test.y, name=name)
    attacked = Subject(asked, few.x, few.y, name=name)
    own = PGD(eps=EPS)
    by_gradients = TransferAttack(surrogate=source, attack=own) if isinstance(native, bytes) else own
    found = {
        "accuracy": all_of_them.accuracy(),
        "agreement": all_of_them.agreement(original),
        "by_gradients": attacked.accuracy(under=by_gradients),
        "by_scores": attacked.accuracy(under=Square(eps=EPS, queries=_QUERIES)),
        "agreement_attacked": attacked.agreement(original, under=by_gradients),
    }
    return {what: Share.of(measurement.estimate()) for what, measurement in found.items()}


def _source(name: str, native: Any, family: Family) -> Any:
    """Return a variant itself, or the network that a LiteRT file was made of: it has the gradients, and the zeros."""
    if not isinstance(native, bytes):
        return native
    return family["pruned" if name == "pruned_int8" else "original"]


def _latencies(made: Mapping[str, Any], x: Any, *, turns: int) -> dict[str, Share]:
    """Return the time of each variant for a batch, as a ratio to the first one's."""
    from pytest_robust.statistics.bootstrap import bootstrap

    calls = {name: _call(native, x) for name, native in made.items()}
    for call in calls.values():
        call()
        call()
    # Enough calls a turn for the clock, a few milliseconds.
    repeats = max(1, 64 // len(x))
    seconds = np.array([[_seconds(call, repeats) for call in calls.values()] for _ in range(turns)])
    ratios = seconds / seconds[:, :1]

    def share(column: Any) -> Share:
        interval = bootstrap(
            lambda rows: float(np.median(column[rows])), len(column), confidence=0.95, seed=0, resamples=2000
        )
        return Share(value=round(float(np.median(column)), 3), low=round(interval.low, 3), high=round(interval.high, 3))

    return {name: share(ratios[:, place]) for place, name in enumerate(calls)}


def _seconds(call: Callable[[], Any], repeats: int) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        call()
    return time.perf_counter() - started


def _call(native: Any, x: Any) -> Callable[[], Any]:
    """Return one forward pass, without what is around it: no batches, no copies, compiled."""
    if isinstance(native, bytes):
        interpreter = _interpreter(native)
        taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        interpreter.resize_tensor_input(taken["index"], x.shape)
        interpreter.allocate_tensors()
        scale, zero = taken["quantization"]
        ready = np.clip(np.rint(x / scale) + zero, -128, 127).astype(np.int8) if scale else x

        def ask() -> Any:
            interpreter.set_tensor(taken["index"], ready)
            interpreter.invoke()
            return interpreter.get_tensor(given["index"])

        return ask
    import tensorflow as tf

    whole = tf.function(lambda images: native(images, training=False)).get_concrete_function(
        tf.TensorSpec(x.shape, tf.float32)
    )
    tensor = tf.constant(x)
    return lambda: whole(tensor)


def _interpreter(content: bytes) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=1)
