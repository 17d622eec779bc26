"""The page on quality names what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
PLACES = sorted(set(re.findall(r"(?:tests|pytest_robust)(?:/\w+)+(?:\.\w+)?", PAGE)))


@pytest.mark.parametrize("place", PLACES)
def test_every_file_and_folder_on_the_page_is_there(place):
    assert (ROOT / place).exists()


def test_the_bars_on_the_page_are_those_that_the_suite_holds():
    run = (ROOT / "tests" / "run.sh").read_text(encoding="utf-8")
    assert "fails below 100 % of lines and branches in `statistics/`, `gates/` and `evaluation/`" in PAGE
    rooms = ",".join(f"pytest_robust/{room}/*" for room in ("statistics", "gates", "evaluation"))
    assert f"--fail-under=100 \\\n    --include='{rooms}'" in run
    assert "below 95 % of the whole package" in PAGE.replace("\n", " ")
    assert "--fail-under=95" in run


def test_mutants_are_made_of_the_rooms_that_judge():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    assert settings["only_mutate"] == [f"pytest_robust/{room}/*.py" for room in ("statistics", "gates", "evaluation")]
