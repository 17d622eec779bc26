"""A model with the examples that it is tested on, as one thing."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pytest_robust.core.dataset import Dataset
from pytest_robust.core.model import Model

__all__ = ["Tested"]


class Tested(ABC):
    """What `robust(model, x, y)` gives, for those who compare with it."""

    @property
    @abstractmethod
    def model(self) -> Model:
        """The model, adapted."""

    @property
    @abstractmethod
    def data(self) -> Dataset:
        """The examples."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the model is called in reports."""
