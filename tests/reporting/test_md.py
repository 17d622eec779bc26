"""The run as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from pytest_robust.core.gated import Gated, GatedCheck
from pytest_robust.core.record import Run
from pytest_robust.reporting import Md, append

if TYPE_CHECKING:
    from conftest import Runs

MOST_LINES = 40
# Characters, on GitHub.
LONGEST_COMMENT = 65_536


@pytest.mark.parametrize("checks", [1, 30, 31, 200])
def test_however_many_checks_there_are_it_has_at_most_forty_lines(make_many: Callable[[int], Run], checks: int) -> None:
    assert len(Md().render(make_many(checks)).splitlines()) <= MOST_LINES


def test_what_there_is_no_line_for_is_counted_and_the_worst_checks_are_shown(
    make_many: Callable[[int], Run], runs: Runs
) -> None:
    assert Md().render(make_many(29)).count("| accuracy under") == 29
    many = Md().render(make_many(100))
    assert many.count("| accuracy under") == 28
    assert "| and 72 more: 72 FAIL; see report.html | | | | | |" in many
    passes = [runs.record() for _ in range(60)]
    mixed = Md().render(runs.run(*passes, runs.record(title="the one", decision="FAIL")))
    assert "the one" in mixed


def test_the_first_line_is_the_verdict(runs: Runs) -> None:
    first = Md().render(runs.of_all_kinds()).splitlines()[0]
    assert first == "**Robustness FAIL: 1 of 12 checks, and 2 INVALID, 1 UNDECIDED, 1 NO BAR**"
    assert Md().render(runs.run(runs.record())).startswith("**Robustness PASS: 1 check**\n")
    cut = Md().render(runs.run(runs.record(), complete=False))
    assert cut.startswith("**Robustness not evaluated: the session was interrupted**\n")


def test_an_empty_run_is_text_without_a_table(runs: Runs) -> None:
    text = Md().render(runs.run())
    assert "not evaluated: no check was made" in text
    assert "|" not in text


def test_every_row_has_the_columns_of_the_head(runs: Runs) -> None:
    for run in (runs.of_all_kinds(), runs.hostile()):
        rows = [line for line in Md().render(run).splitlines() if line.startswith("|")]
        assert len(rows) > len(run.records)
        assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}


def test_no_text_of_the_user_becomes_markup(runs: Runs) -> None:
    text = Md().render(runs.hostile())
    assert "alert" in text
    assert re.findall(r"<(?!/?sub>)", text) == []
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert re.findall(r"(?<!\\)(?:`|\[f\])", text) == []
    assert "@everyone" not in text
    assert "https://evil" not in text


@pytest.mark.parametrize("word", ["&" * 300, "|" * 2500, "数" * 2500, "`#1 @a \n- |:--|\n***\n<!--" * 100])
def test_a_run_of_endless_names_is_a_comment_of_tables_and_lists_all_the_same(runs: Runs, word: str) -> None:
    texts = dict.fromkeys(("id", "nodeid", "metric", "title", "under", "reason", "remedy", "bar_of", "model"), word)
    example = runs.example(0, label=word, before=word, after=word)
    record = runs.record(
        **texts, decision="FAIL", queries=10**12, gradients=10**12, broken_by=((word, 1),), examples=(example,)
    )
    words = {"title": word, "reason": word, "remedy": word, "old": 0.9, "new": 0.8, "drop": 0.1}
    checks = [GatedCheck(check=f"{n}{word}", decision=word, **words) for n in range(300)]
    checks += [GatedCheck(check=f"{n}{word}", decision="WAIVED", **words) for n in range(300)]
    gate = Gated(evaluated=True, baseline=word, checks=tuple(checks))
    run = runs.run(*[record] * 200, gate=gate, tool=word, created=word, settings={word: word})
    text = Md().render(run)
    assert len(text) <= LONGEST_COMMENT / 2
    assert len(text.splitlines()) <= MOST_LINES
    kinds = [token.type for token in MarkdownIt("commonmark").enable("table").parse(text)]
    assert [kinds.count(f"{kind}_open") for kind in ("table", "bullet_list", "heading", "fence", "html_block")] == [
        *(2, 2, 0, 0, 0)
    ]
    # Rows: of both tables the heads, eight changes at most, and checks, the last of each counting the rest.
    assert kinds.count("tr_open") + kinds.count("list_item_open") == len(
        [line for line in text.splitlines() if line.startswith(("| ", "- "))]
    )


def beside(name: str, n: int, **changes: Any) -> GatedCheck:
    """A check of a gate, as it was in the baseline but for the changes."""
    usual = {"decision": "PASS", "reason": "told", "drop": 0.0, "newly_broken": 0, "newly_right": 0}
    return GatedCheck(check=f"t.py::{name}_{n}::accuracy", **(usual | changes))


def test_the_order_is_verdict_what_blocks_what_changed_checks_and_the_counts_add_up(runs: Runs) -> None:
    moved = {"old": 0.9, "new": 0.89, "low": -0.01, "high": 0.03, "newly_broken": 3, "newly_right": 1}
    checks = [beside("fails", n, decision="FAIL") for n in range(12)]
    checks += [beside("moved", n, drop=0.01, **moved) for n in range(11)]
    checks += [beside("same", n) for n in range(40)]
    checks += [beside("better", 0, decision="IMPROVED", drop=-0.2)]
    checks += [beside("worst", 0, decision="WAIVED", drop=0.3, old=0.5, new=0.2)]
    gate = Gated(evaluated=True, baseline="base.json", margin=0.01, checks=tuple(checks))
    records = [runs.record(title=f"check {n}") for n in range(60)] + [runs.record(title="broken", decision="FAIL")]
    lines = Md().render(runs.run(*records, gate=gate)).splitlines()
    assert lines[0].startswith(
        "**Robustness FAIL: 1 of 61 checks; gate BLOCKED: 51 PASS, 1 IMPROVED, 1 WAIVED, 12 FAIL"
    )
    told = "\n".join(lines)
    blocking, changed, table = told.index("- **FAIL** t.py"), told.index("| changed"), told.index("| check |")
    assert 0 < blocking < changed < table
    assert told.count("- **FAIL** t.py") == 7
    assert "- and 5 more that block the release: 5 FAIL; see report.html" in lines
    assert "| t.py::worst\\_0::accuracy | 0.500 -&gt; 0.200 | +0.300 | 0, 0 | **WAIVED**: told |" == lines[lines.index(
        "| changed, and may pass | before, now | drop | worse, better | gate |") + 2]  # fmt: skip
    assert "0.900 -&gt; 0.890 | +0.010 \\[-0.010, +0.030\\] | 3, 1 | **PASS** |" in told
    assert "| 6 more changed: 5 PASS, 1 IMPROVED and 40 as in the baseline; see report.html | | | | |" in lines
    rows = [line for line in lines[lines.index("| check | n | value | need | queries + gradients | verdict |") :]
            if line.startswith("| ")][1:]  # fmt: skip
    assert rows[0].startswith("| broken |")
    assert rows[-1] == f"| and {61 - (len(rows) - 1)} more: {61 - (len(rows) - 1)} PASS; see report.html | | | | | |"
    assert len(lines) == MOST_LINES - 1


def test_an_improvement_stands_beside_the_line_that_keeps_it(runs: Runs) -> None:
    better = beside("a", 0, decision="IMPROVED", drop=-0.2, remedy="pytest --robust-save-baseline=base.json")
    text = Md().render(runs.run(gate=Gated(evaluated=True, baseline="base.json", checks=(better,))))
    assert "| **IMPROVED**: pytest --robust-save-baseline=base.json |" in text


def test_nothing_is_called_changed_where_there_was_nothing_before_or_all_is_as_it_was(runs: Runs) -> None:
    same, new = beside("a", 0), beside("b", 0, decision="NEW", new=0.9)
    gate = Gated(evaluated=True, baseline="base.json", checks=(same, new))
    assert "| t.py::b\\_0::accuracy | - -&gt; 0.900 |" in Md().render(runs.run(gate=gate))
    for unchanged in (replace(gate, checks=(same,)), replace(gate, first=True, checks=(new,))):
        assert "changed" not in Md().render(runs.run(runs.record(), gate=unchanged))


def test_two_sessions_in_one_summary_stay_two_tables(runs: Runs, tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    for _ in range(2):
        append(path, Md().render(runs.of_all_kinds()))
    kinds = [token.type for token in MarkdownIt("commonmark").enable("table").parse(path.read_text())]
    assert kinds.count("table_open") == 2
    assert len(path.read_text().splitlines()) <= 2 * MOST_LINES


def test_reasons_stand_with_what_did_not_pass_only(runs: Runs) -> None:
    good, bad = runs.record(reason="why good"), runs.record(decision="FAIL", reason="why bad", remedy="do this")
    text = Md().render(runs.run(good, bad))
    assert "why good" not in text
    assert "**FAIL**: why bad; do this" in text


def test_queries_and_gradients_have_a_column_and_an_ensemble_tells_who_broke_what(runs: Runs) -> None:
    ensemble = runs.attacked("AutoAttack", 0.1, 0.41, broken_by=(("APGD(eps=0.1)", 5312), ("Square(eps=0.1)", 0)))
    text = Md().render(runs.run(runs.record(), ensemble))
    assert "| need | queries + gradients | verdict |" in text
    assert "| 1,000 | **PASS** |" in text
    told = "first broken by: APGD(eps=0.1) 5,312; Square(eps=0.1) 0"
    assert f"| 2,000 + 40,000 | **PASS**: {told} |" in text
    failed = runs.run(replace(ensemble, decision="FAIL", reason="why", remedy="do this"))
    assert f"**FAIL**: why; do this; {told} |" in Md().render(failed)


def test_at_most_three_examples_are_told_the_worst_checks_first(runs: Runs) -> None:
    records = [
        runs.record(title=f"check {word}", decision=word, examples=(runs.example(i), runs.example(i + 10)))
        for i, word in enumerate(["PASS", "UNDECIDED", "INVALID", "FAIL"])
    ]
    told = [line for line in Md().render(runs.run(*records)).splitlines() if line.startswith("- ")]
    assert told[0] == "- from check FAIL: example 3, label 3: 3 (98 %) before, 6 (64 %) after, distance 0.100"
    assert [line[13:17] for line in told] == ["FAIL", "INVA", "UNDE"]


def test_the_upper_bound_is_told_once_and_only_where_it_applies(runs: Runs) -> None:
    assert Md().render(runs.of_all_kinds()).count("upper bound") == 1
    assert "upper bound" not in Md().render(runs.run(runs.record()))
