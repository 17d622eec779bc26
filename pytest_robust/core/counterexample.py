"""An input that broke a model, as a file that runs again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pytest_robust.core.arrays import Inputs
from pytest_robust.core.errors import InvalidData

__all__ = ["Counterexample"]

_FORMAT = "pytest-robust counterexample 1"
_TEXTS = ("before", "after", "under", "model", "check", "nodeid", "entry")


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """One example before and after a change that broke it, and where it was found.

    Args:
        clean: The unchanged input, a batch of one.
        changed: The changed input.
        target: (1,) what should be answered; None where it is the answer to the unchanged input.
        index: Its position in the data.
        before: What was answered to the unchanged input.
        after: What was answered to the changed one.
        under: The perturbation, as code.
        model: What the model is called.
        check: The id of the check.
        nodeid: The test that found it.
        entry: The input that was changed, of several; empty for the only one.
        seed: All random numbers came from it.
        bounds: The values the changed input can take.
        versions: Of this package and NumPy.
    """

    clean: Inputs
    changed: Inputs
    target: NDArray[Any] | None
    index: int
    before: str
    after: str
    under: str
    model: str
    check: str = ""
    nodeid: str = ""
    entry: str = ""
    seed: int = 0
    bounds: tuple[float, float] = (-np.inf, np.inf)
    versions: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return it as an .npz file, without a pickle in it.

        Raises:
            InvalidData: The input holds Python objects, which only a pickle could keep.
        """
        arrays: dict[str, NDArray[Any]] = {
            **_named("clean", self.clean),
            **_named("changed", self.changed),
            **{name: np.array(str(getattr(self, name))) for name in _TEXTS},
            "format": np.array(_FORMAT),
            "index": np.array(self.index),
            "seed": np.array(self.seed),
            "bounds": np.array(self.bounds, dtype=np.float64),
            "versions": np.array(json.dumps(dict(self.versions))),
        }
        if self.target is not None:
            arrays["target"] = _plain("target", self.target)
        stream = BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **arrays)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Counterexample:
        """Return what `to_bytes` wrote.

        Raises:
            InvalidData: It is something else.
        """
        try:
            # Of a single array np.load returns the array, which is no context.
            with np.load(BytesIO(content), allow_pickle=False) as archive:
                found = {name: archive[name] for name in archive.files}
        except (ValueError, OSError, EOFError, BadZipFile, AttributeError, TypeError) as error:
            raise InvalidData(f"no .npz file ({error})") from None
        if str(found.get("format", "")) != _FORMAT:
            raise InvalidData(f"not a saved counterexample of this version ({_FORMAT!r}): it holds {sorted(found)}")
        try:
            low, high = map(float, found["bounds"])
            return cls(
                clean=_inputs("clean", found),
                changed=_inputs("changed", found),
                target=found.get("target"),
                index=int(found["index"]),
                seed=int(found["seed"]),
                bounds=(low, high),
                versions=json.loads(str(found["versions"])),
                **{name: str(found[name]) for name in _TEXTS},
            )
        except (KeyError, ValueError, TypeError) as error:
            raise InvalidData(f"a counterexample that lacks a part: {error}") from None

    @property
    def shown(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """The changed input before and after, without the batch's axis."""
        pair = [x[self.entry] if self.entry and isinstance(x, Mapping) else x for x in (self.clean, self.changed)]
        clean, changed = (np.asarray(next(iter(x.values())) if isinstance(x, Mapping) else x)[0] for x in pair)
        return clean, changed


def _named(word: str, x: Inputs) -> dict[str, NDArray[Any]]:
    if isinstance(x, Mapping):
        return {f"{word}:{name}": _plain(name, np.asarray(entry)) for name, entry in x.items()}
    return {word: _plain(word, np.asarray(x))}


def _plain(name: str, array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype == object and all(isinstance(value, str) for value in array.flat):
        return array.astype(np.str_)
    if array.dtype.hasobject:
        raise InvalidData(f"{name} holds Python objects, which only a pickle keeps")
    return array


def _inputs(word: str, found: Mapping[str, NDArray[Any]]) -> Inputs:
    if word in found:
        return found[word]
    entries = {name.partition(":")[2]: entry for name, entry in found.items() if name.startswith(f"{word}:")}
    if not entries:
        raise KeyError(word)
    return entries
