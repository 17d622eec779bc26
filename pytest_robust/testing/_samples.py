"""Small inputs of every kind that a transform may meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Integers
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.detections import Boxes, as_boxes
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Table, packed

__all__ = ["Sample", "samples"]

_EXAMPLES = 7
# What a change of texts is likely to get wrong: marks apart from their letters, emoji of several
# parts, scripts from right to left and without spaces, spaces of every kind, nothing but signs.
_OTHERS = (
    "Anna met John in Paris; she doesn't like it. https://example.com/a?b=1 @user",
    "e\u0301te\u0301 nai\u0308ve \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd 007",
    "\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002",
    "  a\tb\r\n c  ",
    "\u0301?! ...",
    "X",
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Examples of one kind.

    Args:
        name: What they are, for messages.
        batch: Read-only examples.
        index: Their positions in a dataset: neither from 0 nor in order, so that a transform
            that counts rows itself is found out.
    """

    name: str
    batch: Batch
    index: Integers

    def rows(self, keep: Any) -> Sample:  # noqa: ANN401 - anything that indexes an array
        """Return some of the examples, or all in another order."""
        y = None if self.batch.y is None else self.batch.y[keep]
        batch = replace(self.batch, x=self.batch.x[keep], y=y)
        return Sample(name=self.name, batch=batch, index=self.index[keep])

    def unbounded(self) -> Sample:
        """Return the same examples without bounds."""
        return replace(self, batch=replace(self.batch, bounds=UNBOUNDED))

    def streams(self, seed: int) -> Streams:
        """Return the examples' random numbers."""
        return Streams.of(seed, "check_transform", index=self.index)

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.index)


def samples() -> Iterator[Sample]:
    """Yield images, grey and coloured in [0, 1] and [0, 255], some with boxes, tables, sequences, and texts."""
    # Neither square nor of equal parity, so that swapped axes and centres show.
    for shape in ((9, 12), (9, 12, 1), (9, 12, 3)):
        for high in (1, 255):
            yield _sample(
                f"images (n, {', '.join(map(str, shape))}) in [0, {high}]", _images(shape, high), Bounds(0, high)
            )
    squares, boxes = _squares()
    yield _sample("squares (n, 24, 32, 3) in [0, 1] with boxes", squares, Bounds(0, 1), boxes)
    table = np.random.default_rng(0).normal(size=(_EXAMPLES, 5)).astype(np.float32)
    yield _sample("a table (n, 5) without bounds", table, UNBOUNDED)
    yield _sample("a table of several types (n,)", _people(_EXAMPLES, 0), UNBOUNDED)
    yield _sample("token ids (n, 10) in [0, 49]", _tokens(), Bounds(0, 49))
    readings = _readings()
    yield _sample("readings (n, 12, 5) without bounds", readings, UNBOUNDED)
    yield _sample("readings (n, 12, 5) in [-2, 2]", np.clip(readings, -2, 2), Bounds(-2, 2))
    texts = np.array(["What a good film!", "two words", "word", "", "Ends. Begins", "it is 7 o'clock", "naïve café"])
    yield _sample("texts (n,)", texts, Bounds(0, 1))
    yield _sample("texts (n,) as objects", np.array(_OTHERS, dtype=object), Bounds(0, 1))


def _images(shape: tuple[int, ...], high: float) -> NDArray[np.float32]:
    images = np.random.default_rng(0).random((_EXAMPLES, *shape), dtype=np.float32)
    # All black, all white and all grey: the ends of the range, and no contrast at all.
    images[1], images[3], images[5] = 0, 1, 0.5
    return images * np.float32(high)


def _people(rows: int, seed: int) -> NDArray[Any]:
    random = np.random.default_rng(seed)
    income = random.lognormal(8, 1, rows)
    # A value that is missing already.
    income[2 % rows] = np.nan
    return packed(
        {
            "age": random.integers(18, 90, rows),
            "children": random.integers(0, 4, rows),
            "income": income,
            "height": random.normal(170, 9, rows),
            "city": random.choice(["Rome", "Oslo", "Lima"], rows),
            "born": random.choice(["Paris", "Cairo"], rows),
            "member": random.random(rows) < 1 / 2,
        }
    )


def _squares() -> tuple[NDArray[np.float32], Boxes]:
    """Return dark images with a bright square in each but the last, and the boxes around them."""
    images = np.full((_EXAMPLES, 24, 32, 3), 0.1, dtype=np.float32)
    boxes = []
    # Away from the centre, so that a square which turns or is mirrored does not fall onto itself.
    for image, (top, left) in zip(images, ((2, 3), (13, 20), (3, 21), (14, 4), (8, 2), (9, 22)), strict=False):
        image[top : top + 8, left : left + 8] = 0.9
        boxes.append(np.array([[left, top, left + 8, top + 8, 4]]))
    return images, as_boxes([*boxes, np.zeros((0, 5))])


def _tokens() -> NDArray[np.float32]:
    tokens = np.random.default_rng(0).integers(1, 50, size=(_EXAMPLES, 10)).astype(np.float32)
    # Padded behind, padded in front, nothing but padding, and one word again and again.
    tokens[1, 6:], tokens[2, :3], tokens[4], tokens[5] = 0, 0, 0, 7
    return tokens


def _readings() -> NDArray[np.float32]:
    # A walk and not noise, as readings of one sensor resemble each other.
    steps = np.random.default_rng(0).normal(size=(_EXAMPLES, 12, 5))
    readings = np.cumsum(steps, axis=1).astype(np.float32)
    # A sensor that hangs, and one that stands still at nothing.
    readings[3, :, 1], readings[5] = 1.5, 0
    return readings


def _sample(name: str, x: NDArray[Any], bounds: Bounds, y: NDArray[Any] | None = None) -> Sample:
    index = np.array([40, 7, 1000, 3, 21, 4, 12])
    whole = None
    if x.dtype.names is not None or (x.ndim == 2 and x.dtype.kind == "f"):  # noqa: PLR2004 - a matrix
        # The rows at their places among others.
        rows = (
            _people(1001, 1) if x.dtype.names is not None else np.random.default_rng(1).normal(size=(1001, x.shape[1]))
        )
        rows = rows.astype(x.dtype)
        rows[index] = x
        whole = Table.of(rows)
    batch = Batch(x=x, y=np.arange(len(x)) % 3 if y is None else y, bounds=bounds, whole=whole)
    for array in (batch.x, batch.y, index):
        if array is not None:
            array.flags.writeable = False
    return Sample(name=name, batch=batch, index=index)
