"""What task 17's ways promise, in counts and not in seconds, and the mistakes that make training slow or wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from reference_models.data import mnist
from reference_models.sources import PACKAGE
from reference_models.speed.measure import Lap, Ratio, ratio
from reference_models.speed.recompute import recomputed, recomputing
from reference_models.speed.records import cached, decode, read_each_time, write
from reference_models.speed.table import TABLE, read, rendered
from reference_models.speed.ways import SAME_TO_THE_BIT, SHIPPED, WAYS, Constant, Cosine, Way, by_epoch, network
from reference_models.splits import Examples
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.training_speed import TASK

pytest.importorskip("tensorflow")

COUNT = 96


@pytest.fixture(scope="module")
def few() -> Examples:
    return mnist.read(mnist.EMBEDDED, source="mnist_5000").train[:COUNT]


@pytest.fixture(scope="module")
def records(few: Examples, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "digits.tfrecord"
    write(few, path)
    return path


def fitted(way: Way, records: Path, *, epochs: int = 1, model: Any = None) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    return way.fit(model or network("model"), records, COUNT, epochs=epochs, on_epoch=lambda _: None)


def dense() -> Any:
    """Return a network that is traced in no time."""
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")])


def farthest(one: Any, other: Any) -> float:
    return max(np.abs(a - b).max() for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def test_training_speed_measures_what_is_expected(result: Trained) -> None:
    # That the models measure what their record says, which takes an attack on each, is in test_weights.py.
    expected = TASK.expected_on(result.splits.source)
    assert expected
    assert all(each.holds(result.metrics[each.metric]) for each in expected)


def test_what_ships_is_small_and_of_one_size(result: Trained) -> None:
    sizes = [path.stat().st_size for path in shipped_at(TASK).parent.glob("training_speed.*.keras")]
    assert len(sizes) == len(SHIPPED)
    assert max(sizes) < 100_000
    assert sum(sizes) < 1_000_000
    assert len({model.count_params() for model in result.model.values()}) == 1


def test_all_networks_begin_with_the_same_weights() -> None:
    first, *others = TASK.build().values()
    assert all(farthest(first, other) == 0 for other in others)


CHILD = """
import json, warnings
from dataclasses import replace
from pathlib import Path
from reference_models.determinism import pin
pin()
import keras, numpy as np, tensorflow as tf
from reference_models.data import mnist
from reference_models.speed.recompute import recomputed
from reference_models.speed.ways import SAME_TO_THE_BIT, WAYS, network
train = mnist.read(mnist.EMBEDDED, source="mnist_5000").train[:96]
def weights(name):
    keras.utils.set_random_seed(0)
    way = replace(WAYS[name], epochs=2)
    return way(network(name), train, quick=False, on_epoch=lambda _: None).get_weights()
def same(one, other):
    return all((np.asarray(a) == np.asarray(b)).all() for a, b in zip(one, other))
plain = weights("plain")
found = {name: same(plain, weights(name)) for name in SAME_TO_THE_BIT}
found["accumulated"] = same(plain, weights("accumulated"))
model = network("gradients")
x, y = tf.constant(train.x[:32]), tf.constant(train.y[:32])
def gradients(learner):
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(y, learner(x, training=True))
    return tape.gradient(loss, model.trainable_weights)
less = recomputed(model, every=2)
found["gradients, eager"] = same(gradients(model), gradients(less))
graph = tf.function(lambda: (gradients(model), gradients(less)))
found["gradients, graph"] = same(*graph())
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    dense = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    dense.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", jit_compile=True)
    dense.train_on_batch(np.zeros((8, 4), np.float32), np.zeros(8, np.int64))
