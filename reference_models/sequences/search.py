"""What a decoder writes, piece by piece: the likeliest next one, or several sentences followed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from reference_models.sequences.pieces import BEGIN, END, PAD

__all__ = ["Said", "Writer", "Written", "beam", "greedy"]

State = TypeVar("State")

_NEVER = -np.inf


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a decoder says after one piece more.

    Args:
        logits: (n, pieces) of the next one.
        state: What it knows now.
        attention: (n, s) where it looked in the source, shares that add up to one.
    """

    logits: NDArray[np.float32]
    state: Any
    attention: NDArray[np.float32]


class Writer(Protocol[State]):
    """A decoder, with as many sentences as it has states of."""

    def step(self, previous: NDArray[np.int32], state: State) -> Said:
        """Return what comes after (n,) pieces."""

    def chosen(self, state: State, rows: NDArray[np.int64]) -> State:
        """Return the states of some rows, which may be there several times."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """Sentences as they were written.

    Args:
        numbers: (n, t) pieces, the end among them, filled up after it.
        log_probability: (n,) of the whole sentence, its end included where it has one.
        attention: (n, t, s) where the decoder looked for each piece.
    """

    numbers: NDArray[np.int32]
    log_probability: NDArray[np.float64]
    attention: NDArray[np.float32]


def greedy(writer: Writer[State], state: State, *, sentences: int, longest: int) -> Written:
    """Take the likeliest piece at each step, for all sentences at once.

    Args:
        writer: The decoder.
        state: What it knows of the sources.
        sentences: How many there are.
        longest: Pieces at most, the end among them.
    """
    return beam(writer, state, sentences=sentences, width=1, longest=longest, penalty=0.0)


def beam(
    writer: Writer[State], state: State, *, sentences: int, width: int, longest: int, penalty: float = 0.6
) -> Written:
    """Follow the `width` likeliest beginnings of each sentence, for all sentences at once.

    Args:
        writer: The decoder.
        state: What it knows of the sources.
        sentences: How many there are.
        width: Beginnings followed of each.
        longest: Pieces at most, the end among them.
        penalty: Finished sentences are compared by their log-probability over ((5 + length) / 6) to this power; with
            0 by the log-probability alone, which prefers short ones.

    References:
        Wu et al., "Google's Neural Machine Translation System", 2016, arXiv:1609.08144, section 7.
    """
    state = writer.chosen(state, np.repeat(np.arange(sentences), width))
    first = np.arange(sentences)[:, None] * width
    # All beginnings of a sentence are the same before the first step: one of them counts.
    score = np.where(np.arange(width) == 0, 0.0, _NEVER) + np.zeros((sentences, 1))
    previous = np.full(sentences * width, BEGIN, np.int32)
    written = np.zeros((sentences, width, 0), np.int32)
    attention: NDArray[np.float32] | None = None
    for _ in range(longest):
        said = writer.step(previous, state)
        options = log_softmax(said.logits.astype(np.float64), axis=-1).reshape(sentences, width, -1)
        options[..., [PAD, BEGIN]] = _NEVER
        ended = _ended(written)
        options[ended] = _NEVER
        options[ended, PAD] = 0.0
        total = score[..., None] + options
        flat = total.reshape(sentences, -1)
        best = np.argsort(-flat, axis=1, kind="stable")[:, :width]
        score = np.take_along_axis(flat, best, axis=1)
        parent, piece = np.divmod(best, options.shape[-1])
        rows = (first + parent).ravel()
        looked = said.attention.reshape(sentences, width, 1, -1)
        seen = looked if attention is None else np.concatenate([attention, looked], axis=2)
        attention = np.take_along_axis(seen, parent[..., None, None], axis=1)
        before = np.take_along_axis(written, parent[..., None], axis=1)
        written = np.concatenate([before, piece[..., None].astype(np.int32)], axis=2)
        if _ended(written).all():
            break
        previous, state = piece.ravel().astype(np.int32), writer.chosen(said.state, rows)
    lengths = (written != PAD).sum(axis=2)
    winner = np.argmax(score / ((5 + lengths) / 6) ** penalty, axis=1)
    row = np.arange(sentences)
    assert attention is not None, "longest is at least 1"
    return Written(numbers=written[row, winner], log_probability=score[row, winner], attention=attention[row, winner])


def _ended(written: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.asarray((written == END).any(axis=2))
