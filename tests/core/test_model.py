from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats, Inputs
from pytest_robust.core.model import Classifier


class Halves(Classifier):
    """Scores an input for itself and against."""

    def logits(self, x: Inputs) -> Floats:
        return np.stack([np.asarray(x), -np.asarray(x)], axis=1)


def test_a_classifier_predicts_its_logits_and_says_nothing_more_unless_it_does() -> None:
    model, x = Halves(), np.array([1.0, -2.0])
    assert (model.predict(x) == model.logits(x)).all()
    assert model.classes is None
    assert model.notes == ()
    assert model.rows(np.array([0])) is model
