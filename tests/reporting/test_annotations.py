"""Annotations of GitHub, read back as its runner reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.gated import Gated, GatedCheck, GateDecision
from pytest_robust.core.record import Record, Run
from pytest_robust.core.verdict import Decision
from pytest_robust.reporting import Place, annotation_lines

if TYPE_CHECKING:
    from conftest import Runs

PLACES = {"tests/test_a.py::test_one": Place(file="tests/test_a.py", line=12)}
ERROR = Record(id="accuracy", metric="accuracy", title="accuracy", decision="FAIL", reason="why", remedy="do this",
               nodeid="tests/test_a.py::test_one", op=">=", bar=0.9,
               value=0.8, low=0.7, high=0.9)  # fmt: skip


@dataclass(frozen=True)
class Command:
    """A command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def read(line: str) -> Command:
    """Return what the runner makes of a line: unescaped after it was taken apart, the per cent sign last."""
    assert re.split(r"\r\n|\r|\n", line) == [line]
    info, data = line.strip().removeprefix("::").split("::", 1)
    name, _, words = info.partition(" ")

    def plain(text: str, codes: dict[str, str]) -> str:
        for code, character in {**codes, "%0D": "\r", "%0A": "\n", "%25": "%"}.items():
            text = text.replace(code, character)
        return text

    pairs = [word.split("=", 1) for word in words.split(",")]
    properties = {key: plain(value, {"%3A": ":", "%2C": ","}) for key, value in pairs}
    return Command(name, properties, plain(data, {}))


def gated(*checks: GatedCheck, **changes: object) -> Gated:
    return Gated(**{"evaluated": True, "baseline": "base.json", "checks": checks, **changes})  # type: ignore[arg-type]


def beside(decision: str, n: int = 0, **changes: str) -> GatedCheck:
    usual = {"check": f"tests/test_a.py::test_one::accuracy#{n}", "reason": "became worse", "remedy": "look"}
    return GatedCheck(**{**usual, **changes}, decision=decision)  # type: ignore[arg-type]


def told(run: Run) -> list[Command]:
    return [read(line) for line in annotation_lines(run, PLACES)]


def test_a_check_that_failed_is_an_error_at_its_test(runs: Runs) -> None:
    (line,) = annotation_lines(runs.run(ERROR), PLACES)
    assert line == (
        "::error file=tests/test_a.py,line=12,title=FAIL%3A accuracy::tests/test_a.py::test_one%0A"
        "0.800 [0.700, 0.900], need >= 0.9%0Awhy%0Atry: do this"
    )
    (command,) = told(runs.run(replace(ERROR, value=None)))
    assert command.data.splitlines() == [ERROR.nodeid, "why", "try: do this"]


def test_what_did_not_pass_is_told_the_worst_first_and_nothing_else_is(runs: Runs) -> None:
    # A plan makes no record.
    words = [decision.value for decision in Decision if decision is not Decision.PLANNED]
    records = [replace(ERROR, id=word, title=word, decision=word) for word in [*words, "odd"]]
    titles = [command.properties["title"] for command in told(runs.run(*records))]
    assert titles == ["odd: odd", "FAIL: FAIL", "INVALID: INVALID", "UNDECIDED: UNDECIDED"]
    assert told(runs.run(runs.record())) == []


def test_results_of_the_gate_have_the_level_of_what_they_let_through(runs: Runs) -> None:
    checks = [beside(decision.value, n) for n, decision in enumerate(GateDecision)]
    commands = told(runs.run(runs.record(), gate=gated(*checks)))
    found = [(command.name, command.properties["title"].partition(":")[0]) for command in commands]
    assert found == [("error", word) for word in ("FAIL", "UNDECIDED", "MISSING", "INVALID", "NO BAR")] + [
        *(("warning", "WAIVED"), ("notice", "IMPROVED"))
    ]
    assert {command.properties["file"] for command in commands} == {"tests/test_a.py"}
    assert commands[0].data == "became worse\ntry: look"


