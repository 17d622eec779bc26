"""What counts as right where the answers are boxes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pytest_robust.core.arrays import Floats, Labels, Mask, Outputs
from pytest_robust.core.criteria import AgainstClean, Criterion
from pytest_robust.core.detections import PADDING, Boxes, as_boxes, as_found
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.overlaps import matches

__all__ = ["BoxCriterion", "BoxesFound", "BoxesKept", "NoFalseAlarms", "check_iou"]


def check_iou(owner: object, iou: object) -> None:
    """Refuse what is no overlap that a match can need.

    Raises:
        InvalidArgument: It is not in (0, 1].
    """
    if isinstance(iou, bool) or not isinstance(iou, (int, float)) or not 0 < iou <= 1:
        raise InvalidArgument(
            f"{type(owner).__name__}: iou={iou!r} must be above 0 and at most 1, the intersection of two boxes over "
            "their union from which they count as the same; 0.5 is usual"
        )


@dataclass(frozen=True, kw_only=True)
class BoxCriterion(Criterion):
    """Judges boxes by boxes, image by image.

    Args:
        iou: The intersection over union, in (0, 1], from which a found box of the same class is
            a true one. The surest found box chooses first, and each true box is found once.
        confidence: Found boxes below it do not count, in [0, 1].
    """

    about_classes: ClassVar = False

    iou: float = 0.5
    confidence: float = 0.5

    def __post_init__(self) -> None:
        """Validate."""
        check_iou(self, self.iou)
        sure = self.confidence
        if isinstance(sure, bool) or not isinstance(sure, (int, float)) or not 0 <= sure <= 1:
            raise InvalidArgument(
                f"{type(self).__name__}: confidence={sure!r} must be from 0 to 1: found boxes below it do not count"
            )

    def wanted(self, y: Labels) -> Labels:
        """Return the labels as boxes."""
        return as_boxes(y)

    def read(self, outputs: Outputs) -> Outputs:
        """Return the answers as boxes."""
        return as_found(outputs)

    def score(self, target: Labels, outputs: Outputs) -> Floats:
        """Return (n,) scores.

        Args:
            target: (n, true) boxes.
            outputs: (n, found) boxes with their confidence.
        """
        true, found = as_boxes(target), self.counted(as_found(outputs))
        return self.share(true["class"] != PADDING, found["class"] != PADDING, matches(found, true, iou=self.iou) >= 0)

    def counted(self, found: Boxes) -> Boxes:
        """Return the found boxes without those that are not sure enough."""
        kept = found.copy()
        kept["class"][found["confidence"] < self.confidence] = PADDING
        return kept

    @abstractmethod
    def share(self, true: Mask, found: Mask, matched: Mask) -> Floats:
        """Return (n,) scores.

        Args:
            true: (n, true) where there is a true box.
            found: (n, found) where there is a found box that counts.
            matched: (n, found) which of them are true ones.
        """


@dataclass(frozen=True, kw_only=True)
class BoxesFound(BoxCriterion):
    """Right is the share of an image's true boxes that are found.

    An image without any is right if nothing is found in it. Elsewhere false alarms do not count:
    `NoFalseAlarms` and `AveragePrecision` do.

    Args:
        iou: The intersection over union, in (0, 1], from which a found box of the same class is
            a true one. The surest found box chooses first, and each true box is found once.
        confidence: Found boxes below it do not count, in [0, 1].

    Raises:
        InvalidArgument: `iou` or `confidence` is outside its range.

    Examples:
        >>> true = as_boxes([[[0, 0, 4, 4, 0], [4, 4, 8, 8, 1]]])
        >>> found = as_found([[[0, 0, 4, 3, 0, 0.9], [4, 4, 8, 8, 0, 0.8]]])
        >>> BoxesFound(iou=0.5).score(true, found).tolist()
        [0.5]
    """

    def share(self, true: Mask, found: Mask, matched: Mask) -> Floats:
        """Return (n,) the shares of true boxes that are found."""
        return _found_share(true, found, matched)


@dataclass(frozen=True, kw_only=True)
class NoFalseAlarms(BoxCriterion):
    """Right is the share of the boxes found in an image that are true ones; all, where nothing is found.

    Args:
        iou: The intersection over union, in (0, 1], from which a found box of the same class is
            a true one. The surest found box chooses first, and each true box is found once.
        confidence: Found boxes below it do not count, in [0, 1].

    Raises:
        InvalidArgument: `iou` or `confidence` is outside its range.

    Examples:
        >>> true = as_boxes([[[0, 0, 4, 4, 0]]])
        >>> found = as_found([[[0, 0, 4, 3, 0, 0.9], [4, 4, 8, 8, 0, 0.8]]])
        >>> NoFalseAlarms(iou=0.5).score(true, found).tolist()
        [0.5]
    """

    def share(self, true: Mask, found: Mask, matched: Mask) -> Floats:  # noqa: ARG002 - of found boxes only
        """Return (n,) the shares of found boxes that are true."""
        answered = found.sum(axis=1)
        return np.where(answered > 0, matched.sum(axis=1) / np.maximum(answered, 1), 1.0)


@dataclass(frozen=True, kw_only=True)
class BoxesKept(BoxCriterion, AgainstClean):
    """Right is the share of the boxes found in the unchanged image that are found again: needs no labels.

    Under a change that moves the image, the boxes of the unchanged image move with it.

    Args:
        iou: The intersection over union, in (0, 1], from which a box found again is the same one.
        confidence: Found boxes below it do not count, before the change and after it.

    Examples:
        >>> clean = as_found([[[0, 0, 4, 4, 0, 0.9], [4, 4, 8, 8, 1, 0.8]]])
        >>> changed = as_found([[[0, 0, 4, 3, 0, 0.7], [4, 4, 8, 8, 1, 0.3]]])
        >>> criterion = BoxesKept(iou=0.5)
        >>> criterion.score(criterion.kept(clean), changed).tolist()
        [0.5]
    """

    def kept(self, outputs: Outputs) -> Labels:
        """Return (n, found) the boxes that count, and have an area to overlap."""
        kept = self.counted(as_found(outputs))
        kept["class"][(kept["x2"] == kept["x1"]) | (kept["y2"] == kept["y1"])] = PADDING
        return kept

    def share(self, true: Mask, found: Mask, matched: Mask) -> Floats:
        """Return (n,) the shares of the boxes before that are found again."""
        return _found_share(true, found, matched)


def _found_share(true: Mask, found: Mask, matched: Mask) -> Floats:
    there = true.sum(axis=1)
    return np.where(there > 0, matched.sum(axis=1) / np.maximum(there, 1), ~found.any(axis=1))
