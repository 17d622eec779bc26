"""Where the keys of a TOML file stand."""

from __future__ import annotations

import tomllib

import pytest

from pytest_robust.plugin._spec_lines import Lines

AWKWARD = '''# model = "no"
model = "a#b = [c]"
"data" = """
[[check]]
eps = 1
""" # of texts
bounds = [ # a list
  0, 1,
  # ] not here
]
other.dotted = 1
text = \'\'\'
x = "\'\'\'

[[check]]
name = "say \\"]\\" twice"
eps = [
  "1/255",
  "2/255",
]

[[ check ]]
sigma = { low = 1,
  high = 2 }
min_accuracy = 0.5
[table]
x = 1
[[check]] # third
min_accuracy = 0.5
'''


def test_no_text_list_or_comment_hides_a_key_or_makes_one() -> None:
    # tomllib would not read a list over several lines within braces.
    text = AWKWARD.replace("low = 1,\n  high", "low = 1, high")
    values = tomllib.loads(text)
    lines = Lines.of(text)
    rows = text.splitlines()
    for key in values.keys() - {"check", "table"}:
        assert rows[lines.line("", 0, key) - 1].strip('"').startswith(key)
    for number, table in enumerate(values["check"]):
        assert rows[lines.line("check", number, "absent") - 1].startswith("[[")
        for key in table:
            assert rows[lines.line("check", number, key) - 1].startswith(key), (number, key)
    assert len(values["check"]) == 3
    assert rows[lines.line("table", 0, "x") - 1] == "x = 1"
    assert set(lines.keys) == {
        *(("", 0, key) for key in ("model", "data", "bounds", "other", "text")),
        *(("check", number, key) for number, table in enumerate(values["check"]) for key in table),
        ("table", 0, "x"),
    }


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n"])
def test_a_key_that_is_not_there_stands_in_the_first_line(text) -> None:
    assert Lines.of(text).line("", 0, "model") == 1


def test_a_table_written_within_a_line_stands_in_that_line() -> None:
    lines = Lines.of('model = "m"\n\ncheck = [{name = "a"}, {name = "b"}]\n')
    assert lines.line("check", 1, "name") == 3


def test_lines_that_end_in_two_characters_count_once() -> None:
    text = 'model = """\r\na"""\r\ndata = "d"\r\n[[check]]\r\neps = 1\r\n'
    assert tomllib.loads(text)["check"] == [{"eps": 1}]
    assert (Lines.of(text).line("", 0, "data"), Lines.of(text).line("check", 0, "eps")) == (3, 5)
