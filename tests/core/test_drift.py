"""Streams with a drift against the probabilities they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import (
    Bounds,
    Dataset,
    DriftingStream,
    Gradual,
    InvalidArgument,
    InvalidData,
    Recurring,
    Sigmoid,
    Sudden,
)

N = 1000
KINDS = [Sudden(at=300), Gradual(start=200, stop=700), Sigmoid(at=500, width=200), Recurring(period=125)]


def concepts(n: int = N, **how: Any) -> dict[str, Any]:
    """Return an old and a new stream whose inputs tell the step and whose labels tell the concept."""
    x = np.arange(n, dtype=np.float32)[:, None]
    return {"old": Dataset(x=x, y=np.zeros(n, int), **how), "new": Dataset(x=x + 0.5, y=np.ones(n, int), **how)}


@pytest.mark.parametrize("drift", KINDS, ids=repr)
def test_the_share_of_the_new_concept_over_time_is_the_probability(drift: Any) -> None:
    seeds = 200
    share = np.mean([DriftingStream.of(**concepts(), drift=drift, seed=seed).new for seed in range(seeds)], axis=0)
    chance = drift.probability(np.arange(N))
    # Windows of 25 steps: five standard errors of at most 0.5 / sqrt(25 * 200).
    error = np.abs((share - chance).reshape(-1, 25).mean(axis=1))
    assert error.max() < 5 * 0.5 / np.sqrt(25 * seeds)
    assert 0.2 < chance.mean() < 0.8


@pytest.mark.parametrize(
    ("drift", "expected"),
    [
        (Sudden(at=3), [0, 0, 0, 1, 1, 1, 1, 1]),
        (Sudden(at=0), [1] * 8),
        (Gradual(start=2, stop=6), [0, 0, 0, 0.25, 0.5, 0.75, 1, 1]),
        (Sigmoid(at=4, width=4), 1 / (1 + np.exp(4.0 - np.arange(8)))),
        (Recurring(period=3), [0, 0, 0, 1, 1, 1, 0, 0]),
    ],
    ids=repr,
)
def test_the_probability_is_the_closed_form(drift: Any, expected: Any) -> None:
    assert drift.probability(np.arange(8)) == pytest.approx(np.array(expected, float))


def test_a_sigmoid_is_steep_enough_to_be_sudden_and_warns_of_nothing() -> None:
    chance = Sigmoid(at=500, width=1).probability(np.arange(10**6))
    assert (chance[0], chance[500], chance[-1]) == (0, 0.5, 1)


@pytest.mark.parametrize("drift", KINDS, ids=repr)
def test_each_example_is_that_of_its_concept_at_the_same_step(drift: Any) -> None:
    stream = DriftingStream.of(**concepts(), drift=drift, seed=0)
    assert np.array_equal(np.asarray(stream.data.x)[:, 0], np.arange(N) + np.where(stream.new, 0.5, 0))
    assert np.array_equal(stream.data.y, stream.new.astype(int))
    assert 0 < stream.new.sum() < N


def test_the_same_seed_makes_the_same_stream_however_long_and_another_seed_another() -> None:
    drift = Gradual(start=0, stop=1000)
    long, again = (DriftingStream.of(**concepts(), drift=drift, seed=1).new for _ in range(2))
    short = DriftingStream.of(**concepts(400), drift=drift, seed=1).new
    other = DriftingStream.of(**concepts(), drift=drift, seed=2).new
    assert np.array_equal(long, again)
    assert np.array_equal(long[:400], short)
    assert not np.array_equal(long, other)


def test_a_drift_that_comes_earlier_moves_the_same_examples_and_more() -> None:
    late, early = (DriftingStream.of(**concepts(), drift=Sigmoid(at=at, width=300), seed=0).new for at in (600, 400))
    assert (early | ~late).all()
    assert late.sum() < early.sum()


def test_several_inputs_texts_and_bounds_go_through() -> None:
    old = Dataset(x={"text": np.array(["a", "b"]), "image": np.zeros((2, 3, 3))}, y=np.array(["no", "no"]))
    new = Dataset(x={"text": np.array(["longer", "c"]), "image": np.ones((2, 3, 3))}, y=np.array(["maybe", "yes"]))
    data = DriftingStream.of(old=old, new=new, drift=Sudden(at=1), seed=0).data
    assert {name: entry.tolist() for name, entry in data.x.items() if name == "text"} == {"text": ["a", "c"]}
    assert data.x["image"].mean(axis=(1, 2)).tolist() == [0, 1]
    assert data.y.tolist() == ["no", "yes"]
    bounds = Bounds(0, 1000)
    assert DriftingStream.of(**concepts(bounds=bounds), drift=Sudden(at=1), seed=0).data.bounds == bounds


def test_what_it_makes_cannot_be_written_to() -> None:
    stream = DriftingStream.of(**concepts(), drift=Sudden(at=5), seed=0)
    for array in (stream.new, stream.data.x, stream.data.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (Dataset(x=np.zeros((4, 2)), y=np.zeros(4)), "the length of old and new differ: 3 and 4; give two streams"),
        (Dataset(x=np.zeros((3, 5)), y=np.zeros(3)), "the inputs of old and new differ"),
        (Dataset(x=np.zeros((3, 2), np.float32), y=np.zeros(3)), "the inputs of old and new differ.*float32"),
        (Dataset(x={"a": np.zeros((3, 2))}, y=np.zeros(3)), "the inputs of old and new differ"),
        (Dataset(x=np.zeros((3, 2)), y=np.zeros(3, int)), "the labels of old and new differ"),
        (Dataset(x=np.zeros((3, 2)), y=np.zeros(3), bounds=Bounds(0, 1)), "the bounds of old and new differ"),
        (Dataset(x=np.zeros((3, 2)), y=None), "new has no labels, and a concept is what leads from inputs to labels"),
        ((np.zeros((3, 2)), np.zeros(3)), r"new is a tuple; give Dataset\(x=..., y=...\)"),
    ],
    ids=["length", "shape", "type", "several inputs", "labels", "bounds", "no labels", "no dataset"],
)
def test_streams_that_do_not_go_together_are_refused(new: Any, told: str) -> None:
    old = Dataset(x=np.zeros((3, 2)), y=np.zeros(3))
    with pytest.raises(InvalidData, match=told):
        DriftingStream.of(old=old, new=new, drift=Sudden(at=1), seed=0)


def test_what_is_no_drift_is_refused_with_the_values_to_write() -> None:
    with pytest.raises(InvalidArgument, match=r"drift='sudden' must be Sudden\(at=...\), Gradual"):
        DriftingStream.of(**concepts(), drift="sudden", seed=0)  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize("value", [-1, 1.5, True, "3", None])
def test_steps_that_are_no_numbers_of_steps_are_refused(value: Any) -> None:
    for make in (
        lambda: Sudden(at=value),
        lambda: Gradual(start=value, stop=9),
        lambda: Gradual(start=0, stop=value),
        lambda: Sigmoid(at=value, width=9),
        lambda: Sigmoid(at=9, width=value),
        lambda: Recurring(period=value),
    ):
        with pytest.raises(InvalidArgument, match="must be a number of steps, an integer of at least"):
            make()


def test_a_change_that_takes_no_step_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"start must come before stop; .* write Sudden\(at=5\)"):
        Gradual(start=5, stop=5)
    with pytest.raises(InvalidArgument, match="at least 1"):
        Recurring(period=0)
