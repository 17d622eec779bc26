"""What happened to each example."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_robust.core.arrays import Floats, Integers, Outputs

__all__ = ["Cost", "Examined", "Finding", "Outcomes", "findings_of"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A reason not to believe an attack that failed.

    Args:
        sign: What was seen, with its numbers.
        remedy: What to do about it.
    """

    sign: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A sign of a sick attack that was looked for, whether it was there or not.

    Args:
        asked: What was looked for.
        seen: What was seen, with its numbers.
        finding: What follows from it; None where it speaks against nothing.
    """

    asked: str
    seen: str
    finding: Finding | None = None


def findings_of(health: tuple[Examined, ...]) -> tuple[Finding, ...]:
    """Return the reasons not to believe an attack among what was looked for."""
    return tuple(one.finding for one in health if one.finding is not None)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What an evaluation took.

    Args:
        queries: Inputs the model answered for, forward only.
        gradients: Inputs it was differentiated at.
        seconds: Wall time.
    """

    queries: int = 0
    gradients: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """The per-example scores of one model, data, perturbation, criterion and seed, so far.

    Args:
        index: (n,) positions in the dataset, in the order of evaluation.
        total: How many examples there are to evaluate.
        clean: (n,) scores of the answers to the unchanged inputs, 0 to 1.
        perturbed: (n,) scores of the answers to the changed inputs.
        distance: (n,) norms of the changes; NaN where nothing was changed, None for transforms.
        reached: (n,) whether a targeted attack got the answer it wanted, else None.
        broken_by: (n,) which member of an ensemble broke the example, counted from 0; -1 for
            none, and None where the change is no ensemble.
        outputs: (n, ...) answers to the changed inputs, where they were asked for.
        target: (n, ...) what should have been answered.
        groups: (n,) the group of each example, None where each is its own.
        health: What was looked for in an attack that failed.
        notes: How the model was understood.
        cost: What it took.
    """

    index: Integers
    total: int
    clean: Floats
    perturbed: Floats
    distance: Floats | None = None
    reached: Floats | None = None
    broken_by: Integers | None = None
    outputs: Outputs | None = None
    target: Outputs | None = None
    classes: Outputs | None = None
    groups: Integers | None = None
    health: tuple[Examined, ...] = ()
    notes: tuple[str, ...] = ()
    cost: Cost = field(default_factory=Cost)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Reasons not to believe an attack that failed."""
        return findings_of(self.health)

    def __len__(self) -> int:
        """Return the number of examples evaluated so far."""
        return len(self.index)
