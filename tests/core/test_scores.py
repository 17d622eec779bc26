"""What each example came to, as text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pytest_robust.core.errors import InvalidData
from pytest_robust.core.scores import Scores


@given(st.lists(st.booleans(), min_size=1, max_size=70))
def test_right_and_wrong_come_back_as_they_were(right):
    scores = np.array(right, dtype=float)
    kept = Scores.of(scores)
    assert kept.bits == 1
    assert (kept.array() == scores).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_shares_come_back_to_the_nearest_step(shares):
    scores = np.array(shares)
    assert np.abs(Scores.of(scores).array() - scores).max() <= 0.5 / 65535 + 1e-12


def test_a_thousand_examples_take_168_characters():
    assert len(Scores.of(np.ones(1000)).text) == 168


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (Scores(bits=1, n=9, text="oA=="), "9 examples, 1 bits each, stand in 1 bytes"),
        (Scores(bits=8, n=1, text="oA=="), "1 examples, 8 bits each, stand in 1 bytes"),
        (Scores(bits=1, n=8, text="o!=="), "are no base64"),
    ],
)
def test_text_that_does_not_hold_them_is_refused(scores, message):
    with pytest.raises(InvalidData, match=message):
        scores.array()


@given(hnp.arrays(np.float64, st.integers(0, 20), elements=st.floats(0, 1)))
def test_exact_scores_come_back_with_every_digit(scores):
    kept = Scores.exact(scores)
    assert (kept.array() == scores).all()
    assert kept.n == len(scores)
    assert kept.bits == (1 if ((scores == 0) | (scores == 1)).all() else 64)
