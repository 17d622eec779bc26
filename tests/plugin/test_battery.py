"""A model file and its examples, without a line of test."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from pytest_robust import UNBOUNDED, Bounds, BoxesFound, Dataset, Subject, as_boxes
from pytest_robust.adapters import adapt
from pytest_robust.plugin._battery_checks import PROFILES, checks, sequence_bounds, takes_gaps
from pytest_robust.plugin._options import BATTERIES


@pytest.fixture
def folder(pytester, run_pytest, monkeypatch):
    """A folder with digits and a model without gradients, and `folder.run(...)`."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    x, y = load_digits(return_X_y=True)
    x = (x.reshape(-1, 8, 8) / 16).astype(np.float32)
    flat = FunctionTransformer(np.reshape, kw_args={"shape": (-1, 64)}, check_inverse=False)
    joblib.dump(make_pipeline(flat, LogisticRegression(max_iter=300)).fit(x[:1000], y[:1000]), "digits.joblib")
    np.savez("test.npz", x=x[1000:1300], y=y[1000:1300])
    np.savez("train.npz", x=x[:300], y=y[:300])
    # Out of 0..1 and far from 0..255.
    np.savez("odd.npz", x=x[1000:1300] * 3 - 1, y=y[1000:1300])

    class Folder:
        path = pytester.path
        makeini = staticmethod(pytester.makeini)
        makepyfile = staticmethod(pytester.makepyfile)
        makeconftest = staticmethod(pytester.makeconftest)

        @staticmethod
        def run(*arguments, model="digits.joblib", data="test.npz"):
            named = (f"--robust-model={model}", f"--robust-data={data}", "--robust-allow-pickle")
            return run_pytest("-p", "no:randomly", "-p", "no:hypothesispytest", *named, *arguments)

        @staticmethod
        def records():
            return json.loads((pytester.path / ".robust/report.json").read_text())["records"]

    return Folder()


def test_a_model_and_its_examples_are_enough(folder) -> None:
    result = folder.run("-v", "--robust-report", "--robust-profile=quick", "--robust-train=train.npz")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "robust-battery::clean PASSED*",
            "robust-battery::generalization-gap PASSED*",
            "robust-battery::gaussiannoise-severity-3 PASSED*",
            "robust-battery::fog-severity-3 PASSED*",
            "robust-battery::rotate-degrees-10 PASSED*",
            "robust-battery::fgsm-eps-0.1 SKIPPED (the model gives no gradients*",
        ]
    )
    records = {record["under"]: record for record in folder.records() if record["metric"] == "accuracy"}
    assert records[""]["value"] > 0.8
    assert records["Rotate(degrees=10)"]["value"] < records[""]["value"]
    assert {record["decision"] for record in folder.records()} == {"NO BAR"}
    # The quick profile looks at 200 of the 300.
    assert {record["n"] for record in records.values()} == {200}


def test_k_selects_and_a_command_line_says_how_many(folder) -> None:
    result = folder.run("-v", "-k", "rotate or clean", "--robust-samples=50", "--robust-report")
    result.assert_outcomes(passed=2, deselected=len(_names()) - 2)
    assert [record["n"] for record in folder.records()] == [50, 50]


def _names(profile="standard", train=None):
    x, y = load_digits(return_X_y=True)
    data = Dataset(x=x.reshape(-1, 8, 8) / 16, y=y)
    return [check.name for check in checks(data, profile, train=train)]


def test_a_profile_says_how_much() -> None:
    quick, standard, release = (_names(name) for name in ("quick", "standard", "release"))
    assert set(quick) < set(standard) < set(release)
    corruptions = [name for name in standard if name.endswith("severity-3")]
    assert len(corruptions) == 15
    # Nineteen less the one for colours, at three severities.
    assert len([name for name in release if "severity" in name]) == 54
    assert "autoattack-eps-0.1" in release
    assert _names(train="train.npz")[1] == "generalization-gap"


@pytest.mark.parametrize(
    ("x", "names"),
    [
        (np.zeros((4, 32, 32, 3), dtype=np.uint8), ["saturate-severity-5", "fgsm-eps-8"]),
        (np.array(["a", "b", "c", "d"]), ["dropwords-rate-0.1"]),
        (np.zeros((4, 20), dtype=np.int64), ["tokendropout-share-0.1", "truncate-share-0.25", "pad-share-0.1"]),
        (np.zeros((4, 20, 3)), ["timeshift-share-0.1", "sensordrift-share-0.1", "sensorspikes-share-0.05"]),
    ],
    ids=["colour", "text", "tokens", "readings"],
)
def test_each_kind_of_data_has_its_own(x, names) -> None:
    bounds = None if x.dtype.kind == "U" else Bounds(0, 255)
    found = [check.name for check in checks(Dataset(x=x, y=None, bounds=bounds), "release", train=None)]
    assert set(names) < set(found)


