"""Each measurement against a value known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pytest_robust import UNBOUNDED, InvalidArgument, Subject, Targeted
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.policy import Policy
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

X, Y = load_breast_cancer(return_X_y=True)
PIPELINE = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X[:300], Y[:300])
HELD = Subject(PIPELINE, X[300:], Y[300:], bounds=UNBOUNDED)


def test_stub_and_folder_agree() -> None:
    from pytest_robust import metrics
    from pytest_robust.gates.subject import METRICS

    assert sorted(metrics.__all__) == sorted(METRICS.load(name).__name__ for name in METRICS.names())


@pytest.mark.parametrize(
    "name",
    ["accuracy", "precision", "recall", "f1", "roc_auc", "balanced_accuracy", "neg_log_loss", "average_precision"],
)
def test_a_score_by_name_is_scikit_learns(name) -> None:
    estimate = HELD.score(name).estimate()
    # Our probabilities went through float32 logits.
    assert estimate.value == pytest.approx(sk.get_scorer(name)(PIPELINE, X[300:], Y[300:]), abs=1e-4)
    assert estimate.low <= estimate.value <= estimate.high


def test_a_score_by_function_or_scorer_is_scikit_learns() -> None:
    predicted = PIPELINE.predict(X[300:])
    assert float(HELD.score(sk.f1_score)) == pytest.approx(sk.f1_score(Y[300:], predicted))
    assert float(HELD.score(lambda y, p: sk.fbeta_score(y, p, beta=2))) == pytest.approx(
        sk.fbeta_score(Y[300:], predicted, beta=2)
    )
    scorer = sk.make_scorer(sk.fbeta_score, beta=0.5)
    assert float(HELD.score(scorer)) == pytest.approx(sk.fbeta_score(Y[300:], predicted, beta=0.5))


def test_a_score_of_labels_only_works_where_it_needs_no_more() -> None:
    labels = Subject(PIPELINE.predict, X[300:], Y[300:])
    assert float(labels.score("f1")) == pytest.approx(sk.f1_score(Y[300:], PIPELINE.predict(X[300:])))
    with pytest.raises((InvalidArgument, AttributeError)):
        float(labels.score("roc_auc"))


def test_a_score_is_measured_under_a_change_of_all_examples() -> None:
    clean, noisy = float(HELD.score("f1")), float(HELD.score("f1", under=GaussianNoise(sigma=40.0)))
    assert noisy < clean


def test_a_score_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(InvalidArgument, match="did you mean 'f1_macro'"):
        HELD.score("f1_makro")
    with pytest.raises(InvalidArgument, match="must be a scorer's name"):
        HELD.score(3)


def test_a_score_that_is_undefined_says_so() -> None:
    one_class = Subject(PIPELINE, X[Y == 1], Y[Y == 1])
    with pytest.raises(InvalidArgument, match="undefined|cannot be computed"):
        float(one_class.score("roc_auc"))
    with pytest.raises(InvalidArgument, match="an average= that fits"):
        float(_three().score("precision"))


def _three():
    return Subject(lambda x: x[:, 0].astype(int), np.arange(30)[:, None] % 3 * 1.0, np.arange(30) % 3)


def test_the_gap_is_the_difference_of_accuracies() -> None:
    gap = HELD.generalization_gap(train=(X[:300], Y[:300])).estimate()
    assert gap.value == pytest.approx(PIPELINE.score(X[:300], Y[:300]) - PIPELINE.score(X[300:], Y[300:]))
    assert gap.low < gap.value < gap.high
    assert gap.method == "Newcombe"


def test_the_gap_of_graded_scores_is_resampled() -> None:
    from pytest_robust import ByFunction

    graded = ByFunction(
        lambda target, output: 0.25 + 0.5 * float(target == output.argmax() if output.ndim else target == output)
    )
    gap = HELD.generalization_gap(train=(X[:300], Y[:300]), criterion=graded).estimate()
    assert gap.method == "percentile bootstrap"
    assert gap.low < gap.value < gap.high


def test_the_success_rate_counts_the_examples_that_were_right() -> None:
    random = np.random.default_rng(0)
    model = LinearModel(random.normal(size=(8, 2)), np.zeros(2))
    x = random.normal(size=(300, 8)).astype(np.float32)
    truth = model.logits(x).argmax(axis=1)
    y = np.where(np.arange(300) < 60, 1 - truth, truth)
    subject = Subject(model, x, y, bounds=UNBOUNDED, policy=Policy(exact=True))
    needed = model.distance(x, 1)[60:]
    estimate = subject.attack_success_rate(under=FGSM(eps=0.2)).estimate()
    assert estimate.total == 240
    assert estimate.value == pytest.approx((needed < 0.2).mean(), abs=0.005)
    targeted = subject.attack_success_rate(under=PGD(eps=0.2, goal=Targeted(1))).estimate()
    assert targeted.total == (y[60:] == 0).sum()
    assert targeted.value == pytest.approx((needed[y[60:] == 0] < 0.2).mean(), abs=0.01)


def test_invariance_asks_for_no_labels_and_counts_wrong_answers_that_stay() -> None:
    subject = Subject(lambda x: np.zeros(len(x), int), X, np.ones(len(X), int), bounds=UNBOUNDED)
    assert float(subject.invariance(under=GaussianNoise(sigma=1.0))) == 1
    assert float(subject.accuracy()) == 0


def test_outcomes_of_the_projects_own_are_averaged_and_checked() -> None:
    own = HELD.outcomes("answered in time", [True] * 30 + [False] * 10)
    assert own.estimate().value == 0.75
    assert own >= 0.7
    assert HELD.outcomes("graded", [0.5, 0.25]).estimate().method == "Learned-Miller-Thomas"
    for scores, message in (
        ([], "give one for each"),
        ([2.0], r"scores\[0\]"),
        ([[1.0]], "shape"),
        ([np.nan], "is not from 0"),
    ):
        with pytest.raises(InvalidArgument, match=message):
            HELD.outcomes("bad", scores)
