"""A robust.toml is collected as tests."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest

MODELS = """
from pathlib import Path

import numpy as np

WEIGHTS = np.random.default_rng(2).normal(size=(16, 3))


def load():
    with Path("loaded").open("a") as log:
        log.write("once ")
    return predict


def predict(x):
    return x.reshape(len(x), 16) @ WEIGHTS


def data():
    x = np.random.default_rng(3).random((200, 4, 4, 1)).astype("float32")
    y = predict(x).argmax(axis=1)
    y[:10] = (y[:10] + 1) % 3
    return x, y
"""
SPEC = """
model = "models:load"
data = "models:data"
samples = 100

[[check]]
name = "clean"
min_accuracy = 0.8

[[check]]
name = "noise"
transform = "gaussian_noise"
sigma = [0.001, 5]
min_accuracy = 0.9
"""
ITEMS = ["clean", "noise[sigma-0.001]", "noise[sigma-5]"]


@pytest.fixture
def folder(pytester, run_pytest, monkeypatch):
    """A folder `specs` with a robust.toml, and `folder.run(...)`."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # Threads of a linear solver wait for each other when the cores are busy.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    pytester.makeini("[pytest]")  # where the root is, whatever is named
    specs = pytester.mkdir("specs")

    class Folder:
        path = pytester.path
        makepyfile = staticmethod(pytester.makepyfile)

        @staticmethod
        def write(text=SPEC, models=MODELS):
            (specs / "robust.toml").write_text(text, encoding="utf-8")
            (specs / "models.py").write_text(models, encoding="utf-8")

        @staticmethod
        def run(*arguments):
            return run_pytest("-p", "no:randomly", "-p", "no:hypothesispytest", *arguments)

        @staticmethod
        def records():
            return json.loads((pytester.path / ".robust/report.json").read_text())["records"]

    Folder.write()
    return Folder


def test_its_checks_are_items_that_fail_with_the_usual_explanation(folder) -> None:
    folder.makepyfile("def test_beside(): pass")
    result = folder.run("-v", "--robust-report", "--junitxml=junit.xml", "--durations=1")
    result.assert_outcomes(passed=3, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines_random(
        [
            "specs/robust.toml::clean PASSED*",
            *(f"specs/robust.toml::{name.replace('[', '[[]')} *" for name in ITEMS[1:]),
        ]
    )
    result.stdout.fnmatch_lines(
        [
            "*_ noise[[]sigma-5[]] _*",
            "accuracy under GaussianNoise(sigma=5) >= 0.9",
            "measured 0.*",
            "FAIL: *",
            "try: *",
        ]
    )
    assert "Traceback" not in str(result.stdout)
    assert [record["nodeid"] for record in folder.records()] == [f"specs/robust.toml::{name}" for name in ITEMS]
    assert {(record["total"], record["model"]) for record in folder.records()} == {(100, "models:load")}
    # Loaded by the first check, for all of them.
    assert (folder.path / "loaded").read_text() == "once "
    cases = ET.parse(folder.path / "junit.xml").iter("testcase")
    assert {case.get("name") for case in cases} == {*ITEMS, "test_beside"}


def test_k_and_m_and_node_ids_select_and_lf_remembers(folder) -> None:
    folder.run("-k", "noise and 0.001").assert_outcomes(passed=1, deselected=2)
    folder.run("-m", "robust", "specs/robust.toml::noise[sigma-5]").assert_outcomes(failed=1)
    folder.run("--lf").assert_outcomes(failed=1)


def test_workers_say_the_same(folder) -> None:
    folder.run("--robust-report", "-n", "2").assert_outcomes(passed=2, failed=1)
    apart = folder.records()
    folder.run("--robust-report").assert_outcomes(passed=2, failed=1)
    for one, other in zip(apart, folder.records(), strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}


def test_the_command_line_wins_over_the_check_and_the_check_over_the_file(folder) -> None:
    folder.write(SPEC.replace("min_accuracy = 0.8", "min_accuracy = 0.8\nseed = 4\nsamples = 50", 1))
    folder.run("--robust-report", "--robust-seed=7", "-k", "clean or 0.001")
    assert [(record["seed"], record["total"]) for record in folder.records()] == [(7, 50), (7, 100)]


def test_collecting_imports_no_module_of_the_project(folder) -> None:
    folder.write(models="raise SystemExit('imported')")
    result = folder.run("--collect-only", "-q")
    result.stdout.fnmatch_lines([f"specs/robust.toml::{name.replace('[', '[[]')}" for name in ITEMS])
    assert result.ret == 0


def test_a_disabled_plugin_skips_its_checks_and_needs_no_file(folder) -> None:
    folder.write(SPEC.replace("models:load", "missing.keras"))
    folder.run("--robust-disable").assert_outcomes(skipped=3)


def test_a_mistake_stops_the_run_before_any_test(folder) -> None:
    folder.makepyfile("def test_runs_first(): open('ran', 'w')")
    folder.write(SPEC.replace("sigma", "sigmma"))
    result = folder.run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["specs/robust.toml:13: key 'sigmma' of check 2: unknown; did you mean 'sigma'?"])
    assert not (folder.path / "ran").exists()


