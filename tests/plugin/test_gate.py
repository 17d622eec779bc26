"""A release held to the one before it, as a user meets it."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

SUITE = """
    from pytest_robust.attacks import FGSM
    from pytest_robust.transforms import GaussianNoise
    def test_clean(robust):
        assert robust.accuracy() >= 0.5
    def test_noise(robust):
        assert robust.accuracy(under=GaussianNoise(sigma=0.05)) >= 0.5
    def test_attack(robust):
        assert robust.attack_success_rate(under=FGSM(eps=0.01)) <= 0.9
"""
SAVE = "--robust-save-baseline=base.json"
GATE = ("--robust-gate", "--robust-baseline=base.json", "--robust-margin=0.02")
CLEAN = "robust-gate::test_m.py::test_clean::accuracy"


@pytest.fixture(scope="module")
def kept():
    """The baseline's text, once a test has made it."""
    return []


@pytest.fixture
def saved(project, kept):
    """A project whose baseline is there."""
    project.makepyfile(test_m=SUITE)
    if kept:
        (project.path / "base.json").write_text(kept[0])
        return project
    result = project.run(SAVE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["robust: saved 3 checks as baseline *base.json"])
    kept.append((project.path / "base.json").read_text())
    return project


def worsen(project, examples=20):
    """Make the model wrong on so many examples more."""
    conftest = project.path / "conftest.py"
    conftest.write_text(
        conftest.read_text().replace(
            "    return MODEL\n",
            "    worse = X.copy()\n"
            "    return type('Worse', (LinearModel,), {'logits': lambda self, x: np.where("
            f"np.isin(x.reshape(len(x), -1)[:, 0], X.reshape(200, -1)[50:{50 + examples}, 0])[:, None], "
            "-1, 1) * LinearModel.logits(self, x)})(MODEL.weights, np.zeros(3))\n",
        )
    )


def values(path):
    return json.loads(path.read_text())


def test_the_same_model_passes_its_own_gate_with_a_line_for_each_check(saved) -> None:
    result = saved.run(*GATE, "-v")
    assert result.ret == 0
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(
        [f"{CLEAN} PASSED*", "*100%*", "*= robust gate =*", "PASS: 3 PASS (held to base.json, margin 0.02)"]
    )


def test_a_worse_model_fails_with_the_drop_in_failures_and_in_the_summary(saved) -> None:
    worsen(saved)
    result = saved.run(*GATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*= FAILURES =*",
            "_* robust-gate test_m.py::test_clean::accuracy _*",
            "FAIL: 0.9500 became 0.8500: a drop of +0.1000 *20 examples worse, 0 better, of 200",
            "try: look at the examples *; newly broken: x[[]50[]], x[[]51[]], *x[[]69[]]",
            "BLOCKED: *",
            "*short test summary info*",
            f"FAILED {CLEAN}*FAIL*",
        ]
    )


def test_a_drop_within_the_margin_passes(saved) -> None:
    worsen(saved, 4)
    assert saved.run(*GATE).ret == 0
    assert saved.run(*GATE[:2], "--robust-margin=0.019").ret == 1


def test_workers_come_to_the_same_and_progress_ends_at_its_end(saved) -> None:
    worsen(saved)
    alone = saved.run(*GATE, "--robust-report")
    first = values(saved.path / ".robust/report.json")["gate"]
    shared = saved.run(*GATE, "--robust-report", "-n", "2", "-v")
    assert values(saved.path / ".robust/report.json")["gate"] == first
    clean, noise = (next(one for one in first["checks"] if name in one["check"]) for name in ("clean", "noise"))
    assert clean["broken_at"] == list(range(50, 70))
    assert {example["index"] for example in clean["broken"]} == {50, 51, 52}
    assert len(noise["broken"]) == 3
    assert all(example["clean"] for check in (clean, noise) for example in check["broken"])
    assert (alone.ret, shared.ret) == (1, 1)
    assert alone.parseoutcomes() == shared.parseoutcomes()
    for result in (alone, shared):
        import re

        shares = [int(found) for found in re.findall(r"\[ *(\d+)%\]", result.stdout.str())]
        assert shares
        assert max(shares) == shares[-1] == 100


