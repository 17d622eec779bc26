from __future__ import annotations

import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from pytest_robust import Subject, WithinTolerance
from pytest_robust.adapters import adapt
from pytest_robust.attacks import PGD, Square, TransferAttack
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Classifier, Differentiable
from pytest_robust.testing import check_adapter

litert = pytest.importorskip("ai_edge_litert.interpreter", reason="the extra litert")

RANDOM = np.random.default_rng(0)
X = RANDOM.random((40, 5)).astype(np.float32)
WEIGHTS = (4 * RANDOM.normal(size=(5, 3))).astype(np.float32)
LOGITS = X @ WEIGHTS
ANSWERS = LOGITS.argmax(axis=1)
# Between the classes of a row that 8 bits can tell apart.
CLEAR = np.diff(np.sort(LOGITS, axis=1)[:, -2:], axis=1)[:, 0] > 0.3


def adapted(native: Any) -> Any:
    return adapt(native, allow_pickle=False)


def interpreter(content: bytes) -> Any:
    return litert.Interpreter(model_content=content, num_threads=1)


def network(activation: str | None = "softmax", *, classes: int = 3) -> Any:
    model = keras.Sequential([keras.Input((5,), name="row"), keras.layers.Dense(classes, activation)])
    model.layers[0].set_weights([WEIGHTS[:, :classes], np.zeros(classes, dtype=np.float32)])
    return model


def converted(native: Any, integers: type | None = None) -> bytes:
    """Return a Keras model as the contents of a LiteRT file, of floating numbers or of integers of 8 bits throughout."""
    converter = tf.lite.TFLiteConverter.from_keras_model(native)
    if integers is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([row[None]] for row in X)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.as_dtype(integers)
    with warnings.catch_warnings():
        # Of the input's and the output's type, which are asked for.
        warnings.simplefilter("ignore")
        return converter.convert()


def of_function(function: Any, *specs: Any) -> bytes:
    concrete = tf.function(function, input_signature=list(specs)).get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("litert")
    (folder / "floating.tflite").write_bytes(converted(network()))
    (folder / "logits.tflite").write_bytes(converted(network(None)))
    (folder / "int8.tflite").write_bytes(converted(network(), np.int8))
    (folder / "uint8.tflite").write_bytes(converted(network(None), np.uint8))
    return folder


@pytest.mark.parametrize("name", ["floating", "logits"])
def test_a_file_of_floating_numbers_answers_as_the_original(files: Path, name: str) -> None:
    model = adapted(files / f"{name}.tflite")
    assert isinstance(model, Classifier)
    assert not isinstance(model, Differentiable)
    original = network("softmax" if name == "floating" else None)
    assert model.predict(X) == pytest.approx(np.asarray(original(X)), abs=1e-5)
    log_softmax = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
    assert model.logits(X) == pytest.approx(log_softmax, abs=1e-4)
    assert model.notes == ()
    check_adapter(model, X)


@pytest.mark.parametrize("name", ["int8", "uint8"])
def test_integers_are_made_and_read_by_their_scale(files: Path, name: str) -> None:
    model = adapted(str(files / f"{name}.tflite"))
    check_adapter(model, X)
    assert model.predict(X).dtype == np.float32
    original = np.asarray(network("softmax" if name == "int8" else None)(X))
    # A step of the answers, and what the rounding of inputs and weights adds.
    assert np.abs(model.predict(X) - original).max() <= 0.02 * np.ptp(original)
    assert (model.logits(X).argmax(axis=1) == ANSWERS)[CLEAR].all()
    assert CLEAR.sum() >= 30
    assert model.notes[0].startswith("the model tells its ")
    assert ("better give a model that ends in logits" in model.notes[0]) == (name == "int8")


