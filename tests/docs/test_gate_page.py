"""The commands of the gate's page, one after the other, in one project."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
CONFTEST, TESTS = re.findall(r"<!-- (?:conftest|test-file: passes) -->\n```python\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^```\npytest (.*?)\n```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_walk_from_save_to_gate_goes_as_the_page_says(pytester, run_pytest, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_release=TESTS)
    save, gate = COMMANDS
    assert run_pytest(*save.split()).ret == 0
    same = run_pytest(*gate.split())
    same.assert_outcomes(passed=4)
    # A model that learned from less.
    pytester.makeconftest(CONFTEST.replace("[:1200], y[:1200]", "[:300], y[:300]"))
    worse = run_pytest(*gate.split())
    assert worse.ret == 1
    worse.stdout.fnmatch_lines(
        ["robust-gate *F*", "FAIL: 0.* became 0.*: a drop of +0.*, margin 0.01; * examples worse*"]
    )
    listed = set(re.findall(r"^\| ([A-Z ]{3,}) \|", PAGE, re.MULTILINE))
    from pytest_robust.core.gated import GateDecision

    assert listed == {decision.value for decision in GateDecision}
    waived = re.search(r"^    (test_release\S+): ", PAGE, re.MULTILINE)
    assert f"robust-gate::{waived[1]}" in run_pytest(*gate.split(), "-v").stdout.str()
