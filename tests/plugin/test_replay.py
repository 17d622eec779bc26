"""A saved counterexample runs alone."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

TEST = """
from pytest_robust.transforms import GaussianNoise
def test_noise(robust):
    assert robust.accuracy(under=GaussianNoise(sigma=5)) >= 0.9
def test_other():
    open("ran", "w")
"""


@pytest.fixture
def saved(project):
    """The project after a failing check, with `saved.files`."""
    project.makeini("[pytest]")
    project.makepyfile(test_one=TEST)
    result = project.run("--robust-report")
    result.assert_outcomes(passed=1, failed=1)
    (project.path / "ran").unlink()
    project.files = sorted((project.path / ".robust" / "counterexamples").iterdir())
    project.told = str(result.stdout)
    return project


def test_a_failing_check_saves_its_broken_inputs_and_names_the_files(saved) -> None:
    (record,) = saved.records()
    assert len(saved.files) == len(record["examples"]) == 3
    for path in saved.files:
        assert re.fullmatch(r"accuracy-gaussiannoise-sigma-5-[0-9a-f]{6}-\d+\.npz", path.name)
        assert f"pytest --robust-replay={path}" in saved.told
        with np.load(path, allow_pickle=False) as archive:
            example = next(one for one in record["examples"] if one["index"] == archive["index"])
            assert archive["clean"].shape == archive["changed"].shape == (1, 4, 4, 1)
            assert (str(archive["before"]), str(archive["after"])) == (example["before"], example["after"])
            assert str(archive["target"].item()) == example["label"]
            assert str(archive["nodeid"]) == "test_one.py::test_noise"


def test_it_runs_alone_and_fails_while_the_model_is_still_broken(saved) -> None:
    path = saved.files[0]
    result = saved.run(f"--robust-replay={path}")
    result.assert_outcomes(failed=1, deselected=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "x[[]*[]] under GaussianNoise(sigma=5), found by test_one.py::test_noise",
            "then: * -> *, of *",
            "now:  * -> *: still broken",
            f"picture: {path.with_suffix('.png')}",
        ]
    )
    then, now = (re.search(rf"^{word}: +(\d -> \d)", str(result.stdout), re.MULTILINE)[1] for word in ("then", "now"))
    assert then == now
    with Image.open(path.with_suffix(".png")) as picture:
        assert min(picture.size) > 100
    assert not (saved.path / "ran").exists()


def test_it_passes_when_the_model_is_mended(saved) -> None:
    conftest = saved.path / "conftest.py"
    # The changed input itself is now known, with the answer to the one it was made of.
    mended = (
        conftest.read_text()
        + f"""
from pathlib import Path
with np.load({str(saved.files[0])!r}) as archive:
    CHANGED, CLEAN = archive["changed"], archive["clean"]
@pytest.fixture(scope="session")
def robust_model():
    return lambda x: MODEL.logits(np.where((x == CHANGED).all(axis=(1, 2, 3), keepdims=True), CLEAN, x))
"""
    )
    conftest.write_text(mended)
    result = saved.run(f"--robust-replay={saved.files[0]}")
    result.assert_outcomes(passed=1, deselected=2)
    result.stdout.fnmatch_lines(["*= replay =*", "now:  * -> *: no longer broken", "picture: *"])


def test_a_file_that_holds_none_is_a_usage_error(saved) -> None:
    np.savez(saved.path / "data.npz", x=[1])
    for name, message in {
        "data.npz": "not a saved counterexample",
        "conftest.py": "no .npz file",
        "no.npz": "No such",
    }.items():
        result = saved.run(f"--robust-replay={name}")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"*--robust-replay=*{name}: *{message}*.robust/counterexamples/*"])
    assert not (saved.path / "ran").exists()
