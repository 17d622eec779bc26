from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from pytest_robust.adapters import adapt, raw_data
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable
from pytest_robust.testing import check_adapter

RANDOM = np.random.default_rng(0)
X = RANDOM.random((6, 5)).astype(np.float32)
Y = np.arange(6) % 3
WEIGHTS = RANDOM.normal(size=(5, 3)).astype(np.float32)
LOGITS = X @ WEIGHTS


def adapted(native: Any) -> Any:
    return adapt(native, allow_pickle=False)


@tf.function
def plain(x: Any) -> Any:
    return tf.nn.softmax(tf.matmul(x, WEIGHTS))


@tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float64)])
def in_double(x: Any) -> Any:
    return tf.nn.softmax(tf.matmul(x, WEIGHTS.astype(np.float64)))


class Module(tf.Module):
    """Compiled or not, and callable."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = tf.Variable(WEIGHTS)

    def __call__(self, x: Any) -> Any:
        return tf.nn.softmax(tf.matmul(x, self.weights))


class CompiledModule(Module):
    """Compiled."""

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32)])
    def __call__(self, x: Any) -> Any:
        return tf.nn.softmax(tf.matmul(x, self.weights))


class Served(Module):
    """Says what it does by its signature only."""

    __call__ = None

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32, name="table")])
    def serve(self, table: Any) -> Any:
        return {"scores": tf.nn.softmax(tf.matmul(table, self.weights))}


class ServedTwo(Served):
    """Has two inputs."""

    @tf.function(input_signature=[tf.TensorSpec([None, 5], name=name) for name in ("a", "b")])
    def serve(self, a: Any, b: Any) -> Any:
        return {"scores": tf.nn.softmax(tf.matmul(a + 2 * b, self.weights))}


class ServedTwice(Served):
    """Has two outputs."""

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32, name="table")])
    def serve(self, table: Any) -> Any:
        return {"one": table, "two": table}


def saved(module: Any, folder: Path) -> Path:
    signatures = module.serve if hasattr(module, "serve") else None
    tf.saved_model.save(module, str(folder / "saved"), signatures=signatures)
    return folder / "saved"


@pytest.mark.parametrize(
    "native", [plain, in_double, Module(), CompiledModule()], ids=["function", "double", "module", "compiled module"]
)
def test_functions_and_modules_have_logits_and_gradients(native: Any) -> None:
    model = adapted(native)
    assert isinstance(model, Differentiable)
    assert model.predict(X) == pytest.approx(softmax(LOGITS, axis=1), abs=1e-5)
    assert model.logits(X) == pytest.approx(LOGITS, abs=1e-5)
    assert model.notes == ()
    check_adapter(model, X)


@pytest.mark.parametrize("make", [Module, CompiledModule])
def test_a_module_keeps_its_own_weights(make: type[Module]) -> None:
    first, second = make(), make()
    second.weights.assign(0 * second.weights)
    assert adapted(first).logits(X) == pytest.approx(LOGITS, abs=1e-5)
    assert adapted(second).logits(X) == pytest.approx(0 * LOGITS, abs=1e-5)


@pytest.mark.parametrize("make", [CompiledModule, Served], ids=["callable", "served"])
@pytest.mark.parametrize("as_path", [True, False])
def test_a_saved_model_is_asked_whether_loaded_or_not(make: type[Module], as_path: bool, tmp_path: Path) -> None:
    folder = saved(make(), tmp_path)
    model = adapted(folder if as_path else tf.saved_model.load(str(folder)))
    assert model.predict(X) == pytest.approx(softmax(LOGITS, axis=1), abs=1e-5)
    assert softmax(model.logits(X), axis=1) == pytest.approx(softmax(LOGITS, axis=1), abs=1e-5)
    # Its softmax is sealed, so a reader is told what the attack goes through.
    assert "no softmax or sigmoid is to be seen" in model.notes[0]
    check_adapter(model, X)
    onehot = np.eye(3)[Y]
    slope = softmax(np.where(onehot == 1, -np.inf, LOGITS), axis=1) - onehot
    assert model.loss_gradient(X, Y, LogOdds()).gradient == pytest.approx(slope @ WEIGHTS.T, abs=1e-4)


def test_an_exported_keras_model_is_a_saved_model(tmp_path: Path) -> None:
    native = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
    native.export(str(tmp_path / "exported"), verbose=False)
    model = adapted(tmp_path / "exported")
    assert softmax(model.logits(X), axis=1)[:, 1:] == pytest.approx(np.asarray(native(X)), abs=1e-5)
    check_adapter(model, X)


def test_a_signature_of_two_inputs_takes_them_by_name(tmp_path: Path) -> None:
    model = adapted(saved(ServedTwo(), tmp_path))
    given = {"b": X, "a": X}
    assert model.predict(given) == pytest.approx(softmax(3 * LOGITS, axis=1), abs=1e-5)
    gradient: Any = model.loss_gradient(given, Y, LogOdds()).gradient
    assert gradient["b"] == pytest.approx(2 * gradient["a"], rel=1e-4)
    for other in ({"a": X, "c": X}, {"a": X}, X):
        with pytest.raises(InvalidData, match=r"the model's inputs are \['a', 'b'\], the data have"):
            adapted(tmp_path / "saved").predict(other)


def test_a_signature_of_one_input_takes_it_by_name_too(tmp_path: Path) -> None:
    model = adapted(saved(Served(), tmp_path))
    assert model.predict({"table": X}) == pytest.approx(softmax(LOGITS, axis=1), abs=1e-5)


def test_a_signature_of_two_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match=r"serving_default answers \['one', 'two'\]: give a model with one output"):
        adapted(saved(ServedTwice(), tmp_path))


def test_a_module_that_cannot_be_called_is_refused_with_the_remedy() -> None:
    with pytest.raises(
        InvalidModel, match=r"Module cannot be called \(a tf.Module needs __call__\): give a tf.function"
    ):
        adapted(tf.Module())
    with pytest.raises(InvalidModel, match="cannot be called: give a tf.function"):
        adapted(tf.constant([1.0]))


def test_a_wrong_shape_is_refused_with_tensorflows_words(tmp_path: Path) -> None:
    for native in (plain, saved(CompiledModule(), tmp_path)):
        with pytest.raises(InvalidModel, match=r"does not take inputs of shape \{'x': \(6, 4\)\}"):
            adapted(native).predict(X[:, :4])


def test_text_travels_as_text() -> None:
    @tf.function
    def lengths(x: Any) -> Any:
        n = tf.cast(tf.strings.length(x), tf.float32)
        return tf.stack([n, 5 - n], axis=1)

    for texts in (np.array(["abc", "größer", ""]), np.array(["abc", "größer", ""], dtype=object)):
        assert adapted(lengths).predict(texts)[:, 0].tolist() == [3, 8, 0]


def tf_data(*parts: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0])


@pytest.mark.parametrize(
    "data",
    [
        tf_data(X, Y),
        tf_data(X, Y).batch(4),
        tf_data(X, Y).batch(3, drop_remainder=True),
        tf_data(X, Y).batch(2).map(lambda x, y: (x, y, tf.ones_like(y))),
        tf_data(X, Y[:, None]).batch(4),
        tf_data(X, np.eye(3)[Y]).batch(4),
        tf_data(X, np.eye(3)[Y]),
        tf_data(X, np.eye(5)[Y]),
    ],
    ids=["examples", "batches", "whole batches", "weights", "column", "one-hot batches", "one-hot", "as many classes"],
)
def test_tf_data_gives_all_examples_in_order(data: Any) -> None:
    raw = raw_data(data)
    assert raw.x == pytest.approx(X)
    assert raw.y.tolist() == Y.tolist()


def test_tf_data_without_labels_and_with_several_inputs() -> None:
    assert raw_data(tf_data(X).batch(4)).y is None
    assert raw_data(tf_data(X)).x == pytest.approx(X)
    raw = raw_data(tf_data({"a": X, "b": Y}, Y).batch(4))
    assert raw.x["a"] == pytest.approx(X)
    assert raw.x["b"].tolist() == Y.tolist()


@pytest.mark.parametrize("batch", [None, 2, 3])
def test_tf_data_of_text_is_text(batch: int | None) -> None:
    data = tf_data(["größe", "b", "c", "d", "e", "f"], Y)
    raw = raw_data(data if batch is None else data.batch(batch, drop_remainder=True))
    assert raw.x.tolist() == ["größe", "b", "c", "d", "e", "f"]
    assert raw.y.tolist() == Y.tolist()


def test_tf_data_whose_shapes_are_not_declared_are_looked_at() -> None:
    def examples() -> Any:
        yield from zip(X, Y, strict=True)

    spec = (tf.TensorSpec(None, tf.float32), tf.TensorSpec((), tf.int64))
    raw = raw_data(tf.data.Dataset.from_generator(examples, output_signature=spec))
    assert raw.x == pytest.approx(X)


def test_tf_data_without_end_is_refused() -> None:
    with pytest.raises(InvalidData, match=r"has no end \(repeat\(\) without a count\?\): give a finite one"):
        raw_data(tf_data(X, Y).repeat())


def test_tf_data_without_examples_is_refused() -> None:
    with pytest.raises(InvalidData, match=r"the tf\.data\.Dataset yields no examples"):
        raw_data(tf_data(X, Y).take(0))


def test_a_tensor_is_its_values_and_a_module_holds_none() -> None:
    assert raw_data(tf.constant(X), tf.constant(Y)).y.tolist() == Y.tolist()
    with pytest.raises(InvalidData, match="holds no examples: give a tf.data.Dataset or arrays"):
        raw_data(tf.Module())
