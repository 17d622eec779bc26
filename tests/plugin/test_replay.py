"""A saved counterexample runs alone."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pytest_robust.core.counterexample import Counterexample
from pytest_robust.core.record import Record
from pytest_robust.plugin.replay import Replay, save

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


def test_a_check_of_a_robust_toml_is_replayed_on_its_own_model(pytester, run_pytest, monkeypatch) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]")
    pytester.makepyfile(
        words="""
        import numpy as np
        def model(x):
            return np.array([int("good" in text) for text in x])
        def data():
            return np.array(["a good film", "a bad film"] * 20), [1, 0] * 20
        """
    )
    text = 'model = "words:model"\ndata = "words:data"\n[[check]]\ntransform = "drop_words"\nrate = 1\nmin_accuracy = 0.9\n'
    (pytester.path / "robust.toml").write_text(text, encoding="utf-8")
    run_pytest("--robust-report").assert_outcomes(failed=1)
    path = next((pytester.path / ".robust" / "counterexamples").iterdir())
    result = run_pytest(f"--robust-replay={path}", "-n", "2")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["now:  1 -> 0: still broken", "before: a good film", "after:  *"])


FOUND = Counterexample(
    clean=np.zeros((1, 4, 4)),
    changed=np.ones((1, 4, 4)),
    target=np.array([1]),
    index=3,
    before="1",
    after="0",
    under="Flip()",
    model="",
    bounds=(0, 1),
)
RECORD = Record(
    id="accuracy", metric="accuracy", title="accuracy", decision="FAIL", reason="", nodeid="a::b", model="m"
)


def test_two_models_of_one_check_have_files_of_their_own(tmp_path) -> None:
    for model in ("one", "two"):
        save(tmp_path, (FOUND,), replace(RECORD, model=model))
    assert len(list(tmp_path.iterdir())) == 2
    assert {Counterexample.from_bytes(path.read_bytes()).model for path in tmp_path.iterdir()} == {"one", "two"}


def test_what_cannot_be_saved_is_told_and_stops_nothing(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    (line,) = save(tmp_path / "file", (FOUND,), RECORD)
    assert line.startswith("x[3] is not saved: ")
    (line,) = save(tmp_path, (replace(FOUND, clean=np.array([{}])),), RECORD)
    assert line == "x[3] is not saved: clean holds Python objects, which only a pickle keeps"


def test_a_picture_that_cannot_be_written_is_told(tmp_path) -> None:
    (tmp_path / "one.png").mkdir()
    shown = Replay(tmp_path / "one.npz", FOUND, allow_pickle=False)._shown()
    assert shown.startswith("picture: not written: ")
