"""Task 9 learns what it is expected to, and shows what goes wrong where generalization is measured wrongly."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from reference_models.splits import Examples
from reference_models.task import Trained
from reference_models.tasks.evaluate_generalization import (
    FOLDS,
    LEARN_TUMOURS,
    TASK,
    Fresh,
    Learning,
    Reused,
    accuracy_elsewhere,
    accuracy_of_folds,
    answers_of_the_others,
    digits,
    fold_of,
    side_by_side,
    standardised,
    unseen_digits,
)

pytest.importorskip("tensorflow")


def test_generalization_measures_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert {each.metric for each in expected} == set(measured)
    assert all(each.holds(measured[each.metric]) for each in expected), measured


def test_tumours_are_told_apart_with_an_auc_of_98_hundredths(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    assert measured["auc"] >= 0.98
    # Without the test set, the folds come to the same.
    assert measured["cv_auc"] == pytest.approx(measured["auc"], abs=0.01)


def test_a_model_that_is_used_again_leaks_and_a_fresh_one_does_not(result: Trained) -> None:
    fresh, reused = (accuracy_of_folds(result.model[name], digits()) for name in ("digits_folds", "digits_reused"))
    assert np.all((fresh > 0.8) & (fresh < 0.94)), fresh
    assert reused[0] < 0.94, "nothing can have leaked before the first fold"
    assert np.all(reused[-2:] > 0.96), reused
    worth = accuracy_elsewhere(result.model["digits_reused"], unseen_digits())
    assert worth[-1] < 0.94, "it reads new digits no better than others do"
    assert abs(fresh.mean() - accuracy_elsewhere(result.model["digits_folds"], unseen_digits()).mean()) < 0.03


def test_each_fold_holds_its_share_of_each_class_even_of_sorted_data() -> None:
    from sklearn.model_selection import KFold

    labels = np.repeat([0, 1, 2], [100, 60, 40])
    folds = fold_of(labels)
    assert [np.bincount(labels[folds == fold]).tolist() for fold in range(FOLDS)] == [[20, 12, 8]] * FOLDS
    # Dealt in order, a fold may hold a class that its model has never seen.
    assert any(set(labels[held]) - set(labels[learned]) for learned, held in KFold(FOLDS).split(labels))


def test_probabilities_are_no_answers_to_count_right_ones_of(result: Trained) -> None:
    from sklearn.metrics import accuracy_score

    test = result.splits.test
    probabilities = result.model["tumours"].predict(test.x, verbose=0)
    with pytest.raises(ValueError, match="mix of binary and continuous"):
        accuracy_score(test.y, probabilities)
    answers = probabilities.argmax(axis=1)
    assert accuracy_score(test.y, answers) == pytest.approx(TASK.measure(result.model, result.splits)["accuracy"])


def test_what_is_standardised_was_learned_from_the_training_data_alone(result: Trained) -> None:
    train, whole = result.splits.train, result.model["tumours"]
    np.testing.assert_allclose(whole.layers[0].mean[0], train.x.mean(axis=0), rtol=1e-3)
    folds = fold_of(train.y)
    for fold in range(FOLDS):
        network = result.model["tumours_folds"].get_layer(f"fold_{fold}")
        np.testing.assert_allclose(network.layers[0].mean[0], train.x[folds != fold].mean(axis=0), rtol=1e-3)
        # Another deal of examples has another mean, which a scaler fitted on all of them would not show.
        assert not np.allclose(network.layers[0].mean[0], train.x.mean(axis=0), rtol=1e-4)


def test_standardising_before_the_network_that_does_it_costs_it_its_judgement(result: Trained) -> None:
    subject = result.subject
    once = subject.model.predict(subject.x, verbose=0).argmax(axis=1)
    inner = standardised(subject)
    np.testing.assert_array_equal(inner.model.predict(inner.x, verbose=0).argmax(axis=1), once)
    twice = subject.model.predict(inner.x, verbose=0).argmax(axis=1)
    assert np.mean(once == subject.y) > 0.94
    assert np.mean(twice == subject.y) < 0.7


class Marks:
    """A network of one number, which adds up what it learned from: each example is a power of two."""

    def __init__(self) -> None:
        self.known = 0.0

    def get_weights(self) -> float:
        return self.known

    def set_weights(self, known: float) -> None:
        self.known = known


class Together:
    def __init__(self) -> None:
        self.networks = {f"fold_{fold}": Marks() for fold in range(FOLDS)}

    def get_layer(self, name: str) -> Marks:
        return self.networks[name]


def learn_marks(model: Marks, train: Examples, **_: object) -> Marks:
    model.known = float(int(model.known) | int(train.x.sum()))
    return model


@pytest.mark.parametrize(("way", "leaks"), [(Fresh, 0), (Reused, FOLDS - 1)])
def test_a_network_has_learned_from_its_own_fold_only_where_it_was_used_again(
    way: type[Fresh | Reused], leaks: int
) -> None:
    train = Examples(x=2.0 ** np.arange(30), y=np.arange(30) % 3)
    model = way(fit=learn_marks)(Together(), train, quick=False, on_epoch=lambda _: None)
    folds = fold_of(train.y)
    own = [int(train.x[folds == fold].sum()) for fold in range(FOLDS)]
    others = [int(train.x[folds != fold].sum()) for fold in range(FOLDS)]
    known = [int(model.get_layer(f"fold_{fold}").known) for fold in range(FOLDS)]
    assert all(each & other == other for each, other in zip(known, others, strict=True))
    assert sum(bool(each & mine) for each, mine in zip(known, own, strict=True)) == leaks


def test_answers_come_from_the_network_that_has_not_seen_the_example() -> None:
    class Numbers:
        def predict(self, x: np.ndarray, **_: object) -> np.ndarray:
            return np.repeat([[[0.0], [1], [2], [3], [4]]], len(x), axis=0)

    examples = Examples(x=np.zeros((40, 2)), y=np.arange(40) % 2)
    np.testing.assert_array_equal(answers_of_the_others(Numbers(), examples)[:, 0], fold_of(examples.y))


def test_networks_side_by_side_share_nothing() -> None:
    from reference_models.architectures import digit_mlp

    model = side_by_side(digit_mlp)
    before = model.get_layer("fold_1").get_weights()
    learn = Learning(epochs=1, batch_size=32, learning_rate=1e-2)
    learn(model.get_layer("fold_0"), digits()[:64], quick=False, on_epoch=lambda _: None)
    for old, new in zip(before, model.get_layer("fold_1").get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    answers = model.predict(digits().x[:5], verbose=0)
    assert answers.shape == (5, FOLDS, 10)
    alone = model.get_layer("fold_0").predict(digits().x[:5], verbose=0)
    np.testing.assert_allclose(answers[:, 0], alone, atol=1e-6)


def test_the_figure_shows_curves_and_the_leak_and_that_more_tumours_are_better(
    drawing: Figure, result: Trained
) -> None:
    tumours, one_vs_rest, curve, leak = drawing.axes
    area = TASK.measure(result.model, result.splits)["auc"]
    assert f"test set: AUC {area:.3f}" in {text.get_text() for text in tumours.get_legend().get_texts()}
    assert len(one_vs_rest.lines) == 10
    np.testing.assert_allclose(leak.lines[2].get_ydata(), accuracy_of_folds(result.model["digits_reused"], digits()))
    seen, unseen = (np.asarray(line.get_ydata()) for line in curve.lines)
    assert len(unseen) == 4
    assert unseen[-1] > unseen[0] + 0.015
    assert (seen - unseen)[-1] < (seen - unseen)[0] - 0.02


def test_a_quick_training_runs_every_line() -> None:
    told: list[int] = []
    train = TASK.load().train
    model = TASK.build()["tumours"]
    LEARN_TUMOURS(model, train, quick=True, on_epoch=lambda epoch: told.append(epoch.of))
    assert told == [1]
