"""The plugin as a user meets it: one process of pytest a test."""

from __future__ import annotations

import json
import sys

import pytest

PASSES = """
    from pytest_robust.attacks import FGSM
    def test_model(robust):
        assert robust.accuracy() >= 0.9
        assert robust.accuracy(under=FGSM(eps=0.001)) >= 0.5
"""
FAILS = """
    from pytest_robust.attacks import PGD
    def test_model(robust):
        assert robust.accuracy(under=PGD(eps=0.3)) >= 0.6
"""


def test_a_model_that_clears_its_bars_passes_and_nothing_is_printed_or_written(project) -> None:
    project.makepyfile(PASSES)
    result = project.run()
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*robust*ness*")
    assert not (project.path / ".robust").exists()


def test_a_failed_bar_says_what_was_measured_on_how_many_and_what_to_try(project) -> None:
    project.makepyfile(test_m=FAILS)
    result = project.run()
    assert result.ret == 1
    result.stdout.re_match_lines(
        [
            r"E +assert accuracy under PGD\(eps=0.3\) >= 0.6",
            r"E +measured 0\.\d+ \[0\.\d+, 0\.\d+\] on \d+ of 200 examples \(95% interval, .*\)",
            r"E +FAIL: settled after \d+ of 200 examples, with a chance of at most 0.001",
            r"E +broken, the surest first: x\[\d+\] \(is \d\) \d -> \d, \d+% sure",
            r"E +try: train on adversarial examples of PGD\(eps=0.3\)",
            r"FAILED test_m.py::test_model - assert accuracy under PGD\(eps=0.3\) >= 0.6",
        ]
    )


def test_the_bar_may_stand_on_the_left(project) -> None:
    project.makepyfile("def test_model(robust):\n    assert 0.99 <= robust.accuracy()")
    project.run().stdout.fnmatch_lines(["*assert accuracy >= 0.99"])


def test_another_model_is_compared_on_the_same_examples(project) -> None:
    project.makepyfile("""
        import numpy as np
        from pytest_robust.testing import LinearModel
        def test_candidate(robust, robust_model):
            worse = robust(LinearModel(-robust_model.weights, np.zeros(3)), name="worse")
            assert robust.accuracy() >= worse.accuracy() - 0.01
            assert worse.accuracy() >= robust.accuracy() - 0.01
    """)
    result = project.run()
    assert result.ret == 1
    result.stdout.re_match_lines(
        [
            r"E +assert accuracy >= accuracy - 0.01",
            r"E +FAIL: settled after \d+ of 200 examples on both sides, .* difference of -0\.\d+",
        ]
    )


def test_groups_are_given_with_the_examples(project) -> None:
    project.makepyfile("""
        import numpy as np
        def test_views(robust, robust_model, robust_data):
            x, y = robust_data
            views = robust(robust_model, x, y, groups=np.arange(len(x)) // 4)
            assert views is not robust(robust_model, x, y)
            assert views.accuracy().estimate().method == "Learned-Miller-Thomas by groups"
            assert robust(robust_model, x, y).accuracy().estimate().method == "Clopper-Pearson"
    """)
    assert project.run().ret == 0


def test_require_holds_where_asserts_are_stripped(project) -> None:
    project.makepyfile("""
        def test_require(robust):
            robust.require(robust.accuracy(), at_least=0.9, at_most=1)
            robust.require(robust.accuracy(), at_least=0.99)
        def test_assert(robust):
            assert robust.accuracy() >= 0.99
    """)
    import subprocess

    done = subprocess.run(
        [sys.executable, "-O", "-m", "pytest", "--assert=plain", "-p", "no:randomly", "--robust-report"],
        cwd=project.path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "1 failed, 1 passed" in done.stdout
    assert "accuracy >= 0.99" in done.stdout
    # require compared twice, then failed; the stripped assert compared nothing, and that is told.
    assert [record["decision"] for record in project.records()] == ["PASS", "PASS", "FAIL"]


def test_a_measurement_without_a_bar_is_told_as_such(project) -> None:
    project.makepyfile("""
        def test_float(robust):
            assert float(robust.accuracy()) > 0.9
        def test_forgotten(robust):
            robust.accuracy()
    """)
    result = project.run("--robust-report")
    result.stdout.fnmatch_lines(["*NO BAR*", "*measured, no bar*", "*NO BAR*", "*never evaluated, no bar*"])
    assert [record["decision"] for record in project.records()] == ["NO BAR", "NO BAR"]


@pytest.mark.parametrize(
    "line", ["assert robust.accuracy()", "assert robust.accuracy() == 0.95", "assert robust.accuracy() != 1"]
)
def test_a_measurement_is_no_verdict_and_equals_nothing(project, line) -> None:
    project.makepyfile(f"def test_model(robust):\n    {line}")
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*InvalidArgument: accuracy is *compare*"])


def test_a_misspelt_measurement_or_parameter_names_the_nearest(project) -> None:
    project.makepyfile("""
        def test_name(robust):
            robust.acuracy()
        def test_parameter(robust):
            robust.accuracy(undr=None)
    """)
    result = project.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*did you mean 'accuracy'?*", "*did you mean 'under'?*"])


def test_model_and_data_are_found_where_module_and_class_override_them(project) -> None:
    project.makepyfile("""
        import numpy as np
        import pytest
        @pytest.fixture(scope="module")
        def robust_model():
            return lambda x: np.zeros(len(x), int)
        @pytest.fixture(scope="module")
        def robust_data():
            return np.ones((10, 2)), np.zeros(10, int)
        def test_module(robust):
            assert robust.accuracy() >= 1
        class TestClass:
            @pytest.fixture(scope="class")
            def robust_data(self):
                return np.ones((10, 2)), np.ones(10, int)
            def test_class(self, robust):
                assert robust.accuracy() <= 0
        @pytest.mark.parametrize("label", [0, 1])
        class TestFunction:
            @pytest.fixture
            def robust_data(self, label):
                return np.ones((10, 2)), np.full(10, label)
            def test_function(self, robust, label):
                assert float(robust.accuracy()) == 1 - label
    """)
    project.run().assert_outcomes(passed=4)


def test_without_model_and_data_the_message_says_what_to_define(pytester, run_pytest) -> None:
    pytester.makepyfile("def test_model(robust):\n    assert robust.accuracy() >= 0.9")
    result = run_pytest()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*define the fixture robust_model in conftest.py*"])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ('"no.keras"', "*FileNotFoundError: no.keras: no such model file*"),
        ('"model.pkl"', "*UntrustedFile: model.pkl: loading it can run any code*--robust-allow-pickle*"),
        ('"model.txt"', "*InvalidModel: model.txt: not one of the model files*"),
        ("3", "*InvalidModel: 3 (int) is not a model*"),
    ],
)
def test_a_model_that_cannot_be_tested_is_named(project, model, message) -> None:
    for name in ("model.pkl", "model.txt"):
        (project.path / name).write_bytes(b"x")
    project.makepyfile(f"def test_model(robust, robust_data):\n    robust({model}, *robust_data)")
    project.run().stdout.fnmatch_lines([message])


