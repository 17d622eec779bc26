"""The only source of randomness: one counter-based stream an example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pytest_robust.core.arrays import Floats, Integers, Mask, blocks

__all__ = ["Streams"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
    # number generators", OOPSLA 2014): a bijection whose outputs on consecutive counters
    # pass BigCrush. In place: this is the hot loop of every noise.
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def _key(*words: object) -> int:
    return int.from_bytes(blake2b(repr(words).encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, kw_only=True)
class Streams:
    """Random numbers that belong to examples, not to the order they are visited in.

    A draw is a pure function of the key, the example's index in its dataset and the name of
    the draw. So an example gets the same numbers alone, in any batch, subset, shard or order,
    and drawing the same name twice gives the same numbers: name draws apart, or take a
    `child` for each turn of a loop.

    Args:
        key: Names the whole family; made by `Streams.of` from the seed and the perturbation.
        index: (n,) the examples' positions in their dataset.

    Examples:
        >>> import numpy as np
        >>> streams = Streams.of(0, "gaussian_noise", index=np.arange(4))
        >>> alone = Streams.of(0, "gaussian_noise", index=np.array([2]))
        >>> bool((streams.normal("noise", (3,))[2] == alone.normal("noise", (3,))[0]).all())
        True
    """

    key: int
    index: Integers

    @classmethod
    def of(cls, seed: int, *words: object, index: Integers) -> Streams:
        """Return the streams of examples `index` under `seed` for what `words` name."""
        return cls(key=_key(seed, *words), index=np.asarray(index, dtype=np.int64))

    def child(self, *words: object) -> Streams:
        """Return streams independent of these, named by `words`."""
        return Streams(key=_key(self.key, *words), index=self.index)

    def rows(self, keep: Integers | Mask | slice) -> Streams:
        """Return the streams of some of the examples."""
        return Streams(key=self.key, index=self.index[keep])

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.index)

    def uniform(self, name: str, shape: tuple[int, ...] = (), low: float = 0.0, high: float = 1.0) -> Floats:
        """Return (n, *shape) float32 numbers, uniform in [low, high).

        Args:
            name: Tells this draw from the others.
            shape: The shape of one example's numbers.
            low: Lower end, included.
            high: Upper end, excluded but for rounding to float32.
        """

        def numbers(bits: NDArray[np.uint64]) -> Floats:
            # 24 bits fill a float32's mantissa, so no value rounds up to 1.
            unit = (bits >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)
            return unit if (low, high) == (0.0, 1.0) else np.float32(low) + np.float32(high - low) * unit

        return self._drawn(name, shape, numbers, np.float32)

    def normal(self, name: str, shape: tuple[int, ...] = ()) -> Floats:
        """Return (n, *shape) float32 numbers, standard normal."""

        def numbers(bits: NDArray[np.uint64]) -> Floats:
            # Centred in its cell, so that neither 0 nor 1 reaches the inverse. float64: with
            # 24 bits the tail would end at 5.4 sigma.
            normal: Floats = ndtri(((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)
            return normal

        return self._drawn(name, shape, numbers, np.float32)

    def words(self, name: str, shape: tuple[int, ...] = ()) -> NDArray[np.uint16]:
        """Return (n, *shape) uint16 numbers, uniform in 0..65535, in a quarter of the time of `uniform`.

        For noise on every entry of an image, which reads what a number stands for from a table.
        """
        count = prod(shape)
        # A draw has 64 bits, and every 16 of them are as good as the others.
        quads = self._drawn(name, (-(-count // 4),), lambda bits: bits, np.uint64)
        return quads.view(np.uint16)[:, :count].reshape(len(self.index), *shape)

    def integers(self, name: str, low: int, high: int, shape: tuple[int, ...] = ()) -> Integers:
        """Return (n, *shape) int64 numbers, uniform in low..high-1."""
        # The bias of the remainder is below (high - low) / 2**63.
        span = np.uint64(high - low)
        return self._drawn(name, shape, lambda bits: (bits % span).astype(np.int64) + low, np.int64)

    def _drawn(
        self, name: str, shape: tuple[int, ...], numbers: Callable[[NDArray[np.uint64]], NDArray[Any]], dtype: type
    ) -> NDArray[Any]:
        drawn: NDArray[Any] = np.empty((len(self.index), prod(shape)), dtype=dtype)
        with np.errstate(over="ignore"):
            start = np.uint64(_key(self.key, name))
            rows = _mix((self.index.astype(np.uint64) + np.uint64(1)) * _GOLDEN + start)
            cells = np.arange(1, prod(shape) + 1, dtype=np.uint64) * _GOLDEN if shape else np.zeros(1, dtype=np.uint64)
            for part in blocks(len(rows), shape):
                drawn[part] = numbers(_mix(rows[part, None] + cells[None, :]))
        return drawn.reshape(len(self.index), *shape)
