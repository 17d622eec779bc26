"""pandas data frames and series."""

from __future__ import annotations

from typing import Any

import numpy as np

from pytest_robust.core.adapter import Adapter, RawData
from pytest_robust.core.errors import InvalidData

__all__ = ["Pandas"]


class Pandas(Adapter):
    """Data frames: a matrix where all columns are numbers, else one array a column."""

    def read(self, native: Any) -> RawData:  # noqa: ANN401 - a frame or a series
        """Return the columns' values, and their names for the model.

        Raises:
            InvalidData: A value is missing; the message names row and column.
        """
        frame = native.to_frame() if native.ndim == 1 else native
        missing = np.argwhere(frame.isna().to_numpy())
        if len(missing):
            row, column = missing[0]
            raise InvalidData(
                f"row {row} has no value in column {frame.columns[column]!r}: "
                "fill or drop it, or do so in a pipeline before the model"
            )
        if native.ndim == 1:
            return RawData(x=native.to_numpy(), y=None)
        columns = tuple(map(str, frame.columns))
        if all(np.issubdtype(kind, np.number) for kind in frame.dtypes if isinstance(kind, np.dtype)) and all(
            isinstance(kind, np.dtype) for kind in frame.dtypes
        ):
            # Numbers for names are pandas' own, which a model fitted on them has not seen.
            named = all(isinstance(name, str) for name in frame.columns)
            return RawData(x=frame.to_numpy(), y=None, columns=columns if named else ())
        arrays = {
            str(name): column.to_numpy() if column.to_numpy().dtype.kind in "biuf" else column.to_numpy(dtype=str)
            for name, column in frame.items()
        }
        return RawData(x=arrays, y=None, columns=columns)