found["XLA is left out"] = any("jit_compile" in str(each.message) for each in told)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def pinned() -> dict[str, bool]:
    """Return what is the same to the bit, in a process where every operation repeats to the bit."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_ways_that_change_no_arithmetic_give_the_plain_weights_to_the_bit(pinned) -> None:
    assert all(pinned[name] for name in SAME_TO_THE_BIT), pinned
    assert not pinned["accumulated"], "sums in another order are rounded otherwise: the comparison sees a bit"


def test_recomputed_activations_give_the_same_gradients_to_the_bit(pinned) -> None:
    found = {name: same for name, same in pinned.items() if name.startswith("gradients")}
    assert len(found) == 2
    assert all(found.values()), found


def test_xla_is_not_used_where_operations_must_repeat_to_the_bit(pinned) -> None:
    """Why its model does not ship: Keras leaves it out, with no more than a warning."""
    assert pinned["XLA is left out"]


def test_recomputing_takes_less_memory() -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "reference_models.speed.memory"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    peaks = json.loads(done.stdout.splitlines()[-1])
    assert peaks["recomputed"] > 0
    assert peaks["recomputed"] <= 0.7 * peaks["plain"]


def test_a_layer_that_changes_while_it_runs_is_not_recomputed() -> None:
    import keras

    for layer in (keras.layers.Dropout(0.5), keras.layers.BatchNormalization()):
        layer.build((None, 4))
        with pytest.raises(ValueError, match=rf"{layer.name} changes .* would be run twice"):
            recomputing([layer], name="part")


def test_dropout_that_is_recomputed_has_the_gradient_of_another_function() -> None:
    """The mistake that the refusal is for: what is dropped on the way back is not what was dropped before."""
    import keras
    import tensorflow as tf

    dropout, scale = keras.layers.Dropout(0.5, seed=0), tf.Variable(tf.ones(64))

    def gradient_and_slope(run: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            out = run(scale * tf.ones((1, 64)))
        return tape.gradient(out, scale).numpy(), out.numpy()[0]

    right, out = gradient_and_slope(lambda x: dropout(x, training=True))
    np.testing.assert_array_equal(right, out)
    wrong, out = gradient_and_slope(tf.recompute_grad(lambda x: dropout(x, training=True)))
    assert (wrong != out).mean() > 0.2


def test_the_last_layer_is_left_where_the_loss_finds_its_logits() -> None:
    model = network("model")
    assert recomputed(model, every=3).layers[-1] is model.layers[-1]


def test_gradients_gathered_over_four_batches_are_those_of_one(records: Path) -> None:
    gathered, plain = (fitted(WAYS[name], records, model=dense()) for name in ("accumulated", "plain"))
    assert farthest(gathered, plain) < 1e-4
    apart = fitted(replace(WAYS["accumulated"], accumulate=1), records, model=dense())
    assert farthest(apart, plain) > 1e-3, "small batches alone are another training"


def test_batches_left_over_are_refused_and_would_be_lost(records: Path) -> None:
    import keras

    with pytest.raises(ValueError, match=r"1 epochs of 12 batches leave 2 of 5 gathered"):
        fitted(replace(WAYS["accumulated"], accumulate=5), records, model=dense())
    model = dense()
    before = [weight.copy() for weight in model.get_weights()]
    optimizer = keras.optimizers.Adam(1e-3, gradient_accumulation_steps=4)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", jit_compile=False)
    model.fit(read_each_time(records, COUNT, batch_size=32), verbose=0, shuffle=False)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def read_by(feed: Any, records: Path, *, epochs: int) -> int:
    """Return how many images are decoded in so many epochs."""
    import tensorflow as tf

    count: list[int] = []

    def counting(record: Any) -> Any:
        image, label = decode(record)
        with tf.control_dependencies([tf.py_function(lambda: count.append(1), [], [])]):
            return tf.identity(image), label

    batches = feed(records, COUNT, batch_size=32, decoded=counting)
    for _ in range(epochs):
        assert sum(len(labels) for _, labels in batches) == COUNT
    return len(count)


def test_a_cache_reads_each_image_once_and_without_it_each_is_read_in_every_epoch(records: Path) -> None:
    assert read_by(read_each_time, records, epochs=3) == 3 * COUNT
    assert read_by(cached, records, epochs=3) == COUNT


def test_both_feeds_bring_the_same_batches_and_another_order_in_each_epoch(records: Path, few: Examples) -> None:
    import keras

    drawn = []
    for feed in (read_each_time, cached):
        keras.utils.set_random_seed(0)
        batches = feed(records, COUNT, batch_size=32)
        drawn.append([np.concatenate([images.numpy() for images, _ in batches]) for _ in range(2)])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    first, second = drawn[0]
    assert (first != second).any()
    for images in (first, second):
        np.testing.assert_allclose(np.sort(images.sum(axis=(1, 2, 3))), np.sort(few.x.sum(axis=(1, 2, 3))), rtol=1e-5)


def test_what_is_cached_after_it_was_changed_at_random_is_changed_no_more(records: Path) -> None:
    """The mistake: augment, then cache."""
    import tensorflow as tf

    # Not TensorFlow's own: with a seed for all, they begin anew in every epoch.
    rng = np.random.default_rng(0)

    def noisy(image: Any, label: Any) -> Any:
        return image + tf.numpy_function(lambda: np.float32(rng.random()), [], tf.float32), label

    def epochs(batches: Any) -> list[float]:
        return [float(sum(tf.reduce_sum(images) for images, _ in batches)) for _ in range(2)]

    once, again = epochs(cached(records, COUNT, batch_size=32).map(noisy))
    assert once != again
    frozen, still = epochs(read_each_time(records, COUNT, batch_size=32).map(noisy).cache())
    assert frozen == still


def counting(returns: list[int]) -> Any:
    """Return a callback that counts returns to Python."""
    import keras

    return keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: returns.append(batch))


def test_a_step_is_traced_once_and_python_is_returned_to_once_in_several_steps(records: Path) -> None:
    import keras

    traces: list[int] = []

    class Traced(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            if keras.tree.flatten(x)[0].__class__.__name__ == "SymbolicTensor":
                traces.append(1)
            return x

    def learner(model: Any) -> Any:
        return keras.Sequential([keras.Input((28, 28, 1)), Traced(), model])

    counts = []
    for steps, epochs, expected in ((1, 1, 12), (1, 3, 36), (5, 3, 9)):
        returns: list[int] = []
        way = Way(
            words="",
            batch_size=8,
            steps_per_execution=steps,
            learner=learner,
            # What was traced before that is the shapes of layers.
            callbacks=lambda returns=returns: [
                counting(returns),
                keras.callbacks.LambdaCallback(on_train_begin=lambda logs: traces.clear()),
            ],
        )
        fitted(way, records, epochs=epochs, model=dense())
        assert len(returns) == expected
        counts.append(len(traces))
    # The first trace makes the optimizer's variables, the second is the one that is kept. None comes later.
    assert counts[0] == counts[1] <= 2, "each trace costs more than many steps"


def test_a_python_number_that_changes_is_traced_anew_each_time() -> None:
    """The mistake in loops of one's own: a learning rate that is a float, and not a tensor or a variable."""
    import tensorflow as tf

    @tf.function
    def step(rate: Any) -> Any:
        return rate * 2.0

    for epoch in range(4):
        step(0.1 / (epoch + 1))
    assert step.experimental_get_tracing_count() == 4
    for epoch in range(4):
        step(tf.constant(0.1 / (epoch + 1)))
    assert step.experimental_get_tracing_count() == 5