@pytest.mark.parametrize(
    "x",
    [np.zeros((4, 5, 2), complex), {"a": np.zeros(4), "b": np.zeros((4, 2))}],
    ids=["complex", "two"],
)
def test_what_is_neither_image_nor_text_nor_table_is_measured_unchanged(x) -> None:
    assert [check.name for check in checks(Dataset(x=x, y=None), "release", train=None)] == ["clean"]


NUMBERS = [
    "columnnoise-sigma-0.1",
    "unitmixup-rate-0.05",
    "outofrange-rate-0.05",
    "missingvalues-rate-0.1",
    "stalevalues-rate-0.1",
]


@pytest.mark.parametrize(
    ("x", "more"),
    [
        (np.zeros((4, 5)), ["swappedcolumns-rate-0.1"]),
        (np.zeros((4, 1)), []),
        ({"age": np.zeros(4), "city": np.array(["a"] * 4)}, ["unseencategory-rate-0.1"]),
        (
            {"age": np.zeros(4), "city": np.array(["a"] * 4), "born": np.array(["b"] * 4)},
            ["swappedcolumns-rate-0.1", "unseencategory-rate-0.1"],
        ),
    ],
    ids=["numbers", "alone", "mixed", "words"],
)
def test_a_table_gets_the_changes_that_its_columns_can_have(x, more) -> None:
    names = [check.name for check in checks(Dataset(x=x, y=None), "quick", train=None)]
    assert names == ["clean", *NUMBERS, *more]


def test_words_alone_get_no_change_of_numbers() -> None:
    names = [check.name for check in checks(Dataset(x={"city": np.array(["a", "b"])}, y=None), "quick", train=None)]
    assert names == ["clean", "missingvalues-rate-0.1", "stalevalues-rate-0.1", "unseencategory-rate-0.1"]


def _sums(x):
    if np.isnan(x).any():
        raise ValueError("no NaN")
    return x.sum(axis=1)


@pytest.mark.parametrize(
    ("model", "x", "takes"),
    [
        (_sums, np.ones((3, 2)), False),
        (lambda x: x.sum(axis=1), np.ones((3, 2)), False),
        (lambda x: np.sort(x["city"]), {"city": np.array(["a"] * 3)}, True),
        (lambda x: x["city"] + "s", {"city": np.array(["a"] * 3)}, False),
        (lambda x: np.nansum(x, axis=1), np.ones((3, 2)), True),
        (lambda x: np.nan_to_num(x["age"]), {"age": np.ones(3), "city": np.array(["a"] * 3)}, True),
    ],
    ids=["raises", "answers NaN", "bears a word", "takes words only", "bears", "bears a dict"],
)
def test_a_model_is_asked_whether_it_takes_missing_values(model, x, takes) -> None:
    assert takes_gaps(adapt(model, allow_pickle=False), Dataset(x=x, y=None)) == takes


def test_a_table_is_recognised_and_what_its_model_does_not_is_skipped(pytester, run_pytest) -> None:
    from sklearn.datasets import load_wine

    x, y = load_wine(return_X_y=True)
    np.savez(pytester.path / "wine.npz", x=x, y=y)
    for model, skipped in ((RidgeClassifier(), 1), (HistGradientBoostingClassifier(max_iter=5), 0)):
        joblib.dump(model.fit(x, y), pytester.path / "model.joblib")
        result = run_pytest("--robust-model=model.joblib", "--robust-data=wine.npz", "--robust-allow-pickle", "-rs")
        result.assert_outcomes(passed=7 - skipped, skipped=skipped)
        assert ("takes no missing values" in result.stdout.str()) == bool(skipped)


