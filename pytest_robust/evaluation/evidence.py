"""The worst examples of an evaluation, kept for the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from pytest_robust.core.arrays import Floats, Integers, Labels, Outputs
from pytest_robust.core.criteria import answers
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.model import Classifier, Model
from pytest_robust.core.record import Example, Picture

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
        sure = -_belief(outputs) if outputs.ndim == _SCORES_RANK else np.zeros(len(index))
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

    def examples(self, model: Model, data: Dataset, name: str | None, ask: Any) -> tuple[Example, ...]:  # noqa: ANN401 - a bound method
        """Return the kept examples for the report.

        Args:
            model: The model under test, for the names of its classes.
            data: The examples.
            name: The input that was changed.
            ask: Returns the model's answers to unchanged examples.
        """
        if not self.kept:
            return ()
        before = ask(np.array([one.index for one in self.kept]))
        classes = model.classes if isinstance(model, Classifier) else None
        entry = data.x[name] if name is not None and not isinstance(data.x, np.ndarray) else data.x
        found = []
        for one, clean_output in zip(self.kept, before, strict=True):
            clean = np.asarray(entry[one.index])  # type: ignore[index]  # the entry that was changed
            said, clean_said = _said(one.output, classes), _said(clean_output, classes)
            pictures: dict[str, Any] = {}
            if clean.ndim > 1 and one.changed is not None:
                bounds = data.bounds_of(name)
                pictures = {"clean": Picture.of(clean, bounds), "changed": Picture.of(one.changed, bounds)}
            found.append(
                Example(
                    index=one.index,
                    label="" if data.y is None else str(data.y[one.index]),
                    before=clean_said,
                    after=said,
                    before_score=_top(clean_output),
                    after_score=_top(one.output),
                    distance=one.distance,
                    **(pictures if pictures.get("clean") else _words(clean, one.changed)),
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


def _said(output: NDArray[Any], classes: Labels | None) -> str:
    if output.ndim == 1 and len(output) > 1:
        best = int(answers(output[None])[0])
        return str(best if classes is None else classes[best])
    return str(output.item() if output.size == 1 else output)


def _words(clean: NDArray[Any], changed: NDArray[Any] | None) -> dict[str, str]:
    def words(value: NDArray[Any]) -> str:
        text = str(value) if value.ndim == 0 else np.array2string(value, precision=3, threshold=24, separator=", ")
        return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"

    return {"clean_text": words(clean), "changed_text": "" if changed is None else words(changed)}
