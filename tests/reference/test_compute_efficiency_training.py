"""Task 15 learns what it is expected to; and the mistakes that make a network smaller only on paper."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

from pytest_robust import InvalidData, Subject
from reference_models.compression import quantization
from reference_models.compression.distillation import Distilled, softened
from reference_models.compression.networks import SMALL, copy_of, digit_cnn, ending_in_logits
from reference_models.compression.pruning import kernels, largest, staying_zero, zeros
from reference_models.compression.quantization import CALIBRATION, as_bfloat16, as_int8, cached
from reference_models.compression.table import JSON, MARKDOWN, NAMES, as_markdown, read
from reference_models.store import shipped_at, source_hash
from reference_models.task import Trained
from reference_models.tasks.compute_efficiency import TASK, in_integers

pytest.importorskip("tensorflow")
installed = pytest.mark.skipif(bool(TASK.missing()), reason=TASK.missing() or "installed")


@pytest.fixture(scope="module")
def original(result: Trained):
    return result.model["original"]


def interpreter(content: bytes):
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=1)


def read_by(model, splits) -> float:
    answers = model.predict(splits.test.x[:500], batch_size=250, verbose=0).argmax(axis=1)
    return float(np.mean(answers == splits.test.y[:500]))


@installed
def test_compute_efficiency_measures_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert len(expected) >= 6
    assert {each.metric: each.holds(measured[each.metric]) for each in expected} == {
        each.metric: True for each in expected
    }


def test_what_ships_is_small() -> None:
    sizes = [path.stat().st_size for path in shipped_at(TASK).parent.glob("compute_efficiency*")]
    assert len(sizes) == 5
    assert sum(sizes) < 1_000_000


# Pruning.


def test_the_pruned_weights_are_zero_and_the_file_is_smaller_only_when_packed(
    result: Trained, original, tmp_path: Path
) -> None:
    pruned = result.model["pruned"]
    assert zeros(original) < 0.01
    assert 0.9 <= zeros(pruned) <= 0.95
    sizes = {}
    for name, model in (("original", original), ("pruned", pruned)):
        model.save(tmp_path / f"{name}.keras")
        content = (tmp_path / f"{name}.keras").read_bytes()
        sizes[name] = len(content), len(zlib.compress(content, 9))
    # The zeros are written out like any number: who measures the file as it is measures nothing.
    assert sizes["pruned"][0] == pytest.approx(sizes["original"][0], rel=0.01)
    assert sizes["pruned"][1] < 0.25 * sizes["original"][1]


def fine_tuned(model, splits, *callbacks, epochs: int = 1):
    learner = keras.Sequential([keras.Input((28, 28, 1)), model])
    learner.compile("adam", "sparse_categorical_crossentropy")
    learner.fit(
        splits.train.x[:512], splits.train.y[:512], batch_size=64, epochs=epochs, verbose=0, callbacks=list(callbacks)
    )
    return model


def test_zeros_come_back_to_life_without_the_mask_and_stay_with_it(result: Trained) -> None:
    pruned = result.model["pruned"]
    masks = [(np.asarray(kernel) != 0).astype(np.float32) for kernel in kernels(pruned)]
    assert zeros(fine_tuned(copy_of(pruned, name="careless"), result.splits)) < 0.5
    assert zeros(fine_tuned(copy_of(pruned, name="careful"), result.splits, staying_zero(masks))) == zeros(pruned)


def test_the_smallest_of_all_kernels_go_and_ranges_are_checked(original) -> None:
    masks = largest(original, sparsity=0.9)
    assert np.mean(np.concatenate([mask.ravel() for mask in masks]) == 0) == pytest.approx(0.9, abs=1e-3)
    for mask, kernel in zip(masks, kernels(original), strict=True):
        size = np.abs(np.asarray(kernel))
        assert size[mask == 0].max() <= size[mask == 1].min()
    with pytest.raises(ValueError, match=r"sparsity=1: the share of the weights that become zero is in \[0, 1\)"):
        largest(original, sparsity=1)


def test_pruned_in_one_go_without_fine_tuning_it_forgets(result: Trained, original) -> None:
    rough = copy_of(original, name="rough")
    for kernel, mask in zip(kernels(rough), largest(original, sparsity=0.93), strict=True):
        kernel.assign(kernel * mask)
    assert read_by(rough, result.splits) < read_by(result.model["pruned"], result.splits) - 0.1


# Integers.


@installed
def test_an_int8_file_is_a_quarter_and_the_same_each_time(result: Trained, original) -> None:
    examples = result.splits.train.x[:CALIBRATION]
    once, again = (as_int8(ending_in_logits(original), examples) for _ in range(2))
    assert once == again
    assert len(once) < 0.33 * shipped_at(TASK).with_name("compute_efficiency.original.keras").stat().st_size


@installed
def test_calibrated_on_what_it_will_not_see_it_answers_otherwise(result: Trained, original) -> None:
    test = result.splits.test.x[:500]
    assert Subject(in_integers(result.model, result.splits), test).agreement(original) >= 0.99
    # An eighth as bright: inner values beyond that range are cut off.
    dark = interpreter(as_int8(ending_in_logits(original), result.splits.train.x[:CALIBRATION] / 8))
    assert Subject(dark, test).agreement(original) <= 0.95
    # Divided by 255 twice, as happens: what the file says that it takes is so far off that it is refused.
    black = interpreter(as_int8(ending_in_logits(original), result.splits.train.x[:CALIBRATION] / 255))
    with pytest.raises(InvalidData, match="give inputs in the unit that it learned from"):
        Subject(black, test).agreement(original).estimate()


@installed
def test_a_softmax_in_integers_tells_an_attack_by_scores_nothing(result: Trained, original) -> None:
    x = result.splits.test.x[:200]
    nearby = np.clip(x + np.random.default_rng(0).uniform(-0.02, 0.02, x.shape).astype(np.float32), 0, 1)
    sealed = Subject(interpreter(as_int8(original, result.splits.train.x[:CALIBRATION])), x)
    logits = Subject(in_integers(result.model, result.splits), x)
    # The share of digits of which it says the same to the bit of a digit nearby.
    blind, seen = (np.mean((one.model.predict(nearby) == one.model.predict(x)).all(axis=1)) for one in (sealed, logits))
    assert blind > 0.5
    assert seen < 0.2
    assert "better give a model that ends in logits" in (sealed.agreement(original) >= 0.5).explanation


@installed
def test_it_is_made_once_and_again_when_what_made_it_changed(
    result: Trained, original, tmp_path: Path, monkeypatch
) -> None:
    made = []
    monkeypatch.setattr(quantization, "as_int8", lambda model, examples: made.append(model.name) or b"made")
    examples = result.splits.train.x[:10]
    first = cached(original, examples, folder=tmp_path)
    assert first.read_bytes() == b"made"
    assert cached(original, examples, folder=tmp_path) == first
    assert len(made) == 1
    other = copy_of(original, name="original")
    kernels(other)[0].assign_add(1e-3 * np.ones(kernels(other)[0].shape))
    assert len({first, cached(other, examples, folder=tmp_path), cached(original, examples[:5], folder=tmp_path)}) == 3
    assert len(made) == 3
    assert not list(tmp_path.glob("*.part"))


# Distillation.


def test_the_default_loss_of_distillation_is_not_the_divergence_it_names() -> None:
    logits = np.random.default_rng(0).normal(size=(64, 10)).astype(np.float32) * 5
    teacher, student = logits, logits[::-1].copy()
    ours = float(softened(temperature=3.0).compute_loss(teacher, student))
    soft = [keras.ops.convert_to_numpy(keras.ops.softmax(each / 3.0)) for each in (teacher, student)]
    divergence = float(np.mean(np.sum(soft[0] * np.log(soft[0] / soft[1]), axis=1)))
    assert ours == pytest.approx(9 * divergence, rel=1e-3)
    assert float(softened(temperature=3.0).compute_loss(teacher, teacher)) == pytest.approx(0, abs=1e-4)
    default = float(keras.distillation.LogitsDistillation(temperature=3.0).compute_loss(teacher, student))
    if default == pytest.approx(ours, rel=1e-3):
        pytest.skip("Keras' default is the divergence now: the loss need not be passed as an object any more")
    # Raw logits, cut to what a probability may be, in place of probabilities.
    assert abs(default - ours) > 0.1 * ours


def test_a_teacher_is_as_trainable_after_the_lesson_as_before(result: Trained, original) -> None:
    teacher, student = copy_of(original, name="teacher"), digit_cnn(SMALL, name="student")
    before = [np.array(each) for each in teacher.get_weights()]
    lesson = Distilled(epochs=1, batch_size=64, learning_rate=1e-3, temperature=3.0, labels=0.3)
    told = []
    lesson(student, result.splits.train, teacher=teacher, quick=True, on_epoch=told.append)
    # Keras' distiller freezes the layers it is given, those of a network that shares them as well.
    assert len(teacher.trainable_variables) == len(before)
    assert all(np.array_equal(a, b) for a, b in zip(before, teacher.get_weights(), strict=True))
    assert [epoch.number for epoch in told] == [1]


def test_the_teacher_is_no_help_here_and_the_table_says_so(result: Trained) -> None:
    rows = read()
    assert rows["distilled"].compressed == pytest.approx(rows["alone"].compressed, rel=0.1)
    assert abs(rows["distilled"].accuracy.value - rows["alone"].accuracy.value) < 0.03


# Sixteen bits.


def test_the_old_name_of_mixed_precision_is_gone() -> None:
    assert callable(keras.mixed_precision.set_global_policy)
    with pytest.raises(AttributeError):
        _ = keras.mixed_precision.experimental


def test_a_softmax_of_16_bits_has_an_infinite_logarithm_and_ours_has_none(result: Trained, original) -> None:
    wide = np.array([[0.0, 20.0, 40.0]])
    in_half = keras.ops.convert_to_numpy(keras.ops.softmax(keras.ops.cast(wide, "float16")))
    assert in_half[0, 0] == 0
    assert keras.ops.convert_to_numpy(keras.ops.softmax(keras.ops.cast(wide, "float32")))[0, 0] > 0
    narrow = as_bfloat16(original)
    assert {str(each.dtype) for each in narrow.variables} == {"bfloat16"}
    answers = narrow.predict(result.splits.test.x[:20], verbose=0)
    assert answers.dtype == np.float32
    # 8 bits of each number are left: enough for the answer, not for the same probability.
    assert np.abs(answers - original.predict(result.splits.test.x[:20], verbose=0)).max() > 0
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)


def test_one_hot_losses_and_digits_do_not_go_together(result: Trained) -> None:
    model = digit_cnn(SMALL, name="student")
    few = result.splits.train[:32]
    model.compile("adam", "categorical_crossentropy")
    with pytest.raises(ValueError, match="rank|shape"):
        model.train_on_batch(few.x, few.y)
    model.compile("adam", "sparse_categorical_crossentropy")
    assert np.isfinite(model.train_on_batch(few.x, few.y))


# The table and its figure.


def test_the_table_is_of_what_ships(result: Trained) -> None:
    kept = json.loads(JSON.read_text(encoding="utf-8"))
    again = "python -m reference_models.compression"
    assert kept["about"]["sources"] == source_hash(TASK), again
    rows = read()
    assert list(rows) == list(NAMES)
    assert MARKDOWN.read_text(encoding="utf-8") == as_markdown(list(rows.values()), about=kept["about"]), again
    for name in ("original", "pruned", "distilled", "alone"):
        assert rows[name].accuracy.value == pytest.approx(result.metrics[f"{name}_accuracy"], abs=2e-3), again
    assert rows["int8"].agreement.value == pytest.approx(result.metrics["int8_agreement"], abs=4e-3), again


def test_the_table_holds_intervals_and_ratios() -> None:
    rows = read()
    for row in rows.values():
        for each in (
            row.one,
            row.many,
            row.accuracy,
            row.by_gradients,
            row.by_scores,
            row.agreement,
            row.agreement_attacked,
        ):
            assert each.low <= each.value <= each.high
    assert (rows["original"].one.value, rows["original"].many.value) == (1, 1)
    # As measured once, on one machine: what is written must be what the prose says.
    assert rows["int8"].bytes < 0.35 * rows["original"].bytes
    assert rows["pruned"].compressed < 0.25 * rows["original"].compressed


@installed
def test_figure_shows_each_variant_with_its_intervals(drawing: Figure) -> None:
    titles = [axes.get_title() for axes in drawing.axes]
    assert titles == ["size", "time of an answer", "right answers", "agreement with the original"]
    assert [label.get_text() for label in drawing.axes[0].get_yticklabels()] == list(NAMES.values())
    assert [len(axes.containers) for axes in drawing.axes] == [2, 2, 3, 2]
