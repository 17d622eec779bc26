"""The page on checks without code: its file runs, and does what stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "zero-code.md").read_text(encoding="utf-8")


def _blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def ran(pytester, run_pytest, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # Threads of a linear solver wait for each other when the cores are busy.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    (toml,), (python,) = _blocks("toml"), _blocks("python")
    (pytester.path / "robust.toml").write_text(toml, encoding="utf-8")
    (pytester.path / "digits.py").write_text(python, encoding="utf-8")
    return run_pytest("-v", "-p", "no:randomly")


def test_the_file_of_the_page_runs_as_shown(ran) -> None:
    shown, failure, _ = _blocks("text")
    verdicts = [re.sub(r" +\[ *\d+%\]$", "", line) for line in ran.outlines if line.startswith("robust.toml::")]
    assert verdicts == shown.splitlines()
    assert failure in str(ran.stdout) + "\n"
    assert ran.ret == 1


def test_the_mistake_of_the_page_is_told_as_shown(pytester, run_pytest, monkeypatch) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    (toml,), (*_, told) = _blocks("toml"), _blocks("text")
    folder = pytester.mkdir("tests")
    (folder / "robust.toml").write_text(toml.replace("eps", "epz"), encoding="utf-8")
    result = run_pytest()
    assert result.ret == 2
    assert all(line in str(result.stdout) for line in told.splitlines())
