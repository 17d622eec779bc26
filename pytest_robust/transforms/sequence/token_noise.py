"""Tokens that become others."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from pytest_robust.core.arrays import Integers, blocks
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._sequences import drawn, with_sequences
from pytest_robust.transforms.sequence._tokens import (
    LARGEST_ID,
    check_id,
    check_protect,
    ids_between,
    ordinary,
    tokens_of,
)

__all__ = ["TokenNoise"]

# One to be replaced, and another to replace it by.
_FEWEST_IDS = 2


@dataclass(frozen=True, kw_only=True, repr=False)
class TokenNoise(Transform):
    """Replace some tokens by others, drawn evenly from the vocabulary.

    The inputs are token ids of shape (n, steps).

    Args:
        share: The expected share of tokens that are replaced, from 0 to 1, of those that are
            neither padding nor protected. A larger share replaces the same tokens by the same
            and more. `Between(low, high)` draws one for each example.
        vocabulary: The number of ids, 0 to `vocabulary - 1`; without it, those within the
            inputs' bounds.
        pad: The id of padding: neither replaced nor drawn.
        protect: Other ids that are neither replaced nor drawn, such as those of the first and
            the last token and of the mask.

    Raises:
        InvalidArgument: `share` is not in [0, 1], an id is no id, or the vocabulary leaves
            fewer than two ids to draw from.

    Examples:
        >>> TokenNoise(share=0.1, vocabulary=20_000)
        TokenNoise(share=0.1, vocabulary=20000)

    References:
        Xie et al., "Data Noising as Smoothing in Neural Network Language Models", ICLR 2017,
        arXiv:1703.02573 (unigram noising, here evenly).
    """

    share: Amount = strength(strongest=0.5)
    vocabulary: int | None = None
    pad: int = 0
    protect: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)
        check_id("pad", self.pad)
        check_protect(self.protect)
        count = self.vocabulary
        if count is None:
            return
        if isinstance(count, bool) or not isinstance(count, int) or not _FEWEST_IDS <= count <= LARGEST_ID:
            raise InvalidArgument(
                f"vocabulary={count!r} must be the number of token ids, an integer from {_FEWEST_IDS} to {LARGEST_ID}"
            )
        if len(self._drawable(0, count - 1)) < _FEWEST_IDS:
            raise InvalidArgument(
                f"vocabulary={count!r} leaves fewer than {_FEWEST_IDS} ids beside pad={self.pad!r} and "
                f"protect={self.protect!r}; give the number of all ids"
            )

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the examples with other tokens."""
        ids = tokens_of(self, batch)
        others = self._others(batch)
        share = drawn("share", self.share, streams)
        noisy = np.array(ids, dtype=np.float32, order="C")
        # Ids are drawn as 64-bit integers, each twice an input's size.
        for part in blocks(len(ids), ids.shape[1:]):
            own = streams.rows(np.arange(part.start, part.stop))
            known = ordinary(ids[part], (self.pad, *self.protect))
            rank = np.searchsorted(others, ids[part])
            strange = known & (others[np.minimum(rank, len(others) - 1)] != ids[part])
            if strange.any():
                raise InvalidData(
                    f"{self!r}: the inputs hold the id {ids[part][strange][0]:g}, and the vocabulary has "
                    f"{others[0]} to {others[-1]}; give vocabulary= the number of all ids"
                )
            changes = known & (own.uniform("place", ids.shape[1:]) < share[part])
            # One fewer than there are, and the token's own left out: always another.
            place = own.integers("id", 0, len(others) - 1, ids.shape[1:])
            place += place >= rank
            np.copyto(noisy[part], others[place], where=changes, casting="same_kind")
        return with_sequences(batch, noisy)

    def _drawable(self, low: int, high: int) -> Integers:
        return ids_between(low, high, (self.pad, *self.protect))

    def _others(self, batch: Batch) -> Integers:
        """Return the ids that may be drawn, sorted."""
        bounds = batch.bounds
        if self.vocabulary is not None:
            others = self._drawable(0, self.vocabulary - 1)
            if others[0] < bounds.low or others[-1] > bounds.high:
                raise InvalidData(
                    f"{self!r} draws ids from {others[0]} to {others[-1]}, and the inputs lie in "
                    f"[{bounds.low:g}, {bounds.high:g}]; give bounds=(0, {self.vocabulary - 1}) with the data"
                )
            return others
        if not bounds.finite or bounds.high > LARGEST_ID or bounds.low < -LARGEST_ID:
            raise InvalidData(
                f"{self!r} draws other ids, and the inputs' bounds do not tell which there are; "
                "give vocabulary= the number of ids"
            )
        others = self._drawable(ceil(bounds.low), floor(bounds.high))
        if len(others) < _FEWEST_IDS:
            raise InvalidData(
                f"{self!r} draws other ids, and within the inputs' bounds [{bounds.low:g}, {bounds.high:g}] there are "
                f"fewer than {_FEWEST_IDS} beside pad and protect; give bounds=(0, number of ids - 1) with the data"
            )
        return others
