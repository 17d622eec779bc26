"""A table [[check]] as items: each of a matrix on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from inspect import signature
from itertools import product
from typing import Any

import pytest

from pytest_robust.core.catalog import Catalog
from pytest_robust.core.errors import InvalidArgument, RobustError
from pytest_robust.core.perturbation import Perturbation, Transform
from pytest_robust.core.wrapped import Wrapped
from pytest_robust.gates.subject import METRICS
from pytest_robust.plugin._spec_forms import Form, form_of
from pytest_robust.plugin._spec_page import Page
from pytest_robust.plugin.markers import POLICY, RobustMark

__all__ = [
    "BARS",
    "CATALOGS",
    "EXTRAS",
    "NUMBER",
    "POLICIES",
    "TEXT",
    "CheckSpec",
    "check_mark",
    "checks_of",
    "parameters",
]

CATALOGS: Mapping[str, Catalog[Any]] = {
    # Attacks are of two kinds: within a norm's budget, and searches among transforms.
    "attack": Catalog(room="pytest_robust.attacks", interface=Perturbation),
    "transform": Catalog(room="pytest_robust.transforms", interface=Transform),
}


def _form(annotation: str) -> Form:
    form = form_of(annotation)
    assert form is not None
    return form


TEXT, NUMBER = _form("str"), _form("float")
POLICIES: Mapping[str, Form] = {
    name: _form({"exact": "bool", "claim": "str", "samples": "int", "seed": "int"}.get(name, "float"))
    for name in POLICY
}
"""What says how checks are made, for the whole file or for one check."""
EXTRAS: Mapping[str, Form] = {
    "metric": TEXT,
    "lowers": _form("str | int"),
    "raises": _form("str | int"),
    "tolerance": NUMBER,
}
"""What metrics take beside the perturbation."""


def _bars() -> Iterator[str]:
    # What a metric must be told and no file can say (another model, a shift, a class) has no bar here.
    said = {"under", "train", *EXTRAS}
    for name in METRICS.names():
        kind: Any = METRICS.load(name)
        needed = {word for word, one in signature(kind).parameters.items() if one.default is one.empty}
        values = [item.type for item in fields(kind) if item.name == "under"]
        if needed <= said and values in ([], ["Perturbation"]):
            yield name


BARS = tuple(f"{side}_{name}" for name in _bars() for side in ("min", "max"))
"""The bars that a file can state."""


@dataclass(frozen=True, kw_only=True)
class CheckSpec:
    """One check, an item of pytest.

    Args:
        name: As `-k` selects it.
        number: Of its table, from 0.
        line: Where its table begins.
        words: What the marker `robust` takes.
    """

    name: str
    number: int
    line: int
    words: Mapping[str, Any] = field(hash=False)


def parameters(kind: type[Any]) -> dict[str, Form]:
    """Return the parameters of an attack or a transform that a file can say."""
    return {item.name: form for item in fields(kind) if (form := form_of(item.type)) is not None}


def checks_of(page: Page, number: int, *, given: Mapping[str, Any]) -> Iterator[CheckSpec]:
    """Yield the checks of a table: one, or one for each value of its lists.

    Args:
        page: The file.
        number: Of the table, from 0.
        given: Words of metrics that the file says once for all its checks: `train`.

    Raises:
        SpecError: It has no meaning.
    """
    table = page.tables[number]
    ways = list(_ways(page, number, table))
    bars = {key: _bars_of(page, number, key, ways) for key in table if key in BARS}
    said = {**POLICIES, **EXTRAS}
    shared = {key: page.said(number, key, said[key], value) for key, value in table.items() if key in said}
    if any(key.endswith("_generalization_gap") for key in bars):
        if "train" not in given:
            page.refuse(number, "", 'a generalization gap needs train = "train.npz" at the top of the file')
        shared.update(given)
    for place, way in enumerate(ways):
        words = {**way.words, **shared, **{key: values[place] for key, values in bars.items()}}
        check_mark(page, number, words)
        yield CheckSpec(name=_name(page, number, way, bars), number=number, line=page.line(number), words=words)


def check_mark(page: Page, number: int | None, words: Mapping[str, Any]) -> None:
    """Refuse words that mean nothing to the marker `robust`.

    Args:
        page: The file.
        number: Of the table they stand in, None for the top of the file.
        words: As the marker takes them.

    Raises:
        SpecError: The marker refuses them; the message is its own.
    """
    try:
        RobustMark.of(pytest.mark.robust(**words).mark)
    except (RobustError, TypeError, ValueError, pytest.UsageError) as error:
        named = re.match(r"([a-z_]+)\b", str(error))
        key = named[1] if named and named[1] in words else ""
        page.refuse(number, key, str(error))


@dataclass(frozen=True, kw_only=True)
class _Way:
    """One perturbation of a table.

    Args:
        kind: Its name, empty for none.
        words: What makes it, for the marker.
        axes: The keys whose values are lists.
        labels: What tells it apart from the others.
    """

    kind: str
    words: Mapping[str, Any]
    axes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def _ways(page: Page, number: int, table: Mapping[str, Any]) -> Iterator[_Way]:
    known = ["name", *CATALOGS, *BARS, *POLICIES, *EXTRAS]
    rooms = [room for room in CATALOGS if room in table]
    if not rooms:
        page.check_known(number, table, known)
        yield _Way(kind="", words={})
        return
    if len(rooms) > 1:
        page.refuse(number, rooms[1], "attack and transform at once: one check has one perturbation; write two checks")
    room = rooms[0]
    kinds, listed = _values(page, number, room, TEXT, table[room])
    for label, kind in kinds:
        try:
            made = CATALOGS[room].load(kind)
        except InvalidArgument as error:
            page.refuse(number, room, str(error))
        if issubclass(made, Wrapped):
            page.refuse(number, room, f"{kind!r} is made around another attack, which only code can say: write a test")
        forms = parameters(made)
        for key in table.keys() & {item.name for item in fields(made)} - forms.keys():
            page.refuse(number, key, f"{kind!r} takes a value here that only code can make: write this check as a test")
        page.check_known(number, table, [*known[:3], *forms, *known[3:]])
        given = {key: _values(page, number, key, form, table[key]) for key, form in forms.items() if key in table}
        axes = [key for key, (_, several) in given.items() if several]
        for chosen in product(*(values for values, _ in given.values())):
            words = dict(zip(given, (value for _, value in chosen), strict=True))
            labels = [f"{key}-{one}" for key, (one, _) in zip(given, chosen, strict=True) if key in axes]
            first = [label] if listed and "name" in table else []
            yield _Way(
                kind=kind,
                words={room: kind, **words},
                axes=(*([room] if listed else []), *axes),
                labels=(*first, *labels),
            )


def _values(page: Page, number: int, key: str, form: Form, value: object) -> tuple[list[tuple[str, Any]], bool]:
    """Return the values of a key, each with its label, and whether they are a row of a matrix."""
    if form.listed or not isinstance(value, list):
        return [(_label(value), page.said(number, key, form, value))], False
    if not value:
        page.refuse(number, key, f"an empty list: give at least one value, {form.said}")
    return [(_label(one), page.said(number, key, form, one)) for one in value], True


def _label(value: object) -> str:
    words = re.sub(r"(?<![\d.e])-(?=\d)", "minus", str(value).replace("/", "of"))
    return re.sub(r"[^A-Za-z0-9._]+", "-", words).strip("-")


def _bars_of(page: Page, number: int, key: str, ways: list[_Way]) -> list[float]:
    value = page.tables[number][key]
    if not isinstance(value, list):
        return [page.said(number, key, NUMBER, value)] * len(ways)
    axes = ways[0].axes
    if len(axes) != 1:
        listed = f"of {' and '.join(axes)}" if axes else "there is none"
        page.refuse(
            number,
            key,
            f"a list of bars goes with one list of values, and here {listed}; give one bar, or write two checks",
        )
    if len(value) != len(ways):
        page.refuse(
            number, key, f"{len(value)} bars for {len(ways)} values of {axes[0]}; give as many, or one bar for all"
        )
    return [page.said(number, key, NUMBER, one) for one in value]


def _name(page: Page, number: int, way: _Way, bars: Mapping[str, Any]) -> str:
    table = page.tables[number]
    name = page.said(number, "name", TEXT, table["name"]) if "name" in table else ""
    if "name" in table and (not name.strip() or "::" in name or not name.isprintable()):
        page.refuse(
            number, "name", f'name = {name!r} must be one line of text without "::", which parts names in pytest'
        )
    base = name or way.kind or "-".join(key.partition("_")[2] for key in bars)
    return base + (f"[{'-'.join(way.labels)}]" if way.labels else "")
