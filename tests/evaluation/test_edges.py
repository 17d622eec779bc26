"""The corners of the engine, each with the message that leads out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from pytest_robust import (
    UNBOUNDED,
    Dataset,
    InvalidArgument,
    InvalidData,
    NoGradient,
    SameAsClean,
    Subject,
    Targeted,
    WithinTolerance,
    WorstOf,
)
from pytest_robust.attacks import FGSM, PGD, UniformNoise
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Classifier, Differentiable, LossGradient, Model, Pullback
from pytest_robust.core.perturbation import Perturbation, Transform
from pytest_robust.core.policy import Policy
from pytest_robust.evaluation import laboratory as room
from pytest_robust.evaluation.laboratory import Laboratory
from pytest_robust.evaluation.probe import Meter, probe
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import Flip, Fog, GaussianNoise, Rotate

RANDOM = np.random.default_rng(8)
X = RANDOM.random((60, 5, 5, 1)).astype(np.float32)
MODEL = LinearModel(RANDOM.normal(size=(25, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)


def outcomes(model, under, *, x=X, y=Y, **request):
    evaluation = Laboratory(model, Dataset(x=x, y=y), Policy()).evaluation(Request(under=under, **request))
    evaluation.extend(len(evaluation))
    return evaluation.outcomes


@pytest.mark.parametrize("under", ["fgsm", FGSM, None, 3])
def test_what_is_no_perturbation_is_refused_with_one_that_is(under) -> None:
    with pytest.raises(InvalidArgument, match=r"is not a perturbation: give a value such as PGD"):
        Request(under=under)


def test_a_function_is_a_criterion_and_other_things_are_not() -> None:
    assert Subject(MODEL, X, Y).accuracy(criterion=lambda target, output: float(output.argmax() == target)) >= 1
    for criterion in (SameAsClean, 0.5):
        with pytest.raises(InvalidArgument, match="is not a criterion"):
            Request(criterion=criterion)


@dataclass(frozen=True, kw_only=True, repr=False)
class Neither(Perturbation):
    """Neither attack nor transform."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Shrinks(Transform):
    """Changes the shape."""

    def apply(self, batch, streams):
        return replace(batch, x=batch.x[:, :2])


@dataclass(frozen=True, kw_only=True, repr=False)
class Flattens(UniformNoise):
    """An attack that changes the shape."""

    def perturb(self, model, x, y, threat, streams):
        return x.reshape(len(x), -1)


@dataclass(frozen=True, kw_only=True, repr=False)
class NoNumbers(FGSM):
    """A gradient attack that returns no numbers."""

    def perturb(self, model, x, y, threat, streams):
        return x * np.nan


@pytest.mark.parametrize(
    ("under", "message"),
    [
        (Neither(), "neither an Attack nor a Transform"),
        (Shrinks(), "made inputs of shape"),
        (Flattens(eps=0.1), "returned shape"),
    ],
)
def test_a_perturbation_that_breaks_the_contract_is_named(under, message) -> None:
    with pytest.raises(InvalidArgument, match=message):
        outcomes(MODEL, under)


def test_an_attack_that_returns_no_numbers_is_found_out_in_any_composition() -> None:
    for under in (NoNumbers(eps=0.1), WorstOf(Flip(probability=0.0), NoNumbers(eps=0.1))):
        assert any("no numbers" in finding.sign for finding in outcomes(MODEL, under).findings)
    found = outcomes(MODEL, GaussianNoise(sigma=0.01) | NoNumbers(eps=0.1))
    assert found.distance is not None


def test_a_perturbation_that_cannot_be_compared_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True, repr=False)
    class Table(GaussianNoise):
        values: list

    with pytest.raises(InvalidArgument, match="cannot be compared"):
        outcomes(MODEL, Table(sigma=0.1, values=[1]))


def test_only_the_latest_evaluations_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(room, "_KEPT", 2)
    laboratory = Laboratory(MODEL, Dataset(x=X, y=Y), Policy())
    requests = [Request(under=GaussianNoise(sigma=s)) for s in (0.1, 0.2, 0.3)]
    first = laboratory.evaluation(requests[0])
    assert laboratory.evaluation(requests[0]) is first
    laboratory.evaluation(requests[1])
    laboratory.evaluation(requests[2])
    assert laboratory.evaluation(requests[0]) is not first


def test_a_targeted_attack_is_not_held_against_noise() -> None:
    found = outcomes(MODEL, PGD(eps=0.05, steps=2, goal=Targeted(1)))
    assert found.findings == ()
    assert found.reached is not None


