"""Whether a release may go out: each check beside what the last release came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType

from pytest_robust.core.baseline import Baseline, KeptCheck, named
from pytest_robust.core.claim import Claim
from pytest_robust.core.estimate import Interval
from pytest_robust.core.gated import Gated, GatedCheck, GateDecision
from pytest_robust.core.record import Record, Run
from pytest_robust.core.scores import Scores
from pytest_robust.core.turned import Turned
from pytest_robust.core.verdict import Bar, Decision
from pytest_robust.gates._details import detailed
from pytest_robust.gates.comparison import Apart, Comparison, Difference, Outcome, Paired, decide_all
from pytest_robust.gates.waiver import Waiver

__all__ = ["SAME", "Terms", "gate"]

SAME = {
    "metric": "metric",
    "title": "what is measured",
    "under": "parameters",
    "data": "data",
    "seed": "seed",
}
"""What must be the same on both sides, and how it is called."""

# What a first release stands beside.
_NOTHING = Baseline(created="", tool="")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a release is held to.

    Args:
        margin: The largest drop allowed, in the unit of the measurement, at least 0.
        waivers: Checks that may be worse for a while.
        today: Tells whether a waiver still holds. A day before the baseline's is taken for that.
        source: What the baseline is called, for the report.
        refresh: The command that makes this run the baseline.
    """

    margin: float
    today: date
    source: str
    waivers: tuple[Waiver, ...] = ()
    refresh: str = "pytest --robust-save-baseline=FILE"


def gate(
    baseline: Baseline | None,
    run: Run,
    terms: Terms,
    *,
    lacking: tuple[str, ...] = (),
    turned: Mapping[str, Turned] = MappingProxyType({}),
) -> Gated:
    """Return what a run comes to beside a baseline.

    Args:
        baseline: The last release; None for the first, which only its own bars hold.
        run: The candidate's, complete.
        terms: What it is held to.
        lacking: What of the session was not run, a sentence each: whatever the checks say, it blocks the release.
        turned: By the id of the check, the examples on which the two sides differ, where they may be told.
    """
    first, before = (True, _NOTHING) if baseline is None else (False, baseline)
    found = dict(named(run))
    kept = {check.check: check for check in before.checks}
    samples = (before.settings.get("samples"), run.settings.get("samples"))
    judged = {name: _before_comparing(check, found.get(name), terms, samples=samples) for name, check in kept.items()}
    open_ones = {
        name: _comparison(kept[name], found[name], terms.margin) for name, made in judged.items() if made is None
    }
    outcomes = dict(zip(open_ones, decide_all(list(open_ones.values())), strict=True))
    waivers = {waiver.check: waiver for waiver in terms.waivers}
    day = _day(before, terms.today)
    checks = [
        _waived(
            made or _compared(kept[name], found[name], open_ones[name], outcomes[name], terms),
            waivers.get(name),
            day,
        )
        for name, made in judged.items()
    ]
    checks += [_new(name, record, terms, first=first) for name, record in found.items() if name not in kept]
    checks = [detailed(made, kept.get(made.check), found.get(made.check), turned.get(made.check)) for made in checks]
    # What a property drew is not in a baseline; it stands for itself.
    drawn = [record for record in run.records if record.role and record.decision != Decision.PASS.value]
    checks += [_new(f"{record.nodeid}::{record.id}", record, terms, first=first) for record in drawn]
    lacks = (*lacking, *(() if run.records else ("no check was made",)))
    checks += [
        GatedCheck(
            check="session" if number == 1 else f"session#{number}",
            title="the whole session",
            decision=GateDecision.MISSING.value,
            reason=reason,
            remedy="run all tests, without a selection, to their end",
            margin=terms.margin,
        )
        for number, reason in enumerate(lacks, start=1)
    ]
    return Gated(evaluated=True, baseline=terms.source, first=first, margin=terms.margin, checks=tuple(checks))


