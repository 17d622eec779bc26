"""A model whose worst inputs are known by trying them all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_robust import Subject
from pytest_robust.attacks import APGD, FAB, PGD, AutoAttack, Square
from pytest_robust.core.model import Differentiable, Pullback
from pytest_robust.core.policy import Policy

ENTRIES, EPS = 7, 0.05


@dataclass(frozen=True, eq=False)
class Bowl(Differentiable):
    """Two classes, inside and outside an ellipsoid."""

    form: NDArray[np.float64]

    def logits(self, x):
        return np.stack([np.ones(len(x)), self.height(x)], axis=1).astype(np.float32)

    def height(self, x):
        return np.einsum("ni,ij,nj->n", x, self.form, x)

    def pullback(self, x, directions, *, count):
        logits = self.logits(x)
        slope = 2 * x @ self.form
        gradients = np.asarray(directions(logits))[:, :, 1, None] * slope
        return Pullback(logits=logits, gradients=gradients.astype(np.float32))


def problem():
    random = np.random.default_rng(12)
    root = random.normal(size=(ENTRIES, ENTRIES))
    model = Bowl(root @ root.T)
    x = (random.random((1200, ENTRIES)) - 0.5).astype(np.float32)
    return model, x[model.height(x) < 1]


def worst(model, x):
    """The height of the highest corner: a convex function over a box has its maximum at one."""
    corners = np.array(list(product((-EPS, EPS), repeat=ENTRIES)), dtype=np.float32)
    return np.max([model.height(x + corner) for corner in corners], axis=0)


@pytest.mark.parametrize(
    ("attack", "missed"),
    [
        # A climb may end at a corner from which all ways lead down, and a search at one whose
        # neighbours are all lower: one example of a hundred does, for each of them.
        (PGD(eps=EPS, restarts=5), 0.02),
        (APGD(eps=EPS, restarts=5), 0.02),
        (FAB(eps=EPS, restarts=5), 0.02),
        (Square(eps=EPS, queries=1000), 0.02),
        (AutoAttack(eps=EPS), 0.02),
    ],
    ids=repr,
)
def test_it_breaks_what_some_corner_breaks_and_nothing_else(attack, missed) -> None:
    model, x = problem()
    breakable = worst(model, x) > 1
    assert 0.2 < breakable.mean() < 0.9
    subject = Subject(model, x, np.zeros(len(x), dtype=int), bounds=(-2, 2), policy=Policy(exact=True))
    measurement = subject.accuracy(under=attack)
    float(measurement)
    found = subject._laboratory.evaluation(measurement._case.metric.requests()[0]).outcomes
    broken = found.perturbed == 0
    # Where one corner alone is beyond, and only just, a search may pass it by.
    possible = worst(model, x)[found.index] > 1.01
    assert not broken[worst(model, x)[found.index] < 1 - 1e-5].any()
    assert broken[possible].mean() >= 1 - missed
