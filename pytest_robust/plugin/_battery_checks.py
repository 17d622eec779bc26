"""Which checks a model gets that comes without a test file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_robust import attacks, transforms
from pytest_robust.core.average_precision import AveragePrecision
from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.box_criteria import BoxesFound
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.corruptions import FIFTEEN
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.detections import is_boxes
from pytest_robust.core.images import CHANNELS
from pytest_robust.core.model import Model
from pytest_robust.core.perturbation import Attack, Perturbation, Transform
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import packed, unpacked
from pytest_robust.evaluation.probe import ask

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_robust.gates.measurement import Measurement
    from pytest_robust.gates.subject import Subject

__all__ = ["PROFILES", "BatteryCheck", "Profile", "checks", "sequence_bounds", "takes_gaps"]

_TRANSFORMS = Catalog(room="pytest_robust.transforms", interface=Transform)  # type: ignore[type-abstract]  # the interface
_TABLE_RANK = 2
_COLOUR_RANK = 4
_GREY_RANK = 3
_TOKENS_RANK, _READINGS_RANK = 2, 3
# Beside padding, an id to be replaced and another.
_FEWEST_IDS = 2
# Smaller arrays of rank 3 are series of readings rather than images.
_SIDE = 8
_TABLES = 3
_BOX = 5


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How much a battery takes.

    Args:
        samples: Examples at most, 0 for all; --robust-samples overrides it.
        severities: Of the corruptions.
        corruptions: Names of the files of `transforms/image/`.
        attacks: Makes the attacks of a budget.
    """

    samples: int
    severities: tuple[int, ...]
    corruptions: tuple[str, ...]
    attacks: Callable[[float], tuple[Attack, ...]]


_QUICK = ("gaussian_noise", "defocus_blur", "fog", "brightness", "contrast", "jpeg_compression")


def _nineteen() -> tuple[str, ...]:
    """Return the names of what has the severities of the literature, the fifteen first."""
    others = (
        name for name in _TRANSFORMS.names() if "severity" in {item.name for item in fields(_TRANSFORMS.load(name))}
    )
    return tuple(dict.fromkeys((*FIFTEEN, *others)))


PROFILES = {
    "quick": Profile(samples=200, severities=(3,), corruptions=_QUICK, attacks=lambda eps: (attacks.FGSM(eps=eps),)),
    "standard": Profile(
        samples=1000,
        severities=(3,),
        corruptions=FIFTEEN,
        attacks=lambda eps: (attacks.FGSM(eps=eps), attacks.PGD(eps=eps)),
    ),
    "release": Profile(
        samples=0,
        severities=(1, 3, 5),
        corruptions=_nineteen(),
        attacks=lambda eps: (attacks.FGSM(eps=eps), attacks.PGD(eps=eps), attacks.AutoAttack(eps=eps)),
    ),
}


@dataclass(frozen=True, kw_only=True)
class BatteryCheck:
    """One measurement.

    Args:
        name: As `-k` selects it.
        metric: Its method.
        arguments: What it is called with.
    """

    name: str
    metric: str = "accuracy"
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def gaps(self) -> bool:
        """Whether it asks about missing values."""
        return isinstance(self.arguments.get("under"), transforms.MissingValues)

    @property
    def white_box(self) -> bool:
        """Whether it follows the model's gradients."""
        under = self.arguments.get("under")
        return isinstance(under, Attack) and under.white_box

    def measurement(self, subject: Subject) -> Measurement:
        """Return what is measured on a subject."""
        measure: Callable[..., Measurement] = getattr(subject, self.metric)
        return measure(**self.arguments)


def checks(data: Dataset, profile: str, *, train: Path | None) -> Iterator[BatteryCheck]:
    """Yield the checks of the data's kind.

    Args:
        data: The examples; several inputs that are no columns of one table get the checks that change
            none of them.
        profile: One of `PROFILES`.
        train: The training examples' file, None for no gap.

    Raises:
        InvalidData: They are images whose black and white are in doubt.
    """
    judged: dict[str, Any] = {"criterion": BoxesFound()} if _has_boxes(data) else {}
    yield BatteryCheck(name="clean", arguments=judged)
    if judged:
        yield BatteryCheck(name="average-precision", metric="score", arguments={"metric": AveragePrecision()})
    if train is not None:
        yield BatteryCheck(name="generalization-gap", metric="generalization_gap", arguments={"train": train, **judged})
    for change in _changes(data, PROFILES[profile]):
        # An attack looks for another class, and boxes are none.
        if not (judged and isinstance(change, Attack)):
            yield BatteryCheck(name=change.id, arguments={"under": change, **judged})


def _has_boxes(data: Dataset) -> bool:
    """Return whether the labels are boxes, whose five columns no other labels of images have."""
    y = data.y
    if y is None or not isinstance(data.x, np.ndarray) or not _are_images(data.x):
        return False
    return is_boxes(y) or (y.ndim == _TABLES and y.shape[2] == _BOX)


