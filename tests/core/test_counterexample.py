"""A broken input travels as a file without a pickle."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from pytest_robust.core.counterexample import Counterexample
from pytest_robust.core.errors import InvalidData

ONE = Counterexample(
    clean=np.zeros((1, 2, 2), dtype=np.uint8),
    changed=np.ones((1, 2, 2), dtype=np.uint8),
    target=np.array([3]),
    index=7,
    before="ja",
    after="nein",
    under="Rotate(degrees=5)",
    model="ünïcode",
    bounds=(0, 255),
    versions={"numpy": "2"},
)
TEXTS = np.array(["a", "bc"], dtype=object)[:1]


@pytest.mark.parametrize(
    "one",
    [
        ONE,
        replace(ONE, target=None),
        replace(ONE, clean=TEXTS, changed=np.array(["other"])),
        replace(ONE, clean={"a": np.zeros((1, 2)), "b": TEXTS}, changed={"a": np.ones((1, 2)), "b": TEXTS}, entry="a"),
        replace(ONE, clean=np.array([(1, "x")], dtype="i4,U2"), changed=np.array([(2, "y")], dtype="i4,U2")),
    ],
    ids=["image", "no target", "text", "several inputs", "row"],
)
def test_what_comes_back_is_what_was_saved(one) -> None:
    back = Counterexample.from_bytes(one.to_bytes())
    for name in ("clean", "changed", "target"):
        ours, theirs = getattr(one, name), getattr(back, name)
        if isinstance(ours, dict):
            assert ours.keys() == theirs.keys()
            for entry in ours:
                np.testing.assert_array_equal(ours[entry], theirs[entry])
        elif ours is None:
            assert theirs is None
        else:
            np.testing.assert_array_equal(ours, theirs)
    same = {"clean": None, "changed": None, "target": None}
    assert replace(back, **same) == replace(one, **same)


def test_the_changed_input_is_shown_without_the_batch() -> None:
    clean, changed = ONE.shown
    assert (clean.shape, changed.sum()) == ((2, 2), 4)
    entries = {"a": np.zeros((1, 2)), "b": np.ones((1, 3))}
    assert replace(ONE, clean=entries, changed=entries, entry="b").shown[0].tolist() == [1, 1, 1]
    assert replace(ONE, clean=entries, changed=entries).shown[0].tolist() == [0, 0]


def test_python_objects_are_refused() -> None:
    with pytest.raises(InvalidData, match="clean holds Python objects, which only a pickle keeps"):
        replace(ONE, clean=np.array([{}])).to_bytes()


def _archive(**arrays) -> bytes:
    stream = BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def _less(name: str) -> bytes:
    with np.load(BytesIO(ONE.to_bytes())) as archive:
        return _archive(**{key: archive[key] for key in archive if key != name})


def _array() -> bytes:
    stream = BytesIO()
    np.save(stream, np.zeros(3))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no .npz file"),
        (b"text", "no .npz file"),
        (ONE.to_bytes()[:200], "no .npz file"),
        (_array(), "no .npz file"),
        (_archive(x=[1]), "not a saved counterexample of this version"),
        (_archive(x=np.array([{}])), "no .npz file"),
        (_less("clean"), "a counterexample that lacks a part: 'clean'"),
        (_less("seed"), "a counterexample that lacks a part: 'seed'"),
    ],
)
def test_other_files_are_refused(content, message) -> None:
    with pytest.raises(InvalidData, match=message.replace(".", r"\.")):
        Counterexample.from_bytes(content)
