"""The ways that a drift takes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.streams import Streams

__all__ = ["Linear", "Path", "RandomWalk", "check_path"]


class Path(ABC):
    """A way from 0 at the first step to about 1, up or down, at the last."""

    @abstractmethod
    def drawn(self, streams: Streams, steps: int, features: int) -> NDArray[np.float32]:
        """Return (n, steps, features) float32 offsets, the caller's own."""


@dataclass(frozen=True)
class Linear(Path):
    """A straight line to 1 or to -1.

    Examples:
        >>> Linear()
        Linear()
    """

    def drawn(self, streams: Streams, steps: int, features: int) -> NDArray[np.float32]:
        """Return straight lines, half of them downwards."""
        sign = np.where(streams.uniform("direction", (features,)) < 0.5, np.float32(-1), np.float32(1))  # noqa: PLR2004 - a half
        return sign[:, None, :] * np.linspace(0, 1, steps, dtype=np.float32)[:, None]


@dataclass(frozen=True)
class RandomWalk(Path):
    """Independent normal steps; the standard deviation is 1 at the last one.

    Examples:
        >>> RandomWalk()
        RandomWalk()
    """

    def drawn(self, streams: Streams, steps: int, features: int) -> NDArray[np.float32]:
        """Return random walks."""
        walk = streams.normal("walk", (steps, features))
        walk[:, 0] = 0
        np.cumsum(walk, axis=1, out=walk)
        walk /= np.float32(np.sqrt(steps - 1))
        return walk


def check_path(path: object) -> None:
    """Refuse what is no way of a drift.

    Raises:
        InvalidArgument: It is none.
    """
    if not isinstance(path, Path):
        raise InvalidArgument(f"path={path!r} must be Linear() or RandomWalk(), from pytest_robust.transforms")
