"""The run as one page that needs nothing but itself."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files
from typing import ClassVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pytest_robust.core.record import Record, Run
from pytest_robust.reporting import _words as words
from pytest_robust.reporting._chart_svg import COLOURS, chart_svg
from pytest_robust.reporting._class_table import ClassTable, class_table
from pytest_robust.reporting._command import command_of
from pytest_robust.reporting._curves import Chart, charts
from pytest_robust.reporting._exhibits import Exhibit, exhibits
from pytest_robust.reporting._gate_words import drop_of, gate_headline, gate_slug, told_first
from pytest_robust.reporting._heat_map import heat_maps
from pytest_robust.reporting._history import Series
from pytest_robust.reporting._history_line import HEIGHT, WIDTH, history_line
from pytest_robust.reporting._interval_bar import LENGTH, IntervalBar, interval_bar
from pytest_robust.reporting._reporter import Reporter
from pytest_robust.reporting._summary import Summary, badness, is_pass, slug
from pytest_robust.reporting._what_changed import Change, changed_checks, first_steps, turned

__all__ = ["Html"]

# Characters of all pictures together. A page stays below 2 MB, so that it can be mailed, and what it says
# of a check takes about this many.
_PICTURES = 1_600_000
_OF_A_CHECK = 4_000
_LEAST_PICTURES = 200_000
_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A check, ready to be shown."""

    place: str
    record: Record
    title: str
    passed: bool
    badness: int
    attacked: bool
    bar: IntervalBar | None
    classes: ClassTable | None
    command: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, kw_only=True)
class Html(Reporter):
    """A page to read, print and pass on: one script that the page knows by its hash, no address outside itself.

    Args:
        history: What each check came to in the runs before, and in this one.
    """

    suffix: ClassVar = ".html"

    history: tuple[Series, ...] = ()

    def beside(self, history: tuple[Series, ...]) -> Html:
        """Return one that draws what the checks came to before."""
        return replace(self, history=history)

    def render(self, run: Run) -> str:
        """Return the page."""
        # Assembled from a package, not a folder, so that it works from a zip file too.
        pages = Environment(
            loader=PackageLoader("pytest_robust", "reporting"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_finalize,
        )
        pages.filters |= {
            "amount": _amount,
            "count": words.count,
            "drop": drop_of,
            "gate_headline": gate_headline,
            "gate_slug": gate_slug,
            "interval": words.interval_of,
            "key": words.key_of,
            "need": words.need_of,
            "number": words.number,
            "share": words.share,
            "slug": slug,
            "told_first": told_first,
            "turned": turned,
            "value": words.value_of,
        }
        changes, rows = _shown(run)
        places = {words.key_of(row.record): row.place for row in rows}
        script = files("pytest_robust.reporting").joinpath("_report.js").read_text(encoding="utf-8")
        return pages.get_template("_report.html.jinja").render(
            run=run,
            summary=Summary.of(run),
            steps=first_steps(run, places),
            changes=changes,
            rows=rows,
            places=places,
            charts=[(chart, _drawing(chart, number)) for number, chart in enumerate(charts(run), start=1)],
            heat_maps=heat_maps(run),
            history=list(filter(None, map(history_line, self.history))),
            size=(WIDTH, HEIGHT),
            colours=COLOURS,
            length=LENGTH,
            upper_bound=words.UPPER_BOUND if words.under_attack(run.records) else "",
            script=Markup(script),  # noqa: S704 - a file of this package
            script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        )


def _shown(run: Run) -> tuple[list[Change], list[_Row]]:
    """Return what changed, and the checks; pictures go to what changed first, then to what did not pass."""
    changed = changed_checks(run.gate)
    turn = sorted(range(len(run.records)), key=lambda place: -badness(run.records[place].decision))
    groups = [examples for check in changed for examples in (check.broken, check.fixed)]
    groups += [run.records[place].examples for place in turn]
    drawings = sum(len(figure.webp) for figure in run.figures)
    room = max(_LEAST_PICTURES, _PICTURES - drawings - _OF_A_CHECK * (len(run.records) + len(changed)))
    ready = exhibits(groups, room=room)
    pairs = zip(ready[: 2 * len(changed) : 2], ready[1 : 2 * len(changed) : 2], strict=True)
    changes = [
        Change(check=check, broken=broken, fixed=fixed) for check, (broken, fixed) in zip(changed, pairs, strict=True)
    ]
    of_records = dict(zip(turn, ready[2 * len(changed) :], strict=True))
    rows = [
        _Row(
            place=f"check-{number + 1}",
            record=record,
            title=words.title_of(record, run),
            passed=is_pass(record),
            badness=badness(record.decision),
            attacked=bool(record.health or record.findings),
            bar=interval_bar(record),
            classes=class_table(record),
            command=command_of(record, run),
            exhibits=of_records[number],
        )
        for number, record in enumerate(run.records)
    ]
    return changes, rows


def _drawing(chart: Chart, number: int) -> Markup:
    return Markup(chart_svg(chart, number))  # noqa: S704 - drawn from numbers alone, see chart_svg


def _finalize(value: object) -> object:
    # What is marked up was made of parts that came through here.
    return words.visible(value) if type(value) is str else value


def _amount(seconds: float) -> str:
    """Return a time as a person says it."""
    if seconds < _MINUTE:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"  # noqa: PLR2004 - three digits tell enough
    return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
