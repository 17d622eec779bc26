from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from pytest_robust.adapters import adapt
from pytest_robust.core.errors import InvalidModel, UntrustedFile
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Classifier, Differentiable
from pytest_robust.testing import check_adapter

X, Y = load_iris(return_X_y=True)
X = X.astype(np.float32)
NAMES = load_iris().target_names[Y]
TWO = Y > 0


def adapted(native: Any) -> Any:
    return adapt(native, allow_pickle=False)


@pytest.mark.parametrize(
    "native",
    [LogisticRegression(max_iter=1000), LinearSVC(), RidgeClassifier(), Perceptron()],
    ids=lambda native: type(native).__name__,
)
@pytest.mark.parametrize("y", [Y, NAMES, TWO, np.where(TWO, "b", "a")], ids=["three", "names", "two", "two names"])
def test_the_gradient_of_a_linear_classifier_is_the_numerical_one(native: Any, y: Any) -> None:
    native.fit(X, y)
    model = adapted(native)
    assert isinstance(model, Differentiable)
    assert (model.classes[model.logits(X).argmax(axis=1)] == native.predict(X)).all()
    labels, few, step = model.logits(X).argmax(axis=1)[::15], X[::15].astype(np.float64), 1e-3
    found = model.loss_gradient(few.astype(np.float32), labels, LogOdds())
    assert found.logits == pytest.approx(model.logits(few), rel=1e-4, abs=1e-4)
    for entry in range(4):
        move = step * (np.arange(4) == entry)
        up, down = (LogOdds().value(_exact(native, few + m), labels) for m in (move, -move))
        assert found.gradient[:, entry] == pytest.approx((up - down) / (2 * step), rel=1e-3, abs=1e-3)


def _exact(native: Any, x: Any) -> Any:
    values = native.decision_function(x)
    return values if values.ndim > 1 else np.stack([np.zeros_like(values), values], axis=1)


@pytest.mark.parametrize(
    "native",
    [
        make_pipeline(StandardScaler(), LogisticRegression()),
        RandomForestClassifier(n_estimators=5, random_state=0),
    ],
    ids=["pipeline", "forest"],
)
@pytest.mark.parametrize("y", [Y, NAMES], ids=["numbers", "names"])
def test_probabilities_are_told_as_finite_logarithms(native: Any, y: Any) -> None:
    model = adapted(native.fit(X, y))
    assert isinstance(model, Classifier)
    assert not isinstance(model, Differentiable)
    logits = model.logits(X)
    assert np.isfinite(logits).all()
    assert np.exp(logits) == pytest.approx(native.predict_proba(X), abs=1e-6)
    assert (model.classes[model.predict(X).argmax(axis=1)] == native.predict(X)).all()
    check_adapter(model, X)


@pytest.mark.parametrize(
    ("native", "y"), [(LinearRegression(), Y * 1.5), (SVC(), NAMES)], ids=["regressor", "labels only"]
)
def test_what_has_no_scores_is_asked_for_its_answers(native: Any, y: Any) -> None:
    model = adapted(native.fit(X, y))
    assert not isinstance(model, Classifier)
    assert (model.predict(X) == native.predict(X)).all()


def test_a_model_that_is_not_fitted_is_refused() -> None:
    for native in (LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())):
        with pytest.raises(InvalidModel, match="is not fitted; call fit before testing it"):
            adapted(native)


def test_a_part_that_predicts_nothing_is_refused() -> None:
    with pytest.raises(InvalidModel, match=r"StandardScaler\(\) has no predict: give a classifier"):
        adapted(StandardScaler().fit(X))


@pytest.mark.parametrize("name", ["model.pkl", "model.pickle", "model.joblib"])
def test_a_pickle_is_loaded_only_with_permission(tmp_path: Path, name: str) -> None:
    native = LogisticRegression(max_iter=1000).fit(X, Y)
    if name.endswith("joblib"):
        joblib.dump(native, tmp_path / name)
    else:
        (tmp_path / name).write_bytes(pickle.dumps(native))
    with pytest.raises(UntrustedFile, match=rf"{name}: loading it can run any code.*pass --robust-allow-pickle"):
        adapt(tmp_path / name, allow_pickle=False)
    model = adapt(str(tmp_path / name), allow_pickle=True)
    assert (model.logits(X).argmax(axis=1) == native.predict(X)).all()


def test_a_pickle_without_permission_runs_nothing(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "sprung",)

    (tmp_path / "model.pkl").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UntrustedFile):
        adapt(tmp_path / "model.pkl", allow_pickle=False)
    assert not (tmp_path / "sprung").exists()
    pickle.loads((tmp_path / "model.pkl").read_bytes())
    assert (tmp_path / "sprung").exists()
