"""The run as a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np

from pytest_robust.core.record import Run
from pytest_robust.reporting import Html

if TYPE_CHECKING:
    from conftest import Runs

VOID = {"meta", "link", "img", "br", "rect", "circle", "path", "use"}


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.without_alt = 0
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found[name] or "" for name in ("href", "src", "xlink:href") if name in found]
        self.handlers += [name for name in found if name.startswith("on")]
        self.without_alt += tag == "img" and not found.get("alt")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _runs(runs: Runs) -> list[Run]:
    cut = runs.run(runs.record(), complete=False)
    return [runs.of_all_kinds(), runs.hostile(), runs.run(), cut]


def test_the_page_asks_nobody_for_anything(runs: Runs) -> None:
    for run in _runs(runs):
        text = Html().render(run)
        seen = Page(text)
        assert seen.links
        assert all(link.startswith(("#", "data:")) for link in seen.links)
        assert re.findall(r"url\((?!#)", text) == []
        assert "@import" not in text
        assert {"script", "iframe", "object", "embed", "form", "base"} & set(seen.tags) == set()
    assert re.findall(r"https?://", Html().render(runs.of_all_kinds())) == []


def test_its_own_policy_forbids_scripts_and_requests(runs: Runs) -> None:
    assert "default-src 'none'" in Html().render(runs.run())
    assert "script-src" not in Html().render(runs.run())


def test_no_text_of_the_user_becomes_markup(runs: Runs, hostile_words: tuple[str, ...]) -> None:
    text = Html().render(runs.hostile())
    seen = Page(text)
    assert seen.handlers == []
    assert "<script" not in text
    assert '"><img' not in text
    assert "<img src=x" not in text
    assert "${{7*7}} {{7*7}}" in seen.text
    assert hostile_words[0] in seen.text
    assert hostile_words[1] in seen.text
    assert not {"\u202e", "\x1b", "\x00"} & set(text)
    assert "\\u202eLIAF" in seen.text


def test_the_page_is_well_formed_and_its_names_are_its_own(runs: Runs) -> None:
    for run in _runs(runs):
        seen = Page(Html().render(run))
        assert seen.open == []
        assert len(seen.ids) == len(set(seen.ids))
        assert {link[1:] for link in seen.links if link.startswith("#")} <= set(seen.ids)


def test_every_picture_is_told_in_words(runs: Runs) -> None:
    seen = Page(Html().render(runs.of_all_kinds()))
    assert seen.tags.count("img") == 12
    assert seen.without_alt == 0
    assert {"header", "main", "footer", "section", "h1", "h2"} <= set(seen.tags)
    assert seen.tags.count("h1") == seen.tags.count("main") == 1


def test_the_banner_gives_the_verdict_and_its_reason(runs: Runs) -> None:
    assert "<title>FAIL: 1 of 12 checks" in Html().render(runs.of_all_kinds())
    cut = Html().render(runs.run(runs.record(), complete=False))
    assert "<title>not evaluated: the session was interrupted - " in cut
    assert 'class="banner not-evaluated"' in cut
    assert 'class="banner pass"' in Html().render(runs.run(runs.record()))
    assert 'class="banner not-evaluated"' in Html().render(runs.run())


def test_everything_known_of_a_check_is_on_the_page(runs: Runs) -> None:
    words = ("nodeid", "reason", "remedy", "under", "role", "method", "model", "data", "id", "title", "bar_of")
    record = runs.record(
        **{word: f"the-{word}" for word in words},
        findings=(("the-sign", "the-cure"),),
        notes=("the-note",),
        broken_by=(("the-member", 8888),),
        queries=1234567,
        gradients=7654321,
        seconds=75.2,
        claim="population",
    )
    seen = Page(Html().render(runs.run(record))).text
    more = (
        "the-sign",
        "the-cure",
        "the-note",
        "the-member",
        "8,888",
        "1,234,567",
        "7,654,321",
        "1 min 15 s",
        "population",
    )
    for word in (*(f"the-{word}" for word in words), *more):
        assert word in seen


def test_details_are_open_where_a_check_did_not_pass(runs: Runs) -> None:
    assert 'class="check pass">' in Html().render(runs.run(runs.record()))
    assert 'class="check fail" open>' in Html().render(runs.run(runs.record(decision="FAIL")))


def test_changed_words_are_marked(runs: Runs) -> None:
    text = Html().render(runs.of_all_kinds())
    assert "<del>warm,</del>" in text
    assert "<ins>wram,</ins>" in text


def test_curves_are_drawn_and_told_in_words(runs: Runs) -> None:
    text = Html().render(runs.of_all_kinds())
    assert "accuracy against eps" in text
    assert "PGD, digits.keras: " not in text
    assert "PGD: 0.948 at 0, 0.881 at 0.02" in text
    assert "<figure" not in Html().render(runs.run(runs.record()))


def test_thirty_checks_with_three_examples_each_stay_below_two_megabytes(make_many: Callable[[int], Run]) -> None:
    assert len(Html().render(make_many(30))) < 2_000_000


def test_photographs_do_not_make_the_page_larger(runs: Runs) -> None:
    photograph = runs.picture(np.random.default_rng(0).random((96, 96, 3)))
    example = runs.example(clean=photograph, changed=photograph)
    records = [runs.record(examples=(example,) * 3, id=str(i)) for i in range(30)]
    assert len(Html().render(runs.run(*records))) < 2_000_000


def test_values_that_are_not_there_do_not_stop_the_page(runs: Runs) -> None:
    bare = replace(
        runs.record(value=None, low=None, high=None, op="", bar=None, n=0, total=0, method="", data="", nodeid=""),
        examples=(runs.example(before_score=None, after_score=None, distance=None, clean=None, changed=None),),
    )
    assert "None" not in Page(Html().render(runs.run(bare, environment={}, settings={}))).text
