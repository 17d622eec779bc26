"""Native model to Model, native data to Dataset; one file a framework, imported on use."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_robust.adapters._defended import behind
from pytest_robust.adapters._files import check_data_file, read_archive
from pytest_robust.adapters._labels import as_labels
from pytest_robust.core.adapter import Adapter, RawData
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.catalog import Catalog
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.defended import Defended
from pytest_robust.core.errors import InvalidArgument, InvalidData, InvalidModel, UntrustedFile
from pytest_robust.core.model import Model
from pytest_robust.core.table import Column

__all__ = ["CATALOG", "adapt", "check_data_file", "check_model_file", "dataset", "raw_data"]

CATALOG = Catalog(room="pytest_robust.adapters", interface=Adapter)


def adapt(native: Any, *, allow_pickle: bool, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401 - any framework's
    """Return `native` as a Model, through the adapter of the framework it is from.

    Args:
        native: A model, a callable, the path of a model file, or one of these `Defended`.
        allow_pickle: Whether loading a file may run code that it contains.
        columns: Those of the table it is asked about, for models that go by their names.

    Raises:
        InvalidModel: No adapter knows it.
        FileNotFoundError: The path does not exist.
        UntrustedFile: Loading the file could run code, and `allow_pickle` is false.
    """
    if isinstance(native, Model):
        return native
    if isinstance(native, Defended):
        inner = adapt(native.model, allow_pickle=allow_pickle, columns=columns)
        return behind(native.step, inner, native.samples)
    if isinstance(native, (str, Path)):
        adapter = _for_file(Path(native), allow_pickle=allow_pickle)
        return adapt(adapter.load(Path(native)), allow_pickle=allow_pickle, columns=columns)
    if isinstance(native, type):
        raise InvalidModel(f"{native.__qualname__} is a class: give an instance, a fitted model")
    adapter_of_type = _for_type(native)
    if adapter_of_type is not None:
        return adapter_of_type.adapt(native, columns)
    if callable(native):
        return CATALOG.load("function")().adapt(native, columns)
    raise InvalidModel(
        f"{native!r} ({type(native).__qualname__}) is not a model: give a model of {', '.join(_frameworks())}, "
        "a path, or a function that takes a batch of inputs and returns scores or labels"
    )


def check_model_file(path: Path, *, allow_pickle: bool) -> None:
    """Refuse a model file that cannot or may not be loaded; nothing is loaded.

    Args:
        path: The file.
        allow_pickle: Whether loading it may run code that it contains.

    Raises:
        FileNotFoundError: The path does not exist.
        InvalidModel: No adapter loads such files.
        UntrustedFile: Loading the file could run code, and `allow_pickle` is false.
    """
    _for_file(path, allow_pickle=allow_pickle)


def raw_data(x: Any, y: Any = None) -> RawData:  # noqa: ANN401 - any framework's
    """Return the arrays of data in any form.

    Args:
        x: An array or what NumPy can make one of, a list of strings, a dict of these, a
            data frame, a `tf.data.Dataset`, a `keras.utils.PyDataset`, a path to an .npz
            file with `x` and `y`, or a pair (x, y).
        y: Labels: class indices, one-hot rows, class names, values, or the boxes of each image
            as `as_boxes` takes them. Left out where `x` holds them.

    Raises:
        InvalidData: No arrays can be made of it.
    """
    if isinstance(x, Dataset):
        return RawData(x=x.x, y=x.y, columns=x.columns)
    if y is None and isinstance(x, tuple) and len(x) == 2:  # noqa: PLR2004 - the pair (x, y)
        return raw_data(*x)
    if isinstance(x, (str, Path)):
        archive = read_archive(Path(x))
        return archive if y is None else RawData(x=archive.x, y=as_labels(y))
    if isinstance(x, dict):
        entries = {str(name): _array(entry, f"x[{name!r}]") for name, entry in x.items()}
        return RawData(x=entries, y=as_labels(y))
    adapter = None if isinstance(x, np.ndarray) else _for_type(x)
    if adapter is None:
        return RawData(x=_array(x, "x"), y=as_labels(y))
    read = adapter.read(x)
    return RawData(x=read.x, y=as_labels(read.y if y is None else y), columns=read.columns)


def dataset(raw: RawData, bounds: Any = None, groups: Any = None) -> Dataset:  # noqa: ANN401 - any form a user gives
    """Return raw arrays as a Dataset, checked.

    Args:
        raw: Inputs and labels.
        bounds: The values an input can take, as `Bounds` or a pair, or a dict of these for
            several inputs; inferred where it is left out.
        groups: The group of each example, as `Dataset` takes them.

    Raises:
        InvalidArgument: The bounds are none.
        InvalidData: The arrays cannot be measured on.
    """
    if isinstance(bounds, Mapping):
        each = {name: _bounds(one) for name, one in bounds.items()}
        return Dataset(x=raw.x, y=raw.y, bounds=each, columns=raw.columns, groups=groups)
    one = None if bounds is None else _bounds(bounds)
    return Dataset(x=raw.x, y=raw.y, bounds=one, columns=raw.columns, groups=groups)


def _bounds(given: Any) -> Bounds:  # noqa: ANN401 - what a user gives
    if isinstance(given, Bounds):
        return given
    try:
        low, high = map(float, given)
    except (TypeError, ValueError):
        raise InvalidArgument(f"bounds={given!r}: give (lowest, highest)") from None
    return Bounds(low, high)


def _array(values: Any, name: str) -> NDArray[Any]:  # noqa: ANN401 - what a user gives
    try:
        array = np.asanyarray(values)
    except ValueError as error:
        raise InvalidData(f"{name} is no array: {error}; every example needs the same shape") from None
    if array.dtype == object and not all(isinstance(value, str) for value in array.flat):
        raise InvalidData(
            f"{name} holds Python objects ({type(array.flat[0]).__qualname__}); "
            "give numbers, or strings, in an array with one row an example"
        )
    return array


def _frameworks() -> list[str]:
    return [name for name in CATALOG.names() if name != "function"]


def _for_type(native: object) -> Adapter | None:
    names = set(CATALOG.names())
    for ancestor in type(native).__mro__:
        framework = ancestor.__module__.partition(".")[0]
        if framework in names:
            return CATALOG.load(framework)()
    return None


def _for_file(path: Path, *, allow_pickle: bool) -> Adapter:
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such model file (looked in {Path.cwd()})")
    inside = {child.name for child in path.iterdir()} if path.is_dir() else {path.name}
    adapters = [adapter() for adapter in CATALOG]
    for adapter in adapters:
        if any(fnmatch(name, pattern) for pattern in adapter.files for name in inside):
            if adapter.runs_code and not allow_pickle:
                raise UntrustedFile(
                    f"{path}: loading it can run any code that it contains; "
                    "if you made it or trust who did, pass --robust-allow-pickle"
                )
            return adapter
    known = sorted({pattern for adapter in adapters for pattern in adapter.files})
    raise InvalidModel(f"{path}: not one of the model files that can be loaded ({', '.join(known)})")
