from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from pytest_robust.adapters import adapt
from pytest_robust.adapters.function import Function
from pytest_robust.core.errors import InvalidModel
from pytest_robust.core.model import Classifier
from pytest_robust.testing import check_adapter

X = np.random.default_rng(0).random((5, 3)).astype(np.float32)


class Scorer:
    """A callable object."""

    def __call__(self, x: Any) -> Any:
        return x.tolist()

    def method(self, x: Any) -> Any:
        return x.argmax(axis=1)


@pytest.mark.parametrize(
    ("function", "answers"),
    [
        (lambda x: x * 2, X * 2),
        (Scorer(), X.tolist()),
        (Scorer().method, X.argmax(axis=1)),
        (partial(np.argmax, axis=1), X.argmax(axis=1)),
        (lambda x: ["cat"] * len(x), ["cat"] * 5),
    ],
)
def test_any_callable_is_a_model_that_answers_what_it_returns(function: Any, answers: Any) -> None:
    model = adapt(function, allow_pickle=False)
    assert isinstance(model.predict(X), np.ndarray)
    assert (model.predict(X) == np.array(answers)).all()
    assert not isinstance(model, Classifier)
    check_adapter(model, X)


def test_a_function_gets_the_dict_of_several_inputs() -> None:
    model = adapt(lambda x: x["a"] + x["b"], allow_pickle=False)
    assert model.predict({"a": X, "b": X}) == pytest.approx(2 * X)


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(InvalidModel, match="3 is not callable"):
        Function().adapt(3)
