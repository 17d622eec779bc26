"""How a detector is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.detection.grid import targets
from reference_models.detection.loss import detection_loss
from reference_models.splits import Examples
from reference_models.task import Epoch, Model

__all__ = ["DetectorFit"]

# The least that still runs every line.
_QUICK_EXAMPLES = 64


@dataclass(frozen=True, kw_only=True)
class DetectorFit:
    """Adam on the detection loss, with a learning rate that rises for a moment and then falls to zero.

    Args:
        epochs: Passes over the training data.
        batch_size: Examples a step.
        learning_rate: The highest.
        augment: Returns other images and boxes for a batch of them, drawn at random.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    augment: Callable[[NDArray[Any], NDArray[Any], np.random.Generator], tuple[NDArray[Any], NDArray[Any]]]

    def __call__(self, model: Model, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Model:
        """Fit a network that answers (n, 12, 12, 5 + classes).

        Raises:
            ValueError: The network has fewer classes than the boxes.
        """
        import keras

        epochs = 1 if quick else self.epochs
        train = train[:_QUICK_EXAMPLES] if quick else train
        classes = model.output_shape[-1] - 5
        if train.y[..., 4].max(initial=-1) >= classes:
            raise ValueError(
                f"a box has class {train.y[..., 4].max():g}, and the network has {classes}; build it for more"
            )
        # The optimizer belongs to this outer model, so the inner one is saved without its slots,
        # which are twice the weights' size.
        learner = keras.Sequential([keras.Input(model.input_shape[1:]), model])
        batches = -(-len(train) // self.batch_size)
        learner.compile(optimizer=keras.optimizers.Adam(self._rate(epochs * batches)), loss=detection_loss)
        # Follows from the global seed, as the weights do.
        random = np.random.default_rng(int(keras.random.randint((), 0, 2**31 - 1)))
        for epoch in range(epochs):
            losses = []
            for rows in np.array_split(random.permutation(len(train)), batches):
                x, boxes = self.augment(train.x[rows], train.y[rows], random)
                # What comes back is the mean since the last reset.
                learner.reset_metrics()
                losses.append(float(learner.train_on_batch(x, targets(boxes))))
            on_epoch(Epoch(number=epoch + 1, of=epochs, figures={"loss": float(np.mean(losses))}))
        return model

    def _rate(self, steps: int) -> Any:
        import keras

        # A tenth of the steps uphill: the first answers are far off, and so are their gradients.
        warm = max(steps // 10, 1)
        return keras.optimizers.schedules.CosineDecay(
            0.0, steps - warm, warmup_target=self.learning_rate, warmup_steps=warm
        )
