"""Images as an attack leaves them, to look at, to save and to show to other models."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference_models.splits import Examples

if TYPE_CHECKING:
    from pytest_robust.core.norms import Norm
    from pytest_robust.core.perturbation import Attack
    from reference_models.task import Model

__all__ = ["Attacked", "attacked"]

# What breaks an image by a hair breaks it no more once another batch rounds its sums otherwise.
_BEYOND = np.float32(1 + 1e-4)


@dataclass(frozen=True, kw_only=True)
class Attacked:
    """Images before and after an attack.

    Args:
        x: (n, ...) the images as they were, in [0, 1].
        y: (n,) their labels.
        changed: (n, ...) the images as the attack leaves them, in [0, 1].
        before: (n,) what the model reads in the images as they were.
        after: (n,) what it reads in those changed.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    changed: NDArray[np.float32]
    before: NDArray[np.int64]
    after: NDArray[np.int64]

    @property
    def fooled(self) -> NDArray[np.bool_]:
        """(n,) where a right answer became a wrong one."""
        return (self.before == self.y) & (self.after != self.y)

    @property
    def success(self) -> float:
        """The share of the right answers that became wrong ones."""
        return float(self.fooled.sum() / (self.before == self.y).sum())

    def sizes(self, norm: Norm) -> NDArray[np.floating[Any]]:
        """Return (n,) the size of each change."""
        return norm.size(self.changed - self.x)


def attacked(attack: Attack, model: Model, examples: Examples, *, seed: int) -> Attacked:
    """Return images as an attack leaves them.

    The checks of a test need nothing of this: they run attacks themselves, and more carefully.

    Args:
        attack: One of `pytest_robust.attacks`, or one of your own.
        model: A classifier.
        examples: Images in [0, 1], and their labels.
        seed: All that the attack draws follows from it.
    """
    from pytest_robust.adapters import adapt
    from pytest_robust.core.bounds import Bounds
    from pytest_robust.core.streams import Streams
    from pytest_robust.core.threat import ThreatModel

    x, y = examples.x, examples.y
    adapted: Any = adapt(model, allow_pickle=False)
    threat = ThreatModel(norm=attack.norm, eps=attack.eps, bounds=Bounds(0, 1))
    found = attack.perturb(adapted, x, y, threat, Streams.of(seed, attack.kind, index=np.arange(len(x))))
    if attack.eps == inf:
        found = x + (found - x) * _BEYOND
    changed = threat.project(found, x)
    return Attacked(x=x, y=y, changed=changed, before=_read(adapted, x), after=_read(adapted, changed))


def _read(adapted: Any, x: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.asarray(adapted.predict(x)).argmax(axis=-1)
