"""Means over draws, of whatever a model can do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pytest_robust.core.averaged import averaged
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Classifier, Differentiable, Model
from pytest_robust.testing import LinearModel

X = np.random.default_rng(0).random((5, 4)).astype(np.float32)
Y = np.zeros(5, dtype=int)


@dataclass(frozen=True, eq=False)
class Alternating(LinearModel):
    """Adds 1 to every score at each second answer."""

    asked: list[int] = field(default_factory=list)

    def logits(self, x):
        self.asked.append(len(x))
        return super().logits(x) + np.float32(len(self.asked) % 2)


@dataclass(frozen=True, eq=False)
class Scores(Classifier):
    model: Classifier

    @property
    def classes(self):
        return np.array(["a", "b"])

    def logits(self, x):
        return self.model.logits(x)


class Labels(Model):
    def predict(self, x):
        return np.zeros(len(x), dtype=int)


def alternating():
    return Alternating(np.random.default_rng(1).normal(size=(4, 2)), np.zeros(2))


def test_scores_are_means_over_the_draws() -> None:
    plain = LinearModel(alternating().weights, np.zeros(2)).logits(X)
    for model in (averaged(alternating(), 4), averaged(Scores(alternating()), 4)):
        assert np.allclose(model.logits(X), plain + 0.5)
        assert np.allclose(model.rows(np.array([1, 3])).logits(X[[1, 3]]), plain[[1, 3]] + 0.5)
    assert averaged(Scores(alternating()), 2).classes.tolist() == ["a", "b"]


def test_gradients_are_means_over_the_draws_and_count_them() -> None:
    mean = averaged(alternating(), 6)
    assert isinstance(mean, Differentiable)
    assert (mean.draws, mean.classes) == (6, None)
    plain = LinearModel(alternating().weights, np.zeros(2))
    assert np.allclose(mean.loss_gradient(X, Y, LogOdds()).gradient, plain.loss_gradient(X, Y, LogOdds()).gradient)
    both = mean.pullback(X, lambda logits: np.ones((2, *logits.shape)), count=2)
    assert both.gradients.shape == (2, 5, 4)
    assert both.logits.shape == (5, 2)


def test_labels_have_no_mean() -> None:
    labels = Labels()
    assert averaged(labels, 3) is labels
