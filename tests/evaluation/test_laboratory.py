"""One laboratory a model and its data: each evaluation once, and all of them in one order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from pytest_robust import Bounds, Dataset, SameAsClean, Targeted
from pytest_robust.attacks import PGD, TransferAttack, UniformNoise
from pytest_robust.core.claim import Claim
from pytest_robust.core.criteria import Correct
from pytest_robust.core.deadline import Deadline
from pytest_robust.core.errors import OutOfTime
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Model
from pytest_robust.core.policy import Policy
from pytest_robust.core.progress import Progress, Watcher
from pytest_robust.core.shard import Shard
from pytest_robust.core.table import Column
from pytest_robust.evaluation import laboratory as room
from pytest_robust.evaluation.laboratory import Laboratory, order_of
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

RANDOM = np.random.default_rng(9)
X = RANDOM.random((40, 6)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(6, 3)), np.zeros(3))
OTHER = LinearModel(RANDOM.normal(size=(6, 3)), np.zeros(3))
SAID = MODEL.logits(X).argmax(axis=1)
Y = SAID.copy()
Y[:8] = (Y[:8] + 1) % 3
NOISE = GaussianNoise(sigma=0.1)


class Ear(Watcher):
    def __init__(self) -> None:
        self.looks: list[int] = []

    @contextmanager
    def check(self, title: str) -> Iterator[None]:
        yield

    def decided(self, progress: Progress) -> None:
        self.looks.append(progress.decided)

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        pass


class Counting(Model):
    def __init__(self) -> None:
        self.asked: list[int] = []

    def predict(self, x: Any) -> Any:
        self.asked.append(len(x))
        return MODEL.logits(x).argmax(axis=1)


def laboratory(model: Any = MODEL, *, y: Any = Y, bounds: Any = None, watcher: Any = None, **policy: Any) -> Laboratory:
    heard = {} if watcher is None else {"watcher": watcher}
    return Laboratory(model, Dataset(x=X, y=y), Policy(**policy), bounds=bounds, **heard)


def test_the_order_is_a_shuffle_that_the_seed_alone_decides() -> None:
    assert sorted(order_of(40, 3).tolist()) == list(range(40))
    assert order_of(40, 3).tolist() == np.random.Generator(np.random.Philox(3)).permutation(40).tolist()
    assert laboratory(seed=3).order.tolist() == order_of(40, 3).tolist()
    assert laboratory(seed=3).order.tolist() != laboratory(seed=4).order.tolist()
    assert laboratory(seed=3, samples=9).order.tolist() == order_of(40, 3)[:9].tolist()


def test_what_differs_in_anything_that_is_asked_for_is_another_evaluation() -> None:
    one, asked = laboratory(), Request(under=NOISE)
    first = one.evaluation(asked)
    others = [
        one.evaluation(replace(asked, **change))
        for change in (
            {"under": GaussianNoise(sigma=0.2)},
            {"criterion": SameAsClean()},
            {"only_right": True},
            {"outputs": True},
            {"wrong": True},
        )
    ]
    assert one.evaluation(Request(under=GaussianNoise(sigma=0.1))) is first
    assert len({id(found) for found in (first, *others)}) == 6


def test_of_the_kept_evaluations_the_one_asked_for_longest_ago_is_dropped(monkeypatch) -> None:
    monkeypatch.setattr(room, "_KEPT", 2)
    one = laboratory()
    a, b, c = (Request(under=GaussianNoise(sigma=sigma)) for sigma in (0.1, 0.2, 0.3))
    kept = one.evaluation(a)
    dropped = one.evaluation(b)
    assert one.evaluation(a) is kept
    one.evaluation(c)
    assert one.begun((a, b, c)) == [kept, one.evaluation(c)]
    assert one.evaluation(b) is not dropped


def test_what_is_right_at_first_is_shared_by_the_evaluations_of_a_criterion() -> None:
    model = Counting()
    one = laboratory(model, exact=True)
    for sigma in (0.1, 0.2):
        one.evaluation(Request(under=GaussianNoise(sigma=sigma))).extend(40)
    assert model.asked == [40, 32, 32]


def test_only_those_right_at_first_are_evaluated_in_the_order_of_all() -> None:
    one = laboratory()
    order = one.order
    right = one.evaluation(Request(under=NOISE, only_right=True)).order
    assert right.tolist() == order[SAID[order] == Y[order]].tolist()
    assert len(right) == 32
    wanted = one.evaluation(Request(under=PGD(eps=0.1, steps=1, goal=Targeted(1)), only_right=True)).order
    assert wanted.tolist() == right[Y[right] != 1].tolist()
    assert 0 < len(wanted) < 32


@pytest.mark.parametrize(
    ("policy", "looks"),
    [
        ({}, [0, 32]),
        ({"exact": True}, [0]),
        ({"claim": Claim.POPULATION}, [0]),
        ({"batch_size": 8}, [0, 8, 16, 24, 32]),
        ({"exact": True, "batch_size": 15}, [0, 15, 30]),
    ],
    ids=str,
)
def test_the_policy_decides_where_an_evaluation_looks(policy, looks) -> None:
    ear = Ear()
    laboratory(watcher=ear, **policy).evaluation(Request(under=NOISE)).extend(40)
    assert ear.looks == looks


@dataclass(frozen=True)
class Halves(Correct):
    """Finds answers half right after it has been told whose answers it reads."""

    of: Any = None

    def about(self, model: Any) -> Halves:
        return Halves(of=model)

    def score(self, target: Any, outputs: Any) -> Any:
        found = super().score(target, outputs)
        told.append(self.of)
        return found if self.of is None else 0.5 * found


told: list[Any] = []


def test_a_criterion_reads_the_answers_of_the_model_that_it_was_told_about() -> None:
    told.clear()
    evaluation = laboratory().evaluation(Request(under=NOISE, criterion=Halves()))
    evaluation.extend(40)
    assert set(map(id, told)) == {id(MODEL)}
    assert set(evaluation.outcomes.clean.tolist()) == {0, 0.5}
    assert set(evaluation.outcomes.perturbed.tolist()) <= {0, 0.5}


def test_the_seed_decides_the_random_numbers() -> None:
    def scores(seed: int) -> Any:
        found = laboratory(seed=seed, exact=True).evaluation(Request(under=GaussianNoise(sigma=0.5)))
        found.extend(40)
        return found.outcomes.perturbed[np.argsort(found.outcomes.index)].tolist()

    assert scores(1) == scores(1)
    assert scores(1) != scores(2)


def test_other_data_have_the_same_bounds_and_their_evaluations_are_made_once() -> None:
    one, other, third = laboratory(bounds=(0, 2)), (X[:9], Y[:9]), (X[:5], Y[:5])
    asked = Request(under=NOISE, data=other)
    assert one.begun((asked, Request(under=NOISE))) == []
    found = one.evaluation(asked)
    assert one.evaluation(asked) is found
    assert len(found) == 9
    assert len(one.evaluation(Request(under=NOISE, data=third))) == 5
    assert one.evaluation(asked) is found
    assert one.begun((asked, Request(under=NOISE))) == [found]
    assert one.begun((Request(under=NOISE, data=(X[:9], Y[:9])),)) == []
    assert one.data_of(Request()) is one.data
    assert one.data_of(asked) is one.data_of(asked)
    assert np.array_equal(one.data_of(asked).x, X[:9])
    assert one.data_of(asked).bounds_of(None) == Bounds(0, 2)
    assert one.with_policy(Policy(seed=1)).data_of(asked).bounds_of(None) == Bounds(0, 2)


def test_a_rival_is_asked_about_the_same_examples_in_the_same_order_once() -> None:
    one = laboratory(samples=20, seed=4)
    one.order = one.order[::-1]
    asked = Request(under=NOISE, model=OTHER)
    assert one.begun((asked,)) == []
    found = one.evaluation(asked)
    assert one.evaluation(asked) is found
    assert one.evaluation(Request(under=NOISE, model=MODEL)) is not found
    assert one.evaluation(asked) is found
    assert one.begun((asked, Request(under=NOISE, model=Counting()), Request(under=NOISE))) == [found]
    assert found.order.tolist() == one.order.tolist()
    found.extend(20)
    clean = OTHER.logits(X[found.order]).argmax(axis=1) == Y[found.order]
    assert found.outcomes.clean.tolist() == clean.tolist()


def test_a_model_inside_a_change_or_beside_the_own_one_is_made_ready_once_and_as_the_policy_says(monkeypatch) -> None:
    made: list[Any] = []

    def adapt(native: Any, **how: Any) -> Any:
        made.append((native, how))
        return {"first": MODEL, "second": OTHER}[native]

    monkeypatch.setattr(room, "adapt", adapt)
    columns = tuple(Column(name=name, dtype=np.dtype("float32")) for name in "abcdef")
    data = Dataset(x=X, y=Y, columns=columns, bounds=Bounds(0, 1))
    one = Laboratory(OTHER, data, Policy(allow_pickle=True))
    for eps in (0.1, 0.2):
        for name in ("first", "second"):
            attack = TransferAttack(surrogate=name, attack=PGD(eps=eps, steps=1))
            one.evaluation(Request(under=attack)).extend(1)
    one.evaluation(Request(under=NOISE, model="first"))
    how = {"allow_pickle": True, "columns": columns}
    assert made == [("first", how), ("second", how)]
    one.of_few(3, Ear()).evaluation(Request(under=NOISE, model="second"))
    assert len(made) == 2


def test_another_policy_keeps_an_order_only_where_it_draws_the_same() -> None:
    one = laboratory(samples=20, seed=4)
    one.order = one.order[::-1]
    drawn = Policy(samples=20, seed=4)
    assert one.with_policy(replace(drawn, exact=True)).order.tolist() == one.order.tolist()
    for other in (
        replace(drawn, seed=5),
        replace(drawn, samples=10),
        replace(drawn, shard=Shard(index=1, count=2)),
        Policy(samples=10, seed=5, shard=Shard(index=1, count=2)),
    ):
        assert one.with_policy(other).order.tolist() == laboratory(**vars(other)).order.tolist()


def test_those_made_of_a_laboratory_have_its_deadline_and_look_as_early() -> None:
    over = Deadline(budget=1, began=0, clock=lambda: 2)
    late = Laboratory(MODEL, Dataset(x=X, y=Y), Policy(), deadline=over)
    for asked in (
        Request(under=NOISE),
        Request(under=NOISE, data=(X[:5], Y[:5])),
        Request(under=NOISE, model=OTHER),
    ):
        with pytest.raises(OutOfTime):
            late.evaluation(asked).extend(1)
    with pytest.raises(OutOfTime, match="after 0 of 40 examples"):
        late.evaluation(Request(under=NOISE, only_right=True))
    # What it costs is found out, however late.
    few = late.of_few(4, Ear()).evaluation(Request(under=NOISE))
    few.extend(4)
    assert few.done == 4


def test_a_laboratory_of_few_knows_nothing_yet_and_looks_at_one_example_first() -> None:
    model, first, ear = Counting(), Ear(), Ear()
    one = laboratory(model, watcher=first, bounds=(0, 2), exact=True, claim=Claim.POPULATION, seed=6)
    one.evaluation(Request(under=NOISE)).extend(40)
    few = one.of_few(6, ear)
    heard = list(first.looks)
    model.asked.clear()
    found = few.evaluation(Request(under=NOISE))
    found.extend(6)
    assert found.order.tolist() == one.order[:6].tolist()
    assert ear.looks == [0, 1, 2, 4]
    assert first.looks == heard
    assert sum(model.asked) > 6
    assert few.policy == Policy(samples=6, seed=6)
    assert few.data is one.data
    assert few.model is model
    assert few.data_of(Request(data=(X[:3], Y[:3]))).bounds_of(None) == Bounds(0, 2)
    looks_of_a_sibling = Ear()
    beside = one.of_few(6, looks_of_a_sibling).evaluation(Request(under=NOISE, data=(X[:3], Y[:3])))
    beside.extend(3)
    assert looks_of_a_sibling.looks == [0, 1, 2]


@pytest.mark.parametrize(("samples", "examples", "expected"), [(0, 6, 6), (4, 6, 4), (20, 6, 6), (0, 60, 40)])
def test_a_laboratory_of_few_has_no_more_than_there_are(samples, examples, expected) -> None:
    few = laboratory(samples=samples).of_few(examples, Ear())
    assert len(few.order) == expected
    assert few.policy.samples == min(examples, samples or examples)
    assert len(few.evaluation(Request(under=UniformNoise(eps=0.1)))) == expected
