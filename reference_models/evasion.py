"""How adversarial examples are made of images, and how one gets past a guard that one knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust import L2, Bounds
from pytest_robust.adapters import adapt
from pytest_robust.attacks import APGD, FGSM, PGD, CarliniWagner, DeepFool
from pytest_robust.core.arrays import Floats, Integers, Mask
from pytest_robust.core.goals import Goal
from pytest_robust.core.losses import Loss
from pytest_robust.core.norms import Norm
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel
from reference_models.guards import asked
from reference_models.splits import Examples

__all__ = ["ADAPTIVE", "ATTACKS", "Unnoticed", "WrongAndSilent", "crafted", "fooling", "past_the_guard"]


def crafted(attack: Attack, model: Any, examples: Examples, *, seed: int) -> NDArray[np.float32]:
    """Return what an attack makes of images.

    Args:
        attack: Of `pytest_robust.attacks`.
        model: Whose gradients it follows; `adapt` it once for several calls, as each of its own compiles it.
        examples: Images in [0, 1] and their classes.
        seed: Of what the attack draws.
    """
    threat = ThreatModel(norm=attack.norm, eps=attack.eps, bounds=Bounds(0, 1))
    streams = Streams.of(seed, attack.kind, index=np.arange(len(examples)))
    found: NDArray[np.float32] = attack.perturb(
        adapt(model, allow_pickle=False), examples.x, examples.y, threat, streams
    )
    return found


def past_the_guard(*, eps: float, norm: Norm, alarm: int, steps: int) -> APGD:
    """Return the attack that is after a wrong answer without an alarm, by gradients of both.

    Args:
        eps: The largest change, in the norm.
        norm: How it is measured.
        alarm: The class index that stands for the alarm in `with_alarm_as_class`.
        steps: Gradients an example.
    """
    return APGD(eps=eps, norm=norm, steps=steps, loss=WrongAndSilent(alarm), goal=Unnoticed(alarm))


@dataclass(frozen=True)
class Unnoticed(Goal):
    """A wrong answer that raises no alarm: an alarm is what the defence is for, and no success.

    Args:
        alarm: The class index that stands for it.

    Examples:
        >>> Unnoticed(10).reached(np.array([3, 7, 10]), np.array([3, 3, 3])).tolist()
        [False, True, False]
    """

    alarm: int

    def reached(self, predicted: Integers, y: Integers) -> Mask:
        """Return where the answer is wrong and is not the alarm."""
        return (predicted != y) & (predicted != self.alarm)

    def labels(self, y: Integers) -> Integers:
        """Return the right answers."""
        return y

    def uphill(self, values: Floats) -> Floats:
        """Return them as they are."""
        return values

    def possible(self, y: Integers) -> Mask:
        """Return true: every answer can be wrong."""
        return np.ones(len(y), dtype=bool)


@dataclass(frozen=True)
class WrongAndSilent(Loss):
    """The smaller of two leads: of the best wrong class over the label, and of the best class over the alarm.

    Above 0 the answer is wrong and there is no alarm. The smaller one alone is followed, so that a step for
    what is still missing does not pay with what is reached.

    Args:
        alarm: The class index that stands for the alarm.
        target: (n,) the one wrong class that will do, None for any.

    References:
        Bryniarski et al., "Evading Adversarial Example Detection Defenses with Orthogonal Projected Gradient
        Descent", ICLR 2022, arXiv:2106.15023, section 3.1, for one of two losses at a time.

    Examples:
        >>> WrongAndSilent(2).value(np.array([[3.0, 1.0, 0.0], [1.0, 3.0, 2.5]]), np.array([0, 0])).tolist()
        [-2.0, 0.5]
    """

    alarm: int
    target: Integers | None = field(default=None, compare=False, repr=False)

    def value(self, logits: Floats, y: Integers) -> Floats:
        """Return (n,) the smaller lead."""
        return _leads(logits, y, self).smaller

    def slope(self, logits: Floats, y: Integers) -> Floats:
        """Return 1 at the class that is to lead, and -1 at the one that it is to leave behind."""
        leads, rows = _leads(logits, y, self), np.arange(len(logits))
        slope = np.zeros(logits.shape)
        slope[rows, leads.ahead] = 1
        slope[rows, leads.behind] = -1
        return slope

    def aimed(self, target: Integers) -> Loss:
        """Return the loss for which only one wrong class will do."""
        return WrongAndSilent(self.alarm, target)


@dataclass(frozen=True, kw_only=True)
class _Leads:
    smaller: Floats
    ahead: Integers
    behind: Integers


def _leads(logits: Floats, y: Integers, loss: WrongAndSilent) -> _Leads:
    wide, rows = logits.astype(np.float64), np.arange(len(logits))
    classes = np.array(wide)
    classes[:, loss.alarm] = -np.inf
    best = classes.argmax(axis=1)
    others = np.array(classes)
    others[rows, y] = -np.inf
    wrong = others.argmax(axis=1) if loss.target is None else loss.target
    fooled, silent = wide[rows, wrong] - wide[rows, y], wide[rows, best] - wide[:, loss.alarm]
    first = fooled < silent
    return _Leads(
        smaller=np.where(first, fooled, silent),
        ahead=np.where(first, wrong, best),
        behind=np.where(first, y, loss.alarm),
    )


def fooling(classifier: Any, examples: Examples, images: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which images are adversarial examples: read right before the attack, and wrong after it."""
    before, after = (asked(classifier, each).argmax(axis=1) for each in (examples.x, images))
    return np.asarray((before == examples.y) & (after != examples.y))


# C&W in longer steps than by default and a quarter of them: 1.59 away in the mean, where DeepFool is 1.83.
ATTACKS: Mapping[str, Attack] = {
    "FGSM 0.1": FGSM(eps=0.1),
    "FGSM 0.2": FGSM(eps=0.2),
    "PGD 0.1": PGD(eps=0.1),
    "DeepFool": DeepFool(),
    "C&W": CarliniWagner(steps=60, searches=4, constant=1.0, learning_rate=0.2),
}

# The attack that knows the guard has a budget in L2, as rounding withstands small changes of every pixel;
# 3 is less than twice what DeepFool needs in the mean, 1.83.
ADAPTIVE = past_the_guard(eps=3.0, norm=L2, alarm=10, steps=100)
