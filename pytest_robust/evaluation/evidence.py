"""The worst examples of an evaluation, kept for the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from pytest_robust.core.arrays import Floats, Inputs, Integers, Labels, Outputs
from pytest_robust.core.criteria import answers
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.detections import described, is_boxes
from pytest_robust.core.example import Example, Picture
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.table import Column
from pytest_robust.evaluation.part import Part

__all__ = ["Evidence"]

_KEPT = 3
_TEXT = 400
_SCORES_RANK = 2


@dataclass(kw_only=True)
class _Kept:
    loss: float
    index: int
    changed: NDArray[Any] | None
    output: NDArray[Any]
    distance: float | None


@dataclass
class Evidence:
    """A few broken examples: those whose wrong answer is surest."""

    kept: list[_Kept] = field(default_factory=list)

    def offer(self, index: Integers, changed: NDArray[Any] | None, outputs: Outputs, distance: Floats | None) -> None:
        """Keep the worst of these broken examples and those kept before.

        Args:
            index: (n,) positions in the dataset.
            changed: (n, ...) the inputs that broke them; None where they were wrong as they are.
            outputs: (n, ...) the answers to these.
            distance: (n,) norms of the changes, where they have any.
        """
        sure = -_belief(outputs) if outputs.ndim == _SCORES_RANK and not is_boxes(outputs) else np.zeros(len(index))
        for row in np.argsort(sure, kind="stable")[:_KEPT]:
            far = None if distance is None else float(distance[row])
            self.kept.append(
                _Kept(
                    loss=float(sure[row]),
                    index=int(index[row]),
                    changed=None if changed is None else np.array(changed[row]),
                    output=np.asarray(outputs[row]),
                    distance=far,
                )
            )
        self.kept = sorted(self.kept, key=lambda one: (one.loss, one.index))[:_KEPT]

    def pairs(self, data: Dataset, part: Part) -> tuple[tuple[int, Inputs, Inputs], ...]:
        """Return position, unchanged and changed input of each example kept that was changed, as batches of one.

        Args:
            data: The examples.
            part: What of the inputs was changed.
        """
        found = []
        for one in self.kept:
            if one.changed is not None:
                clean = data.inputs(np.array([one.index]))
                found.append((one.index, clean, part.into(clean, one.changed[None])))
        return tuple(found)

    def examples(self, model: Model, data: Dataset, part: Part, ask: Any) -> tuple[Example, ...]:  # noqa: ANN401 - a bound method
        """Return the kept examples for the report.

        Args:
            model: The model under test, for the names of its classes.
            data: The examples.
            part: What of the inputs was changed.
            ask: Returns the model's answers to unchanged examples.
        """
        if not self.kept:
            return ()
        before = ask(np.array([one.index for one in self.kept]))
        classes = model.classes if isinstance(model, Classifier) else None
        entry = part.of(data.inputs(np.array([one.index for one in self.kept])))
        found = []
        for one, clean_output, unchanged in zip(self.kept, before, entry, strict=True):
            clean = np.asarray(unchanged)
            said, clean_said = _said(one.output, classes), _said(clean_output, classes)
            pictures: dict[str, Any] = {}
            if clean.ndim > 1 and one.changed is not None:
                bounds = data.bounds_of(part.name)
                pictures = {"clean": Picture.of(clean, bounds), "changed": Picture.of(one.changed, bounds)}
            found.append(
                Example(
                    index=one.index,
                    label="" if data.y is None else _label(data.y[one.index]),
                    before=clean_said,
                    after=said,
                    before_score=_top(clean_output),
                    after_score=_top(one.output),
                    distance=one.distance,
                    **(pictures if pictures.get("clean") else _words(clean, one.changed, data.columns)),
                )
            )
        return tuple(found)


def _belief(outputs: Outputs) -> Floats:
    wide = outputs.astype(np.float64)
    probabilities = (wide >= 0).all() and np.allclose(wide.sum(axis=1), 1, atol=1e-3)
    belief: Floats = (wide if probabilities else softmax(wide, axis=1)).max(axis=1)
    return belief


def _top(output: NDArray[Any]) -> float | None:
    return (
        float(_belief(output[None])[0]) if output.ndim == 1 and output.dtype.kind == "f" and len(output) > 1 else None
    )


def _label(label: Any) -> str:  # noqa: ANN401 - a label of any kind
    boxes = isinstance(label, np.ndarray) and is_boxes(label)
    return described(label) if boxes else str(label)


def _said(output: NDArray[Any], classes: Labels | None) -> str:
    if is_boxes(output):
        return described(output)
    if output.ndim == 1 and len(output) > 1:
        best = int(answers(output[None])[0])
        return str(best if classes is None else classes[best])
    return str(output.item() if output.size == 1 else output)


def _words(clean: NDArray[Any], changed: NDArray[Any] | None, columns: tuple[Column, ...]) -> dict[str, str]:
    if changed is not None and clean.dtype.names is not None:
        return _cells(list(clean.dtype.names), list(clean.item()), list(changed.item()))
    if changed is not None and len(columns) == clean.size and clean.ndim == 1:
        return _cells([str(column.name) for column in columns], clean.tolist(), changed.tolist())

    def words(value: NDArray[Any]) -> str:
        return _short(
            str(value) if value.ndim == 0 else np.array2string(value, precision=3, threshold=24, separator=", ")
        )

    return {"clean_text": words(clean), "changed_text": "" if changed is None else words(changed)}


def _cells(names: list[str], clean: list[Any], changed: list[Any]) -> dict[str, str]:
    """Return the columns of a row that changed, before and after: of the others, nothing is to be seen."""
    differ = [place for place, pair in enumerate(zip(clean, changed, strict=True)) if not _same(*pair)]

    def words(row: list[Any]) -> str:
        return _short(", ".join(f"{names[place]}: {_cell(row[place])}" for place in differ))

    return {"clean_text": words(clean), "changed_text": words(changed)}


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - a value of any column
    return bool(one == other) or (_gap(one) and _gap(other))


def _gap(value: Any) -> bool:  # noqa: ANN401 - a value of any column
    return value is None or value != value  # noqa: PLR0124 - NaN alone differs from itself


def _cell(value: Any) -> str:  # noqa: ANN401 - a value of any column
    return "missing" if _gap(value) else f"{value:.6g}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
