"""Task 20 learns what it is expected to, and each of its parts does what the next relies on."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.detections import as_boxes, as_found
from pytest_robust.core.errors import InvalidArgument, InvalidData
from pytest_robust.core.overlaps import overlaps
from pytest_robust.core.streams import Streams
from reference_models.architectures import single_stage_detector
from reference_models.data import digit_scenes
from reference_models.data.boxed_images import NO_BOX
from reference_models.detection.augment import moved_and_recoloured
from reference_models.detection.detector import Detector
from reference_models.detection.draw import detect
from reference_models.detection.fgsm import DetectorFGSM, losses
from reference_models.detection.fit import DetectorFit
from reference_models.detection.grid import BOX, CLASSES, PRESENT, boxes_of, targets
from reference_models.detection.loss import detection_loss
from reference_models.figures import LINES
from reference_models.splits import Examples
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.object_detector import TASK

pytest.importorskip("tensorflow")

SCENE = np.array([[[10, 20, 34, 52, 3], [60, 8, 66, 40, 1], [0, 0, 0, 0, NO_BOX]]], dtype=np.float32)


def answers(boxes: np.ndarray, *, sure: float = 9.0, classes: int = 10) -> np.ndarray:
    """Return what a network without a fault answers."""
    wanted = targets(boxes)
    outputs = np.zeros((*wanted.shape[:3], 5 + classes), dtype=np.float32)
    outputs[..., PRESENT] = np.where(wanted[..., PRESENT] == 1, sure, -sure)
    corners = wanted[..., BOX]
    cells = (np.arange(12) + 0.5) * 8
    middle = np.stack(np.meshgrid(cells, cells), axis=-1)
    sides = np.maximum(corners[..., 2:] - corners[..., :2], 1)
    outputs[..., 1:3] = ((corners[..., :2] + corners[..., 2:]) / 2 - middle) / 8
    outputs[..., 3:5] = np.log(sides / 24)
    outputs[..., CLASSES] = sure * np.eye(classes)[wanted[..., 5].astype(int)]
    return outputs


class Answering:
    """A network that gives the same answers whatever it is shown."""

    def __init__(self, outputs: np.ndarray) -> None:
        self.outputs = outputs

    def __call__(self, images, training):
        import tensorflow as tf

        return tf.convert_to_tensor(np.repeat(self.outputs, len(images), axis=0))


# ---------------------------------------------------------------- what was learned


def test_object_detector_measures_what_is_asked_and_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert measured["mAP50"] >= 0.88
    assert {each.metric for each in expected} == set(measured)
    assert all(each.holds(measured[each.metric]) for each in expected)


def test_object_detector_is_kept_without_the_optimizer(result: Trained) -> None:
    size = shipped_at(TASK).with_suffix(".keras").stat().st_size
    assert 4 * result.model.count_params() < size < 1.3e6


def test_its_figure_shows_scenes_as_they_are_and_attacked(drawing: Figure) -> None:
    assert len(drawing.axes) == 12
    assert [axes.get_ylabel() for axes in drawing.axes[::6]] == ["as they are", "FGSM,\n8 of 255"]
    clean, attacked = (
        [(patch.get_edgecolor(), patch.get_linestyle()) for axes in row for patch in axes.patches]
        for row in (drawing.axes[:6], drawing.axes[6:])
    )
    right = (to_rgba(LINES[2]), "-")
    assert clean.count(right) > 1.5 * attacked.count(right)
    missed = [[line for _, line in boxes].count("--") for boxes in (clean, attacked)]
    assert missed[0] < missed[1]


# ---------------------------------------------------------------- detect


def test_detect_draws_boxes_where_digits_are(result: Trained) -> None:
    scene = result.splits.test.x[0]
    found = Detector(network=result.model, least=0.5)(scene[None])
    assert found["labels"][0, 0] != NO_BOX
    before = Image.fromarray(scene).resize((480, 384))
    drawn = detect(result.model, before, digit_scenes.names())
    assert (drawn.size, drawn.mode) == ((480, 384), "RGB")
    changed = np.argwhere((np.asarray(drawn) != np.asarray(before)).any(axis=2))
    # The left side of the surest box is drawn at five times its place, in a picture five times as wide.
    left = 5 * found["boxes"][0, 0, 0]
    assert np.abs(changed[:, 1] - left).min() <= 2


def test_detect_draws_nothing_on_an_empty_picture_and_leaves_its_own_alone(result: Trained) -> None:
    grey = Image.new("L", (50, 200), 128)
    drawn = detect(result.model, grey, digit_scenes.names())
    np.testing.assert_array_equal(np.asarray(drawn), np.asarray(grey.convert("RGB")))
    assert grey.mode == "L"


# ---------------------------------------------------------------- the grid, the loss, what is done with answers


def test_cells_near_a_thing_answer_for_it_and_no_others() -> None:
    wanted = targets(SCENE)[0]
    assert wanted.shape == (12, 12, 6)
    # The middles are (22, 36) and (63, 24); those of cells are 4, 12, 20 and so on, and 8 pixels away is not near.
    near = {(4, 2), (4, 3), (2, 7), (2, 8), (3, 7), (3, 8)}
    assert {tuple(cell) for cell in np.argwhere(wanted[..., PRESENT] == 1).tolist()} == near
    np.testing.assert_array_equal(wanted[4, 2, 1:], SCENE[0, 0])
    np.testing.assert_array_equal(wanted[2, 7, 1:], SCENE[0, 1])
    assert not targets(np.zeros((1, 0, 5), dtype=np.float32)).any()


def test_every_thing_has_a_cell_that_answers_for_it() -> None:
    middle = np.random.default_rng(0).uniform(3, 93, size=(200, 1, 2))
    boxes = np.concatenate([middle - 3, middle + 3, np.ones((200, 1, 1))], axis=2)
    assert (targets(boxes)[..., PRESENT].sum(axis=(1, 2)) >= 1).all()


def test_answers_mean_the_boxes_that_were_wanted() -> None:
    wanted, boxes = targets(SCENE), np.asarray(boxes_of(answers(SCENE)))
    there = wanted[..., PRESENT] == 1
    assert there.sum() == 6
    np.testing.assert_allclose(boxes[there], wanted[..., BOX][there], atol=1e-3)


def test_the_loss_is_nothing_for_right_answers_and_grows_with_each_fault() -> None:
    right = answers(SCENE)
    wanted = targets(SCENE)
    unsure, elsewhere, another = right.copy(), right.copy(), right.copy()
    unsure[..., PRESENT] = 0
    elsewhere[..., 1] += 1
    another[..., CLASSES] = np.roll(right[..., CLASSES], 1, axis=-1)
    values = [float(np.asarray(detection_loss(wanted, each))[0]) for each in (right, unsure, elsewhere, another)]
    assert values[0] < 0.01
    assert min(values[1:]) > 0.3


def test_the_loss_of_boxes_is_the_generalized_overlap_of_the_paper() -> None:
    # Boxes of 24 x 24 a whole side apart: nothing shared, a third of the box around both in neither is 0.
    box = np.array([[[36, 36, 60, 60, 0]]], dtype=np.float32)
    outputs = answers(box)
    outputs[..., 1] += 6  # cells of 8 pixels: 48 to the right
    # 1 - (0 - 24 / 72) = 4 / 3 in each cell, with weight 2.
    assert float(np.asarray(detection_loss(targets(box), outputs))[0]) == pytest.approx(8 / 3, abs=0.01)


def test_the_loss_of_a_scene_does_not_depend_on_the_others() -> None:
    scenes = np.concatenate([SCENE, np.roll(SCENE, 1, axis=1), SCENE * 0 + NO_BOX])
    outputs = np.random.default_rng(0).normal(size=(3, 12, 12, 15)).astype(np.float32)
    together = np.asarray(detection_loss(targets(scenes), outputs))
    alone = [np.asarray(detection_loss(targets(scenes[i : i + 1]), outputs[i : i + 1]))[0] for i in range(3)]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_right_answers_become_the_boxes_that_are_there_once_each() -> None:
    images = np.zeros((70, 96, 96, 3), dtype=np.uint8)
    found = Detector(network=Answering(answers(SCENE)))(images)
    assert (found["labels"] != NO_BOX).sum(axis=1).tolist() == [2] * 70
    assert sorted(found["labels"][69, :2]) == [1, 3]
    shared = overlaps(as_found(found), as_boxes(np.repeat(SCENE, 70, axis=0)))
    np.testing.assert_allclose(shared.max(axis=2)[:, :2], 1, atol=1e-3)
    assert (found["scores"][:, :2] > 0.99).all()


def test_without_suppression_each_cell_answers() -> None:
    images = np.zeros((1, 96, 96, 3), dtype=np.uint8)
    cells = int(targets(SCENE)[..., PRESENT].sum())
    assert cells > 2
    found = Detector(network=Answering(answers(SCENE)), overlap=1)(images)
    assert (found["labels"] != NO_BOX).sum() == cells


def test_a_share_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap=45 must be from 0 to 1"):
        Detector(network=Answering(answers(SCENE)), overlap=45)


# ---------------------------------------------------------------- augmentation, fit


def test_augmentation_moves_boxes_with_what_they_are_around() -> None:
    images = np.zeros((40, 96, 96, 3), dtype=np.uint8)
    images[:, 30:50, 40:70] = (0, 90, 200)
    boxes = np.tile(np.float32([[[40, 30, 70, 50, 4], [0, 0, 0, 0, NO_BOX]]]), (40, 1, 1))
    moved, there = moved_and_recoloured(images, boxes, np.random.default_rng(0))
    assert len({tuple(row) for row in there[:, 0, :2]}) > 20
    assert (there[:, 1] == [0, 0, 0, 0, NO_BOX]).all()
    for image, (x1, y1, x2, y2, label) in zip(moved, there[:, 0].astype(int), strict=True):
        thing = np.abs(image.astype(int) - image[0, 0]).max(axis=2) > 0
        rows, columns = np.nonzero(thing)
        assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 4) == (x1, y1, x2, y2, label)
    colours = {tuple(image[tuple(box[[1, 0]].astype(int))]) for image, box in zip(moved, there[:, 0], strict=True)}
    assert {sum(map(int, colour)) for colour in colours} == {290, 3 * 255 - 290}


def test_augmentation_drops_a_box_that_has_left_the_view() -> None:
    images = np.zeros((200, 96, 96, 3), dtype=np.uint8)
    boxes = np.tile(np.float32([[[0, 40, 8, 60, 4]]]), (200, 1, 1))
    _, there = moved_and_recoloured(images, boxes, np.random.default_rng(0))
    kept = there[:, 0, 4] != NO_BOX
    assert 0 < (~kept).sum() < 100
    # At least half of eight columns is seen of each that is kept.
    assert (there[kept, 0, 2] - there[kept, 0, 0]).min() == 4


def test_a_network_of_too_few_classes_is_refused_before_it_learns() -> None:
    fit = DetectorFit(epochs=1, batch_size=2, learning_rate=1e-3, augment=moved_and_recoloured)
    examples = Examples(x=np.zeros((1, 96, 96, 3), dtype=np.uint8), y=SCENE)
    with pytest.raises(ValueError, match="a box has class 3, and the network has 3; build it for more"):
        fit(single_stage_detector(3), examples, quick=True, on_epoch=lambda _: None)


def test_a_network_has_as_many_classes_as_the_data_at_hand(tmp_path, monkeypatch) -> None:
    assert TASK.build().output_shape == (None, 12, 12, 15)
    (tmp_path / "coco").mkdir()
    names = [{"id": 1, "name": "car"}, {"id": 2, "name": "dog"}]
    document = {"images": [], "annotations": [], "categories": names}
    (tmp_path / "coco" / "instances.json").write_text(json.dumps(document))
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    assert TASK.build().output_shape == (None, 12, 12, 7)


# ---------------------------------------------------------------- FGSM


def batch_of(result: Trained, count: int = 64) -> Batch:
    test = result.splits.test[:count]
    return Batch(x=test.x.astype(np.float32), y=as_boxes(test.y), bounds=Bounds(0, 255))


def test_fgsm_stays_in_its_budget_and_raises_the_loss_of_almost_every_scene(result: Trained) -> None:
    batch = batch_of(result)
    before = batch.x.copy()
    streams = Streams.of(0, index=np.arange(len(batch.x)))
    changed = DetectorFGSM(network=result.model, eps=4 / 255).apply(batch, streams)
    np.testing.assert_array_equal(batch.x, before)
    assert np.abs(changed.x - batch.x).max() == pytest.approx(4, abs=1e-4)
    assert changed.x.min() >= 0
    assert changed.x.max() <= 255
    boxes = result.splits.test.y[:64]
    rises = losses(result.model, changed.x, boxes) > losses(result.model, batch.x, boxes)
    assert rises.mean() >= 0.95


def test_fgsm_changes_a_scene_alike_in_any_batch(result: Trained) -> None:
    batch = batch_of(result, 8)
    alone = Batch(x=batch.x[3:4], y=batch.y[3:4], bounds=batch.bounds)
    attack = DetectorFGSM(network=result.model, eps=4 / 255)
    streams = Streams.of(0, index=np.arange(8))
    together, single = attack.apply(batch, streams).x[3:4], attack.apply(alone, streams.rows([3])).x
    # The sign of a gradient of almost nothing may be rounded either way.
    assert np.mean(together != single) < 0.01


def test_fgsm_refuses_what_it_cannot_attack(result: Trained) -> None:
    attack = DetectorFGSM(network=result.model, eps=4 / 255)
    batch = batch_of(result, 2)
    with pytest.raises(InvalidData, match="needs boxes as labels"):
        attack.apply(Batch(x=batch.x, y=np.zeros(2, dtype=int), bounds=batch.bounds), Streams.of(0, index=np.arange(2)))
    with pytest.raises(InvalidArgument, match=r"eps=8 must be a share .* such as 8 / 255"):
        DetectorFGSM(network=result.model, eps=8)