def _changes(data: Dataset, profile: Profile) -> Iterator[Perturbation]:
    x = data.x
    if _is_table(data):
        yield from _tabular(data)
    elif not isinstance(x, np.ndarray):
        return
    elif x.dtype.kind in "USO":
        yield from _text()
    elif _are_images(x):
        yield from _images(x, data, profile)
    elif _are_tokens(x):
        yield from _tokens(int(data.bounds_of(None).high))
    elif _are_readings(x):
        yield from _readings()


def _are_images(x: np.ndarray[Any, Any]) -> bool:
    sides = min(x.shape[1:3]) >= _SIDE if x.ndim >= _GREY_RANK else False
    return sides and (x.ndim == _GREY_RANK or (x.ndim == _COLOUR_RANK and x.shape[-1] in CHANNELS))


def _is_table(data: Dataset) -> bool:
    if isinstance(data.x, Mapping):
        return all(entry.ndim == 1 for entry in data.x.values())
    # Whole numbers of this shape may as well be tokens.
    return data.x.dtype.names is not None or (data.x.ndim == _TABLE_RANK and data.x.dtype.kind == "f")


def _are_tokens(x: np.ndarray[Any, Any]) -> bool:
    return x.ndim == _TOKENS_RANK and x.shape[1] > 1 and x.dtype.kind in "iu" and bool(x.min() >= 0)


def _are_readings(x: np.ndarray[Any, Any]) -> bool:
    return x.ndim == _READINGS_RANK and x.dtype.kind in "fiu"


def sequence_bounds(data: Dataset) -> Bounds | None:
    """Return the values that token ids or readings can take where nobody said, None for other inputs.

    Ids reach to the largest there is. Of readings nothing is known; drifts and spikes are then measured
    by each example's own range.

    Args:
        data: The examples.
    """
    x = data.x
    if data.bounds is not None or not isinstance(x, np.ndarray) or _are_images(x):
        return None
    if _are_tokens(x):
        return Bounds(0, int(x.max()) or 1)
    return UNBOUNDED if _are_readings(x) else None


def _images(x: np.ndarray[Any, Any], data: Dataset, profile: Profile) -> Iterator[Perturbation]:
    grey = x.ndim == _GREY_RANK or x.shape[-1] == 1
    for name in profile.corruptions:
        kind: Any = _TRANSFORMS.load(name)
        if not (grey and name == "saturate"):
            yield from (kind(severity=severity) for severity in profile.severities)
    # As much as a hand-held camera or a loose crop.
    yield transforms.Rotate(degrees=10)
    yield transforms.Translate(width=0.05, height=0.05)
    yield transforms.Zoom(factor=0.1)
    yield transforms.Shear(degrees=5)
    # The literature's: 8 of 255 grey levels for colour images, a tenth of the range for digits.
    yield from profile.attacks(data.bounds_of(None).span * (0.1 if grey else 8 / 255))


def _tabular(data: Dataset) -> Iterator[Perturbation]:
    table = data.table(None, change="the battery")
    kinds = [column.dtype for column in table.columns if column.dtype.kind not in "USO"]
    if any(column.numeric for column in table.columns):
        yield transforms.ColumnNoise(sigma=0.1)
        yield transforms.UnitMixUp(rate=0.05)
        yield transforms.OutOfRange(rate=0.05)
    yield transforms.MissingValues(rate=0.1)
    yield transforms.StaleValues(rate=0.1)
    if len(set(kinds)) < len(kinds) or len(table.columns) - len(kinds) > 1:
        yield transforms.SwappedColumns(rate=0.1)
    if any(column.categorical for column in table.columns):
        yield transforms.UnseenCategory(rate=0.1)


def takes_gaps(model: Model, data: Dataset) -> bool:
    """Return whether a model answers where a value is missing."""
    gap = transforms.MissingValues(rate=1).apply(
        Batch(x=_first(data), y=None, bounds=UNBOUNDED, whole=data.table(None, change="the battery")),
        Streams.of(0, index=np.arange(1)),
    )
    try:
        ask(model, unpacked(gap.x) if isinstance(data.x, Mapping) else gap.x, about_classes=False, rows=1)
    except (ValueError, TypeError):
        return False
    return True


def _first(data: Dataset) -> np.ndarray[Any, Any]:
    row = data.inputs(slice(1))
    return packed(row) if isinstance(row, Mapping) else row


def _tokens(largest: int) -> Iterator[Perturbation]:
    yield transforms.TokenDropout(share=0.1)
    if largest >= _FEWEST_IDS:
        yield transforms.TokenNoise(share=0.1)
    # A quarter is gone: the end of a long text that a shorter input cuts off.
    yield transforms.Truncate(share=0.25)
    yield transforms.Pad(share=0.1)


def _readings() -> Iterator[Perturbation]:
    yield transforms.TimeShift(share=0.1)
    yield transforms.DropSteps(share=0.1)
    yield transforms.RepeatSteps(share=0.1)
    yield transforms.SensorDrift(share=0.1)
    yield transforms.SensorSpikes(share=0.05)


def _text() -> Iterator[Perturbation]:
    for kind in ("swap_characters", "drop_characters", "keyboard_typos", "change_case", "drop_words"):
        made: Any = _TRANSFORMS.load(kind)
        yield made(rate=0.1)
