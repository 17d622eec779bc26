"""Data in .npz files."""

from __future__ import annotations

from pathlib import Path
from zipfile import is_zipfile

import numpy as np

from pytest_robust.adapters._labels import as_labels
from pytest_robust.core.adapter import RawData
from pytest_robust.core.errors import InvalidData, UntrustedFile

__all__ = ["check_data_file", "read_archive"]


def read_archive(path: Path) -> RawData:
    """Return the arrays `x` and `y` of an .npz file.

    Raises:
        FileNotFoundError: There is no such file.
        InvalidData: It is not an .npz file, or has no `x`.
        UntrustedFile: It holds pickled Python objects.
    """
    check_data_file(path)
    with np.load(path, allow_pickle=False) as archive:
        try:
            return RawData(x=archive["x"], y=as_labels(archive["y"]) if "y" in archive else None)
        except ValueError as error:
            raise UntrustedFile(
                f"{path} holds pickled objects, which can run any code: {error}; save numbers or strings instead"
            ) from None


def check_data_file(path: Path) -> None:
    """Refuse what is not an .npz file with an array `x`; no array is read.

    Raises:
        FileNotFoundError: There is no such file.
        InvalidData: It is not an .npz file, or has no `x`.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such data file (looked in {Path.cwd()})")
    if path.suffix != ".npz":
        raise InvalidData(f"{path}: data are read from .npz files with the arrays x and y; load others yourself")
    if not is_zipfile(path):
        raise InvalidData(f"{path}: not an .npz archive; write one with np.savez(path, x=x, y=y)")
    with np.load(path, allow_pickle=False) as archive:
        if "x" not in archive:
            raise InvalidData(f"{path} holds {sorted(archive)}; it needs an array x, and y for checks that need labels")
