"""Early stopping, a choice by cross-validation, ensembles: on data where what is right is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from reference_models.against_overfitting import CrossValidatedChoice, EarlyStopping, Ensembles, SideBySide
from reference_models.side_by_side import Learning, apart, side_by_side
from reference_models.splits import Examples
from reference_models.task import Epoch

keras = pytest.importorskip("keras")

LEARNING = Learning(epochs=40, batch_size=25, learning_rate=0.1)
DRAWS = np.random.default_rng(0)
X = DRAWS.random((50, 80), dtype=np.float32)
# In the one, half of the inputs tell the classes apart, of which one is rare; in the other there is only noise to learn.
RARE = (np.arange(50) % 5 == 0).astype(np.int64)
LEARNABLE = Examples(x=np.concatenate([X[:, :40], np.tile(RARE[:, None], 40)], axis=1, dtype=np.float32), y=RARE)
NOISE = Examples(x=X, y=np.arange(50) % 2)


def network(name: str, l2: float = 0.0) -> Any:
    layer = keras.layers.Dense(2, activation="softmax", kernel_regularizer=keras.regularizers.L2(l2))
    return keras.Sequential([keras.Input((80,)), layer], name=name)


def networks(count: int) -> Any:
    keras.utils.set_random_seed(0)
    return side_by_side([network(f"seed_{place}") for place in range(count)])


def fitted(fit: Any, count: int, train: Examples) -> Any:
    return fit(networks(count), train, quick=False, on_epoch=lambda _: None)


@dataclass(frozen=True)
class NoLearning:
    """Fits nothing, and remembers what it was to fit."""

    seen: list[tuple[list[str], Any]] = field(default_factory=list)

    def __call__(self, models: Any, train: Examples, rows: Any, *, quick: bool, after: Any) -> None:
        self.seen.append(([model.name for model in models], np.asarray(rows)))
        after(Epoch(number=1, of=1, figures={}))


def test_early_stopping_keeps_an_epoch_before_noise_is_learned_by_heart() -> None:
    to_the_end = fitted(SideBySide(learning=LEARNING), 3, NOISE)
    stopped = fitted(EarlyStopping(learning=LEARNING, held_out=0.2, patience=40), 3, NOISE)

    def right(model: Any) -> float:
        return float(np.mean(model.predict(NOISE.x, verbose=0).argmax(axis=-1) == NOISE.y[:, None]))

    assert right(to_the_end) > 0.9
    assert right(stopped) < right(to_the_end) - 0.1


def test_early_stopping_ends_once_every_model_is_out_of_patience() -> None:
    told: list[Epoch] = []
    fit = EarlyStopping(learning=LEARNING, held_out=0.2, patience=2)
    fit(networks(3), NOISE, quick=False, on_epoch=told.append)
    assert 3 <= len(told) < LEARNING.epochs


def test_early_stopping_holds_out_a_fifth_of_each_class_another_for_each_model() -> None:
    learning = NoLearning()
    fitted(EarlyStopping(learning=learning, held_out=0.2, patience=2), 3, NOISE)
    ((_, rows),) = learning.seen
    assert rows.shape == (3, 40)
    np.testing.assert_array_equal(NOISE.y[rows].sum(axis=1), [20] * 3)
    assert set(rows[0]) != set(rows[1]) != set(rows[2])


def test_cross_validation_chooses_no_penalty_where_one_leaves_only_the_frequent_class() -> None:
    fit = CrossValidatedChoice(learning=LEARNING, build=network, strengths=(0.0, 100.0), folds=5)
    chosen = apart(fitted(fit, 2, LEARNABLE))
    assert [each.name for each in chosen] == ["seed_0", "seed_1"]
    assert [float(each.layers[-1].kernel_regularizer.l2) for each in chosen] == [0.0, 0.0]
    assert all(np.abs(each.get_weights()[0]).max() > 0.5 for each in chosen), "it is fitted after the choice"


def test_cross_validation_takes_the_larger_of_two_strengths_that_are_equally_good() -> None:
    fit = CrossValidatedChoice(learning=LEARNING, build=network, strengths=(0.0, 1e-9), folds=5)
    (chosen,) = apart(fitted(fit, 1, LEARNABLE))
    assert float(chosen.layers[-1].kernel_regularizer.l2) == pytest.approx(1e-9)


def test_cross_validation_asks_each_model_about_what_it_has_not_learned_from() -> None:
    learning = NoLearning()
    fit = CrossValidatedChoice(learning=learning, build=network, strengths=(0.0, 0.1), folds=5)
    fitted(fit, 2, NOISE)
    (names, rows), (last, all_rows) = learning.seen
    assert len(set(names)) == 2 * 2 * 5, "a model of its own for each fold of each strength of each seed"
    for folds in rows.reshape(4, 5, 40):
        # Each example is left out of one fold, the one whose model is asked about it.
        np.testing.assert_array_equal(np.bincount(folds.ravel(), minlength=50), [4] * 50)
    np.testing.assert_array_equal(rows[:5], rows[5:10])
    assert not np.array_equal(rows[:5], rows[10:15]), "each seed deals its own folds"
    assert last == ["seed_0", "seed_1"]
    np.testing.assert_array_equal(all_rows, [range(50)] * 2)


def test_a_choice_and_a_fit_tell_of_their_epochs_as_of_one_training() -> None:
    told: list[tuple[int, int]] = []
    fit = CrossValidatedChoice(learning=NoLearning(), build=network, strengths=(0.0, 0.1), folds=2)
    fit(networks(1), NOISE, quick=False, on_epoch=lambda epoch: told.append((epoch.number, epoch.of)))
    assert told == [(1, 2), (2, 2)]


def test_ensembles_are_dealt_from_the_members_in_their_order() -> None:
    model = networks(6)
    members = apart(model)
    ensembles = Ensembles(learning=NoLearning(), of=3)(model, NOISE, quick=False, on_epoch=lambda _: None)
    answers = np.stack([member.predict(X, verbose=0) for member in members], axis=1)
    expected = answers.reshape(50, 2, 3, 2).mean(axis=2)
    np.testing.assert_allclose(ensembles.predict(X, verbose=0), expected, atol=1e-6)
