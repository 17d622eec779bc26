"""What every adapted model must hold to."""

from __future__ import annotations

import numpy as np

from pytest_robust.core.arrays import Floats, Inputs, take
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Classifier, Differentiable, Model
from pytest_robust.testing._value import require

__all__ = ["check_adapter"]

_STEP = 1e-2
_MATRIX = 2
# What a probe's own slope and the gradient may differ by: float32 differences over the step.
_SLOPE = 0.05


def check_adapter(model: Model, x: Inputs) -> None:
    """Check that an adapted model answers as the engine relies on.

    Args:
        model: What an adapter made.
        x: (n, ...) inputs that it takes, at least three; a dict of arrays for several inputs.

    Raises:
        AssertionError: It answers another number of rows, not the same when asked again,
            otherwise alone than in a batch, with NaN; its logits are no (n, classes) matrix
            of at least two; its gradient has another shape than the input, mixes rows, or
            does not point uphill.

    Examples:
        >>> import numpy as np
        >>> from pytest_robust.testing import LinearModel
        >>> check_adapter(LinearModel(np.eye(3), np.zeros(3)), np.ones((4, 3), dtype=np.float32))
    """
    _check_answers(model, x)
    if isinstance(model, Classifier):
        _check_logits(model, x)
    if isinstance(model, Differentiable) and isinstance(x, np.ndarray):
        _check_gradient(model, x)
        _check_pullback(model, x)


def _rows(x: Inputs) -> int:
    return len(x) if isinstance(x, np.ndarray) else len(next(iter(x.values())))


def _check_answers(model: Model, x: Inputs) -> None:
    answers = np.asarray(model.predict(x))
    rows = _rows(x)
    require(answers.ndim > 0 and len(answers) == rows, f"predict answers shape {answers.shape} for {rows} inputs")
    require(answers.dtype.kind in "biufUSO", f"predict answers {answers.dtype}: give NumPy numbers or strings")
    if answers.dtype.kind == "f":
        require(bool(np.isfinite(answers).all()), "predict answers NaN or infinity")
    require(_same(answers, np.asarray(model.predict(x))), "predict answers otherwise when asked again")
    alone = np.asarray(model.predict(take(x, slice(1, 2))))
    require(_same(alone, answers[1:2]), "predict answers otherwise for an input alone than in a batch")


def _check_logits(model: Classifier, x: Inputs) -> None:
    logits = np.asarray(model.logits(x))
    require(
        logits.ndim == _MATRIX and logits.shape[0] == _rows(x) and logits.shape[1] > 1,
        f"logits have shape {logits.shape}, expected ({_rows(x)}, classes) with at least two classes",
    )
    require(bool(np.isfinite(logits).all()), "logits hold NaN or infinity")
    if model.classes is not None:
        require(len(model.classes) == logits.shape[1], f"{len(model.classes)} classes for {logits.shape[1]} columns")


def _check_gradient(model: Differentiable, x: Inputs) -> None:
    inputs = np.asarray(x, dtype=np.float32)
    logits = np.asarray(model.logits(inputs))
    y = logits.argmax(axis=1)
    answer = model.loss_gradient(inputs, y, LogOdds())
    gradient = np.asarray(answer.gradient)
    require(gradient.shape == inputs.shape, f"the gradient has shape {gradient.shape}, the inputs {inputs.shape}")
    require(_same(np.asarray(answer.logits), logits), "loss_gradient answers other logits than logits")
    alone = np.asarray(model.loss_gradient(inputs[1:2], y[1:2], LogOdds()).gradient)
    require(_same(alone, gradient[1:2]), "an input has another gradient alone than in a batch: sum the losses, no mean")
    length = np.linalg.norm(gradient.reshape(len(inputs), -1), axis=1)
    if not length.any():
        return
    row = int(length.argmax())
    step = _STEP * gradient[row] / length[row]
    before, after = (
        LogOdds().value(np.asarray(model.logits(point[None])), y[row : row + 1])[0]
        for point in (inputs[row] - step, inputs[row] + step)
    )
    slope = float(after - before) / (2 * _STEP)
    require(
        slope > 0 and abs(slope - length[row]) <= max(_SLOPE * length[row], 1e-3),
        f"the gradient does not tell the slope: {length[row]:.4g} by it, {slope:.4g} by a step along it",
    )


def _check_pullback(model: Differentiable, inputs: Inputs) -> None:
    x = np.asarray(inputs, dtype=np.float32)
    y = np.asarray(model.logits(x)).argmax(axis=1)
    gradient = np.asarray(model.loss_gradient(x, y, LogOdds()).gradient)

    def directions(logits: Floats) -> Floats:
        loss = LogOdds().slope(logits, y)
        return np.stack([loss, 2 * np.ones_like(loss), -loss]).astype(np.float32)

    answer = model.pullback(x, directions, count=3)
    found = np.asarray(answer.gradients)
    require(found.shape == (3, *x.shape), f"three gradients have shape {found.shape}, the inputs {x.shape}")
    require(_same(np.asarray(answer.logits), np.asarray(model.logits(x))), "pullback answers other logits than logits")
    slack = 1e-3 * max(float(np.abs(gradient).max()), 1e-3)
    same = np.allclose(found[0], gradient, atol=slack) and np.allclose(found[2], -gradient, atol=slack)
    require(same, "pullback gives other gradients than loss_gradient: each of its sums has its own weights")


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    return bool(np.allclose(a, b, rtol=1e-3, atol=1e-5)) if a.dtype.kind == "f" else bool((a == b).all())
