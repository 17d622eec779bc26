"""Small models kept as one and fitted in one go are as if each were alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference_models.side_by_side import Learning, apart, side_by_side
from reference_models.splits import Examples

keras = pytest.importorskip("keras")

X = np.random.default_rng(0).random((60, 3), dtype=np.float32)
EXAMPLES = Examples(x=X, y=(X[:, 0] > X[:, 1]).astype(np.int64))
ROWS = np.arange(60)


def model(name: str, seed: int, **dense: Any) -> Any:
    keras.utils.set_random_seed(seed)
    layer = keras.layers.Dense(2, activation="softmax", **dense)
    return keras.Sequential([keras.Input((3,)), layer], name=name)


def fit(models: list[Any], rows: Any, *, epochs: int = 3) -> None:
    keras.utils.set_random_seed(7)
    learning = Learning(epochs=epochs, batch_size=60, learning_rate=0.1)
    learning(models, EXAMPLES, np.asarray(rows), quick=False, after=lambda _: True)


def weights(model: Any) -> Any:
    return np.concatenate([array.ravel() for array in model.get_weights()])


def test_answers_stand_side_by_side_in_the_order_of_the_models() -> None:
    models = [model(f"m{seed}", seed) for seed in (2, 0, 1)]
    answers = side_by_side(models).predict(X, verbose=0)
    assert answers.shape == (60, 3, 2)
    for place, each in enumerate(models):
        np.testing.assert_allclose(answers[:, place], each.predict(X, verbose=0), atol=1e-6)


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_models_come_apart_in_their_order_also_from_a_file(tmp_path: Path) -> None:
    models = [model(f"m{seed}", seed) for seed in range(12)]
    together = side_by_side(models)
    together.save(tmp_path / "all.keras")
    for kept in (together, keras.saving.load_model(tmp_path / "all.keras", compile=False)):
        assert [each.name for each in apart(kept)] == [each.name for each in models]
        np.testing.assert_array_equal([weights(each) for each in apart(kept)], [weights(each) for each in models])


def test_a_model_fitted_beside_others_is_the_model_fitted_alone() -> None:
    # One batch holds all examples, so their order, which is each model's own, does not matter.
    alone, beside, other = model("alone", 0), model("beside", 0), model("other", 1, kernel_regularizer="l2")
    before = weights(alone)
    fit([alone], [ROWS])
    fit([other, beside], [ROWS, ROWS])
    assert np.abs(weights(alone) - before).max() > 0.1
    np.testing.assert_allclose(weights(beside), weights(alone), atol=1e-5)


def test_a_model_learns_from_its_own_rows_only() -> None:
    # The first learns from examples of class 0 alone, and so answers nothing else.
    zeros, ones = np.flatnonzero(EXAMPLES.y == 0), np.flatnonzero(EXAMPLES.y == 1)
    least = min(len(zeros), len(ones))
    models = [model("zeros", 0), model("ones", 0)]
    fit(models, [zeros[:least], ones[:least]], epochs=60)
    answers = side_by_side(models).predict(X, verbose=0).argmax(axis=-1)
    np.testing.assert_array_equal(answers, [[0, 1]] * 60)


def test_a_penalty_is_part_of_the_loss() -> None:
    free, held = model("free", 0), model("held", 0, kernel_regularizer=keras.regularizers.L2(10.0))
    fit([free, held], [ROWS, ROWS], epochs=60)
    size = [np.abs(each.layers[0].kernel.numpy()).mean() for each in (free, held)]
    assert size[1] < 0.2 * size[0]


def test_it_ends_when_told_so() -> None:
    told: list[int] = []
    learning = Learning(epochs=9, batch_size=30, learning_rate=0.1)
    learning(
        [model("m", 0)],
        EXAMPLES,
        ROWS[None],
        quick=False,
        after=lambda epoch: told.append(epoch.number) or len(told) < 4,
    )
    assert told == [1, 2, 3, 4]
