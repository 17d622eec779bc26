"""What a verdict is about."""

from __future__ import annotations

from enum import Enum

__all__ = ["Claim"]


class Claim(Enum):
    """These examples, or the population that they are a sample of."""

    DATASET = "dataset"
    POPULATION = "population"
