"""Any model, any form of data, one test: the same checks on all of them."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pytest_robust import Subject
from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.transforms import GaussianNoise

DIGITS, LABELS = load_digits(n_class=2, return_X_y=True)
X = (DIGITS / 16).astype(np.float32)
Y = LABELS.astype(np.int64)
RULE = LogisticRegression().fit(X, Y)
W = np.concatenate([np.zeros((64, 1)), RULE.coef_.T], axis=1).astype(np.float32)
B = np.array([0, RULE.intercept_[0]], dtype=np.float32)


def set_dense(model, *weights):
    next(layer for layer in model.layers if isinstance(layer, keras.layers.Dense)).set_weights(weights)
    return model


def sequential(activation):
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(2, activation=activation)])
    return set_dense(model, W, B)


def functional():
    inputs = keras.Input((64,))
    return set_dense(keras.Model(inputs, keras.layers.Softmax()(keras.layers.Dense(2)(inputs))), W, B)


def sigmoid():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1, activation="sigmoid")])
    return set_dense(model, W[:, 1:], B[1:])


def subclassed():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)
            self.softmax = keras.layers.Activation("softmax")

        def call(self, x):
            return self.softmax(self.dense(x))

    model = Net()
    model(X[:1])
    return set_dense(model, W, B)


def function():
    return tf.function(lambda x: tf.nn.softmax(tf.matmul(x, W) + B))


def module():
    class Net(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 64], tf.float32)])
        def __call__(self, x):
            return tf.nn.softmax(tf.matmul(x, W) + B)

    return Net()


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    functional().save(folder / "model.keras")
    functional().export(str(folder / "saved_model"), verbose=False)
    return folder


GRADIENTS = {
    "sequential softmax": lambda folder: sequential("softmax"),
    "sequential logits": lambda folder: sequential(None),
    "functional": lambda folder: functional(),
    "one sigmoid": lambda folder: sigmoid(),
    "subclassed": lambda folder: subclassed(),
    "keras file": lambda folder: folder / "model.keras",
    "SavedModel": lambda folder: str(folder / "saved_model"),
    "loaded SavedModel": lambda folder: tf.saved_model.load(str(folder / "saved_model")),
    "tf.function": lambda folder: function(),
    "tf.Module": lambda folder: module(),
    "linear classifier": lambda folder: RULE,
}
ANSWERS = {
    "pipeline": lambda folder: make_pipeline(StandardScaler(with_std=False), LogisticRegression()).fit(X, Y),
    "scores": lambda folder: RULE.predict_proba,
    "labels": lambda folder: RULE.predict,
}


@pytest.mark.parametrize("name", [*GRADIENTS, *ANSWERS])
def test_the_same_checks_hold_for_every_kind_of_model(name, saved) -> None:
    subject = Subject((GRADIENTS | ANSWERS)[name](saved), X[100:], Y[100:])
    assert subject.accuracy() >= 0.97
    assert subject.accuracy(under=GaussianNoise(sigma=0.1)) >= 0.9
    assert subject.accuracy(under=UniformNoise(eps=0.1)) >= 0.9
    assert subject.invariance(under=GaussianNoise(sigma=0.1)) >= 0.9
    assert subject.score("f1") >= 0.97
    assert subject.generalization_gap(train=(X[:100], Y[:100])) <= 0.05


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient_attacks_find_the_same_on_every_kind_of_model_that_has_them(name, saved) -> None:
    subject = Subject(GRADIENTS[name](saved), X, Y)
    margin = np.abs((X @ W + B) @ np.array([1, -1]))
    # The box keeps some of the budget from being spent, so less than the closed form breaks.
    for under in (FGSM(eps=0.3), PGD(eps=0.3, steps=10)):
        robust = float(subject.accuracy(under=under))
        assert (margin > 0.3 * np.abs(W[:, 1]).sum()).mean() <= robust < 1
        assert robust == pytest.approx(float(Subject(RULE, X, Y).accuracy(under=under)), abs=0.01)
    assert subject.attack_success_rate(under=FGSM(eps=0.9)) >= 0.9


@pytest.mark.parametrize(
    "form", ["arrays", "lists", "memory map", "one-hot", "tf.data", "unbatched tf.data", "PyDataset", "npz", "pandas"]
)
def test_every_form_of_data_is_the_same_data(form, tmp_path) -> None:
    class Sequence(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            rows = slice(index * 90, (index + 1) * 90)
            return X[rows], Y[rows]

    np.savez(tmp_path / "data.npz", x=X, y=Y)
    mapped = np.memmap(tmp_path / "x.bin", dtype=np.float32, mode="w+", shape=X.shape)
    mapped[:] = X
    given = {
        "arrays": (X, Y),
        "lists": (X.tolist(), Y.tolist()),
        "memory map": (mapped, Y),
        "one-hot": (X, np.eye(2)[Y]),
        "tf.data": (tf.data.Dataset.from_tensor_slices((X, Y)).batch(50),),
        "unbatched tf.data": (tf.data.Dataset.from_tensor_slices((X, Y)),),
        "PyDataset": (Sequence(),),
        "npz": (tmp_path / "data.npz",),
        "pandas": (pd.DataFrame(X, columns=[f"p{i}" for i in range(64)]), pd.Series(Y)),
    }[form]
    model = RULE if form != "pandas" else LogisticRegression().fit(given[0], Y)
    subject = Subject(model, *given)
    assert float(subject.accuracy()) == pytest.approx(float(Subject(RULE, X, Y).accuracy()))
    assert float(subject.accuracy(under=FGSM(eps=0.2))) == pytest.approx(
        float(Subject(RULE, X, Y).accuracy(under=FGSM(eps=0.2))), abs=0.01
    )


def test_a_model_of_several_inputs_is_attacked_in_one_of_them() -> None:
    image, age = keras.Input((64,), name="image"), keras.Input((1,), name="age")
    scores = keras.layers.Dense(2, activation="softmax")(keras.layers.Concatenate()([image, age]))
    model = set_dense(keras.Model({"image": image, "age": age}, scores), np.concatenate([W, np.zeros((1, 2))]), B)
    data = {"image": X, "age": np.full((len(X), 1), 40.0, dtype=np.float32)}
    subject = Subject(model, data, Y)
    assert subject.accuracy() >= 0.97
    attacked = float(subject.accuracy(under=FGSM(eps=0.3, on="image")))
    assert attacked == pytest.approx(float(Subject(RULE, X, Y).accuracy(under=FGSM(eps=0.3))), abs=0.01)
    assert subject.invariance(under=GaussianNoise(sigma=0.1, on="image")) >= 0.9


def test_a_mixed_table_reaches_the_pipeline_as_a_frame() -> None:
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder

    frame = pd.DataFrame({"size": np.linspace(0, 1, 60), "kind": ["a", "b", "c"] * 20})
    y = (frame["size"] > 0.5).to_numpy().astype(int)
    columns = make_column_transformer((OneHotEncoder(), ["kind"]), (StandardScaler(), ["size"]))
    subject = Subject(make_pipeline(columns, LogisticRegression(C=100)).fit(frame, y), frame, y)
    assert subject.accuracy() >= 0.95
    assert subject.accuracy(under=GaussianNoise(sigma=0.01, on="size")) >= 0.9
