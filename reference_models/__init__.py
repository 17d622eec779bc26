"""The twenty tasks: real models with real data, to test the plugin on and to learn it from."""

from reference_models.splits import Examples, Splits
from reference_models.store import trained
from reference_models.task import Epoch, Expected, Task, Trained, train

__all__ = ["Epoch", "Examples", "Expected", "Splits", "Task", "Trained", "train", "trained"]
