"""The messages that the page for beginners quotes are those that come."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from pytest_robust import RobustError, Subject
from pytest_robust.attacks import PGD
from pytest_robust.core.verdict import Verdict

PAGE = Path(__file__).parents[2] / "docs" / "getting-started.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("## When something is wrong")[2]
QUOTED = {row[1]: row[3] for row in re.finditer(r"^\| (.+?) \| (INVALID: )?`(.+)` \|$", SECTION, re.MULTILINE)}
N = 597


@pytest.fixture(scope="module")
def model():
    import keras

    inputs = keras.Input((8, 8, 1), name="image")
    outputs = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, outputs)


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).random((N, 8, 8, 1), dtype=np.float32)


@pytest.fixture(scope="module")
def y(model, x):
    """What the model says, so that there is something to attack; and the last class, to be beyond it."""
    return np.where(np.arange(N) == 40, 9, np.asarray(model(x)).argmax(axis=1))


def clean(*arguments):
    return Subject(*arguments).accuracy() >= 0.5


def attacked(*arguments, eps=0.1):
    return Subject(*arguments).accuracy(under=PGD(eps=eps)) >= 0.5


def with_a_nan(x):
    holed = x.copy()
    holed[17, 2, 3] = np.nan
    return holed


def a_pickle(folder):
    path = folder / "model.joblib"
    path.write_bytes(b"never read")
    return path


MISTAKES = {
    "a NaN in `x`": lambda model, x, y, _: clean(model, with_a_nan(x), y),
    "no examples": lambda model, x, y, _: clean(model, x[:0], y[:0]),
    "`x` and `y` of different lengths": lambda model, x, y, _: clean(model, x, y[:-3]),
    "labels from 1 to 10": lambda model, x, y, _: clean(model, x, y + 1),
    "no channel": lambda model, x, y, _: clean(model, x[..., 0], y),
    "images in 0..255 with a budget for [0, 1]": lambda model, x, y, _: attacked(model, (255 * x).astype("uint8"), y),
    "a budget for 0..255 with images in [0, 1]": lambda model, x, y, _: attacked(model, x, y, eps=8),
    "standardised inputs without bounds": lambda model, x, y, _: attacked(model, x * 3 - 1.5, y),
    "a model that returns NaN": lambda _, x, y, __: clean(lambda x: np.full((len(x), 10), np.nan), x, y),
    "a function that returns one probability": lambda _, x, y, __: clean(lambda x: x[:, 0, 0, 0] / 2, x, y),
    "a model file that is not there": lambda _, x, y, folder: clean(folder / "nowhere.keras", x, y),
    "a pickle": lambda _, x, y, folder: clean(a_pickle(folder), x, y),
    "no labels": lambda model, x, *_: clean(model, x),
    "a measurement without a bar": lambda model, x, y, _: bool(Subject(model, x, y).accuracy()),
    "a measurement misspelt": lambda model, x, y, _: Subject(model, x, y).acuracy(),
}


def test_every_quoted_mistake_is_tried():
    assert set(QUOTED) == set(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_as_quoted(mistake, model, x, y, tmp_path):
    try:
        told = MISTAKES[mistake](model, x, y, tmp_path)
    except (RobustError, FileNotFoundError, AttributeError) as error:
        told = str(error)
    if isinstance(told, Verdict):
        assert told.decision.name == "INVALID"
        told = told.explanation
    assert QUOTED[mistake] in told
