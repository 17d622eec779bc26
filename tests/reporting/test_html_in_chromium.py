"""The page in a browser: what only a browser can say of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.core.record import Run
from pytest_robust.reporting import Html
from tests.reporting._browser import Browser, Tab, chromium, started

if TYPE_CHECKING:
    from conftest import Runs

    Open = Callable[..., Tab]

PROGRAM = chromium()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed (Debian: apt install chromium)")

SHOWN = "[...document.querySelectorAll('#checks-table tbody tr')].filter(row => row.checkVisibility())"
NAMES = f"{SHOWN}.map(row => row.querySelector('th').textContent)"
FOCUSED = "document.activeElement"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all of them."""
    assert PROGRAM
    with started(PROGRAM, tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, runs: Runs, release_page: str) -> dict[str, Path]:
    """The pages to look at, each made once."""
    folder = tmp_path_factory.mktemp("pages")
    made: dict[str, Run] = {
        "hostile": runs.hostile(),
        "one": runs.run(runs.record()),
        "none": runs.run(),
        "long": runs.run(
            runs.record(
                title="x" * 300, reason="y" * 400, nodeid=f"t.py::t[{'z' * 300}]", decision="FAIL", model="m" * 200,
                examples=(runs.typo(1, clean_text="a" * 500, changed_text="b" * 500),), remedy="w" * 300,
            )
        ),
    }  # fmt: skip
    texts = {"release": release_page} | {name: Html().render(run) for name, run in made.items()}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture
def look(browser: Browser, pages: dict[str, Path]) -> Iterator[Open]:
    """Opens a page; at the end it must have had nothing to complain of, and asked nobody for anything."""
    tabs: list[tuple[str, Tab]] = []

    def open_(name: str, place: str = "", **options: Any) -> Tab:
        tabs.append((name, browser.tab(pages[name], place=place, **options)))
        return tabs[-1][1]

    yield open_
    assert tabs
    for name, tab in tabs:
        assert tab.said() == []
        asked = tab.requested()
        assert asked[0].partition("#")[0] == pages[name].as_uri()
        assert {address.partition(":")[0] for address in asked[1:]} <= {"data"}
        tab.close()


def test_the_pages_that_are_looked_at_have_something_to_see(look: Open) -> None:
    tab = look("release")
    assert tab.js("document.querySelector('h1').innerText").startswith("FAIL")
    assert tab.js(f"{SHOWN}.length") == 27
    # Every picture was decoded, every drawing has a size.
    assert tab.js("[...document.images].length") > 20
    assert (
        tab.js(
            "Promise.all([...document.images].map(image => image.decode().then(() => 0, () => 1))).then(bad => bad.reduce((a, b) => a + b))"
        )
        == 0
    )
    assert tab.js(
        "[...document.querySelectorAll('.chart svg, .release svg')].every(svg => svg.getBoundingClientRect().height > 20)"
    )


def test_hostile_words_do_nothing(look: Open) -> None:
    tab = look("hostile")
    assert "alert(1)" in tab.js("document.body.innerText")
    assert tab.js("document.scripts.length") == 1
    assert (
        tab.js(
            "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length"
        )
        == 0
    )
    assert tab.js("[...document.links].every(link => link.getAttribute('href').startsWith('#'))")


