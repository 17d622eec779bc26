"""Every transform there is holds to the rules, and every rule catches who breaks it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from pytest_robust.core.batch import Batch
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.parameters import Amount, Between, Exactly, strength
from pytest_robust.core.perturbation import Clean, TableTransform, Transform
from pytest_robust.core.streams import Streams
from pytest_robust.testing import check_transform
from pytest_robust.testing._samples import samples
from pytest_robust.transforms import (
    AddDistractor,
    Azerty,
    Brightness,
    ChangeCase,
    ChangeWhitespace,
    ChannelShift,
    ChannelShuffle,
    Chroma410,
    Chroma422,
    ChromaSubsampling,
    CifarC,
    ColorJitter,
    ColumnNoise,
    Constant,
    Contractions,
    Contrast,
    Cutout,
    DefocusBlur,
    Downscale,
    DropSteps,
    DropWords,
    ElasticTransform,
    ExchangeNames,
    Expanded,
    Flip,
    Fog,
    Frost,
    GaussianBlur,
    GaussianNoise,
    GlassBlur,
    Grey,
    ImageNetC,
    InsertCharacters,
    Interpolate,
    Joined,
    JpegCompression,
    KeyboardTypos,
    Left,
    LowLight,
    MissingValues,
    MotionBlur,
    OcrErrors,
    OutOfRange,
    Overexposure,
    Pad,
    Perspective,
    Pixelate,
    RandomWalk,
    Reflect,
    RepeatSteps,
    Right,
    Rotate,
    SaltAndPepper,
    Saturate,
    SensorDrift,
    SensorSpikes,
    SetTo,
    Shear,
    ShotNoise,
    ShuffleWords,
    Snow,
    Spatter,
    StaleValues,
    Start,
    SwapCharacters,
    SwappedColumns,
    Synonyms,
    TimeShift,
    TokenDropout,
    TokenNoise,
    Translate,
    Truncate,
    UnitMixUp,
    UnseenCategory,
    Upper,
    Vertical,
    Wrap,
    Zoom,
    ZoomBlur,
)

MEMBERS = list(Catalog(room="pytest_robust.transforms", interface=Transform))  # type: ignore[type-abstract]  # the interface
IMAGE = [member for member in MEMBERS if ".image." in member.__module__]
TEXT = [member for member in MEMBERS if ".text." in member.__module__]
VARIANTS = [
    AddDistractor(count=2, at=Start(), distractors=("\U0001f600", "https://example.com")),
    Brightness(severity=2),
    Brightness(shift=Between(-0.1, 0.4)),
    ChangeCase(rate=1, to=Upper()),
    ChangeWhitespace(edits=2, to=Joined(), protect=(r"\w+\. \w+",)),
    ChannelShift(shift=Between(-0.1, 0.4)),
    ChannelShuffle(share=Between(0, 1)),
    ChromaSubsampling(scheme=Chroma410()),
    ChromaSubsampling(scheme=Chroma422(), share=0.5),
    ColorJitter(brightness=Between(0.5, 3), contrast=Exactly(1.7)),
    ColorJitter(saturation=Exactly(0), hue=Between(0, 0.5)),
    ColumnNoise(sigma=Between(0, 2), columns=(3, 0)),
    ColumnNoise(sigma=3, protect=("age", "height")),
    Contractions(rate=1, to=Expanded()),
    Contrast(factor=Exactly(1.7)),
    Contrast(severity=2),
    Cutout(share=Between(0.2, 0.6), value=0.0),
    DefocusBlur(severity=5, constants=ImageNetC()),
    Downscale(lost=Between(0, 1)),
    DropSteps(share=1, gap=SetTo(0), features=(0, 2)),
    DropSteps(share=Between(0, 1), gap=Interpolate()),
    DropWords(edits=3),
    ElasticTransform(severity=1),
    ElasticTransform(severity=2, constants=ImageNetC()),
    ExchangeNames(rate=1, names={"city": ("Paris", "New York"), "person": ("Anna", "John", "Zo\u00eb")}),
    Flip(direction=Vertical(), probability=0.5),
    Fog(severity=2, constants=ImageNetC()),
    Frost(severity=2, constants=ImageNetC()),
    GaussianBlur(severity=5, constants=ImageNetC()),
    GaussianNoise(severity=2),
    GaussianNoise(sigma=Between(0.1, 0.2)),
    GlassBlur(severity=5, constants=ImageNetC()),
    Grey(share=Between(0, 1)),
    InsertCharacters(rate=Exactly(0.5), letters="xe\u0301"),
    JpegCompression(severity=1, constants=ImageNetC()),
    KeyboardTypos(rate=Between(0.1, 0.9), layout=Azerty(), on="text"),
    LowLight(stops=Between(0, 4), electrons=200, read=8, gamma=1.8),
    MissingValues(rate=1, fill="?", columns=("city",)),
    MissingValues(rate=Between(0, 1), fill=-999),
    MissingValues(rate=0.4, fill=True),
    MotionBlur(severity=5, constants=ImageNetC()),
    OcrErrors(rate=1, confusions=(("aa", "b"), ("o", "0", "a"))),
    OutOfRange(rate=Between(0, 1), by=2, protect=("income",)),
    Overexposure(stops=Between(0, 4), gamma=1.0),
    Pad(share=Between(0, 1), side=Right()),
    Pad(steps=3),
    Perspective(shift=Between(-0.3, 0.1), fill=Wrap()),
    Perspective(shift=Between(0, 0.3), fill=Constant(0)),
    Pixelate(severity=1, constants=ImageNetC()),
    RepeatSteps(share=1, features=(4,)),
    Rotate(degrees=40, fill=Reflect(), on="image"),
    Rotate(degrees=Exactly(90), fill=Constant(0.5)),
    SaltAndPepper(share=Between(0, 1)),
    Saturate(severity=5, constants=ImageNetC()),
    SensorDrift(share=1, scale=(1, 2, 3, 4, 5)),
    SensorDrift(share=Between(0, 2), path=RandomWalk(), features=(3, 0)),
    SensorSpikes(share=0.5, jump=0.1, scale=(3,), features=(1, 2)),
    Shear(degrees=20, direction=Vertical(), fill=Constant(0)),
    Shear(degrees=Between(-30, 60), fill=Wrap()),
    ShotNoise(severity=3, constants=CifarC()),
    ShotNoise(severity=5, constants=ImageNetC()),
    ShuffleWords(edits=1, window=1),
    Snow(severity=5, constants=ImageNetC()),
    Spatter(severity=1, constants=ImageNetC()),
    Spatter(severity=3, constants=CifarC()),
    Spatter(severity=5, constants=ImageNetC()),
    StaleValues(rate=1, rows=3),
    SwapCharacters(edits=2, protect=(r"@\w+", r"https?://\S+")),
    SwappedColumns(rate=Between(0, 1), columns=("city", "born", "age", "children")),
    Synonyms(edits=1, lexicon={"film": ("movie", "picture"), "a": ("one",)}),
    TimeShift(share=Between(-2, 3), fill=Wrap(), features=(2, 1)),
    TimeShift(steps=4, fill=Reflect()),
    TimeShift(steps=Exactly(-2), fill=Constant(0.5)),
    TokenDropout(share=0.3, mask=49, protect=(7,)),
    TokenDropout(share=Between(0.2, 1), side=Left()),
    TokenNoise(share=Between(0, 1), vocabulary=50, pad=3, protect=(7, 0)),
    Translate(width=Exactly(0.3), height=0, fill=Constant(0)),
    Truncate(share=Between(0, 1), side=Left(), pad=1),
    UnitMixUp(rate=1, factor=0.01, columns=("age", "height")),
    UnseenCategory(rate=Between(0, 1), category="somewhere else"),
    Zoom(factor=Between(0.3, 4), fill=Reflect()),
    Zoom(height=0.3, width=Between(0.5, 2)),
    ZoomBlur(severity=5, constants=ImageNetC()),
]


@pytest.mark.parametrize("share", [1.0, 0.3])
@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)
def test_every_transform_holds_to_the_rules(member: type[Transform], share: float) -> None:
    check_transform(member.strongest().scaled(share))


@pytest.mark.parametrize("transform", VARIANTS, ids=repr)
def test_every_form_of_a_parameter_holds_to_the_rules(transform: Transform) -> None:
    check_transform(transform)


@pytest.mark.parametrize("member", IMAGE, ids=lambda member: member.__name__)
def test_no_image_transform_refuses_grey_or_coloured_images(member: type[Transform]) -> None:
    # The check leaves out what a transform refuses, so that it refuses no image is said here.
    images = [sample for sample in samples() if sample.name.startswith("images")]
    assert len(images) == 6
    for sample in images:
        try:
            changed = member.strongest().apply(sample.batch, sample.streams(0))
        except InvalidData as refusal:
            # What changes colours has nothing to do on grey images, and says so.
            assert "colour" in str(refusal)
            assert sample.batch.x.shape[3:] != (3,)
        else:
            assert not np.array_equal(changed.x, sample.batch.x)


SEQUENCE = [member for member in MEMBERS if ".sequence." in member.__module__]


@pytest.mark.parametrize("member", SEQUENCE, ids=lambda member: member.__name__)
def test_every_sequence_transform_takes_token_ids_or_readings_and_no_colours_or_texts(member: type[Transform]) -> None:
    taken = []
    for sample in samples():
        try:
            changed = member.strongest().apply(sample.batch, sample.streams(0))
        except InvalidData:
            continue
        taken.append(sample.name)
        assert not np.array_equal(changed.x, sample.batch.x)
    assert "token ids (n, 10) in [0, 49]" in taken
    readings = {name for name in taken if name.startswith("readings")}
    assert len(readings) == (0 if member.__name__.startswith("Token") else 2)
    assert not any(", 1)" in name or ", 3)" in name or name.startswith("texts") for name in taken)


@pytest.mark.parametrize("member", TEXT, ids=lambda member: member.__name__)
def test_no_text_transform_refuses_texts_and_each_changes_some(member: type[Transform]) -> None:
    texts = [sample for sample in samples() if sample.name.startswith("texts")]
    assert len(texts) == 2
    changes = [sample.batch.x != member.strongest().apply(sample.batch, sample.streams(0)).x for sample in texts]
    assert np.concatenate(changes).any()


TABULAR = [member for member in MEMBERS if ".tabular." in member.__module__]


@pytest.mark.parametrize("member", TABULAR, ids=lambda member: member.__name__)
def test_every_table_transform_takes_tables_of_several_types_and_changes_them(member: type[Transform]) -> None:
    taken = {}
    for sample in samples():
        try:
            changed = member.strongest().apply(sample.batch, sample.streams(0))
        except InvalidData as refusal:
            assert sample.batch.whole is not None or "has columns, and the inputs are" in str(refusal)
        else:
            taken[sample.name] = changed.x.tolist() != sample.batch.x.tolist()
    assert taken["a table of several types (n,)"]
    assert all(taken.values())
    assert ("a table (n, 5) without bounds" in taken) == (member is not UnseenCategory)


def _tabular(values: Any) -> Transform:
    """Return a table transform that sets the column "height" to these values; everything else is right."""

    @dataclass(frozen=True, kw_only=True, repr=False)
    class FlawedTable(TableTransform):
        columns: tuple[str, ...] | None = None
        protect: tuple[str, ...] = ()

        def apply(self, batch: Batch, streams: Streams) -> Batch:
            if batch.x.dtype.names is None or batch.whole is None:
                raise InvalidData("people only")
            height = np.asarray(values(self, batch, streams), dtype=np.float64)
            return replace(batch, x=batch.whole.write(batch.x, {"height": height}))

    globals()[FlawedTable.__name__] = FlawedTable
    return FlawedTable()


def _told(transform: Any) -> bool:
    return "height" not in transform.protect and (transform.columns is None or "height" in transform.columns)


TABLE_APPLY = {
    "reads its spread from the batch": (
        lambda own, batch, _: batch.x["height"] + _told(own) * batch.x["height"].std(),
        "what is true of a column stands in batch.whole",
    ),
    "takes the row before from the batch": (
        lambda own, batch, _: np.roll(batch.x["height"], 1) if _told(own) else batch.x["height"],
        "mix no examples",
    ),
    "touches a protected column": (
        lambda own, batch, _: batch.x["height"] + (own.columns is None or "height" in own.columns),
        r"protect=\('height',\).* changes the column 'height'",
    ),
    "touches a column it was not told of": (
        lambda own, batch, _: batch.x["height"] + ("height" not in own.protect),
        r"columns=\('age',\).* changes the column 'height'",
    ),
    "draws for itself": (
        lambda own, batch, _: batch.x["height"] + np.random.default_rng().random(len(batch.x)) * _told(own),
        "another result for the same seed",
    ),
}


def test_a_right_table_transform_passes() -> None:
    check_transform(_tabular(lambda own, batch, _: batch.x["height"] + _told(own) * batch.whole.spread("height")))


@pytest.mark.parametrize("flaw", TABLE_APPLY)
def test_a_flaw_in_what_a_table_transform_does_is_caught(flaw: str) -> None:
    values, message = TABLE_APPLY[flaw]
    with pytest.raises(AssertionError, match=message):
        check_transform(_tabular(values))


@pytest.mark.parametrize("member", IMAGE, ids=lambda member: member.__name__)
def test_every_image_transform_refuses_texts_and_says_why(member: type[Transform]) -> None:
    texts = next(sample for sample in samples() if sample.name.startswith("texts"))
    with pytest.raises(InvalidData, match="numbers"):
        member.strongest().apply(texts.batch, texts.streams(0))


@pytest.mark.parametrize("member", TEXT, ids=lambda member: member.__name__)
def test_every_text_transform_refuses_images_and_says_why(member: type[Transform]) -> None:
    images = next(sample for sample in samples() if sample.name.startswith("images"))
    with pytest.raises(InvalidData, match="changes texts.*and the inputs are float32"):
        member.strongest().apply(images.batch, images.streams(0))


@dataclass(frozen=True, kw_only=True, repr=False)
class Dim(Transform):
    """Nothing wrong: the shape that each flaw below differs from."""

    share: float = strength(strongest=0.5)

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return darker images."""
        del streams
        return replace(batch, x=_dimmed(batch, self.share))


