"""Two labelled streams made into one whose concept changes on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from pytest_robust.core.arrays import Floats, Inputs, Integers, Mask, read_only
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.streams import Streams

__all__ = ["Drift", "DriftingStream", "Gradual", "Recurring", "Sigmoid", "Sudden"]


class Drift(ABC):
    """How likely an example is to follow the new concept, by its step in the stream."""

    @abstractmethod
    def probability(self, steps: Integers) -> Floats:
        """Return (n,) chances from 0 to 1 of the new concept.

        Args:
            steps: (n,) places in the stream, from 0.
        """


@dataclass(frozen=True, kw_only=True)
class Sudden(Drift):
    """The new concept from one step on.

    Args:
        at: The first step of the new concept, at least 0.

    Raises:
        InvalidArgument: `at` is no such integer.

    Examples:
        >>> Sudden(at=2).probability(np.arange(4)).tolist()
        [0.0, 0.0, 1.0, 1.0]

    References:
        Gama, Žliobaitė, Bifet, Pechenizkiy and Bouchachia, "A survey on concept drift
        adaptation", ACM Computing Surveys 46(4), 2014.
    """

    at: int

    def __post_init__(self) -> None:
        """Validate."""
        _check_step("at", self.at, least=0)

    def probability(self, steps: Integers) -> Floats:
        """Return 0 before the change and 1 from it on."""
        return (np.asarray(steps) >= self.at).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Gradual(Drift):
    """The old concept less and less often, the new one more and more, in a straight line.

    The chance of the new concept at step t is (t - start) / (stop - start), 0 before and 1
    after: both ends of the stream are pure, and a test can say what it expects of each.

    Args:
        start: The step up to which the concept is the old one, at least 0.
        stop: The step from which it is the new one, above `start`.

    Raises:
        InvalidArgument: They are no such integers.

    Examples:
        >>> Gradual(start=1, stop=5).probability(np.arange(7)).tolist()
        [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0]

    References:
        Minku, White and Yao, "The impact of diversity on online ensemble learning in the
        presence of concept drift", IEEE Transactions on Knowledge and Data Engineering 22(5), 2010.
        Gama, Žliobaitė, Bifet, Pechenizkiy and Bouchachia, "A survey on concept drift
        adaptation", ACM Computing Surveys 46(4), 2014.
    """

    start: int
    stop: int

    def __post_init__(self) -> None:
        """Validate."""
        _check_step("start", self.start, least=0)
        _check_step("stop", self.stop, least=0)
        if self.start >= self.stop:
            raise InvalidArgument(
                f"{self!r}: start must come before stop; for a change within one step write Sudden(at={self.stop!r})"
            )

    def probability(self, steps: Integers) -> Floats:
        """Return how much of the way from start to stop is behind."""
        return np.clip((np.asarray(steps) - self.start) / (self.stop - self.start), 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Sigmoid(Drift):
    """The gradual change of MOA and the stream libraries after it: a sigmoid, nowhere quite 0 or 1.

    The chance of the new concept at step t is 1 / (1 + exp(-4 (t - at) / width)).

    Args:
        at: The step at which both concepts are as likely, at least 0.
        width: How many steps the change takes, at least 1: over these the tangent at the middle
            goes from 0 to 1, the chance from 0.12 to 0.88.

    Raises:
        InvalidArgument: They are no such integers.

    Examples:
        >>> Sigmoid(at=50, width=20).probability(np.array([40, 50, 60])).round(3).tolist()
        [0.119, 0.5, 0.881]

    References:
        Bifet, Holmes, Pfahringer, Kirkby and Gavaldà, "New ensemble methods for evolving data
        streams", KDD 2009.
    """

    at: int
    width: int

    def __post_init__(self) -> None:
        """Validate."""
        _check_step("at", self.at, least=0)
        _check_step("width", self.width, least=1)

    def probability(self, steps: Integers) -> Floats:
        """Return the sigmoid."""
        chance: Floats = expit(4.0 * (np.asarray(steps) - self.at) / self.width)
        return chance


@dataclass(frozen=True, kw_only=True)
class Recurring(Drift):
    """The old concept and the new one by turns, the old one first.

    Args:
        period: How many steps each turn takes, at least 1.

    Raises:
        InvalidArgument: `period` is no such integer.

    Examples:
        >>> Recurring(period=2).probability(np.arange(6)).tolist()
        [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]

    References:
        Gama, Žliobaitė, Bifet, Pechenizkiy and Bouchachia, "A survey on concept drift
        adaptation", ACM Computing Surveys 46(4), 2014.
    """

    period: int

    def __post_init__(self) -> None:
        """Validate."""
        _check_step("period", self.period, least=1)

    def probability(self, steps: Integers) -> Floats:
        """Return 0 in the turns of the old concept and 1 in those of the new one."""
        return (np.asarray(steps) // self.period % 2).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class DriftingStream:
    """A labelled stream, and which of its examples follow the new concept.

    Args:
        data: The examples in the order of the stream.
        new: (n,) which come from the new concept, read-only.
    """

    data: Dataset
    new: Mask

    @classmethod
    def of(cls, *, old: Dataset, new: Dataset, drift: Drift, seed: int) -> DriftingStream:
        """Return the stream that takes each example from one of two, at the same step.

        Which one is a matter of the example's own random number and the drift's probability at
        its step: the same for the same seed, however long the streams are.

        Args:
            old: Labelled examples of the old concept.
            new: As many of the new one, with inputs of the same shape and kind.
            drift: `Sudden(at=...)`, `Gradual(start=..., stop=...)`, `Sigmoid(at=..., width=...)`
                or `Recurring(period=...)`.
            seed: Names the random numbers.

        Raises:
            InvalidArgument: `drift` is no drift.
            InvalidData: The streams do not go together; the message says in what.

        Examples:
            >>> old = Dataset(x=np.zeros((4, 2)), y=np.array([0, 1, 0, 1]))
            >>> new = Dataset(x=np.ones((4, 2)), y=np.array([1, 0, 1, 0]))
            >>> stream = DriftingStream.of(old=old, new=new, drift=Sudden(at=3), seed=0)
            >>> stream.data.y.tolist(), stream.new.tolist()
            ([0, 1, 0, 0], [False, False, False, True])
        """
        if not isinstance(drift, Drift):
            raise InvalidArgument(
                f"drift={drift!r} must be Sudden(at=...), Gradual(start=..., stop=...), Sigmoid(at=..., width=...) "
                "or Recurring(period=...)"
            )
        _check_alike(old, new)
        steps = np.arange(len(old))
        luck = Streams.of(seed, "drift", index=steps).uniform("concept")
        follows: Mask = luck < drift.probability(steps)
        data = Dataset(x=_inputs(follows, new.x, old.x), y=_either(follows, new.y, old.y), bounds=old.bounds)
        return cls(data=data, new=read_only(follows))


def _check_step(name: str, value: object, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidArgument(f"{name}={value!r} must be a number of steps, an integer of at least {least}")


def _check_alike(old: Dataset, new: Dataset) -> None:
    for name, stream in (("old", old), ("new", new)):
        if not isinstance(stream, Dataset):
            raise InvalidData(f"{name} is a {type(stream).__name__}; give Dataset(x=..., y=...)")
        if stream.y is None:
            raise InvalidData(f"{name} has no labels, and a concept is what leads from inputs to labels; give y")
    for what, one, other in (
        ("length", len(old), len(new)),
        ("inputs", _kinds(old.x), _kinds(new.x)),
        ("labels", _kind(old.y), _kind(new.y)),
        ("bounds", old.bounds, new.bounds),
    ):
        if one != other:
            raise InvalidData(f"the {what} of old and new differ: {one} and {other}; give two streams of one form")


def _kinds(x: Inputs) -> object:
    return {name: _kind(entry) for name, entry in x.items()} if isinstance(x, Mapping) else _kind(x)


def _kind(array: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an array
    # Strings of another length are no other kind.
    return (array.shape[1:], array.dtype.kind if array.dtype.kind in "UST" else array.dtype.name)


def _inputs(choice: Mask, new: Inputs, old: Inputs) -> Inputs:
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        return {name: _either(choice, entry, old[name]) for name, entry in new.items()}
    return _either(choice, new, old)


def _either(choice: Mask, new: Any, old: Any) -> NDArray[Any]:  # noqa: ANN401 - arrays, told alike before
    return np.where(choice.reshape(-1, *[1] * (new.ndim - 1)), new, old)
