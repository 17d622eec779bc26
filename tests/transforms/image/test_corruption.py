"""What holds for every corruption with a severity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_robust import Bounds, InvalidArgument, InvalidData
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.perturbation import Transform
from pytest_robust.transforms import BySize, CifarC, ImageNetC, MnistC, Saturate
from pytest_robust.transforms.image._corruption import Constants

MEMBERS = [
    member
    for member in Catalog(room="pytest_robust.transforms", interface=Transform)  # type: ignore[type-abstract]  # the interface
    if "severity" in member.__dataclass_fields__
]
every_member = pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)


def _member(member: type[Transform], severity: Any, constants: Any) -> Transform:
    return member(severity=severity, constants=constants)  # type: ignore[call-arg]  # fields of the members


@every_member
@pytest.mark.parametrize("constants", [ImageNetC(), CifarC(), MnistC()], ids=repr)
@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 11, 3), (33, 8, 4)], ids=str)
def test_any_image_from_eight_pixels_a_side_is_changed(
    member: type[Transform], constants: Constants, shape: tuple[int, ...], change: Any
) -> None:
    images = np.random.default_rng(0).uniform(-3, 7, (2, *shape)).astype(np.float32)
    if member is Saturate and (len(shape) == 2 or shape[-1] == 1):
        # The one that has nothing to do on grey images.
        with pytest.raises(InvalidData, match="changes colours, and the images are grey"):
            change(_member(member, 3, constants), images, bounds=Bounds(-3, 7))
        return
    for severity in range(1, 6):
        changed = change(_member(member, severity, constants), images, bounds=Bounds(-3, 7))
        assert changed.shape == images.shape
        assert changed.dtype == np.float32
        assert np.isfinite(changed).all()
        assert -3 <= changed.min() <= changed.max() <= 7
        assert not np.array_equal(changed, images)


@every_member
def test_bounds_are_only_another_unit(member: type[Transform], change: Any) -> None:
    # Whole grey levels, which all three bounds write with the same 256 numbers.
    levels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3)).astype(np.float32)
    transform = _member(member, 3, ImageNetC())
    expected = change(transform, levels, bounds=Bounds(0, 255))
    for bounds in (Bounds(0, 1), Bounds(-1, 1)):
        own = (bounds.low + levels / 255 * bounds.span).astype(np.float32)
        changed = (change(transform, own, bounds=bounds) - bounds.low) / bounds.span * 255
        # Where a grey level is rounded, the last bit of a number can decide.
        assert np.abs(changed - expected).mean() < 0.02
        assert np.abs(changed - expected).max() <= 1.01


@every_member
def test_without_a_word_the_constants_are_those_of_the_size(member: type[Transform], change: Any) -> None:
    for size, constants in ((32, CifarC()), (64, ImageNetC())):
        images = np.random.default_rng(0).random((1, size, 70, 3), dtype=np.float32)
        by_size, named = (change(_member(member, 4, whose), images) for whose in (BySize(), constants))
        assert np.array_equal(by_size, named)


@every_member
def test_mnist_c_applies_the_constants_of_imagenet_c_but_for_two(member: type[Transform], change: Any) -> None:
    images = np.random.default_rng(0).random((2, 28, 28, 3), dtype=np.float32)
    same = [
        np.array_equal(*(change(_member(member, severity, whose()), images) for whose in (MnistC, ImageNetC)))
        for severity in range(1, 6)
    ]
    assert same == [member.__name__ not in {"ElasticTransform", "Spatter"}] * 5


@every_member
@pytest.mark.parametrize(
    ("severity", "constants", "message"),
    [
        (0, BySize(), "severity=0 must be an integer from 1"),
        (6, BySize(), "severity=6"),
        (2.5, BySize(), "severity=2.5"),
        (True, BySize(), "severity=True"),
        (2, "cifar", r"constants='cifar' must be BySize\(\)"),
    ],
)
def test_severities_that_there_are_not_are_refused(
    member: type[Transform], severity: Any, constants: Any, message: str
) -> None:
    with pytest.raises(InvalidArgument, match=message):
        _member(member, severity, constants)


@every_member
def test_a_milder_severity_is_a_whole_one(member: type[Transform]) -> None:
    severe = _member(member, 5, ImageNetC())
    assert [severe.scaled(share) for share in (1, 0.6, 0.01)] == [
        _member(member, severity, ImageNetC()) for severity in (5, 3, 1)
    ]
    assert (severe.level, severe.has_strength) == (5, True)
