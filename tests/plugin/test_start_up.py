"""A session that does not use robust pays nothing for it: no module, no file, no word."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

import pytest

HEAVY = set("PIL hypothesis jax jinja2 keras matplotlib numpy pandas rich scipy sklearn tensorflow torch".split())
# What start-up costs is what it imports; the milliseconds are a row of benchmarks/.
LIGHT = {"pytest_robust", "lazy_loader"}

CONFTEST = """
import json, sys
from importlib.util import find_spec
from pathlib import Path

def pytest_unconfigure(config):
    seen = {
        "loaded": config.pluginmanager.hasplugin("robust"),
        "could": find_spec("numpy") is not None,
        "modules": sorted(sys.modules),
    }
    Path("seen.json").write_text(json.dumps(seen))
"""
PLAIN = "def test_plain():\n    pass\n"
MEASURING = """
def test_measuring(robust):
    import numpy as np
    assert robust(lambda x: (x[:, 0] > 0.5).astype(int), np.eye(4), [1, 0, 0, 0]).accuracy() >= 0.9
"""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of pytest that is over."""

    output: str
    loaded: bool
    could: bool
    modules: set[str]
    files: set[str]


def run(folder: Path, source: str, *arguments: str) -> Session:
    """Return a session of its own process, without other plugins: what they import is theirs."""
    folder.mkdir()
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_one.py").write_text(source, encoding="utf-8")
    others = [f"-pno:{entry.name}" for entry in entry_points(group="pytest11") if entry.name != "robust"]
    unset = {"PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}
    environment = {key: value for key, value in os.environ.items() if key not in unset and not key.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-pno:cacheprovider", *others, *arguments, "test_one.py"],
        cwd=folder,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
    output = re.sub(r"in [0-9.]+s", "in a moment", done.stdout + done.stderr).replace(str(folder), "FOLDER")
    return Session(
        output=re.sub(r"^plugins:.*\n", "", output, flags=re.MULTILINE).replace("=", ""),
        loaded=seen["loaded"],
        could=seen["could"],
        modules=set(seen["modules"]),
        files={path.name for path in folder.iterdir()} - {"seen.json"},
    )


@pytest.fixture(scope="module")
def unused(tmp_path_factory):
    session = run(tmp_path_factory.mktemp("a") / "unused", PLAIN)
    # Presence first: a plugin that is not there imports nothing either.
    assert session.loaded
    assert "pytest_robust.plugin.settings" in session.modules
    assert session.could
    return session


@pytest.fixture(scope="module")
def absent(tmp_path_factory):
    session = run(tmp_path_factory.mktemp("b") / "absent", PLAIN, "-pno:robust")
    assert not session.loaded
    return session


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    return run(tmp_path_factory.mktemp("c") / "used", MEASURING, "--robust-report")


def test_a_session_that_does_not_use_it_imports_nothing_heavy(unused, used):
    assert {"numpy", "scipy", "jinja2"} <= used.modules
    assert not HEAVY & unused.modules


def test_a_check_loads_no_library_that_it_does_not_need(used):
    # scipy.stats alone takes longer to load than all else that a small check needs.
    assert "scipy.special" in used.modules
    assert not {"scipy.stats", "sklearn", "matplotlib", "pandas", "keras", "tensorflow"} & used.modules


def test_it_brings_only_its_own_few_modules(unused, absent):
    brought = unused.modules - absent.modules
    assert "pytest_robust.plugin" in brought
    ours = {name for name in brought if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name.partition(".")[0] for name in ours} <= LIGHT
    assert len(ours) <= 12


def test_a_session_that_does_not_use_it_leaves_no_file(unused, absent, used):
    assert ".robust" in used.files
    assert unused.files == absent.files


def test_a_session_that_does_not_use_it_says_no_word(unused, absent, used):
    assert "robust" in used.output
    assert "1 passed" in unused.output
    assert unused.output == absent.output


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, pytest_robust, pytest_robust.plugin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "pytest_robust.plugin.settings" in modules
    assert not HEAVY & modules


def test_a_perturbation_is_there_when_it_is_asked_for():
    code = "import sys; from pytest_robust.attacks import PGD; print(PGD(eps=0.1)); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    value, modules = done.stdout.splitlines()
    assert value == "PGD(eps=0.1)"
    assert "numpy" in modules.split()
    assert not {"tensorflow", "keras", "hypothesis", "matplotlib", "sklearn", "jinja2"} & set(modules.split())
