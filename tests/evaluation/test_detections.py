"""A detector is judged by boxes that moved with its images, whatever moved them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import find_objects, label

from pytest_robust import (
    AveragePrecision,
    BoxesFound,
    BoxesKept,
    ByFunction,
    InvalidArgument,
    InvalidData,
    NoFalseAlarms,
    Subject,
    WorstOf,
    as_boxes,
)
from pytest_robust.attacks import Spatial, UniformNoise
from pytest_robust.core.batch import Batch
from pytest_robust.core.claim import Claim
from pytest_robust.core.parameters import Exactly
from pytest_robust.core.perturbation import Transform
from pytest_robust.core.policy import Policy
from pytest_robust.core.streams import Streams
from pytest_robust.transforms import Constant, Flip, GaussianNoise, Rotate, Translate

SIDE = 40
BLACK = Constant(0)


def _scenes(count: int) -> tuple[Any, Any]:
    """Return images with none to two bright rectangles, and the boxes around them."""
    generator = np.random.default_rng(0)
    x, y = np.zeros((count, SIDE, SIDE, 1), dtype=np.float32), []
    for turn, image in enumerate(x):
        boxes = []
        for top in (4, 22)[: turn % 3]:
            left, height, width = generator.integers((4, 8, 8), (24, 13, 13))
            image[top : top + height, left : left + width] = 0.8
            boxes.append([left, top, left + width, top + height, 0])
        y.append(np.array(boxes).reshape(-1, 5))
    return x, y


def detector(x: Any) -> Any:
    """Return what is bright and in one piece, in the form of torchvision."""
    answers = []
    for image in x[..., 0]:
        pieces = find_objects(label(image > 0.4)[0])
        boxes = [[columns.start, rows.start, columns.stop, rows.stop] for rows, columns in pieces]
        sure = [float(image[piece].mean().clip(0, 1)) for piece in pieces]
        answers.append({"boxes": boxes, "labels": [0] * len(boxes), "scores": sure})
    return answers


def blind(x: Any) -> Any:
    """Return the boxes of every image but one in four, told by its pixels."""
    return [
        answer if image.sum() % 1 < 0.75 else {"boxes": [], "labels": [], "scores": []}
        for image, answer in zip(x.astype(float) * 0.7, detector(x), strict=True)
    ]


@pytest.fixture
def subject() -> Subject:
    return Subject(detector, *_scenes(30), bounds=(0, 1))


MOVES = [
    Flip(),
    Rotate(degrees=10, fill=BLACK),
    Translate(width=0.2, height=0.2, fill=BLACK),
    Flip() | Rotate(degrees=10, fill=BLACK) | GaussianNoise(sigma=0.01),
    WorstOf(GaussianNoise(sigma=0.01), Flip(), Translate(width=0.3, height=0, fill=BLACK)),
    WorstOf(Flip(), GaussianNoise(sigma=0.01)) | Flip(),
    Flip() | WorstOf(GaussianNoise(sigma=0.01), Flip()),
]


@pytest.mark.parametrize("under", MOVES, ids=repr)
def test_a_right_detector_stays_right_where_boxes_move(subject: Subject, under: Any) -> None:
    assert float(subject.accuracy(criterion=BoxesFound())) == 1.0
    assert float(subject.accuracy(under=under, criterion=BoxesFound(iou=0.5))) == 1.0
    assert float(subject.accuracy(under=under, criterion=NoFalseAlarms(iou=0.5))) == 1.0
    assert float(subject.score(AveragePrecision(), under=under)) == 1.0
    assert float(subject.invariance(under=under, criterion=BoxesKept())) == 1.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Stale(Transform):
    """Mirrors the images and not the boxes."""

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return mirrored images."""
        del streams
        return replace(batch, x=batch.x[:, :, ::-1].copy())


def test_a_detector_is_wrong_where_boxes_stay_behind(subject: Subject) -> None:
    # Were no label moved, the tests above would fail like this one.
    assert float(subject.accuracy(under=Stale(), criterion=BoxesFound())) < 0.8
    assert float(subject.score(AveragePrecision(), under=Stale())) < 0.5
    assert float(subject.invariance(under=Stale(), criterion=BoxesKept())) < 0.8


