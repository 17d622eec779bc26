"""Fills in what the code's folders hold, so that a page never lists less than there is.

`<!-- table: attacks -->` becomes a table of the room, `<!-- reference: attacks -->` the
reference of its members.
"""

import re
from dataclasses import MISSING, fields
from inspect import get_annotations, getdoc

from pytest_robust.core.catalog import Catalog
from pytest_robust.core.metric import Metric
from pytest_robust.core.perturbation import Perturbation, Transform

ROOMS = {"attacks": Perturbation, "transforms": Transform, "metrics": Metric}
_PLACE = re.compile(r"^<!-- (table|reference): (\w+) -->$", re.MULTILINE)


def on_page_markdown(markdown, **_):
    """Return a page with its tables and references filled in: mkdocs calls this."""
    return _PLACE.sub(lambda found: {"table": table, "reference": reference}[found[1]](found[2]), markdown)


def members(room):
    """Return the name and the class of everything in a room of this package."""
    catalog = Catalog(room=f"pytest_robust.{room}", interface=ROOMS[room])
    found = [(name, catalog.load(name)) for name in catalog.names()]
    # What other distributions in this environment add is theirs to document.
    return [(name, member) for name, member in found if member.__module__.startswith("pytest_robust.")]


def table(room):
    rows = [f"| {' | '.join(cells)} |" for cells in map(_HEADS[room][1], members(room))]
    head = _HEADS[room][0]
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *rows])


def reference(room):
    # Without methods: what a user writes is the constructor, and the interface has the rest.
    return "\n\n".join(
        f"::: {member.__module__}.{member.__name__}\n    options:\n      members: []" for _, member in members(room)
    )


def _summary(member):
    return getdoc(member).splitlines()[0]


def _arguments(member):
    """Return the arguments a value is made with, the required ones without a default."""
    own = get_annotations(member)
    shown = [
        item.name if item.default is MISSING and item.default_factory is MISSING else f"{item.name}={_default(item)}"
        for item in sorted(fields(member), key=lambda item: item.name not in own)
        if item.name != "on" and item.init
    ]
    return ", ".join(shown)


def _default(item):
    return repr(item.default) if item.default is not MISSING else f"{item.default_factory.__name__}()"


def _strongest(member):
    found = [f"{item.name}={item.metadata['strongest']}" for item in fields(member) if "strongest" in item.metadata]
    return f"`{', '.join(found)}`" if found else "has no strength"


def _perturbation(row):
    name, member = row
    return f"`{member.__name__}({_arguments(member)})`", f"`{name}`", _summary(member), _strongest(member)


def _metric(row):
    name, member = row
    return f"`robust.{name}({_arguments(member)})`", _summary(member)


_PERTURBATION_HEAD = ("value", "in markers", "what it does", "drawn up to")
_HEADS = {
    "attacks": (_PERTURBATION_HEAD, _perturbation),
    "transforms": (_PERTURBATION_HEAD, _perturbation),
    "metrics": (("measurement", "what it is"), _metric),
}
