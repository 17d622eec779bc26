"""The original, and what is made of it by training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reference_models.compression.distillation import Distilled
from reference_models.compression.networks import LARGE, SMALL, digit_cnn
from reference_models.compression.pruning import Pruned
from reference_models.splits import Examples
from reference_models.supervised import Supervised
from reference_models.task import Epoch, Family

__all__ = ["Compressed", "members"]


def members() -> Family:
    """Return the networks, untrained: the original, its pruned copy, its student, and the same student alone."""
    return {
        "original": digit_cnn(LARGE, name="original"),
        "pruned": digit_cnn(LARGE, name="pruned"),
        "distilled": digit_cnn(SMALL, name="distilled"),
        "alone": digit_cnn(SMALL, name="alone"),
    }


@dataclass(frozen=True, kw_only=True)
class Compressed:
    """Fits the original by the labels, then prunes a copy of it, and teaches a student by it.

    Args:
        original: How the original is fitted.
        pruned: How its copy is pruned.
        distilled: How the student learns from it.
        alone: How the same student learns without a teacher, as many steps.
    """

    original: Supervised
    pruned: Pruned
    distilled: Distilled
    alone: Supervised

    def __call__(self, model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
        """Fit the four of them."""
        stages = 4 + len(self.pruned.epochs) - 1
        full = self.original.epochs + sum(self.pruned.epochs) + self.distilled.epochs + self.alone.epochs
        of, before = stages if quick else full, 0
        last = 0

        def tell(epoch: Epoch) -> None:
            nonlocal last
            last = before + epoch.number
            on_epoch(replace(epoch, number=last, of=of))

        original = self.original(model["original"], train, quick=quick, on_epoch=tell)
        before = last
        copy = model["pruned"]
        copy.set_weights(original.get_weights())
        pruned = self.pruned(copy, train, quick=quick, on_epoch=tell)
        before = last
        distilled = self.distilled(model["distilled"], train, teacher=original, quick=quick, on_epoch=tell)
        before = last
        alone = self.alone(model["alone"], train, quick=quick, on_epoch=tell)
        return {"original": original, "pruned": pruned, "distilled": distilled, "alone": alone}
