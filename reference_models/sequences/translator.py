"""A function from sentences to their translations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.sequences.pieces import Pieces, core_of, known_to, pieces
from reference_models.sequences.search import Said, Written, beam, greedy
from reference_models.sequences.spelling import Spelling
from reference_models.task import Family

__all__ = ["Compiled", "Read", "Translation", "Translator"]

_BATCH = 256


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a decoder knows of its sources.

    Args:
        memory: (n, s, units) what the encoder read at each piece.
        source: (n, s) the pieces' numbers; zero fills up.
        state: (n, units) of the decoder.
        cell: (n, units) of the decoder.
    """

    memory: Any
    source: Any
    state: Any
    cell: Any


class Compiled:
    """An encoder and a decoder as graphs, traced once for any number of sentences of any length.

    Args:
        encoder: The core of numbers.
        decoder: The core of numbers.
    """

    def __init__(self, encoder: Any, decoder: Any) -> None:
        import tensorflow as tf

        numbers = tf.TensorSpec((None, None), tf.int32)
        memory, state, _ = encoder.output
        vector = tf.TensorSpec((None, state.shape[-1]), tf.float32)
        block = tf.TensorSpec((None, None, memory.shape[-1]), tf.float32)

        def reads(source: Any) -> Any:
            return encoder(source, training=False)

        def writes(previous: Any, memory: Any, source: Any, state: Any, cell: Any) -> Any:
            logits, state, cell, attention = decoder([previous, memory, source, state, cell], training=False)
            return logits[:, -1], state, cell, attention[:, -1]

        self.reads = tf.function(reads, input_signature=[numbers])
        self.writes = tf.function(writes, input_signature=[numbers, block, numbers, vector, vector])

    def read(self, source: NDArray[np.int32]) -> Read:
        """Read sources, once for all that is written of them."""
        import tensorflow as tf

        numbers = tf.constant(source)
        memory, state, cell = self.reads(numbers)
        return Read(memory=memory, source=numbers, state=state, cell=cell)

    def step(self, previous: NDArray[np.int32], state: Read) -> Said:
        """Return what comes after (n,) pieces."""
        logits, hidden, cell, attention = self.writes(
            previous[:, None], state.memory, state.source, state.state, state.cell
        )
        after = Read(memory=state.memory, source=state.source, state=hidden, cell=cell)
        return Said(logits=logits.numpy(), state=after, attention=attention.numpy())

    def chosen(self, state: Read, rows: NDArray[np.int64]) -> Read:
        """Return what is known of some rows."""
        import tensorflow as tf

        if np.array_equal(rows, np.arange(len(state.state))):
            return state
        parts = (tf.gather(part, rows) for part in (state.memory, state.source, state.state, state.cell))
        return Read(**dict(zip(("memory", "source", "state", "cell"), parts, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A translation, and where the decoder looked.

    Args:
        source: The source's pieces as they were read.
        pieces: What was written, piece by piece.
        attention: (written, source) shares that add up to one in each row.
    """

    source: tuple[str, ...]
    pieces: tuple[str, ...]
    attention: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Translator:
    """Translates sentences: `translator(["5 March 1999"])` is `["5 mars 1999"]`.

    Args:
        model: The encoder and the decoder.
        width: Beginnings of each sentence followed at once; the likeliest alone with 1.
        longest: Pieces written at most.
        spelling: What mends words that the encoder does not know, before it reads them; None leaves them unknown.
    """

    model: Family
    width: int = 1
    longest: int = 40
    spelling: Spelling | None = None

    def __call__(self, texts: Sequence[str] | NDArray[Any]) -> NDArray[np.str_]:
        """Return (n,) translations."""
        said: list[str] = []
        for start in range(0, len(texts), _BATCH):
            written = self._written(self._read(texts[start : start + _BATCH]))
            said += [self.target.text(row) for row in written.numbers.tolist()]
        return np.array(said, dtype=np.str_)

    def explained(self, texts: Sequence[str] | NDArray[Any]) -> list[Translation]:
        """Return translations with where the decoder looked."""
        read = self._read(texts)
        written = self._written(read)
        found = []
        for source, numbers, attention in zip(read, written.numbers, written.attention, strict=True):
            said = tuple(filter(None, (self.target.text([number]) for number in numbers)))
            found.append(
                Translation(source=tuple(source), pieces=said, attention=attention[: len(said), : len(source)])
            )
        return found

    @cached_property
    def source(self) -> Pieces:
        """What the encoder knows."""
        return known_to(self.model["encoder"])

    @cached_property
    def target(self) -> Pieces:
        """What the decoder knows."""
        return known_to(self.model["decoder"])

    @cached_property
    def compiled(self) -> Compiled:
        """The networks, traced once."""
        return Compiled(core_of(self.model["encoder"]), core_of(self.model["decoder"]))

    def _read(self, texts: Sequence[str] | NDArray[Any]) -> list[list[str]]:
        # As in training: capitals tell nothing of what a phrase means.
        read = [pieces(str(text).lower()) for text in texts]
        return read if self.spelling is None else [self.spelling.mended(text, self.source) for text in read]

    def _written(self, read: list[list[str]]) -> Written:
        state = self.compiled.read(self.source.numbers(read))
        if self.width == 1:
            return greedy(self.compiled, state, sentences=len(read), longest=self.longest)
        return beam(self.compiled, state, sentences=len(read), width=self.width, longest=self.longest)