def test_nobody_needs_to_say_which_ids_and_readings_there_are() -> None:
    ids = np.array([[3, 9, 0], [1, 2, 2]])
    assert sequence_bounds(Dataset(x=ids, y=None)) == Bounds(0, 9)
    assert sequence_bounds(Dataset(x=ids * 0, y=None)) == Bounds(0, 1)
    assert sequence_bounds(Dataset(x=np.zeros((4, 20, 3)), y=None)) == UNBOUNDED
    said = Dataset(x=ids, y=None, bounds=Bounds(0, 99))
    others = [said, *(Dataset(x=x, y=None) for x in (ids - 1, ids / 2, ids[:, :1], np.zeros((4, 8, 8)), {"a": ids}))]
    assert [sequence_bounds(data) for data in others] == [None] * 6


def test_ids_that_leave_no_other_to_put_in_get_no_noise() -> None:
    def names(x):
        return [
            check.name for check in checks(Dataset(x=x, y=None, bounds=Bounds(0, int(x.max()))), "quick", train=None)
        ]

    few, many = np.array([[0, 1, 1]] * 4), np.array([[0, 1, 2]] * 4)
    assert "tokennoise-share-0.1" in names(many)
    assert "tokennoise-share-0.1" not in names(few)


@pytest.mark.parametrize("kind", ["tokens", "readings"])
def test_sequences_get_the_changes_of_sequences(folder, kind) -> None:
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 200)
    if kind == "tokens":
        x = random.integers(1, 7, (200, 12)) + 5 * y[:, None]
    else:
        x = random.normal(size=(200, 12, 3)) + 2 * y[:, None, None]
    flat = FunctionTransformer(np.reshape, kw_args={"shape": (-1, x[0].size)}, check_inverse=False)
    joblib.dump(make_pipeline(flat, LogisticRegression(max_iter=1000)).fit(x, y), folder.path / "steps.joblib")
    np.savez(folder.path / "steps.npz", x=x, y=y)
    result = folder.run("-v", "--robust-report", model="steps.joblib", data="steps.npz")
    assert result.ret == 0
    expected = {"tokens": "*tokennoise-share-0.1 PASSED*", "readings": "*sensorspikes-share-0.05 PASSED*"}[kind]
    result.stdout.fnmatch_lines(["robust-battery::clean PASSED*", expected])
    values = {record["under"]: record["value"] for record in folder.records()}
    assert values[""] > 0.9
    assert len(values) == {"tokens": 5, "readings": 6}[kind]
    assert min(values.values()) > 0.6


def test_workers_share_the_battery_and_find_the_same(folder) -> None:
    folder.run("--robust-profile=quick", "--robust-report")
    alone = folder.records()
    result = folder.run("--robust-profile=quick", "--robust-report", "-n", "2")
    assert result.ret == 0
    assert [(record["nodeid"], record["value"]) for record in folder.records()] == [
        (record["nodeid"], record["value"]) for record in alone
    ]
    assert len(alone) > 8


def test_it_stands_beside_the_projects_own_tests_and_is_their_model(folder) -> None:
    folder.makepyfile(
        """
        def test_own(robust):
            assert robust.accuracy() >= 0.8
        """
    )
    result = folder.run("-v", "-k", "own or clean")
    result.assert_outcomes(passed=2, deselected=len(_names()) - 1)


def test_ini_keys_name_files_beside_the_ini_file(folder, pytester, run_pytest) -> None:
    folder.makeini(
        """
        [pytest]
        robust_model = digits.joblib
        robust_data = test.npz
        robust_allow_pickle = true
        """
    )
    inner = pytester.mkdir("inner")
    result = run_pytest("-p", "no:randomly", "--rootdir=.", "-k", "clean", str(inner))
    result.assert_outcomes(passed=1, deselected=len(_names()) - 1)


