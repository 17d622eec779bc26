"""Where a key of a TOML file stands: `tomllib` gives values and no lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Lines"]

# Texts and comments are one word each, so that no bracket or line break in them counts.
_WORD = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\n])*"|\'[^\'\n]*\'|#[^\n]*|\n|[\[\]{}=.,]|[^\s"\'#\[\]{}=.,]+',
    re.DOTALL,
)
_OPENS, _CLOSES = {"[", "{"}, {"]", "}"}


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The lines, from 1, of the keys of a file that `tomllib` has read without complaint.

    Args:
        keys: Line by table ("" for the file's own keys), number of the table among those of its
            name, from 0, and key; of a dotted key, the part before the dot.
        tables: Line by table and number.
    """

    keys: dict[tuple[str, int, str], int] = field(default_factory=dict)
    tables: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Lines:
        r"""Return the lines of a file's text.

        Examples:
            >>> lines = Lines.of('model = "m.keras"\n[[check]]\nname = "clean"\n[[check]]\neps = 0.1\n')
            >>> lines.line("", 0, "model"), lines.line("check", 1, "eps"), lines.line("check", 1, "typo")
            (1, 5, 4)
        """
        found, seen, table, number = cls(), Counter[str](), "", 0
        for line, words in _statements(text):
            if words[0] == "[":
                table = next(word for word in words if word != "[")
                number = seen[table]
                seen[table] += 1
                found.tables[table, number] = line
            else:
                found.keys.setdefault((table, number, words[0].strip("\"'")), line)
        return found

    def line(self, table: str, number: int, key: str) -> int:
        """Return where a key stands; where it is not written out, its table; else the file's first line."""
        # A table may be written within a line, and a key's value below a header.
        other = self.keys.get(("", 0, table), self.tables.get((key, 0), 1))
        return self.keys.get((table, number, key), self.tables.get((table, number), other))


def _statements(text: str) -> list[tuple[int, list[str]]]:
    """Return the first line and the words of each header and each `key = value`, which may go over several lines."""
    found: list[tuple[int, list[str]]] = []
    line, depth, fresh = 1, 0, True
    for word in _WORD.findall(text.replace("\r\n", "\n")):
        if word == "\n":
            fresh = fresh or depth == 0
        elif not word.startswith("#"):
            if fresh:
                found.append((line, []))
                fresh = False
            found[-1][1].append(word)
            depth += (word in _OPENS) - (word in _CLOSES)
        line += word.count("\n")
    return found
