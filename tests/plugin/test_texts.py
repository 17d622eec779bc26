"""What --help, --markers and --fixtures say: pinned, because people read them first."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("what", ["help", "markers", "fixtures"])
def test_text_is_what_was_agreed(run_pytest, monkeypatch, what) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    arguments = ["--fixtures", "-v"] if what == "fixtures" else [f"--{what}"]
    text = str(run_pytest(*arguments).stdout)
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


def test_a_marker_names_the_words_that_may_be_exchanged(pytester, run_pytest):
    pytester.makeconftest("""
        import numpy as np
        import pytest

        def scores(texts):
            good = np.array(["film" in text for text in texts], dtype=float)
            return np.stack([1 - good, good], axis=1)

        @pytest.fixture
        def robust_model():
            return scores

        @pytest.fixture
        def robust_data():
            return np.array(["A good film", "A fine day"]), np.array([1, 0])
    """)
    pytester.makepyfile("""
        import pytest
        LEXICON = {"film": ("movie",)}
        @pytest.mark.robust(attack="word_substitution", most=0.4, lexicon=LEXICON, max_accuracy=0.5)
        def test_exchanged(): pass
        @pytest.mark.robust(attack="word_substitution", edits=1, lexicon=LEXICON, protect=("film",), min_accuracy=0.5)
        def test_protected(): pass
    """)
    result = run_pytest("--robust-report")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*proves nothing*in none of * texts*"])
    pytester.makepyfile("""
        import pytest
        @pytest.mark.robust(attack="word_substitution", min_accuracy=0.5)
        def test_neither(): pass
    """)
    result = run_pytest()
    result.stderr.fnmatch_lines(["*robust marker: WordSubstitution takes either most or edits, and neither is given*"])
