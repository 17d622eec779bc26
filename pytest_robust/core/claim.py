"""What a verdict is about."""

from __future__ import annotations

from enum import Enum

from pytest_robust.core.errors import InvalidArgument

__all__ = ["Claim", "as_claim"]


class Claim(Enum):
    """These examples, or the population that they are a sample of."""

    DATASET = "dataset"
    POPULATION = "population"


def as_claim(text: str) -> Claim:
    """Return the claim of that name.

    Raises:
        InvalidArgument: There is none; the message names the two there are.
    """
    try:
        return Claim(text)
    except ValueError:
        raise InvalidArgument(f"claim={text!r} is neither 'dataset' nor 'population'") from None