def test_what_the_gate_blocks_is_not_told_twice_and_what_it_waives_is_no_excuse(runs: Runs) -> None:
    blocked = beside("FAIL", check="tests/test_a.py::test_one::accuracy")
    assert [c.properties["title"] for c in told(runs.run(ERROR, gate=gated(blocked)))] == [
        "FAIL: gate tests/test_a.py::test_one::accuracy"
    ]
    waived = told(runs.run(ERROR, gate=gated(replace(blocked, decision="WAIVED"))))
    assert [command.name for command in waived] == ["error", "warning"]
    # Drawn by Hypothesis, in no baseline.
    drawn = replace(ERROR, role="worst of 9 drawn")
    assert len(told(runs.run(drawn, gate=gated(blocked)))) == 1
    assert len(told(runs.run(drawn, gate=gated(beside("PASS"))))) == 1


def test_a_gate_that_came_to_no_end_is_an_error(runs: Runs) -> None:
    (command,) = told(runs.run(gate=gated(evaluated=False)))
    assert (command.name, command.properties) == ("error", {"title": "not evaluated: the gate of the release"})
    assert command.data == "the session did not come to its end (held to base.json)"


def test_ten_of_a_level_at_most_and_the_last_counts_the_rest(runs: Runs) -> None:
    for many, shown in ((10, 10), (11, 9)):
        records = [replace(ERROR, id=f"a{n}", decision="FAIL" if n % 2 else "INVALID") for n in range(many)]
        assert len([c for c in told(runs.run(*records)) if "more" not in c.data]) == shown
    checks = [beside("FAIL", n) for n in range(20)] + [beside("MISSING", n) for n in range(7)]
    commands = told(runs.run(runs.record(), gate=gated(*checks, *(beside("IMPROVED", n) for n in range(30)))))
    assert [command.name for command in commands] == ["error"] * 10 + ["notice"] * 10
    assert commands[9].data == "18 more: 11 FAIL, 7 MISSING; --robust-report shows them all"
    assert commands[19].data.startswith("21 more: 21 IMPROVED")


def test_a_test_whose_place_is_not_known_is_told_without(runs: Runs) -> None:
    nowhere = runs.run(replace(ERROR, nodeid="elsewhere.py::test"))
    assert read(annotation_lines(nowhere, PLACES)[0]).properties == {"title": "FAIL: accuracy"}
    no_line = {ERROR.nodeid: Place(file="model.keras", line=None)}
    assert read(annotation_lines(runs.run(ERROR), no_line)[0]).properties == {
        "file": "model.keras",
        "title": "FAIL: accuracy",
    }


HOSTILE = st.lists(
    st.sampled_from(["\n", "\r", "\u2028", "\x85", "\x0b", "::", "::error::x", "##[error]", ",", ":", "%", "%0A", "=", "a", "\x1b[2J", "数"])
).map("".join)  # fmt: skip


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_name_is_a_command_of_its_own(first: str, second: str, third: str) -> None:
    record = replace(ERROR, title=first, reason=second, remedy=third, nodeid=third + "::t", decision="FAIL")
    check = GatedCheck(check=f"{first}::{third}", decision=second, reason=first, remedy=third)
    run = Run(created="", tool="", records=(record,), gate=gated(check))
    for line in annotation_lines(run, {record.nodeid: Place(file=second, line=3)}):
        command = read(line)
        assert command.name == "error"
        assert set(command.properties) <= {"file", "line", "title"}
        assert command.properties.get("line", "3") == "3"
        # One line for the whole command, whatever a reader takes for the end of a line.
        assert len(line.splitlines()) == 1


def test_what_is_escaped_comes_back_as_it_was(runs: Runs) -> None:
    text = "50% of a, b: c::d %0A %25"
    (command,) = told(runs.run(replace(ERROR, title=text, reason=text)))
    assert command.properties["title"] == f"FAIL: {text}"
    assert command.data.splitlines()[2] == text


def test_a_name_without_end_is_cut(runs: Runs) -> None:
    endless = replace(
        ERROR, decision="w" * 10**5, title="x" * 10**5, reason="y" * 10**5, remedy="z" * 10**5, nodeid="n" * 10**5
    )
    assert len(annotation_lines(runs.run(endless), {})[0]) < 5000
