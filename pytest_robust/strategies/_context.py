"""Whether a property is being run."""

from __future__ import annotations

import sys

__all__ = ["in_property"]


def in_property() -> bool:
    """Return whether the caller runs inside a test that Hypothesis drives, without loading it."""
    hypothesis = sys.modules.get("hypothesis")
    return hypothesis is not None and bool(hypothesis.currently_in_test_context())
