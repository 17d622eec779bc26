"""`python -m reference_models.speed --table`: time each way to train, and write the table of ratios."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from reference_models.data import mnist
from reference_models.sources import PACKAGE
from reference_models.speed.measure import laps, step_of
from reference_models.speed.memory import DEEP
from reference_models.speed.table import TABLE, rendered
from reference_models.speed.ways import SAME_TO_THE_BIT, WAYS, network
from reference_models.splits import Splits


def main(arguments: list[str]) -> int:
    """Time, and print the table; or write it where it is kept."""
    parser = argparse.ArgumentParser(prog="python -m reference_models.speed", description=__doc__)
    parser.add_argument("--table", action="store_true", help=f"write it to {TABLE.name}")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="at least 3 (default: 5)")
    options = parser.parse_args(arguments)
    if options.rounds < 3:
        parser.error(f"--rounds={options.rounds}: an interval takes at least 3")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    # Operations of this size gain nothing by a second thread; reading ahead has one of its own.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    splits = mnist.load()
    accuracies, peaks = _accuracies(splits), _peaks()
    float16 = step_of("mixed_float16", splits.train, steps=2) / step_of("float32", splits.train, steps=20)
    page = rendered(
        laps(splits.train, rounds=options.rounds, told=lambda text: print(text, file=sys.stderr, flush=True)),
        accuracies,
        float16=float16,
        peaks=peaks,
        deep=DEEP,
        command=f"python -m reference_models.speed {shlex.join(arguments)}".strip(),
    )
    if options.table:
        TABLE.write_text(page, encoding="utf-8")
    else:
        print(page)
    return 0


def _accuracies(splits: Splits) -> Mapping[str, float]:
    """Return the accuracies of the models that ship, and of one that XLA trains, which cannot repeat to the bit."""
    from reference_models.accuracy import accuracy
    from reference_models.store import trained
    from reference_models.tasks.training_speed import TASK

    shipped = trained(TASK).metrics
    xla = WAYS["jit"](network("jit"), splits.train, quick=False, on_epoch=lambda _: None)
    return {
        **{name: shipped[f"{'plain' if name in SAME_TO_THE_BIT else name}_accuracy"] for name in WAYS if name != "jit"},
        "jit": accuracy(xla, splits)["accuracy"],
    }


def _peaks() -> Mapping[str, int]:
    """Return the peaks of memory, from a process that does nothing else."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-m", "reference_models.speed.memory"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=Path.cwd())
    found: Mapping[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
