"""Random noise of the budget's size: the control of every attack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_robust.attacks._checks import check_count, check_norm
from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.criteria import answers
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.model import Model
from pytest_robust.core.norms import LInf, Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.survivors import Survivors
from pytest_robust.core.threat import ThreatModel, check_budget

__all__ = ["UniformNoise"]


@dataclass(frozen=True, kw_only=True, repr=False)
class UniformNoise(Attack):
    """Draw a point of the ball uniformly.

    Works on any model. An attack that breaks fewer examples than this one at the same
    budget does not work.

    Args:
        eps: The largest change, in the inputs' own unit, above 0.
        norm: How it is measured: `LInf`, `L2` or `L1`.
        repeats: Independent draws an example, at least 1; the first that breaks it counts.
        goal: `Untargeted()`, or `Targeted(label)`.

    Raises:
        InvalidArgument: A parameter is outside its range.

    Examples:
        >>> UniformNoise(eps=0.1)
        UniformNoise(eps=0.1)

    References:
        The control experiment of Carlini et al., "On Evaluating Adversarial Robustness",
        2019, arXiv:1902.06705, section 4.3.
    """

    needs: ClassVar = Model

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    repeats: int = 1
    goal: Goal = Untargeted()

    def __post_init__(self) -> None:
        """Validate."""
        check_budget(self.eps)
        check_norm(self)
        check_count("repeats", self.repeats)

    def perturb(self, model: Model, x: Floats, y: Integers, threat: ThreatModel, streams: Streams) -> Floats:
        """Return the draw that broke each input, or its last."""
        if self.repeats == 1:
            return threat.sample(x, streams)
        rows = Survivors(model, x, y, streams, self.goal)
        for turn in range(self.repeats):
            if not len(rows):
                break
            point = threat.sample(rows.x, rows.streams.child("repeat", turn))
            kept = rows.strike(point, answers(rows.model.predict(point)))
            rows.settle(point[kept])
        return rows.result()
