"""What each class came to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from pytest_robust import Subject, Targeted, Template, WithinTolerance
from pytest_robust.attacks import DDN, FGSM
from pytest_robust.core.policy import Policy
from pytest_robust.core.record import ClassScore
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

RANDOM = np.random.default_rng(3)
X = RANDOM.random((120, 5, 5)).astype(np.float32)
WEIGHTS = RANDOM.normal(size=(25, 3))
# Without a mean, no class is the likeliest of all grey images.
MODEL = LinearModel(WEIGHTS - WEIGHTS.mean(axis=0), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)
Y[:12] = (Y[:12] + 1) % 3
ALL = Policy(exact=True)


def subject(model=MODEL, x=X, y=Y, policy=ALL):
    return Subject(model, x, y, bounds=(0, 1), policy=policy)


def classes(measured, bar=0.0):
    return measured.record(measured >= bar).classes


def test_a_class_has_its_own_share_right_before_and_after() -> None:
    under = FGSM(eps=0.05)
    found = classes(subject().accuracy(under=under))
    assert [one.label for one in found] == ["0", "1", "2"]
    for turn, one in enumerate(found):
        mine = np.flatnonzero(turn == Y)
        alone = subject(y=Y[mine], x=X[mine])
        assert one == ClassScore(
            label=str(turn),
            n=len(mine),
            before=float(alone.accuracy()),
            value=pytest.approx(float(alone.accuracy(under=under))),
        )
    assert any(0 < one.value < one.before < 1 for one in found), found


@pytest.mark.parametrize(
    ("measured", "before"),
    [
        (subject().accuracy(), None),
        (subject().accuracy(under=GaussianNoise(sigma=0.3)), None),
        (subject().attack_success_rate(under=FGSM(eps=0.1)), 0.0),
        (subject().attack_success_rate(under=FGSM(eps=0.1, goal=Targeted(1))), 0.0),
        (subject().invariance(under=GaussianNoise(sigma=0.3)), 1.0),
        (subject().curve(FGSM, eps=[0.05, 0.2])[0.05], None),
        (subject().curve(DDN(steps=5), eps=[0.05, 0.2])[0.2], None),
        (subject(policy=Policy()).accuracy(under=GaussianNoise(sigma=0.3)), None),
    ],
    ids=repr,
)
def test_classes_weighted_by_their_examples_come_to_the_value(measured, before) -> None:
    record = measured.record(measured >= 0.2)
    assert sum(one.n for one in record.classes) == record.n
    assert sum(one.n * one.value for one in record.classes) == pytest.approx(record.n * record.value)
    shares = {one.before for one in record.classes}
    assert shares == {before} if before is not None else 0 < min(shares) <= 1
    if not record.under:
        assert all(one.before == one.value for one in record.classes)


@pytest.mark.parametrize("under", [FGSM, DDN(steps=5)], ids=["of its budget", "nearest"])
def test_before_a_curves_change_a_class_is_as_right_as_it_is_unchanged(under) -> None:
    clean = [one.value for one in classes(subject().accuracy())]
    for point in subject().curve(under, eps=[0.05, 0.2]).values():
        found = classes(point)
        assert [one.before for one in found] == clean
        assert sum(one.value for one in found) < sum(clean)


def test_the_model_is_not_asked_for_it() -> None:
    measured = subject().accuracy()
    float(measured)
    asked = measured.record(None).queries
    assert len(classes(measured)) == 3
    assert measured.record(None).queries == asked


def test_names_are_the_projects_in_the_order_of_its_labels() -> None:
    names = np.array(["three", "one", "two"])[Y]
    flat = X.reshape(120, 25)
    named = subject(LogisticRegression().fit(flat, names), flat, names)
    assert [one.label for one in classes(named.accuracy())] == ["one", "three", "two"]
    answering = subject(lambda x: np.array(["one"] * len(x)), X, names)
    told = classes(answering.accuracy())
    assert [(one.label, one.value) for one in told] == [("one", 1.0), ("three", 0.0), ("two", 0.0)]
    objects = subject(lambda x: np.array(["one"] * len(x)), X, names.astype(object))
    assert classes(objects.accuracy()) == told
    whole = subject(lambda x: np.zeros(len(x)), X, Y.astype(float))
    assert [one.label for one in classes(whole.accuracy())] == ["0", "1", "2"]
    cases = (Template(text="It was {word}.", words={"word": ("bad", "poor")}, label=1),)
    simple = subject(lambda x: np.zeros(len(x), dtype=int)).minimum_functionality(cases=cases)
    assert classes(simple) == (ClassScore(label="1", n=2, before=0.0, value=0.0),)


def test_what_has_no_classes_has_no_table_of_them() -> None:
    values = X.mean(axis=(1, 2))
    regression = subject(lambda x: x.mean(axis=(1, 2)), X, values).accuracy(criterion=WithinTolerance(0.1))
    many = np.arange(1001)
    crowd = Subject(lambda x: x[:, 0].astype(int), many[:, None], many, policy=ALL).accuracy()
    broken = subject(lambda x: np.zeros(len(x)), X, Y + 0.5).accuracy()
    whole = subject().score("f1_macro")
    for measured in (regression, crowd, broken, whole, subject().outcomes("in time", [True, False])):
        assert classes(measured) == ()
    assert len(classes(subject(many_model, many[1:, None], many[1:]).accuracy())) == 1000
    fresh = subject().accuracy()
    assert fresh.record(fresh.unjudged()).classes == ()


def many_model(x):
    return x[:, 0].astype(int)


def test_labels_of_several_numbers_are_no_classes() -> None:
    from pytest_robust.gates._classes import class_scores

    measured = subject().accuracy()
    measured.record(measured >= 0)
    case = measured._case
    (outcomes,) = case.outcomes_at(120)
    assert len(class_scores(case, (outcomes,))) == 3
    for target in (None, np.zeros((120, 2))):
        assert class_scores(case, (replace(outcomes, target=target),)) == ()
    # Labels of several kinds have no order of their own.
    mixed = replace(outcomes, target=np.array(["a", 1, None] * 40, dtype=object))
    assert [one.label for one in class_scores(case, (mixed,))] == ["1", "None", "a"]