def test_junit_holds_the_results(saved) -> None:
    worsen(saved)
    saved.run(*GATE, "--junitxml=j.xml")
    cases = ET.parse(saved.path / "j.xml").getroot().iter("testcase")
    gated = {case.get("name"): case for case in cases if case.get("classname").startswith("robust-gate")}
    assert len(gated) == 3
    assert "0.9500 became 0.8500" in gated["accuracy"].find("failure").get("message")


def test_what_failed_last_is_none_of_the_gates_business(saved) -> None:
    worsen(saved)
    assert saved.run(*GATE).ret == 1
    cached = (
        values(saved.path / ".pytest_cache/v/cache/lastfailed")
        if (saved.path / ".pytest_cache/v/cache/lastfailed").exists()
        else {}
    )
    assert cached == {}
    saved.run(*GATE, "--stepwise").stdout.no_fnmatch_line("*Test failed, continuing from this test next run*")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-k", "clean"), "2 tests were deselected"),
        (("-k", "clean", "-n", "2"), "2 tests were deselected"),
        (("test_m.py::test_clean",), "only some tests were asked for: test_m.py::test_clean"),
        (("--lf",), "only some tests were asked for: --lf"),
    ],
)
def test_a_selection_is_no_release(saved, arguments, words) -> None:
    result = saved.run(*GATE, *arguments)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["MISSING *session*", f"*{words}*"])
    refused = saved.run(SAVE, *arguments)
    assert refused.ret == 1
    refused.stdout.fnmatch_lines([f"robust: baseline *base.json not saved: {words}*--robust-accept*"])


def test_a_check_that_is_gone_is_missing_and_a_new_one_is_new(saved) -> None:
    saved.makepyfile(
        test_m=SUITE.replace("robust.accuracy() >= 0.5", "True")
        + ("    def test_gap(robust):\n        assert robust.invariance(under=GaussianNoise(sigma=0.05)) >= 0.1\n")
    )
    result = saved.run(*GATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["MISSING *test_clean::accuracy*", "NEW *test_gap::invariance*"])


def test_other_data_other_parameters_and_another_seed_cannot_be_compared(saved) -> None:
    conftest = saved.path / "conftest.py"
    conftest.write_text(conftest.read_text().replace("return X, Y", "return X[:100], Y[:100]"))
    result = saved.run(*GATE, "--robust-seed=3")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["INVALID*", "*data '*' in the baseline*seed 0 in the baseline, 3*examples*200*100*"])


def test_nothing_is_green_that_has_no_bar_or_no_check(saved) -> None:
    saved.makepyfile(test_m=SUITE + "    def test_bare(robust):\n        robust.accuracy().estimate()\n")
    result = saved.run(*GATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["NO BAR *test_bare::accuracy*"])
    saved.makepyfile(test_m="def test_other(): pass")
    assert saved.run("--robust-gate", "--robust-first-release").ret == 1
    saved.makepyfile(test_m="")
    result = saved.run("--robust-gate", "--robust-first-release")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*no check was made*"])


def test_the_first_release_is_held_to_its_bars_and_says_so(project) -> None:
    project.makepyfile(test_m=SUITE)
    result = project.run("--robust-gate", "--robust-first-release")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["PASS: 3 NEW (no baseline: first release, held to its own bars, margin 0)"])
    project.makepyfile(test_m=SUITE.replace("accuracy() >= 0.5", "accuracy() >= 0.99"))
    assert project.run("--robust-gate", "--robust-first-release").ret == 1


