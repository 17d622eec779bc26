"""The run as a page."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pytest_robust.core.record import Run
from pytest_robust.reporting import Html

if TYPE_CHECKING:
    from conftest import Runs

VOID = {"meta", "link", "img", "br", "rect", "circle", "path", "use", "input", "polygon", "polyline"}


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
        self.scripts: list[str] = []
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
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        else:
            self.text += data


@pytest.fixture(scope="module")
def texts(runs: Runs, release_page: str) -> list[str]:
    """Pages of every kind."""
    cut = runs.run(runs.record(), complete=False)
    return [release_page, *map(Html().render, (runs.of_all_kinds(), runs.hostile(), runs.run(), cut))]


def test_the_page_asks_nobody_for_anything(texts: list[str]) -> None:
    for text in texts:
        seen = Page(text)
        assert seen.links
        assert all(link.startswith(("#", "data:")) for link in seen.links)
        assert re.findall(r"url\((?!#)", text) == []
        assert "@import" not in text
        assert {"iframe", "object", "embed", "form", "base"} & set(seen.tags) == set()
    assert re.findall(r"https?://", texts[1]) == []


def test_its_own_policy_forbids_requests_and_every_script_but_the_one_it_has(texts: list[str]) -> None:
    for text in texts:
        (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
        rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
        (script,) = Page(text).scripts
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == f"'sha256-{digest}'"
        assert rules["img-src"] == "data:"
        assert set(rules) == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}


def test_no_text_of_the_user_becomes_markup(runs: Runs, hostile_words: tuple[str, ...]) -> None:
    text = Html().render(runs.hostile())
    seen = Page(text)
    assert seen.handlers == []
    assert seen.tags.count("script") == seen.tags.count("style") == 1
    assert '"><img' not in text
    assert "onload" not in seen.tags
    assert "<img src=x" not in text
    assert "${{7*7}} {{7*7}}" in seen.text
    for words in hostile_words[:4]:
        assert words in seen.text
    assert not {"\u202e", "\x1b", "\x00"} & set(text)
    assert "\\u202eLIAF" in seen.text


def test_the_page_is_well_formed_and_its_names_are_its_own(texts: list[str]) -> None:
    for text in texts:
        seen = Page(text)
        assert seen.open == []
        assert len(seen.ids) == len(set(seen.ids))
        assert {link[1:] for link in seen.links if link.startswith("#")} <= set(seen.ids)


def test_every_picture_is_told_in_words(runs: Runs) -> None:
    seen = Page(Html().render(runs.of_all_kinds()))
    assert seen.tags.count("img") == 12
    assert seen.without_alt == 0
    assert {"header", "main", "footer", "section", "h1", "h2"} <= set(seen.tags)
    assert seen.tags.count("h1") == seen.tags.count("main") == 1


def test_figures_stand_below_the_table_with_their_words_and_tests(release_page: str) -> None:
    seen = Page(release_page)
    assert "The first digit" in seen.text
    assert release_page.count('alt="Eight digits, side by side"') == 1
    assert release_page.count("tests/test_release.py::test_figures</code>") == 2
    assert release_page.index('id="checks"') < release_page.index('id="figures"') < release_page.index('id="details"')


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


def test_the_baseline_is_a_line_beside_its_own(runs: Runs, release_page: str) -> None:
    text = release_page
    assert "PGD, baseline: 0.951 at 0, 0.900 at 0.02, 0.762 at 0.05, 0.520 at 0.1" in text
    assert "var(--before)" in text
    assert "var(--before)" not in Html().render(runs.of_all_kinds()).partition("</style>")[2]


def test_what_turned_against_the_baseline_stands_before_everything_else(release_page: str) -> None:
    text = release_page
    places = [text.index(f'id="{name}"') for name in ("gate", "checks", "curves", "health", "details", "environment")]
    assert places == sorted(places)
    turned = Page(text[: places[1]]).text
    assert "Newly broken: 131; 4 shown, and 127 more" in turned
    assert "Newly right: 23; 2 shown, and 21 more" in turned
    assert "Example 13, label 3" in turned
    assert "<ins>wram,</ins>" in text[: places[1]]


def test_what_to_do_first_is_in_the_banner_what_failed_before_what_is_undecided(runs: Runs, release_page: str) -> None:
    banner = Page(release_page.partition("</header>")[0].partition("<body>")[2] + "</header>").text
    first, second = banner.index("look at the newly broken examples"), banner.index("run its test")
    assert first < second < banner.index("UNDECIDED", second)
    assert "more below" in banner
    assert "Do first" not in Html().render(runs.run(runs.record()))


def test_the_health_of_an_attack_is_told_whether_it_is_believed_or_not(runs: Runs, release_page: str) -> None:
    seen = Page(release_page).text
    assert "loss rises along the attack" in seen
    assert "on 996 of 1000" in seen
    assert "Health of the attacks" not in Page(Html().render(runs.run(runs.record()))).text


def test_releases_are_drawn_and_told_in_words(runs: Runs, release_page: str) -> None:
    text = release_page
    assert 'aria-label="accuracy: 0.900 in v1.0 (PASS), 0.896 in v1.1 (PASS)' in text
    assert "0.888 in v1.3 (FAIL)" in text
    assert 'id="history"' not in Html().render(runs.run(runs.record()))


def test_each_check_can_be_pointed_at_and_says_how_to_make_it_again(runs: Runs, release_page: str) -> None:
    seen = Page(release_page)
    assert {f"check-{number + 1}" for number in range(27)} <= set(seen.ids)
    assert 'pytest "tests/test_release.py::test_corruptions[Fog-3]" --robust-seed=0 --robust-claim=dataset' in seen.text
    assert "Make it again" not in Page(Html().render(runs.run(runs.record(nodeid="")))).text


def test_an_input_that_was_not_changed_is_shown_by_itself(runs: Runs) -> None:
    pictured = runs.example(4, changed=None, before="4", after="9", distance=None)
    seen = Page(Html().render(runs.run(runs.record(examples=(pictured,), decision="FAIL"))))
    assert seen.tags.count("img") == 1
    assert "answered 9" in seen.text
    told = Page(Html().render(runs.run(runs.record(examples=(runs.typo(1, changed_text=""),))))).text
    assert "input" in told
    assert "after" not in told.partition("A warm")[2].partition("Make it again")[0]


def test_thirty_checks_with_three_examples_each_stay_below_two_megabytes(make_many: Callable[[int], Run]) -> None:
    assert len(Html().render(make_many(30))) < 2_000_000


def test_four_hundred_checks_stay_below_two_megabytes_and_those_that_failed_keep_their_pictures(runs: Runs) -> None:
    photograph = runs.picture(np.random.default_rng(0).random((96, 96, 3)))
    examples = (runs.example(clean=photograph, changed=photograph),) * 3
    records = [runs.record(examples=examples, id=str(i)) for i in range(399)]
    text = Html().render(runs.run(*records, runs.record(id="last", decision="FAIL", examples=examples)))
    assert len(text) < 2_000_000
    assert text.partition('id="check-400"')[2].count("<img") == 9
    assert "Its pictures were left out, to keep the page small." in text


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
