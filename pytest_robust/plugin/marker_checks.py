"""Runs the checks that a test's markers state."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_robust.gates.subject import Subject
    from pytest_robust.plugin.markers import RobustMark
    from pytest_robust.plugin.robust import Robust

__all__ = ["HasSubject", "failures"]


class HasSubject(pytest.Item):
    """An item that is no function, and so has no fixtures: it says itself what its markers check."""

    @abstractmethod
    def subject(self) -> Subject:
        """Return the model with its examples."""


def failures(item: pytest.Item, marks: tuple[RobustMark, ...]) -> list[str]:
    """Return the explanation of each check that does not pass, evaluating all of them.

    Raises:
        UsageError: The item is not a test function, so there are no fixtures to ask.
    """
    subject = _subject(item)
    return [verdict.explanation for mark in marks for verdict in mark.verdicts(subject) if not verdict]


def _subject(item: pytest.Item) -> Subject:
    if isinstance(item, HasSubject):
        return item.subject()
    request = getattr(item, "_request", None)
    if not isinstance(request, pytest.FixtureRequest):
        raise pytest.UsageError(f"{item.nodeid}: the robust marker works on test functions and methods only")
    robust: Robust = request.getfixturevalue("robust")
    return robust.subject
