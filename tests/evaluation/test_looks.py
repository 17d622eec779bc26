from __future__ import annotations

import pytest

from pytest_robust.evaluation.looks import looks, next_look


@pytest.mark.parametrize(
    ("total", "first", "most", "ends"),
    [
        (600, 32, 256, (32, 64, 128, 256, 512, 600)),
        (10, 1, 4, (1, 2, 4, 8, 10)),
        (100, 64, 32, (32, 64, 96, 100)),
        (32, 32, 256, (32,)),
        (5, 32, 256, (5,)),
        (1, 1, 1, (1,)),
        (0, 32, 256, ()),
    ],
)
def test_looks_double_from_the_first_up_to_full_batches_and_end_with_the_examples(total, first, most, ends) -> None:
    assert looks(total, first=first, most=most) == ends
    assert tuple(next_look(done, total, first=first, most=most) for done in (0, *ends[:-1]) if ends) == ends
