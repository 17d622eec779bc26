"""Sessions of pytest in processes of their own, forked from one that has loaded the libraries already."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

__all__ = ["Sessions"]

SERVER = Path(__file__).with_name("_session_server.py")
# Threads of a linear solver wait for each other when the cores are busy.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# A compiled file is held against the second and the size of its source: a test that changes one character of a project
# within a second, as fast sessions allow, would go on with the old one.
NOT_COMPILED = {"PYTHONDONTWRITEBYTECODE": "1"}


class Sessions:
    """Run `python -m pytest` as a fresh interpreter would, without the seconds it takes to load what it needs.

    A session has a process of its own: its arguments, folder, environment, module path, streams and exit status, and it is
    measured by coverage where the suite is. The workers of its own xdist are fresh interpreters. What else is different:

    - The modules of pytest, its plugins, NumPy, SciPy, scikit-learn, jinja2, rich, Pillow and of the package are loaded;
      hypothesis, frameworks and their adapters are not. So a test of what is imported, or when, shows nothing here, and
      coverage counts no lines that run on import: the suite's own processes import every module.
    - What is read when an interpreter or a library starts is the server's: flags such as `-O`, the encoding, the seed of
      hashes, the threads of linear solvers (one). Nothing is written to `__pycache__`.
    - It has no terminal, and a signal of one does not reach it.

    Tests of these start an interpreter of their own. An environment that would have to be read at the start is refused.
    """

    def __init__(self) -> None:
        self._surroundings = dict(os.environ)
        self._server: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def run(self, *arguments: str, folder: Path, environment: Mapping[str, str]) -> pytest.RunResult:
        """Return the session that is over, as `pytester` does."""
        started, wanted = (_read_at_start(variables) for variables in (self._surroundings, environment))
        if started != wanted:
            raise ValueError(f"{dict(started ^ wanted)}: read when an interpreter starts; start one of its own")
        # The package is that of the server.
        if not environment.get("PYTHONPATH", "").endswith(path := self._surroundings.get("PYTHONPATH", "")):
            raise ValueError(
                f"PYTHONPATH={environment['PYTHONPATH']}: must end with {path}, where the server found the package"
            )
        with tempfile.TemporaryDirectory() as place:
            out, err = Path(place, "stdout"), Path(place, "stderr")
            start = time.perf_counter()
            status = self._ask(
                arguments=arguments,
                folder=str(folder),
                environment={**environment, **NOT_COMPILED},
                stdout=str(out),
                stderr=str(err),
            )
            seconds = time.perf_counter() - start
            said = [path.read_text(encoding="utf-8") for path in (out, err)]
        for text, stream in zip(said, (sys.stdout, sys.stderr), strict=True):
            stream.write(text)
        known = {code.value for code in pytest.ExitCode}
        ended = pytest.ExitCode(status) if status in known else status
        return pytest.RunResult(ended, *(text.splitlines() for text in said), seconds)

    def _ask(self, **request: object) -> int:
        server = self._server = self._server or _started(self._surroundings)
        assert server.stdin
        assert server.stdout
        try:
            print(json.dumps(request), file=server.stdin, flush=True)
            answer = server.stdout.readline()
        except BaseException:
            # A test that ran out of time leaves no session behind that the next one would wait for.
            self._stop()
            raise
        if not answer:
            self._stop()
            raise RuntimeError("the server of sessions came to its end; what it said is above")
        return int(answer)

    def _stop(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


def _read_at_start(variables: Mapping[str, str]) -> set[tuple[str, str]]:
    names = ("PYTHON", "LC_", "LANG")
    return {(name, value) for name, value in variables.items() if name.startswith(names) and name != "PYTHONPATH"}


def _started(surroundings: Mapping[str, str]) -> subprocess.Popen[str]:
    # Coverage measures its children, not itself, which has run nothing of the package.
    unset = ("COVERAGE_PROCESS_", "PYTEST_")
    environment = {name: value for name, value in surroundings.items() if not name.startswith(unset)}
    return subprocess.Popen(
        [sys.executable, SERVER],
        env=environment | ONE_THREAD | NOT_COMPILED,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
