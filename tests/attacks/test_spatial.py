"""The grid finds what can be found by enumeration; the engine holds it to its limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pytest_robust import InvalidArgument, InvalidData, InvalidModel, Subject, Targeted
from pytest_robust.attacks import Spatial
from pytest_robust.core.perturbation import Search
from pytest_robust.core.policy import Policy
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Rotate, Translate

RANDOM = np.random.default_rng(2)
X = RANDOM.random((40, 9, 9)).astype(np.float32)
# Smooth weights: a small turn changes a little.
MODEL = LinearModel(gaussian_filter(RANDOM.normal(size=(9, 9, 3)), (1.5, 1.5, 0)).reshape(81, 3), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
EXACT = Policy(exact=True)


def subject(model=MODEL, x=X, y=Y):
    return Subject(model, x, y, bounds=(0, 1), policy=EXACT)


def outcomes(made, under):
    measurement = made.accuracy(under=under)
    float(measurement)
    return made._laboratory.evaluation(measurement._case.metric.requests()[0]).outcomes


def test_it_breaks_exactly_what_some_point_of_the_grid_breaks() -> None:
    search = Spatial(degrees=20, pixels=1, angles=5, shifts=3)
    wrong = np.zeros(len(X), dtype=bool)
    for angle in (-20, -10, 0, 10, 20):
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                seen = search.render(X, np.tile([angle, down, right], (len(X), 1)).astype(float))
                wrong |= MODEL.logits(seen).argmax(axis=1) != Y
    found = outcomes(subject(), search)
    assert 0.1 < wrong.mean() < 0.95
    assert np.array_equal(found.perturbed == 0, wrong[found.index])


def test_its_turns_and_shifts_are_those_of_the_transforms() -> None:
    from pytest_robust import Exactly
    from pytest_robust.core.batch import Batch
    from pytest_robust.core.bounds import Bounds
    from pytest_robust.core.streams import Streams

    search, batch = Spatial(), Batch(x=X, y=None, bounds=Bounds(0, 1))
    streams = Streams.of(0, index=np.arange(len(X)))
    turned = Rotate(degrees=Exactly(17)).apply(batch, streams).x
    assert search.render(X, np.tile([17.0, 0, 0], (len(X), 1))) == pytest.approx(turned, abs=1e-6)
    moved = Translate(height=Exactly(2 / 9), width=Exactly(-1 / 9)).apply(batch, streams).x
    assert search.render(X, np.tile([0, 2.0, -1.0], (len(X), 1))) == pytest.approx(moved, abs=1e-5)
    both = Translate(height=Exactly(2 / 9), width=0).apply(replace(batch, x=turned), streams).x
    # Resampled once rather than twice: the corners that come into view differ.
    inner = np.abs(search.render(X, np.tile([17.0, 2.0, 0], (len(X), 1))) - both)[:, 3:-2, 2:-2]
    assert inner.mean() < 0.05


def test_the_mildest_breaking_point_is_the_one_reported() -> None:
    sensitive = Spatial(degrees=30, pixels=0, angles=31)
    numbers = sensitive.find(MODEL, X, Y, None)
    broken = MODEL.logits(sensitive.render(X, numbers)).argmax(axis=1) != Y
    assert broken.any()
    for row in np.flatnonzero(broken):
        milder = np.arange(0, abs(numbers[row, 0]) - 1e-9, 2.0)
        for angle in np.concatenate([milder, -milder]):
            seen = sensitive.render(X[row : row + 1], np.array([[angle, 0.0, 0.0]]))
            assert MODEL.logits(seen).argmax() == Y[row]


def test_gradients_find_more_than_the_points_of_a_coarse_grid() -> None:
    coarse = Spatial(degrees=30, pixels=2, angles=3, shifts=1)
    grid = outcomes(subject(), coarse)
    climbed = outcomes(subject(), replace(coarse, steps=20))
    assert climbed.perturbed.mean() < grid.perturbed.mean() - 0.05
    assert (climbed.perturbed <= grid.perturbed).all()
    assert climbed.cost.gradients > 0
    assert grid.cost.gradients == 0


def test_a_target_is_the_answer_in_the_end() -> None:
    mild = Spatial(degrees=10, pixels=1, angles=5, shifts=3)
    aimed, any_wrong = outcomes(subject(), replace(mild, goal=Targeted(1))), outcomes(subject(), mild)
    assert 0.05 < aimed.reached.mean() < 1
    assert (aimed.reached <= 1 - any_wrong.perturbed).all()
    assert not aimed.reached[Y[aimed.index] == 1].any()


def test_a_model_that_names_classes_only_is_searched_too() -> None:
    named = subject(lambda x: MODEL.logits(x).argmax(axis=1))
    small = Spatial(degrees=20, pixels=1, angles=5, shifts=3)
    assert float(named.accuracy(under=small)) == float(subject().accuracy(under=small))
    with pytest.raises(InvalidModel, match="this model has none"):
        float(named.accuracy(under=Spatial(steps=1)))


@dataclass(frozen=True, kw_only=True, repr=False)
class Beyond(Spatial):
    """A search that returns numbers it may not return."""

    far: float = 1000.0

    def find(self, model, x, y, streams):
        return np.full((len(x), 3), self.far)


@dataclass(frozen=True, kw_only=True, repr=False)
class TooFew(Spatial):
    def find(self, model, x, y, streams):
        return np.zeros((len(x), 2))


def test_the_engine_clips_to_the_limits_and_takes_what_is_no_number_for_nothing() -> None:
    seen = []

    class Watching(LinearModel):
        def logits(self, x):
            seen.append(np.array(x))
            return super().logits(x)

    made = subject(Watching(MODEL.weights, MODEL.bias))
    outcomes(made, Beyond(degrees=10, pixels=1))
    allowed = Spatial(degrees=10, pixels=1).render(X[made._laboratory.order], np.tile([10.0, 1, 1], (len(X), 1)))
    assert np.concatenate(seen[-2:])[-len(X) :] == pytest.approx(allowed, abs=1e-6)
    nothing = outcomes(subject(), Beyond(far=np.nan))
    assert nothing.perturbed.all()
    with pytest.raises(InvalidArgument, match=r"found numbers of shape \(40, 2\)"):
        outcomes(subject(), TooFew())


def test_integers_stay_integers_and_what_is_no_image_is_refused() -> None:
    levels = np.rint(X * 255).astype(np.uint8)
    scaled = LinearModel(MODEL.weights / 255, MODEL.bias)
    whole = Subject(scaled, levels, scaled.logits(levels).argmax(axis=1), policy=EXACT)
    assert 0 < float(whole.accuracy(under=Spatial(angles=5, shifts=1))) < 1
    with pytest.raises(InvalidData, match="changes images"):
        float(subject(x=X.reshape(40, 81)).accuracy(under=Spatial()))


def test_it_is_a_value_with_milder_ones() -> None:
    search = Spatial(degrees=10)
    assert repr(search) == "Spatial(degrees=10)"
    assert search.scaled(0.5) == Spatial(degrees=5, pixels=1.5)
    assert search.limits == (10, 3, 3)
    assert isinstance(search, Search)
    # Nothing to turn by leaves the shifts.
    assert len(Spatial(degrees=0)._grid()) == 25


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"degrees": -1}, "degrees=-1"),
        ({"pixels": np.inf}, "pixels=inf"),
        ({"degrees": 0, "pixels": 0}, "change nothing"),
        ({"angles": 0}, "angles=0"),
        ({"shifts": 1.5}, "shifts=1.5"),
        ({"steps": -1}, "steps=-1"),
        ({"fill": 0}, "fill=0"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Spatial(**arguments)