def _before_comparing(
    kept: KeptCheck, record: Record | None, terms: Terms, *, samples: tuple[str | None, str | None]
) -> GatedCheck | None:
    """Return what stands against a comparison, None where nothing does.

    Args:
        kept: The baseline's.
        record: The candidate's, None where there is none.
        terms: What the release is held to.
        samples: How many examples were asked for, in the baseline and now.
    """

    def blocked(decision: GateDecision, reason: str, remedy: str) -> GatedCheck:
        return GatedCheck(
            check=kept.check,
            title=kept.title,
            decision=decision.value,
            reason=reason,
            remedy=remedy,
            old=kept.value,
            new=None if record is None else record.value,
            margin=terms.margin,
        )

    if record is None:
        return blocked(
            GateDecision.MISSING,
            "it is in the baseline and was not run",
            f"run its test; if it is gone for good: {terms.refresh}",
        )
    own = _own(record)
    if own is not GateDecision.PASS:
        return blocked(own, _why(record, own), _remedy(record, own))
    differences = [*_differences(kept, record), *_sampled(kept, record, samples)]
    if differences:
        return blocked(
            GateDecision.INVALID,
            f"it cannot be compared with the baseline: {'; '.join(differences)}",
            f"measure both alike; if the change is meant: {terms.refresh}",
        )
    return None


def _own(record: Record) -> GateDecision:
    """Return what the check comes to by itself."""
    if record.op and record.bar is not None and not record.bar_of and record.scores is not None:
        bar = Bar(op=record.op, value=record.bar)
        if bar.holds(0.0) and bar.holds(1.0):
            # Nothing that asks whether the attack worked was asked: it made no difference to the verdict.
            return GateDecision.NO_BAR
    known = {
        Decision.PASS: GateDecision.PASS,
        Decision.FAIL: GateDecision.FAIL,
        Decision.UNDECIDED: GateDecision.UNDECIDED,
        Decision.NO_BAR: GateDecision.NO_BAR,
    }
    return next((own for word, own in known.items() if record.decision == word.value), GateDecision.INVALID)


def _why(record: Record, own: GateDecision) -> str:
    if own is GateDecision.NO_BAR:
        return "it has no bar that a value could miss, so nothing says which way is better, or when an attack failed"
    need = f"{record.op} {record.bar_of or format(record.bar, 'g')}" if record.bar is not None else "its bar"
    return f"by itself, without the baseline, it does not clear {need}: {record.reason}"


def _remedy(record: Record, own: GateDecision) -> str:
    return record.remedy or ("give it a bar: assert ... >= 0.9" if own is GateDecision.NO_BAR else "")


def _differences(kept: KeptCheck, record: Record) -> list[str]:
    """Return everything that makes the two incomparable."""
    found = [
        f"{words} {getattr(kept, name)!r} in the baseline, {getattr(record, name)!r} now"
        for name, words in SAME.items()
        if getattr(kept, name) != getattr(record, name)
    ]
    if kept.op[:1] != record.op[:1]:
        found.append(f"which way is better: {kept.op or 'not said'} in the baseline, {record.op} now")
    if kept.value is None or record.value is None:
        found.append("there is no value on both sides")
    elif _paired(kept, record) is None and (None in {kept.low, kept.high, record.low, record.high}):
        found.append("there is no interval on both sides")
    if kept.scores is not None and (record.scores is None or record.scores.n != kept.scores.n):
        found.append("the baseline has a score of each example, and this run has not")
    if _paired(kept, record) is None and kept.confidence != record.confidence:
        found.append(f"confidence {kept.confidence:g} in the baseline, {record.confidence:g} now")
    return found


def _sampled(kept: KeptCheck, record: Record, samples: tuple[str | None, str | None]) -> list[str]:
    # A rate among those right before has as many examples as its model got right: there the settings tell.
    old, new = (kept.total, record.total) if record.scores is not None else samples
    return [] if old == new else [f"examples {old} in the baseline, {new} now"]


