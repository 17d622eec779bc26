"""A guard is what its parts say, keeps to its false alarms, and is the same after a file and for who knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import rank_filter
from scipy.special import softmax

from reference_models.guards import aware, before_softmax, denoising, part, squeezing, threshold, with_alarm_as_class

keras = pytest.importorskip("keras")

# As Keras 3.15 copies TensorFlow's variables with NumPy 2.4; nothing of ours can change it.
KERAS_SAVES = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

RATE = 0.05


@pytest.fixture(scope="module")
def images() -> NDArray[np.float32]:
    return np.random.default_rng(0).random((99, 28, 28, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def classifier() -> Any:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10), layers.Softmax()], name="c")


@pytest.fixture(scope="module", params=["squeezing", "denoising"])
def guard(request: pytest.FixtureRequest, classifier: Any, images: NDArray[np.float32]) -> Any:
    if request.param == "squeezing":
        return squeezing(classifier, images, rate=RATE)
    purifier = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.AveragePooling2D(3, 1, "same")])
    return denoising(classifier, purifier, images, rate=RATE)


def said(guard: Any, images: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    answers: dict[str, NDArray[Any]] = guard.predict(images, verbose=0)
    return answers


def test_threshold_is_exceeded_as_often_as_promised_by_scores_of_any_kind() -> None:
    random = np.random.default_rng(0)
    exceeded = [
        np.mean(random.exponential(size=200) > threshold(random.exponential(size=99), rate=RATE)) for _ in range(500)
    ]
    assert np.mean(exceeded) == pytest.approx(RATE, abs=0.003)


def test_too_few_scores_for_a_rate_are_refused() -> None:
    assert threshold(np.arange(19), rate=RATE) == 18
    with pytest.raises(ValueError, match=r"18 scores are too few for a rate of 0.05: it takes 19"):
        threshold(np.arange(18), rate=RATE)


def test_alarm_is_raised_at_the_share_of_its_own_images_that_was_asked_for(guard: Any, images: Any) -> None:
    # The 95th of 99 scores is the threshold, up to the rounding of the batch that it was measured in.
    assert 4 <= np.sum(said(guard, images)["alarm"] > 1e-6) <= 5


def test_squeezing_does_what_scipy_does(classifier: Any, images: NDArray[np.float32]) -> None:
    guard = squeezing(classifier, images, rate=RATE)
    answers = said(guard, images)
    bits, logits = np.round(images), before_softmax(classifier)

    def median(of: NDArray[np.float32]) -> NDArray[np.float32]:
        return rank_filter(of, 2, size=(1, 2, 2, 1), mode="constant", origin=(0, -1, -1, 0))

    np.testing.assert_array_equal(answers["purified"], median(bits))
    np.testing.assert_allclose(answers["logits"], logits.predict(median(bits), verbose=0), atol=1e-5)
    shares = [softmax(logits.predict(each, verbose=0), axis=1) for each in (images, bits, median(images))]
    score = np.max([np.abs(shares[0] - each).sum(axis=1) for each in shares[1:]], axis=0)
    np.testing.assert_allclose(answers["alarm"][:, 0], score / threshold(score, rate=RATE) - 1, atol=1e-4)


@KERAS_SAVES
def test_a_guard_is_the_same_from_a_file(guard: Any, images: Any, tmp_path: Path) -> None:
    guard.save(tmp_path / "guard.keras")
    again = keras.saving.load_model(tmp_path / "guard.keras", compile=False)
    for name, values in said(guard, images).items():
        np.testing.assert_array_equal(said(again, images)[name], values)


def test_a_part_of_a_guard_answers_as_the_guard_does(guard: Any, images: Any) -> None:
    whole = said(guard, images)
    for name in ("purified", "logits", "alarm"):
        np.testing.assert_allclose(part(guard, name).predict(images, verbose=0), whole[name], atol=1e-6)


def test_alarm_is_the_answer_of_the_joint_model_where_it_is_raised_and_only_there(guard: Any, images: Any) -> None:
    joint, whole = with_alarm_as_class(guard).predict(images, verbose=0), said(guard, images)
    raised = whole["alarm"][:, 0] > 0
    assert raised.any()
    np.testing.assert_array_equal(joint.argmax(axis=1), np.where(raised, 10, whole["logits"].argmax(axis=1)))


def test_who_knows_a_guard_sees_the_same_answers_with_the_same_weights(guard: Any, images: Any) -> None:
    known = aware(guard)
    for name, values in said(guard, images).items():
        np.testing.assert_allclose(said(known, images)[name], values, atol=1e-6)
    assert {id(weight) for weight in known.weights} == {id(weight) for weight in guard.weights}


@KERAS_SAVES
def test_who_knows_a_guard_from_a_file_sees_the_same_where_names_are_counted_anew(
    guard: Any, images: Any, tmp_path: Path
) -> None:
    guard.save(tmp_path / "guard.keras")
    joint = with_alarm_as_class(guard).predict(images, verbose=0)
    keras.utils.clear_session()
    again = keras.saving.load_model(tmp_path / "guard.keras", compile=False)
    np.testing.assert_allclose(with_alarm_as_class(aware(again)).predict(images, verbose=0), joint, atol=1e-5)


def test_rounding_has_a_slope_only_for_who_knows_it(classifier: Any, images: NDArray[np.float32]) -> None:
    tf = pytest.importorskip("tensorflow")
    guard = squeezing(classifier, images, rate=RATE)

    def slope(model: Any) -> Any:
        x = tf.constant(images[:5])
        with tf.GradientTape() as tape:
            tape.watch(x)
            answers = part(model, "logits")(x)
        return tape.gradient(answers, x)

    assert slope(guard) is None
    assert np.abs(slope(aware(guard))).max() > 0
