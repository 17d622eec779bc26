"""Examples with their pictures, as many as a page can carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from pytest_robust.core.example import Example
from pytest_robust.reporting._pictures import Triptych, triptych
from pytest_robust.reporting._text_change import TextChange, text_change

__all__ = ["Exhibit", "exhibits"]

# A picture is three quarters of its base64, and an example has three of them.
_OF_ADDRESS = 0.75
_EACH = 3
# Bytes: what a small picture needs to be worth a look. Where less is left for each, fewer are shown.
_WORTHWHILE = 1500


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """An example, ready to be shown.

    Args:
        example: What to show.
        pictures: Its pictures, None where it has none or they were left out.
        text: Its text, None where it has none.
        left_out: Whether it has pictures that the page has no room for.
    """

    example: Example
    pictures: Triptych | None
    text: TextChange | None
    left_out: bool


def exhibits(groups: Sequence[Iterable[Example]], *, room: int) -> list[tuple[Exhibit, ...]]:
    """Return the examples of each group, ready to be shown.

    Args:
        groups: The examples, those that need their pictures most first.
        room: The characters that all pictures together may take. What comes last goes without, where
            they would take more.
    """
    listed = [tuple(group) for group in groups]
    waiting = sum(example.clean is not None for example in chain.from_iterable(listed))
    shown = []
    for group in listed:
        ready = []
        for example in group:
            pictures = None
            if example.clean is not None:
                fair = int(max(room * _OF_ADDRESS / (_EACH * waiting), _WORTHWHILE))
                waiting -= 1
                made = triptych(example, most_bytes=fair) if room > 0 else None
                # The first that does not fit is the last one tried: drawing takes time.
                pictures = made if made and made.weight <= room else None
                room = room - pictures.weight if pictures else 0
            ready.append(
                Exhibit(
                    example=example,
                    pictures=pictures,
                    text=text_change(example),
                    left_out=example.clean is not None and pictures is None,
                )
            )
        shown.append(tuple(ready))
    return shown
