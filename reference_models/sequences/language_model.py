"""A trained next-character network in use: how probable a text is, and texts drawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from reference_models.sequences.pieces import BEGIN, END, PAD, UNKNOWN, Pieces, core_of, known_to
from reference_models.task import Model

__all__ = ["LanguageModel", "Sampling"]

_BATCH = 32
# What a text is taken to begin after: a new line.
_BEFORE = "\n"


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the next character is drawn.

    Args:
        temperature: Logits are divided by it: below 1 the likely becomes likelier, above 1 less so; above 0.
        top_k: Only the likeliest so many; all if None.
        top_p: Only the likeliest that together have this probability, in (0, 1]; at least one.

    Raises:
        ValueError: One is outside its range.

    Examples:
        >>> Sampling(top_k=2).probabilities(np.log([0.5, 0.3, 0.2])).round(3).tolist()
        [0.625, 0.375, 0.0]
        >>> Sampling(top_p=0.6).probabilities(np.log([0.5, 0.3, 0.2])).round(3).tolist()
        [0.625, 0.375, 0.0]

    References:
        Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR 2020, arXiv:1904.09751: top_p; Fan, Lewis
        and Dauphin, "Hierarchical Neural Story Generation", ACL 2018, arXiv:1805.04833: top_k.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0

    def __post_init__(self) -> None:
        """Validate."""
        if not 0 < self.temperature < np.inf:
            raise ValueError(f"temperature={self.temperature!r} must be above 0; top_k=1 takes the likeliest always")
        if self.top_k is not None and (not isinstance(self.top_k, int) or self.top_k < 1):
            raise ValueError(f"top_k={self.top_k!r} must be an integer, at least 1, or None for all")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p={self.top_p!r} must be above 0 and at most 1")

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Return (..., pieces) probabilities that add up to one.

        Args:
            logits: (..., pieces); minus infinity for what is never drawn.
        """
        found = softmax(np.asarray(logits, dtype=np.float64) / self.temperature, axis=-1)
        ranks = np.argsort(np.argsort(-found, axis=-1, kind="stable"), axis=-1)
        ranked = -np.sort(-found, axis=-1)
        before = np.take_along_axis(np.cumsum(ranked, axis=-1) - ranked, ranks, axis=-1)
        kept = before < self.top_p
        if self.top_k is not None:
            kept &= ranks < self.top_k
        found = np.where(kept, found, 0.0)
        return np.asarray(found / found.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, kw_only=True)
class LanguageModel:
    """Says how probable texts are: `model(texts)` is (n,) mean log-probabilities per character.

    Each character is asked about once, with at most `context` before it; the first comes after a new line.

    Args:
        model: A causal network.
        context: How far back it can look.
    """

    model: Model
    context: int = field(default=128)

    def __call__(self, texts: Sequence[str] | NDArray[Any]) -> NDArray[np.float64]:
        """Return (n,) mean log-probabilities, natural logarithms.

        Raises:
            ValueError: A text has no character to be asked about.
        """
        return np.array([each.mean() for each in self.log_probabilities(texts)])

    def log_probabilities(self, texts: Sequence[str] | NDArray[Any]) -> list[NDArray[np.float64]]:
        """Return the log-probability of each character of each text."""
        owners, starts, read, said = [], [], [], []
        for owner, text in enumerate(map(str, texts)):
            if not text:
                raise ValueError(f"text {owner} is empty: no character to ask about")
            for start in range(0, len(text), self.context):
                part = text[start : start + self.context]
                owners.append(owner)
                starts.append(start)
                read.append(((text[start - 1] if start else _BEFORE) + part)[:-1])
                said.append(part)
        previous, wanted = self.known.numbers(read), self.known.numbers(said)
        found: list[list[NDArray[np.float64]]] = [[] for _ in texts]
        for first in range(0, len(read), _BATCH):
            rows = slice(first, first + _BATCH)
            logits = self._logits(previous[rows]).numpy()
            of_all = log_softmax(logits.astype(np.float64), axis=-1)
            of_said = np.take_along_axis(of_all, wanted[rows][..., None], axis=-1)[..., 0]
            for owner, part, values in zip(owners[rows], said[rows], of_said, strict=True):
                found[owner].append(values[: len(part)])
        return [np.concatenate(parts) for parts in found]

    def generated(self, prompts: Sequence[str], *, length: int, sampling: Sampling, seed: int) -> list[str]:
        """Return texts that go on from prompts, all drawn at once.

        Args:
            prompts: What each begins with; the last `context` characters count. Not empty.
            length: Characters drawn for each.
            sampling: How.
            seed: The same draws the same.

        Raises:
            ValueError: A prompt is empty.
        """
        if not all(prompts):
            raise ValueError("a prompt is empty; give '\\n' to begin as a line does")
        random = np.random.default_rng(seed)
        texts = [list(prompt) for prompt in prompts]
        for _ in range(length):
            tails = [text[-self.context :] for text in texts]
            # Filled up on the right, where nothing that is asked about can look.
            numbers = self.known.numbers([*tails, [_BEFORE] * self.context])[:-1]
            ends = np.array([len(tail) - 1 for tail in tails])
            logits = self._last(numbers, ends.astype(np.int32)).numpy().astype(np.float64)
            logits[:, [PAD, UNKNOWN, BEGIN, END]] = -np.inf
            shares = np.cumsum(sampling.probabilities(logits), axis=-1)
            # Rounding may leave the last sum below what is drawn.
            drawn = np.minimum((random.random((len(texts), 1)) >= shares).sum(axis=-1), shares.argmax(axis=-1))
            for text, number in zip(texts, drawn.tolist(), strict=True):
                text.append(self.known.known[number])
        return ["".join(text) for text in texts]

    @cached_property
    def known(self) -> Pieces:
        """The characters it knows."""
        return known_to(self.model)

    @cached_property
    def _logits(self) -> Any:
        import tensorflow as tf

        core = core_of(self.model)
        return tf.function(
            lambda numbers: core(numbers, training=False), input_signature=[tf.TensorSpec((None, None), tf.int32)]
        )

    @cached_property
    def _last(self) -> Any:
        import tensorflow as tf

        core = core_of(self.model)
        return tf.function(
            lambda numbers, ends: tf.gather(core(numbers, training=False), ends, axis=1, batch_dims=1),
            input_signature=[tf.TensorSpec((None, self.context), tf.int32), tf.TensorSpec((None,), tf.int32)],
        )
