"""A process that has loaded what sessions of pytest load, and forks a child for each session it is asked for.

`tests/_sessions.py` runs it as a script, and says what a forked session is and is not. A line of its standard input is a
request, as JSON; a line of its standard output is the exit status of the child.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import runpy
import sys
import tempfile
from pathlib import Path
from typing import TextIO, TypedDict

# Neither frameworks, whose threads do not outlive a fork, nor hypothesis, with which its plugin and ours behave otherwise.
KEPT_OUT = {"hypothesis", "keras", "tensorflow"}
LOADED = """
from importlib import import_module
from pkgutil import walk_packages

import coverage
import jinja2
import joblib
import PIL.Image
import rich.console
import scipy.optimize
import scipy.stats
import sklearn.linear_model

import pytest_robust

# Of an adapter its framework is imported, or what only works beside it; a strategy is one of hypothesis.
BESIDE = ("pytest_robust.adapters.", "pytest_robust.strategies", "pytest_robust.__main__")

for module in walk_packages(pytest_robust.__path__, "pytest_robust."):
    if not module.name.startswith(BESIDE):
        import_module(module.name)

def test_that_runs(): pass
"""


class Request(TypedDict):
    """A session: its arguments, and what surrounds its process."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    stdout: str
    stderr: str


def load() -> None:
    """Load pytest, its plugins and the libraries in a session, since only pytest rewrites its plugins as it must."""
    import pytest

    off = [
        word for name in ("robust", "hypothesispytest", "randomly", "cacheprovider") for word in ("-p", f"no:{name}")
    ]
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(said):
        Path("pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        Path("test_loaded.py").write_text(LOADED, encoding="utf-8")
        status = pytest.main([*off, "test_loaded.py"])
    del sys.modules["test_loaded"]
    unwanted = KEPT_OUT & {name.partition(".")[0] for name in sys.modules}
    if status or unwanted:
        sys.exit(f"{said.getvalue()}\n{status}, loaded: {unwanted}")


def become(request: Request, behind: list[str]) -> None:
    """Make of this child what `python -m pytest` is in a fresh interpreter, before its first import."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = ((os.devnull, os.O_RDONLY), (request["stdout"], written), (request["stderr"], written))
    for stream, (path, flags) in enumerate(files):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    # As -m does.
    sys.path[:] = [request["folder"], *named(), *behind]
    sys.argv[1:] = request["arguments"]
    # As coverage's own .pth file does at start-up; without its variables it starts nothing.
    import coverage

    coverage.process_startup()


def named() -> list[str]:
    """Return the folders that PYTHONPATH names."""
    return [str(Path(entry).absolute()) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def serve(requests: TextIO, answers: TextIO, behind: list[str]) -> None:
    """Answer requests until there are no more; return only in a child, which has become what it shall be."""
    for line in requests:
        child = os.fork()
        if not child:
            return become(json.loads(line), behind)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status, file=answers, flush=True)
    sys.exit()


if __name__ == "__main__":
    # The first is this script's folder.
    del sys.path[0]
    interpreters = [entry for entry in sys.path if entry not in named()]
    # No child has these open: a request stays a request, whatever a session prints or reads.
    with os.fdopen(os.dup(0)) as requests, os.fdopen(os.dup(1), "w") as answers:
        load()
        gc.collect()
        gc.freeze()
        serve(requests, answers, interpreters)
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)
