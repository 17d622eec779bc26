"""Images as an attack leaves them: held against a linear model, whose worst case is known."""

from __future__ import annotations

import numpy as np

from pytest_robust import L2, LInf
from pytest_robust.attacks import FGSM, DeepFool, UniformNoise
from pytest_robust.testing import LinearModel
from reference_models.attacked import attacked
from reference_models.figures import change
from reference_models.splits import Examples

RANDOM = np.random.default_rng(0)
WEIGHTS = RANDOM.normal(size=(16, 2))
# Its boundary goes through the grey image, and the images lie around it: no wall is in the way of a step.
MODEL = LinearModel(WEIGHTS, -0.5 * WEIGHTS.sum(axis=0))
X = (0.5 + 0.05 * RANDOM.normal(size=(200, 4, 4, 1))).astype(np.float32)
EXAMPLES = Examples(x=X, y=MODEL.logits(X).argmax(axis=1))


def test_one_step_fools_exactly_where_a_linear_model_can_be_fooled() -> None:
    near = MODEL.distance(X, dual_order=1) < 0.02
    assert 20 <= near.sum() <= 180
    found = attacked(FGSM(eps=0.02), MODEL, EXAMPLES, seed=0)
    np.testing.assert_array_equal(found.fooled, near)
    assert found.success == near.mean()
    np.testing.assert_allclose(found.sizes(LInf), 0.02, atol=1e-6)


def test_nearest_changes_are_as_long_as_the_way_to_the_boundary_and_lie_beyond_it() -> None:
    found = attacked(DeepFool(overshoot=1e-3), MODEL, EXAMPLES, seed=0)
    assert found.fooled.all()
    np.testing.assert_allclose(found.sizes(L2), MODEL.distance(X, dual_order=2), rtol=2e-3, atol=1e-4)


def test_what_was_wrong_before_is_not_counted_as_fooled() -> None:
    wrong = Examples(x=X, y=np.where(np.arange(200) < 50, 1 - EXAMPLES.y, EXAMPLES.y))
    found = attacked(DeepFool(), MODEL, wrong, seed=0)
    assert not found.fooled[:50].any()
    assert found.fooled[50:].all()
    assert found.success == 1


def test_a_seed_is_all_that_a_random_change_depends_on() -> None:
    first, again, other = (attacked(UniformNoise(eps=0.1), MODEL, EXAMPLES, seed=seed).changed for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    assert 0 <= first.min() <= first.max() <= 1


def test_ink_that_came_is_violet_and_ink_that_went_is_orange() -> None:
    delta = np.zeros((1, 3, 1))
    delta[0, :, 0] = -0.5, 0, 0.5
    (went, stayed, came) = change(delta, reach=0.5)[0]
    assert went[0] > went[1] > went[2]
    assert came[2] > came[0] > came[1]
    assert stayed.min() > 0.95
