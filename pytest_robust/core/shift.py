"""How the examples that a model will meet differ from those it is tested on."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.dataset import Dataset

__all__ = ["Shift"]


class Shift(ABC):
    """Tells how much each example of a test set counts where the mix is another one.

    The weight of an example is the density of its kind there over the density here, up to a
    factor that is the same for all. Only what the test set holds can be given weight: a shift
    speaks of other shares of known kinds, never of kinds that are new.
    """

    @property
    @abstractmethod
    def title(self) -> str:
        """What the mix is, in a few words."""

    @abstractmethod
    def weights(self, data: Dataset, rows: Integers) -> Floats:
        """Return (n,) weights, finite, at least 0 and not all 0.

        Args:
            data: The test set.
            rows: (n,) positions of the examples in it that are measured on.

        Raises:
            InvalidArgument: The shift names something that the data do not have.
            InvalidData: The examples cannot be weighted this way.
        """
