"""What a release is held to, as a process that runs tests knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_robust.core.baseline import Baseline
from pytest_robust.core.errors import InvalidBaseline

if TYPE_CHECKING:
    from pytest_robust.core.baseline import KeptCheck
    from pytest_robust.plugin.gating import Gating

__all__ = ["kept_checks"]


def kept_checks(gating: Gating) -> dict[str, KeptCheck]:
    """Return the checks of the baseline by their ids; none where single examples must not be told.

    A file that cannot be read is an error where reports arrive, before any test; here, nothing is shown of it.
    """
    if not gating.gate or gating.baseline is None or not gating.single_examples:
        return {}
    try:
        baseline = Baseline.from_json(gating.baseline.read_text(encoding="utf-8", errors="replace"))
    except (OSError, InvalidBaseline):
        return {}
    return {check.check: check for check in baseline.checks}
