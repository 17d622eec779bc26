"""An attack that runs another one in its own way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

from pytest_robust.core.errors import InvalidArgument, InvalidModel
from pytest_robust.core.goals import Goal
from pytest_robust.core.model import Model
from pytest_robust.core.norms import Norm
from pytest_robust.core.perturbation import Adversary, Attack, Ensemble, Perturbation

__all__ = ["Wrapped", "check_able", "check_single"]


class Wrapped(Attack):
    """An attack whose budget, norm and goal are those of the attack that it runs, its field `attack`."""

    @property
    @abstractmethod
    def inner(self) -> Attack:
        """The attack that is run."""

    @property
    def eps(self) -> float:  # type: ignore[override]  # read-only here, as in every frozen attack
        """The inner attack's budget."""
        return self.inner.eps

    @property
    def norm(self) -> Norm:  # type: ignore[override]  # likewise
        """The inner attack's norm."""
        return self.inner.norm

    @property
    def goal(self) -> Goal:  # type: ignore[override]  # likewise
        """The inner attack's goal."""
        return self.inner.goal

    @property
    def has_strength(self) -> bool:
        """Whether the inner attack has."""
        return self.inner.has_strength

    @property
    def level(self) -> float | None:
        """The inner attack's."""
        return self.inner.level

    def scaled(self, share: float) -> Self:
        """Return the same around the inner attack at a share of its strength."""
        return self._around(self.inner.scaled(share))

    def adapted(self, adapt: Callable[[Any], Model]) -> Perturbation:
        """Return the same around the inner attack with the models in it made Models."""
        return self._around(self.inner.adapted(adapt))

    def _around(self, attack: Perturbation) -> Self:
        other: Any = self
        made: Self = replace(other, attack=attack)
        return made


def check_single(owner: str, attack: object) -> None:
    """Refuse what is not one attack.

    Raises:
        InvalidArgument: It is no attack, or an ensemble of several.
    """
    if not isinstance(attack, Attack):
        raise InvalidArgument(f"{owner}: attack={attack!r} is not an attack: give a value such as PGD(eps=8/255)")
    if isinstance(attack, Ensemble):
        raise InvalidArgument(
            f"{owner}: attack={attack!r} is several attacks: give one of them, such as {attack.parts[0]!r}"
        )


def check_able(model: Model, attack: Adversary) -> None:
    """Refuse a model that cannot do what an attack needs.

    Raises:
        InvalidModel: It cannot; the message says which attacks are left.
    """
    if not isinstance(model, attack.needs):
        raise InvalidModel(
            f"{type(attack).__name__} needs a model that is {attack.needs.__name__.lower()}, and this one only gives "
            f"answers: {attack.otherwise}"
        )
