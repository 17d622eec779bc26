"""The examples on which a release and the one before it differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pytest_robust import Subject
from pytest_robust.attacks import DDN, FGSM, PGD, UniformNoise
from pytest_robust.core.baseline import KeptCheck
from pytest_robust.core.policy import Policy
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import ColumnNoise, GaussianNoise, Synonyms

RANDOM = np.random.default_rng(5)
X = RANDOM.random((90, 4, 4)).astype(np.float32)
WEIGHTS = RANDOM.normal(size=(16, 3))
WEIGHTS -= WEIGHTS.mean(axis=0)
OLD = LinearModel(WEIGHTS, np.zeros(3))
NEW = LinearModel(WEIGHTS + 0.3 * RANDOM.normal(size=(16, 3)), np.zeros(3))
Y = OLD.logits(X).argmax(axis=1)
Y[::7] = (Y[::7] + 1) % 3
ALL = Policy(exact=True)


def record_of(measured, op=">="):
    return measured.record(measured >= 0 if op == ">=" else measured <= 1)


def turned(old, new, op=">=", **changes):
    """What turned between two measurements of the same."""
    kept = KeptCheck.of("check", replace(record_of(old, op), **changes))
    return new.turned(record_of(new, op), kept)


def subjects(x=X, y=Y, models=(OLD, NEW), policy=ALL):
    return [Subject(model, x, y, bounds=None if x is not X else (0, 1), policy=policy) for model in models]


def right(model, x=X):
    return model.logits(x).argmax(axis=1) == Y


def test_positions_are_those_of_all_examples_that_only_one_side_got_right() -> None:
    old, new = subjects()
    found = turned(old.accuracy(), new.accuracy())
    assert found.broken_at == tuple(np.flatnonzero(right(OLD) & ~right(NEW)))
    assert found.fixed_at == tuple(np.flatnonzero(right(NEW) & ~right(OLD)))
    assert len(found.broken_at) > 3
    assert len(found.fixed_at) > 0


def test_where_less_is_better_the_sides_change_places() -> None:
    old, new = (one.accuracy() for one in subjects())
    up, down = turned(old, new), turned(old, new, op="<=")
    assert (down.broken_at, down.fixed_at) == (up.fixed_at, up.broken_at)


def test_an_unchanged_example_is_shown_as_it_is_with_its_answer() -> None:
    found = turned(*(one.accuracy() for one in subjects()))
    assert len(found.broken) == 3
    for example in (*found.broken, *found.fixed):
        said = str(NEW.logits(X[[example.index]]).argmax())
        assert (example.before, example.after, example.label) == (said, said, str(Y[example.index]))
        assert example.unchanged
        assert np.abs(example.clean.array()[..., 0] / 255 - X[example.index]).max() <= 0.5 / 255 + 1e-6
        assert example.changed is None
    assert {one.index for one in found.broken} <= set(found.broken_at)
    assert {one.index for one in found.fixed} <= set(found.fixed_at)
    assert all(one.after != one.label for one in found.broken)
    assert all(one.after == one.label for one in found.fixed)


@pytest.mark.parametrize("under", [PGD(eps=0.03, steps=5), GaussianNoise(sigma=0.1)], ids=repr)
def test_what_the_change_turned_comes_first_before_and_after(under) -> None:
    found = turned(*(one.accuracy(under=under) for one in subjects()))
    turned_by_it = [place for place in found.broken_at if right(NEW)[place]]
    assert turned_by_it
    assert len(found.broken) == 3
    assert {one.index for one in found.broken} >= set(turned_by_it[:3])
    for example in (*found.broken, *found.fixed):
        if right(NEW)[example.index]:
            assert example.before == example.label
            assert not example.unchanged
            assert (example.after == example.label) == (example in found.fixed)
            assert (example.changed.array() != example.clean.array()).any()
        else:
            assert example.unchanged
    assert found.fixed


@pytest.mark.parametrize("attack", [FGSM, DDN(steps=20)], ids=["FGSM", "DDN"])
def test_a_point_of_a_curve_shows_its_own_budget(attack) -> None:
    budgets = [0.01, 0.03] if attack is FGSM else [0.05, 0.15]
    curves = [one.curve(attack, eps=budgets) for one in subjects()]
    for eps in budgets:
        found = turned(*(curve[eps] for curve in curves))
        assert found.broken_at
        for example in (*found.broken, *found.fixed):
            assert example.distance is None or example.distance <= eps * 1.001
            assert (example.after == example.label) == (example in found.fixed)


def test_of_a_sample_the_positions_are_those_in_the_data() -> None:
    old, new = (one.accuracy() for one in subjects(policy=Policy(exact=True, samples=40)))
    found = turned(old, new)
    some = np.zeros(90, dtype=bool)
    some[np.random.Generator(np.random.Philox(0)).permutation(90)[:40]] = True
    assert found.broken_at == tuple(np.flatnonzero(some & right(OLD) & ~right(NEW)))
    assert found.broken_at


@pytest.mark.parametrize("under", [None, GaussianNoise(sigma=0.01)], ids=repr)
def test_what_does_not_come_out_as_counted_is_not_shown(under) -> None:
    learnt = []

    def model(x):
        nearest = np.abs(x[:, None] - X).sum(axis=(2, 3)).argmin(axis=1)
        return Y[nearest] if learnt else NEW.logits(X[nearest]).argmax(axis=1)

    old, new = (one.accuracy(**({"under": under} if under else {})) for one in subjects(models=(OLD, model)))
    kept, record = KeptCheck.of("check", record_of(old)), record_of(new)
    assert new.turned(record, kept).broken
    learnt.append("all")
    found = new.turned(record, kept)
    assert found.broken_at
    assert found.broken == ()
    assert found.fixed


def test_what_cannot_be_told_is_none() -> None:
    old, new = (one.accuracy() for one in subjects())
    for change in ({"data": "other"}, {"seed": 1}, {"title": "other"}, {"scores": None}):
        assert turned(old, new, **change) is None
    assert turned(subjects(policy=Policy(exact=True, samples=40))[0].accuracy(), new) is None
    rates = (one.attack_success_rate(under=UniformNoise(eps=0.3)) for one in subjects())
    assert turned(*rates) is None
    same = turned(new, new)
    assert (same.broken_at, same.fixed_at, same.broken, same.fixed) == ((), (), (), ())


def test_texts_are_shown_in_words() -> None:
    texts = np.array(["a good film", "a good book", "a bad film"])
    old, new = subjects(
        texts,
        np.array([1, 1, 0]),
        (
            lambda x: np.array(["good" in text or "fine" in text for text in x]).astype(int),
            lambda x: np.array(["good" in text for text in x]).astype(int),
        ),
    )
    under = Synonyms(rate=1, lexicon={"good": ("fine",)})
    found = turned(old.accuracy(under=under), new.accuracy(under=under))
    assert found.broken_at == (0, 1)
    told = [(one.clean_text, one.changed_text, one.before, one.after) for one in found.broken]
    assert ("a good film", "a fine film", "1", "0") in told
    back = turned(new.accuracy(under=under), old.accuracy(under=under))
    assert {one.changed_text for one in back.fixed} == {"a fine film", "a fine book"}


def test_tables_are_shown_by_their_columns_and_several_inputs_by_the_first() -> None:
    frame = pd.DataFrame({"age": [20.0, 40.0, 60.0], "city": ["Oslo", "Rome", "Lima"]})

    def over(limit):
        return lambda x: (np.asarray(x["age"], dtype=float) > limit).astype(int)

    old, new = subjects(frame, np.array([0, 0, 1]), (over(50), over(30)))
    (one,) = turned(old.accuracy(), new.accuracy()).broken
    assert (one.clean_text, one.changed_text, one.unchanged) == ("age: 40, city: Rome", "", True)
    under = ColumnNoise(sigma=0.001, columns=("age",))
    (one,) = turned(old.accuracy(under=under), new.accuracy(under=under)).broken
    assert one.clean_text == "age: 40, city: Rome"
    numbers = pd.DataFrame({"age": [20.0, 40.0, 60.0], "rooms": [1.0, 2.0, 3.0]})
    old, new = subjects(
        numbers, np.array([0, 0, 1]), tuple(lambda x, at=at: (np.asarray(x)[:, 0] > at) * 1 for at in (50, 30))
    )
    (one,) = turned(old.accuracy(), new.accuracy()).broken
    assert one.clean_text == "age: 40, rooms: 2"
    two = {"picture": X[:3], "place": np.array([[20.0], [40.0], [60.0]])}
    old, new = subjects(
        two, np.array([0, 0, 1]), tuple(lambda x, at=at: (x["place"][:, 0] > at) * 1 for at in (50, 30))
    )
    (one,) = turned(old.accuracy(), new.accuracy()).broken
    assert one.clean is not None


def test_a_range_in_doubt_is_the_pictures_own() -> None:
    # Whole numbers up to 3: no change could be made of them without bounds, and nothing is changed.
    x = np.zeros((3, 4, 4)) - 7.5
    x[1] += np.arange(16).reshape(4, 4)
    old, new = subjects(x, np.array([0, 0, 0]), tuple(lambda x, at=at: (x.max(axis=(1, 2)) > at) * 1 for at in (9, 0)))
    (one,) = turned(old.accuracy(), new.accuracy()).broken
    assert (one.clean.array().min(), one.clean.array().max()) == (0, 255)
