"""A picture that a test adds to the report: plain values only."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass

from pytest_robust.core.errors import InvalidData

__all__ = ["Figure"]

# What a file in WebP begins with, after four bytes of its own.
_WEBP = b"WEBPVP8"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture with its caption.

    Args:
        nodeid: The test that drew it.
        title: What it shows, in words; unique within the test.
        width: Pixels.
        height: Pixels.
        webp: base64 of the picture as WebP.
    """

    nodeid: str = ""
    title: str
    width: int
    height: int
    webp: str

    def check(self) -> None:
        """Refuse what is no picture, where it came from a file.

        Raises:
            InvalidData: The picture is not base64 of WebP, or its sides are no sizes.
        """
        try:
            content = b64decode(self.webp, validate=True)
        except (Error, TypeError, ValueError):
            content = b""
        sides = (self.width, self.height)
        if content[8 : 8 + len(_WEBP)] != _WEBP or not all(isinstance(side, int) and side > 0 for side in sides):
            raise InvalidData(f"the figure {self.title!r} is no picture")
