"""The labelled streams that come with river, and those that it can fetch."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from reference_models.splits import Examples

__all__ = ["BUNDLED", "load"]

BUNDLED = ("Bananas", "ImageSegments", "Phishing", "Shuttle")
"""In river's wheel: they are there wherever river is."""


def load(name: str) -> Examples:
    """Return a stream of river as arrays, in its own order.

    Args:
        name: The class of `river.datasets`, for instance "Phishing", or "Elec2", which river has to fetch.

    Raises:
        ValueError: river has no such labelled stream.
        FileNotFoundError: It is one that river fetches, and it was not; ROBUST_DOWNLOAD=1 asks for that.
        ConnectionError: The download that ROBUST_DOWNLOAD asks for failed.
    """
    from river import datasets
    from river.datasets import base

    kind: Any = getattr(datasets, name, None)
    known = isinstance(kind, type) and issubclass(kind, base.Dataset)
    if not known:
        raise ValueError(f"{name!r} is none of river.datasets; bundled with it are {', '.join(BUNDLED)}")
    stream: Any = kind()
    if stream.task not in {base.BINARY_CLF, base.MULTI_CLF}:
        raise ValueError(
            f"{name} has no classes, it is for {stream.task}; bundled with classes are {', '.join(BUNDLED)}"
        )
    if isinstance(stream, base.RemoteDataset) and not stream.is_downloaded:
        _fetch(stream, name)
    events = list(stream)
    columns = sorted(events[0][0])
    x = np.array([[float(features[column]) for column in columns] for features, _ in events], np.float32)
    _, y = np.unique([str(label) for _, label in events], return_inverse=True)
    return Examples(x=x, y=y.astype(np.int64))


def _fetch(stream: Any, name: str) -> None:
    if os.environ.get("ROBUST_DOWNLOAD") != "1":
        raise FileNotFoundError(
            f"river has not fetched {name} yet; set ROBUST_DOWNLOAD=1 to let it, or take one of {', '.join(BUNDLED)}"
        )
    try:
        stream.download(verbose=False)
    except OSError as error:
        raise ConnectionError(f"ROBUST_DOWNLOAD=1 asks for {name}, and river could not fetch it: {error}") from error
