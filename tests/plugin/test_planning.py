"""`--robust-plan` tells what a session would take, and can be taken for no verdict."""

from __future__ import annotations

import json
import re

import numpy as np

SUITE = """
    import pytest
    from pytest_robust.attacks import FGSM
    from pytest_robust.transforms import GaussianNoise
    def test_hopeless(robust):
        assert robust.accuracy() >= 1.5
    @pytest.mark.robust(attack="fgsm", eps=0.01, min_accuracy=0.3)
    def test_marked(): ...
    def test_paired(robust):
        noise = robust.accuracy(under=GaussianNoise(sigma=0.1))
        assert noise >= robust.accuracy() - 0.01
        robust.require(noise, at_least=0.99)
    def test_curve(robust):
        curve = robust.curve(FGSM, eps=[0.01, 0.02])
        assert curve[0.01] >= 0.4 and curve[0.02] >= 0.3
    def test_number(robust):
        assert float(robust.accuracy()) > 2
        assert robust.accuracy() >= 0.7
    def test_no_check():
        raise SystemExit("is not run")
"""
WRONG = """
    def test_wrong(robust):
        robust.accuracy(bar=3)
"""


def table(result):
    lines = result.outlines
    return lines[next(turn for turn, line in enumerate(lines) if "robust plan" in line) :]


def test_every_comparison_is_planned_and_none_judged_in_any_number_of_workers(project):
    project.makepyfile(test_m=SUITE, test_w=WRONG)
    result = project.run("--robust-plan", "--robust-report", "--robust-budget=2h", "-rs", "-n", "2")
    assert result.ret == 1
    result.assert_outcomes(skipped=6, failed=1)
    text = re.sub(r"\n {4}(?! )", " ", "\n".join(table(result)))
    titles = [line for line in text.splitlines() if re.match(r"test_m\.py::\w+: ", line)]
    assert titles == [
        "test_m.py::test_curve: accuracy under FGSM(eps=0.01) >= 0.4",
        "test_m.py::test_curve: accuracy under FGSM(eps=0.02) >= 0.3",
        "test_m.py::test_hopeless: accuracy >= 1.5",
        "test_m.py::test_marked: accuracy under FGSM(eps=0.01) >= 0.3",
        "test_m.py::test_number: accuracy as a number",
        "test_m.py::test_paired: accuracy under GaussianNoise(sigma=0.1) >= accuracy - 0.01",
        "test_m.py::test_paired: accuracy under GaussianNoise(sigma=0.1) >= 0.99",
    ]
    assert "7 checks: " in text
    assert "the budget is 2 h: it suffices" in text
    assert "not in the plan: test_m.py::test_number, what comes after: assert" in text
    assert "not in the plan: test_w.py::test_wrong, which failed" in text
    assert "PLANNED: nothing was judged" in text
    assert re.search(r"SKIPPED \[1\] test_m\.py:\d+: planned: 1 check$", text, re.MULTILINE)
    assert "--robust-plan: states no check" in text
    assert not re.search(r"\bPASS", "\n".join(result.outlines))
    # The mistake is told as in a run: without the calls inside the package.
    result.stdout.no_fnmatch_line("*plugin/planning.py*def*")
    result.stdout.fnmatch_lines(["E *unexpected keyword argument 'bar'*"])
    assert not (project.path / ".robust").exists()


SPEC = """
model = "model.joblib"
data = "test.npz"

[[check]]
transform = "gaussian_noise"
sigma = [0.1, 0.2]
min_accuracy = 0.5
"""


def test_a_file_of_checks_and_the_battery_are_planned_too(project):
    import joblib
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(0)
    x = random.random((60, 4))
    y = (x[:, 0] > 0.5).astype(int)
    joblib.dump(LogisticRegression().fit(x, y), project.path / "model.joblib")
    np.savez(project.path / "test.npz", x=x, y=y)
    (project.path / "robust.toml").write_text(SPEC)
    known = project.path / ".pytest_cache" / "v" / "cache" / "lastfailed"
    known.parent.mkdir(parents=True)
    known.write_text('{"robust.toml::gaussian_noise[sigma-0.1]": true}')
    result = project.run(
        "--robust-plan",
        "--robust-allow-pickle",
        "--robust-model=model.joblib",
        "--robust-data=test.npz",
        "--robust-claim=population",
    )
    assert result.ret == 0
    # Skipped is not mended: --lf still knows it.
    assert json.loads(known.read_text()) == {"robust.toml::gaussian_noise[sigma-0.1]": True}
    result.stdout.fnmatch_lines(
        [
            "robust-battery::clean: accuracy without a bar",
            "*60 *60 *0 *",
            "    least drop * where 5 % of the answers change both ways",
            "robust.toml::gaussian_noise?sigma-0.1?: accuracy under GaussianNoise(sigma=0.1)",
            "    >= 0.5",
        ]
    )
