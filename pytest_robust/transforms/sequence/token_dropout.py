"""Tokens that are lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Mask
from pytest_robust.core.batch import Batch
from pytest_robust.core.parameters import Amount, check_share, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.transforms.sequence._sequences import check_inside, drawn, with_sequences
from pytest_robust.transforms.sequence._side import Right, Side, check_side
from pytest_robust.transforms.sequence._tokens import check_id, check_protect, ordinary, tokens_of

__all__ = ["TokenDropout"]


@dataclass(frozen=True, kw_only=True, repr=False)
class TokenDropout(Transform):
    """Replace some tokens by a mask, or remove them and close the gaps.

    The inputs are token ids of shape (n, steps).

    Args:
        share: The expected share of tokens that are lost, from 0 to 1, of those that are neither
            padding nor protected. A larger share loses the same tokens and more.
            `Between(low, high)` draws one for each example.
        mask: The id that stands where a token was; without it tokens are removed.
        pad: The id of padding, which is not a token.
        protect: Ids that are never lost, such as those of the first and the last token.
        side: Where padding stands, which removed tokens become: `Right()` or `Left()`.

    Raises:
        InvalidArgument: `share` is not in [0, 1], an id is no id, or `side` is no side.

    Examples:
        >>> TokenDropout(share=0.1)
        TokenDropout(share=0.1)
        >>> TokenDropout(share=0.15, mask=103, protect=(101, 102))
        TokenDropout(share=0.15, mask=103, protect=(101, 102))

    References:
        Iyyer, Manjunatha, Boyd-Graber and Daumé III, "Deep Unordered Composition Rivals
        Syntactic Methods for Text Classification", ACL 2015.
    """

    share: Amount = strength(strongest=0.5)
    mask: int | None = None
    pad: int = 0
    protect: tuple[int, ...] = ()
    side: Side = Right()

    def __post_init__(self) -> None:
        """Validate."""
        check_share("share", self.share, most=1.0)
        if self.mask is not None:
            check_id("mask", self.mask)
        check_id("pad", self.pad)
        check_protect(self.protect)
        check_side(self.side)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the examples without these tokens."""
        ids = tokens_of(self, batch)
        check_inside(self, batch, **({"pad": self.pad} if self.mask is None else {"mask": self.mask}))
        lost: Mask = streams.uniform("place", ids.shape[1:]) < drawn("share", self.share, streams)
        lost &= ordinary(ids, (self.pad, *self.protect))
        left = np.array(ids, dtype=np.float32, order="C")
        if self.mask is not None:
            left[lost] = self.mask
        else:
            _close(self.side.last(left), ~self.side.last(lost), self.pad)
        return with_sequences(batch, left)


def _close(ids: NDArray[np.float32], kept: Mask, pad: int) -> None:
    """Move what is kept of each row to its front, in order, and pad the rest."""
    front = np.arange(ids.shape[1]) < kept.sum(axis=1)[:, None]
    # Both sides run row by row, and each row has as many places as tokens.
    ids[front] = ids[kept]
    ids[~front] = pad
