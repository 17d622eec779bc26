from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pytest_robust.adapters import dataset, raw_data
from pytest_robust.core.errors import InvalidData, UntrustedFile

X, Y = np.zeros((3, 2), dtype=np.float32), np.array([2, 0, 1])


def test_an_archive_gives_its_x_and_y(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=X, y=np.eye(3)[Y])
    for path in (tmp_path / "data.npz", str(tmp_path / "data.npz")):
        data = dataset(raw_data(path))
        assert (data.x == X).all()
        assert data.y.tolist() == Y.tolist()
    assert raw_data(tmp_path / "data.npz", [0, 0, 1]).y.tolist() == [0, 0, 1]


def test_an_archive_needs_no_labels(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "data.npz", x=X)
    assert raw_data(tmp_path / "data.npz").y is None


def test_an_archive_without_x_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", images=X, labels=Y)
    with pytest.raises(InvalidData, match=r"holds \['images', 'labels'\]; it needs an array x"):
        raw_data(tmp_path / "data.npz")


@pytest.mark.parametrize("name", ["x", "y"])
def test_pickled_objects_are_refused(tmp_path: Path, name: str) -> None:
    np.savez(tmp_path / "data.npz", **{"x": X, "y": Y, name: np.array([{}, [], 3], dtype=object)})
    with pytest.raises(UntrustedFile, match="holds pickled objects, which can run any code"):
        raw_data(tmp_path / "data.npz")


def test_a_missing_file_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz: no such data file \(looked in"):
        raw_data(tmp_path / "nowhere.npz")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,2")
    with pytest.raises(InvalidData, match="read from .npz files with the arrays x and y"):
        raw_data(tmp_path / "data.csv")
    (tmp_path / "data.npz").write_text("1,2")
    with pytest.raises(InvalidData, match=r"data\.npz: not an \.npz archive"):
        raw_data(tmp_path / "data.npz")
    np.save(tmp_path / "data.npy", X)
    (tmp_path / "data.npy").rename(tmp_path / "data.npz")
    with pytest.raises(InvalidData, match=r"data\.npz: not an \.npz archive"):
        raw_data(tmp_path / "data.npz")
