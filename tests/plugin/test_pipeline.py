"""What a pipeline gets: JUnit's file, annotations, a summary."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "junit-10.xsd"))

# A second writer of JUnit's file, so that each session shows both families.
CONFTEST = """
import numpy as np
import pytest
from _pytest.junitxml import LogXML

X = np.linspace(0, 1, 200)[:, None]

@pytest.fixture(scope="session")
def robust_data():
    return X, (X[:, 0] > 0.5).astype(int)

def answers(cut):
    def model(x):
        return (x[:, 0] > cut).astype(int)
    return model

@pytest.fixture(scope="session")
def robust_model():
    return answers(0.55)

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        other = {"xunit1": "xunit2", "xunit2": "xunit1"}[config.getini("junit_family")]
        config.pluginmanager.register(LogXML(f"{other}.xml", None, family=other, log_passing_tests=True, logging="all"))
"""
SUITE = """
import numpy as np
import pytest
from conftest import answers
from pytest_robust.transforms import GaussianNoise

HOSTILE = "a|b\\n::error::x\\r\\x00\\x07\\x1b[31m<b>]]>&\\ud800"

def test_passes(robust):
    assert robust.accuracy() >= 0.9
    assert robust.accuracy() <= 0.99
    print("\\x00\\x1b[31m]]>")

@pytest.mark.parametrize("what", [HOSTILE], ids=[HOSTILE.encode("utf-8", "replace").decode()])
def test_fails(robust, what):
    assert robust(answers(0.9), name=HOSTILE).accuracy() >= 0.99

@pytest.mark.robust(claim="population")
def test_is_undecided(robust):
    assert robust.accuracy() >= 0.95

def test_measures_nothing(robust):
    assert robust(lambda x: np.full((len(x), 2), np.nan), name="nan").accuracy() >= 0.5

@pytest.mark.skip(reason="\\x07 skipped")
def test_skipped(robust):
    pass

def test_errs(robust, nowhere):
    pass
"""
TOML = """
model = "parts:model"
data = "parts:data"

[[check]]
name = "clean"
min_accuracy = 0.99
"""
PARTS = """
import numpy as np
def data():
    x = np.linspace(0, 1, 200)[:, None]
    return x, (x[:, 0] > 0.5).astype(int)
def model():
    return lambda x: (x[:, 0] > 0.7).astype(int)
"""


@dataclass(frozen=True)
class Session:
    """A session that is over, and where it ran."""

    folder: Path
    output: str

    def errors(self, file):
        """What a CI server would say against a file."""
        return [(error.path, error.reason) for error in SCHEMA.iter_errors(str(self.folder / file))]

    def cases(self, file):
        return {case.get("name"): case for case in ET.parse(self.folder / file).getroot().iter("testcase")}


def ran(folder, *arguments, **environment):
    tests = folder / "sub" / "tests"
    tests.mkdir(parents=True)
    for name, text in {"conftest.py": CONFTEST, "test_p.py": SUITE, "robust.toml": TOML, "parts.py": PARTS}.items():
        (tests / name).write_text(text, encoding="utf-8")
    (folder / "sub" / "pytest.ini").write_text("[pytest]\n")
    unset = ("GITHUB_", "PYTEST_ADDOPTS")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(unset)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:hypothesispytest", "-p", "no:cacheprovider",
         "--robust-gate", "--robust-first-release", *arguments],
        cwd=folder / "sub",
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return Session(folder / "sub", done.stdout)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """One process, no pipeline, properties asked for."""
    folder = tmp_path_factory.mktemp("alone")
    return ran(folder, "-o", "junit_family=xunit1", "--junitxml=xunit1.xml", "--robust-junit-properties")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Two workers on GitHub."""
    folder = tmp_path_factory.mktemp("shared")
    summary = folder / "summary.md"
    summary.write_text("what another step left")
    return ran(
        folder, "-n", "2", "--junitxml=xunit2.xml", f"--robust-output=md-append:{summary}",
        GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(folder),
    )  # fmt: skip


def test_the_schema_tells_a_good_file_from_a_bad_one():
    suite = '<testsuite name="a" tests="1" failures="0" errors="0"><testcase name="b">{}</testcase></testsuite>'
    assert list(SCHEMA.iter_errors(suite.format("<failure message='no'/>"))) == []
    assert [error.reason for error in SCHEMA.iter_errors(suite.format("<odd/>"))] != []