def test_a_disabled_plugin_runs_no_battery(folder) -> None:
    assert folder.run("--robust-disable").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "missing.keras"}, "*missing.keras: no such model file*"),
        ({"data": "missing.npz"}, "*missing.npz: no such data file*"),
        ({"data": "odd.npz"}, "*bounds=*on the command line: --robust-bounds=LOW:HIGH*"),
    ],
)
def test_files_that_cannot_be_measured_are_usage_errors(folder, arguments, message) -> None:
    result = folder.run(**arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_workers_fail_where_they_cannot_tell_a_usage_error(folder) -> None:
    result = folder.run("-n", "2", data="missing.npz")
    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*missing.npz: no such data file*"])


def test_the_flag_and_the_battery_know_the_same_profiles() -> None:
    assert tuple(PROFILES) == BATTERIES


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "standard profile, 1000 examples at most"),
        (("--robust-profile=release",), "release profile, all examples"),
        (("--robust-profile=release", "--robust-samples=40"), "release profile, 40 examples at most"),
    ],
)
def test_a_report_says_how_much_the_battery_looked_at(folder, arguments, told) -> None:
    folder.run("-k", "clean", "--robust-report", *arguments)
    assert json.loads((folder.path / ".robust/report.json").read_text())["settings"]["battery"] == told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--robust-model=digits.joblib",), "*--robust-model=*needs its examples: --robust-data=test.npz"),
        (("--robust-profile=slow",), "*--robust-profile=slow: choose one of quick, standard, release"),
        (("--robust-bounds=1",), "*--robust-bounds=1: write LOW:HIGH, for instance 0:255"),
    ],
)
def test_wrong_flags_are_usage_errors(folder, run_pytest, arguments, message) -> None:
    result = run_pytest(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_bounds_in_doubt_are_given_on_the_command_line(folder) -> None:
    assert folder.run("-k", "rotate", "--robust-bounds=-1:2", data="odd.npz").ret == 0


def test_texts_get_the_changes_of_texts(folder) -> None:
    texts = ["a good film", "a great film", "good and great", "bad film", "a poor film", "bad and poor"] * 20
    labels = [1, 1, 1, 0, 0, 0] * 20
    joblib.dump(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels), folder.path / "text.joblib")
    np.savez(folder.path / "text.npz", x=np.array(texts), y=labels)
    result = folder.run("-v", model="text.joblib", data="text.npz")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["robust-battery::clean PASSED*", "robust-battery::*typos-rate-0.1 PASSED*"])
    assert not any("fog" in line for line in result.outlines)


@pytest.mark.long
def test_gradients_are_followed_and_an_attack_that_proves_nothing_fails(folder) -> None:
    import keras

    inputs = keras.Input((8, 8))
    x = load_digits().data.reshape(-1, 8, 8).astype(np.float32) / 16
    y = load_digits().target
    outputs = keras.layers.Dense(10)(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, outputs)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x[:1000], y[:1000], epochs=30, verbose=0)
    model.save(folder.path / "plain.keras")
    result = folder.run("-v", "-k", "fgsm or pgd", "--robust-report", model="plain.keras")
    assert result.ret == 0
    assert {record["value"] < 0.7 for record in folder.records()} == {True}
    assert len(folder.records()) == 2

    # Black or white: no gradient finds its way through a comparison.
    coarse = keras.layers.Rescaling(1.0)(keras.layers.Discretization(bin_boundaries=[0.5])(inputs))
    keras.Model(inputs, model(coarse)).save(folder.path / "coarse.keras")
    result = folder.run("-v", "-k", "fgsm", model="coarse.keras")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*INVALID: no gradient reaches the input*"])


def test_boxes_move_with_the_images_and_no_attack_looks_for_another_class() -> None:
    generator = np.random.default_rng(0)
    x = generator.random((4, 16, 16, 3)).astype(np.float32)
    y = np.array([[[2, 3, 9, 12, 0], [1, 1, 5, 5, 2]]] * 4)
    for labels in (y, as_boxes(y)):
        found = list(checks(Dataset(x=x, y=labels, bounds=Bounds(0, 1)), "standard", train=Path("train.npz")))
        names = [check.name for check in found]
        assert names[:3] == ["clean", "average-precision", "generalization-gap"]
        assert {"fog-severity-3", "rotate-degrees-10"} <= set(names)
        assert not [name for name in names if name.startswith(("fgsm", "pgd"))]
        assert all(check.arguments.get("criterion") == BoxesFound() for check in found if check.metric == "accuracy")
        subject = Subject(lambda x: np.array([[[2, 3, 9, 12, 0, 0.9]]] * len(x)), x, labels, bounds=(0, 1))
        by_name = {check.name: check.measurement(subject) for check in found}
        assert float(by_name["clean"]) == 0.5
        # Of two classes one is found, at recalls up to 1.
        assert float(by_name["average-precision"]) == 0.5
        assert float(by_name["fog-severity-3"]) == 0.5
    # Three numbers a row are no boxes, and texts have none.
    for data in (Dataset(x=x, y=y[..., :3]), Dataset(x=np.array(["a", "b", "c", "d"]), y=y), Dataset(x=x, y=None)):
        assert "average-precision" not in [check.name for check in checks(data, "quick", train=None)]
