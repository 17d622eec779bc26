"""Signs that an attack which failed proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pytest_robust.core.outcomes import Examined, Finding
from pytest_robust.evaluation.probe import Meter

__all__ = ["Signs", "diagnose"]

# A gradient that is exactly zero happens to a healthy network on a few inputs at most.
_ZERO_SHARE = 0.1
# Fewer examples than this say nothing about a mean.
_ENOUGH = 10
# Noise must break this many more, so that one lucky draw is no sign.
_CLEARLY_MORE = 2


@dataclass(kw_only=True)
class Signs:
    """What was seen while an attack ran, added up over its batches.

    Args:
        attacked: Examples attacked.
        unusable: Of these, where the attack returned something that is no number.
        loss_rise: Sum over examples of the loss after less the loss before.
        rises_counted: Examples in this sum.
        compared: Examples on which noise of the same budget was tried as well.
        broken_there: Of these, broken by the attack.
        broken_by_noise: Of these, broken by the noise.
        searched: Examples in which a search looked for something to change.
        offered: Of these, where there was anything.
    """

    attacked: int = 0
    unusable: int = 0
    loss_rise: float = 0.0
    rises_counted: int = 0
    compared: int = 0
    broken_there: int = 0
    broken_by_noise: int = 0
    searched: int = 0
    offered: int = 0


def diagnose(meter: Meter, signs: Signs) -> tuple[Examined, ...]:
    """Return what was looked for in an attack that may have left examples standing, and what was seen.

    Only what there was to look at: a search among words has no gradients.

    References:
        Carlini et al., "On Evaluating Adversarial Robustness", 2019, arXiv:1902.06705.
        Athalye, Carlini and Wagner, "Obfuscated Gradients Give a False Sense of Security",
        ICML 2018, arXiv:1802.00420.
    """
    return tuple(found for question in _QUESTIONS if (found := question(meter, signs)) is not None)


def _broken_gradients(meter: Meter, signs: Signs) -> Examined | None:  # noqa: ARG001 - the other questions'
    if not meter.gradients:
        return None
    finding = Finding(
        sign=f"{meter.broken_gradients} of {meter.gradients} gradients are NaN or infinite",
        remedy="look for a division by zero, a square root of zero or an overflow in the model",
    )
    return Examined(
        asked="gradients that are NaN or infinite",
        seen=_of(meter.broken_gradients, meter.gradients),
        finding=finding if meter.broken_gradients else None,
    )


def _zero_gradients(meter: Meter, signs: Signs) -> Examined | None:  # noqa: ARG001 - likewise
    if not meter.gradients:
        return None
    finding = Finding(
        sign=f"{meter.zero_gradients} of {meter.gradients} gradients are exactly zero, so the attack is blind",
        remedy="look for rounding, a saturated activation or a very large scale in the model; "
        "give the model without that step, or attack without gradients",
    )
    return Examined(
        asked="gradients that are exactly zero",
        seen=_of(meter.zero_gradients, meter.gradients),
        finding=finding if meter.zero_gradients > _ZERO_SHARE * meter.gradients else None,
    )


def _unusable(meter: Meter, signs: Signs) -> Examined | None:  # noqa: ARG001 - likewise
    if not signs.attacked:
        return None
    finding = Finding(
        sign=f"the attack returned no numbers for {signs.unusable} of {signs.attacked} examples",
        remedy="its step or the model's gradient overflows; check the attack on a smaller budget",
    )
    return Examined(
        asked="examples for which the attack returned no numbers",
        seen=_of(signs.unusable, signs.attacked),
        finding=finding if signs.unusable else None,
    )


def _loss_rise(meter: Meter, signs: Signs) -> Examined | None:  # noqa: ARG001 - likewise
    if not signs.rises_counted:
        return None
    seen = f"{signs.loss_rise / signs.rises_counted:.3g} in the mean over {signs.rises_counted} attacked examples"
    finding = Finding(
        sign=f"the loss did not rise: by {seen}",
        remedy="the gradient does not lead uphill: use more steps or a smaller step, "
        "and look for randomness or masking in the model",
    )
    sick = signs.rises_counted >= _ENOUGH and signs.loss_rise <= 0
    return Examined(asked="rise of the loss", seen=seen, finding=finding if sick else None)


def _noise(meter: Meter, signs: Signs) -> Examined | None:  # noqa: ARG001 - likewise
    if not signs.compared:
        return None
    broke = f"broke {signs.broken_by_noise} of {signs.compared} examples, the attack"
    finding = Finding(
        sign=f"random noise of the same budget {broke} only {signs.broken_there}",
        remedy="an attack weaker than noise does not work on this model: use more steps or restarts, "
        "or one without gradients",
    )
    sick = signs.broken_by_noise >= signs.broken_there + _CLEARLY_MORE
    return Examined(
        asked="random noise of the same budget",
        seen=f"{broke} {signs.broken_there}",
        finding=finding if sick else None,
    )


def _offered(meter: Meter, signs: Signs) -> Examined | None:  # noqa: ARG001 - likewise
    if not signs.searched:
        return None
    finding = Finding(
        sign=f"in none of {signs.searched} texts was there a word that it may exchange",
        remedy="give a lexicon of words that occur in the texts, in small letters, "
        "or allow more: edits=1 in place of a small share, fewer words in protect",
    )
    return Examined(
        asked="texts with a word that may be exchanged",
        seen=_of(signs.offered, signs.searched),
        finding=None if signs.offered else finding,
    )


_QUESTIONS: tuple[Callable[[Meter, Signs], Examined | None], ...] = (
    _broken_gradients,
    _zero_gradients,
    _unusable,
    _loss_rise,
    _noise,
    _offered,
)
"""What is looked for, in the order of the report."""


def _of(count: int, total: int) -> str:
    share = f" ({100 * count / total:.2g} %)" if 0 < count < total else ""
    return f"{count:,} of {total:,}{share}"
