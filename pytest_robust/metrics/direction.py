"""The share of examples whose score moves the way it ought to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats
from pytest_robust.core.criteria import Criterion
from pytest_robust.core.direction import ClassProbability, Moves
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.metric import ExampleMetric, Flattery, Request
from pytest_robust.core.outcomes import Outcomes
from pytest_robust.core.parameters import check_one_of
from pytest_robust.core.perturbation import Perturbation

__all__ = ["Direction"]


@dataclass(frozen=True, kw_only=True)
class Direction(ExampleMetric):
    """The share of examples on which a change moves the probability of a class the stated way. Needs no labels.

    It does so where the probability goes no further than `tolerance` the other way. So an
    example that the change leaves as it is counts as well.

    Args:
        under: The perturbation.
        lowers: The class whose probability ought to fall, as the labels name it, or its position.
        raises: In place of `lowers`, the class whose probability ought to rise.
        tolerance: How far it may go the other way, from 0 to 1.

    Raises:
        InvalidArgument: Not exactly one of `lowers` and `raises` is given, or an argument is
            outside its range.

    Examples:
        >>> from pytest_robust.transforms import Negate
        >>> Direction(under=Negate(rate=1), lowers="positive", tolerance=0.1).title
        'direction, lowers positive within 0.1'

    References:
        Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList",
        ACL 2020, arXiv:2005.04118, section 2.2.
    """

    under: Perturbation
    lowers: str | int | None = None
    raises: str | int | None = None
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        """Validate; NumPy's numbers become Python's."""
        check_one_of("direction", "lowers='positive'", lowers=self.lowers, raises=self.raises)
        for word in ("lowers", "raises"):
            value = getattr(self, word)
            plain = value.item() if isinstance(value, np.generic) else value
            if plain is not None and (isinstance(plain, bool) or not isinstance(plain, (str, int))):
                raise InvalidArgument(f"{word}={value!r} must be the name of a class, or its position")
            object.__setattr__(self, word, plain)
        tolerance: object = self.tolerance
        if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not 0 <= tolerance <= 1:
            raise InvalidArgument(
                f"tolerance={tolerance!r} must be a number from 0 to 1, a difference of probabilities"
            )

    @property
    def title(self) -> str:
        """What it is, with the class."""
        way = f"raises {self.raises}" if self.lowers is None else f"lowers {self.lowers}"
        return f"direction, {way}{f' within {self.tolerance:g}' if self.tolerance else ''}"

    @property
    def flattery(self) -> Flattery:
        """A weak attack moves nothing, and so nothing the wrong way."""
        return Flattery.UP

    @property
    def _criterion(self) -> Criterion:
        if self.lowers is not None:
            return Moves(probability=ClassProbability(of=self.lowers), at_most=self.tolerance)
        assert self.raises is not None
        return Moves(probability=ClassProbability(of=self.raises), at_least=-self.tolerance)

    def requests(self) -> tuple[Request, ...]:
        """Return the one evaluation it needs."""
        return (Request(under=self.under, criterion=self._criterion),)

    def scores(self, outcomes: Outcomes) -> Floats:
        """Return (n,) 1 where the probability moved the stated way."""
        return outcomes.perturbed