def test_the_file_of_the_usual_family_validates_with_workers_and_without(alone, shared):
    assert shared.errors("xunit2.xml") == []
    cases = shared.cases("xunit2.xml")
    kinds = {child.tag for case in cases.values() for child in case}
    assert kinds >= {"failure", "error", "skipped"}
    assert {"passes", "is_undecided"} <= {name.removeprefix("test_") for name in cases}
    gated = [case for case in ET.parse(shared.folder / "xunit2.xml").getroot().iter("testcase")
             if case.get("classname").startswith("robust-gate")]  # fmt: skip
    told = [case.find("failure").get("message").partition(":")[0] for case in gated if case.find("failure") is not None]
    assert sorted(told) == ["FAIL", "FAIL", "INVALID", "UNDECIDED"]
    assert len(gated) == 6
    # Nothing is added to the id of a check, of a parametrised test either.
    assert {case.get("name").rpartition("::")[2] for case in gated} == {"accuracy", "accuracy#2"}
    # Without workers, and no properties in it: then nothing but these is against the schema.
    assert {reason for _, reason in alone.errors("xunit2.xml")} == {
        "Unexpected child with tag 'properties' at position 1."
    }


def test_the_older_family_differs_by_the_place_of_a_test_alone(shared):
    # pytest's own, in every file of this family: servers that hold to the schema refuse it with any plugin.
    assert {reason for _, reason in shared.errors("xunit1.xml")} == {
        f"'{name}' attribute not allowed for element" for name in ("file", "line")
    }
    text = (shared.folder / "xunit1.xml").read_text(encoding="utf-8")
    (shared.folder / "placeless.xml").write_text(re.sub(r' (file|line)="[^"]*"', "", text), encoding="utf-8")
    assert shared.errors("placeless.xml") == []


def test_properties_of_a_test_are_the_numbers_of_its_checks_and_only_on_request(alone, shared):
    cases = alone.cases("xunit1.xml")
    found = {one.get("name"): one.get("value") for one in cases["test_passes"].iter("property")}
    assert found["robust.accuracy.decision"] == "PASS"
    assert float(found["robust.accuracy.low"]) < float(found["robust.accuracy.value"]) == 0.95
    assert (found["robust.accuracy.n"], found["robust.accuracy.bar"]) == ("200", ">= 0.9")
    assert found["robust.accuracy#2.bar"] == "<= 0.99"
    assert {one.get("name") for one in cases["test_measures_nothing"].iter("property")} == {
        *("robust.accuracy.decision", "robust.accuracy.n", "robust.accuracy.bar")
    }
    assert "properties" not in (shared.folder / "xunit2.xml").read_text(encoding="utf-8")


def test_annotations_stand_on_github_alone_once_at_the_line_of_the_test(alone, shared):
    assert [line for line in alone.output.splitlines() if line.startswith("::")] == []
    lines = (shared.folder / "tests" / "test_p.py").read_text(encoding="utf-8").splitlines()
    commands = [line for line in shared.output.splitlines() if line.startswith("::")]
    places = re.findall(r"^::error file=(\S+?),line=(\d+),title=(\w+)%3A", "\n".join(commands), re.MULTILINE)
    assert len(places) == len(commands) == 4
    toml = TOML.splitlines().index("[[check]]") + 1
    shown = {
        (file, lines[int(line) - 1].partition("(")[0] if "test_p" in file else line, word)
        for file, line, word in places
    }
    assert shown == {
        ("sub/tests/test_p.py", "@pytest.mark.parametrize", "FAIL"),
        ("sub/tests/test_p.py", "@pytest.mark.robust", "UNDECIDED"),
        ("sub/tests/test_p.py", "def test_measures_nothing", "INVALID"),
        ("sub/tests/robust.toml", str(toml), "FAIL"),
    }


def test_the_summary_stands_below_what_another_step_left(shared):
    text = (shared.folder.parent / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("what another step left\n\n**Robustness FAIL: 2 of 6 checks, and 1 INVALID, 1 UNDECIDED")
    assert len(text.splitlines()) <= 41
