from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from pytest_robust.core.criteria import ByFunction, Correct, SameAsClean, TopK, WithinTolerance, answers
from pytest_robust.core.errors import InvalidArgument, InvalidData, InvalidModel

# Few values, so that there are ties.
SCORES = hnp.arrays(np.float32, st.tuples(st.integers(1, 8), st.just(4)), elements=st.sampled_from([0, 0.25, 0.5, 1]))
LABELS = hnp.arrays(np.int64, 8, elements=st.integers(0, 3))


def test_the_answer_is_the_class_of_the_highest_score_or_the_label_itself() -> None:
    assert answers(np.array([[0.1, 0.9], [0.7, 0.3]])).tolist() == [1, 0]
    assert answers(np.array(["cat", "dog"])).tolist() == ["cat", "dog"]


@pytest.mark.parametrize(
    ("target", "outputs", "wanted"),
    [
        ([1, 1], [[0.1, 0.9], [0.7, 0.3]], [1, 0]),
        ([1.0, 1.0], [[0.1, 0.9], [0.7, 0.3]], [1, 0]),
        (["cat", "cat"], ["cat", "dog"], [1, 0]),
        ([True, False], [1, 1], [1, 0]),
    ],
)
def test_correct_is_the_label_itself(target: list, outputs: list, wanted: list[float]) -> None:
    for criterion in (Correct(), SameAsClean()):
        assert criterion.score(np.array(target), np.array(outputs)).tolist() == wanted
        assert criterion.about_classes


@given(SCORES, LABELS)
def test_top_1_is_correct_also_between_equal_scores(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
    target = labels[: len(scores)]
    assert (TopK(1).score(target, scores) == Correct().score(target, scores)).all()


@given(SCORES, LABELS, st.integers(1, 4))
def test_top_k_finds_k_of_the_classes(scores: NDArray[np.float32], labels: NDArray[np.int64], k: int) -> None:
    every = [TopK(k).score(np.full(len(scores), label), scores) for label in range(4)]
    assert (sum(every) == k).all()
    if k < 4:
        target = labels[: len(scores)]
        assert (TopK(k).score(target, scores) <= TopK(k + 1).score(target, scores)).all()


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "2", nan])
def test_top_k_refuses_what_is_no_rank(k: int) -> None:
    with pytest.raises(InvalidArgument, match="must be an integer, at least 1"):
        TopK(k)


def test_top_k_needs_scores() -> None:
    with pytest.raises(InvalidModel, match="needs a score for every class"):
        TopK(2).score(np.array([1]), np.array([1]))


def test_within_tolerance_holds_for_every_value_of_an_example() -> None:
    target = np.array([[1.0, 2.0], [1.0, 2.0]])
    assert WithinTolerance(0.5).score(target, target + np.array([[0.5, -0.5], [0.0, 0.6]])).tolist() == [1, 0]
    assert WithinTolerance(0).score(np.array([1.0, 2.0]), np.array([[1.0], [2.1]])).tolist() == [1, 0]
    assert not WithinTolerance.about_classes


def test_within_tolerance_refuses_answers_of_another_shape() -> None:
    with pytest.raises(InvalidData, match="answers 3 values an example, the targets have 1"):
        WithinTolerance(1).score(np.zeros(2), np.zeros((2, 3)))


@pytest.mark.parametrize("tolerance", [-0.1, nan, inf])
def test_within_tolerance_refuses_what_is_no_distance(tolerance: float) -> None:
    with pytest.raises(InvalidArgument, match="finite number, at least 0"):
        WithinTolerance(tolerance)


def test_a_function_judges_one_example_at_a_time() -> None:
    overlap = ByFunction(lambda target, output: len(set(target) & set(output)) / len(set(target)))
    assert overlap.score(np.array(["ab", "ab"]), np.array(["bc", "abc"])).tolist() == [0.5, 1]


@pytest.mark.parametrize("score", [1.5, -0.1, nan])
def test_a_function_that_gives_no_score_is_refused(score: float) -> None:
    with pytest.raises(InvalidArgument, match=r"a score must lie from 0 \(wrong\) to 1 \(right\)"):
        ByFunction(lambda *_: score).score(np.array([1]), np.array([1]))
