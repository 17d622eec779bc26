"""The pipelines of the page on continuous integration: they can be read, and their command runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import yaml

from pytest_robust.reporting import _annotations, md

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
GITHUB_ONLY = "--robust-output=md-append:$GITHUB_STEP_SUMMARY"
SAVE = "--robust-save-baseline=robust-baseline.json"


def blocks(language, section=PAGE):
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def section(title):
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def github():
    steps = yaml.safe_load(blocks("yaml", section("GitHub Actions"))[0])["jobs"]["gate"]["steps"]
    return [step["run"] for step in steps if "run" in step]


def gitlab():
    return yaml.safe_load(blocks("yaml", section("GitLab CI"))[0])["robustness"]["script"]


def jenkins():
    (text,) = blocks("groovy", section("Jenkins"))
    # A backslash at the end of a line joins it with the next, in Groovy as in the shell.
    scripts = re.findall(r"sh '''(.*?)'''|sh '([^']+)'", text, re.DOTALL)
    return [line.strip() for script in scripts for line in "".join(script).replace("\\\n", "").splitlines()]


def command(lines):
    """The words of the one line that calls pytest."""
    (line,) = [line for line in lines if line.startswith("pytest ")]
    return shlex.split(line)


def test_the_blocks_are_yaml_and_name_what_the_servers_look_for():
    parsed = [yaml.safe_load(text) for text in blocks("yaml")]
    workflow, comment, job, after = parsed
    # YAML reads the key `on` as a truth value; GitHub does not.
    assert set(workflow) == {"name", True, "permissions", "jobs"}
    assert workflow["permissions"] == {"contents": "read"}
    upload = workflow["jobs"]["gate"]["steps"][-1]
    assert upload["if"] == "always()"
    assert upload["with"]["include-hidden-files"] is True
    assert ".robust/report.html" in upload["with"]["path"].split()
    assert "--body-file .robust/report.md" in comment[0]["run"]
    assert job["robustness"]["artifacts"]["when"] == "always"
    assert job["robustness"]["artifacts"]["reports"] == {"junit": "robust-junit.xml"}
    assert set(after) == {"after_script"}
    (pipeline,) = blocks("groovy")
    assert all(pipeline.count(one) == pipeline.count(other) for one, other in ("{}", "()"))
    assert "junit 'robust-junit.xml'" in pipeline


def test_all_pipelines_run_the_one_command_of_the_page():
    (shown,) = [text.split() for text in re.findall(r"^```\n(pytest .*)\n```$", PAGE, re.MULTILINE) if SAVE not in text]
    assert command(gitlab()) == command(jenkins()) == shown
    assert command(github()) == [*shown, GITHUB_ONLY]


def test_the_command_of_the_pipelines_does_what_the_page_says(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_release.py").write_text(TESTS, encoding="utf-8")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COVERAGE_", "GITHUB_"))
    }
    on_github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path), "GITHUB_STEP_SUMMARY": "summary.md"}

    def run(words, **more):
        words = [word.replace("$GITHUB_STEP_SUMMARY", more.get("GITHUB_STEP_SUMMARY", "")) for word in words]
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:hypothesispytest", *words],
            cwd=tmp_path,
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )

    assert f"pytest {SAVE}" in PAGE
    saved = run([SAVE])
    assert saved.returncode == 0, saved.stdout
    (tmp_path / "conftest.py").write_text(CONFTEST.replace("answers(0.5)", "answers(0.6)"), encoding="utf-8")
    held = run(command(github())[1:], **on_github)
    assert held.returncode == 1, held.stdout
    made = {"robust-junit.xml", ".robust/report.html", ".robust/report.json", ".robust/report.md", "summary.md"}
    assert [name for name in made if not (tmp_path / name).exists()] == []
    named = set(re.findall(r"(?<![\w/])(?:\.robust/[\w.]+|robust-junit\.xml)", PAGE)) - {".robust/report.md"}
    assert named <= made
    # The page's example of an annotation, but for its numbers.
    (shown,) = re.findall(r"^(::error .*)\.\.\.$", PAGE, re.MULTILINE)
    wanted, *lines = (re.sub(r"\d\.\d{4}|line=\d+", "#", line) for line in [shown, *held.stdout.splitlines()])
    assert [line for line in lines if line.startswith(wanted)] != [], lines
    assert (tmp_path / "summary.md").read_text().startswith("**Robustness FAIL: gate BLOCKED")


def test_the_numbers_of_the_page_are_those_of_the_code():
    assert {md._MOST_BLOCKING, md._MOST_CHANGED} == {8}
    assert (md._MOST_LINES + 1, _annotations._MOST) == (40, 10)
    assert all(words in PAGE for words in ("at most 40 lines", "in eight lines at most", "ten of a kind"))


CONFTEST = """
import numpy as np
import pytest

X = np.linspace(0, 1, 200)[:, None]


@pytest.fixture(scope="session")
def robust_data():
    return X, (X[:, 0] > 0.5).astype(int)


def answers(cut):
    return lambda x: (x[:, 0] > cut).astype(int)


@pytest.fixture(scope="session")
def robust_model():
    return answers(0.5)
"""
TESTS = """
def test_clean(robust):
    assert robust.accuracy() >= 0.8
"""
