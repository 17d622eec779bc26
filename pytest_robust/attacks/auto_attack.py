"""AutoAttack: an ensemble whose members fail for different reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import ClassVar

from pytest_robust.attacks._checks import check_norm
from pytest_robust.attacks.adaptive_eot import AdaptiveEOT
from pytest_robust.attacks.apgd import APGD
from pytest_robust.attacks.fab import FAB
from pytest_robust.attacks.square import Square
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal, Targeted, Untargeted
from pytest_robust.core.losses import DLR
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack, Ensemble
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel, check_budget

__all__ = ["AutoAttack"]

# The classes that the targeted members aim at, and the queries of the black-box one (section 5).
_TARGETS, _QUERIES = 9, 5000
# Draws behind a gradient of a random model, as in the reference implementation's version of that name.
_DRAWS = 20


@dataclass(frozen=True, kw_only=True, repr=False)
class AutoAttack(Ensemble):
    """Try APGD, targeted APGD, targeted FAB and Square in turn, each on what stood those before.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.
        version: "standard", the published ensemble; "rand", its two versions of APGD under the
            expectation over 20 draws, for models or defences with randomness; or "fast", its two
            gradient attacks with fewer steps and targets, for a first look.
        goal: `Untargeted()`, or `Targeted(label)`, at which every member then aims.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> AutoAttack(eps=8 / 255, version="fast").parts
        (APGD(eps=8/255, steps=50), APGD(eps=8/255, steps=50, loss=DLR(), targets=3))

    References:
        Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble of
        diverse parameter-free attacks", ICML 2020, arXiv:2003.01690.
    """

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    version: str = "standard"
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)
        if self.version not in _VERSIONS:
            near = get_close_matches(str(self.version), _VERSIONS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidArgument(f"version={self.version!r} must be one of {', '.join(map(repr, _VERSIONS))}{hint}")

    @property
    def parts(self) -> tuple[Attack, ...]:
        """The members, in the order in which they are tried."""
        return _VERSIONS[self.version](self)

    def perturb(self, model: Differentiable, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the point that broke each input, or the last member's."""
        rows = Survivors(model, x, y, streams, self.goal)
        for turn, part in enumerate(self.parts):
            if not len(rows):
                break
            point = part.perturb(rows.model, rows.x, rows.y, threat, rows.streams.child("part", turn))
            kept = rows.strike(point, rows.model.logits(point))
            rows.settle(point[kept])
        return rows.result()


def _standard(whole: AutoAttack) -> tuple[Attack, ...]:
    targets = 0 if isinstance(whole.goal, Targeted) else _TARGETS
    return (
        APGD(eps=whole.eps, norm=whole.norm, goal=whole.goal),
        APGD(eps=whole.eps, norm=whole.norm, loss=DLR(), targets=targets, goal=whole.goal),
        FAB(eps=whole.eps, norm=whole.norm, targets=targets, goal=whole.goal),
        Square(eps=whole.eps, norm=whole.norm, queries=_QUERIES, goal=whole.goal),
    )


def _fast(whole: AutoAttack) -> tuple[Attack, ...]:
    targets = 0 if isinstance(whole.goal, Targeted) else 3
    return (
        APGD(eps=whole.eps, norm=whole.norm, steps=50, goal=whole.goal),
        APGD(eps=whole.eps, norm=whole.norm, steps=50, loss=DLR(), targets=targets, goal=whole.goal),
    )


def _rand(whole: AutoAttack) -> tuple[Attack, ...]:
    ce = APGD(eps=whole.eps, norm=whole.norm, goal=whole.goal)
    dlr = APGD(eps=whole.eps, norm=whole.norm, loss=DLR(), goal=whole.goal)
    return AdaptiveEOT(attack=ce, samples=_DRAWS), AdaptiveEOT(attack=dlr, samples=_DRAWS)


_VERSIONS: Mapping[str, Callable[[AutoAttack], tuple[Attack, ...]]] = MappingProxyType(
    {"standard": _standard, "rand": _rand, "fast": _fast}
)
