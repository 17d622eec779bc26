"""Every corruption as strong as the published package makes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.published import PUBLISHED, corrupt, photos
from pytest_robust import Bounds
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.perturbation import Transform
from pytest_robust.transforms import ImageNetC

_PHOTOS = {32: 9, 64: 9}
# How often each photo is changed where chance has a say: it then moves neither mean by 5 %. Glass
# takes the package half a second, and what it does to a photo hardly depends on the draw.
_DRAWS = {"snow": 48, "fog": 48, "spatter": 48, "glass_blur": 1}
_USUAL_DRAWS = 16
_ONCE = {
    *("brightness", "contrast", "defocus_blur", "gaussian_blur", "jpeg_compression", "pixelate", "saturate"),
    "zoom_blur",
}
_CERTAIN = {"defocus_blur", "gaussian_blur", "zoom_blur"}


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("size", _PHOTOS)
@pytest.mark.parametrize(("member", "name"), PUBLISHED.items(), ids=PUBLISHED.values())
def test_a_severity_changes_a_photo_as_much_as_published(
    member: type[Transform], name: str, size: int, severity: int, change: Any
) -> None:
    x = np.repeat(photos(_PHOTOS[size], size), 1 if name in _ONCE else _DRAWS.get(name, _USUAL_DRAWS), axis=0)
    np.random.seed(0)  # what the package draws from
    theirs = np.stack([corrupt()(image, severity, name) for image in x])
    transform = member(severity=severity, constants=ImageNetC())  # type: ignore[call-arg]  # fields of the members
    ours = change(transform, x.astype(np.float32), bounds=Bounds(0, 255))
    assert np.abs(ours - x).mean() == pytest.approx(np.abs(theirs.astype(np.float32) - x).mean(), rel=0.1)


@pytest.mark.parametrize("severity", [1, 5])
@pytest.mark.parametrize(
    ("member", "name"), [(member, name) for member, name in PUBLISHED.items() if name in _CERTAIN], ids=sorted(_CERTAIN)
)
def test_what_draws_nothing_is_the_published_image(
    member: type[Transform], name: str, severity: int, change: Any
) -> None:
    x = photos(1, 60)[:, :47]
    transform = member(severity=severity, constants=ImageNetC())  # type: ignore[call-arg]  # fields of the members
    ours = change(transform, x.astype(np.float32), bounds=Bounds(0, 255))
    # The package cuts off what is below a grey level.
    np.testing.assert_allclose(ours[0] - 0.5, corrupt()(x[0], severity, name), atol=0.501)


def test_whatever_has_a_severity_is_compared() -> None:
    members = Catalog(room="pytest_robust.transforms", interface=Transform)  # type: ignore[type-abstract]  # the interface
    assert {member for member in members if "severity" in member.__dataclass_fields__} == set(PUBLISHED)
