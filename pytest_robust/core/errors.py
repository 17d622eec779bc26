"""What can go wrong, each with the value, the rule and the remedy in its message."""

from __future__ import annotations

__all__ = [
    "InvalidArgument",
    "InvalidBaseline",
    "InvalidData",
    "InvalidModel",
    "InvalidReport",
    "NeedsValues",
    "NoGradient",
    "OutOfTime",
    "RobustError",
    "UntrustedFile",
]


class RobustError(Exception):
    """Anything that pytest-robust raises on purpose."""


class InvalidArgument(RobustError, ValueError):
    """An argument is outside its range, or is not one of the words there are."""


class InvalidBaseline(RobustError, ValueError):
    """A file is no baseline that a release can be compared with."""


class InvalidData(RobustError, ValueError):
    """The examples or their labels cannot be tested as they are."""


class InvalidModel(RobustError, TypeError):
    """The model cannot do what the check needs, or answered with something impossible."""


class InvalidReport(RobustError, ValueError):
    """A file is no saved run, or does not fit the others."""


class NeedsValues(InvalidModel):
    """The model does not take missing values, and was given some."""


class NoGradient(InvalidModel):
    """The framework found no path from the input to the output to differentiate."""


class OutOfTime(RobustError, RuntimeError):
    """The time that a session has was spent before enough examples were evaluated."""


class UntrustedFile(RobustError, PermissionError):
    """Reading the file would run code that it contains, and nobody has allowed that."""