def _dimmed(batch: Batch, share: float) -> Any:
    if not batch.bounds.finite or not np.issubdtype(batch.x.dtype, np.number):
        raise InvalidData("images only")
    return batch.bounds.clip(batch.x - np.float32(share * batch.bounds.span))


def _flawed(apply: Any) -> Transform:
    """Return a transform with this `apply`; everything else about it is right."""

    @dataclass(frozen=True, kw_only=True, repr=False)
    class Flawed(Transform):
        share: float = strength(strongest=0.5)

        def apply(self, batch: Batch, streams: Streams) -> Batch:
            _dimmed(batch, self.share)
            result: Batch = apply(batch, streams)
            return result

    # Where its repr is looked up.
    globals()[Flawed.__name__] = Flawed
    return Flawed(share=0.5)


def _writes(batch: Batch, _: Streams) -> Batch:
    batch.x.flags.writeable = True
    batch.x[...] = batch.bounds.low
    return replace(batch, x=batch.x.copy())


def _writes_labels(batch: Batch, _: Streams) -> Batch:
    assert batch.y is not None
    batch.y[...] = 0
    return replace(batch, x=batch.x.copy())


def _noisy(batch: Batch, noise: Any) -> Batch:
    return replace(batch, x=batch.bounds.clip(batch.x + np.asarray(noise, dtype=np.float32)))


