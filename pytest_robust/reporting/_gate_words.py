"""The words of the gate, the same in every format."""

from __future__ import annotations

from collections import Counter

from pytest_robust.core.gated import Gated, GatedCheck, GateDecision
from pytest_robust.reporting._words import NOT_EVALUATED, number

__all__ = ["change_of", "drop_of", "gate_decision", "gate_headline", "gate_reason", "gate_slug", "told_first"]

_BLOCKED = "BLOCKED"
# In the styles of a check's own decisions.
_STYLES = {
    GateDecision.PASS: "pass",
    GateDecision.IMPROVED: "pass",
    GateDecision.NEW: "pass",
    GateDecision.WAIVED: "undecided",
    GateDecision.FAIL: "fail",
    GateDecision.UNDECIDED: "undecided",
    GateDecision.MISSING: "fail",
    GateDecision.INVALID: "invalid",
    GateDecision.NO_BAR: "no-bar",
}


def gate_slug(decision: str) -> str:
    """Return the word for a check's decision in names of styles."""
    return next((style for known, style in _STYLES.items() if known.value == decision), "unknown")


def gate_decision(gated: Gated) -> str:
    """Return what the release comes to: PASS, BLOCKED or not evaluated."""
    if not gated.evaluated:
        return NOT_EVALUATED
    return GateDecision.PASS.value if gated.passed else _BLOCKED


def gate_reason(gated: Gated) -> str:
    """Return why, in a sentence."""
    held = "no baseline: first release, held to its own bars" if gated.first else f"held to {gated.baseline}"
    if not gated.evaluated:
        return f"the session did not come to its end ({held})"
    found = Counter(check.decision for check in gated.checks)
    tally = ", ".join(f"{found[word.value]} {word.value}" for word in GateDecision if found[word.value])
    return f"{tally} ({held}, margin {gated.margin:g})"


def gate_headline(gated: Gated) -> str:
    """Return both, as in "BLOCKED: 2 PASS, 1 FAIL (held to base.json, margin 0.01)"."""
    return f"{gate_decision(gated)}: {gate_reason(gated)}"


def told_first(gated: Gated) -> list[GatedCheck]:
    """Return the checks, what blocks the release first, else in their order."""
    return sorted(gated.checks, key=lambda check: check.lets_through)


def change_of(check: GatedCheck) -> str:
    """Return the values before and now, as in "0.900 -> 0.870"."""
    return "" if check.old is None and check.new is None else f"{number(check.old)} -> {number(check.new)}"


def drop_of(check: GatedCheck) -> str:
    """Return the drop with its interval, empty where nothing was compared."""
    if check.drop is None:
        return ""
    ends = "" if check.low is None or check.high is None else f" [{check.low:+.3f}, {check.high:+.3f}]"
    return f"{check.drop:+.3f}{ends}"
