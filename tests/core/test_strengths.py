"""Strengths: how they are written, and which annotations say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import pytest

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.strengths import written

if TYPE_CHECKING:
    from decimal import Decimal as PriceRange


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (8 / 255, "8/255"),
        (0.25, "0.25"),
        (0.1, "0.1"),
        (3.0, "3"),
        (1e6, "1000000.0"),
        (0.0, "0"),
        (7, "7"),
        ("a", "'a'"),
    ],
)
def test_a_number_is_written_as_a_person_would(number: object, text: str) -> None:
    assert written(number) == text


def test_an_annotation_that_its_module_cannot_read_is_refused_with_what_to_import() -> None:
    from pytest_robust.core.parameters import Range

    assert Range(0, 1)
    with pytest.raises(
        InvalidArgument, match=r"Own: the annotation 'Annotated\[float, Range\(0, 1\)\]' .*module's top"
    ):

        @dataclass(frozen=True, kw_only=True, repr=False)
        class Own(Transform):
            share: Annotated[float, Range(0, 1)] = 1

            def apply(self, batch, streams):
                return batch


def test_another_word_with_range_in_it_need_not_be_readable() -> None:
    @dataclass(frozen=True, kw_only=True, repr=False)
    class Priced(Transform):
        prices: PriceRange | None = None

        def apply(self, batch, streams):
            return batch

    assert not Priced().has_strength