def test_a_schedule_that_returns_a_tensor_fails_in_the_epoch_that_computes_it(records: Path) -> None:
    import keras
    import tensorflow as tf

    def tensor_later(epoch: int, rate: float) -> Any:
        return rate if epoch < 1 else rate * tf.math.exp(-0.1)

    way = replace(WAYS["warm_up"], callbacks=lambda: [keras.callbacks.LearningRateScheduler(tensor_later)])
    fitted(way, records, epochs=1, model=dense())
    with pytest.raises(ValueError, match="should be a float"):
        fitted(way, records, epochs=2, model=dense())


def test_rates_by_epoch_are_floats_that_rise_and_fall() -> None:
    rates = [1e-3]
    for epoch in range(5):
        rates.append(by_epoch(epoch, rates[-1]))
    assert all(type(rate) is float for rate in rates)
    assert rates[1:] == [1e-3, 3e-3, 3e-3, 1.5e-3, 0.75e-3]


def test_a_cosine_rises_to_its_rate_and_falls_to_nothing() -> None:
    schedule = Cosine(rate=0.1, rising=0.2)(100)
    rates = [float(schedule(step)) for step in (0, 10, 20, 60, 100)]
    assert rates == pytest.approx([0, 0.05, 0.1, 0.05, 0], abs=1e-6)
    assert float(Cosine(rate=0.1)(100)(0)) == pytest.approx(0.1)
    assert Constant(0.1)(100) == 0.1


def rates_of(fit: Any) -> list[float]:
    import keras

    seen: list[float] = []

    def note(model: Any) -> Any:
        return keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append(float(model.optimizer.learning_rate))
        )

    fit(note)
    return seen


def test_one_fit_for_each_epoch_never_reaches_a_plateau(records: Path) -> None:
    """The mistake: a callback that counts epochs begins anew with every call of `fit`."""
    import keras

    def plateau() -> Any:
        return keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_delta=10.0)

    def learner() -> Any:
        model = dense()
        model.compile(optimizer=keras.optimizers.SGD(1e-3), loss="sparse_categorical_crossentropy", jit_compile=False)
        return model

    batches = read_each_time(records, COUNT, batch_size=32)

    def in_one(note: Any) -> None:
        model = learner()
        model.fit(batches, epochs=3, verbose=0, shuffle=False, callbacks=[plateau(), note(model)])

    def one_by_one(note: Any) -> None:
        model = learner()
        for _ in range(3):
            model.fit(batches, epochs=1, verbose=0, shuffle=False, callbacks=[plateau(), note(model)])

    assert rates_of(in_one)[-1] < 1e-3
    assert rates_of(one_by_one) == pytest.approx([1e-3] * 3)


