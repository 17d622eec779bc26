"""Task 20's robustness, written as a user would write it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from pytest_robust import AveragePrecision, BoxesFound, BoxesKept, Exactly, NoFalseAlarms, Subject
from pytest_robust.core.perturbation import Transform
from pytest_robust.transforms import Brightness, Constant, Flip, GaussianBlur, GaussianNoise, Rotate, Translate
from reference_models.detection.detector import Detector
from reference_models.detection.fgsm import DetectorFGSM
from reference_models.tasks.object_detector import TASK  # noqa: F401 - what the fixtures test

FOUND = BoxesFound(iou=0.5)


def test_it_finds_digits_in_scenes_it_has_not_seen(robust) -> None:
    assert robust.score(AveragePrecision(iou=0.5)) >= 0.88
    assert robust.score(AveragePrecision(iou=0.75)) >= 0.75
    assert robust.accuracy(criterion=FOUND) >= 0.85
    assert robust.accuracy(criterion=NoFalseAlarms(iou=0.5)) >= 0.88


@pytest.mark.parametrize(
    ("under", "bar"),
    [
        (GaussianNoise(sigma=0.05), 0.8),
        (GaussianBlur(severity=1), 0.8),
        (Brightness(shift=0.2), 0.84),
    ],
    ids=["noise", "blur", "light"],
)
def test_it_bears_what_a_camera_does(robust, under, bar: float) -> None:
    assert robust.accuracy(under=under, criterion=FOUND) >= bar


@pytest.mark.parametrize("under", [Translate(width=0.1, height=0.1), Rotate(degrees=5)], ids=["shift", "turn"])
def test_boxes_move_with_the_image(robust, under) -> None:
    assert robust.accuracy(under=under, criterion=FOUND) >= robust.accuracy(criterion=FOUND) - 0.05


def test_what_it_finds_it_finds_again_in_noise(robust) -> None:
    # Needs no labels: the boxes of the clean image are the ones to find.
    assert robust.invariance(under=GaussianNoise(sigma=0.05), criterion=BoxesKept(iou=0.5)) >= 0.88


def test_more_noise_hides_more(robust) -> None:
    little, much = (robust.accuracy(under=GaussianNoise(sigma=sigma), criterion=FOUND) for sigma in (0.05, 0.2))
    assert little >= much
    assert much <= little - 0.1


def test_mirrored_digits_are_other_signs(robust) -> None:
    assert robust.accuracy(under=Flip(), criterion=FOUND) <= 0.4


@dataclass(frozen=True, kw_only=True, repr=False)
class RandomSigns(Transform):
    """The control of a sign method: a step of the same size in every entry, uphill or downhill by chance."""

    eps: float

    def apply(self, batch, streams):
        sign = np.sign(streams.uniform("sign", batch.x.shape[1:], low=-1))
        return replace(batch, x=batch.bounds.clip(batch.x + np.float32(self.eps * batch.bounds.span) * sign))


def test_a_step_up_its_loss_beats_a_random_one_of_the_same_size(robust, result) -> None:
    eps = 8 / 255
    random = robust.accuracy(under=RandomSigns(eps=eps), criterion=FOUND)
    uphill = robust.accuracy(under=DetectorFGSM(network=result.model, eps=eps), criterion=FOUND)
    assert random >= 0.8
    assert uphill <= 0.6
    assert random >= uphill + 0.2


def test_a_larger_step_up_its_loss_hides_more(robust, result) -> None:
    small, large = (
        robust.accuracy(under=DetectorFGSM(network=result.model, eps=eps), criterion=FOUND)
        for eps in (1 / 255, 8 / 255)
    )
    assert small >= large
    assert large <= small - 0.1


# ---------------------------------------------------------------- mistakes, and that they are noticed


def test_a_classifier_is_no_detector(robust, subject) -> None:
    truth = {image.tobytes(): boxes[0, 4] for image, boxes in zip(subject.x, subject.y, strict=True)}

    def names_a_digit(images):
        # All that a classifier of whole images could say, and said without a fault.
        labels = [truth[image.astype(np.uint8).tobytes()] for image in images]
        return [{"boxes": [[0, 0, 96, 96]], "labels": [label], "scores": [1.0]} for label in labels]

    classifier = robust(names_a_digit, subject.x, subject.y, name="classifier")
    assert classifier.accuracy(criterion=FOUND) <= 0.01


def test_without_suppression_its_duplicates_are_false_alarms(robust, subject, result) -> None:
    doubled = robust(Detector(network=result.model, overlap=1), subject.x, subject.y, name="without NMS")
    # It finds as much, and each thing several times.
    assert doubled.accuracy(criterion=FOUND) >= robust.accuracy(criterion=FOUND) - 0.01
    assert doubled.accuracy(criterion=NoFalseAlarms(iou=0.5)) <= 0.5
    assert doubled.score(AveragePrecision(iou=0.5)) <= 0.8


def test_dividing_by_255_twice_blinds_it(robust, subject) -> None:
    twice = robust(lambda images: subject.model(images / 255), subject.x, subject.y, name="divided twice")
    assert twice.accuracy(criterion=FOUND) <= 0.02


@dataclass(frozen=True, kw_only=True, repr=False)
class TranslateWithoutBoxes(Transform):
    """A shift that forgets that labels can have places."""

    width: float

    def apply(self, batch, streams):
        shift = Translate(width=Exactly(self.width), height=0, fill=Constant(0))
        return replace(shift.apply(batch, streams), y=batch.y)


def test_boxes_that_stay_behind_are_not_found(robust) -> None:
    # 14 of 96 pixels, of digits that are mostly narrower than 28: less than half of the union is shared.
    with_boxes = Translate(width=Exactly(14 / 96), height=0, fill=Constant(0))
    assert robust.accuracy(under=with_boxes, criterion=FOUND) >= 0.65
    assert robust.accuracy(under=TranslateWithoutBoxes(width=14 / 96), criterion=FOUND) <= 0.1


def test_it_has_not_learned_its_scenes_by_heart(robust, result) -> None:
    learned = Subject(Detector(network=result.model), result.splits.train.x[:400], result.splits.train.y[:400])
    # Other scenes than its own, so nothing to pair: two numbers.
    mean = AveragePrecision(iou=0.5)
    assert robust.score(mean) >= float(learned.score(mean)) - 0.06
