from __future__ import annotations

import numpy as np
import pytest

from pytest_robust import InvalidArgument
from pytest_robust.transforms import UnitMixUp


@pytest.mark.parametrize("factor", [10, 100, 1000, 0.01])
def test_a_share_of_the_values_is_multiplied_and_the_rest_is_not(people, change, factor) -> None:
    after = change(UnitMixUp(rate=0.2, factor=factor), people)
    mixed = after["height"] != people["height"]
    assert mixed.mean() == pytest.approx(0.2, abs=0.03)
    assert after["height"][mixed] == pytest.approx(people["height"][mixed] * factor)


def test_whole_numbers_are_rounded_and_stop_at_the_end_of_their_type(change) -> None:
    x = np.array([[39, 100]], dtype=np.int8)
    assert change(UnitMixUp(rate=1), x).tolist() == [[127, 127]]
    assert change(UnitMixUp(rate=1, factor=0.1), x).tolist() == [[4, 10]]


@pytest.mark.parametrize("factor", [0, -10, 1, np.inf, True, "10"])
def test_a_factor_that_is_none_is_refused(factor) -> None:
    with pytest.raises(InvalidArgument, match="factor=.*must be a positive number other than 1"):
        UnitMixUp(rate=0.1, factor=factor)
