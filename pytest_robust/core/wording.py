"""How texts are read and put back, words written like others, and places protected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.perturbation import Perturbation

__all__ = ["check_protect", "like", "protected", "texts_like", "texts_of", "with_texts"]


def texts_of(owner: Perturbation, batch: Batch) -> list[str]:
    """Return the inputs as strings.

    Args:
        owner: Who asks, for the message.
        batch: (n,) strings.

    Raises:
        InvalidData: They are no strings; the message tells their type and what to do.
    """
    x, wanted = batch.x, f"{owner!r} changes texts, an (n,) array of strings"
    if x.dtype.kind not in "UTO":
        remedy = "decode them with np.char.decode(x)" if x.dtype.kind == "S" else "of several inputs name it with on="
        raise InvalidData(f"{wanted}, and the inputs are {x.dtype}; {remedy}")
    if x.ndim != 1:
        raise InvalidData(f"{wanted}, and the inputs have shape {x.shape}; give one string an example, such as x[:, 0]")
    texts: list[str] = x.tolist()
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidData(
                f"{wanted}, and row {row} of the batch is {text!r}, of type {type(text).__name__}; "
                "make each example a str"
            )
    return texts


def texts_like(x: NDArray[Any], texts: Sequence[str]) -> NDArray[Any]:
    """Return texts as an array of the same kind as another, as wide as they need.

    Args:
        x: (n,) strings, or objects that are strings.
        texts: (m,) the new ones.
    """
    dtype = x.dtype
    if dtype.kind == "U":
        # Never narrower: an array of the same length fits where the old one did.
        width = max(dtype.itemsize // np.dtype("U1").itemsize, *map(len, texts), 1)
        dtype = np.dtype(f"U{width}")
    made = np.empty(len(texts), dtype=dtype)
    made[:] = texts
    return made


def with_texts(batch: Batch, texts: Sequence[str]) -> Batch:
    """Return the batch with new inputs, of the same kind and as wide as they need.

    Args:
        batch: Where the texts came from.
        texts: (n,) the new ones.
    """
    return replace(batch, x=texts_like(batch.x, texts))


def like(word: str, model: str) -> str:
    """Return a word in capitals, capitalised or as it is, as another is written.

    Examples:
        >>> like("movie", "Film"), like("movie", "FILM"), like("Rome", "paris")
        ('Movie', 'MOVIE', 'Rome')
    """
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def check_protect(protect: object) -> None:
    """Refuse what is no tuple of regular expressions.

    Raises:
        InvalidArgument: It is not.
    """
    if not isinstance(protect, tuple) or not all(isinstance(pattern, str) for pattern in protect):
        raise InvalidArgument(f"protect={protect!r} must be a tuple of regular expressions, such as (r'@\\w+',)")
    for pattern in protect:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InvalidArgument(
                f"protect={pattern!r} is no regular expression: {error}; for the words themselves, re.escape(...)"
            ) from None


def protected(text: str, patterns: Sequence[str]) -> bytearray:
    r"""Return for each character of a text whether one of the expressions matches it.

    Args:
        text: Any.
        patterns: Regular expressions.

    Examples:
        >>> bytes(protected("to @ann", (r"@\w+",))).hex()
        '00000001010101'
    """
    closed = bytearray(len(text))
    for pattern in patterns:
        for found in re.finditer(pattern, text):
            closed[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    return closed