def _paired(kept: KeptCheck, record: Record) -> tuple[Scores, Scores] | None:
    """Return what each example came to on both sides, None where they are not compared one by one."""
    return None if kept.scores is None or record.scores is None else (kept.scores, record.scores)


def _comparison(kept: KeptCheck, record: Record, margin: float) -> Comparison:
    # There is a value on both sides: else nothing is compared.
    old, new = kept.value or 0.0, record.value or 0.0
    upward = record.op.startswith(">")
    return Comparison(
        drop=old - new if upward else new - old,
        difference=_difference(kept, record),
        upward=upward,
        margin=margin,
        claim=Claim(record.claim),
        confidence=record.confidence,
        n=max(record.n, 1),
    )


def _difference(kept: KeptCheck, record: Record) -> Difference:
    pair = _paired(kept, record)
    if pair is not None:
        # The same examples are in the same groups, so the candidate's own say which those are.
        groups = None if record.groups is None else record.groups.array()
        return Paired(old=pair[0].array(), new=pair[1].array(), seed=record.seed, groups=groups)
    # Without pairs there is an interval on both sides.
    return Apart(
        old=kept.value or 0.0,
        old_ends=Interval(low=kept.low or 0.0, high=kept.high or 0.0),
        new=record.value or 0.0,
        new_ends=Interval(low=record.low or 0.0, high=record.high or 0.0),
        confidence=record.confidence,
    )


def _compared(kept: KeptCheck, record: Record, one: Comparison, outcome: Outcome, terms: Terms) -> GatedCheck:
    paired = one.difference if isinstance(one.difference, Paired) else None
    worse = (paired.only_old, paired.only_new) if paired is not None else (None, None)
    broken, right = worse if one.upward else worse[::-1]
    ends = f"[{outcome.interval.low:+.4f}, {outcome.interval.high:+.4f}]"
    examples = "" if broken is None else f"; {broken} examples worse, {right} better, of {one.n}"
    reason = (
        f"{kept.value:.4f} became {record.value:.4f}: a drop of {one.drop:+.4f} {ends} "
        f"({one.claim.value}; {one.difference.method}), margin {one.margin:g}{examples}"
    )
    settle = (
        f"about {outcome.settled_by:,} examples would settle it at this rate"
        if outcome.settled_by
        else "no feasible number of examples would settle it"
    )
    remedy = {
        GateDecision.PASS: "",
        GateDecision.IMPROVED: f"to hold the next release to it: {terms.refresh}",
        GateDecision.FAIL: "look at the examples that only the baseline got right, or waive the check for a while",
        GateDecision.UNDECIDED: f"{settle}; or claim only what holds on these (--robust-claim=dataset)",
    }[outcome.decision]
    return GatedCheck(
        check=kept.check,
        title=kept.title,
        decision=outcome.decision.value,
        reason=reason,
        remedy=remedy,
        old=kept.value,
        new=record.value,
        drop=one.drop,
        low=outcome.interval.low,
        high=outcome.interval.high,
        margin=one.margin,
        newly_broken=broken,
        newly_right=right,
        method=one.difference.method,
    )


def _new(name: str, record: Record, terms: Terms, *, first: bool) -> GatedCheck:
    own = _own(record)
    clear = own is GateDecision.PASS
    what = "first release, nothing to compare with" if first else "it is not in the baseline"
    return GatedCheck(
        check=name,
        title=record.title,
        decision=GateDecision.NEW.value if clear else own.value,
        reason=f"{what}; its own bar holds" if clear else f"{what}; {_why(record, own)}",
        remedy=_remedy(record, own),
        new=record.value,
        margin=terms.margin,
    )


def _day(baseline: Baseline, today: date) -> date:
    """Return the day it is: none before the baseline was saved, else a clock that went back would revive waivers."""
    try:
        saved = datetime.fromisoformat(baseline.created)
    except ValueError:
        return today
    return max(today, saved.astimezone(UTC).date())


def _waived(made: GatedCheck, waiver: Waiver | None, today: date) -> GatedCheck:
    return made if waiver is None else waiver.over(made, today)
