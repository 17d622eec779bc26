"""`python -m reference_models.compression`: measures every variant, and writes the table that the figure reads."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version

from reference_models.determinism import pin


def main(arguments: list[str]) -> int:
    """Do what the command line asks for, in a process that does nothing else."""
    parser = argparse.ArgumentParser(prog="python -m reference_models.compression", description=__doc__)
    parser.add_argument("--examples", type=int, default=500, metavar="N", help="test examples that are attacked")
    options = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    pin()  # One thread, before anything imports TensorFlow.
    from reference_models.compression.table import JSON, MARKDOWN, as_json, as_markdown, measured
    from reference_models.store import source_hash, trained
    from reference_models.tasks.compute_efficiency import TASK

    result = trained(TASK)
    rows = measured(result.model, result.splits, examples=options.examples)
    about = {
        "data": f"{result.splits.source}, {len(result.splits.test)} read and {options.examples} attacked",
        "sources": source_hash(TASK),
        **{name: version(name) for name in ("ai-edge-litert", "keras", "tensorflow")},
    }
    JSON.write_text(as_json(rows, about=about), encoding="utf-8")
    MARKDOWN.write_text(as_markdown(rows, about=about), encoding="utf-8")
    print(MARKDOWN.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