def test_raw_integers_would_have_been_another_image(files: Path) -> None:
    # What a program does that forgets the scale: the numbers themselves, cut to whole ones.
    native = litert.Interpreter(model_path=str(files / "int8.tflite"))
    native.resize_tensor_input(0, X.shape)
    native.allocate_tensors()
    native.set_tensor(native.get_input_details()[0]["index"], X.astype(np.int8))
    native.invoke()
    forgetful = native.get_tensor(native.get_output_details()[0]["index"]).argmax(axis=1)
    assert len(set(forgetful)) == 1 < len(set(ANSWERS))
    assert (adapted(files / "int8.tflite").logits(X).argmax(axis=1) == ANSWERS).mean() >= 0.9


def test_a_probability_told_as_zero_is_less_than_half_a_step(files: Path) -> None:
    model = adapted(files / "int8.tflite")
    told = model.predict(X)
    assert (told == 0).any()
    assert np.isfinite(model.logits(X)).all()
    assert np.exp(model.logits(X))[told == 0].max() <= 1 / 500


def test_any_size_of_batch_is_answered_the_same(files: Path) -> None:
    for name in ("floating", "int8"):
        model = adapted(files / f"{name}.tflite")
        whole = model.predict(X)
        for size in (1, 7, 40, 3):
            parts = [model.predict(X[start : start + size]) for start in range(0, len(X), size)]
            assert np.concatenate(parts) == pytest.approx(whole, abs=1e-6)


def test_a_file_for_one_batch_size_is_asked_in_such_batches() -> None:
    fixed = of_function(lambda x: tf.reshape(x, [4, 5]) @ WEIGHTS, tf.TensorSpec([4, 5], tf.float32))
    model = adapted(interpreter(fixed))
    for rows in (1, 4, 6, 40):
        assert model.predict(X[:rows]) == pytest.approx(LOGITS[:rows], abs=1e-5)


def test_an_interpreter_may_be_shared_and_resized(files: Path) -> None:
    native = litert.Interpreter(model_path=str(files / "floating.tflite"))
    one, other = adapted(native), adapted(native)
    first = one.predict(X)
    assert other.predict(X[:3]) == pytest.approx(first[:3], abs=1e-6)
    native.resize_tensor_input(0, (2, 5))
    assert one.predict(X) == pytest.approx(first, abs=1e-6)


def test_several_inputs_go_by_the_names_of_the_signature() -> None:
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    both = keras.Model([b, a], keras.layers.Dense(3)(keras.layers.Subtract()([b, a])))
    model = adapted(interpreter(converted(both)))
    x = {"a": X, "b": X[::-1].copy()}
    assert model.predict(x) == pytest.approx(np.asarray(both([x["b"], x["a"]])), abs=1e-5)
    check_adapter(model, x)
    with pytest.raises(InvalidData, match=r"the model's inputs are \['.', '.'\], the data are one array: give a dict"):
        model.predict(X)
    with pytest.raises(InvalidData, match="use the model's names"):
        model.predict({"a": X, "c": X})


def test_a_model_of_whole_numbers_takes_them_as_they_are() -> None:
    table = tf.constant(WEIGHTS)
    model = adapted(interpreter(of_function(lambda x: tf.gather(table, x[:, 0]), tf.TensorSpec([None, 1], tf.int32))))
    assert model.predict(np.arange(5)[:, None]) == pytest.approx(WEIGHTS)


def test_a_single_answer_becomes_two_classes() -> None:
    squashed = adapted(interpreter(converted(network("sigmoid", classes=1))))
    raw = adapted(interpreter(converted(network(None, classes=1))))
    assert squashed.logits(X).shape == (40, 2)
    assert squashed.logits(X) == pytest.approx(raw.logits(X), abs=1e-4)


def test_values_are_judged_by_a_criterion(files: Path) -> None:
    values = Subject(files / "logits.tflite", X, LOGITS + 0.1)
    assert values.accuracy(criterion=WithinTolerance(0.11)) >= 1
    assert values.accuracy(criterion=WithinTolerance(0.09)) <= 0


