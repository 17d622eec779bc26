"""Several models fitted one after another, and asked together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reference_models.families import Each, ensemble
from reference_models.splits import Examples
from reference_models.task import Epoch, Model

EXAMPLES = Examples(x=np.zeros((4, 2), np.float32), y=np.zeros(4, np.int64))


def way(epochs: int) -> Callable[..., str]:
    """Return a fit that takes so many epochs, and says which model it was given."""

    def fit(model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> str:
        for number in range(1, epochs + 1):
            on_epoch(Epoch(number=number, of=epochs, figures={"loss": 0.0}))
        return f"{model} of {len(train)}, {quick=}"

    return fit


def test_each_member_is_fitted_in_its_way_and_the_epochs_count_on() -> None:
    told: list[tuple[int, int]] = []
    fitted = Each(fits={"a": way(2), "b": way(3)})(
        {"a": "model a", "b": "model b"},
        EXAMPLES,
        quick=True,
        on_epoch=lambda epoch: told.append((epoch.number, epoch.of)),
    )
    assert fitted == {"a": "model a of 4, quick=True", "b": "model b of 4, quick=True"}
    assert told == [(1, 4), (2, 4), (3, 5), (4, 5), (5, 5)]


def test_a_member_that_no_way_is_known_for_is_named() -> None:
    with pytest.raises(ValueError, match=r"members \['a'\] and ways to fit them \['b'\]"):
        Each(fits={"b": way(1)})({"a": "model"}, EXAMPLES, quick=True, on_epoch=lambda _: None)


def test_an_ensemble_answers_with_the_mean_of_its_members() -> None:
    keras = pytest.importorskip("keras")
    members = [keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")]) for _ in range(2)]
    x = np.linspace(-1, 1, 10, dtype=np.float32).reshape(5, 2)
    together = ensemble(members)
    mean = np.mean([member.predict(x, verbose=0) for member in members], axis=0)
    np.testing.assert_allclose(together.predict(x, verbose=0), mean, atol=1e-6)
    members[0].layers[0].kernel.assign(np.zeros((2, 3)))
    assert not np.allclose(together.predict(x, verbose=0), mean), "it shares their weights"


def test_one_model_is_no_ensemble() -> None:
    pytest.importorskip("keras")
    with pytest.raises(ValueError, match="1 member: an ensemble has at least two"):
        ensemble(["one"])
