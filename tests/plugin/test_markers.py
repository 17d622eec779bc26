"""The marker is itself the check, and a mistake in it costs no time."""

from __future__ import annotations

import pytest


def test_the_marker_alone_is_the_check(project) -> None:
    project.makepyfile("""
        import pytest
        @pytest.mark.robust(attack="fgsm", eps=0.001, min_accuracy=0.5)
        def test_passes(): pass
        @pytest.mark.robust(attack="fgsm", eps=0.3, min_accuracy=0.8)
        def test_fails(): pass
        @pytest.mark.robust(min_accuracy=0.5, max_accuracy=0.6)
        def test_with_the_fixture_too(robust): pass
    """)
    result = project.run("--robust-report")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*accuracy under FGSM(eps=0.3) >= 0.8", "*FAIL: *"])
    assert len(project.records()) == 4


def test_every_marker_of_a_test_is_checked_and_told(project) -> None:
    project.makepyfile("""
        import pytest
        from pytest_robust.transforms import Rotate
        pytestmark = pytest.mark.robust(min_accuracy=0.9)
        @pytest.mark.robust(attack="pgd", eps=0.3, steps=5, min_accuracy=0.8)
        @pytest.mark.robust(transform="gaussian_noise", sigma=5, min_accuracy=0.99)
        @pytest.mark.robust(under=Rotate(degrees=1), min_invariance=0.5, max_attack_success_rate=0.5)
        def test_all():
            raise ValueError("the body")
    """)
    result = project.run("--robust-report")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*ValueError: the body", "*accuracy under GaussianNoise(sigma=5) >= 0.99", "*accuracy under PGD(*"]
    )
    assert sorted(record["decision"] for record in project.records()) == ["FAIL", "FAIL", "PASS", "PASS", "PASS"]


def test_a_class_of_unittest_can_be_marked(project) -> None:
    project.makepyfile("""
        import unittest
        import pytest
        class TestModel(unittest.TestCase):
            @pytest.mark.robust(min_accuracy=0.99)
            def test_marked(self): pass
    """)
    project.run().assert_outcomes(failed=1)


def test_the_marker_sets_the_policy_of_the_test(project) -> None:
    project.makepyfile("""
        import pytest
        @pytest.mark.robust(samples=50, seed=3, exact=True)
        def test_few(robust):
            assert robust.accuracy() >= 0.5
        def test_all(robust):
            assert robust.accuracy() >= 0.5
        @pytest.mark.robust(claim="population", confidence=0.999)
        def test_claim(robust):
            assert robust.accuracy() >= 0.93
    """)
    result = project.run("--robust-report")
    result.assert_outcomes(passed=2, failed=1)
    all_, claim, few = project.records()
    assert (few["total"], few["n"], few["seed"]) == (50, 50, 3)
    assert (all_["total"], all_["seed"]) == (200, 0)
    assert (claim["claim"], claim["confidence"], claim["decision"]) == ("population", 0.999, "UNDECIDED")
    result.stdout.fnmatch_lines(["*UNDECIDED: the 100% interval holds the bar*", "*examples would settle it*"])


MISTAKES = {
    'attack="adaptive_eot", min_accuracy=0.8': "made around another attack: write under=AdaptiveEOT(...)",
    'attack="fgsm", epz=0.1, min_accuracy=0.8': "unknown keyword 'epz'; did you mean 'eps'?",
    'attack="fgsn", eps=0.1, min_accuracy=0.8': "word_substitution; did you mean 'fgsm'?",
    'attack="fgsm", eps=0.1, min_acuracy=0.8': "unknown keyword 'min_acuracy'; did you mean 'min_accuracy'?",
    'attack="fgsm", eps=-1, min_accuracy=0.8': "eps=-1 must be a finite number above 0",
    'attack="fgsm", eps=0.1': "states no bar: add for instance min_accuracy=0.9",
    'attack="fgsm", min_accuracy=0.8': "attack='fgsm' needs eps=: add for instance eps=0.1",
    'attack="fgsm", transform="flip", min_accuracy=0.8': "attack and transform at once",
    '"fgsm", min_accuracy=0.8': "takes keywords only, not 'fgsm'",
    'under="fgsm", min_accuracy=0.8': "under='fgsm' is not a perturbation",
    'min_accuracy="high"': "min_accuracy='high' must be a number",
    "samples=-1": "samples=-1 must be an integer, at least 0",
    'claim="all"': "claim='all' is neither 'dataset' nor 'population'",
    "smaples=3, min_accuracy=0.5": "unknown keyword 'smaples'; did you mean 'samples'?",
    "": "states no bar",
    "min_score=0.8": "min_score: missing a required argument: 'metric'",
    'transform="negate", rate=1, min_direction=0.8': "direction takes either lowers or raises, and neither",
    "min_invariance=0.8": "min_invariance: missing a required argument: 'under'",
}


