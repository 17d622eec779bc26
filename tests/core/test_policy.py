from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from pytest_robust.core.claim import Claim
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.policy import Policy


@pytest.mark.parametrize("name", ["confidence", "error"])
@pytest.mark.parametrize("value", [0, 1, -0.5, 95, nan, inf])
def test_a_probability_outside_its_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidArgument, match=f"{name}=.* must lie strictly between 0 and 1"):
        Policy(**{name: value})


@pytest.mark.parametrize(("name", "least"), [("samples", 0), ("seed", 0), ("batch_size", 1)])
def test_a_count_outside_its_range_is_refused(name: str, least: int) -> None:
    assert getattr(Policy(**{name: least}), name) == least
    for value in (least - 1, 1.5, True, "3", None):
        with pytest.raises(InvalidArgument, match=f"{name}=.* must be an integer, at least {least}"):
            Policy(**{name: value})


@pytest.mark.parametrize("claim", ["population", None, 1])
def test_a_claim_that_is_none_is_refused_rather_than_taken_for_the_default(claim: Any) -> None:
    assert Policy(claim=Claim.POPULATION).claim is Claim.POPULATION
    with pytest.raises(InvalidArgument, match=r"claim=.* must be one of Claim\.DATASET, Claim\.POPULATION"):
        Policy(claim=claim)
