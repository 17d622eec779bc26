from __future__ import annotations

import numpy as np
import pytest

from pytest_robust.adapters._batches import gather
from pytest_robust.core.errors import InvalidData

A, B = np.zeros((3, 2)), np.ones((1, 2))


def test_batches_of_different_lengths_are_joined() -> None:
    raw = gather([(A, [0, 1, 2]), (B, [3])], what="it")
    assert raw.x.shape == (4, 2)
    assert raw.y.tolist() == [0, 1, 2, 3]


def test_weights_are_left_out_and_labels_may_be_missing() -> None:
    assert gather([(A, [0, 1, 2], [1, 1, 1])], what="it").y.tolist() == [0, 1, 2]
    assert gather([A, B], what="it").y is None
    assert gather([(A,), (B,)], what="it").y is None


def test_each_entry_of_several_inputs_is_joined() -> None:
    raw = gather([({"a": A, "b": [1, 2, 3]}, [0, 1, 2]), ({"a": B, "b": [4]}, [3])], what="it")
    assert raw.x["a"].shape == (4, 2)
    assert raw.x["b"].tolist() == [1, 2, 3, 4]


def test_single_examples_are_stacked() -> None:
    raw = gather([(np.zeros(2), 1), (np.ones(2), 0)], what="it", stacked=False)
    assert raw.x.tolist() == [[0, 0], [1, 1]]
    assert raw.y.tolist() == [1, 0]


@pytest.mark.parametrize("shape", [(), (1,), (2,)])
def test_text_is_decoded_and_keeps_its_shape(shape: tuple[int, ...]) -> None:
    texts = [np.full(shape, text.encode(), dtype=object) for text in ("größe", "b")]
    raw = gather([(text, 0) for text in texts], what="it", stacked=False)
    assert raw.x.shape == (2, *shape)
    assert raw.x.flat[0] == "größe"
    batched = gather([(np.stack(texts), [0, 0])] * 2, what="it")
    assert batched.x.shape == (4, *shape)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([], "it yields no examples"),
        ([()], "it yields 0 values an item"),
        ([(A, A, A, A)], "it yields 4 values an item; expected x, or"),
        ([(A, [0, 1, 2]), (np.zeros((1, 3)), [0])], "it: its batches do not fit together"),
    ],
)
def test_what_gives_no_arrays_is_refused(batches: list, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        gather(batches, what="it")
