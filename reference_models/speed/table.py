"""The committed table of what each way costs, written and read."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from reference_models.sources import PACKAGE
from reference_models.speed.measure import Lap, Ratio, ratio
from reference_models.speed.ways import WAYS

__all__ = ["TABLE", "Measured", "read", "rendered"]

TABLE = PACKAGE / "SPEED.md"

_ROW = re.compile(r"\| `(\w+)` \|.*\| (\S+) \[(\S+), (\S+)\] \| (\S+) \[(\S+), (\S+)\] \|$", re.MULTILINE)
_LIKE = re.compile(r"^Measured .*$", re.MULTILINE)

_TEXT = """# What each way to train costs

{how}

A ratio is a way's time over the plain one's in the same round, for all the epochs that the way has: the median over
{rounds} rounds and its bootstrap interval of 95 %. All ways take turns in one process, in an order drawn anew in each
round. A training is timed up to its second epoch; later ones count as the second. Less than 1 is faster. Accuracies are
of the models that ship; they and what they keep under attack are compared in `tests/reference/test_training_speed.py`.

| way | what is different | epochs | accuracy | time | processor time |
|---|---|---|---|---|---|
{rows}

The network is small, and images are read from one file: what is saved by waiting less shows here only as far as there
is waiting. On an accelerator the same ways have other ratios; the command above measures them.

Mixed float16 is not among them: one step took {float16:.0f} times as long as one in float32, since
this processor has no instructions for it; on another it may be many times more. Mixed bfloat16 depends on the processor
in the same way, and gains where it has instructions.

Gradient checkpointing is there for memory. A step of training a stack of {deep} convolutions took {kept:.0f} MB beyond
what the process had before with all activations kept, and {recomputed:.0f} MB with one in six kept ({share:.2f} of it).
"""


def rendered(
    found: Sequence[Lap],
    accuracy: Mapping[str, float],
    *,
    float16: float,
    peaks: Mapping[str, int],
    deep: int,
    command: str,
) -> str:
    """Return the page.

    Args:
        found: All laps.
        accuracy: Of each way.
        float16: A step's time over one in float32.
        peaks: Bytes, from `memory.peaks`.
        deep: Layers of the network that these are of.
        command: What was typed.
    """
    rows = [
        f"| `{name}` | {way.words} | {way.epochs} | {accuracy[name]:.3f} | "
        f"{ratio(found, name, lambda lap: lap.whole)} | {ratio(found, name, lambda lap: lap.whole_cpu)} |"
        for name, way in WAYS.items()
    ]
    today = datetime.now(tz=UTC).date().isoformat()
    how = (
        f"Measured {today} by `{command}`: {_processor()}, TensorFlow {version('tensorflow')}, "
        f"Keras {version('keras')}, one thread an operation; other work ran beside."
    )
    return _TEXT.format(
        how=how,
        rounds=1 + max(lap.turn for lap in found),
        rows="\n".join(rows),
        float16=float16,
        deep=deep,
        kept=peaks["plain"] / 1e6,
        recomputed=peaks["recomputed"] / 1e6,
        share=peaks["recomputed"] / peaks["plain"],
    )


class Measured:
    """What the table holds.

    Args:
        how: When, by what and on what.
        time: Each way's time over the plain one's.
        processor_time: Likewise.
    """

    def __init__(self, *, how: str, time: Mapping[str, Ratio], processor_time: Mapping[str, Ratio]) -> None:
        self.how, self.time, self.processor_time = how, dict(time), dict(processor_time)


def read(path: Path = TABLE) -> Measured:
    """Return what a table holds.

    Raises:
        ValueError: It is not such a table.
    """
    text = path.read_text(encoding="utf-8")
    how, rows = _LIKE.search(text), _ROW.findall(text)
    if how is None or not rows:
        raise ValueError(f"{path} is no table of ratios; write it with `python -m reference_models.speed --table`")
    time, processor_time = (
        {name: Ratio(value=float(each[at]), low=float(each[at + 1]), high=float(each[at + 2])) for name, *each in rows}
        for at in (0, 3)
    )
    return Measured(how=how.group(), time=time, processor_time=processor_time)


def _processor() -> str:
    """Return the family of the processor by what it can do, which is what the ratios depend on."""
    told = Path("/proc/cpuinfo")
    flags = set(told.read_text(encoding="utf-8").split()) if told.is_file() else set()
    named = {"avx512f": "AVX-512", "avx512_bf16": "AVX-512 BF16", "amx_bf16": "AMX BF16"}
    able = [words for flag, words in named.items() if flag in flags]
    return " with ".join(filter(None, [f"a processor of the family {platform.machine()}", " and ".join(able)]))