def test_a_mistake_is_told_by_workers_too(folder) -> None:
    folder.write(SPEC.replace("sigma", "sigmma"))
    result = folder.run("-n", "2")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["specs/robust.toml:13: key 'sigmma' of check 2: unknown; did you mean 'sigma'?"])


def test_what_cannot_be_measured_fails_with_the_line_that_names_it(folder) -> None:
    folder.write(models=MODELS.replace("return x, y", "return x * 9 - 3, y"))
    result = folder.run("-k", "0.001")
    result.assert_outcomes(failed=1, deselected=2)
    result.stdout.fnmatch_lines(["specs/robust.toml:3: key 'data': the inputs lie in *; here as bounds = [[]0, 255[]]"])
    assert "Traceback" not in str(result.stdout)

    folder.write(models=MODELS.replace("return predict", "return 3"))
    result = folder.run("-k", "clean")
    result.stdout.fnmatch_lines(["specs/robust.toml:2: key 'model': 3 (int) is not a model: *"])

    folder.write(SPEC.replace("models:load", "models:loads"))
    result = folder.run("-k", "clean")
    result.stdout.fnmatch_lines(["specs/robust.toml:2: key 'model': 'models' has no 'loads'; did you mean 'load'?"])

    folder.write(models=MODELS.replace("return predict", "raise RuntimeError('no weights')"))
    result = folder.run("-k", "clean")
    # The project's own mistakes come with their place.
    result.stdout.fnmatch_lines(["*RuntimeError: no weights*"])
    result.stdout.fnmatch_lines(["*models.py*"])


@pytest.mark.parametrize(
    ("arguments", "found"), [((), True), (("--import-mode=append",), True), (("--import-mode=importlib",), False)]
)
def test_its_modules_are_found_as_those_of_a_test_beside_it(folder, arguments, found) -> None:
    result = folder.run("-k", "clean", *arguments)
    result.assert_outcomes(**{"passed" if found else "failed": 1, "deselected": 2})
    if not found:
        result.stdout.fnmatch_lines(["*key 'model': no module 'models' can be imported: it lies beside the file*"])


def test_pickles_need_permission(folder) -> None:
    import joblib
    from sklearn.linear_model import LogisticRegression

    x = np.random.default_rng(0).random((60, 4))
    y = (x[:, 0] > 0.5).astype(int)
    joblib.dump(LogisticRegression(C=100).fit(x, y), folder.path / "specs" / "model.joblib")
    np.savez(folder.path / "specs" / "test.npz", x=x, y=y)
    folder.write(
        'model = "model.joblib"\ndata = "test.npz"\ntrain = "test.npz"\n[[check]]\nattack = "fgsm"\neps = "1/255"\n'
        "min_accuracy = 0.8\nmax_generalization_gap = 0.01\n"
    )
    result = folder.run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["specs/robust.toml:1: key 'model': *loading it can run any code*--robust-allow-pickle"]
    )
    folder.run("--robust-allow-pickle").assert_outcomes(passed=1)


@pytest.mark.long
def test_keras_files_and_saved_models_are_models(folder) -> None:
    import keras

    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2, kernel_initializer="ones")(inputs))
    x = np.eye(4, dtype=np.float32)
    for name in ("one", "two"):
        (folder.path / name).mkdir()
        np.savez(folder.path / name / "test.npz", x=x, y=model.predict(x, verbose=0).argmax(axis=1))
    model.save(folder.path / "one" / "model.keras")
    model.export(folder.path / "two" / "model", verbose=False)
    for name, file in (("one", "model.keras"), ("two", "model")):
        text = f'model = "{file}"\ndata = "test.npz"\n[[check]]\nmin_accuracy = 1\n'
        (folder.path / name / "robust.toml").write_text(text, encoding="utf-8")
    folder.run("one", "two").assert_outcomes(passed=2)
