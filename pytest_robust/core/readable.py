"""Names that the system gave, as text that any file can hold."""

from __future__ import annotations

import re

__all__ = ["readable"]

# What Python makes of bytes that the environment's encoding lacks (PEP 383).
_BYTES = re.compile("[\udc80-\udcff]+")


def readable(name: str) -> str:
    r"""Return a name as it reads where the environment is UTF-8, without characters that no file can hold.

    Under `LC_ALL=C`, names of files come as single bytes in disguise. Read as UTF-8, a test has one
    id in any environment, and a baseline that was saved in one is found again in another.

    Args:
        name: Of a file, of a test, of a model.

    Examples:
        >>> readable("test_gr\udcc3\udcb6\udcc3\udc9fe.py")
        'test_größe.py'
        >>> readable("no text: \udcff")
        'no text: \\xff'
    """
    if name.isascii():
        return name
    told = _BYTES.sub(lambda found: found[0].encode(errors="surrogateescape").decode(errors="backslashreplace"), name)
    # Halves of pairs that no system made, but somebody wrote.
    return told.encode(errors="backslashreplace").decode()
