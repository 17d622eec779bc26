"""Outcomes belong to examples, and attacks are trusted in nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from pytest_robust import L2, Bounds, Dataset, InvalidArgument, InvalidData, InvalidModel, LInf, Targeted, WorstOf
from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.core.batch import Batch
from pytest_robust.core.deadline import Deadline
from pytest_robust.core.errors import OutOfTime
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Model
from pytest_robust.core.norms import Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack, Transform
from pytest_robust.core.policy import Policy
from pytest_robust.core.streams import Streams
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Brightness, ColumnNoise, Flip, GaussianNoise, Rotate

RANDOM = np.random.default_rng(5)
N = 90
X = RANDOM.random((N, 6, 6, 1)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(36, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
Y[:20] = (Y[:20] + 1) % 3
RIGHT = MODEL.logits(X).argmax(axis=1) == Y


class Counting(Model):
    """Answers labels, and remembers what it was asked."""

    def __init__(self, inner=MODEL):
        self.inner, self.asked = inner, []

    def predict(self, x):
        self.asked.append(np.array(x))
        return self.inner.logits(x).argmax(axis=1)


def by_example(model, under, *, x=X, y=Y, bounds=None, **policy):
    laboratory = Laboratory(model, Dataset(x=x, y=y, bounds=bounds), Policy(**policy))
    evaluation = laboratory.evaluation(Request(under=under))
    evaluation.extend(len(evaluation))
    found = evaluation.outcomes
    scores = np.full(len(y), np.nan)
    scores[found.index] = found.perturbed
    return scores, found


PERTURBATIONS = [
    FGSM(eps=0.1),
    PGD(eps=0.1, steps=5, restarts=2),
    PGD(eps=0.5, norm=L2, steps=5),
    UniformNoise(eps=0.3, repeats=3),
    GaussianNoise(sigma=0.4),
    Rotate(degrees=90) | GaussianNoise(sigma=0.2),
    WorstOf(Flip(), Rotate(degrees=60), UniformNoise(eps=0.3)),
]


@pytest.mark.parametrize("under", PERTURBATIONS, ids=repr)
def test_an_example_has_the_same_result_in_any_batch(under) -> None:
    whole, _ = by_example(MODEL, under)
    for batch_size in (1, 7, 32):
        assert (by_example(MODEL, under, batch_size=batch_size)[0] == whole).all()


@pytest.mark.parametrize("under", PERTURBATIONS, ids=repr)
def test_an_example_has_the_same_result_in_a_subset(under) -> None:
    whole, _ = by_example(MODEL, under)
    some, found = by_example(MODEL, under, samples=25)
    assert len(found) == 25
    assert (some[found.index] == whole[found.index]).all()


def test_another_seed_is_another_order_and_other_noise() -> None:
    a, found_a = by_example(MODEL, GaussianNoise(sigma=0.6))
    b, found_b = by_example(MODEL, GaussianNoise(sigma=0.6), seed=1)
    assert (found_a.index != found_b.index).any()
    assert (a != b).any()


def test_examples_that_are_wrong_already_are_not_attacked() -> None:
    scores, found = by_example(MODEL, FGSM(eps=0.01))
    assert (scores[~RIGHT] == 0).all()
    # One gradient for each example that was right, and none for the others.
    assert found.cost.gradients == RIGHT.sum()


def test_broken_examples_leave_the_attack() -> None:
    steps = 10
    scores, found = by_example(MODEL, PGD(eps=0.9, steps=steps))
    assert scores.sum() == 0
    assert found.cost.gradients < RIGHT.sum() * steps / 2


def test_robust_accuracy_counts_right_before_and_after() -> None:
    scores, found = by_example(MODEL, GaussianNoise(sigma=0.5))
    assert found.clean[np.argsort(found.index)].tolist() == RIGHT.astype(float).tolist()
    assert set(np.flatnonzero(scores)) <= set(np.flatnonzero(RIGHT))


@dataclass(frozen=True, kw_only=True, repr=False)
class Cheat(Attack):
    """Returns inputs far outside of what is allowed."""

    needs: ClassVar = Model
    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    goal: Goal = Untargeted()

    def perturb(self, model, x, y, threat, streams):
        return 1 - x


def test_what_an_attack_returns_is_moved_into_the_budget_and_measured_afresh() -> None:
    _, found = by_example(MODEL, Cheat(eps=0.05))
    assert np.nanmax(found.distance) <= 0.05 * (1 + 1e-5)


@dataclass(frozen=True, kw_only=True, repr=False)
class Nonsense(Cheat):
    """Returns no numbers."""

    def perturb(self, model, x, y, threat, streams):
        return np.full_like(x, np.nan)


def test_an_attack_that_returns_no_numbers_breaks_nothing() -> None:
    scores, _ = by_example(MODEL, Nonsense(eps=0.1))
    assert (scores == RIGHT).all()


def test_integer_images_stay_integer_and_within_a_fractional_budget() -> None:
    levels = np.rint(X * 255).astype(np.uint8)
    model = Counting(LinearModel(MODEL.weights / 255, MODEL.bias))
    y = model.predict(levels)
    model.asked.clear()
    _, found = by_example(model, UniformNoise(eps=3.7), x=levels, y=y)
    assert {one.dtype for one in model.asked} == {np.dtype(np.uint8)}
    assert np.nanmax(found.distance) <= 3
    by_example(model, Brightness(shift=0.2), x=levels, y=y)
    assert {one.dtype for one in model.asked} == {np.dtype(np.uint8)}


def test_a_table_of_doubles_reaches_the_model_as_doubles() -> None:
    table = RANDOM.normal(size=(50, 36))
    model = Counting()
    by_example(model, GaussianNoise(sigma=0.1), x=table, y=model.predict(table), bounds=Bounds(-9, 9))
    assert {one.dtype for one in model.asked} == {np.dtype(np.float64)}


def test_a_later_part_of_worst_of_meets_only_the_examples_still_standing() -> None:
    model = Counting()
    alone, _ = by_example(model, GaussianNoise(sigma=0.5))
    both, _ = by_example(model, WorstOf(GaussianNoise(sigma=0.5), GaussianNoise(sigma=0.5)))
    assert both.sum() <= alone.sum()
    strong, _ = by_example(MODEL, WorstOf(PGD(eps=0.9, steps=5), FGSM(eps=0.01)))
    assert strong.sum() == 0


def test_a_stronger_noise_moves_the_same_way_further() -> None:
    # Common random numbers: what a small noise breaks by its direction, a larger one breaks.
    counts = [by_example(MODEL, GaussianNoise(sigma=s), bounds=Bounds(-99, 99))[0].sum() for s in (0.001, 0.005, 0.02)]
    assert counts == sorted(counts, reverse=True)


def test_the_clean_answers_are_asked_once_for_all_perturbations() -> None:
    model = Counting()
    laboratory = Laboratory(model, Dataset(x=X, y=Y), Policy())
    for under in (GaussianNoise(sigma=0.1), GaussianNoise(sigma=0.2)):
        laboratory.evaluation(Request(under=under)).extend(N)
    assert sum(map(len, model.asked)) == N + 2 * RIGHT.sum()
    asked = len(model.asked)
    laboratory.evaluation(Request(under=GaussianNoise(sigma=0.2))).extend(N)
    assert len(model.asked) == asked


def test_a_model_of_several_inputs_is_perturbed_in_the_one_that_is_named() -> None:
    class Two(Model):
        def predict(self, x):
            return (x["image"].mean(axis=(1, 2, 3)) + x["age"] > 1).astype(int)

    x = {"image": X, "age": RANDOM.random(N).astype(np.float32)}
    y = Two().predict(x)
    with pytest.raises(InvalidArgument, match=r"the inputs \['age', 'image'\]; say which one changes"):
        by_example(Two(), GaussianNoise(sigma=0.1), x=x, y=y)
    with pytest.raises(InvalidArgument, match="on='imgae' is none of the inputs"):
        by_example(Two(), GaussianNoise(sigma=0.1, on="imgae"), x=x, y=y)
    scores, _ = by_example(Two(), GaussianNoise(sigma=0.9, on="age"), x=x, y=y)
    assert 0 < scores.sum() < N


def test_a_gradient_attack_on_a_model_without_gradients_names_one_that_works() -> None:
    with pytest.raises(InvalidModel, match=r"FGSM needs a model that is differentiable.*UniformNoise\(eps=0.1\)"):
        by_example(Counting(), FGSM(eps=0.1))


@pytest.mark.parametrize(
    ("under", "bounds", "message"),
    [
        (FGSM(eps=0.03), Bounds(0, 255), r"did you mean eps=7.65\?"),
        (FGSM(eps=8), None, "write 8/255, not 8"),
        (FGSM(eps=7, norm=L2), None, "larger than any change"),
    ],
)
def test_a_budget_that_does_not_fit_the_inputs_is_refused(under, bounds, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        by_example(MODEL, under, bounds=bounds)


def test_values_that_leave_their_range_open_need_bounds() -> None:
    with pytest.raises(InvalidData, match=r"pass bounds=\(lowest, highest\)"):
        by_example(MODEL, FGSM(eps=0.1), x=X * 3 - 1)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: np.full((len(x), 3), np.nan), "NaN or infinite answers"),
        (lambda x: np.zeros((len(x) + 1, 3)), "answers for"),
        (lambda x: np.zeros(()), "0 answers"),
        (lambda x: np.full(len(x), 0.5), "answers one number an input"),
        (lambda x: np.full((len(x), 1), 0.5), "at least two classes"),
        (lambda x: np.array(["cat"] * len(x)), "labels such as"),
    ],
)
def test_answers_that_cannot_be_judged_are_refused(answer, message) -> None:
    class Bad(Model):
        def predict(self, x):
            return answer(x)

    with pytest.raises((InvalidModel, InvalidData), match=message):
        by_example(Bad(), GaussianNoise(sigma=0.1))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.full(N, 3), r"y\[0\]=.*3.* is outside the model's outputs 0..2"),
        (np.full(N, -1), "outside"),
        (np.full(N, 0.5), "give class indices"),
        (np.array(["a"] * N), "give class indices"),
    ],
)
def test_labels_outside_the_outputs_are_refused(labels, message) -> None:
    with pytest.raises(InvalidData, match=message):
        by_example(MODEL, GaussianNoise(sigma=0.1), y=labels)


def test_the_next_look_is_the_first_beyond_and_no_more_is_evaluated_for_it() -> None:
    evaluation = Laboratory(MODEL, Dataset(x=X, y=Y), Policy()).evaluation(Request(under=GaussianNoise(sigma=0.4)))
    assert (evaluation.look_after(0), evaluation.done) == (32, 32)
    assert (evaluation.look_after(31), evaluation.done) == (32, 32)
    assert (evaluation.look_after(32), evaluation.done) == (64, 64)
    assert (evaluation.look_after(0), evaluation.done) == (32, 64)
    assert (evaluation.look_after(64), evaluation.done) == (90, 90)


def test_what_was_known_at_a_look_stays_however_far_it_has_got_since() -> None:
    groups = np.arange(N) // 2
    data = Dataset(x=X, y=Y, groups=groups)
    evaluation = Laboratory(MODEL, data, Policy()).evaluation(Request(under=WorstOf(FGSM(eps=0.02), FGSM(eps=0.1))))
    evaluation.extend(32)
    early = evaluation.outcomes
    evaluation.extend(N)
    late = evaluation.outcomes_at(32)
    assert len(early) == len(late) == 32
    assert late.total == N
    for name in ("index", "clean", "perturbed", "distance", "broken_by", "target", "groups"):
        np.testing.assert_array_equal(getattr(late, name), getattr(early, name))
    assert late.cost.queries == early.cost.queries < evaluation.outcomes.cost.queries
    assert late.cost.gradients == early.cost.gradients == RIGHT[early.index].sum()
    assert late.health == early.health
    assert late.groups.tolist() == groups[late.index].tolist()
    assert late.target.tolist() == Y[late.index].tolist()
    # Between looks nothing was looked for.
    assert evaluation.outcomes_at(5).health == ()
    assert len(evaluation.outcomes_at(5)) == 5
    # What is handed out is nobody else's.
    late.clean[:] = late.perturbed[:] = late.distance[:] = late.broken_by[:] = 9
    assert evaluation.outcomes_at(32).clean.max() == 1
    assert evaluation.outcomes_at(32).perturbed.max() == 1
    assert np.nanmax(evaluation.outcomes_at(32).distance) < 9
    assert evaluation.outcomes_at(32).broken_by.max() < 9


def test_only_examples_right_at_first_have_a_distance_and_may_be_laid_to_a_member() -> None:
    evaluation = Laboratory(MODEL, Dataset(x=X, y=Y), Policy(batch_size=20)).evaluation(
        Request(under=WorstOf(FGSM(eps=0.02), FGSM(eps=0.1)))
    )
    evaluation.extend(N)
    found = evaluation.outcomes
    right = RIGHT[found.index]
    assert (np.isnan(found.distance) == ~right).all()
    assert (found.broken_by[~right] == -1).all()
    assert ((found.broken_by >= 0) == ((found.clean > 0) & (found.perturbed < 1))).all()
    assert set(found.broken_by.tolist()) == {-1, 0, 1}
    assert found.reached is None
    assert found.outputs is None
    assert (found.perturbed[~right] == 0).all()


def test_the_answers_that_were_asked_for_stand_with_their_examples() -> None:
    evaluation = Laboratory(MODEL, Dataset(x=X, y=Y), Policy(batch_size=20)).evaluation(Request(outputs=True))
    evaluation.extend(N)
    found = evaluation.outcomes
    assert found.outputs == pytest.approx(MODEL.logits(X)[found.index], abs=1e-5)
    assert found.clean.tolist() == found.perturbed.tolist() == RIGHT[found.index].tolist()
    assert found.cost.queries == N
    again = Laboratory(MODEL, Dataset(x=X, y=Y), Policy(batch_size=20))
    for wanted, asked in ((Request(), N), (Request(wrong=True), (~RIGHT).sum())):
        evaluation = again.evaluation(wanted)
        evaluation.extend(N)
        assert evaluation.outcomes.cost.queries == asked


def test_seconds_are_those_of_the_evaluation_look_by_look(monkeypatch) -> None:
    clock = [1000.0]

    class Slow(LinearModel):
        def logits(self, x):
            clock[0] += 2
            return super().logits(x)

    monkeypatch.setattr("pytest_robust.evaluation.evaluation.time.perf_counter", lambda: clock[0])
    model = Slow(MODEL.weights, MODEL.bias)
    evaluation = Laboratory(model, Dataset(x=X, y=Y), Policy()).evaluation(Request(under=UniformNoise(eps=0.01)))
    evaluation.extend(32)
    first = clock[0] - 1000
    assert evaluation.outcomes.cost.seconds == first >= 4
    clock[0] += 500
    evaluation.extend(N)
    assert evaluation.outcomes.cost.seconds == clock[0] - 1500 > first
    assert evaluation.outcomes_at(32).cost.seconds == first


def test_what_was_known_when_the_time_was_over_stays_known() -> None:
    deadline = Deadline(budget=10, began=0, clock=lambda: len(model.asked))
    model = Counting()
    laboratory = Laboratory(model, Dataset(x=X, y=Y), Policy(batch_size=16), deadline=deadline)
    evaluation = laboratory.evaluation(Request(under=GaussianNoise(sigma=0.1)))
    with pytest.raises(OutOfTime, match="after 80 of 90 examples"):
        evaluation.extend(N)
    assert evaluation.done == len(evaluation.outcomes) == 80
    evaluation.extend(80)


def test_a_budget_is_held_against_all_entries_of_an_input_before_any_is_asked_about() -> None:
    model = Counting()
    laboratory = Laboratory(model, Dataset(x=X, y=Y), Policy())
    assert len(laboratory.evaluation(Request(under=FGSM(eps=5, norm=L2)))) == N
    with pytest.raises(InvalidArgument, match="larger than any change"):
        laboratory.evaluation(Request(under=FGSM(eps=7, norm=L2)))
    with pytest.raises(InvalidArgument, match="larger than any change"):
        laboratory.evaluation(Request(under=WorstOf(FGSM(eps=0.1), GaussianNoise(sigma=0.1) | FGSM(eps=7, norm=L2))))
    assert model.asked == []


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_batches_in_which_nothing_was_right_leave_no_trace_in_the_others(first) -> None:
    order = Laboratory(MODEL, Dataset(x=X, y=Y), Policy()).order
    said = MODEL.logits(X).argmax(axis=1)
    right = order[:10] if first else order[-10:]
    labels = (said + 1) % 3
    labels[right] = said[right]
    laboratory = Laboratory(MODEL, Dataset(x=X, y=labels), Policy(batch_size=10))
    evaluation = laboratory.evaluation(Request(under=WorstOf(FGSM(eps=1e-6), FGSM(eps=0.1))))
    evaluation.extend(N)
    found, known = evaluation.outcomes, np.arange(10) if first else np.arange(N - 10, N)
    assert found.clean[known].tolist() == [1] * 10
    assert (np.flatnonzero(~np.isnan(found.distance)) == known).all()
    assert np.delete(found.broken_by, known).tolist() == [-1] * (N - 10)
    assert set(found.broken_by[known].tolist()) == {-1, 1}
    wanted = laboratory.evaluation(Request(under=PGD(eps=0.3, steps=5, goal=Targeted(1))))
    wanted.extend(N)
    assert np.delete(wanted.outcomes.reached, known).sum() == 0
    assert wanted.outcomes.reached[known].sum() > 0
    # What should be answered anyway was not reached.
    label = int(labels[right[0]])
    wanted = laboratory.evaluation(Request(under=PGD(eps=0.3, steps=5, goal=Targeted(label))))
    wanted.extend(N)
    assert not wanted.outcomes.reached[wanted.outcomes.target == label].any()


@dataclass(frozen=True, kw_only=True, repr=False)
class Turn(Transform):
    """Moves each entry to the next place, and each label with it."""

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        return replace(batch, x=np.roll(batch.x, 1, axis=1), y=(batch.y + 1) % 3)


@pytest.mark.parametrize("under", [Turn(), WorstOf(Turn())], ids=["alone", "worst"])
def test_labels_that_moved_stand_with_their_examples_over_all_batches(under) -> None:
    table = X.reshape(N, -1)[:, :3]
    labels = table.argmax(axis=1)
    labels[:20] = (labels[:20] + 1) % 3
    model = LinearModel(np.eye(3), np.zeros(3))
    evaluation = Laboratory(model, Dataset(x=table, y=labels), Policy(batch_size=16)).evaluation(Request(under=under))
    evaluation.extend(N)
    found = evaluation.outcomes
    right = found.index >= 20
    assert found.broken_by is None or (found.broken_by == -1).all()
    assert found.perturbed.tolist() == right.tolist()
    # What was wrong at first was not changed, nor was its label.
    assert found.target.tolist() == np.where(right, (labels[found.index] + 1) % 3, labels[found.index]).tolist()


def test_classes_and_notes_of_the_model_are_on_record() -> None:
    class Told(LinearModel):
        classes = np.array(["ant", "bee", "cow"])
        notes = ("read as scores",)

    model = Told(MODEL.weights, MODEL.bias)
    for answered, classes, notes in ((model, ["ant", "bee", "cow"], ("read as scores",)), (Counting(), None, ())):
        labels = np.array(["ant", "bee", "cow"])[Y] if classes else Y
        evaluation = Laboratory(answered, Dataset(x=X, y=labels), Policy()).evaluation(Request())
        evaluation.extend(32)
        assert (None if evaluation.outcomes.classes is None else evaluation.outcomes.classes.tolist()) == classes
        assert evaluation.outcomes.notes == notes


def test_where_the_answers_count_those_wrong_at_first_are_changed_too() -> None:
    @dataclass(frozen=True, kw_only=True, repr=False)
    class Roll(Transform):
        def apply(self, batch: Batch, streams: Streams) -> Batch:
            return replace(batch, x=np.roll(batch.x, 1, axis=1))

    laboratory = Laboratory(MODEL, Dataset(x=X, y=Y), Policy(batch_size=32))
    evaluation = laboratory.evaluation(Request(under=Roll(), outputs=True))
    evaluation.extend(N)
    found = evaluation.outcomes
    assert found.outputs == pytest.approx(MODEL.logits(np.roll(X, 1, axis=1))[found.index], abs=1e-4)


def test_after_a_change_too_scores_are_what_a_criterion_about_classes_reads() -> None:
    class Decided(LinearModel):
        def predict(self, x):
            return np.zeros(len(x), dtype=int)

    decided = Decided(MODEL.weights, MODEL.bias)
    under = GaussianNoise(sigma=0.2)
    assert by_example(decided, under)[0].tolist() == by_example(MODEL, under)[0].tolist()


def test_a_change_of_texts_that_writes_into_its_input_is_found_out() -> None:
    @dataclass(frozen=True, kw_only=True, repr=False)
    class Writes(Transform):
        def apply(self, batch: Batch, streams: Streams) -> Batch:
            batch.x[:] = "other"
            return batch

    class Zeros(Model):
        def predict(self, x):
            return np.zeros(len(x), dtype=int)

    texts = np.array(["a text", "another"])
    laboratory = Laboratory(Zeros(), Dataset(x=texts, y=np.zeros(2, dtype=int)), Policy())
    with pytest.raises(ValueError, match="read-only"):
        laboratory.evaluation(Request(under=Writes())).extend(2)


def test_a_table_among_other_inputs_is_changed_by_the_columns_that_it_has() -> None:
    class Sums(Model):
        def predict(self, x):
            asked.append(x["meta"].copy())
            return np.zeros(len(x["meta"]), dtype=int)

    asked = []
    inputs = {"image": X[:8], "meta": RANDOM.random((8, 3)).astype(np.float32)}
    laboratory = Laboratory(Sums(), Dataset(x=inputs, y=np.zeros(8, dtype=int)), Policy())
    evaluation = laboratory.evaluation(Request(under=ColumnNoise(sigma=1, on="meta")))
    evaluation.extend(8)
    clean, changed = asked
    assert clean.shape == changed.shape == (8, 3)
    assert (clean != changed).all()
