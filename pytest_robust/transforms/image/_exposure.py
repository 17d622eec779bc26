"""What the changes of exposure do alike: they count in f-stops of light."""

from __future__ import annotations

from math import isfinite

from pytest_robust.core.errors import InvalidArgument

__all__ = ["GAMMA", "check_positive"]

GAMMA = 2.2
"""The power of a value that its light goes with: that of displays, which sRGB comes close to."""


def check_positive(name: str, value: object, meaning: str) -> None:
    """Refuse what is not a finite number above 0.

    Args:
        name: The parameter, for the message.
        value: What it is.
        meaning: What it says, for the message.

    Raises:
        InvalidArgument: `value` is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or value <= 0:
        raise InvalidArgument(f"{name}={value!r} must be a finite number above 0: {meaning}")
