"""What stands after `under=`: attacks, transforms, and what they compose to."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, field, fields, replace
from inspect import get_annotations
from math import inf, isfinite
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Floats, Integers
from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.model import Differentiable, Model, name_of
from pytest_robust.core.norms import L1, L2, LInf, Norm
from pytest_robust.core.parameters import Between, Exactly
from pytest_robust.core.streams import Streams
from pytest_robust.core.strengths import milder, strength_in, written
from pytest_robust.core.threat import ThreatModel

__all__ = [
    "Adversary",
    "Attack",
    "Chain",
    "Clean",
    "Ensemble",
    "Perturbation",
    "Search",
    "TableTransform",
    "Transform",
    "WorstOf",
    "goal_of",
    "leaves",
    "members",
]

_OTHERWISE = (
    "give the Keras or TensorFlow model itself, or its gradients in TransferAttack(surrogate=...), "
    "or an attack without gradients such as"
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Perturbation(ABC):  # noqa: B024 - its two kinds have their own methods
    """A change of inputs, as a value: equal if its class and parameters are.

    Args:
        on: The input it changes, for models with several; without it, the only one it can.
    """

    on: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401 - as in object
        """Take the ranges of annotated fields as their strengths, before the class becomes a dataclass."""
        super().__init_subclass__(**kwargs)
        for name, annotation in get_annotations(cls).items():
            metadata = strength_in(annotation, cls)
            if metadata:
                setattr(cls, name, field(default=cls.__dict__.get(name, MISSING), metadata=metadata))

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
        lessened = {
            item.name: milder(getattr(self, item.name), share, item)
            for item in fields(self)
            if "neutral" in item.metadata
        }
        return replace(self, **lessened)

    @classmethod
    def strongest(cls) -> Self:
        """Return the change at the strength where a search for the mildest starts."""
        return cls(**{item.name: item.metadata["strongest"] for item in fields(cls) if "strongest" in item.metadata})

    def adapted(self, adapt: Callable[[Any], Model]) -> Perturbation:  # noqa: ARG002 - for those that hold a model
        """Return the same change with the native models that it holds made Models.

        Args:
            adapt: Makes a Model of a framework's own.
        """
        return self

    @property
    def composed(self) -> tuple[Perturbation, ...]:
        """The changes that it is composed of, in order; none for one that changes inputs itself."""
        return ()

    @property
    def has_strength(self) -> bool:
        """Whether there are milder ones of its kind, or of what it is composed of."""
        if self.composed:
            return any(part.has_strength for part in self.composed)
        return any("neutral" in item.metadata and getattr(self, item.name) not in {None, inf} for item in fields(self))

    @property
    def level(self) -> float | None:
        """The number to draw it over on a curve, or None where it has several or none."""
        strengths = [getattr(self, item.name) for item in fields(self) if "neutral" in item.metadata]
        values = [value for value in strengths if value is not None]
        if len(values) != 1 or values[0] == inf:
            return None
        value = values[0]
        if isinstance(value, Exactly):
            return float(value.value)
        return None if isinstance(value, Between) else float(value)

    @property
    def family(self) -> str:
        """What stays the same along a curve over `level`."""
        shown = [f"{item.name}={_same(self, item)}" for item in _told(self) if "neutral" not in item.metadata]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __or__(self, then: Perturbation) -> Chain:
        """Return this change followed by another."""
        return Chain(parts=(*_parts(self), *_parts(then)))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's and Hypothesis' protocol
        printer.text(repr(self))

    def __repr__(self) -> str:
        """Return code that makes this value, without what is default."""
        shown = ", ".join(f"{item.name}={_shown(self, item)}" for item in _told(self))
        return f"{type(self).__name__}({shown})"


def _shown(perturbation: Perturbation, item: Any) -> str:  # noqa: ANN401 - a dataclass field
    value = getattr(perturbation, item.name)
    return name_of(value) if "native" in item.metadata else written(value)


def _same(perturbation: Perturbation, item: Any) -> str:  # noqa: ANN401 - a dataclass field
    value = getattr(perturbation, item.name)
    return value.family if isinstance(value, Perturbation) else _shown(perturbation, item)


def _told(perturbation: Perturbation) -> list[Any]:
    """Return the fields that differ from their defaults, and those without: its own, then inherited ones, `on` last."""
    own = get_annotations(type(perturbation))
    ordered = sorted(fields(perturbation), key=lambda item: (item.name == "on", item.name not in own))
    return [item for item in ordered if item.default is MISSING or getattr(perturbation, item.name) != item.default]


def _parts(perturbation: Perturbation) -> tuple[Perturbation, ...]:
    return perturbation.parts if isinstance(perturbation, Chain) else (perturbation,)


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


class TableTransform(Transform):
    """A change of the columns of a table.

    Its batches hold rows in their own types: (n, columns) numbers, or an (n,) structured array with
    a field a column. `batch.whole` knows all rows; its `read` and `write` serve both forms.
    """


class Adversary(Perturbation):
    """A change that asks the model in order to find the worst. It has the field `goal`."""

    needs: ClassVar[type[Model]]
    """What a model must be able to do."""

    goal: Goal

    @property
    def otherwise(self) -> str:
        """What is left for a model that can do less, for a message."""
        return f"{_OTHERWISE} UniformNoise(eps=0.1)"


class Attack(Adversary):
    """A change that reads the model to find the worst allowed input.

    The engine trusts none of it: it clips the result to the threat model, measures the
    distance, and asks the model again. An attack has the fields `eps`, `norm` and `goal`.
    """

    norms: ClassVar[tuple[Norm, ...]] = (LInf, L2, L1)
    """The norms it knows a method for."""

    eps: float
    norm: Norm

    @property
    def otherwise(self) -> str:
        """An attack of the same budget that needs only answers."""
        return f"{_OTHERWISE} UniformNoise(eps={self.eps if isfinite(self.eps) else 0.1:g})"

    @property
    def white_box(self) -> bool:
        """Whether it follows the gradients of the model under test."""
        return issubclass(self.needs, Differentiable)

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


class Ensemble(Attack):
    """An attack that is several: each member meets the examples that stood those before.

    The engine runs the members itself, so that it can tell which of them broke what.
    """

    @property
    @abstractmethod
    def parts(self) -> tuple[Attack, ...]:
        """The members, in the order in which they are tried."""


class Search(Adversary):
    """The worst of a family of changes that a few numbers tell apart, such as an angle and a shift.

    What the adversary may do is a box of these numbers. The engine clips to it what a search
    returns, and renders the examples itself.
    """

    @property
    @abstractmethod
    def limits(self) -> tuple[float, ...]:
        """The largest size of each number; the smallest is the same below 0, and 0 changes nothing."""

    @abstractmethod
    def render(self, x: NDArray[np.float32], numbers: Floats) -> NDArray[np.float32]:
        """Return the examples changed by their numbers, same shape.

        Args:
            x: (n, ...) float32 inputs, read-only.
            numbers: (n, k) one row an example, within the limits.

        Raises:
            InvalidData: The inputs are not of the kind it changes.
        """

    @abstractmethod
    def find(self, model: Any, x: NDArray[np.float32], y: Integers, streams: Streams) -> Floats:  # noqa: ANN401 - of the type that `needs` names
        """Return (n, k) the numbers of the worst change found of each example.

        Args:
            model: Of the type that `needs` names.
            x: (n, ...) float32 inputs, read-only.
            y: (n,) class indices, the right answers.
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
    def composed(self) -> tuple[Perturbation, ...]:
        """The parts."""
        return self.parts

    def scaled(self, share: float) -> Chain:
        """Return the chain with each part at a share of its strength."""
        return Chain(parts=tuple(part.scaled(share) for part in self.parts))

    def adapted(self, adapt: Callable[[Any], Model]) -> Chain:
        """Return the chain with the models in its parts made Models."""
        return Chain(parts=tuple(part.adapted(adapt) for part in self.parts))

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
    def composed(self) -> tuple[Perturbation, ...]:
        """The parts."""
        return self.parts

    def scaled(self, share: float) -> WorstOf:
        """Return the worst of the parts at a share of their strength."""
        return WorstOf(*(part.scaled(share) for part in self.parts))

    def adapted(self, adapt: Callable[[Any], Model]) -> WorstOf:
        """Return the worst of the parts with the models in them made Models."""
        return WorstOf(*(part.adapted(adapt) for part in self.parts))

    @property
    def level(self) -> float | None:
        """None: several changes have no single strength."""
        return None

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return f"WorstOf({', '.join(map(repr, self.parts))})"


def leaves(perturbation: Perturbation) -> Iterator[Perturbation]:
    """Yield the changes that a change is composed of, itself where it is of none."""
    parts = perturbation.composed
    if not parts:
        yield perturbation
    for part in parts:
        yield from leaves(part)


def goal_of(perturbation: Perturbation) -> Goal:
    """Return what a change is after; what has no goal of its own is to make the model err."""
    return perturbation.goal if isinstance(perturbation, Adversary) else Untargeted()


def members(perturbation: Perturbation) -> tuple[Perturbation, ...]:
    """Return what is tried in turn, where a change is the worst of several; else nothing."""
    return perturbation.parts if isinstance(perturbation, (Ensemble, WorstOf)) else ()


def _check_parts(owner: object, parts: tuple[object, ...]) -> None:
    for part in parts:
        if not isinstance(part, Perturbation):
            raise InvalidArgument(
                f"{type(owner).__name__}: {part!r} is not a perturbation; give values such as Rotate(degrees=15)"
            )
    if not parts:
        raise InvalidArgument(f"{type(owner).__name__} needs at least one perturbation")
