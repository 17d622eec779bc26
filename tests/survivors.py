"""Lists the mutants that no test noticed; called by `make mutate`, after mutmut.

A survivor is asked about once more, by the tests that mutmut cannot run: TensorFlow and OpenMP do not outlive a fork, so
the tests that load them are left out there. Here each has a process of its own, which takes half a minute: too long for
all mutants, not for these.

usage: python tests/survivors.py [PATTERN ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

# Where what pyproject.toml leaves out of mutmut's runs stands, by the rooms whose code it reaches; all but
# test_hiding_models.py, whose models take minutes to train.
OF_EVALUATION = (
    "tests/evaluation/test_health.py",
    "tests/evaluation/test_ensembles.py",
    "tests/evaluation/test_tables.py",
)
TESTS = {
    "pytest_robust.statistics.": (),
    "pytest_robust.evaluation.": OF_EVALUATION,
    "pytest_robust.gates.": (*OF_EVALUATION, "tests/gates/test_any_model.py"),
}
LONGEST = 600
"""Seconds: a mutant that takes longer loops for ever."""


def survivors(patterns: list[str]) -> Iterator[str]:
    """Yield the names of the mutants that mutmut's tests did not notice, or none of them reached."""
    mutmut = Path(sys.executable).with_name("mutmut")
    told = subprocess.run([mutmut, "results"], capture_output=True, text=True, check=True).stdout
    for line in told.splitlines():
        name, _, state = line.strip().rpartition(": ")
        if state in {"survived", "no tests"} and any(fnmatch(name, pattern) for pattern in patterns or ["*"]):
            yield name


def is_noticed(mutant: str) -> bool:
    """Return whether a test of the other kind fails, or never ends, with the mutant in place."""
    (tests,) = (tests for room, tests in TESTS.items() if mutant.startswith(room))
    if not tests:
        return False
    check_unchanged(tests)
    try:
        # Whatever the status: a mutant may already stop the tests from being collected.
        return with_mutant(mutant, tests).returncode != 0
    except subprocess.TimeoutExpired:
        return True


@cache
def check_unchanged(tests: tuple[str, ...]) -> None:
    """Stop unless the tests pass without a mutant: else they would notice everything."""
    done = with_mutant("", tests)
    if done.returncode != 0:
        sys.exit(f"without a mutant pytest ended with {done.returncode}\n{done.stdout}\n{done.stderr}")


def with_mutant(mutant: str, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run tests with a mutant in place of its function; an empty name is of none."""
    options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "--hypothesis-profile=ci")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd="mutants",
        env={**os.environ, "MUTANT_UNDER_TEST": mutant, "PYTHONPATH": str(Path("mutants").absolute())},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


if __name__ == "__main__":
    left = [mutant for mutant in survivors(sys.argv[1:]) if not is_noticed(mutant)]
    sys.stdout.write("\n".join([*left, f"{len(left)} survived; `mutmut show NAME` shows a change\n"]))
