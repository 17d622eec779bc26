"""Which examples belong together, as text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_robust.core.errors import InvalidData
from pytest_robust.core.groups import Groups


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=40))
def test_who_belongs_together_comes_back(groups):
    given, kept = np.array(groups), Groups.of(np.array(groups))
    found = kept.array()
    assert kept.n == len(found) == len(given)
    assert ((found[:, None] == found) == (given[:, None] == given)).all()


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (Groups(n=2, text="AAAAAA=="), "2 examples stand in 4 bytes"),
        (Groups(n=1, text="o!=="), "are no base64"),
    ],
)
def test_text_that_does_not_hold_them_is_refused(groups, message):
    with pytest.raises(InvalidData, match=message):
        groups.array()
