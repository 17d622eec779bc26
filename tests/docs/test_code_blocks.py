"""Every code block of the README and of docs/ runs.

A fenced `python` block belongs to its page: all of a page run from top to bottom in one
namespace. With `<!-- test-file: passes -->` or `<!-- test-file: fails -->` in the line before
it, it is a test file, run by pytest on its own. Beside it lie the page's block marked
`<!-- conftest -->`, if there is one, and those marked `<!-- file: NAME.py -->`.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from sybil import Document, Example, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_MARK = re.compile(r"<!-- (conftest|file: \w+\.py|test-file: passes|test-file: fails) -->")
_MARK_LIKE = re.compile(r"^.*<!--\s*(?:conftest|file|test).*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A marked block: a test file, or what lies beside it."""

    page: Path
    line: int
    mark: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def _document(page: Path) -> Document:
    return Sybil(parsers=[PythonCodeBlockParser()]).parse(page)


def _mark(document: Document, start: int) -> str:
    before = document.text[:start].splitlines()
    found = _MARK.fullmatch(before[-1]) if before else None
    return found[1] if found else ""


def _marked(page: Path) -> list[Block]:
    document = _document(page)
    return [
        Block(page, example.line, mark, str(example.parsed))
        for example in document.examples()
        if (mark := _mark(document, example.start))
    ]


def _unmarked(document: Document) -> list[Example]:
    return [example for example in document.examples() if not _mark(document, example.start)]


TEST_FILES = [block for page in PAGES for block in _marked(page) if block.mark.startswith("test-file")]
PAGES_WITH_CODE = [page for page in PAGES if _unmarked(_document(page))]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES_WITH_CODE, ids=_name)
def test_blocks_of_a_page_run_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # One thread: those of a linear solver wait for each other when the cores are busy.
    with threadpool_limits(1):
        for example in _unmarked(_document(page)):
            example.evaluate()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("block", TEST_FILES, ids=str)
def test_file_of_a_page_passes_or_fails_as_the_page_says(block, tmp_path, sessions):
    (tmp_path / "test_example.py").write_text(block.code, encoding="utf-8")
    for other in _marked(block.page):
        if not other.mark.startswith("test-file"):
            name = other.mark.removeprefix("file: ").replace("conftest", "conftest.py")
            (tmp_path / name).write_text(other.code, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE_"))}
    run = sessions.run(
        *("--robust-report", "-p", "no:cacheprovider", "-p", "no:randomly", "-q"),
        folder=tmp_path,
        environment={**environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    output = f"{run.stdout}\n{run.stderr}"
    expected = {"test-file: passes": 0, "test-file: fails": 1}[block.mark]
    assert run.ret == expected, output
    assert not re.search(r"^ERROR", str(run.stdout), re.MULTILINE), output
    report = tmp_path / ".robust" / "report.json"
    # A page's test may fail for want of robustness only, not for a mistake on the page.
    if report.exists() or expected:
        decisions = {check["decision"] for check in json.loads(report.read_text(encoding="utf-8"))["records"]}
        assert bool(decisions & {"FAIL", "UNDECIDED", "INVALID"}) == bool(expected), output


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_marks_are_spelled_right_and_stand_before_a_block(page):
    text = page.read_text(encoding="utf-8")
    for line in _MARK_LIKE.findall(text):
        assert _MARK.fullmatch(line), line
    assert len(_MARK_LIKE.findall(text)) == len(_marked(page))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_has_at_most_one_conftest(page):
    assert sum(block.mark == "conftest" for block in _marked(page)) <= 1


def test_pages_hold_blocks_and_test_files_of_both_outcomes():
    assert PAGES_WITH_CODE
    assert {block.mark for block in TEST_FILES} == {"test-file: passes", "test-file: fails"}
