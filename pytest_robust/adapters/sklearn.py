"""scikit-learn classifiers, regressors and pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from pytest_robust.adapters._frames import as_given
from pytest_robust.core.adapter import Adapter
from pytest_robust.core.arrays import Floats, Inputs, Labels, Outputs
from pytest_robust.core.errors import InvalidData, InvalidModel
from pytest_robust.core.model import Classifier, Differentiable, Directions, Model, Pullback
from pytest_robust.core.table import Column

__all__ = ["Sklearn"]


@dataclass(frozen=True, kw_only=True)
class _Labeller(Model):
    """An estimator asked for labels or values."""

    native: Any
    columns: tuple[Column, ...]

    def predict(self, x: Inputs) -> Outputs:
        """Return (n,) labels or values."""
        return np.asarray(self.native.predict(as_given(x, self.columns)))


@dataclass(frozen=True, kw_only=True)
class _Scorer(Classifier):
    """A classifier asked for probabilities."""

    native: Any
    columns: tuple[Column, ...]

    @property
    def classes(self) -> Labels:
        """Return what each column stands for."""
        return np.asarray(self.native.classes_)

    def logits(self, x: Inputs) -> Floats:
        """Return (n, classes) log-probabilities."""
        probabilities = np.asarray(self.native.predict_proba(as_given(x, self.columns)), dtype=np.float64)
        # Forests answer exactly 0; the smallest float32 keeps their order and stays finite.
        return np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class _Linear(Differentiable):
    """A linear classifier, whose gradient is its coefficients."""

    native: Any
    columns: tuple[Column, ...]

    @property
    def classes(self) -> Labels:
        """Return what each column stands for."""
        return np.asarray(self.native.classes_)

    def logits(self, x: Inputs) -> Floats:
        """Return (n, classes) decision values; for two classes, zero and the second's."""
        values = np.asarray(self.native.decision_function(as_given(x, self.columns)), dtype=np.float32)
        return values if values.ndim > 1 else np.stack([np.zeros_like(values), values], axis=1)

    def pullback(self, x: Inputs, directions: Directions, *, count: int) -> Pullback:
        """Return decision values and the gradients through the coefficients."""
        if isinstance(x, Mapping):
            raise InvalidData("the columns of this table are of several types: it cannot be attacked as one matrix")
        logits = self.logits(x)
        slopes = directions(logits).reshape(count, *logits.shape)
        # RidgeClassifier keeps the weights of two classes as a vector.
        weights = np.atleast_2d(np.asarray(self.native.coef_, dtype=np.float32))
        gradients = slopes[:, :, 1:] @ weights if len(weights) == 1 else slopes @ weights
        return Pullback(logits=logits, gradients=gradients.astype(np.float32))


class Sklearn(Adapter):
    """Estimators with `predict`; scores come from `predict_proba` where there is one."""

    files: ClassVar = ("*.joblib", "*.pkl", "*.pickle")
    runs_code: ClassVar = True

    def adapt(self, native: Any, columns: tuple[Column, ...] = ()) -> Model:  # noqa: ANN401 - an estimator
        """Return the estimator as a Model.

        Raises:
            InvalidModel: It is not fitted, or cannot predict.
        """
        from sklearn.exceptions import NotFittedError
        from sklearn.linear_model._base import LinearClassifierMixin
        from sklearn.utils.validation import check_is_fitted

        if not callable(getattr(native, "predict", None)):
            raise InvalidModel(
                f"{native!r} has no predict: give a classifier, a regressor or a pipeline that ends in one"
            )
        try:
            check_is_fitted(native)
        except NotFittedError:
            raise InvalidModel(f"{native!r} is not fitted; call fit before testing it") from None
        # A linear rule: its decision values are logits, and its gradient is exact.
        if isinstance(native, LinearClassifierMixin):
            return _Linear(native=native, columns=columns)
        if callable(getattr(native, "predict_proba", None)):
            return _Scorer(native=native, columns=columns)
        return _Labeller(native=native, columns=columns)

    def load(self, path: Path) -> Any:  # noqa: ANN401 - an estimator
        """Return the estimator in a pickle, which joblib reads too."""
        import joblib

        return joblib.load(path)