def test_the_strongest_gradient_attack_speaks_for_the_worst_of_several() -> None:
    class Blind(LinearModel):
        def loss_gradient(self, x, y, loss):
            answer = super().loss_gradient(x, y, loss)
            return LossGradient(logits=answer.logits, gradient=0 * answer.gradient)

    blind = Blind(MODEL.weights, MODEL.bias)
    assert outcomes(blind, WorstOf(UniformNoise(eps=0.01), FGSM(eps=0.01))).findings
    assert not outcomes(blind, WorstOf(UniformNoise(eps=0.01), GaussianNoise(sigma=0.01))).findings


def test_noise_is_tried_on_so_many_examples_and_no_more(monkeypatch) -> None:
    from pytest_robust.evaluation import evaluation

    monkeypatch.setattr(evaluation, "_NOISE_SAMPLE", 10)
    few = outcomes(MODEL, FGSM(eps=0.01)).cost.queries
    monkeypatch.setattr(evaluation, "_NOISE_SAMPLE", 60)
    assert outcomes(MODEL, FGSM(eps=0.01)).cost.queries == few + 50


class Two(Differentiable):
    """Looks at `a` only, and has gradients for it."""

    def logits(self, x):
        return MODEL.logits(x["a"])

    def pullback(self, x, directions, *, count):
        answer = MODEL.pullback(x["a"], directions, count=count)
        return Pullback(logits=answer.logits, gradients={"a": answer.gradients})


class TwoScores(Classifier):
    """The same without gradients, for classes with names."""

    @property
    def classes(self):
        return np.array(["one", "three", "two"])

    def logits(self, x):
        return MODEL.logits(x["a"])


class TwoLabels(Model):
    """The same as labels."""

    def predict(self, x):
        return MODEL.logits(x["a"]).argmax(axis=1)


def test_the_other_inputs_stay_with_their_rows_while_examples_drop_out() -> None:
    shift = RANDOM.random((60, 1)).astype(np.float32) * 4

    class Shifted(Two):
        def logits(self, x):
            return MODEL.logits(x["a"]) + np.concatenate([x["b"], 0 * x["b"], -x["b"]], axis=1)

        def pullback(self, x, directions, *, count):
            gradients = MODEL.pullback(x["a"], lambda _: directions(self.logits(x)), count=count).gradients
            return Pullback(logits=self.logits(x), gradients={"a": gradients, "b": np.zeros((count, *x["b"].shape))})

    x = {"a": X, "b": shift}
    model = Shifted()
    y = model.logits(x).argmax(axis=1)
    under = PGD(eps=0.2, steps=4, on="a")
    together = outcomes(model, under, x=x, y=y)
    for row in range(0, 60, 7):
        alone = outcomes(model, under, x={"a": X[row : row + 1], "b": shift[row : row + 1]}, y=y[row : row + 1])
        # Another index draws another start, so only the clean answer and the budget are compared.
        assert alone.clean[0] == 1
    assert together.clean.all()
    assert np.nanmax(together.distance) <= 0.2001


def test_an_input_without_a_gradient_is_named() -> None:
    x = {"a": X, "b": X * 0.5}
    verdict = Subject(Two(), x, Y).accuracy(under=FGSM(eps=0.1, on="b")) >= 0
    assert "no gradient reaches the input 'b'" in verdict.reason
    with pytest.raises(NoGradient):
        probe(Two(), Meter(), x, "b").loss_gradient(x["b"], Y, LogOdds())
    with pytest.raises(NoGradient):
        probe(Two(), Meter(), x, "b").pullback(x["b"], lambda logits: logits[None], count=1)


def test_gradients_are_counted_one_a_sum_and_zero_only_where_something_was_weighed() -> None:
    meter = Meter()

    def directions(logits):
        weights = np.zeros((3, *logits.shape))
        weights[0, :, 0], weights[1, :5, 1] = 1, 1
        return weights

    flat = LinearModel(np.array([[1.0, 0.0, 0.0]] * X[0].size), np.zeros(3))
    found = probe(flat, meter, X, None).pullback(X, directions, count=3)
    assert found.gradients.shape == (3, *X.shape)
    # The second class depends on no input: zero where it was weighed, and no sign elsewhere.
    assert (meter.gradients, meter.zero_gradients, meter.broken_gradients) == (3 * len(X), 5, 0)


@pytest.mark.parametrize("model", [TwoScores(), TwoLabels(), Two()], ids=lambda model: type(model).__name__)
def test_a_probe_has_the_models_own_capability_and_classes(model) -> None:
    seen = probe(model, Meter(), {"a": X, "b": X}, "a")
    assert isinstance(seen, Classifier) == isinstance(model, Classifier)
    assert isinstance(seen, Differentiable) == isinstance(model, Differentiable)
    if isinstance(model, Classifier):
        assert (seen.classes is None) == (model.classes is None)
    assert len(seen.rows(np.array([1, 2])).predict(X[:2])) == 2


