"""What to type to make one check again."""

from __future__ import annotations

import re
import shlex

from pytest_robust.core.policy import Policy
from pytest_robust.core.record import Record, Run

__all__ = ["command_of", "quoted"]

# Items that only the flags of their session make; a node id alone does not bring them back.
_MADE_BY_FLAGS = ("robust-battery::", "robust-gate::")
# What a shell, of POSIX or of Windows, reads as more than itself between double quotes.
_READ_BETWEEN_QUOTES = re.compile(r'["$`\\!%]')


def command_of(record: Record, run: Run) -> tuple[str, ...]:
    """Return the words of the line that makes this check again, none where no line can.

    Examples:
        >>> run = Run(created="", tool="")
        >>> print(*command_of(Record(id="a", nodeid="t.py::t", metric="", title="", decision="PASS", reason=""), run))
        pytest "t.py::t" --robust-seed=0 --robust-claim=dataset
    """
    if not record.nodeid or record.nodeid.startswith(_MADE_BY_FLAGS):
        return ()
    usual, settings = Policy(), run.settings
    parts = [
        "pytest",
        quoted(record.nodeid),
        f"--robust-seed={record.seed:d}",
        f"--robust-claim={quoted(record.claim)}",
    ]
    parts += [f"--robust-confidence={record.confidence:g}"] if record.confidence != usual.confidence else []
    for name, default in (("error", f"{usual.error:g}"), ("samples", "all")):
        given = settings.get(name, default)
        parts += [f"--robust-{name}={quoted(given)}"] if given != default else []
    parts += ["--robust-exact"] if settings.get("exact") == "yes" else []
    return tuple(parts)


def quoted(word: str) -> str:
    r"""Return `word` as one argument that no shell reads as anything else.

    Between double quotes where these are enough, as they are on Windows too; else as bash reads it,
    with characters that a terminal would obey written as escapes, so that none is pasted.

    Examples:
        >>> print(quoted("test_a.py::test[x y]"), quoted("$(id)"), quoted("a" + chr(27)), quoted("7"))
        "test_a.py::test[x y]" '$(id)' $'a\x1b' 7
    """
    # pytest reads an argument that starts so as an option, or as the name of a file of arguments.
    word = f"./{word}" if word.startswith(("-", "@")) else word
    if re.fullmatch(r"[\w.]+", word, re.ASCII):
        return word
    if not word.isprintable():
        plain = word.replace("\\", "\\\\").replace("'", "\\'")
        return "$'" + "".join(c if c.isprintable() else _escape(c) for c in plain) + "'"
    return shlex.quote(word) if _READ_BETWEEN_QUOTES.search(word) else f'"{word}"'


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - bash's forms
