"""The ranges that every interval demands."""

from __future__ import annotations

from pytest_robust.core.errors import InvalidArgument

__all__ = ["check_confidence", "check_count", "check_pairs"]


def check_count(successes: float, trials: int) -> None:
    """Refuse counts that are not a proportion.

    Raises:
        InvalidArgument: No trials, or successes outside 0..trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise InvalidArgument(f"{successes} of {trials} is not a proportion: there must be 0..n successes of n >= 1")


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is not a probability.

    Raises:
        InvalidArgument: `confidence` is not strictly between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise InvalidArgument(f"confidence={confidence!r} must lie strictly between 0 and 1")


def check_pairs(gained: float, lost: float, trials: float) -> None:
    """Refuse counts that do not add up to pairs.

    Raises:
        InvalidArgument: No trials, or more of them that differ than there are.
    """
    # The slack is for counts that were divided and do not add up to the last digit.
    if not trials > 0 or not min(gained, lost) >= 0 or gained + lost > trials * (1 + 1e-9):
        raise InvalidArgument(f"{gained} gained and {lost} lost of {trials} do not fit each other")