def _fails_alone(batch: Batch, _: Streams) -> Batch:
    if len(batch.x) == 1:
        raise IndexError("one is not enough")
    return _noisy(batch, 0)


def _refuses_alone(batch: Batch, _: Streams) -> Batch:
    if len(batch.x) == 1:
        raise InvalidData("one is not enough")
    return _noisy(batch, 0)


def _knows_only_colour(batch: Batch, _: Streams) -> Batch:
    n, height, width, channels = batch.x.shape
    return _noisy(batch, np.zeros((n, height, width, channels)))


def _column(values: Any, batch: Batch) -> Any:
    return np.reshape(values, (-1, *[1] * (batch.x.ndim - 1)))


def _with_nan(batch: Batch, _: Streams) -> Batch:
    x = batch.x.copy()
    x.reshape(len(x), -1)[:, 0] = np.nan
    return replace(batch, x=x)


def _mirrored(batch: Batch) -> Any:
    # The third axis: columns of images, and of everything else whatever stands there.
    return np.flip(batch.x, axis=min(2, batch.x.ndim - 1)).copy()


def _with_boxes(batch: Batch, **fields: Any) -> Batch:
    y = np.array(batch.y)
    if y.dtype.names is not None:
        for name, values in fields.items():
            y[name] = values(y[name])
    return replace(batch, x=batch.x.copy(), y=y)


