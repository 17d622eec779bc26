"""A few more questions to a model whose verdict rests on an attack having failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, inf

import numpy as np

from pytest_robust.attacks.adaptive_eot import AdaptiveEOT
from pytest_robust.attacks.apgd import APGD
from pytest_robust.attacks.fgsm import FGSM
from pytest_robust.attacks.pgd import PGD
from pytest_robust.attacks.square import Square
from pytest_robust.attacks.transfer_attack import TransferAttack
from pytest_robust.core.arrays import Integers, Mask
from pytest_robust.core.goals import Untargeted
from pytest_robust.core.losses import DLR
from pytest_robust.core.model import Differentiable
from pytest_robust.core.outcomes import Cost, Examined, Finding, findings_of
from pytest_robust.core.perturbation import Attack, Perturbation
from pytest_robust.core.threat import ThreatModel
from pytest_robust.evaluation.probe import Meter
from pytest_robust.evaluation.realise import Trial, realise
from pytest_robust.evaluation.smoothed import Smoothed

__all__ = ["Opinion", "asked_again", "second_opinion"]

# Attacked examples that are tried once more: enough to tell 5 % from 25 %.
_ASKED_AGAIN = 32
# Survivors that are tried without gradients, at most, and how hard.
_STUBBORN, _QUERIES, _STEPS, _STRONG, _AIMS = 8, 200, 20, 50, 3
# The share of a row's spread of logits by which two answers to one input may differ: rounding is far below.
_UNSTEADY = 0.01
# By how many examples a count must differ before it is a sign, and by what share: of those that
# one step breaks, of those that a larger budget misses, and of the stubborn. Search by chance
# finds single examples that gradients missed on honest models; where they lie, nearly all.
_CLEARLY_MORE, _TENTH, _SHARE, _MOST = 2, 0.1, 0.25, 0.5
# Answers of a random model to one input, of which most must be wrong for it to count as broken.
_VOTES = 9


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What was found on asking again, and what it took.

    Args:
        health: What was looked for, as far as it was: what is found first ends the search.
        cost: Model calls.
    """

    health: tuple[Examined, ...] = ()
    cost: Cost = Cost()  # noqa: RUF009 - a frozen value

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Reasons not to believe the attack."""
        return findings_of(self.health)


@dataclass(frozen=True, kw_only=True)
class _Case:
    """Some attacked examples, which of them the attack broke, which stand, and the means to try more."""

    attack: Attack
    trial: Trial
    broken: Mask
    standing: Mask

    @property
    def random(self) -> bool:
        """Whether the attack allows for a model that draws at random."""
        model = self.trial.model
        return isinstance(self.attack, AdaptiveEOT) or (isinstance(model, Differentiable) and model.draws > 1)

    @property
    def threat(self) -> ThreatModel:
        return ThreatModel(norm=self.attack.norm, eps=self.attack.eps, bounds=self.trial.bounds())

    def rows(self, keep: Integers) -> _Case:
        """Return the case of some of the examples."""
        return replace(self, trial=self.trial.rows(keep), broken=self.broken[keep], standing=self.standing[keep])

    def stubborn(self) -> _Case:
        """Return the case of a few of the examples that stand."""
        return self.rows(np.flatnonzero(self.standing)[:_STUBBORN])

    def after(self, perturbation: Perturbation) -> Mask:
        """Return which of the examples another attack breaks, a random model's by most of its answers."""
        rows = np.arange(len(self.trial.x))
        changed = realise(perturbation, self.trial).x
        votes = [self.trial.broken(changed, None, rows) for _ in range(_VOTES if self.random else 1)]
        broken: Mask = np.mean(votes, axis=0) > 0.5  # noqa: PLR2004 - most of them
        return broken

    def around(self, attack: Attack) -> Attack:
        """Return an attack that allows for randomness where this one does."""
        if isinstance(self.attack, AdaptiveEOT):
            return AdaptiveEOT(attack=attack, samples=self.attack.samples)
        return attack


def second_opinion(attack: Attack, trial: Trial, broken: Mask | None, standing: Mask, meter: Meter) -> Opinion:
    """Return what speaks against an attack that left examples standing.

    All of it takes some thousand model calls, whatever the number of examples, so it is
    asked for only where a verdict needs the attack to have worked.

    Args:
        attack: What was run, one that follows gradients.
        trial: The examples it was run on, some of them.
        broken: (n,) which of these it broke; None for an attack that is one of several, which
            is then run on them again, alone.
        standing: (n,) which of these nothing broke.
        meter: What the trial's model is counted by.

    References:
        Carlini et al., "On Evaluating Adversarial Robustness", 2019, arXiv:1902.06705,
        section 3 and the checklist of section 5.
    """
    if broken is None:
        broken = trial.broken(realise(attack, trial).x, None, np.arange(len(trial.x)))
    case = _Case(attack=attack, trial=trial, broken=broken, standing=standing)
    questions: list[Callable[[_Case], Examined | None]] = [_unsteady]
    if isinstance(attack.goal, Untargeted) and attack.eps != inf:
        questions += [_one_step, _larger_budget, _without_gradients]
    found: list[Examined] = []
    for question in questions:
        examined = question(case)
        if examined is not None:
            found.append(examined)
            if examined.finding is not None:
                break  # one is enough to doubt, and the next costs more
    return Opinion(health=tuple(found), cost=Cost(queries=meter.queries, gradients=meter.gradients))


