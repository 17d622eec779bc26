"""The words and numbers of a check, the same in every format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pytest_robust.core.example import Example
from pytest_robust.core.record import Record, Run
from pytest_robust.core.verdict import Bar

__all__ = [
    "NOT_EVALUATED",
    "UPPER_BOUND",
    "broken_by_of",
    "cost_of",
    "count",
    "count_of",
    "example_of",
    "interval_of",
    "need_of",
    "number",
    "one_line",
    "settings_of",
    "share",
    "shortened",
    "title_of",
    "under_attack",
    "visible",
    "value_of",
]

NOT_EVALUATED = "not evaluated"
UPPER_BOUND = (
    "Robust accuracy under an attack is an upper bound: it says what this attack left standing, "
    "and a stronger one may break more."
)

_DECIMALS = 3
_MOST_DECIMALS = 9
_NONE = "-"
# Overrides of the writing direction: they could make a FAIL read as something else.
_DIRECTION = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def one_line(text: str) -> str:
    """Return `text` on one line, without control characters, escape sequences' included.

    Examples:
        >>> one_line("two" + chr(10) + "lines")
        'two lines'
    """
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    safe = (" " if unicodedata.category(c) in {"Cc", "Cs"} or c in _DIRECTION else c for c in plain)
    return re.sub(r"\s+", " ", "".join(safe)).strip()


def visible(text: str) -> str:
    """Return `text`, its lines kept, with each character that cannot be seen written as an escape.

    Text perturbations insert such characters, and a reader should see what was changed.

    Examples:
        >>> visible("pay" + chr(0x200B) + "pal") == "pay" + chr(92) + "u200bpal"
        True
    """
    return "".join(c if _seen(c) else c.encode("unicode_escape").decode() for c in text)


def _seen(character: str) -> bool:
    # The joiners make up letters and emoji; the rest of their kind only hides or turns text.
    if character in "\n\t\u200c\u200d":
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def shortened(text: str, most: int) -> str:
    """Return `text` on one line of at most `most` characters."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def number(value: float | None, decimals: int = _DECIMALS) -> str:
    """Return a measured number as it stands in tables, "-" for none.

    Examples:
        >>> number(0.9481), number(0.00012), number(12345.6), number(None)
        ('0.948', '0.00012', '12346', '-')
    """
    if value is None:
        return _NONE
    size = abs(value)
    if 0 < size < 0.5 * 10.0**-decimals:
        return f"{value:.2g}"
    return f"{value:.0f}" if size >= 10**4 else f"{value:.{decimals}f}"


def count(whole: int) -> str:
    """Return an integer with its thousands apart."""
    return f"{whole:,}"


def value_of(record: Record) -> str:
    """Return the value with as many decimals as it takes to stand on its own side of the bar.

    Rounded to 0.930, a value of 0.9296 would seem to reach a bar of 0.93 that it misses.
    """
    if record.value is None or record.bar is None or not record.op:
        return number(record.value)
    bar = Bar(op=record.op, value=record.bar)
    for decimals in range(_DECIMALS, _MOST_DECIMALS):
        shown = number(record.value, decimals)
        if bar.holds(float(shown)) == bar.holds(record.value):
            return shown
    return repr(record.value)


def interval_of(record: Record) -> str:
    """Return the interval in brackets, empty where there is none."""
    if record.low is None or record.high is None:
        return ""
    return f"[{number(record.low)}, {number(record.high)}]"


def need_of(record: Record) -> str:
    """Return the bar as it was written, "-" for none."""
    if not record.op:
        return _NONE
    return one_line(f"{record.op} {record.bar_of or (_NONE if record.bar is None else format(record.bar, 'g'))}")


def count_of(record: Record) -> str:
    """Return how many examples were evaluated of how many, "-" where there were none."""
    return f"{record.n}/{record.total}" if record.total else _NONE


def cost_of(record: Record) -> str:
    """Return what the model was asked for a check, as in "2,000 queries, 40,000 gradients"."""
    parts = ((record.queries, "queries"), (record.gradients, "gradients"))
    return ", ".join(f"{count(amount)} {what}" for amount, what in parts if amount)


def broken_by_of(record: Record) -> str:
    """Return how many examples each member of an ensemble was the first to break, empty for none."""
    told = "; ".join(f"{member} {count(broken)}" for member, broken in record.broken_by)
    return one_line(f"first broken by: {told}") if told else ""


def title_of(record: Record, run: Run) -> str:
    """Return what was measured, with what tells it from its neighbours."""
    several = len({other.model for other in run.records}) > 1
    parts = [record.title, f"of {record.model}" if several and record.model else ""]
    role = f" ({record.role})" if record.role else ""
    return one_line(" ".join(filter(None, parts)) + role)


def under_attack(records: Iterable[Record]) -> bool:
    """Return whether any value is only as good as the attack that searched for it."""
    # Of what searches without gradients, attacks in a norm tell their budget, others their name;
    # a transform that is held to a ball tells one too, and searches for nothing.
    return any(
        record.gradients > 0
        or (
            re.search(r"\beps=|\b(Spatial|WordSubstitution)\(", record.under) and not record.under.startswith("Within(")
        )
        for record in records
    )


def share(score: float | None) -> str:
    """Return a share of belief as "(98 %)", empty for none."""
    return "" if score is None else f"({100 * score:.0f} %)"


def example_of(example: Example) -> str:
    """Return one example in words."""
    before = " ".join(filter(None, [example.before, share(example.before_score)]))
    after = " ".join(filter(None, [example.after, share(example.after_score)]))
    if example.unchanged:
        return one_line(f"{example.clean_text!r}, label {example.label}: {after}")
    moved = "" if example.distance is None else f", distance {number(example.distance)}"
    return one_line(f"example {example.index}, label {example.label}: {before} before, {after} after{moved}")


def settings_of(run: Run) -> str:
    """Return the policy on one line."""
    return one_line(", ".join(f"{name} {value}" for name, value in run.settings.items()))
