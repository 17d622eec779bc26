"""Checks that nothing was measured for before."""

from __future__ import annotations

from dataclasses import replace

from pytest_robust.core.policy import Policy
from pytest_robust.gates.subject import Subject

__all__ = ["fresh"]


def fresh(subject: Subject, *, batch: int) -> Subject:
    """Return the subject with all to be measured again, on all examples.

    The model stays compiled and the data looked at, as between two tests of a session.
    """
    exact = Policy(exact=True, batch_size=batch)
    # A subject's own policy returns itself, with all it knows; two changes return a new one.
    return subject.with_policy(replace(exact, confidence=0.9)).with_policy(exact)
