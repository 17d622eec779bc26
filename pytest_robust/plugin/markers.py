"""The marker `robust`: a check written as a decorator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from difflib import get_close_matches
from inspect import signature
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.core.claim import as_claim
from pytest_robust.core.errors import RobustError
from pytest_robust.core.policy import Policy

if TYPE_CHECKING:
    from pytest_robust.core.perturbation import Perturbation
    from pytest_robust.core.verdict import Verdict
    from pytest_robust.gates.subject import Subject

__all__ = ["POLICY", "RobustMark", "marks_of"]

# The words of a marker that are a metric's own rather than the perturbation's.
_METRICS = {
    "accuracy_under_shift": ("shift",),
    "cross_validation": ("build", "folds"),
    "direction": ("lowers", "raises", "tolerance"),
    "generalization_gap": ("train",),
    "score": ("metric",),
}
POLICY = ("samples", "seed", "confidence", "claim", "error", "exact")
"""The words of a marker that say how its check is made."""


@dataclass(frozen=True, kw_only=True)
class RobustMark:
    """One marker, understood.

    Args:
        under: The perturbation, None for none.
        bars: Pairs of a metric's name and its bar: ("min", "accuracy", 0.8).
        policy: What it sets for the test.
        extra: What metrics take beside the perturbation, by their names: `metric` for a score.
    """

    under: Perturbation | None
    bars: tuple[tuple[str, str, float], ...]
    policy: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, mark: pytest.Mark) -> RobustMark:
        """Return the meaning of a marker.

        Raises:
            UsageError: It has positional arguments, a misspelt keyword, or no meaning.
        """
        from pytest_robust.gates.subject import METRICS

        if mark.args:
            raise pytest.UsageError(
                f"takes keywords only, not {mark.args[0]!r}: write attack=..., transform=... or under=..."
            )
        words = dict(mark.kwargs)
        policy = {name: words.pop(name) for name in POLICY if name in words}
        if "claim" in policy:
            policy["claim"] = as_claim(policy["claim"])
        # Made only to be validated: the session's own values are not known here.
        Policy(**policy)
        bar_words = {f"{side}_{name}": (side, name) for name in METRICS.names() for side in ("min", "max")}
        bars = tuple((*bar_words[word], _number(word, words.pop(word))) for word in list(words) if word in bar_words)
        extra = {
            name: {word: words.pop(word) for word in _METRICS[name] if word in words}
            for name in dict.fromkeys(name for _, name, _ in bars if name in _METRICS)
        }
        under = _under(words, [*bar_words, *POLICY])
        if not bars and (under is not None or not policy):
            raise pytest.UsageError("states no bar: add for instance min_accuracy=0.9")
        made = cls(under=under, bars=bars, policy=policy, extra=extra)
        for side, name, _ in bars:
            _check_arguments(f"{side}_{name}", METRICS.load(name), made.arguments(name))
        return made

    def arguments(self, name: str) -> dict[str, Any]:
        """Return what the metric of that name is made with."""
        under = {} if self.under is None else {"under": self.under}
        return {**under, **self.extra.get(name, {})}

    def applied(self, policy: Policy, *, commanded: frozenset[str]) -> Policy:
        """Return `policy` with what the marker sets and the command line does not."""
        return replace(policy, **{name: value for name, value in self.policy.items() if name not in commanded})

    def verdicts(self, subject: Subject) -> list[Verdict]:
        """Return the verdict of each bar."""
        found = []
        for side, name, bar in self.bars:
            measurement = getattr(subject, name)(**self.arguments(name))
            found.append(measurement >= bar if side == "min" else measurement <= bar)
        return found


def marks_of(item: pytest.Item) -> tuple[RobustMark, ...]:
    """Return the item's markers, the outermost first.

    Raises:
        UsageError: One has no meaning; the message names the test.
    """
    found = []
    for mark in reversed(list(item.iter_markers("robust"))):
        try:
            found.append(RobustMark.of(mark))
        except (RobustError, TypeError, ValueError, pytest.UsageError) as error:
            raise pytest.UsageError(f"{item.nodeid}: robust marker: {error}") from None
    return tuple(found)


def _under(words: dict[str, Any], others: list[str]) -> Perturbation | None:
    from pytest_robust.core.perturbation import Perturbation

    named = [word for word in ("attack", "transform", "under") if word in words]
    if len(named) > 1:
        raise pytest.UsageError(f"{' and '.join(named)} at once: one check has one perturbation; use several markers")
    known = ["attack", "transform", "under", *others]
    if not named:
        if words:
            raise pytest.UsageError(_unknown(next(iter(words)), known))
        return None
    value = words.pop(named[0])
    if named[0] == "under":
        if words:
            raise pytest.UsageError(_unknown(next(iter(words)), known))
        if not isinstance(value, Perturbation):
            raise pytest.UsageError(f"under={value!r} is not a perturbation: give a value such as PGD(eps=0.1)")
        return value
    return _made(named[0], str(value), words, known)


def _made(room: str, name: str, words: dict[str, Any], known: list[str]) -> Perturbation:
    from pytest_robust.core.catalog import Catalog
    from pytest_robust.core.perturbation import Perturbation, Transform
    from pytest_robust.core.wrapped import Wrapped

    # Attacks are of two kinds: within a norm's budget, and searches among transforms.
    interface: Any = Perturbation if room == "attack" else Transform
    kind = Catalog(room=f"pytest_robust.{room}s", interface=interface).load(name)
    if issubclass(kind, Wrapped):
        raise pytest.UsageError(f"{room}={name!r} is made around another attack: write under={kind.__name__}(...)")
    parameters = [item.name for item in fields(kind)]
    for word in words:
        if word not in parameters:
            raise pytest.UsageError(_unknown(word, [*parameters, *known]))
    for item in fields(kind):
        if item.default is MISSING and item.default_factory is MISSING and item.name not in words:
            raise pytest.UsageError(f"{room}={name!r} needs {item.name}=: add for instance {item.name}=0.1")
    made: Perturbation = kind(**words)
    return made


def _number(word: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise pytest.UsageError(f"{word}={value!r} must be a number")
    return float(value)


def _check_arguments(word: str, metric: Any, arguments: dict[str, Any]) -> None:  # noqa: ANN401 - a metric's class
    try:
        signature(metric).bind(**arguments)
    except TypeError as error:
        raise pytest.UsageError(
            f"{word}: {error}; a marker gives attack=, transform= or under=, metric= for a score, "
            "shift= for an accuracy under shift, train= for a generalization gap, and lowers= or raises= for a "
            "direction; write other checks in the test"
        ) from None
    # Made only to be validated.
    metric(**arguments)


def _unknown(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known)}"
    return f"unknown keyword {word!r}; {hint}"