def test_a_script_that_is_not_the_page_s_own_does_not_run(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    text = pages["one"].read_text(encoding="utf-8")
    path = tmp_path / "broken.html"
    path.write_text(
        text.replace("</main>", "<script>document.title = 'taken'</script><b onclick='1'></b></main>"), encoding="utf-8"
    )
    tab = browser.tab(path)
    assert tab.js("document.title") != "taken"
    assert any("Content Security Policy" in said for said in tab.said())
    tab.close()


def test_the_page_is_whole_without_scripts(look: Open) -> None:
    tab = look("release", script=False)
    tree = tab.call("Accessibility.getFullAXTree")["nodes"]
    words = " ".join(node["name"]["value"] for node in tree if node.get("name") and not node["ignored"])
    buttons = [node for node in tree if node.get("role", {}).get("value") == "button" and not node["ignored"]]
    assert "accuracy under PGD(eps=0.02)" in words
    assert "Newly broken: 131" in words
    assert buttons == []


def test_typing_filters_the_checks_and_their_details(look: Open) -> None:
    tab = look("release")
    tab.js("document.querySelector('#filter input').focus()")
    tab.type("fog sev")
    assert tab.js(f"{SHOWN}.length") == 4
    assert tab.js("document.querySelector('#filter [role=status]').textContent") == "4 of 27 shown"
    assert tab.js("[...document.querySelectorAll('details.check')].filter(each => each.checkVisibility()).length") == 4
    tab.type(" nowhere")
    assert tab.js(f"{SHOWN}.length") == 0


def test_verdicts_filter_the_checks_alone_and_together(look: Open) -> None:
    tab = look("release")
    press = "document.querySelector('#filter button[value={}]').click()"
    tab.js(press.format("FAIL"))
    assert tab.js(f"new Set({SHOWN}.map(row => row.dataset.verdict)).size") == 1
    assert tab.js(f"{SHOWN}.length") == 3
    tab.js(press.format("INVALID"))
    assert tab.js(f"{SHOWN}.length") == 5
    assert tab.js("document.querySelectorAll('#filter [aria-pressed=true]').length") == 2
    tab.js(press.format("FAIL"))
    tab.js(press.format("INVALID"))
    assert tab.js(f"{SHOWN}.length") == 27


def test_columns_sort_by_number_both_ways_and_back(look: Open) -> None:
    tab = look("release")
    values = f"{SHOWN}.map(row => row.cells[2].textContent)"
    order = tab.js(NAMES)
    head = "document.querySelectorAll('#checks-table thead th')[2]"
    tab.js(f"{head}.querySelector('button').click()")
    upward = tab.js(values)
    # What has no value stands last, both ways.
    assert [float(value) for value in upward[:-1]] == sorted(float(value) for value in upward[:-1])
    assert upward[-1] == "-"
    assert tab.js(f"{head}.getAttribute('aria-sort')") == "ascending"
    tab.js(f"{head}.querySelector('button').click()")
    downward = tab.js(values)
    assert [float(value) for value in downward[:-1]] == sorted((float(value) for value in upward[:-1]), reverse=True)
    assert downward[-1] == "-"
    tab.js(f"{head}.querySelector('button').click()")
    assert tab.js(NAMES) == order
    assert tab.js("document.querySelectorAll('[aria-sort]').length") == 0


def test_sorting_by_verdict_puts_the_worst_first(look: Open) -> None:
    tab = look("release")
    tab.js("document.querySelector('#checks-table thead button').click()")
    found = tab.js(f"{SHOWN}.map(row => row.dataset.verdict)")
    assert list(dict.fromkeys(found)) == ["FAIL", "INVALID", "UNDECIDED", "NO BAR", "PASS"]


def test_the_keyboard_reaches_everything_and_the_focus_is_seen(look: Open) -> None:
    tab = look("release")
    tab.press("Tab")
    assert tab.js(f"{FOCUSED}.className") == "skip"
    assert tab.js(f"{FOCUSED}.getBoundingClientRect().left") >= 0
    seen = []
    for _ in range(60):
        tab.press("Tab")
        seen.append(
            tab.js(f"[{FOCUSED}.tagName, getComputedStyle({FOCUSED}).outlineStyle, {FOCUSED}.checkVisibility()]")
        )
    assert {"A", "SUMMARY", "INPUT", "BUTTON", "DIV"} <= {tag for tag, *_ in seen}
    assert {(style, visible) for _, style, visible in seen} <= {("solid", True), ("auto", True)}
    tab.js("document.querySelector('#filter button[value=FAIL]').focus()")
    tab.press(" ")
    assert tab.js(f"{SHOWN}.length") == 3
    tab.js("document.querySelector('#checks-table thead button').focus()")
    tab.press("Enter")
    assert tab.js("document.querySelector('#checks-table th').getAttribute('aria-sort')") == "ascending"
    tab.js("document.querySelector('details.check:not([hidden]) summary').focus()")
    before = tab.js(f"{FOCUSED}.parentElement.open")
    tab.press("Enter")
    assert tab.js(f"{FOCUSED}.parentElement.open") is not before


def test_the_command_is_copied_as_it_is_or_selected_where_that_is_forbidden(look: Open) -> None:
    tab = look("release")
    copied = 'pytest "tests/test_release.py::test_release" --robust-seed=0 --robust-claim=dataset'
    tab.js("document.querySelector('.command').closest('details').open = true")
    tab.js(
        "globalThis.kept = ''; Object.defineProperty(navigator, 'clipboard', {configurable: true, value: {writeText: async text => { kept = text }}})"
    )
    tab.js("document.querySelector('.command button').click()")
    assert tab.js("kept") == copied
    assert tab.js("document.querySelector('.command [role=status]').textContent") == "Copied"
    tab.js("Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(Error('no'))}})")
    tab.js("document.querySelector('.command button').click()")
    assert tab.js("new Promise(done => setTimeout(() => done(String(getSelection())), 20))") == copied
    assert tab.js("document.querySelector('.command [role=status]').textContent").startswith("Selected")


def test_an_address_with_the_name_of_a_check_opens_it(look: Open) -> None:
    tab = look("release", place="#check-2")
    assert tab.js("document.querySelector('#check-2').closest('details').open")
    assert not tab.js("document.querySelector('#check-1').closest('details').open")
    tab.js("document.querySelector('#checks-table a[href=\"#check-1\"]').click()")
    assert tab.js(
        "new Promise(done => setTimeout(() => done(document.querySelector('#check-1').closest('details').open), 50))"
    )


def test_all_details_open_and_close_at_once(look: Open) -> None:
    tab = look("release")
    tab.js("document.querySelector('#everything button').click()")
    assert tab.js("document.querySelectorAll('details.check:not([open])').length") == 0
    tab.js("document.querySelector('#everything button:last-child').click()")
    assert tab.js("document.querySelectorAll('details.check[open]').length") == 0


@pytest.mark.parametrize("name", ["release", "hostile", "one", "none", "long"])
def test_a_narrow_screen_never_scrolls_sideways(look: Open, name: str) -> None:
    tab = look(name, width=360, height=740)
    tab.js("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert tab.js("document.documentElement.scrollWidth") == 360
    assert tab.js("document.querySelector('h1').getBoundingClientRect().right") <= 360


def test_paper_shows_every_detail_and_no_control_also_without_scripts(look: Open) -> None:
    for script in (True, False):
        tab = look("release", script=script, media="print", scheme="dark")
        snapshot = tab.call("DOMSnapshot.captureSnapshot", computedStyles=["background-color"], includePaintOrder=False)
        words, document = snapshot["strings"], snapshot["documents"][0]
        shown = {words[place] for place in document["layout"]["text"] if place >= 0}
        # The reason of a check that passed, folded away on a screen.
        assert {"0.881 is at least 0.8"} <= shown
        assert not {"Copy", "Open all", "Find", "All checks"} & shown
        # Dark paper would cost ink.
        assert "rgb(20, 23, 26)" not in words
        if script:
            assert tab.js("document.querySelector('#check-2').checkVisibility()")


def test_printing_opens_every_detail_and_closes_again_what_was_closed(look: Open) -> None:
    tab = look("one")
    is_open = "document.querySelector('#check-1').closest('details').open"
    assert not tab.js(is_open)
    tab.js(f"globalThis.printed = null; addEventListener('beforeprint', () => {{ printed = {is_open} }})")
    assert re.search(rb"/Type\s*/Page\b", tab.pdf())
    assert tab.js("printed")
    assert not tab.js(is_open)


def test_the_scheme_of_the_reader_is_the_scheme_of_the_page(look: Open) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    assert look("one", scheme="light").js(paper) == "rgb(255, 255, 255)"
    assert look("one", scheme="dark").js(paper) == "rgb(20, 23, 26)"


# Of what is alike, the first of each style: axe-core's time grows with the square of the elements.
FIRST_OF_EACH = """
for (const [parts, alike] of [["tbody tr", each => each.closest("table").className + (each.querySelector(".badge")?.className ?? "")],
                              ["details.check", each => each.className], [".exhibit", each => each.closest("details").className]]) {
  const seen = new Set();
  for (const each of [...document.querySelectorAll(parts)]) {
    const style = alike(each);
    if (seen.has(style)) each.remove();
    seen.add(style);
  }
}
"""


def _violations(tab: Tab) -> list[Any]:
    """Return what axe-core, which reads a page as those do who do not see it, objects to."""
    tab.js(FIRST_OF_EACH)
    tab.js("document.querySelectorAll('details').forEach(each => { each.open = true })")
    tab.js(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8") + "; 0")
    found = tab.js(
        "axe.run({exclude: [['svg[aria-hidden]']]}, {resultTypes: ['violations']}).then(result => [result.passes.length, result.violations"
        ".map(each => [each.id, each.nodes.length, each.nodes[0].html.slice(0, 120), each.nodes[0].failureSummary])])"
    )
    assert found[0] > 15
    return found[1]


@pytest.mark.parametrize(
    ("name", "scheme", "width"), [("release", "light", 1280), ("one", "dark", 360), ("none", "light", 360)]
)
def test_nothing_keeps_a_reader_out(look: Open, name: str, scheme: str, width: int) -> None:
    assert _violations(look(name, scheme=scheme, width=width)) == []


def test_what_keeps_a_reader_out_would_be_found(look: Open) -> None:
    tab = look("one")
    tab.js("document.querySelector('.reason').style.color = '#ccc'; document.documentElement.lang = ''")
    assert {"color-contrast", "html-has-lang"} <= {wrong[0] for wrong in _violations(tab)}
