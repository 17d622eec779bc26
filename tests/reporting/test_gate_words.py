"""The gate in every format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_robust.core.gated import Gated, GatedCheck, GateDecision
from pytest_robust.core.record import Run
from pytest_robust.reporting import Html, Json, Md, Summary, Terminal
from pytest_robust.reporting._gate_words import gate_headline, gate_slug, told_first

if TYPE_CHECKING:
    from conftest import Runs

GOOD = GatedCheck(
    check="t.py::a::accuracy", title="accuracy", decision="PASS", reason="0.9 became 0.9", old=0.9, new=0.9, drop=0.0,
    low=-0.02, high=0.02, margin=0.01, newly_broken=1, newly_right=1, method="Tango",
)  # fmt: skip
BAD = GatedCheck(check="t.py::b::accuracy", decision="MISSING", reason="it was not run", remedy="run its test")
HOSTILE = GatedCheck(check="<script>x</script>|\x1b[31m", decision="FAIL", reason="*a* | <img src=x>")


def gated(*checks: GatedCheck, **changes: object) -> Gated:
    return Gated(**{"evaluated": True, "baseline": "base.json", "margin": 0.01, "checks": checks, **changes})  # type: ignore[arg-type]


def test_the_banner_says_what_blocks_the_release(runs: Runs) -> None:
    run = runs.run(runs.record(decision="PASS"))
    assert Summary.of(replace(run, gate=gated(GOOD))).headline == (
        "PASS: 1 check; gate PASS: 1 PASS (held to base.json, margin 0.01)"
    )
    blocked = Summary.of(replace(run, gate=gated(GOOD, BAD)))
    assert blocked.headline == (
        "FAIL: gate BLOCKED: 1 PASS, 1 MISSING (held to base.json, margin 0.01); the checks by themselves: all PASS"
    )
    assert Summary.of(replace(run, gate=gated(GOOD, evaluated=False))).decision == "not evaluated"
    assert Summary.of(replace(run, complete=False, gate=gated(GOOD))).decision == "not evaluated"


def test_a_check_that_fails_by_itself_is_not_hidden_by_a_gate_that_passes(runs: Runs) -> None:
    run = replace(runs.run(runs.record(decision="FAIL")), gate=gated(GOOD))
    assert Summary.of(run).headline.startswith("FAIL: 1 of 1 check; gate PASS: 1 PASS")


def test_a_first_release_and_one_not_evaluated_say_so() -> None:
    assert "no baseline: first release" in gate_headline(gated(GOOD, first=True))
    assert gate_headline(gated(evaluated=False)).startswith("not evaluated: the session did not come to its end")


def test_what_blocks_stands_first_and_every_decision_has_a_style() -> None:
    assert told_first(gated(GOOD, BAD)) == [BAD, GOOD]
    assert "unknown" not in {gate_slug(decision.value) for decision in GateDecision}
    assert gate_slug("odd") == "unknown"


def test_the_terminal_gives_reason_and_remedy_of_what_is_not_plain() -> None:
    lines = Terminal(width=100).gate(gated(GOOD, BAD)).splitlines()
    assert lines == [
        "MISSING   t.py::b::accuracy",
        "    it was not run",
        "    -> run its test",
        "PASS      t.py::a::accuracy 0.900 -> 0.900",
        "BLOCKED: 1 PASS, 1 MISSING (held to base.json, margin 0.01)",
    ]
    assert Terminal().gate(gated(GOOD), quiet=True) == "PASS: 1 PASS (held to base.json, margin 0.01)\n"


def test_markdown_lists_what_blocks_in_forty_lines_at_most(runs: Runs) -> None:
    many = runs.run(*(runs.record(title=f"check {n}") for n in range(60)))
    for blocking, more in ((8, ""), (20, "- and 13 more that block the release")):
        checks = [replace(BAD, check=f"t.py::{n}") for n in range(blocking)]
        text = Md().render(replace(many, gate=gated(GOOD, *checks)))
        assert len(text.splitlines()) <= 40
        assert more in text
        assert "- **MISSING** t.py::0: it was not run" in text


def test_the_page_shows_every_check_and_its_numbers(runs: Runs) -> None:
    page = Html().render(replace(runs.of_all_kinds(), gate=gated(GOOD, BAD)))
    for words in ("t.py::a::accuracy", "+0.000 [-0.020, +0.020]", "it was not run", "run its test", "1, 1"):
        assert words in page
    assert 'id="gate"' not in Html().render(runs.of_all_kinds())


def test_hostile_names_are_text(runs: Runs) -> None:
    run = replace(runs.of_all_kinds(), gate=gated(HOSTILE))
    for text in (Html().render(run), Md().render(run)):
        assert "&lt;script&gt;x" in text
        assert "<script>x" not in text
        assert "<img src=x" not in text
    assert "\x1b" not in Terminal().gate(gated(HOSTILE))


def test_json_brings_it_back(runs: Runs) -> None:
    run = replace(runs.of_all_kinds(), gate=gated(GOOD, BAD, HOSTILE))
    assert Run.from_json(Json().render(run)) == run
