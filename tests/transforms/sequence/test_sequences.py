"""What is a sequence, and what is told about anything else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import UNBOUNDED, Between, Bounds, Exactly, InvalidData
from pytest_robust.core.batch import Batch
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import DropSteps, SetTo

MEMBERS = [
    member
    for member in Catalog(room="pytest_robust.transforms", interface=Transform)  # type: ignore[type-abstract]  # the interface
    if ".sequence." in member.__module__
]


def test_there_are_sequence_transforms() -> None:
    assert len(MEMBERS) >= 9


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)
@pytest.mark.parametrize(
    ("x", "told"),
    [
        (np.array(["two words"]), "the inputs are <U9; give the numbers that the model reads"),
        (np.array([["a", 1.5]], dtype=object), "the inputs are object; give the numbers"),
        (np.zeros((4, 8, 8, 3), np.float32), r"shape \(4, 8, 8, 3\); for a sequence of images make each a row"),
        (np.zeros((4,), np.float32), r"shape \(4,\); give one row of steps for each example"),
        (np.zeros((4, 1, 6), np.float32), r"shape \(4, 1, 6\): a sequence has at least 2 steps"),
        (np.zeros((4, 1), np.float32), r"shape \(4, 1\): a sequence has at least 2 steps"),
        (np.zeros((4, 6, 0), np.float32), "and a feature; time comes second"),
        (np.zeros((4, 6), bool), "the inputs are bool"),
    ],
    ids=["texts", "mixed table", "images", "single values", "one step", "one column", "no feature", "truth values"],
)
def test_what_is_no_sequence_is_refused_with_the_remedy(member: type[Transform], x: Any, told: str) -> None:
    batch = Batch(x=x, y=None, bounds=Bounds(0, 9))
    with pytest.raises(InvalidData, match=rf"changes sequences of shape \(n, steps\) or .*{told}"):
        member.strongest().apply(batch, Streams.of(0, "test", index=np.arange(len(x))))


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)
def test_a_sequence_of_whole_numbers_of_an_integer_type_comes_back_as_float32(member: type[Transform]) -> None:
    x = np.random.default_rng(0).integers(1, 9, size=(30, 12))
    batch = Batch(x=x, y=None, bounds=Bounds(0, 9))
    changed = member.strongest().apply(batch, Streams.of(0, "test", index=np.arange(30))).x
    assert changed.dtype == np.float32
    assert changed.shape == x.shape
    assert (changed != x).any()


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)
def test_a_batch_larger_than_a_block_is_changed_as_its_examples_alone(member: type[Transform]) -> None:
    # Blocks hold 2**15 values.
    x = np.random.default_rng(0).integers(1, 90, size=(300, 200)).astype(np.float32)
    streams = Streams.of(0, "test", index=np.arange(300))
    whole = member.strongest().apply(Batch(x=x, y=None, bounds=Bounds(0, 99)), streams).x
    for row in (0, 163, 164, 299):
        alone = Batch(x=x[row : row + 1], y=None, bounds=Bounds(0, 99))
        assert np.array_equal(member.strongest().apply(alone, streams.rows(np.array([row]))).x[0], whole[row])


def test_numpys_own_numbers_are_numbers() -> None:
    assert DropSteps(share=Between(np.float32(0), np.float64(0.5)), gap=SetTo(2)).share == Between(0.0, 0.5)
    assert DropSteps(share=Exactly(np.float64(0.5))).scaled(0.5).share == Exactly(0.25)
    batch = Batch(x=np.ones((100, 50), np.float32), y=None, bounds=UNBOUNDED)
    lost = DropSteps(share=np.float32(0.5), gap=SetTo(0)).apply(batch, Streams.of(0, "test", index=np.arange(100))).x
    assert (lost == 0).mean() == pytest.approx(0.5, abs=0.04)
