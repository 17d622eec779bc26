"""The run as one page that needs nothing but itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pytest_robust.core.example import Example
from pytest_robust.core.record import Record, Run
from pytest_robust.reporting import _words as words
from pytest_robust.reporting._chart_svg import COLOURS, chart_svg
from pytest_robust.reporting._curves import Chart, charts
from pytest_robust.reporting._gate_words import drop_of, gate_headline, gate_slug, told_first
from pytest_robust.reporting._interval_bar import LENGTH, IntervalBar, interval_bar
from pytest_robust.reporting._pictures import Triptych, triptych
from pytest_robust.reporting._reporter import Reporter
from pytest_robust.reporting._summary import Summary, is_pass, slug
from pytest_robust.reporting._text_change import TextChange, text_change

__all__ = ["Html"]

# All pictures together, before base64 makes 4 of 3: a page stays below 2 MB, so that it can be mailed.
_PICTURE_BYTES = 1_200_000
_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class _Exhibit:
    """An example, ready to be shown."""

    example: Example
    pictures: Triptych | None
    text: TextChange | None


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A check, ready to be shown."""

    place: str
    record: Record
    title: str
    passed: bool
    bar: IntervalBar | None
    exhibits: tuple[_Exhibit, ...]


@dataclass(frozen=True)
class Html(Reporter):
    """A page to read, print and pass on: no script, and no address outside itself."""

    suffix: ClassVar = ".html"

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
            "need": words.need_of,
            "number": words.number,
            "share": words.share,
            "slug": slug,
            "told_first": told_first,
            "value": words.value_of,
        }
        return pages.get_template("_report.html.jinja").render(
            run=run,
            summary=Summary.of(run),
            rows=_rows(run),
            charts=[(chart, _drawing(chart, number)) for number, chart in enumerate(charts(run), start=1)],
            colours=COLOURS,
            length=LENGTH,
            upper_bound=words.UPPER_BOUND if words.under_attack(run.records) else "",
        )


def _rows(run: Run) -> list[_Row]:
    pictures = sum(3 for record in run.records for example in record.examples if example.clean)
    exhibit = partial(_exhibit, most_bytes=_PICTURE_BYTES // max(pictures, 1))
    return [
        _Row(
            place=f"check-{number}",
            record=record,
            title=words.title_of(record, run),
            passed=is_pass(record),
            bar=interval_bar(record),
            exhibits=tuple(map(exhibit, record.examples)),
        )
        for number, record in enumerate(run.records, start=1)
    ]


def _exhibit(example: Example, *, most_bytes: int) -> _Exhibit:
    return _Exhibit(example=example, pictures=triptych(example, most_bytes=most_bytes), text=text_change(example))


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
