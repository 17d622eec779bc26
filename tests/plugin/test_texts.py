"""What --help, --markers and --fixtures say: pinned, because people read them first."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("what", ["help", "markers", "fixtures"])
def test_text_is_what_was_agreed(pytester, monkeypatch, what) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    arguments = ["--fixtures", "-v"] if what == "fixtures" else [f"--{what}"]
    text = str(pytester.runpytest_subprocess(*arguments).stdout)
    agreed = (HERE / f"{what}.txt").read_text()
    assert part(text, what) == agreed


def part(text: str, what: str) -> str:
    """The lines that are the plugin's."""
    lines = [line.rstrip() for line in text.splitlines()]
    if what == "help":
        start = next(i for i, line in enumerate(lines) if line.startswith("model robustness"))
        stop = next(i for i, line in enumerate(lines) if i > start and not line)
        return "\n".join(lines[start:stop]) + "\n"
    if what == "markers":
        return next(line for line in lines if line.startswith("@pytest.mark.robust")) + "\n"
    found, taking = [], False
    for line in lines:
        if line.startswith("robust"):
            taking = True
            line = line.split(" -- ")[0]
        elif line and not line.startswith(" "):
            taking = False
        if taking:
            found.append(line)
    return "\n".join(found).rstrip() + "\n"