def test_in_bfloat16_weights_and_answers_stay_float32(records: Path) -> None:
    mixed = network("mixed", dtype="mixed_bfloat16")
    assert {str(weight.dtype) for weight in mixed.weights} == {"float32"}
    assert mixed.layers[0].compute_dtype == "bfloat16"
    x = np.random.default_rng(0).random((64, 28, 28, 1), np.float32)
    answers = np.asarray(mixed(x))
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    # The mistake: a softmax that is rounded too; probabilities are then off in the third digit.
    import keras

    rounded = np.asarray(keras.ops.cast(keras.ops.cast(answers, "bfloat16"), "float32"))
    assert np.abs(rounded.sum(axis=1) - 1).max() > 1e-4
    kept = fitted(WAYS["bfloat16"], records)
    assert {layer.compute_dtype for layer in kept.layers} == {"float32"}


def test_xla_gives_the_plain_weights_but_for_rounding(records: Path) -> None:
    assert farthest(fitted(WAYS["jit"], records), fitted(WAYS["plain"], records)) < 1e-4


LAPS = [
    Lap(way=way, turn=turn, first=1.0 + turn, later=later * (1 + turn), first_cpu=2.0, later_cpu=2 * later)
    for turn in range(5)
    for way, later in (("plain", 1.0), *((name, 0.5) for name in WAYS if name != "plain"))
]


def test_a_ratio_is_of_one_round_and_counts_all_epochs() -> None:
    found = ratio(LAPS, "pipeline", lambda lap: lap.whole)
    # Six epochs: 1 + 5/2 to 6, in each round, however slow the machine was in it.
    assert (found.value, found.low, found.high) == pytest.approx([3.5 / 6] * 3)
    assert ratio(LAPS, "plain", lambda lap: lap.whole).value == 1
    assert ratio(LAPS, "cosine", lambda lap: lap.whole).value == pytest.approx(2.5 / 6)
    with pytest.raises(ValueError, match="2 rounds: an interval takes at least three"):
        ratio([lap for lap in LAPS if lap.turn < 2], "pipeline", lambda lap: lap.whole)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.md"
    page = rendered(
        LAPS,
        dict.fromkeys(WAYS, 0.95),
        float16=60.0,
        peaks={"plain": 2_000_000, "recomputed": 1_000_000},
        deep=24,
        command="python -m reference_models.speed",
    )
    path.write_text(page, encoding="utf-8")
    measured = read(path)
    assert list(measured.time) == list(measured.processor_time) == list(WAYS)
    assert measured.time["pipeline"].value == 0.58
    assert measured.processor_time["cosine"].value == pytest.approx((2 + 3) / 12, abs=0.005)
    assert "0.50 of it" in page
    path.write_text("# Nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is no table of ratios"):
        read(path)


def test_the_committed_table_is_of_these_ways_and_says_how_it_was_measured() -> None:
    measured = read()
    assert list(measured.time) == list(WAYS)
    assert measured.time["plain"] == Ratio(value=1, low=1, high=1)
    assert all(0 < each.low <= each.value <= each.high for each in measured.time.values())
    assert "`python -m reference_models.speed --table" in measured.how
    text = TABLE.read_text(encoding="utf-8")
    assert all(f"| {way.words} | {way.epochs} |" in text for way in WAYS.values())


def test_the_committed_table_has_the_accuracy_of_the_models_that_ship(result: Trained) -> None:
    text = TABLE.read_text(encoding="utf-8")
    for name in SHIPPED:
        assert (
            f"| `{name}` | {WAYS[name].words} | {WAYS[name].epochs} | {result.metrics[f'{name}_accuracy']:.3f} |"
            in text
        )


def test_figure_shows_the_committed_ratios_and_the_accuracy_of_each(drawing: Figure, result: Trained) -> None:
    times, shares = drawing.axes
    assert [label.get_text() for label in times.get_yticklabels()] == [way.words for way in WAYS.values()]
    drawn = [bars.get_children()[0].get_xdata()[0] for bars in times.containers[: len(WAYS)]]
    assert drawn == [each.value for each in read().time.values()]
    clean = [bars.get_children()[0].get_xdata()[0] for bars in shares.containers[: len(WAYS) - 1]]
    assert clean[0] == result.metrics["plain_accuracy"]
    assert len(shares.containers) == 2 * (len(WAYS) - 1)
