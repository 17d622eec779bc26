"""What a session writes and shows, in one process and in several."""

from __future__ import annotations

import json
import stat

import pytest

SUITE = """
    import pytest
    from hypothesis import given, settings
    from pytest_robust.attacks import FGSM, PGD, UniformNoise
    from pytest_robust.strategies import perturbations
    from pytest_robust.transforms import Flip, GaussianNoise, Rotate
    UNDER = [FGSM(eps=0.02), PGD(eps=0.05, steps=4), UniformNoise(eps=0.3), GaussianNoise(sigma=0.3), Rotate(degrees=40), Flip()]
    @pytest.mark.parametrize("under", UNDER, ids=repr)
    def test_under(robust, under):
        assert robust.accuracy(under=under) >= 0.5
    @pytest.mark.robust(transform="gaussian_noise", sigma=0.1, min_accuracy=0.5)
    def test_marked(): pass
    def test_score(robust):
        assert robust.score("f1_macro", under=GaussianNoise(sigma=0.3)) >= 0.1
        assert robust.attack_success_rate(under=FGSM(eps=0.02)) <= 0.9
        assert robust.invariance(under=GaussianNoise(sigma=0.3)) >= 0.1
    def test_gap(robust, robust_data):
        x, y = robust_data
        assert robust(lambda x: y_of(x), x, y, name="f").generalization_gap(train=(x[:50], y[:50])) <= 0.5
    def y_of(x):
        return (x.mean(axis=(1, 2, 3)) > 0.5).astype(int)
    @given(p=perturbations(GaussianNoise(sigma=1.0)))
    @settings(derandomize=True, max_examples=15, deadline=None, database=None)
    def test_property(robust, p):
        assert robust.accuracy(under=p) >= 0.8
"""


def numbers(project):
    """The records without what is of the machine: times."""
    return [{key: value for key, value in record.items() if key != "seconds"} for record in project.records()]


def test_the_same_seed_gives_the_same_numbers_with_any_number_of_workers_in_any_order(project, run_pytest) -> None:
    project.makepyfile(SUITE)
    project.run("--robust-report")
    alone = numbers(project)
    assert len(alone) >= 12
    project.run("--robust-report", "-n", "2")
    assert numbers(project) == alone
    run_pytest("-p", "randomly", "-p", "no:cacheprovider", "--robust-report", "-q")
    shuffled = numbers(project)
    # Queries and clean answers are shared between checks, so who pays for them depends on order.
    strip = lambda records: [{k: v for k, v in r.items() if k != "queries"} for r in records]
    assert strip(shuffled) == strip(alone)


def test_another_seed_gives_other_numbers(project) -> None:
    project.makepyfile(SUITE)
    project.run("--robust-report", "--robust-exact", "-k", "test_under")
    first = [(record["id"], record["value"]) for record in project.records()]
    project.run("--robust-report", "--robust-exact", "-k", "test_under", "--robust-seed", "5")
    assert [(record["id"], record["value"]) for record in project.records()] != first


def test_a_property_reports_the_mildest_failure_and_the_worst_seen(project) -> None:
    project.makepyfile(SUITE)
    result = project.run("--robust-report", "-k", "test_property")
    assert result.ret == 1
    roles = {record["role"].split(" of ")[0]: record for record in project.records()}
    assert set(roles) == {"mildest failing", "worst"}
    assert roles["worst"]["level"] > roles["mildest failing"]["level"]
    assert roles["worst"]["examples"][0]["clean"]["height"] == 4
    result.stdout.fnmatch_lines(["*p=GaussianNoise(sigma=*"])


def test_a_killed_worker_loses_only_its_own_test(project) -> None:
    project.makepyfile(
        test_a="""
        def test_before(robust):
            assert robust.accuracy() >= 0.5
        """,
        test_b="""
        import os
        def test_killed(robust):
            assert robust.accuracy() >= 0.5
            os._exit(9)
        """,
        test_c="""
        def test_after(robust):
            assert robust.accuracy() >= 0.6
        """,
    )
    result = project.run("-n", "2", "--robust-report")
    assert result.ret == 1
    assert [record["nodeid"] for record in project.records()] == ["test_a.py::test_before", "test_c.py::test_after"]


