"""The key beside the right one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.parameters import Amount, count_field, strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.texts import Text
from pytest_robust.transforms.text._edits import Edit, check_edits, edited, pick

__all__ = ["Azerty", "KeyboardTypos", "Layout", "Qwerty", "Qwertz"]

# How far each row of keys stands to the right of the digits, in widths of a key (ISO/IEC 9995-2
# leaves it to makers; these are those of nearly all). The bottom row's first key is beside the
# left shift, where a keyboard has one more.
_STAGGER = (0.0, 0.5, 0.75, 0.25)
# The six keys around one are at most hypot(0.75, 1) = 1.25 away, the next ones hypot(1.25, 1).
_REACH = 1.3


class Layout(ABC):
    """Which keys of a keyboard are neighbours."""

    @property
    @abstractmethod
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Rows of keys from the top, for each level of shift; a space where a key writes nothing."""


@dataclass(frozen=True)
class Qwerty(Layout):
    """The keyboard of the United States.

    Examples:
        >>> Qwerty()
        Qwerty()
    """

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Without and with shift."""
        return (
            ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", " zxcvbnm,./"),
            ("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"', " ZXCVBNM<>?"),
        )


@dataclass(frozen=True)
class Azerty(Layout):
    """The keyboard of France, on which digits are typed with shift.

    Examples:
        >>> Azerty()
        Azerty()
    """

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Without and with shift."""
        return (
            ("&é\"'(-è_çà)=", "azertyuiop $", "qsdfghjklmù*", "<wxcvbn,;:!"),
            ("1234567890°+", "AZERTYUIOP £", "QSDFGHJKLM%µ", ">WXCVBN?./§"),
        )


@dataclass(frozen=True)
class Qwertz(Layout):
    """The keyboard of Germany.

    Examples:
        >>> Qwertz()
        Qwertz()
    """

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Without and with shift."""
        return (
            ("1234567890ß ", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"),
            ('!"§$%&/()=? ', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class KeyboardTypos(Transform):
    """Type a neighbouring key in place of the right one, with shift where it was held.

    A place is each character that the keyboard has a key for.

    Args:
        rate: The expected share of places that are edited, from 0 to 1; a larger one makes the
            same edits and others. `Between(low, high)` draws one for each example.
        edits: In place of `rate`, the number of edits an example, at least 1.
        layout: The keyboard: `Qwerty()`, `Azerty()` or `Qwertz()`.
        protect: Regular expressions; what matches one stays as it is.

    Raises:
        InvalidArgument: Not exactly one of `rate` and `edits` is given, one is outside its range,
            or `layout` is no keyboard.

    Examples:
        >>> KeyboardTypos(rate=0.05)
        KeyboardTypos(rate=0.05)
        >>> KeyboardTypos(edits=2, layout=Azerty())
        KeyboardTypos(edits=2, layout=Azerty())

    References:
        Belinkov and Bisk, "Synthetic and Natural Noise Both Break Neural Machine Translation",
        ICLR 2018, arXiv:1711.02173, section 4.1.
    """

    rate: Amount | None = strength(strongest=0.5, default=None)
    edits: int | None = count_field(default=None)
    layout: Layout = Qwerty()
    protect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate."""
        check_edits(self)
        if not isinstance(self.layout, Layout):
            raise InvalidArgument(f"layout={self.layout!r} must be Qwerty(), Azerty() or Qwertz()")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the mistyped texts."""
        beside = _beside(self.layout.keys)

        def typos(text: Text, choice: Sequence[float]) -> Iterator[Edit]:
            return (
                Edit(place, place + 1, pick(beside[key], choice[place]))
                for place, key in enumerate(text.value)
                if key in beside
            )

        return edited(self, batch, streams, typos)


@cache
def _beside(keys: tuple[tuple[str, ...], ...]) -> Mapping[str, str]:
    """Return the neighbours of every key, on each level of shift."""
    beside: dict[str, str] = {}
    for level in keys:
        places = {
            key: (row, shift + column)
            for row, (shift, line) in enumerate(zip(_STAGGER, level, strict=True))
            for column, key in enumerate(line)
            if key != " "
        }
        for key, (row, column) in places.items():
            beside[key] = "".join(
                other for other, (r, c) in places.items() if other != key and hypot(r - row, c - column) < _REACH
            )
    return beside
