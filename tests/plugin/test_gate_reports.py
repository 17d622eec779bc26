"""Results of the gate as pytest's reports."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from _pytest.junitxml import LogXML

from pytest_robust.core.gated import Gated, GatedCheck
from pytest_robust.plugin._gate_reports import emit

CHECK = "test_m.py::test_attack[0.02-a::b]::accuracy-pgd-eps-0.02"


class Listener:
    def __init__(self):
        self.reports = []

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report):
        self.reports.append(report)


def told(decision, *others):
    listener = Listener()
    manager = pytest.PytestPluginManager()
    for plugin in (listener, *others):
        manager.register(plugin)
    session = SimpleNamespace(config=SimpleNamespace(hook=manager.hook, pluginmanager=manager), testscollected=4)
    check = GatedCheck(check=CHECK, decision=decision, reason="why", remedy="what to do")
    emit(session, Gated(evaluated=True, baseline="base.json", checks=(check,)), counted=1)
    return session, listener.reports


def test_a_check_of_a_parametrised_test_is_named_in_full_and_nothing_is_added() -> None:
    session, reports = told("FAIL")
    assert session.testscollected == 4
    assert {report.nodeid for report in reports} == {f"robust-gate::{CHECK}"}
    # What the short summary prints: pytest 9.2 puts it together anew from the parts.
    shown = [report.id.rest for report in reports if hasattr(report, "id")]
    assert shown in ([], [CHECK] * 3)


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
def test_junit_names_it_in_full_and_nothing_is_added(family, tmp_path) -> None:
    file = LogXML(str(tmp_path / "junit.xml"), None, family=family)
    told("FAIL", file)
    (case,) = [reporter.to_xml() for reporter in file.node_reporters_ordered]
    assert case.get("name") == "test_attack[0.02-a::b]::accuracy-pgd-eps-0.02"
    assert case.get("classname") == "robust-gate.test_m.py"


@pytest.mark.parametrize(("decision", "outcome"), [("FAIL", "failed"), ("PASS", "passed"), ("no word", "failed")])
def test_only_what_lets_a_release_through_passes(decision, outcome) -> None:
    _, reports = told(decision)
    assert [report.outcome for report in reports] == ["passed", outcome, "passed"]
    assert (reports[1].longrepr == f"{decision}: why\ntry: what to do") is (outcome == "failed")