def test_a_chain_of_two_mirrors_is_no_change(subject: Subject) -> None:
    assert float(subject.accuracy(under=Flip() | Flip(), criterion=BoxesFound(iou=1.0))) == 1.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Other(Transform):
    """Leaves the images and answers for other labels."""

    to: str

    def apply(self, batch: Batch, streams: Streams) -> Batch:
        """Return the labels that the test asks for."""
        del streams
        y: Any = batch.y
        made = {"none": None, "equal": y.copy(), "fewer": y[:1], "floats": y.astype(float), "other": (y + 1) % 2}
        return replace(batch, x=batch.x.copy(), y=made[self.to])


def test_labels_of_classes_may_change_with_the_inputs_too() -> None:
    x = np.linspace(0, 1, 20)[:, None].repeat(3, axis=1)
    subject = Subject(lambda x: (x.mean(axis=1) > 0.5).astype(int), x, np.repeat([0, 1], 10))
    for same in ("none", "equal"):
        assert float(subject.accuracy(under=Other(to=same))) == 1.0
    assert float(subject.accuracy(under=Other(to="other"))) == 0.0
    assert float(subject.score("accuracy", under=Other(to="other"))) == 0.0
    assert float(subject.accuracy(under=WorstOf(Other(to="equal"), Other(to="other")))) == 0.0


@pytest.mark.parametrize("to", ["fewer", "floats"])
def test_labels_of_another_form_are_refused(to: str) -> None:
    subject = Subject(lambda x: (x.mean(axis=1) > 0.5).astype(int), np.eye(4), np.zeros(4, dtype=int))
    with pytest.raises(InvalidArgument, match="each example keeps its label"):
        subject.accuracy(under=Other(to=to)).estimate()


def test_changed_labels_are_refused_beside_clean_answers() -> None:
    subject = Subject(lambda x: x[:, :2], np.eye(4)[:, :2], bounds=(0, 1))
    assert float(subject.invariance(under=Other(to="equal"))) == 1.0
    with pytest.raises(InvalidArgument, match=r"changes what is right.*measure accuracy\(under=\.\.\.\) with labels"):
        subject.invariance(under=Other(to="other")).estimate()


def test_changed_labels_are_judged_by_any_criterion(subject: Subject) -> None:
    def first_found(target: Any, output: Any) -> float:
        return float(len(output) > 0 and abs(target["x1"][0] - output["x1"][0]) <= 1)

    x, y = _scenes(30)
    one = [turn for turn in range(30) if turn % 3 == 1]
    chosen = Subject(detector, x[one], as_boxes([y[turn] for turn in one]), bounds=(0, 1))
    assert float(chosen.accuracy(under=Flip(), criterion=ByFunction(first_found))) == 1.0
    assert float(chosen.accuracy(under=Stale(), criterion=ByFunction(first_found))) < 0.5


def test_two_detectors_are_compared_pair_by_pair(subject: Subject) -> None:
    noise = GaussianNoise(sigma=0.3)
    found = BoxesFound(iou=0.5)
    candidate = Subject(blind, *_scenes(30), bounds=(0, 1))
    a, b = candidate.accuracy(criterion=found), subject.accuracy(criterion=found)
    share = float(a)
    assert 0.5 < share < 1.0
    assert not a >= b - 0.01
    assert a >= b - (1.001 - share)
    drop = float(subject.accuracy(under=noise, criterion=found)) - 1.0
    assert -1 < drop < 0
    noisy, clean = subject.accuracy(under=noise, criterion=found), subject.accuracy(criterion=found)
    verdict = noisy >= clean + drop
    assert verdict
    assert f"the difference is {drop:+.3f}" in verdict.reason
    assert not noisy >= clean + (drop + 0.001)