def _moves_boxes(batch: Batch, _: Streams) -> Batch:
    return _with_boxes(batch, x1=lambda x: x + 5, x2=lambda x: x + 5)


def _drops_boxes(batch: Batch, _: Streams) -> Batch:
    return _with_boxes(batch, **{"class": lambda y: y * 0 - 1})


def _shakes_boxes(batch: Batch, _: Streams) -> Batch:
    return _with_boxes(batch, x1=lambda x: x + np.random.default_rng().random(x.shape))


APPLY = {
    "writes into its input": (_writes, "writes into its input"),
    "writes into the labels": (_writes_labels, "writes into the labels"),
    "returns its input": (lambda batch, _: batch, "returns memory of its input"),
    "returns a view": (lambda batch, _: replace(batch, x=batch.x[:, ::-1]), "returns memory of its input"),
    "returns an array": (lambda batch, _: batch.x.copy(), "returns ndarray"),
    "turns images": (lambda batch, _: replace(batch, x=np.swapaxes(batch.x, 1, -1).copy()), "changes the shape"),
    "drops an example": (lambda batch, _: replace(batch, x=batch.x[1:].copy()), "changes the shape"),
    "returns float64": (lambda batch, _: replace(batch, x=batch.x.astype(float)), "changes the type"),
    "drops the labels": (lambda batch, _: replace(batch, x=batch.x.copy(), y=None), "loses the labels"),
    "drops a label": (lambda batch, _: replace(batch, x=batch.x.copy(), y=np.zeros(1)), "loses the labels"),
    "changes the bounds": (
        lambda batch, _: replace(batch, x=batch.x.copy(), bounds=replace(batch.bounds, high=1000)),
        "changes the bounds",
    ),
    "goes too high": (lambda batch, _: replace(batch, x=batch.x * np.float32(1.01)), "takes images"),
    "goes too low": (lambda batch, _: replace(batch, x=batch.x - np.float32(1e-3)), "takes images"),
    "makes NaN": (_with_nan, "not finite"),
    "makes infinity": (lambda batch, _: replace(batch, x=batch.x + np.float32(np.inf)), "not finite"),
    "draws for itself": (
        lambda batch, _: _noisy(batch, np.random.default_rng().random(batch.x.shape)),
        "another result for the same seed",
    ),
    "mixes examples": (lambda batch, _: _noisy(batch, -batch.x.mean() / 2), "mix no examples"),
    "mixes neighbours": (lambda batch, _: _noisy(batch, -np.roll(batch.x, 1, axis=0)), "mix no examples"),
    "counts rows": (
        lambda batch, _: _noisy(batch, -_column(np.arange(len(batch.x)) / 100, batch)),
        "draw from `streams`",
    ),
    "seeds by itself": (
        lambda batch, _: _noisy(batch, -np.random.default_rng(0).random(batch.x.shape)),
        "draw from `streams`",
    ),
    "draws from the first": (
        lambda batch, streams: _noisy(batch, -streams.uniform("dim")[0]),
        "draw from `streams`",
    ),
    "fails for one example": (_fails_alone, "IndexError.*example 0 alone"),
    "refuses one example": (_refuses_alone, "refuses example 0 alone"),
    "mirrors images and not boxes": (
        lambda batch, _: replace(batch, x=_mirrored(batch)),
        r"leaves the box of a square that it moved to \[21, 2, 29, 10\] at 1 box of class 4 \[\[3.0, 2.0, 11.0, 10.0",
    ),
    "moves boxes and not images": (_moves_boxes, "move boxes with their images"),
    "drops boxes": (_drops_boxes, "move boxes with their images"),
    "moves boxes at random": (_shakes_boxes, "another result for the same seed"),
    "fails on grey images": (_knows_only_colour, r"ValueError.*images \(n, 9, 12\)"),
}


