"""What to type to make a check again."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.record import Record, Run
from pytest_robust.reporting._command import command_of, quoted

if TYPE_CHECKING:
    from conftest import Runs

NASTY = [
    'a"; rm -rf ~ #', "$(id)", "`id`", "${HOME}", "it's", "back\\slash", "%PATH%", "!!", "a\nb", "a\r\x1b[201~;id\n",
    "\u202egnp.exe", "zero\u200bwidth", "\U000e0041tag", "test_a[ä 数字]", "*", "~/x", "a&b|c>d<e;f", "'$x\x07'", "", " ",
]  # fmt: skip


def _read_by_bash(words: str) -> list[str]:
    script = f"printf '%s\\0' {words}"
    said = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    return said.stdout.decode().split("\0")[:-1]


def test_a_shell_reads_every_word_as_it_was() -> None:
    assert _read_by_bash(" ".join(map(quoted, NASTY))) == NASTY


@pytest.mark.parametrize("word", NASTY)
def test_nothing_that_a_terminal_obeys_or_an_eye_misses_is_pasted(word: str) -> None:
    assert quoted(word).isprintable()


@given(st.text())
def test_any_text_becomes_printable(word: str) -> None:
    assert quoted(word).isprintable()


def test_a_name_is_never_read_as_an_option_or_a_file_of_arguments() -> None:
    assert [quoted(word) for word in ("--pdb", "@args.txt")] == ['"./--pdb"', '"./@args.txt"']


def test_what_differs_from_the_defaults_is_part_of_the_command(runs: Runs) -> None:
    record = runs.record(seed=7, claim="population", confidence=0.99)
    settings = {"error": "0.01", "samples": "200", "exact": "yes", "claim": "dataset"}
    assert " ".join(command_of(record, runs.run(settings=settings))) == (
        'pytest "tests/test_release.py::test_release" --robust-seed=7 --robust-claim=population '
        "--robust-confidence=0.99 --robust-error=0.01 --robust-samples=200 --robust-exact"
    )
    assert " ".join(command_of(runs.record(), runs.run())) == (
        'pytest "tests/test_release.py::test_release" --robust-seed=0 --robust-claim=dataset'
    )


def test_items_that_no_node_id_brings_back_have_no_command(runs: Runs) -> None:
    run: Run = runs.run()
    without: list[Record] = [runs.record(nodeid=""), runs.record(nodeid="robust-battery::accuracy")]
    assert [command_of(record, run) for record in without] == [(), ()]