def test_the_page_the_data_and_the_summary_are_written_beside_a_gitignore(project) -> None:
    project.makepyfile(SUITE)
    result = project.run("--robust-report")
    folder = project.path / ".robust"
    assert {path.name for path in folder.iterdir()} == {
        ".gitignore",
        "counterexamples",
        "report.html",
        "report.json",
        "report.md",
        "runs",
    }
    assert (folder / ".gitignore").read_text().strip() == "*"
    result.stdout.fnmatch_lines(["*= robustness =*", "*checks:*", "robust: wrote *report.html"])
    # pytest's own last line stands.
    assert "failed" in result.outlines[-1]


def test_quiet_is_one_line(project) -> None:
    project.makepyfile(SUITE)
    result = project.run("--robust-report", "-q", "-k", "test_under")
    result.stdout.no_fnmatch_line("*= robustness =*")
    result.stdout.fnmatch_lines(["6 checks: *"])


def test_reports_go_where_the_user_says(project) -> None:
    project.makepyfile(SUITE)
    for _ in range(2):
        project.run(
            "-k", "test_under", "--robust-output", "json:out/a.json", "--robust-output=md-append:summary.md", "--robust-output=html:b.html"
        )  # fmt: skip
    assert len(project.records("out/a.json")) == 6
    assert (project.path / "b.html").read_text().strip().lower().startswith("<!doctype html>")
    assert (project.path / "summary.md").read_text().count("checks") >= 2
    assert not (project.path / ".robust").exists()


def test_ini_keys_mean_what_the_flags_mean_and_flags_win(project) -> None:
    project.makeini(
        "[pytest]\nrobust_report = true\nrobust_seed = 7\nrobust_samples = 60\nrobust_output =\n    json:x.json\n"
    )
    project.makepyfile(SUITE)
    project.run("-k", "test_marked", "--robust-samples=40")
    (record,) = project.records("x.json")
    assert (record["seed"], record["total"]) == (7, 40)
    assert project.records() == [record]


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--robust-seed=x", "--robust-seed=x: invalid literal"),
        ("--robust-seed=-1", "seed=-1 must be an integer, at least 0"),
        ("--robust-confidence=1.5", "confidence=1.5 must lie strictly between 0 and 1"),
        ("--robust-claim=all", "claim='all' is neither 'dataset' nor 'population'"),
        ("--robust-output=pdf:x", "--robust-output=pdf:x: write FORMAT:PATH, with a format of html, json, md"),
        ("--robust-output=json", "write FORMAT:PATH"),
    ],
)
def test_a_value_that_is_none_is_a_usage_error_before_any_test(project, flag, message) -> None:
    project.makepyfile("def test_runs(): open('ran', 'w')")
    result = project.run(flag)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in str(result.stderr)
    assert not (project.path / "ran").exists()


def test_a_report_that_cannot_be_written_is_no_success(project) -> None:
    project.makepyfile("def test_model(robust):\n    assert robust.accuracy() >= 0.5")
    (project.path / "taken").write_text("a file, not a folder")
    result = project.run("--robust-output=json:taken/report.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["robust: not written: *taken/report.json*"])


def test_an_interrupted_run_says_so(project) -> None:
    project.makepyfile("""
        def test_a(robust):
            assert robust.accuracy() >= 0.5
        def test_b():
            raise KeyboardInterrupt
    """)
    result = project.run("--robust-report")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    report = json.loads((project.path / ".robust/report.json").read_text())
    assert report["complete"] is False
    assert "not evaluated" in (project.path / ".robust/report.html").read_text()


def test_files_are_not_readable_by_more_than_the_mask_allows(project) -> None:
    project.makepyfile("def test_model(robust):\n    assert robust.accuracy() >= 0.5")
    project.run("--robust-report")
    mode = stat.S_IMODE((project.path / ".robust/report.json").stat().st_mode)
    assert mode & 0o002 == 0