def test_a_right_transform_passes() -> None:
    check_transform(Dim(share=0.5))
    check_transform(_flawed(lambda batch, _: replace(batch, x=_dimmed(batch, 0.5))))


@pytest.mark.parametrize("flaw", APPLY)
def test_a_flaw_in_what_it_does_is_caught(flaw: str) -> None:
    apply, message = APPLY[flaw]
    with pytest.raises(AssertionError, match=message):
        check_transform(_flawed(apply))


def test_one_that_counts_its_calls_is_caught() -> None:
    calls: list[int] = []

    def counting(batch: Batch, _: Streams) -> Batch:
        calls.append(1)
        return _noisy(batch, -len(calls) / 1000)

    with pytest.raises(AssertionError, match="keep nothing"):
        check_transform(_flawed(counting))


@dataclass(frozen=True, kw_only=True, repr=False)
class RefusesAll(Transform):
    """Takes nothing."""

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Refuse."""
        raise InvalidData("never")


@dataclass(frozen=True, kw_only=True, repr=False)
class ReprIsProse(Dim):
    """Cannot be written again."""

    def __repr__(self) -> str:
        """Return no code."""
        return "<dims by a half>"


@dataclass(frozen=True, kw_only=True, repr=False)
class ReprForgets(Dim):
    """Is written as another value."""

    share: float = 0.1

    def __repr__(self) -> str:
        """Return code that leaves out the share."""
        return "ReprForgets()"


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class EqualToNone(Dim):
    """Is not the value that its repr makes."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Undecorated(Dim):
    """Can be given new attributes."""


