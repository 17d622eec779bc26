"""Signs that an attack which failed proves nothing."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_robust.core.outcomes import Finding
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


def diagnose(meter: Meter, signs: Signs) -> tuple[Finding, ...]:
    """Return the reasons not to believe that what survived is robust.

    References:
        Carlini et al., "On Evaluating Adversarial Robustness", 2019, arXiv:1902.06705.
        Athalye, Carlini and Wagner, "Obfuscated Gradients Give a False Sense of Security",
        ICML 2018, arXiv:1802.00420.
    """
    found = []
    if meter.broken_gradients:
        found.append(
            Finding(
                sign=f"{meter.broken_gradients} of {meter.gradients} gradients are NaN or infinite",
                remedy="look for a division by zero, a square root of zero or an overflow in the model",
            )
        )
    if meter.gradients and meter.zero_gradients > _ZERO_SHARE * meter.gradients:
        found.append(
            Finding(
                sign=f"{meter.zero_gradients} of {meter.gradients} gradients are exactly zero, so the attack is blind",
                remedy="look for rounding, a saturated activation or a very large scale in the model; "
                "give the model without that step, or attack without gradients",
            )
        )
    if signs.unusable:
        found.append(
            Finding(
                sign=f"the attack returned no numbers for {signs.unusable} of {signs.attacked} examples",
                remedy="its step or the model's gradient overflows; check the attack on a smaller budget",
            )
        )
    if signs.rises_counted >= _ENOUGH and signs.loss_rise <= 0:
        found.append(
            Finding(
                sign=f"the loss did not rise: by {signs.loss_rise / signs.rises_counted:.3g} in the mean "
                f"over {signs.rises_counted} attacked examples",
                remedy="the gradient does not lead uphill: use more steps or a smaller step, "
                "and look for randomness or masking in the model",
            )
        )
    if signs.broken_by_noise >= signs.broken_there + _CLEARLY_MORE:
        found.append(
            Finding(
                sign=f"random noise of the same budget broke {signs.broken_by_noise} of {signs.compared} examples, "
                f"the attack only {signs.broken_there}",
                remedy="an attack weaker than noise does not work on this model: use more steps or restarts, "
                "or one without gradients",
            )
        )
    if signs.searched and not signs.offered:
        found.append(
            Finding(
                sign=f"in none of {signs.searched} texts was there a word that it may exchange",
                remedy="give a lexicon of words that occur in the texts, in small letters, "
                "or allow more: edits=1 in place of a small share, fewer words in protect",
            )
        )
    return tuple(found)
