"""The options of baselines and of the gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_robust.plugin._options import Option, based, flag, from_file, parsed

__all__ = ["OPTIONS", "SWITCHES", "Gating"]


def _margin(text: str) -> float:
    value = float(text)
    # A margin of 1 would let a share fall from all to none.
    if not 0 <= value < 1:
        raise ValueError("a margin is at least 0 and below 1; one point of a hundred is 0.01")
    return value


def _detail(text: str) -> str:
    if text not in _DETAILS:
        raise ValueError(f"choose one of {', '.join(_DETAILS)}")
    return text


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("say why, in a few words")
    return text.strip()


_DETAILS = ("examples", "counts")
OPTIONS = (
    Option(
        name="baseline",
        metavar="FILE",
        parse=Path,
        help="What --robust-gate compares with: a file that --robust-save-baseline wrote",
    ),
    Option(
        name="margin",
        metavar="M",
        parse=_margin,
        help="The largest drop that --robust-gate lets through, such as 0.01 for one point",
    ),
    Option(
        name="baseline_detail",
        metavar="DETAIL",
        parse=_detail,
        help="What a baseline keeps: 'examples', a bit each, or 'counts' where these must not be public",
    ),
    # Of one run, so without a key: in an ini file they would hold for every run after it.
    Option(
        name="save_baseline",
        metavar="FILE",
        parse=Path,
        help="Keep this run as what the next release is compared with; evaluates all examples",
        ini=False,
    ),
    Option(
        name="accept",
        metavar="REASON",
        parse=_reason,
        help="Save the baseline in spite of a partial or failing run; the reason is stored in it",
        ini=False,
    ),
)
SWITCHES = {
    "gate": "Hold each check to the baseline as a test result of its own; evaluates all examples",
    "first_release": "Under --robust-gate: there is no baseline yet, so only the checks' own bars hold",
}


@dataclass(frozen=True, kw_only=True)
class Gating:
    """What the options of baselines and of the gate came to.

    Args:
        gate: Whether checks are held to a baseline.
        first_release: Whether there is none yet.
        baseline: The file to compare with.
        margin: The largest drop allowed.
        detail: What a baseline keeps: examples or counts.
        save: The file to write.
        accept: Why it is written in spite of what speaks against it; empty for no reason.
        waive: The lines of robust_waive.
    """

    gate: bool = False
    first_release: bool = False
    baseline: Path | None = None
    margin: float = 0.0
    detail: str = _DETAILS[0]
    save: Path | None = None
    accept: str = ""
    waive: tuple[str, ...] = ()

    @property
    def wanted(self) -> bool:
        """Whether all examples are to be evaluated, and there is something to do at the end."""
        return self.gate or self.save is not None

    @property
    def single_examples(self) -> bool:
        """Whether what each example came to may be told."""
        return self.detail == _DETAILS[0]

    @classmethod
    def of(cls, config: pytest.Config, *, disable: bool) -> Gating:
        """Return the settings of a session.

        Raises:
            UsageError: They contradict each other, or the gate has nothing to compare with.
        """
        values = parsed(OPTIONS, config)
        gate = bool(config.getoption("robust_gate") or from_file(config, "gate"))
        first = bool(config.getoption("robust_first_release"))
        baseline, save = (_path(config, values, name) for name in ("baseline", "save_baseline"))
        made = cls(
            gate=gate,
            first_release=first,
            baseline=baseline,
            margin=float(str(values.get("margin", 0.0))),
            detail=str(values.get("baseline_detail", _DETAILS[0])),
            save=save,
            accept=str(values.get("accept", "")),
            waive=tuple(config.getini("robust_waive")),
        )
        made.check(commanded=bool(config.getoption("robust_baseline")), disable=disable)
        return made

    def check(self, *, commanded: bool, disable: bool) -> None:
        """Refuse options that would make a gate of nothing.

        Args:
            commanded: Whether the baseline stands on the command line.
            disable: Whether tests that use robust are skipped.

        Raises:
            UsageError: They contradict each other, or the gate has nothing to compare with.
        """
        if self.wanted and disable:
            raise pytest.UsageError(f"{flag('disable')} skips what {flag('gate')} and {flag('save_baseline')} need")
        if self.accept and self.save is None:
            raise pytest.UsageError(f"{flag('accept')} belongs to {flag('save_baseline')}=FILE")
        if not self.gate:
            if self.first_release or commanded:
                given = flag("first_release") if self.first_release else flag("baseline")
                raise pytest.UsageError(f"{given} does nothing without {flag('gate')}: add it")
            return
        if self.first_release:
            if self.baseline is not None and self.baseline.exists():
                raise pytest.UsageError(f"{flag('first_release')}: there is a baseline, {self.baseline}; leave it out")
        elif self.baseline is None:
            raise pytest.UsageError(
                f"{flag('gate')} needs {flag('baseline')}=FILE, what the last release came to; "
                f"where there is none yet, {flag('first_release')}"
            )


def _path(config: pytest.Config, values: dict[str, object], name: str) -> Path | None:
    return based(config, name) / str(values[name]) if name in values else None
