"""A change made real: in the inputs' own type, within its budget, with the labels that moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any, ClassVar

import numpy as np
import pytest

from pytest_robust import L1, L2, Bounds, InvalidArgument, InvalidData, LInf, WorstOf, as_boxes
from pytest_robust.attacks import FGSM, PGD, Spatial, UniformNoise
from pytest_robust.core.batch import Batch
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.model import Model, Pullback
from pytest_robust.core.norms import Norm
from pytest_robust.core.perturbation import Attack, Transform
from pytest_robust.core.streams import Streams
from pytest_robust.evaluation.realise import Trial, realise
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

RANDOM = np.random.default_rng(4)
X = (0.2 + 0.6 * RANDOM.random((6, 3))).astype(np.float32)
MODEL = LinearModel(np.eye(3), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)


class Asked:
    """Remembers what it is asked to judge, and calls some rows of the dataset broken."""

    def __init__(self, *broken: int) -> None:
        self.broken, self.heard = broken, []

    def __call__(self, x: Any, y: Any, rows: Any) -> Any:
        self.heard.append((np.array(x), None if y is None else np.array(y).tolist(), np.array(rows).tolist()))
        return np.isin(rows, self.broken)


def trial(x: Any = X, y: Any = Y, *, model: Any = MODEL, broken: Any = None, bounds: Any = (0, 1)) -> Trial:
    def range_of() -> Bounds:
        if bounds is None:
            raise InvalidData("what is the range")
        return Bounds(*bounds)

    return Trial(
        model=model,
        x=np.array(x),
        y=np.asarray(y),
        bounds=range_of,
        streams=Streams.of(0, index=np.arange(len(x))),
        broken=Asked() if broken is None else broken,
        table=lambda: pytest.fail("nobody asked for a table"),
    )


@dataclass(frozen=True, kw_only=True, repr=False)
class Add(Attack):
    """Adds given numbers, whatever the budget."""

    needs: ClassVar = Model
    numbers: tuple[float, ...]
    eps: float
    norm: Norm = LInf
    goal: Goal = Untargeted()

    def perturb(self, model: Any, x: Any, y: Any, threat: Any, streams: Any) -> Any:
        assert x.dtype == np.float32
        assert not x.flags.writeable
        return x + np.array(self.numbers, dtype=np.float32)


@dataclass(frozen=True, kw_only=True, repr=False)
class Turn(Transform):
    """Moves each entry to the next place, and each label with it."""

    by: int = 1

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return replace(batch, x=np.roll(batch.x, self.by, axis=1), y=(batch.y + self.by) % 3)


@dataclass(frozen=True, kw_only=True, repr=False)
class Relabel(Transform):
    """Gives labels of another form."""

    to: Any

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return replace(batch, y=self.to(batch.y))


def test_the_trial_of_some_rows_asks_about_these_by_their_own_labels() -> None:
    class Rows(LinearModel):
        def rows(self, keep: Any) -> Any:
            return keep

    asked = Asked(5)
    some = trial(broken=asked, model=Rows(np.eye(3), np.zeros(3))).rows(np.array([3, 5, 1]))
    assert some.model.tolist() == [3, 5, 1]
    assert some.x.tolist() == X[[3, 5, 1]].tolist()
    assert some.y.tolist() == Y[[3, 5, 1]].tolist()
    assert some.streams.index.tolist() == [3, 5, 1]
    assert some.broken(X[:2], np.array([7, 8]), np.array([1, 2])).tolist() == [True, False]
    assert asked.heard[0][0].tolist() == X[:2].tolist()
    assert asked.heard[0][1:] == ([7, 8], [5, 1])


# The budget is no whole number, so that not every change may be rounded away from the input.
@pytest.mark.parametrize(
    ("norm", "eps", "numbers", "expected"),
    [
        (LInf, 2.5, (1.3, 0.0), (2, 0)),
        (LInf, 2.5, (-1.3, 0.0), (-2, 0)),
        (LInf, 2.5, (2.4, 0.0), (2, 0)),
        (LInf, 2.5, (-2.4, 0.0), (-2, 0)),
        (LInf, 2.5, (2.4, 1.2), (2, 2)),
        (LInf, 2.5, (-1.2, 2.4), (-2, 2)),
        (LInf, 2.5, (9.0, -9.0), (2, -2)),
        (L2, 2.9, (1.2, -1.2), (2, -2)),
        (L2, 2.5, (1.2, -1.2), (1, -1)),
        # Back into the ball from (3, 1) it would be (2, 0), which is nearer than what is rounded towards the input.
        (L2, 3.14, (3.0, 0.9), (3, 0)),
        (L1, 3.5, (1.9, -0.9), (2, -1)),
        (L1, 2.9, (1.9, -0.9), (1, 0)),
        (LInf, inf, (2.4, -0.1), (3, -1)),
    ],
)
@pytest.mark.parametrize("shape", [(2,), (2, 1, 1)], ids=str)
def test_whole_numbers_go_away_from_the_input_where_the_budget_allows_it(norm, eps, numbers, expected, shape) -> None:
    x = np.full((3, *shape), 100, dtype=np.uint8)
    attack = Add(eps=eps, norm=norm, numbers=tuple(np.reshape(numbers, shape).tolist()))
    found = realise(attack, trial(x, [0, 0, 0], bounds=(0, 255)))
    assert found.x.dtype == np.uint8
    change = found.x.astype(int) - 100
    assert change.reshape(3, 2).tolist() == [list(expected)] * 3
    size = {LInf: np.abs(expected).max(), L1: np.abs(expected).sum(), L2: np.sqrt(np.square(expected).sum())}[norm]
    assert found.distance.tolist() == pytest.approx([size] * 3)


def test_whole_numbers_stay_within_their_range_and_differ_by_example() -> None:
    x = np.array([[255, 0], [100, 100]], dtype=np.uint8)
    found = realise(Add(eps=2.5, numbers=(1.3, -1.3)), trial(x, [0, 0], bounds=(0, 255)))
    assert found.x.tolist() == [[255, 0], [102, 98]]


def test_several_changes_draw_apart_and_each_asks_about_those_that_stand() -> None:
    asked = Asked(0, 4)
    found = realise(WorstOf(GaussianNoise(sigma=0.1), GaussianNoise(sigma=0.1)), trial(broken=asked))
    (first, _, all_rows), (second, _, left) = asked.heard
    assert (all_rows, left) == ([0, 1, 2, 3, 4, 5], [1, 2, 3, 5])
    assert (first[left] != second).any(axis=1).all()
    assert found.broken_by.tolist() == [0, -1, -1, -1, 0, -1]
    assert found.x[[0, 4]].tolist() == first[[0, 4]].tolist()
    assert found.x[left].tolist() == second.tolist()
    assert found.y is None
    assert found.distance is None
    assert not found.unusable.any()


def test_once_nothing_stands_nothing_more_is_tried() -> None:
    asked = Asked(*range(6))
    found = realise(WorstOf(GaussianNoise(sigma=0.1), GaussianNoise(sigma=0.1)), trial(broken=asked))
    assert len(asked.heard) == 1
    assert found.broken_by.tolist() == [0] * 6


def test_distances_are_those_of_the_change_that_counts() -> None:
    found = realise(
        WorstOf(Add(eps=0.1, numbers=(0.05, 0, 0)), Add(eps=0.1, numbers=(0, 0.1, 0))), trial(broken=Asked(2))
    )
    assert not np.isnan(found.distance).any()
    assert found.distance.tolist() == pytest.approx([0.1, 0.1, 0.05, 0.1, 0.1, 0.1], rel=1e-5)
    mixed = realise(WorstOf(Add(eps=0.1, numbers=(0.05, 0, 0)), GaussianNoise(sigma=0.1)), trial())
    assert mixed.distance is None


@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_number_is_remembered_whichever_part_it_came_of(first) -> None:
    bad, good = Add(eps=0.1, numbers=(np.nan, 0, 0)), Add(eps=0.1, numbers=(0.1, 0, 0))
    parts = (bad, good) if first else (good, bad)
    assert realise(WorstOf(*parts), trial(broken=Asked(0))).unusable.tolist() == [first, *[True] * 5]
    assert realise(parts[0] | parts[1], trial()).unusable.all()
    assert np.isfinite(realise(WorstOf(*parts), trial()).x).all()


def test_labels_that_move_with_the_inputs_are_what_later_parts_are_judged_by() -> None:
    moved = ((Y + 1) % 3).tolist()
    asked = Asked(1)
    found = realise(Turn() | WorstOf(GaussianNoise(sigma=0.01), Turn()), trial(broken=asked))
    assert [(labels, rows) for _, labels, rows in asked.heard] == [
        (moved, [0, 1, 2, 3, 4, 5]),
        (((Y + 2) % 3)[[0, 2, 3, 4, 5]].tolist(), [0, 2, 3, 4, 5]),
    ]
    expected = (Y + 2) % 3
    expected[1] = moved[1]
    assert found.y.tolist() == expected.tolist()


def test_labels_that_move_are_judged_by_where_a_part_of_several_moves_them() -> None:
    asked = Asked(3)
    found = realise(WorstOf(Turn(), GaussianNoise(sigma=0.01)), trial(broken=asked))
    assert asked.heard[0][1] == ((Y + 1) % 3).tolist()
    assert asked.heard[1][1] is None
    expected = Y.copy()
    expected[3] = (Y[3] + 1) % 3
    assert found.y.tolist() == expected.tolist()
    # Moved away and back they are where they were.
    assert realise(WorstOf(Turn(by=3)), trial()).y is None
    assert realise(Turn(by=3), trial()).y is None


@pytest.mark.parametrize(
    "to",
    [lambda y: y[:-1], lambda y: y.astype(float), lambda y: y[:, None]],
    ids=["fewer", "of another type", "of another shape"],
)
def test_labels_of_another_form_are_refused(to) -> None:
    with pytest.raises(InvalidArgument, match=r"made labels .* of int64 of shape \(6,\)"):
        realise(Relabel(to=to), trial())


def test_labels_may_come_back_as_a_list_or_not_at_all() -> None:
    assert realise(Relabel(to=lambda y: [*y[:-1].tolist(), (y[-1] + 1) % 3]), trial()).y[-1] == (Y[-1] + 1) % 3
    assert realise(Relabel(to=lambda y: None), trial()).y is None
    assert realise(Relabel(to=lambda y: y.copy()), trial()).y is None


def test_where_the_range_is_in_doubt_the_change_still_sees_the_examples_whole() -> None:
    with pytest.raises(InvalidData, match="what is the range"):
        realise(Turn(), trial(bounds=None))

    class Refuses(Turn):
        def apply(self, batch: Batch, streams: Streams) -> Batch:
            seen.append((batch.x.tolist(), batch.x.dtype, batch.bounds.finite, streams.index.tolist()))
            raise InvalidData("other inputs than these")

    seen: list[Any] = []
    with pytest.raises(InvalidData, match="other inputs than these"):
        realise(Refuses(), trial(bounds=None))
    assert seen == [(X.tolist(), np.float32, False, [0, 1, 2, 3, 4, 5])]


class Gradients(LinearModel):
    """Counts the inputs at which it is differentiated."""

    asked: ClassVar[list[int]] = []

    def pullback(self, x: Any, directions: Any, *, count: int) -> Pullback:
        self.asked.append(len(x))
        return super().pullback(x, directions, count=count)


def test_two_budgets_of_one_step_share_their_gradient() -> None:
    model = Gradients(np.eye(3), np.zeros(3))
    model.asked.clear()
    realise(WorstOf(FGSM(eps=0.01), FGSM(eps=0.02)), trial(model=model))
    assert model.asked == [6]


@pytest.mark.parametrize("under", [FGSM(eps=0.1), Spatial(degrees=10)], ids=repr)
def test_a_detector_is_attacked_by_nothing_that_looks_for_a_class(under) -> None:
    images = np.zeros((1, 8, 8, 1), dtype=np.float32)
    with pytest.raises(InvalidArgument, match=rf"{type(under).__name__}\(.* what is right here are boxes"):
        realise(under, trial(images, as_boxes([[[0, 0, 4, 4, 0]]])))


@pytest.mark.parametrize("under", [UniformNoise(eps=0.1), PGD(eps=0.1)], ids=repr)
def test_what_is_missing_has_no_neighbourhood_to_search(under) -> None:
    gaps = X.copy()
    gaps[2, 1] = np.nan
    with pytest.raises(InvalidData, match=rf"{type(under).__name__}\(.*values are missing among the inputs"):
        realise(under, trial(gaps))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float64, np.float16, np.float32], ids=str)
def test_inputs_come_back_in_their_own_type_whatever_the_change_made(dtype) -> None:
    x = np.array([[120, 3], [0, 60]], dtype=dtype)

    @dataclass(frozen=True, kw_only=True, repr=False)
    class More(Transform):
        by: float

        def apply(self, batch: Batch, streams: Streams) -> Batch:
            assert not batch.x.flags.writeable
            assert batch.x.dtype == np.float32
            return replace(batch, x=batch.x + np.float32(self.by))

    found = realise(More(by=0.75), trial(x, [0, 0], bounds=(0, 1000)))
    assert found.x.dtype == dtype
    whole = np.issubdtype(dtype, np.integer)
    assert found.x.tolist() == [[121, 4], [1, 61]] if whole else [[120.75, 3.75], [0.75, 60.75]]
    # Beyond what the type holds is its end, and no other number.
    if whole:
        most = np.iinfo(dtype).max
        assert realise(More(by=200), trial(x, [0, 0], bounds=(0, 1000))).x.tolist() == [
            [min(value + 200, most) for value in row] for row in x.tolist()
        ]
        least = np.iinfo(dtype).min
        assert realise(More(by=-300), trial(x, [0, 0], bounds=(0, 1000))).x.min() == least
