from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray
from scipy.special import expit, softmax

from pytest_robust.adapters import adapt, raw_data
from pytest_robust.adapters.keras import Keras, _Scores
from pytest_robust.core.errors import InvalidData, InvalidModel, NoGradient
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Classifier, Differentiable
from pytest_robust.testing import check_adapter

CLASSES, SHAPE = 4, (3, 2)
X = np.random.default_rng(0).random((7, *SHAPE)).astype(np.float32)
Y = np.arange(7) % CLASSES
Layers = list[keras.layers.Layer]


def sequential(*end: keras.layers.Layer, scale: float = 1.0, units: int = CLASSES) -> keras.Model:
    keras.utils.set_random_seed(0)
    layers: Layers = [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(8, activation="tanh")]
    model = keras.Sequential([*layers, keras.layers.Dense(units, name="scores"), *end])
    dense = model.get_layer("scores")
    dense.set_weights([scale * (values + 0.1) for values in dense.get_weights()])
    return model


def with_activation(word: str, units: int = CLASSES) -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(units, activation=word)])


def functional() -> keras.Model:
    model = with_activation("softmax")
    return keras.Model(model.inputs[0], model.outputs[0])


def in_a_list() -> keras.Model:
    model = with_activation("softmax")
    return keras.Model(model.inputs, model.outputs[0])


