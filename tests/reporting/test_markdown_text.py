"""Text that stays text in Markdown."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pytest_robust.reporting._markdown_text import plain
from pytest_robust.reporting._words import one_line

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
INVISIBLE = "\u200b"


def shown(text: str) -> str:
    """What a reader sees of a line of a list."""
    html = MARKDOWN.render(f"- of {text}")
    return unescape(html.removeprefix("<ul>\n<li>of").removesuffix("</li>\n</ul>\n")).strip()


@given(st.text(alphabet=st.characters(codec="utf-8")) | st.text(alphabet="\\\\`*_[]()|~#!$<>&@:/.w-+=\n 1a\"'"))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    assert shown(plain(text, 10**6)).replace(INVISIBLE, "") == one_line(text).replace(INVISIBLE, "")


@given(st.text(alphabet="\\\\|`a"))
def test_a_cell_stays_one_cell(text: str) -> None:
    table = MARKDOWN.render(f"| a | b |\n|---|---|\n| {plain(text, 10**6)} | **PASS** |\n")
    cells = re.findall(r"<td>(.*?)</td>", table)
    assert [unescape(cells[0]), cells[1]] == [text, "<strong>PASS</strong>"]


@given(st.text(alphabet="&<a|@", max_size=200), st.integers(3, 60))
def test_no_line_is_longer_than_asked_and_none_ends_within_an_escape(text: str, most: int) -> None:
    made = plain(text, most)
    assert len(made) <= most
    before = shown(made.removesuffix("..."))
    assert one_line(text).startswith(before.replace(INVISIBLE, ""))


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("@team", f"@{INVISIBLE}team"),
        ("#123 o/r#4", f"#{INVISIBLE}123 o/r#{INVISIBLE}4"),
        ("!7 $8 %9 ~bug &2", f"!{INVISIBLE}7 ${INVISIBLE}8 %{INVISIBLE}9 ~{INVISIBLE}bug &{INVISIBLE}2"),
        ('%"next" gh-12', f'%{INVISIBLE}"next" gh-{INVISIBLE}12'),
        ("http://a.b HTTPS://c", f"http:{INVISIBLE}//a.b HTTPS:{INVISIBLE}//c"),
        ("www.a.b", f"www{INVISIBLE}.a.b"),
        ("a@b.c", f"a@{INVISIBLE}b.c"),
        ("98 %, t.py::a[x], a -> b", "98 %, t.py::a[x], a -> b"),
    ],
)
def test_references_and_addresses_are_parted_and_nothing_else_is(text: str, apart: str) -> None:
    assert shown(plain(text, 200)) == apart