def test_gradients_are_to_be_had_elsewhere(files: Path) -> None:
    subject = Subject(files / "floating.tflite", X, ANSWERS)
    blind = subject.accuracy(under=PGD(eps=0.2)) >= 0.5
    assert blind.decision.name == "INVALID"
    assert "PGD needs a model that is differentiable, and this one only gives answers" in blind.explanation
    assert "TransferAttack(surrogate=...)" in blind.explanation
    by_gradients = TransferAttack(surrogate=network(), attack=PGD(eps=0.2))
    transferred = float(subject.accuracy(under=by_gradients))
    original = float(Subject(network(), X, ANSWERS).accuracy(under=PGD(eps=0.2)))
    assert transferred == pytest.approx(original, abs=1 / 40)
    assert subject.accuracy(under=Square(eps=0.2, queries=100)) <= 0.9


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (X[:, :4], r"x has examples of shape \(4,\), the model's input 'row' takes \(5,\)"),
        (X.reshape(-1, 5, 1), r"takes \(5,\): reshape with x.reshape\(-1, 5\)"),
        (np.full((2, 5), "a"), "the model's input 'row' takes int8, x holds <U1: give numbers"),
        (np.full((2, 5), np.nan, dtype=np.float32), "x holds NaN or infinity, and the model's input 'row' takes int8"),
        (255 * X, "x holds values such as 2.*reaches from .* to 0.99.*give inputs in the unit that it learned from"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_in_words(files: Path, x: Any, message: str) -> None:
    model = adapted(files / "int8.tflite")
    assert model.predict(X[:2]).shape == (2, 3)
    with pytest.raises(InvalidData, match=message):
        model.predict(x)


def test_what_lies_a_little_outside_is_cut_off_as_on_the_device(files: Path) -> None:
    model = adapted(files / "int8.tflite")
    assert model.predict(np.full((1, 5), 1.5)) == pytest.approx(model.predict(np.ones((1, 5))))


def test_what_is_no_model_is_refused_in_words(files: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.tflite").write_bytes(b"no model at all, in fact")
    with pytest.raises(InvalidModel, match=r"broken\.tflite: LiteRT cannot read it"):
        adapted(tmp_path / "broken.tflite")
    part = litert.Interpreter(model_path=str(files / "floating.tflite")).get_signature_runner()
    with pytest.raises(InvalidModel, match="SignatureRunner is a part of LiteRT, not a model: give the path"):
        adapted(part)
    two = of_function(lambda x: (x, 2 * x), tf.TensorSpec([None, 5], tf.float32))
    with pytest.raises(InvalidModel, match=r"the model answers \[.*\]: give one with a single output"):
        adapted(interpreter(two))


def test_a_model_with_several_signatures_is_refused_with_their_names(tmp_path: Path) -> None:
    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32)])
        def one(self, x: Any) -> Any:
            return {"y": x @ WEIGHTS}

        @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32)])
        def two(self, x: Any) -> Any:
            return {"y": x @ -WEIGHTS}

    module = Module()
    tf.saved_model.save(module, str(tmp_path), signatures={"one": module.one, "two": module.two})
    content = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path)).convert()
    with pytest.raises(InvalidModel, match=r"the model can be called as \['one', 'two'\]: give a function"):
        adapted(interpreter(content))


def test_without_the_package_the_extra_is_named(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(InvalidModel, match=r"floating\.tflite: LiteRT reads it; pip install 'pytest-robust\[litert\]'"):
        adapted(files / "floating.tflite")


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_the_interpreter_that_tensorflow_keeps_is_asked_likewise(files: Path) -> None:
    path = str(files / "int8.tflite")
    model = adapted(tf.lite.Interpreter(model_path=path, num_threads=1))
    assert model.predict(X) == pytest.approx(adapted(path).predict(X))


def test_it_is_sent_to_no_other_process(files: Path) -> None:
    with pytest.raises(InvalidModel, match=r"give the path of the \.tflite file"):
        pickle.dumps(adapted(files / "floating.tflite"))
