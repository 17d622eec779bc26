"""The numbers of a test's checks as properties, which --junitxml writes."""

from __future__ import annotations

import json
from collections import Counter

__all__ = ["properties"]

_FIELDS = ("decision", "value", "low", "high", "n")


def properties(records: str) -> list[tuple[str, str]]:
    """Return a pair of name and value for each number of each check.

    Args:
        records: The checks, as they travel on a report.

    Examples:
        >>> properties('[{"id": "accuracy", "decision": "PASS", "value": 0.9, "n": 50, "op": ">=", "bar": 0.8}]')[-1]
        ('robust.accuracy.bar', '>= 0.8')
    """
    found: list[tuple[str, str]] = []
    seen: Counter[str] = Counter()
    for record in json.loads(records):
        name = f"robust.{record['id']}"
        seen[name] += 1
        # Several checks of one test on the same measurement, numbered as in a baseline.
        name += f"#{seen[name]}" if seen[name] > 1 else ""
        found += [(f"{name}.{field}", str(record[field])) for field in _FIELDS if record.get(field) is not None]
        if record.get("op"):
            found.append((f"{name}.bar", f"{record['op']} {record.get('bar_of') or record.get('bar')}"))
    return found