def _unsteady(case: _Case) -> Examined | None:
    model, x = case.trial.model, case.trial.x.astype(np.float32, copy=False)
    assert isinstance(model, Differentiable), "an attack followed its gradients"
    if case.random:
        return None
    once, again = (model.logits(x).astype(np.float64) for _ in range(2))
    spread = np.maximum(once.max(axis=1) - once.min(axis=1), 1e-12)
    moved = int((np.abs(once - again).max(axis=1) > _UNSTEADY * spread).sum())
    finding = Finding(
        sign=f"the model answers {moved} of {len(x)} inputs differently when it is asked again",
        remedy="its randomness hides the way uphill: attack the mean of its draws, under=AdaptiveEOT(attack=...), "
        "or turn the randomness off (training=False)",
    )
    return Examined(
        asked="answers that differ when the model is asked again",
        seen=f"{moved} of {len(x)} inputs",
        finding=finding if moved >= _CLEARLY_MORE else None,
    )


def _one_step(case: _Case) -> Examined | None:
    if isinstance(case.attack, FGSM):
        return None
    one = int(case.after(case.around(FGSM(eps=case.attack.eps, norm=case.attack.norm))).sum())
    many = int(case.broken.sum())
    broke = f"broke {one} of {len(case.broken)} examples, the attack"
    finding = Finding(
        sign=f"one step of the whole budget {broke} only {many}",
        remedy="its many steps lead nowhere: look at its step size, or at a gradient that is right only near the input",
    )
    sick = one >= many + max(_CLEARLY_MORE, ceil(_TENTH * len(case.broken)))
    return Examined(asked="one step of the whole budget", seen=f"{broke} {many}", finding=finding if sick else None)


def _larger_budget(case: _Case) -> Examined | None:
    attack = case.attack
    largest = attack.norm.diameter(case.threat.bounds.span, int(np.prod(case.trial.x.shape[1:])))
    twice = min(2 * attack.eps, largest)
    if twice <= attack.eps:
        return None
    before = case.rows(np.flatnonzero(case.broken))
    if not len(before.broken):
        return None
    missed = int((~before.after(attack.scaled(twice / attack.eps))).sum())
    seen = (
        f"of {len(before.broken)} examples that the attack breaks with a budget of {attack.eps:g} "
        f"it misses {missed} with {twice:g}"
    )
    finding = Finding(
        sign=seen,
        remedy="more budget must never break less: look for a step that is too large, or for rounding and clipping "
        "in the model that depend on how far the input has moved",
    )
    sick = missed >= max(_CLEARLY_MORE, ceil(_SHARE * len(before.broken)))
    return Examined(asked="a larger budget", seen=seen, finding=finding if sick else None)


def _without_gradients(case: _Case) -> Examined | None:
    few = case.stubborn()
    # What a stronger attack by gradients breaks says that this one is weak, not that gradients lie.
    # Aimed at several classes too: even of a linear model the likeliest is not always the nearest.
    eps, norm = case.attack.eps, case.attack.norm
    hard = few
    for strong in (
        APGD(eps=eps, norm=norm, steps=_STRONG),
        APGD(eps=eps, norm=norm, steps=_STRONG, loss=DLR(), targets=_AIMS),
    ):
        if len(hard.broken):
            hard = hard.rows(np.flatnonzero(~hard.after(hard.around(strong))))
    count, asked, told = len(hard.broken), "attacks without the model's own gradients", []
    if count < _CLEARLY_MORE:
        left = f"{count} example{'' if count == 1 else 's'}"
        return Examined(asked=asked, seen=f"not tried: attacks by its gradients left {left} standing")
    for name, other in _others(hard):
        fallen = int(hard.after(other).sum())
        told.append(f"{name} breaks {fallen} of {count} examples")
        if fallen >= max(_CLEARLY_MORE, ceil(_MOST * count)):
            finding = Finding(
                sign=f"{told[-1]} that attacks by the model's own gradients left standing",
                remedy="the gradient lies: give the model without the step that hides it, or as "
                "Defended(model, preprocess), or state the robust accuracy under AutoAttack or Square",
            )
            return Examined(asked=asked, seen="; ".join(told), finding=finding)
    return Examined(asked=asked, seen="; ".join(told))


def _others(case: _Case) -> list[tuple[str, Attack]]:
    eps, norm, model = case.attack.eps, case.attack.norm, case.trial.model
    assert isinstance(model, Differentiable), "an attack followed its gradients"
    smooth = Smoothed(model=model, threat=case.threat, streams=case.trial.streams.child("smoothed"))
    square = case.around(Square(eps=eps, norm=norm, queries=_QUERIES))
    transfer = TransferAttack(surrogate=smooth, attack=PGD(eps=eps, norm=norm, steps=_STEPS))
    return [
        (f"Square, without gradients, in {_QUERIES} queries,", square),
        ("an attack by the gradients of a smoothed copy", transfer),
    ]


def asked_again(standing: Mask) -> Integers:
    """Return which attacked examples are tried once more: the first, and the first few that stand.

    Args:
        standing: (n,) which of the attacked examples nothing broke, in the order of evaluation.
    """
    return np.union1d(np.arange(min(_ASKED_AGAIN, len(standing))), np.flatnonzero(standing)[:_STUBBORN])
