"""The examples that a report quotes, and the inputs that a file keeps: those that were counted, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from pytest_robust import Bounds, ByFunction, Dataset, SameAsClean, TopK
from pytest_robust.attacks import FGSM, PGD, WordSubstitution
from pytest_robust.core.batch import Batch
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Model
from pytest_robust.core.perturbation import Clean, Transform
from pytest_robust.core.policy import Policy
from pytest_robust.core.progress import Progress, Watcher
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Column
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import DropCharacters, GaussianNoise

RANDOM = np.random.default_rng(12)
X = RANDOM.random((40, 4, 4)).astype(np.float32)
WEIGHTS = RANDOM.normal(size=(16, 3))
NAMES = np.array(["ape", "bee", "cow"])


class Named(LinearModel):
    @property
    def classes(self) -> Any:
        return NAMES


MODEL = Named(WEIGHTS - WEIGHTS.mean(axis=0), np.zeros(3))
SAID = MODEL.logits(X).argmax(axis=1)
Y = SAID.copy()
Y[::5] = (Y[::5] + 1) % 3
RIGHT = SAID == Y
ATTACK = FGSM(eps=0.05)


class Ear(Watcher):
    def __init__(self) -> None:
        self.queries, self.gradients = 0, 0

    @contextmanager
    def check(self, title: str) -> Iterator[None]:
        yield

    def decided(self, progress: Progress) -> None:
        pass

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:
        self.queries += queries
        self.gradients += gradients


def evaluated(
    under: Any = ATTACK, *, x: Any = X, model: Any = MODEL, watcher: Any = None, data: Any = None, **asked: Any
):
    """Return an evaluation of all examples, and the scores under the change by position."""
    heard = {} if watcher is None else {"watcher": watcher}
    given = data or Dataset(x=x, y=NAMES[Y], bounds=Bounds(0, 1))
    laboratory = Laboratory(model, given, Policy(exact=True, seed=7), **heard)
    found = laboratory.evaluation(Request(under=under, **asked))
    found.extend(len(found))
    scores = np.zeros(len(given))
    scores[found.outcomes.index] = found.outcomes.perturbed
    return found, scores


def said(x: Any) -> str:
    return str(NAMES[MODEL.logits(np.asarray(x)[None]).argmax()])


def test_each_example_asked_for_comes_as_it_was_counted() -> None:
    found, scores = evaluated()
    broken, standing = np.flatnonzero(RIGHT & (scores < 1)), np.flatnonzero(scores == 1)
    wrong = np.flatnonzero(~RIGHT)
    index = np.concatenate([broken[:3], standing[:2], wrong[:3]])
    assert len(index) == 8
    examples = {one.index: one for one in found.examples_of(index, scores[index], ATTACK)}
    assert sorted(examples) == sorted(index.tolist())
    for place, one in examples.items():
        assert one.label == NAMES[Y[place]]
        assert one.before == said(X[place])
        assert one.unchanged == (place in wrong)
        if place in wrong:
            assert (one.after, one.distance) == (one.before, None)
        else:
            assert (one.after == one.label) == (place in standing)
            assert one.distance == pytest.approx(0.05, rel=1e-3)


@pytest.mark.parametrize("under", [ATTACK, GaussianNoise(sigma=0.2)], ids=repr)
def test_one_that_does_not_come_out_as_counted_is_left_out(under) -> None:
    found, scores = evaluated(under)
    index = np.concatenate([np.flatnonzero(RIGHT)[:4], np.flatnonzero(~RIGHT)[:4]])
    expected = scores[index]
    expected[[1, 6]] = 1 - expected[[1, 6]]
    shown = {one.index for one in found.examples_of(index, expected, under)}
    assert shown == set(np.delete(index, [1, 6]).tolist())
    assert found.examples_of(index, 1 - scores[index], under) == ()


def test_scores_between_right_and_wrong_are_held_against_as_closely() -> None:
    half = ByFunction(lambda target, output: 0.5 + 0.25 * float(output.argmax() == target))
    found, scores = evaluated(GaussianNoise(sigma=0.2), criterion=half)
    index = np.arange(6)
    assert len(found.examples_of(index, scores[index], GaussianNoise(sigma=0.2))) == 6
    assert found.examples_of(index, scores[index] + 0.1, GaussianNoise(sigma=0.2)) == ()
    assert found.examples_of(index, scores[index] - 0.1, GaussianNoise(sigma=0.2)) == ()


def test_a_change_without_a_size_has_no_distance() -> None:
    found, scores = evaluated(GaussianNoise(sigma=0.2))
    shown = found.examples_of(np.arange(40), scores, GaussianNoise(sigma=0.2))
    assert len(shown) == 40
    assert {one.distance for one in shown} == {None}
    assert {one.index for one in shown if one.unchanged} == set(np.flatnonzero(~RIGHT).tolist())


def test_where_nothing_changes_all_are_shown_as_they_are() -> None:
    found, scores = evaluated(Clean())
    shown = found.examples_of(np.arange(6), scores[:6], Clean())
    assert sorted(one.index for one in shown) == [0, 1, 2, 3, 4, 5]
    assert all(one.unchanged and one.before == one.after == said(X[one.index]) for one in shown)
    table = {"a": X[:, 0, 0], "b": X[:, 0, 1]}

    class Reads(Model):
        def predict(self, x: Any) -> Any:
            return np.zeros(len(x["a"]), dtype=int)

    found, scores = evaluated(Clean(), model=Reads(), data=Dataset(x=table, y=np.zeros(40, dtype=int)))
    (shown_row,) = found.examples_of(np.array([3]), scores[[3]], Clean())
    assert shown_row.clean_text == f"a: {X[3, 0, 0]:.6g}, b: {X[3, 0, 1]:.6g}"


def test_where_the_answers_themselves_count_those_wrong_at_first_are_changed_too() -> None:
    found, scores = evaluated(outputs=True)
    index = np.flatnonzero(~RIGHT)[:4]
    shown = found.examples_of(index, scores[index], ATTACK)
    assert len(shown) == 4
    assert not any(one.unchanged for one in shown)


def test_of_several_budgets_the_one_that_is_meant_is_shown() -> None:
    found, _ = evaluated()
    _, scores = evaluated(FGSM(eps=0.1))
    index = np.flatnonzero(RIGHT)
    shown = found.examples_of(index, scores[index], FGSM(eps=0.1))
    assert len(shown) == len(index)
    assert {round(one.distance, 3) for one in shown} == {0.1}


def test_it_asks_about_as_many_as_are_shown_and_is_heard() -> None:
    ear = Ear()
    found, scores = evaluated(watcher=ear)
    before = ear.queries, ear.gradients
    index = np.concatenate([np.flatnonzero(RIGHT)[:4], np.flatnonzero(~RIGHT)[:2]])
    cost = found.outcomes.cost
    found.examples_of(index, scores[index], ATTACK)
    # Those wrong at first once for their answer, the others after the change; and all as they are, to be quoted.
    assert (ear.queries - before[0], ear.gradients - before[1]) == (2 + 4 + 6, 4)
    assert found.outcomes.cost == cost


@dataclass(frozen=True, kw_only=True, repr=False)
class Turn(Transform):
    """Moves the scores of each example by one class, and its label with them."""

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return replace(batch, x=np.roll(batch.x, 1, axis=1), y=(batch.y + 1) % 3)


def test_an_example_whose_label_moved_is_judged_by_where_it_went() -> None:
    x = X.reshape(40, 16)[:, :3]
    y = x.argmax(axis=1)
    data = Dataset(x=x, y=y, bounds=Bounds(0, 1))
    found, scores = evaluated(Turn(), model=LinearModel(np.eye(3), np.zeros(3)), data=data)
    assert scores.tolist() == [1] * 40
    shown = found.examples_of(np.arange(5), scores[:5], Turn())
    assert {one.index: one.after for one in shown} == {row: str((y[row] + 1) % 3) for row in range(5)}
    assert found.examples_of(np.arange(5), 0 * scores[:5], Turn()) == ()


def test_of_the_unchanged_only_those_answered_wrong_are_quoted_and_only_where_asked_for() -> None:
    found, _ = evaluated(Clean(), wrong=True)
    quoted = found.examples_at(40)
    assert len(quoted) == 3
    for one in quoted:
        assert not RIGHT[one.index]
        assert one.unchanged
        assert one.before == one.after == said(X[one.index])
        assert one.label == NAMES[Y[one.index]]
        assert one.distance is None
    # The surest mistakes.
    sure = np.sort(np.exp(MODEL.logits(X[~RIGHT])).max(axis=1) / np.exp(MODEL.logits(X[~RIGHT])).sum(axis=1))[::-1]
    assert [one.after_score for one in quoted] == pytest.approx(sure[:3].tolist(), rel=1e-4)
    assert evaluated(Clean())[0].examples_at(40) == ()
    all_right, _ = evaluated(Clean(), wrong=True, data=Dataset(x=X, y=NAMES[SAID]))
    assert all_right.examples_at(40) == ()


def test_what_a_file_keeps_are_the_inputs_that_were_quoted() -> None:
    found, scores = evaluated(PGD(eps=0.05, steps=3))
    kept, quoted = found.counterexamples_at(40), found.examples_at(40)
    assert len(kept) == 3
    assert [one.index for one in kept] == [one.index for one in quoted]
    at = found.outcomes.index.tolist()
    for one, told in zip(kept, quoted, strict=True):
        assert RIGHT[one.index]
        assert told.distance == found.outcomes.distance[at.index(one.index)] > 0
        assert scores[one.index] == 0
        assert np.array_equal(one.clean, X[[one.index]])
        assert one.changed.shape == (1, 4, 4)
        assert 0 < np.abs(one.changed - one.clean).max() <= 0.05 + 1e-6
        assert (one.before, one.after) == (said(one.clean[0]), said(one.changed[0])) == (told.before, told.after)
        assert one.before != one.after
        assert one.target.tolist() == [Y[one.index]]
        assert (one.under, one.model, one.entry, one.seed, one.bounds) == ("PGD(eps=0.05, steps=3)", "", "", 7, (0, 1))


def test_at_an_earlier_look_only_what_had_been_seen_is_kept() -> None:
    laboratory = Laboratory(MODEL, Dataset(x=X, y=NAMES[Y], bounds=Bounds(0, 1)), Policy())
    found = laboratory.evaluation(Request(under=ATTACK))
    found.extend(32)
    early = [one.index for one in found.counterexamples_at(32)]
    found.extend(40)
    assert [one.index for one in found.counterexamples_at(32)] == early
    assert early
    assert found.counterexamples_at(5) == ()
    assert found.examples_at(5) == ()


def test_a_file_names_the_input_of_several_that_changed() -> None:
    data = Dataset(x={"other": np.arange(40.0), "image": X}, y=NAMES[Y], bounds={"image": Bounds(0, 1)})

    class Reads(Named):
        def logits(self, x: Any) -> Any:
            return super().logits(x["image"])

    model = Reads(WEIGHTS - WEIGHTS.mean(axis=0), np.zeros(3))
    under = GaussianNoise(sigma=0.3, on="image")
    found, scores = evaluated(under, model=model, data=data)
    one = found.counterexamples_at(40)[0]
    assert one.entry == "image"
    assert one.clean["other"].tolist() == one.changed["other"].tolist() == [float(one.index)]
    assert np.array_equal(one.clean["image"], X[[one.index]])
    assert (one.changed["image"] != one.clean["image"]).any()
    assert one.bounds == (0, 1)
    (shown,) = found.examples_of(np.array([one.index]), scores[[one.index]], under)
    assert shown.clean is not None
    assert shown.changed != shown.clean


def test_where_right_is_the_answer_before_no_label_is_kept_and_of_other_criteria_nothing() -> None:
    found, _ = evaluated(criterion=SameAsClean())
    assert len(found.counterexamples_at(40)) == 3
    assert {one.target for one in found.counterexamples_at(40)} == {None}
    found, _ = evaluated(criterion=TopK(1))
    assert len(found.examples_at(40)) == 3
    assert found.counterexamples_at(40) == ()


def test_rows_of_a_frame_are_not_kept() -> None:
    columns = tuple(Column(name=name, dtype=np.dtype("float32")) for name in "abc")
    x = X.reshape(40, 16)[:, :3]
    data = Dataset(x=x, y=x.argmax(axis=1), bounds=Bounds(0, 1), columns=columns)
    found, _ = evaluated(model=LinearModel(np.eye(3), np.zeros(3)), data=data)
    assert len(found.examples_at(40)) == 3
    assert found.counterexamples_at(40) == ()


def test_a_text_has_no_range_and_is_kept_whole() -> None:
    class Long(Model):
        def predict(self, x: Any) -> Any:
            return np.array([int(len(text) > 9) for text in x])

    texts = np.array(["ten letters", "short", "a long text"])
    data = Dataset(x=texts, y=np.array([1, 0, 1]))
    found, _ = evaluated(DropCharacters(rate=1), model=Long(), data=data)
    kept = found.counterexamples_at(3)
    assert {one.clean.tolist()[0] for one in kept} <= {"ten letters", "a long text"}
    assert kept
    assert all(one.bounds == (-np.inf, np.inf) for one in kept)
    assert all(0 < len(one.changed[0]) <= 9 for one in kept)


def test_words_to_exchange_are_counted_over_all_batches() -> None:
    class Films(Model):
        def predict(self, x: Any) -> Any:
            return np.array([[0, 1] if "movie" in text else [1, 0] for text in x], dtype=np.float32)

    texts = np.array(["a film", "a book", "the film", "a long text", "film"])
    data = Dataset(x=texts, y=np.zeros(5, dtype=int))
    under = WordSubstitution(edits=1, lexicon={"film": ("movie",)})
    found = Laboratory(Films(), data, Policy(batch_size=2)).evaluation(Request(under=under))
    found.extend(5)
    assert [one.seen for one in found.outcomes.health] == ["3 of 5 (60 %)"]
    assert found.outcomes.perturbed.sum() == 2
    assert {one.distance for one in found.examples_at(5)} == {1}
    assert {one.after for one in found.examples_at(5)} == {"1"}
