"""Events that come late, or twice."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["delayed", "in_order", "once", "repeated"]


def delayed(count: int, *, most: int, seed: int) -> NDArray[np.int64]:
    """Return the numbers of events, 0 to count - 1, in the order in which they arrive.

    Each is late by up to `most` events, at random; so none is overtaken by more than `most`.

    Args:
        count: How many events there are.
        most: The longest delay, in events.
        seed: Names the random numbers.
    """
    due = np.arange(count) + np.random.default_rng(seed).uniform(0, most, count)
    return np.argsort(due, kind="stable").astype(np.int64)


def repeated(arrivals: NDArray[np.int64], *, share: float, within: int, seed: int) -> NDArray[np.int64]:
    """Return arrivals of which a share comes a second time, as from a sender that waited for an answer in vain.

    Args:
        arrivals: (n,) numbers of events.
        share: How many come twice, 0 to 1.
        within: How many arrivals later at most.
        seed: Names the random numbers.
    """
    rng = np.random.default_rng(seed)
    again = np.flatnonzero(rng.random(len(arrivals)) < share)
    due = np.concatenate([np.arange(len(arrivals), dtype=np.float64), again + rng.uniform(0, within, len(again))])
    return np.concatenate([arrivals, arrivals[again]])[np.argsort(due, kind="stable")]


def once(arrivals: Iterable[int], *, remember: int) -> Iterator[int]:
    """Yield each event the first time it arrives.

    Args:
        arrivals: Numbers of events.
        remember: Of how many events it is known that they came: one that comes again after so many
            others passes for a new one, since no stream can be remembered whole.
    """
    came: OrderedDict[int, None] = OrderedDict()
    for event in arrivals:
        if event in came:
            continue
        came[event] = None
        if len(came) > remember:
            came.popitem(last=False)
        yield event


def in_order(arrivals: Iterable[int], *, wait: int) -> Iterator[int]:
    """Yield events by number, each once `wait` later ones have arrived, and the rest at the end.

    Nothing is dropped: an event that is later than that comes out late.

    Args:
        arrivals: Numbers of events.
        wait: How many events are held back.
    """
    held: list[int] = []
    for event in arrivals:
        heapq.heappush(held, event)
        if len(held) > wait:
            yield heapq.heappop(held)
    while held:
        yield heapq.heappop(held)