@pytest.mark.parametrize("arguments", MISTAKES, ids=lambda text: text or "nothing")
def test_a_mistake_is_a_usage_error_that_names_the_test(project, arguments) -> None:
    project.makepyfile(
        test_mistake=f"""
        import pytest
        def test_runs_first():
            open("ran", "w")
        @pytest.mark.robust({arguments})
        def test_model(): pass
    """
    )
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    text = str(result.stderr)
    assert "test_mistake.py::test_model: robust marker: " in text
    assert MISTAKES[arguments] in text
    assert not (project.path / "ran").exists()


def test_a_mistake_stops_a_run_of_several_workers(project) -> None:
    project.makepyfile(
        test_mistake="""
        import pytest
        @pytest.mark.robust(attack="fgsm", epz=0.1, min_accuracy=0.8)
        def test_model(): pass
    """
    )
    result = project.run("-n", "2")
    assert result.ret != 0
    assert "did you mean 'eps'?" in str(result.stdout) + str(result.stderr)


def test_the_command_line_wins_over_the_marker_and_the_marker_over_the_ini_file(project) -> None:
    project.makeini("[pytest]\nrobust_samples = 30\nrobust_seed = 4\n")
    project.makepyfile("""
        import pytest
        @pytest.mark.robust(samples=50, seed=3, min_accuracy=0.5)
        def test_few(): pass
    """)
    project.run("--robust-report", "--robust-samples=40")
    assert [(record["total"], record["seed"]) for record in project.records()] == [(40, 3)]


def test_a_marker_can_state_a_score(project) -> None:
    project.makepyfile("""
        import pytest
        @pytest.mark.robust(metric="f1_macro", min_score=0.5, transform="gaussian_noise", sigma=0.01)
        def test_score(): pass
    """)
    project.run().assert_outcomes(passed=1)


def test_a_marker_can_state_an_accuracy_under_another_mix(project) -> None:
    project.makepyfile("""
        import pytest
        from pytest_robust.shifts import LabelShift
        MIX = LabelShift({0: 0.2, 1: 0.8})
        @pytest.mark.robust(shift=MIX, min_accuracy_under_shift=0.5, transform="gaussian_noise", sigma=0.01)
        def test_mix(): pass
    """)
    project.run("--robust-report").assert_outcomes(passed=1)
    (record,) = project.records()
    assert record["metric"] == "accuracy_under_shift"
    assert [note for note in record["notes"] if note.startswith("reweighted, ")]


def test_an_accuracy_under_shift_without_a_mix_asks_for_one(project) -> None:
    project.makepyfile("""
        import pytest
        @pytest.mark.robust(min_accuracy_under_shift=0.5)
        def test_mix(): pass
    """)
    project.run().stderr.fnmatch_lines(["*missing a required argument: 'shift'*shift= for an accuracy under shift*"])


def test_pytest_can_run_twice_in_one_process(project) -> None:
    project.makepyfile("""
        import pytest
        def test_twice():
            for _ in range(2):
                assert pytest.main(["--collect-only", "-q", "--co", "nothing_here"]) in (4, 5)
    """)
    project.run("-s").assert_outcomes(passed=1)


def test_a_process_that_has_measured_measures_in_its_next_session_too(project) -> None:
    project.makepyfile(
        measuring="def test_model(robust):\n    assert robust.accuracy() >= 0.9",
        test_twice="""
            import pytest
            def test_twice():
                assert [pytest.main(["measuring.py"]) for _ in range(2)] == [0, 0]
        """,
    )
    project.run("-s", "test_twice.py").assert_outcomes(passed=1)


def test_a_marker_can_change_a_table(pytester, run_pytest, monkeypatch) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeconftest("""
        import pytest
        from sklearn.datasets import load_wine
        from sklearn.ensemble import HistGradientBoostingClassifier
        wine = load_wine(as_frame=True)
        @pytest.fixture(scope="session")
        def robust_model():
            return HistGradientBoostingClassifier(max_iter=20).fit(wine.data, wine.target)
        @pytest.fixture(scope="session")
        def robust_data():
            return wine.data, wine.target
    """)
    pytester.makepyfile("""
        import pytest
        @pytest.mark.robust(transform="missing_values", rate=0.05, protect=("proline",), min_accuracy=0.85)
        def test_bears_gaps(): pass
        @pytest.mark.robust(transform="unit_mix_up", rate=0.5, factor=1000, min_accuracy=0.99)
        def test_bears_no_wrong_units(): pass
        @pytest.mark.robust(transform="column_noise", sigma=0.1, columns=("prolin",), min_accuracy=0.9)
        def test_misspells_a_column(): pass
    """)
    result = run_pytest("-p", "no:randomly")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*names the column 'prolin'*did you mean 'proline'*"])