def test_shares_between_have_an_interval_and_are_settled_only_when_certain() -> None:
    x, y = _scenes(300)
    # Of two boxes the upper one is found only.
    half = Subject(lambda x: [{k: v[:1] for k, v in one.items()} for one in detector(x)], x, y, bounds=(0, 1))
    found = half.accuracy(criterion=BoxesFound())
    estimate = found.estimate()
    assert estimate.method == "Learned-Miller-Thomas"
    assert estimate.value == pytest.approx(1 - 0.5 / 3, abs=0.01)
    assert estimate.low < estimate.value < estimate.high
    fresh = Subject(detector, x, y, bounds=(0, 1)).accuracy(under=Rotate(degrees=Exactly(0)), criterion=BoxesFound())
    verdict = fresh >= 0.1
    assert verdict
    assert verdict.estimate is not None
    assert verdict.estimate.n < 300
    population = half.with_policy(Policy(claim=Claim.POPULATION)).accuracy(criterion=BoxesFound())
    assert population >= 0.75
    assert not population >= 0.85


def test_the_score_of_average_precision_has_an_interval_over_images(subject: Subject) -> None:
    estimate = subject.score(AveragePrecision(), under=GaussianNoise(sigma=0.3)).estimate()
    assert 0 < estimate.low < estimate.value < estimate.high < 1
    assert (estimate.n, estimate.method) == (30, "percentile bootstrap")


def test_forms_of_answers_are_all_understood() -> None:
    x, y = _scenes(9)

    def padded(x: Any) -> Any:
        answers = np.full((len(x), 4, 6), -1.0)
        for room, one in zip(answers, detector(x), strict=True):
            for row, box in enumerate(one["boxes"]):
                room[row] = [*box, 0, one["scores"][row]]
        return answers

    def one_dict(x: Any) -> Any:
        answers = padded(x)
        return {"boxes": answers[..., :4], "labels": answers[..., 4], "confidence": answers[..., 5]}

    for model in (padded, one_dict):
        subject = Subject(model, x, np.array(as_boxes(y).tolist()), bounds=(0, 1))
        assert float(subject.accuracy(under=Flip(), criterion=BoxesFound(iou=0.9))) == 1.0


def test_batches_that_find_more_than_the_first_are_kept_whole() -> None:
    x, y = _scenes(60)
    alone = Subject(detector, x, y, bounds=(0, 1), policy=Policy(batch_size=1))
    for under in (Flip(), GaussianNoise(sigma=0.01)):
        assert float(alone.score(AveragePrecision(), under=under)) == 1.0
        assert float(alone.invariance(under=under, criterion=BoxesKept())) == 1.0


def test_a_report_tells_boxes_in_words(subject: Subject) -> None:
    verdict = subject.accuracy(under=GaussianNoise(sigma=0.5), criterion=BoxesFound()) >= 1.0
    assert not verdict
    assert "boxes of classes 0, 0" in verdict.explanation
    assert "(is 1 box of class 0)" in verdict.explanation
    assert "array" not in verdict.explanation


def test_what_is_not_about_boxes_is_refused_with_what_to_write(subject: Subject) -> None:
    verdict = subject.accuracy() >= 0.9
    assert not verdict
    assert "criterion=BoxesFound(iou=0.5)" in verdict.reason
    verdict = subject.invariance(under=Flip()) >= 0.9
    assert "criterion=BoxesKept(iou=0.5)" in verdict.reason
    with pytest.raises(InvalidArgument, match="what is right here are boxes"):
        subject.accuracy(under=UniformNoise(eps=0.1), criterion=BoxesFound()).estimate()
    with pytest.raises(InvalidArgument, match="what is right here are boxes"):
        subject.accuracy(under=Spatial(degrees=10), criterion=BoxesFound()).estimate()
    with pytest.raises(InvalidArgument, match="judges by labels.*BoxesKept"):
        subject.invariance(under=Flip(), criterion=BoxesFound())
    with pytest.raises(InvalidData, match="beyond the edges"):
        Subject(detector, _scenes(1)[0], [[[0, 0, 50, 10, 0]]], bounds=(0, 1))


def test_invariance_of_a_model_that_answers_nan_is_invalid() -> None:
    verdict = Subject(lambda x: x[:, :2] * np.nan, np.eye(4)).invariance(under=GaussianNoise(sigma=0.1)) >= 0.9
    assert "NaN or infinite answers" in verdict.reason
