"""Names that the system gave."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from pytest_robust.core.readable import readable

# Any character that a name can have, halves of pairs among them.
NAMES = st.text(st.characters(codec=None, exclude_categories=()))


@given(st.text())
def test_what_an_environment_without_the_encoding_makes_of_a_name_reads_as_the_name(name):
    disguised = name.encode().decode("ascii", errors="surrogateescape")
    assert readable(disguised) == readable(name) == name


@given(NAMES)
@example("\ud800 alone")
@example("\udcff no text")
def test_every_name_can_be_written_to_a_file_and_stays_what_it_became(name):
    told = readable(name)
    assert told.encode().decode() == told
    assert readable(told) == told == json.loads(json.dumps(told))