def test_noise_repeated_on_a_model_of_several_inputs_drops_rows_with_their_others() -> None:
    names = np.array(["one", "three", "two"])
    for model, y in ((TwoScores(), names[Y]), (TwoLabels(), Y)):
        found = outcomes(model, UniformNoise(eps=0.4, repeats=4, on="a"), x={"a": X, "b": X}, y=y)
        assert 0 < found.perturbed.mean() < 1


def test_a_label_that_the_model_does_not_know_is_named() -> None:
    with pytest.raises(
        InvalidData, match=r"y\[0\]=.*'four'.* is none of the model's classes \['one', 'three', 'two'\]"
    ):
        outcomes(TwoScores(), GaussianNoise(sigma=0.1, on="a"), x={"a": X, "b": X}, y=np.array(["four"] * 60))


def test_labels_of_several_numbers_are_refused_for_classes() -> None:
    with pytest.raises(InvalidData, match="y has shape"):
        outcomes(MODEL, GaussianNoise(sigma=0.1), y=np.full((60, 2), 0.5))


def test_values_can_be_attacked_with_noise_and_judged_by_tolerance() -> None:
    subject = Subject(lambda x: x.sum(axis=1), RANDOM.random((40, 4)), None, bounds=UNBOUNDED)
    with pytest.raises(InvalidData, match="no labels"):
        bool(subject.accuracy(criterion=WithinTolerance(0.1)) >= 0.5)
    x = RANDOM.random((40, 4))
    subject = Subject(lambda x: x.sum(axis=1), x, x.sum(axis=1), bounds=UNBOUNDED)
    verdict = subject.accuracy(under=UniformNoise(eps=0.05), criterion=WithinTolerance(0.1)) >= 0.99
    assert not verdict
    assert subject.accuracy(under=UniformNoise(eps=0.05), criterion=WithinTolerance(0.2)) >= 1
    vector = Subject(lambda x: x[:, :2], x, x[:, :2], bounds=UNBOUNDED)
    lost = vector.accuracy(under=UniformNoise(eps=0.05), criterion=WithinTolerance(0.01))
    assert lost.record(lost >= 0.9).examples[0].after.startswith("[") or lost.record(lost >= 0.9).examples


def test_a_metric_of_neither_kind_is_refused() -> None:
    from pytest_robust.core.metric import Metric
    from pytest_robust.gates.case import Case
    from pytest_robust.gates.judge import measure

    class Strange(Metric):
        def requests(self):
            return ()

    with pytest.raises(InvalidArgument, match="neither an ExampleMetric nor a SampleMetric"):
        measure(Case(metric=Strange(), laboratory=Laboratory(MODEL, Dataset(x=X, y=Y), Policy()), policy=Policy()))


def test_what_a_targeted_attack_reached_is_known_over_several_batches() -> None:
    laboratory = Laboratory(MODEL, Dataset(x=X, y=Y), Policy(batch_size=16))
    evaluation = laboratory.evaluation(Request(under=PGD(eps=0.5, steps=3, goal=Targeted(1)), only_right=True))
    evaluation.extend(len(evaluation))
    assert evaluation.outcomes.reached.sum() > 16


def test_a_gradient_attack_can_be_judged_by_a_function_of_the_project() -> None:
    subject = Subject(MODEL, X, Y, policy=Policy(exact=True))
    by_function = subject.accuracy(
        under=FGSM(eps=0.1), criterion=lambda target, output: float(output.argmax() == target)
    )
    assert float(by_function) == float(subject.accuracy(under=FGSM(eps=0.1)))


def test_inputs_of_another_kind_are_refused_as_that_rather_than_for_their_range() -> None:
    table = np.random.default_rng(0).normal(0, 100, (6, 5))
    subject = Subject(lambda x: np.zeros(len(x), dtype=int), table, [0] * 6)
    with pytest.raises(InvalidData, match="changes images of shape"):
        assert subject.accuracy(under=Fog(severity=3)) >= 0.5
    images = np.random.default_rng(0).normal(0, 100, (6, 9, 9))
    doubtful = Subject(lambda x: np.zeros(len(x), dtype=int), images, [0] * 6)
    with pytest.raises(InvalidData, match="what is black and what is white"):
        assert doubtful.accuracy(under=Fog(severity=3)) >= 0.5
    with pytest.raises(InvalidData, match="does not tell their range"):
        assert doubtful.accuracy(under=Rotate(degrees=5)) >= 0.5