@pytest.mark.parametrize("arguments", [("-x",), ("-x", "-n", "2"), ()])
def test_a_session_cut_short_is_not_evaluated(saved, arguments) -> None:
    how = "raise KeyboardInterrupt" if not arguments else "assert False"
    saved.makepyfile(test_m=SUITE, test_z=f"def test_z():\n    {how}\ndef test_zz():\n    pass")
    result = saved.run(*GATE, *arguments, "--robust-report")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["not evaluated: the session did not come to its end*"])
    result.stdout.no_fnmatch_line("*robust-gate::*PASSED*")
    assert values(saved.path / ".robust/report.json")["gate"]["evaluated"] is False


def test_leaving_with_a_status_of_success_is_no_success(saved) -> None:
    saved.makepyfile(test_m=SUITE, test_z="import pytest\ndef test_z():\n    pytest.exit('done', returncode=0)")
    assert saved.run(*GATE).ret == 1
    assert saved.run(SAVE).ret == 1
    # Without a gate the status is the test's to choose; the report still is no verdict.
    assert saved.run("--robust-report").ret == 0
    assert values(saved.path / ".robust/report.json")["complete"] is False
    assert (saved.path / ".robust/report.md").read_text().startswith("**Robustness not evaluated: ")


def test_an_improvement_names_the_line_that_keeps_it(project) -> None:
    project.makepyfile(test_m=SUITE)
    good = (project.path / "conftest.py").read_text()
    worsen(project)
    assert project.run(SAVE).ret == 0
    (project.path / "conftest.py").write_text(good)
    result = project.run(*GATE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["IMPROVED *test_clean*", "*-> *pytest --robust-save-baseline=base.json"])


def test_a_waiver_lets_through_until_its_day(saved) -> None:
    worsen(saved)
    ids = [check["check"] for check in values(saved.path / "base.json")["checks"]]

    def waive(day):
        saved.makeini("[pytest]\nrobust_waive =\n" + "".join(f"    {one}: new sensor (until {day})\n" for one in ids))
        return saved.run(*GATE)

    result = waive("2999-01-01")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["WAIVED *", "*waived until 2999-01-01 (new sensor)*"])
    result = waive("2020-01-01")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*its waiver (new sensor) ended on 2020-01-01*"])
    saved.makeini("[pytest]\nrobust_waive = test_m.py::test_gone::accuracy: x (until 2999-01-01)")
    result = saved.run(*GATE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "waives none of the baseline's checks" in result.stderr.str()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--robust-gate",), "--robust-gate needs --robust-baseline=FILE"),
        (("--robust-gate", "--robust-baseline=none.json"), "none.json cannot be read: No such file"),
        (("--robust-gate", "--robust-baseline=base.json", "--robust-first-release"), "there is a baseline"),
        ((*GATE[:2], "--robust-margin=1"), "a margin is at least 0 and below 1"),
    ],
)
def test_a_gate_of_nothing_is_a_usage_error_before_any_test(project, arguments, words) -> None:
    project.makepyfile("def test_runs(): open('ran', 'w')")
    (project.path / "base.json").write_text("{}")
    result = project.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()
    assert not (project.path / "ran").exists()


def test_a_broken_baseline_is_a_usage_error_that_says_how_it_is_broken(saved) -> None:
    path = saved.path / "base.json"
    whole = path.read_text()
    (saved.path / "test_m.py").write_text("def test_runs(): open('ran', 'w')")
    broken = {
        "cut off": whole[: len(whole) // 2],
        "no JSON": "\x00\xff",
        "some other file": '{"schema": 1}',
        "its schema is 2": whole.replace('"schema": 1', '"schema": 2'),
        "edited after it was saved": whole.replace('"bar": 0.5', '"bar": 0.4', 1),
    }
    for words, text in broken.items():
        path.write_bytes(text.encode("latin-1"))
        result = saved.run(*GATE)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert words in result.stderr.str()
    assert not (saved.path / "ran").exists()
