"""Which features of readings change, and in what unit."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.batch import Batch
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.perturbation import Perturbation

__all__ = ["check_features", "check_scale", "columns", "scales"]


def check_features(features: tuple[int, ...] | None) -> None:
    """Refuse what is not some features.

    Raises:
        InvalidArgument: It is neither None nor a tuple of different whole numbers from 0.
    """
    if features is None:
        return
    whole = isinstance(features, tuple) and all(
        isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in features
    )
    if not whole or not features or len(set(features)) < len(features):
        raise InvalidArgument(
            f"features={features!r} must be a tuple of different whole numbers from 0, such as (0, 2); "
            "leave it out for all features"
        )


def check_scale(scale: tuple[float, ...] | None, features: tuple[int, ...] | None) -> None:
    """Refuse what is not the unit of some features.

    Raises:
        InvalidArgument: It is neither None nor a tuple of positive numbers, or one whose length
            is neither 1 nor that of `features`.
    """
    if scale is None:
        return
    positive = isinstance(scale, tuple) and all(
        isinstance(one, (int, float)) and not isinstance(one, bool) and isfinite(one) and one > 0 for one in scale
    )
    if not positive or not scale:
        raise InvalidArgument(
            f"scale={scale!r} must be a tuple of positive numbers in the inputs' own unit: one for each feature "
            "that changes, or one for all, such as (2.5,)"
        )
    if features is not None and len(scale) not in {1, len(features)}:
        raise InvalidArgument(f"scale={scale!r} must hold one number for each of features={features!r}, or one for all")


def columns(owner: Perturbation, features: tuple[int, ...] | None, x: NDArray[np.float32]) -> slice | list[int]:
    """Return what picks the features out of (n, steps, features) readings.

    Raises:
        InvalidData: There is no such feature.
    """
    if features is None:
        return slice(None)
    count = x.shape[-1]
    for one in features:
        if one >= count:
            there = "one feature, 0" if count == 1 else f"{count} features, 0 to {count - 1}"
            raise InvalidData(
                f"{owner!r} changes feature {one}, and the inputs have {there}; "
                "count from 0 along the last axis of (n, steps, features)"
            )
    return list(features)


def scales(
    owner: Perturbation, scale: tuple[float, ...] | None, batch: Batch, readings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (n or 1, 1, features or 1) float32, what a share of one stands for in the inputs' unit.

    The scale that was given, else the span of the bounds, else, where they are not finite, the
    range of each example's own feature: its highest reading less its lowest. Of the example
    alone, so that no other example has a say; and a range rather than a deviation, because
    extremes are exact whatever the order of the sum.

    Args:
        owner: Who asks, for the message.
        scale: One for each feature, or one for all; None for the rule above.
        batch: Where the readings came from.
        readings: (n, steps, features) of the features that change.

    Raises:
        InvalidData: There is not one scale for each feature.
    """
    if scale is not None:
        if len(scale) not in {1, readings.shape[-1]}:
            raise InvalidData(
                f"{owner!r} has {len(scale)} scales, and the inputs have {readings.shape[-1]} features; "
                "give one for each, or one for all"
            )
        return np.array(scale, dtype=np.float32).reshape(1, 1, -1)
    if batch.bounds.finite:
        return np.full((1, 1, 1), batch.bounds.span, dtype=np.float32)
    own: NDArray[np.float32] = readings.max(axis=1, keepdims=True) - readings.min(axis=1, keepdims=True)
    return own