class Subclassed(keras.Model):
    """Calls a sequential model, and drops out while training."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = with_activation("softmax")
        self.dropout = keras.layers.Dropout(0.9)

    def call(self, x: Any, training: bool = False) -> Any:
        return self.inner(self.dropout(x, training=training))


def half_precision() -> keras.Model:
    inputs = keras.Input(SHAPE)
    flat = keras.layers.Flatten()(inputs)
    return keras.Model(inputs, keras.layers.Dense(CLASSES, activation="softmax", dtype="mixed_bfloat16")(flat))


def adapted(native: Any) -> Any:
    return adapt(native, allow_pickle=False)


SOFTMAX: dict[str, Callable[[], keras.Model]] = {
    "dense softmax": lambda: with_activation("softmax"),
    "softmax layer": lambda: sequential(keras.layers.Softmax()),
    "activation layer": lambda: sequential(keras.layers.Activation("softmax")),
    "softmax and cast": lambda: sequential(keras.layers.Softmax(), keras.layers.Activation("linear", dtype="float64")),
    "functional": functional,
    "in a list": lambda: in_a_list(),
    "subclassed": Subclassed,
    "nested": lambda: keras.Sequential([keras.Input(SHAPE), functional()]),
}


@pytest.mark.parametrize("name", SOFTMAX)
def test_the_logits_behind_a_softmax_are_found(name: str) -> None:
    native = SOFTMAX[name]()
    model = adapted(native)
    assert isinstance(model, Differentiable)
    wanted = np.asarray(native([X] if name == "in a list" else X))
    assert softmax(model.logits(X), axis=1) == pytest.approx(wanted, abs=1e-6)
    assert model.predict(X) == pytest.approx(wanted, abs=1e-6)
    # Logarithms of probabilities would have logsumexp 0.
    assert np.abs(np.log(np.exp(model.logits(X)).sum(axis=1))).min() > 1e-3
    assert model.notes == ()
    check_adapter(model, X)


def test_the_logits_are_found_in_half_precision() -> None:
    native = half_precision()
    model = adapted(native)
    assert softmax(model.logits(X), axis=1) == pytest.approx(np.asarray(native(X)).astype(np.float32), abs=1e-2)
    assert model.notes == ()


@pytest.mark.parametrize(
    "make", [lambda: with_activation("sigmoid", 1), lambda: sequential(keras.layers.Activation("sigmoid"), units=1)]
)
def test_the_logit_behind_one_sigmoid_is_the_second_of_two_columns(make: Callable[[], keras.Model]) -> None:
    native = make()
    model = adapted(native)
    logits = model.logits(X)
    assert logits.shape == (7, 2)
    assert (logits[:, 0] == 0).all()
    assert expit(logits[:, 1:]) == pytest.approx(np.asarray(native(X)), abs=1e-6)
    check_adapter(model, X)


def test_the_logits_behind_several_sigmoids_are_found() -> None:
    native = with_activation("sigmoid")
    assert expit(adapted(native).logits(X)) == pytest.approx(np.asarray(native(X)), abs=1e-6)


def test_a_model_that_ends_in_logits_is_taken_as_it_is() -> None:
    native = sequential()
    assert adapted(native).logits(X) == pytest.approx(np.asarray(native(X)), abs=1e-6)
    assert adapted(native).notes == ()


def test_probabilities_without_a_softmax_are_differentiated_as_logarithms_with_a_note() -> None:
    native = sequential(keras.layers.Lambda(lambda z: tf.exp(z) / tf.reduce_sum(tf.exp(z), axis=1, keepdims=True)))
    model = adapted(native)
    assert softmax(model.logits(X), axis=1) == pytest.approx(np.asarray(native(X)), abs=1e-6)
    assert "no softmax or sigmoid is to be seen" in model.notes[0]
    check_adapter(model, X)


def test_one_probability_without_a_sigmoid_is_told_from_a_logit() -> None:
    native = sequential(keras.layers.Lambda(lambda z: 1 / (1 + tf.exp(-z))), units=1)
    model = adapted(native)
    assert softmax(model.logits(X), axis=1)[:, 1:] == pytest.approx(np.asarray(native(X)), abs=1e-5)
    assert "no softmax" in model.notes[0]
    check_adapter(model, X)


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e6])
@pytest.mark.parametrize("end", [keras.layers.Softmax, None])
def test_a_model_that_is_hugely_sure_still_has_a_gradient(scale: float, end: Any) -> None:
    native = sequential(*([end()] if end else []), scale=scale)
    model = adapted(native)
    y = model.logits(X).argmax(axis=1)
    largest = np.abs(model.loss_gradient(X, y, LogOdds()).gradient.reshape(7, -1)).max(axis=1)
    assert (largest > 1e-3).all()
    if end and scale > 1:
        with tf.GradientTape() as tape:
            tape.watch(inputs := tf.constant(X))
            loss = keras.losses.sparse_categorical_crossentropy(y, native(inputs))
        # Presence: the usual gradient, through the probabilities, is gone.
        assert (np.asarray(tape.gradient(loss, inputs)) == 0).mean() > 0.5


def test_the_gradient_is_that_of_a_bare_tape() -> None:
    native = sequential(keras.layers.Softmax())
    bare = keras.Model(native.inputs, native.get_layer("scores").output)
    onehot = tf.one_hot(Y, CLASSES, on_value=True, off_value=False)
    with tf.GradientTape() as tape:
        tape.watch(inputs := tf.constant(X))
        logits = bare(inputs)
        against = tf.reduce_logsumexp(tf.where(onehot, -1e30, logits), axis=1)
        loss = against - tf.reduce_sum(tf.where(onehot, logits, 0.0), axis=1)
    found = adapted(native).loss_gradient(X, Y, LogOdds())
    assert found.gradient == pytest.approx(np.asarray(tape.gradient(loss, inputs)), rel=1e-4, abs=1e-6)
    assert found.gradient.dtype == found.logits.dtype == np.float32
    assert found.logits == pytest.approx(np.asarray(logits), abs=1e-6)


def test_several_gradients_are_those_of_one_each() -> None:
    model = adapted(functional())
    weights = np.random.default_rng(3).normal(size=(4, len(X), CLASSES)).astype(np.float32)
    seen = []

    def directions(logits):
        seen.append(logits)
        return weights

    found = model.pullback(X, directions, count=4)
    assert len(seen) == 1
    assert seen[0] == pytest.approx(model.logits(X), abs=1e-6)
    assert found.gradients.shape == (4, *X.shape)
    assert found.gradients.dtype == np.float32
    for one, each in zip(weights, found.gradients, strict=True):
        alone = model.pullback(X, lambda _, one=one: one[None], count=1)
        assert each == pytest.approx(alone.gradients[0], abs=1e-5)


def test_an_error_in_the_directions_is_raised_as_it_is() -> None:
    def directions(_):
        raise KeyError("mine")

    model = adapted(functional())
    with pytest.raises(KeyError, match="mine"):
        model.pullback(X, directions, count=1)
    assert model.pullback(X, lambda logits: logits[None], count=1).gradients.shape == (1, *X.shape)


def test_no_batch_size_and_no_type_of_data_is_traced_again() -> None:
    model = adapted(functional())
    model.loss_gradient(X, Y, LogOdds())
    model.pullback(X, lambda logits: logits[None], count=1)
    model.logits(X)
    traced = model.traces
    assert traced > 0
    for rows in range(1, 51):
        x = np.resize(X, (rows, *SHAPE)).astype([np.float32, np.float64][rows % 2])
        assert model.predict(x).shape == model.logits(x).shape == (rows, CLASSES)
        assert model.loss_gradient(x, np.resize(Y, rows), LogOdds()).gradient.shape == x.shape
        assert model.pullback(x, lambda logits: logits[None], count=1).gradients.shape == (1, *x.shape)
    assert model.traces == traced


def test_the_model_is_asked_as_when_it_is_used_not_as_when_it_is_trained() -> None:
    model = adapted(keras.Sequential([keras.Input(SHAPE), keras.layers.Dropout(0.5), functional()]))
    assert (model.predict(X) == model.predict(X)).all()


def two_inputs() -> keras.Model:
    keras.utils.set_random_seed(0)
    image, age = keras.Input(SHAPE, name="image"), keras.Input((1,), name="age")
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(image), age])
    return keras.Model([image, age], keras.layers.Dense(CLASSES, activation="softmax")(joined))


def named_inputs() -> keras.Model:
    model = two_inputs()
    return keras.Model(dict(zip(("image", "age"), model.inputs, strict=True)), model.outputs[0])


BOTH = {"image": X, "age": X[:, 0, :1]}


@pytest.mark.parametrize("make", [two_inputs, named_inputs])
@pytest.mark.parametrize("order", [1, -1])
def test_several_inputs_have_a_gradient_each(make: Callable[[], keras.Model], order: int) -> None:
    native = make()
    given = dict(list(BOTH.items())[::order])
    model = adapted(native)
    wanted = two_inputs()([BOTH["image"], BOTH["age"]])
    assert model.predict(given) == pytest.approx(np.asarray(wanted), abs=1e-6)
    gradient: Any = model.loss_gradient(given, Y, LogOdds()).gradient
    weights = two_inputs().layers[-1].get_weights()[0]
    slope = softmax(np.where(np.eye(CLASSES)[Y] == 1, -np.inf, model.logits(given)), axis=1) - np.eye(CLASSES)[Y]
    assert gradient["age"] == pytest.approx(slope @ weights[6:].T, abs=1e-5)
    assert gradient["image"].reshape(7, -1) == pytest.approx(slope @ weights[:6].T, abs=1e-5)
    check_adapter(model, given)


def test_inputs_of_other_names_are_refused_with_the_models_own() -> None:
    with pytest.raises(InvalidData, match=r"the model's inputs are \['image', 'age'\], the data have \['a', 'b'\]"):
        adapted(two_inputs()).predict({"a": X, "b": X[:, 0, :1]})


def test_a_bare_array_for_a_model_of_several_inputs_is_refused_with_their_names() -> None:
    with pytest.raises(InvalidData, match=r"inputs are \['image', 'age'\], the data are one array: give a dict"):
        adapted(two_inputs()).predict(X)


def words() -> keras.Model:
    keras.utils.set_random_seed(0)
    tokens, extra = keras.Input((5,), dtype="int32", name="tokens"), keras.Input((2,), name="extra")
    pooled = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(10, 4)(tokens))
    joined = keras.layers.Concatenate()([pooled, extra])
    return keras.Model([tokens, extra], keras.layers.Dense(3, activation="softmax")(joined))


TOKENS = np.arange(35).reshape(7, 5) % 10


def test_whole_numbers_stay_whole_and_have_no_gradient() -> None:
    model = adapted(words())
    given = {"tokens": TOKENS, "extra": X[:, 0]}
    gradient: Any = model.loss_gradient(given, Y % 3, LogOdds()).gradient
    assert set(gradient) == {"extra"}
    assert model.predict(given) == pytest.approx(np.asarray(words()([TOKENS, X[:, 0]])), abs=1e-6)


@pytest.mark.parametrize("bare", [True, False])
def test_whole_numbers_alone_have_no_gradient_at_all(bare: bool) -> None:
    keras.utils.set_random_seed(0)
    tokens = keras.Input((5,), dtype="int32", name="tokens")
    embedded = keras.layers.Flatten()(keras.layers.Embedding(10, 4)(tokens))
    native = keras.Model(tokens, keras.layers.Dense(3, activation="softmax")(embedded))
    model, given = adapted(native), (TOKENS if bare else {"tokens": TOKENS})
    assert model.predict(given) == pytest.approx(np.asarray(native(TOKENS)), abs=1e-6)
    with pytest.raises(InvalidData, match=r"inputs are \['tokens'\], the data have \['words'\]: use the model's names"):
        adapted(native).predict({"words": TOKENS})
    with pytest.raises(NoGradient, match="no gradient reaches the input"):
        model.loss_gradient(given, Y % 3, LogOdds())


@pytest.mark.parametrize(
    "quantise",
    [tf.round, lambda x: tf.cast(tf.cast(x * 255, tf.int32), tf.float32), lambda x: tf.cast(x > 0.5, tf.float32)],
    ids=["round", "integers", "compare"],
)
def test_a_model_that_quantises_its_input_has_no_gradient_and_says_so(quantise: Any) -> None:
    model = adapted(keras.Sequential([keras.Input(SHAPE), keras.layers.Lambda(quantise), functional()]))
    assert model.logits(X).shape == (7, CLASSES)
    for _ in range(2):
        with pytest.raises(NoGradient, match="rounds, compares or casts to integers; attack without gradients"):
            model.loss_gradient(X, Y, LogOdds())


@pytest.mark.parametrize(
    ("x", "wanted", "remedy"),
    [
        (X[..., 0], (3, 1), r"add the channel with x\[\.\.\., None\]"),
        (X.reshape(7, 6), (3, 2), r"reshape with x\.reshape\(-1, 3, 2\)"),
        (X[:, :2], (3, 2), r"examples of shape \(2, 2\), the model's input '.*' takes \(3, 2\)$"),
    ],
)
def test_a_wrong_input_shape_is_refused_with_the_remedy(x: NDArray[Any], wanted: tuple[int, int], remedy: str) -> None:
    keras.utils.set_random_seed(0)
    native = keras.Sequential([keras.Input(wanted), keras.layers.Flatten(), keras.layers.Dense(2)])
    model = adapted(native)
    for ask in (model.predict, model.logits, lambda x: model.loss_gradient(x, Y % 2, LogOdds())):
        with pytest.raises(InvalidData, match=remedy):
            ask(x)
    # A mistake leaves the model as it was.
    assert model.predict(X.reshape(7, 3, 2)[..., : wanted[1]]).shape == (7, 2)


def test_data_whose_shape_changes_midway_are_refused() -> None:
    model = adapted(Subclassed())
    model.predict(X)
    with pytest.raises(InvalidData, match=r"shape \(2, 2\): the model was first given"):
        model.predict(X[:, :2])


def test_what_a_subclassed_model_cannot_take_is_refused_with_its_own_words() -> None:
    with pytest.raises(InvalidModel, match=r"does not take inputs of shape .*\(7, 5\)"):
        adapted(Subclassed()).predict(np.zeros((7, 5), dtype=np.float32))


def test_a_model_of_several_outputs_is_refused_with_the_remedy() -> None:
    model = functional()
    native = keras.Model(model.inputs, [model.outputs[0], model.outputs[0]])
    with pytest.raises(InvalidModel, match=r"answers a list: .*keras\.Model\(model\.inputs, model\.outputs\[0\]\)"):
        adapted(native).predict(X)


def test_a_model_of_values_predicts_and_has_no_logits() -> None:
    native = keras.Sequential([keras.Input(SHAPE), keras.layers.Dense(2)])
    model = adapted(native)
    assert model.predict(X).shape == (7, 3, 2)
    with pytest.raises(InvalidModel, match=r"not \(n, classes\): it is no classifier; name a criterion"):
        model.logits(X)


def test_a_layer_is_refused_with_the_remedy() -> None:
    with pytest.raises(InvalidModel, match="Dense is a part of Keras, not a model: wrap it in keras.Sequential"):
        adapted(keras.layers.Dense(3))
    with pytest.raises(InvalidModel, match="Subclassed is a class: give an instance"):
        adapted(Subclassed)


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_file_is_loaded(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    native = functional()
    native.save(tmp_path / name)
    for path in (tmp_path / name, str(tmp_path / name)):
        assert adapted(path).predict(X) == pytest.approx(np.asarray(native(X)), abs=1e-6)


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_file_that_would_run_code_is_refused(tmp_path: Path, name: str) -> None:
    native = keras.Sequential([keras.Input(SHAPE), keras.layers.Lambda(lambda x: x * 2), keras.layers.Flatten()])
    native.save(tmp_path / name)
    for allow_pickle in (False, True):
        with pytest.raises(InvalidModel, match=rf"{name}: Keras cannot load it safely: .*[Ll]ambda"):
            adapt(tmp_path / name, allow_pickle=allow_pickle)


def test_a_file_with_a_class_that_is_not_registered_is_refused_with_the_remedy(tmp_path: Path) -> None:
    native = Subclassed()
    native(X)
    native.save(tmp_path / "model.keras")
    with pytest.raises(InvalidModel, match=r"model\.keras: Keras cannot load it safely: .*Subclassed"):
        adapted(tmp_path / "model.keras")


def test_a_file_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_text("not a model")
    with pytest.raises(InvalidModel, match=r"model\.keras: Keras cannot load it safely"):
        adapted(tmp_path / "model.keras")


class Batches(keras.utils.PyDataset):
    """Seven examples in batches of three."""

    def __len__(self) -> int:
        return 3

    def __getitem__(self, i: int) -> Any:
        rows = slice(3 * i, 3 * i + 3)
        return X[rows], Y[rows]


class Endless(Batches):
    """No end."""

    @property
    def num_batches(self) -> None:
        return None


def test_a_py_dataset_gives_all_examples_in_order() -> None:
    raw = raw_data(Batches())
    assert (raw.x == X).all()
    assert raw.y.tolist() == Y.tolist()


def test_a_py_dataset_without_end_is_refused() -> None:
    with pytest.raises(InvalidData, match=r"has no end \(num_batches is None\): give a finite one"):
        raw_data(Endless())


def test_a_variable_holds_values_and_a_layer_none() -> None:
    assert raw_data(keras.Variable(X)).x == pytest.approx(X)
    with pytest.raises(InvalidData, match="Dense holds no examples"):
        raw_data(keras.layers.Dense(3))


@pytest.mark.parametrize("end", [[keras.layers.Softmax()], []], ids=["softmax", "logits"])
def test_another_backends_model_is_asked_for_scores_without_gradients(end: Layers) -> None:
    native = sequential(*end)
    model = _Scores(native)
    assert isinstance(model, Classifier)
    assert not isinstance(model, Differentiable)
    wanted = np.asarray(native(X)) if end else softmax(np.asarray(native(X)), axis=1)
    assert softmax(model.logits(X), axis=1) == pytest.approx(wanted, abs=1e-6)
    assert model.predict(X) == pytest.approx(np.asarray(native(X)), abs=1e-6)
    check_adapter(model, X)


@pytest.mark.parametrize("end", [[keras.layers.Activation("sigmoid")], []], ids=["sigmoid", "logit"])
def test_another_backends_model_of_one_output_has_two_scores(end: Layers) -> None:
    native = sequential(*end, units=1, scale=20)
    wanted = np.asarray(native(X)) if end else expit(np.asarray(native(X)))
    assert (np.asarray(native(X)).max() > 1) == (not end)
    assert np.exp(_Scores(native).logits(X))[:, 1:] == pytest.approx(wanted, abs=1e-5)


def test_another_backends_model_of_values_has_no_scores() -> None:
    model = _Scores(keras.Sequential([keras.Input(SHAPE), keras.layers.Dense(2)]))
    assert model.predict(X).shape == (7, 3, 2)
    with pytest.raises(InvalidModel, match="it is no classifier; name a criterion"):
        model.logits(X)


def test_a_backend_without_compiled_gradients_is_asked_for_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    assert isinstance(Keras().adapt(functional()), _Scores)
