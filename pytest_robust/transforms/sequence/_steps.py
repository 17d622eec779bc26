"""How far steps move: by a share of all, or by a number of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.parameters import Amount, check_one_of, draw
from pytest_robust.core.perturbation import Perturbation
from pytest_robust.core.streams import Streams

__all__ = ["check_share_or_steps", "whole_steps"]

# Beyond any sequence, and within what an integer of 64 bits holds.
_FURTHEST = 2.0**31


def check_share_or_steps(owner: Perturbation, share: Amount | None, steps: Amount | None) -> None:
    """Refuse a transform that has both, or neither.

    Raises:
        InvalidArgument: It has.
    """
    name = type(owner).__name__
    check_one_of(name, f"{name}(share=0.1)", share=share, steps=steps)


def whole_steps(share: Amount | None, steps: Amount | None, streams: Streams, length: int) -> NDArray[np.int64]:
    """Return (n,) whole numbers of steps, drawn from whichever of the two is given.

    Args:
        share: Of all steps.
        steps: Their number.
        streams: The examples' random numbers.
        length: How many steps there are.
    """
    if share is not None:
        far = draw("share", share, streams) * np.float32(length)
    else:
        assert steps is not None
        far = draw("steps", steps, streams)
    whole: NDArray[np.int64] = np.clip(np.rint(far), -_FURTHEST, _FURTHEST).astype(np.int64)
    return whole
