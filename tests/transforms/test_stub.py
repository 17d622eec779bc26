"""The stub is the list of what users import; the folder is the list of what there is."""

from __future__ import annotations

import pytest

from pytest_robust import transforms
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.perturbation import Transform

CATALOG = Catalog(room="pytest_robust.transforms", interface=Transform)


def test_every_transform_in_the_folder_is_exported() -> None:
    missing = [member.__name__ for member in CATALOG if member.__name__ not in transforms.__all__]
    assert "rotate" in CATALOG.names()
    assert missing == []


@pytest.mark.parametrize("name", sorted(transforms.__all__))
def test_every_exported_name_exists(name: str) -> None:
    assert getattr(transforms, name).__name__ == name


def test_every_exported_transform_is_in_the_folder() -> None:
    exported = {getattr(transforms, name) for name in transforms.__all__}
    members = set(CATALOG)
    strays = {value for value in exported if issubclass(value, Transform)} - members
    assert members
    assert strays == set()
