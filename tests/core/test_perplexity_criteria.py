"""Perplexity is what its definition says, in each form that log-probabilities come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import InvalidArgument, InvalidModel, Perplexity, PerplexityAtMost, PerplexityKept, TokenProbability
from pytest_robust.core.metric import Flattery
from pytest_robust.core.perplexity_criteria import perplexities

P = np.array([[0.5, 0.5, 0.125], [0.25, 1.0, 0.25]])
EXPECTED = [32 ** (1 / 3), 16 ** (1 / 3)]


def rows(*values: Any) -> np.ndarray:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


@pytest.mark.parametrize(
    "said",
    [np.log(P), np.log(P).mean(axis=1), np.log(P).astype(np.float32), rows(*map(tuple, np.log(P)))],
    ids=["tokens", "means", "float32", "rows"],
)
def test_perplexity_is_one_over_the_geometric_mean_of_the_probabilities(said: np.ndarray) -> None:
    np.testing.assert_allclose(perplexities(said), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(
        TokenProbability().score(np.zeros(2), perplexities(said)), 1 / np.array(EXPECTED), rtol=1e-6
    )


def test_rows_may_have_different_lengths() -> None:
    np.testing.assert_allclose(perplexities(rows((np.log(0.5),), (np.log(0.25), np.log(0.25)))), [2, 4])


def test_a_uniform_model_is_as_perplexed_as_it_has_tokens() -> None:
    assert perplexities(np.full((1, 9), -np.log(70.0))).tolist() == pytest.approx([70])


def test_a_model_that_is_sure_is_not_perplexed_and_one_that_rules_the_text_out_has_a_number() -> None:
    assert perplexities(np.array([0.0, 1e-7, -1e6])).tolist()[:2] == [1, 1]
    assert np.isfinite(perplexities(np.array([-1e6]))).all()


def test_limits_are_met_at_the_limit() -> None:
    said = np.array([2.0, 3.0, 3.1])
    assert PerplexityAtMost(3).score(np.zeros(3), said).tolist() == [1, 1, 0]
    kept = PerplexityKept(1.5)
    assert kept.score(kept.kept(np.array([2.0, 2.0, 2.0])), said).tolist() == [1, 1, 0]


def test_perplexity_of_all_is_the_geometric_mean_and_a_weak_attack_leaves_it_low() -> None:
    said = np.array([2.0, 8.0, 4.0])
    measure = Perplexity().measure(said, said)
    assert measure(np.arange(3)) == pytest.approx(4)
    assert measure(np.array([1, 1])) == pytest.approx(8)
    assert Perplexity().flattery is Flattery.DOWN


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (np.array([1.5, -1.0]), r"the model answers 1\.5 as a log-probability: they are finite and at most 0"),
        (np.zeros((2, 3, 4)), r"float64 of shape \(2, 3, 4\), and log-probabilities"),
        (np.array([1, 2]), r"int64 of shape \(2,\), and log-probabilities"),
        (np.array(["a", "b"]), r"<U1 of shape \(2,\)"),
        (rows((), (-1.0,)), "no log-probability for input 0"),
        (rows((-1.0, -np.inf), (-1.0,)), "finite and at most 0"),
    ],
    ids=["above 0", "logits", "integers", "texts", "none", "infinite"],
)
def test_answers_that_are_no_log_probabilities_are_refused_in_words(said: np.ndarray, message: str) -> None:
    for criterion in (PerplexityAtMost(2), PerplexityKept(2), TokenProbability()):
        with pytest.raises(InvalidModel, match=message):
            criterion.read(said)


@pytest.mark.parametrize("value", [0.9, float("inf"), float("nan"), True, "4"])
def test_limits_that_no_perplexity_can_meet_are_refused(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="PerplexityAtMost: limit=.* must be a finite number, at least 1"):
        PerplexityAtMost(value)
    with pytest.raises(InvalidArgument, match="PerplexityKept: factor=.* must be a finite number, at least 1"):
        PerplexityKept(value)