@dataclass(frozen=True, kw_only=True, repr=False)
class HoldsAList(Dim):
    """Cannot be hashed."""

    shares: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, repr=False)
class NeverMild(Transform):
    """Has no half strength."""

    share: Amount = strength(strongest=0.5)

    def __post_init__(self) -> None:
        """Refuse all but one value."""
        if self.share != 0.5:
            raise InvalidArgument(f"share={self.share!r} must be 0.5")

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return darker images."""
        del streams
        return replace(batch, x=_dimmed(batch, 0.5))


@dataclass(frozen=True, kw_only=True, repr=False)
class MilderIsAnother(Dim):
    """Turns into another class."""

    def scaled(self, share: float) -> Any:
        """Return something else."""
        del share
        return Clean()


VALUES = [
    (RefusesAll(), "refuses every kind of input"),
    (ReprIsProse(share=0.5), "repr <dims by a half> does not run: SyntaxError"),
    (ReprForgets(share=0.5), "makes another value"),
    (EqualToNone(share=0.5), "makes another value"),
    (Undecorated(share=0.5), "can be changed"),
    (HoldsAList(share=0.5), "cannot be hashed"),
    (NeverMild(share=0.5), r"scaled\(0.5\) raises InvalidArgument"),
    (MilderIsAnother(share=0.5), "another class"),
]


@pytest.mark.parametrize(("transform", "message"), VALUES, ids=[type(value).__name__ for value, _ in VALUES])
def test_a_flaw_in_what_it_is_is_caught(transform: Transform, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_transform(transform)
