"""The fast gradient sign method on what a detector is trained to make small."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.batch import Batch
from pytest_robust.core.detections import CORNERS, is_boxes
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.streams import Streams
from reference_models.detection.grid import targets
from reference_models.detection.loss import detection_loss
from reference_models.task import Model

__all__ = ["DetectorFGSM", "loss_gradient", "losses"]

_BATCH = 64


@dataclass(frozen=True, kw_only=True, repr=False)
class DetectorFGSM(Transform):
    """Add eps times the sign of the gradient of a detector's loss to every entry, and clip to the bounds.

    The plugin's attacks follow gradients of class scores; a detector has no such scores for an
    image, so this is a change of images that holds the network itself. What it returns differs
    from the input by at most eps, because it is one step of that size.

    Args:
        network: What `single_stage_detector` returns, fitted.
        eps: The size of the step as a share of the inputs' range, from 0 to 1: 8 / 255 is 8 grey levels.

    Raises:
        InvalidArgument: `eps` is outside its range.

    References:
        Goodfellow, Shlens and Szegedy, "Explaining and Harnessing Adversarial Examples", ICLR 2015,
        arXiv:1412.6572; Xie et al., "Adversarial Examples for Semantic Segmentation and Object
        Detection", ICCV 2017, arXiv:1703.08603.
    """

    network: Any = field(metadata={"native": True})
    eps: float = strength(strongest=0.1)

    def __post_init__(self) -> None:
        """Validate."""
        if not 0 <= self.eps <= 1:
            raise InvalidArgument(f"eps={self.eps!r} must be a share of the inputs' range, 0 to 1, such as 8 / 255")

    def apply(self, batch: Batch, streams: Streams) -> Batch:  # noqa: ARG002 - nothing in it is random
        """Return the images a step uphill.

        Raises:
            InvalidData: The labels are no boxes.
        """
        if batch.y is None or not is_boxes(batch.y):
            raise InvalidData(f"{self!r} needs boxes as labels: the loss that it ascends is that of boxes")
        boxes = np.stack([batch.y[name] for name in (*CORNERS, "class")], axis=-1)
        uphill = np.sign(loss_gradient(self.network, batch.x, boxes))
        step = np.float32(self.eps * batch.bounds.span)
        return replace(batch, x=batch.bounds.clip(batch.x + step * uphill))


def loss_gradient(network: Model, x: NDArray[Any], boxes: NDArray[Any]) -> NDArray[np.float32]:
    """Return the gradient of each scene's loss by its entries.

    Args:
        network: The detector's.
        x: (n, 96, 96, 3) from 0 to 255.
        boxes: (n, most, 5) what is there.
    """
    import tensorflow as tf

    parts = []
    for start in range(0, len(x), _BATCH):
        images = tf.convert_to_tensor(x[start : start + _BATCH], tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(images)
            # Scenes do not touch each other, so the gradient of the sum holds that of each.
            wanted = targets(boxes[start : start + _BATCH])
            loss = tf.reduce_sum(detection_loss(wanted, network(images, training=False)))
        parts.append(tape.gradient(loss, images).numpy())
    return np.concatenate(parts)


def losses(network: Model, x: NDArray[Any], boxes: NDArray[Any]) -> NDArray[np.float32]:
    """Return the loss of each scene; arguments as in `loss_gradient`."""
    parts = [
        np.asarray(
            detection_loss(
                targets(boxes[start : start + _BATCH]),
                network(x[start : start + _BATCH].astype(np.float32), training=False),
            )
        )
        for start in range(0, len(x), _BATCH)
    ]
    return np.concatenate(parts)
