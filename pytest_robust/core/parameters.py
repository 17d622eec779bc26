"""How strong a perturbation is: fixed, or drawn afresh for each example."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from math import inf, isfinite
from numbers import Real
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.streams import Streams

__all__ = [
    "SEVERITIES",
    "Amount",
    "Between",
    "Exactly",
    "Range",
    "amount_range",
    "check_one_of",
    "check_severity",
    "check_share",
    "count_field",
    "draw",
    "draw_share",
    "itself",
    "severity_field",
    "strength",
]

SEVERITIES = 5
"""How many the literature on corruptions tells apart, from 1."""


@dataclass(frozen=True)
class Exactly:
    """The same value for every example.

    Examples:
        >>> Exactly(15)
        Exactly(15)
    """

    value: float

    def __post_init__(self) -> None:
        """Validate."""
        object.__setattr__(self, "value", _plain(self, self.value))

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return f"Exactly({self.value!r})"


@dataclass(frozen=True)
class Between:
    """A value drawn uniformly for each example, from `low` to `high`.

    Examples:
        >>> Between(-5, 20)
        Between(-5, 20)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Validate."""
        object.__setattr__(self, "low", _plain(self, self.low))
        object.__setattr__(self, "high", _plain(self, self.high))
        if self.low > self.high:
            raise InvalidArgument(f"{self!r}: the first must not be above the second")

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return f"Between({self.low!r}, {self.high!r})"


Amount: TypeAlias = float | Exactly | Between
"""A number r is the range of the classic image generators: uniform in [neutral - r, neutral + r]."""


def _plain(owner: object, value: object) -> int | float:
    # NumPy's numbers become Python's, whose repr runs.
    number = value.item() if isinstance(value, np.generic) else value
    if not _is_number(number):
        raise InvalidArgument(f"{type(owner).__name__}({value!r}): must be a finite number")
    return number


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def amount_range(name: str, amount: Amount, *, neutral: float = 0.0) -> Between:
    """Return the range that `amount` means.

    Args:
        name: The parameter, for the message.
        amount: A range r at least 0 around `neutral`, or an `Exactly`, or a `Between`.
        neutral: The value that changes nothing.

    Raises:
        InvalidArgument: `amount` is none of these.
    """
    if isinstance(amount, Between):
        return amount
    if isinstance(amount, Exactly):
        return Between(amount.value, amount.value)
    if not _is_number(amount) or amount < 0:
        raise InvalidArgument(
            f"{name}={amount!r} must be a finite number, at least 0 (a range to both sides of {neutral:g}); "
            f"for one fixed value write {name}=Exactly(...), for other ends {name}=Between(low, high)"
        )
    return Between(neutral - amount, neutral + amount)


def check_share(name: str, amount: Amount, *, most: float = inf) -> None:
    """Refuse an amount that is not a size: something at least 0, of which a plain number is one value.

    Args:
        name: The parameter, for the message.
        amount: A number, an `Exactly` or a `Between`.
        most: The largest value that means something.

    Raises:
        InvalidArgument: `amount` is negative, not finite or above `most`.
    """
    if isinstance(amount, (Exactly, Between)):
        between = amount_range(name, amount)
        low, high = between.low, between.high
    elif not _is_number(amount):
        raise InvalidArgument(f"{name}={amount!r} must be a finite number, Exactly(...) or Between(low, high)")
    else:
        low = high = amount
    if low < 0 or high > most:
        limit = "at least 0" if most == inf else f"from 0 to {most:g}"
        raise InvalidArgument(f"{name}={amount!r} must be {limit}")


def draw(name: str, amount: Amount, streams: Streams, *, neutral: float = 0.0) -> Floats:
    """Return (n,) float32 values, one an example."""
    between = amount_range(name, amount, neutral=neutral)
    if between.low == between.high:
        return np.full(len(streams), between.low, dtype=np.float32)
    return streams.uniform(name, (), between.low, between.high)


def draw_share(name: str, amount: Amount, streams: Streams) -> Floats:
    """Return (n,) float32 values, one an example, where a plain number is one value and not a range."""
    return draw(name, itself(amount), streams)


def itself(amount: Amount) -> Amount:
    """Return an amount of which a plain number is one value, not a range around zero."""
    return amount if isinstance(amount, (Exactly, Between)) else Exactly(amount)


def check_one_of(owner: str, example: str, **given: object) -> None:
    """Refuse two spellings of one thing where both are given, or neither.

    Args:
        owner: What takes them, for the message.
        example: What to write, for the message.
        given: Two parameters by their names, None where one is left out.

    Raises:
        InvalidArgument: Not exactly one is given.
    """
    count = sum(value is not None for value in given.values())
    if count != 1:
        raise InvalidArgument(
            f"{owner} takes either {' or '.join(given)}, and {'both are' if count else 'neither is'} given; "
            f"write for instance {example}"
        )


def check_severity(severity: object) -> None:
    """Refuse what is none of the five severities of the corruption benchmarks.

    Raises:
        InvalidArgument: It is not an integer from 1 to 5.
    """
    if isinstance(severity, bool) or not isinstance(severity, int) or not 1 <= severity <= SEVERITIES:
        raise InvalidArgument(
            f"severity={severity!r} must be an integer from 1, mild, to {SEVERITIES}, severe; "
            "leave the change out for no change at all"
        )


def severity_field(*, default: Any = MISSING) -> Any:  # noqa: ANN401 - a dataclass field of any type
    """Return a dataclass field for a severity from 1 to 5, required without a default.

    Milder versions are whole severities, 1 at least. With a default of None it stands beside
    another strength, of which one is given.

    Args:
        default: What it is where it is left out.
    """
    metadata = {"neutral": 0, "whole": True} | ({"strongest": SEVERITIES} if default is MISSING else {})
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Range:
    """What annotates a field that says how strong a perturbation of one's own is.

    In `darkness: Annotated[float, Range(0, 0.8)]` 0 changes nothing and 0.8 is the strongest that
    `perturbations(Class)` draws; of an `Annotated[int, ...]` whole numbers are drawn.

    Args:
        neutral: The value that changes nothing, where milder ones lead.
        strongest: What `perturbations(Class)` searches up to.

    Raises:
        InvalidArgument: They are no two finite numbers, or the same.

    Examples:
        >>> Range(0, 0.8)
        Range(0, 0.8)
    """

    neutral: float
    strongest: float

    def __post_init__(self) -> None:
        """Validate."""
        object.__setattr__(self, "neutral", _plain(self, self.neutral))
        object.__setattr__(self, "strongest", _plain(self, self.strongest))
        if self.neutral == self.strongest:
            raise InvalidArgument(f"{self!r}: the strongest value must differ from the one that changes nothing")

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return f"Range({self.neutral!r}, {self.strongest!r})"


def strength(*, strongest: Any = MISSING, neutral: float = 0.0, default: Any = MISSING) -> Any:  # noqa: ANN401 - a dataclass field of any type
    """Return a dataclass field that says how strong a perturbation is, required without a default.

    Args:
        strongest: What `perturbations(Class)` searches up to; left out where another field says that.
        neutral: The value that changes nothing, where milder ones lead.
        default: What it is where it is left out; infinity for no limit, which has no milder one.
    """
    metadata = {"neutral": neutral} | ({} if strongest is MISSING else {"strongest": strongest})
    return field(default=default, metadata=metadata)


def count_field(*, default: Any, strongest: Any = MISSING) -> Any:  # noqa: ANN401 - a dataclass field of any type
    """Return a dataclass field for a whole number from 1, of which milder ones are whole numbers too.

    Args:
        default: What it is where it is left out.
        strongest: What a search for the mildest starts from; left out where another field tells.
    """
    metadata = {"neutral": 0, "whole": True} | ({} if strongest is MISSING else {"strongest": strongest})
    return field(default=default, metadata=metadata)
