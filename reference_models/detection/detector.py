"""A network's answers made boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_models.data.boxed_images import NO_BOX
from reference_models.detection.grid import CLASSES, PRESENT, boxes_of
from reference_models.task import Model

__all__ = ["Detector"]

_BATCH = 64
# Boxes kept of an image: four digits, each answered by up to four cells, and some that are not there.
_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Detector:
    """What finds things in images: called with a batch, it answers with boxes.

    Args:
        network: Answers (n, 12, 12, 5 + classes) to (n, 96, 96, 3) images from 0 to 255.
        overlap: A box is dropped if a surer one of its class overlaps it by more of their union than this;
            1 drops none.
        least: Boxes that are less sure are dropped, too. Low, because average precision asks for all.

    Raises:
        ValueError: `overlap` or `least` is not from 0 to 1.
    """

    network: Model
    overlap: float = 0.45
    least: float = 0.05

    def __post_init__(self) -> None:
        """Validate."""
        for name in ("overlap", "least"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"{name}={value!r} must be from 0 to 1, a share of a union or a confidence")

    def __call__(self, images: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the boxes in each image, the surest first.

        Args:
            images: (n, 96, 96, 3) from 0 to 255.

        Returns:
            "boxes" (n, 50, 4), x1, y1, x2, y2 in pixels; "labels" (n, 50), -1 for none; "scores" (n, 50): how sure
            it is that something of this class is there, from 0 to 1.
        """
        parts = [self._found(images[start : start + _BATCH]) for start in range(0, len(images), _BATCH)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _found(self, images: NDArray[Any]) -> dict[str, NDArray[Any]]:
        import tensorflow as tf

        outputs = self.network(tf.convert_to_tensor(images, tf.float32), training=False)
        scores = tf.sigmoid(outputs[..., PRESENT])[..., None] * tf.nn.softmax(outputs[..., CLASSES])
        cells = outputs.shape[1] * outputs.shape[2]
        found = tf.image.combined_non_max_suppression(
            tf.reshape(boxes_of(outputs), (-1, cells, 1, 4)),
            tf.reshape(scores, (-1, cells, scores.shape[-1])),
            max_output_size_per_class=_MOST,
            max_total_size=_MOST,
            iou_threshold=self.overlap,
            score_threshold=self.least,
            clip_boxes=False,
        )
        there = np.arange(_MOST) < found.valid_detections.numpy()[:, None]
        return {
            "boxes": found.nmsed_boxes.numpy(),
            "labels": np.where(there, found.nmsed_classes.numpy(), NO_BOX).astype(np.int64),
            "scores": found.nmsed_scores.numpy(),
        }
