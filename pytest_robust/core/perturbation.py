"""What stands after `under=`: attacks, transforms, and what they compose to."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import MISSING, dataclass, fields, replace
from math import inf
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Integers
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal
from pytest_robust.core.model import Model
from pytest_robust.core.norms import L1, L2, LInf, Norm
from pytest_robust.core.parameters import Between, Exactly
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

__all__ = ["Attack", "Chain", "Clean", "Perturbation", "Transform", "WorstOf"]


def _written(value: object) -> str:
    """Return a number as a person writes it, so that 8/255 stays 8/255."""
    if isinstance(value, np.generic):
        value = value.item()  # NumPy's own numbers print with their type's name
    if isinstance(value, float) and value and abs(value) < 1:
        numerator = round(value * 255)
        if numerator / 255 == value and len(f"{value!r}") > 6:  # noqa: PLR2004 - longer than "0.1234"
            return f"{numerator}/255"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:  # noqa: PLR2004 - readable integers
        return str(int(value))
    return repr(value)


@dataclass(frozen=True, kw_only=True, repr=False)
class Perturbation(ABC):  # noqa: B024 - its two kinds have their own methods
    """A change of inputs, as a value: equal if its class and parameters are.

    Args:
        on: The input it changes, for models with several; without it, the only one it can.
    """

    on: str | None = None

    @property
    def kind(self) -> str:
        """The word for it in markers and tables: the class's name as its file is called."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def id(self) -> str:
        """A short stable name, safe in file names and test ids: `pgd-eps-8of255`."""
        # Between(-5, 20) is another change than Between(5, 20); the sign of 1e-05 is none.
        words = re.sub(r"(?<![\de])-(?=\d)", "minus", re.sub(r"(?<=\d)/(?=\d)", "of", repr(self).lower()))
        return re.sub(r"[^a-z0-9.]+", "-", words).strip("-")

    def scaled(self, share: float) -> Self:
        """Return the same change at a share of its strength.

        Args:
            share: In (0, 1]; parameters move on the straight line from neutral.
        """
        milder = {
            item.name: _toward(getattr(self, item.name), share, item.metadata["neutral"])
            for item in fields(self)
            if "neutral" in item.metadata
        }
        return replace(self, **milder)

    @classmethod
    def strongest(cls) -> Self:
        """Return the change at the strength where a search for the mildest starts."""
        return cls(**{item.name: item.metadata["strongest"] for item in fields(cls) if "strongest" in item.metadata})

    @property
    def has_strength(self) -> bool:
        """Whether there are milder ones of its kind."""
        return any("neutral" in item.metadata and getattr(self, item.name) != inf for item in fields(self))

    @property
    def level(self) -> float | None:
        """The number to draw it over on a curve, or None where it has several or none."""
        values = [getattr(self, item.name) for item in fields(self) if "neutral" in item.metadata]
        if len(values) != 1 or values[0] == inf:
            return None
        value = values[0]
        if isinstance(value, Exactly):
            return float(value.value)
        return None if isinstance(value, Between) else float(value)

    @property
    def family(self) -> str:
        """What stays the same along a curve over `level`."""
        shown = [
            f"{item.name}={_written(getattr(self, item.name))}"
            for item in _told(self)
            if "neutral" not in item.metadata
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __or__(self, then: Perturbation) -> Chain:
        """Return this change followed by another."""
        return Chain(parts=(*_parts(self), *_parts(then)))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's and Hypothesis' protocol
        printer.text(repr(self))

    def __repr__(self) -> str:
        """Return code that makes this value, without what is default."""
        shown = ", ".join(f"{item.name}={_written(getattr(self, item.name))}" for item in _told(self))
        return f"{type(self).__name__}({shown})"


def _told(perturbation: Perturbation) -> list[Any]:
    """Return the fields that differ from their defaults, and those without, `on` last."""
    ordered = sorted(fields(perturbation), key=lambda item: item.name == "on")
    return [item for item in ordered if item.default is MISSING or getattr(perturbation, item.name) != item.default]


def _parts(perturbation: Perturbation) -> tuple[Perturbation, ...]:
    return perturbation.parts if isinstance(perturbation, Chain) else (perturbation,)


def _toward(value: Any, share: float, neutral: float) -> Any:  # noqa: ANN401 - a field's value of any type
    def move(number: float) -> float:
        return _tidy(neutral + share * (number - neutral))

    if isinstance(value, Exactly):
        return Exactly(move(value.value))
    if isinstance(value, Between):
        return Between(move(value.low), move(value.high))
    # A plain number is a range around neutral, so it is itself the distance from neutral.
    return value if value == inf else _tidy(share * value)


def _tidy(number: float) -> float:
    # A share of 8/255 is a number of grey levels again where it is all but one. Else ten
    # significant digits: enough for any grid, and 0.07 does not print as 0.07000000000000001.
    levels = round(number * 255)
    return levels / 255 if abs(number * 255 - levels) < 1e-9 else float(f"{number:.10g}")  # noqa: PLR2004 - rounding's size


@dataclass(frozen=True, kw_only=True, repr=False)
class Clean(Perturbation):
    """No change at all."""


class Transform(Perturbation):
    """A change that needs only the input."""

    @abstractmethod
    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the changed examples, same shape and number.

        Args:
            batch: (n, ...) examples, float32 where they are numbers; read-only.
            streams: The examples' random numbers.

        Raises:
            InvalidData: The inputs are not of the kind it changes.
        """


class Attack(Perturbation):
    """A change that reads the model to find the worst allowed input.

    The engine trusts none of it: it clips the result to the threat model, measures the
    distance, and asks the model again. An attack has the fields `eps`, `norm` and `goal`.
    """

    needs: ClassVar[type[Model]]
    """What a model must be able to do."""

    norms: ClassVar[tuple[Norm, ...]] = (LInf, L2, L1)
    """The norms it knows a method for."""

    eps: float
    norm: Norm
    goal: Goal

    @abstractmethod
    def perturb(
        self,
        model: Any,  # noqa: ANN401 - of the type that `needs` names
        x: NDArray[np.float32],
        y: Integers,
        threat: ThreatModel,
        streams: Streams,
    ) -> NDArray[np.float32]:
        """Return the worst inputs found, same shape.

        Args:
            model: Of the type that `needs` names.
            x: (n, ...) float32 inputs, read-only.
            y: (n,) class indices, the right answers.
            threat: Where the result must lie.
            streams: The examples' random numbers.
        """


@dataclass(frozen=True, kw_only=True, repr=False)
class Chain(Perturbation):
    """One change after the other, written `a | b`.

    Raises:
        InvalidArgument: There are no parts, or one is not a perturbation.
    """

    parts: tuple[Perturbation, ...]

    def __post_init__(self) -> None:
        """Validate."""
        _check_parts(self, self.parts)

    @property
    def has_strength(self) -> bool:
        """Whether a part has."""
        return any(part.has_strength for part in self.parts)

    def scaled(self, share: float) -> Chain:
        """Return the chain with each part at a share of its strength."""
        return Chain(parts=tuple(part.scaled(share) for part in self.parts))

    @property
    def level(self) -> float | None:
        """None: a chain has no single strength."""
        return None

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return " | ".join(map(repr, self.parts))


@dataclass(frozen=True, repr=False, init=False)
class WorstOf(Perturbation):
    """For each example, the first of several changes that breaks it.

    Examples:
        >>> from pytest_robust.transforms import Flip, Rotate
        >>> WorstOf(Rotate(degrees=10), Flip())
        WorstOf(Rotate(degrees=10), Flip())
    """

    parts: tuple[Perturbation, ...]

    def __init__(self, *parts: Perturbation) -> None:
        """Take the changes, cheapest first: later ones meet only the examples still standing.

        Raises:
            InvalidArgument: There are no parts, or one is not a perturbation.
        """
        _check_parts(self, parts)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "on", None)

    @property
    def has_strength(self) -> bool:
        """Whether a part has."""
        return any(part.has_strength for part in self.parts)

    def scaled(self, share: float) -> WorstOf:
        """Return the worst of the parts at a share of their strength."""
        return WorstOf(*(part.scaled(share) for part in self.parts))

    @property
    def level(self) -> float | None:
        """None: several changes have no single strength."""
        return None

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return f"WorstOf({', '.join(map(repr, self.parts))})"


def _check_parts(owner: object, parts: tuple[object, ...]) -> None:
    for part in parts:
        if not isinstance(part, Perturbation):
            raise InvalidArgument(
                f"{type(owner).__name__}: {part!r} is not a perturbation; give values such as Rotate(degrees=15)"
            )
    if not parts:
        raise InvalidArgument(f"{type(owner).__name__} needs at least one perturbation")
