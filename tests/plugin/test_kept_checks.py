"""What a process that runs tests knows of the baseline."""

from __future__ import annotations

from dataclasses import replace

from pytest_robust.core.baseline import Baseline
from pytest_robust.core.record import Record, Run
from pytest_robust.plugin._kept_checks import kept_checks
from pytest_robust.plugin.gating import Gating


def test_checks_are_known_by_their_ids_where_single_examples_may_be_told(tmp_path) -> None:
    record = Record(id="accuracy", nodeid="t.py::t", metric="accuracy", title="accuracy", decision="PASS", reason="")
    baseline = Baseline.of(Run(created="", tool="", records=(record, record)), commit="", accepted="", scores=True)
    path = tmp_path / "base.json"
    path.write_text(baseline.to_json())
    gating = Gating(gate=True, baseline=path)
    assert kept_checks(gating) == dict(zip(("t.py::t::accuracy", "t.py::t::accuracy#2"), baseline.checks, strict=True))
    for other in (replace(gating, detail="counts"), replace(gating, gate=False), replace(gating, baseline=None)):
        assert kept_checks(other) == {}


def test_a_file_that_cannot_be_read_shows_nothing_and_is_the_controllers_to_refuse(tmp_path) -> None:
    path = tmp_path / "base.json"
    assert kept_checks(Gating(gate=True, baseline=path)) == {}
    path.write_bytes(b"\xff{")
    assert kept_checks(Gating(gate=True, baseline=path)) == {}