def test_disabled_tests_are_skipped_and_say_why(project) -> None:
    project.makepyfile(FAILS + "\n    def test_other():\n        pass\n")
    result = project.run("--robust-disable", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*--robust-disable*"])


def test_it_works_without_terminal_and_cache(project) -> None:
    project.makepyfile(FAILS)
    result = project.run("-p", "no:terminal", "-p", "no:cacheprovider", "--robust-report")
    assert result.ret == 1
    assert project.records()[0]["decision"] == "FAIL"


def test_x_k_and_lf_do_what_they_do_elsewhere(project) -> None:
    project.makepyfile("""
        def test_a(robust):
            assert robust.accuracy() >= 0.99
        def test_b(robust):
            assert robust.accuracy() >= 0.5
    """)
    project.run("-x", "--robust-report").assert_outcomes(failed=1)
    assert json.loads((project.path / ".robust/report.json").read_text())["complete"] is False
    project.run("-k", "test_b").assert_outcomes(passed=1, deselected=1)
    project.run().assert_outcomes(failed=1, passed=1)
    project.run("--lf").assert_outcomes(failed=1)


def test_without_the_plugin_nothing_of_it_is_known(project) -> None:
    project.makepyfile(PASSES)
    result = project.run("-p", "no:robust")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'robust' not found*"])


def test_an_unhealthy_attack_fails_the_test_as_invalid(project) -> None:
    project.makepyfile("""
        import numpy as np
        from pytest_robust.attacks import PGD
        from pytest_robust.core.model import LossGradient
        from pytest_robust.testing import LinearModel
        class Hidden(LinearModel):
            def loss_gradient(self, x, y, loss):
                answer = super().loss_gradient(x, y, loss)
                return LossGradient(logits=answer.logits, gradient=0 * answer.gradient)
        def test_model(robust, robust_model):
            hidden = robust(Hidden(robust_model.weights, np.zeros(3)))
            assert hidden.accuracy(under=PGD(eps=0.01)) >= 0.6
    """)
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*INVALID: the attack proves nothing about this model:*exactly zero*", "*try: look for rounding*"]
    )


def test_an_error_in_a_test_shows_the_test_and_not_the_calls_inside_the_package(project) -> None:
    project.makepyfile(
        """
        from pytest_robust.transforms import ColumnNoise

        def mistaken(target, output):
            raise LookupError("of the project's own")

        def test_wrong(robust):
            assert robust.accuracy(under=ColumnNoise(sigma=0.1)) >= 0.9

        def test_own(robust):
            assert robust.accuracy(criterion=mistaken) >= 0.9
        """
    )
    result = project.run()
    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    wrong, own = text.split("___ test_own ___")
    assert "ColumnNoise(sigma=0.1) has columns, and the inputs are" in wrong
    assert "pytest_robust/evaluation" not in wrong
    # What the project itself got wrong is shown whole.
    assert "in mistaken" in own or "def mistaken" in own
    full = project.run("--full-trace", "-k", "wrong").stdout.str()
    assert "pytest_robust/evaluation" in full


FOLDS = """
    import numpy as np
    import pytest
    from pytest_robust import InvalidModel
    built = []
    def same(x, y, model=lambda x: np.zeros(len(x), np.int64)):
        built.append(len(x))
        return model
    def fails(x, y):
        built.append(len(x))
        raise RuntimeError("no learning")
"""


def test_a_model_that_is_used_again_in_folds_is_a_failure_and_ends_no_session(project) -> None:
    project.makepyfile(f"""{FOLDS}
    def test_asserted(robust):
        assert robust.cross_validation(build=same, folds=3) >= 0.1
    def test_caught(robust):
        with pytest.raises(InvalidModel, match="model of fold 1 again"):
            robust.cross_validation(build=same, folds=3).estimate()
    def test_what_builds_fails(robust):
        robust.cross_validation(build=fails, folds=3).estimate()
    def test_nothing_was_built_to_tell_of_it():
        assert len(built) == 2 + 2 + 1
    """)
    result = project.run("-p", "no:randomly")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        ["*assert cross-validation in 3 folds >= 0.1", "*INVALID:*build returned the model of fold 1 again*"]
    )
    result.stdout.fnmatch_lines(["*RuntimeError: no learning*"])
    assert "INTERNALERROR" not in result.stdout.str()
