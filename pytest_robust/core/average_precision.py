"""How well a detector ranks what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pytest_robust.core.arrays import Floats, Integers, Labels, Mask, Outputs
from pytest_robust.core.box_criteria import BoxesFound, check_iou
from pytest_robust.core.detections import PADDING, as_boxes, as_found
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.metric import AnswerScore
from pytest_robust.core.overlaps import matches

__all__ = ["COCO", "AveragePrecision", "Overlaps"]

_RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True, init=False)
class Overlaps:
    """Several overlaps, each as good as the others: a number is the mean over them.

    Examples:
        >>> Overlaps(0.5, 0.75)
        Overlaps(0.5, 0.75)
    """

    values: tuple[float, ...]

    def __init__(self, *values: float) -> None:
        """Take the overlaps.

        Raises:
            InvalidArgument: There are none, or one is not in (0, 1].
        """
        if not values:
            raise InvalidArgument("Overlaps() needs at least one overlap, such as Overlaps(0.5, 0.75)")
        for value in values:
            check_iou(self, value)
        object.__setattr__(self, "values", values)

    def __repr__(self) -> str:
        """Return code that makes this value."""
        return "COCO" if self.values == COCO.values else f"Overlaps({', '.join(map(repr, self.values))})"


COCO = Overlaps(*(percent / 100 for percent in range(50, 100, 5)))
"""The overlaps 0.5, 0.55 to 0.95 of the COCO benchmark's first number."""


@dataclass(frozen=True, kw_only=True)
class AveragePrecision(AnswerScore):
    """Mean over the classes of the precision at 101 recalls from 0 to 1: the COCO benchmark's.

    At each recall counts the best precision at that recall or above. Classes of which there is no
    true box do not count. Unlike COCO's evaluation, an image may have any number of found boxes,
    and boxes of equal confidence count together, so that no order of the images matters.

    Args:
        iou: The intersection over union, in (0, 1], from which a found box of the same class is
            a true one; `COCO` or `Overlaps(0.5, 0.75)` for the mean over several.

    Raises:
        InvalidArgument: `iou` is outside its range.

    Examples:
        >>> true = as_boxes([[[0, 0, 4, 4, 0], [4, 4, 8, 8, 0]]])
        >>> found = as_found([[[0, 0, 4, 4, 0, 0.9], [0, 4, 4, 8, 0, 0.8], [4, 4, 8, 8, 0, 0.7]]])
        >>> round(AveragePrecision(iou=0.5).measure(true, found)(np.array([0])), 4)
        0.835

    References:
        Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", IJCV 88, 2010,
        section 4.2; Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014,
        arXiv:1405.0312.
    """

    iou: float | Overlaps = 0.5

    def __post_init__(self) -> None:
        """Validate."""
        if not isinstance(self.iou, Overlaps):
            check_iou(self, self.iou)

    @property
    def criterion(self) -> BoxesFound:
        """What reads boxes."""
        return BoxesFound()

    def measure(self, target: Labels, outputs: Outputs) -> Callable[[Integers], float]:
        """Return what gives the average precision of some images.

        Raises:
            InvalidData: There is no true box at all.
        """
        true, found = as_boxes(target), as_found(outputs)
        classes = np.unique(true["class"][true["class"] != PADDING])
        if not len(classes):
            raise InvalidData("average precision needs true boxes, and y has none in any image")
        levels = self.iou.values if isinstance(self.iou, Overlaps) else (self.iou,)
        matched = [matches(found, true, iou=level) >= 0 for level in levels]
        curves = [
            _Ranking.of(
                (true["class"] == one).sum(axis=1),
                found["confidence"],
                found["class"] == one,
                [*map(np.asarray, matched)],
            )
            for one in classes
        ]

        def precision(rows: Integers) -> float:
            # An image drawn twice counts twice.
            weight = np.bincount(rows, minlength=len(true)).astype(np.float64)
            known = [value for curve in curves if np.isfinite(value := curve.precision(weight))]
            return float(np.mean(known)) if known else float("nan")

        return precision


@dataclass(frozen=True, kw_only=True)
class _Ranking:
    """The found boxes of one class, the surest first.

    Args:
        there: (n,) true boxes of each image.
        image: (k,) the images of the found boxes.
        last: (k,) where the next box is less sure.
        right: (levels, k) which are true ones.
    """

    there: Integers
    image: Integers
    last: Mask
    right: Mask

    @classmethod
    def of(cls, there: Integers, confidence: Floats, chosen: Mask, matched: list[Mask]) -> _Ranking:
        """Return the ranking of the chosen boxes."""
        order = np.argsort(-confidence[chosen], kind="stable")
        sure = confidence[chosen][order]
        return cls(
            there=there,
            image=np.nonzero(chosen)[0][order],
            last=np.append(sure[1:] < sure[:-1], True)[: len(sure)],
            right=np.stack([one[chosen][order] for one in matched]),
        )

    def precision(self, weight: Floats) -> float:
        """Return the average precision, NaN without true boxes.

        Args:
            weight: (n,) how often each image counts.
        """
        total = float(self.there @ weight)
        if not total:
            return float("nan")
        each = weight[self.image]
        seen = np.cumsum(each)[self.last]
        values = []
        for right in self.right:
            hits = np.cumsum(each * right)[self.last]
            shares = np.divide(hits, seen, out=np.zeros(len(seen)), where=seen > 0)
            best = np.append(np.maximum.accumulate(shares[::-1])[::-1], 0.0)
            # A recall of 0.3 is reached by 3 of 10, however that is rounded.
            values.append(best[np.searchsorted(hits / total + 1e-12, _RECALLS)].mean())
        return float(np.mean(values))
