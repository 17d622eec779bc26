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
from pytest_robust.core.perturbation import Clean, Transform
from pytest_robust.core.streams import Streams
from pytest_robust.testing import check_transform
from pytest_robust.testing._samples import samples
from pytest_robust.transforms import (
    Brightness,
    CifarC,
    Constant,
    Contrast,
    ElasticTransform,
    Flip,
    Fog,
    Frost,
    GaussianNoise,
    ImageNetC,
    JpegCompression,
    Pixelate,
    Reflect,
    Rotate,
    SaltAndPepper,
    Saturate,
    Shear,
    Snow,
    Spatter,
    Translate,
    Vertical,
    Wrap,
    Zoom,
)

MEMBERS = list(Catalog(room="pytest_robust.transforms", interface=Transform))  # type: ignore[type-abstract]
IMAGE = [member for member in MEMBERS if ".image." in member.__module__]
VARIANTS = [
    Brightness(shift=Between(-0.1, 0.4)),
    Brightness(severity=2),
    Contrast(factor=Exactly(1.7)),
    Contrast(severity=2),
    ElasticTransform(severity=1),
    ElasticTransform(severity=2, constants=ImageNetC()),
    Flip(direction=Vertical(), probability=0.5),
    Fog(severity=2, constants=ImageNetC()),
    Frost(severity=2, constants=ImageNetC()),
    GaussianNoise(sigma=Between(0.1, 0.2)),
    GaussianNoise(severity=2),
    JpegCompression(severity=1, constants=ImageNetC()),
    Pixelate(severity=1, constants=ImageNetC()),
    Rotate(degrees=Exactly(90), fill=Constant(0.5)),
    Rotate(degrees=40, fill=Reflect(), on="image"),
    SaltAndPepper(share=Between(0, 1)),
    Saturate(severity=5, constants=ImageNetC()),
    Shear(degrees=Between(-30, 60), fill=Wrap()),
    Snow(severity=5, constants=ImageNetC()),
    Spatter(severity=1, constants=ImageNetC()),
    Spatter(severity=3, constants=CifarC()),
    Spatter(severity=5, constants=ImageNetC()),
    Translate(width=Exactly(0.3), height=0, fill=Constant(0)),
    Zoom(factor=Between(0.3, 4), fill=Reflect()),
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


APPLY = {
    "writes into its input": (_writes, "writes into its input"),
    "writes into the labels": (_writes_labels, "writes into the labels"),
    "returns its input": (lambda batch, _: batch, "returns memory of its input"),
    "returns a view": (lambda batch, _: replace(batch, x=batch.x[:, ::-1]), "returns memory of its input"),
    "returns an array": (lambda batch, _: batch.x.copy(), "returns ndarray"),
    "turns images": (lambda batch, _: replace(batch, x=np.swapaxes(batch.x, 1, 2).copy()), "changes the shape"),
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
