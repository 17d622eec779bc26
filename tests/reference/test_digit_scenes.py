"""Scenes with boxes: what is embedded is as promised, and the user's own images are read or refused clearly."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reference_models.data import digit_scenes, mnist, photographs
from reference_models.data.boxed_images import NO_BOX
from reference_models.readme import README
from reference_models.splits import Splits


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROBUST_DATA_DIR", raising=False)


@pytest.fixture(scope="module")
def scenes() -> Splits:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ROBUST_DATA_DIR", raising=False)
        return digit_scenes.load()


def test_scenes_are_bytes_and_their_boxes_lie_within(scenes: Splits) -> None:
    for part, count in ((scenes.train, 4000), (scenes.test, 400)):
        assert (part.x.shape, str(part.x.dtype)) == ((count, 96, 96, 3), "uint8")
        boxes = part.y[part.y[..., 4] != NO_BOX]
        assert boxes[:, :4].min() >= 0
        assert boxes[:, :4].max() <= 96
        assert (boxes[:, 2:4] > boxes[:, :2]).all()
        assert set(boxes[:, 4]) == set(range(10))


def test_a_scene_has_one_to_four_digits(scenes: Splits) -> None:
    digits = (scenes.train.y[..., 4] != NO_BOX).sum(axis=1)
    assert set(digits) == {1, 2, 3, 4}


def test_digits_stand_clear_of_each_other(scenes: Splits) -> None:
    for boxes in scenes.test.y:
        there = boxes[boxes[:, 4] != NO_BOX]
        owners = np.zeros((96, 96), dtype=int)
        for x1, y1, x2, y2 in there[:, :4].astype(int):
            owners[y1:y2, x1:x2] += 1
        assert owners.max() == 1


def test_a_box_ends_where_the_ink_does() -> None:
    # On black, the ink is all there is to see.
    digits = mnist.read(mnist.EMBEDDED, source="mnist_5000").test
    black = {"black": np.zeros((96, 96, 3), dtype=np.uint8)}
    made = digit_scenes.compose(digits, black, count=50, key=1)
    one = (made.y[..., 4] != NO_BOX).sum(axis=1) == 1
    assert one.sum() >= 5
    for scene, boxes in zip(made.x[one], made.y[one], strict=True):
        rows, columns = np.nonzero(scene.max(axis=2) >= 0.25 * scene.max())
        seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        np.testing.assert_allclose(boxes[0, :4], seen, atol=1)


def test_the_same_key_makes_the_same_scenes_and_another_others() -> None:
    digits, behind = mnist.read(mnist.EMBEDDED, source="mnist_5000").test, photographs.load().test
    first, again, other = (digit_scenes.compose(digits, behind, count=5, key=key).x for key in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=(1, 2, 3)).all()


def test_no_photograph_of_the_test_is_learned_from() -> None:
    behind = photographs.load()
    assert len(behind.train) == 8
    assert len(behind.test) == 4
    assert not set(behind.train) & set(behind.test)
    pictures = {image.tobytes() for image in (*behind.train.values(), *behind.test.values())}
    assert len(pictures) == 12


def test_photographs_are_coloured_bytes_of_at_least_96_pixels() -> None:
    behind = photographs.load()
    for image in (*behind.train.values(), *behind.test.values()):
        assert image.dtype == np.uint8
        assert image.shape[2] == 3
        assert min(image.shape[:2]) == 160


def test_photographs_are_the_file_that_data_md_describes() -> None:
    described = README.with_name("DATA.md").read_text(encoding="utf-8")
    assert sha256(photographs.EMBEDDED.read_bytes()).hexdigest() in described
    assert all(f"`{name}`" in described for name in (*photographs.load().train, *photographs.load().test))


# ---------------------------------------------------------------- the user's images


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ROBUST_DATA_DIR names."""
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    return tmp_path


def image_at(path: Path, *, width: int = 192, height: int = 48) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[:, width // 2 :] = 255
    Image.fromarray(pixels).save(path)


DOG = ("dog", (11, 5, 50, 24))


def voc_at(folder: Path, name: str, *things: tuple[str, tuple[Any, ...]], image: bool = True) -> None:
    """Write an image and its annotation."""
    if image:
        image_at(folder / "JPEGImages" / f"{name}.jpg")
    objects = "".join(
        f"<object><name>{what}</name><bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax>"
        "</bndbox></object>"
        for what, (x1, y1, x2, y2) in things
    )
    (folder / "Annotations").mkdir(parents=True, exist_ok=True)
    (folder / "Annotations" / f"{name}.xml").write_text(
        f"<annotation><filename>{name}.jpg</filename>{objects}</annotation>"
    )


def coco_of(names: list[str], boxes: list[list[float]], **changed: Any) -> dict[str, Any]:
    return {
        "images": [{"id": 7 * place, "file_name": name} for place, name in enumerate(names)],
        "annotations": [
            {"image_id": 7 * place, "category_id": 18, "bbox": box, "iscrowd": 0} for place, box in enumerate(boxes)
        ],
        "categories": [{"id": 18, "name": "dog"}, {"id": 3, "name": "car"}],
        **changed,
    }


def coco_at(folder: Path, **changed: Any) -> None:
    names = ["a.png", "b.png"]
    for name in names:
        image_at(folder / "coco" / "images" / name)
    (folder / "coco" / "instances.json").write_text(json.dumps(coco_of(names, [[10, 4, 40, 20]] * 2, **changed)))


def test_voc_images_are_brought_to_96_pixels_with_their_boxes(folder: Path) -> None:
    voc_at(folder / "voc", "a", DOG, ("cat", (1, 1, 192, 48)))
    voc_at(folder / "voc", "b")
    splits = digit_scenes.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("voc", 1, 1)
    assert splits.test.x.shape == (1, 96, 96, 3)
    # Black to the left and white to the right, whatever a JPEG makes of it.
    assert splits.test.x[0, :, 10].max() < 30
    assert splits.test.x[0, :, 80].min() > 225
    # VOC counts from 1: the pixels 11 to 50 reach from 10 to 50.
    np.testing.assert_allclose(splits.test.y[0], [[5, 8, 25, 48, 1], [0, 0, 96, 96, 0]])
    assert digit_scenes.names() == ("cat", "dog")


def test_voc_lists_say_what_is_learned_from(folder: Path) -> None:
    for name in "abc":
        voc_at(folder / "voc", name, DOG)
    lists = folder / "voc" / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("a\nc  1\n\n")
    (lists / "val.txt").write_text("b\n")
    splits = digit_scenes.load()
    assert (len(splits.train), len(splits.test)) == (2, 1)
    (lists / "val.txt").write_text("z\n")
    with pytest.raises(FileNotFoundError, match=r"val\.txt names z, and .*z\.xml is not there"):
        digit_scenes.load()


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (("dog", (50, 5, 11, 24)), r"a\.xml: the box \(49\.0, 4\.0, 11\.0, 24\.0\) in a\.jpg has no area"),
        (("dog", (11, 5, 500, 24)), r"lies beyond a\.jpg, 192 pixels wide and 48 high"),
        (("dog", (11, "five", 50, 24)), r"<ymin> is 'five', not a number"),
        (("dog", (11, 5, "", 24)), r"<bndbox> has no <xmax>"),
        (("", (11, 5, 50, 24)), r"<object> has no <name>"),
        (("dog", (11, 5, "nan", 24)), r"has no area"),
    ],
)
def test_a_wrong_voc_box_is_named_with_its_file(folder: Path, thing: tuple[str, tuple[Any, ...]], message: str) -> None:
    voc_at(folder / "voc", "a", thing)
    voc_at(folder / "voc", "b", DOG)
    with pytest.raises(ValueError, match=message):
        digit_scenes.load()


def test_a_voc_folder_without_its_parts_is_refused(folder: Path) -> None:
    (folder / "voc").mkdir()
    with pytest.raises(ValueError, match=r"Annotations holds no annotation with an object"):
        digit_scenes.load()
    voc_at(folder / "voc", "a", DOG, image=False)
    with pytest.raises(ValueError, match="1 annotated images are too few"):
        digit_scenes.load()
    voc_at(folder / "voc", "b", DOG)
    with pytest.raises(FileNotFoundError, match=r"a\.xml names the image .*a\.jpg, which is not there"):
        digit_scenes.load()
    (folder / "voc" / "JPEGImages" / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"a\.jpg cannot be read as an image"):
        digit_scenes.load()
    (folder / "voc" / "Annotations" / "a.xml").write_text("<annotation>")
    with pytest.raises(ValueError, match=r"a\.xml is not XML"):
        digit_scenes.load()


def test_an_object_without_a_box_is_refused(folder: Path) -> None:
    voc_at(folder / "voc", "b", DOG)
    voc_at(folder / "voc", "a")
    text = "<annotation><filename>a.jpg</filename><object><name>dog</name></object></annotation>"
    (folder / "voc" / "Annotations" / "a.xml").write_text(text)
    with pytest.raises(ValueError, match=r"a\.xml: an object has no <bndbox>"):
        digit_scenes.load()


def test_coco_images_are_brought_to_96_pixels_with_their_boxes(folder: Path) -> None:
    coco_at(folder)
    splits = digit_scenes.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("coco", 1, 1)
    # x, y, width and height became two corners; the category with the second lowest id is class 1.
    np.testing.assert_allclose(splits.test.y[0], [[5, 8, 25, 48, 1]])
    assert digit_scenes.names() == ("car", "dog")


def test_cocos_own_files_say_what_is_learned_from(folder: Path) -> None:
    annotations = folder / "coco" / "annotations"
    annotations.mkdir(parents=True)
    for part, names in (("train2017", ["a.png", "b.png"]), ("val2017", ["c.png"])):
        for name in names:
            image_at(folder / "coco" / part / name)
        document = coco_of(names, [[10, 4, 40, 20]] * len(names))
        (annotations / f"instances_{part}.json").write_text(json.dumps(document))
    splits = digit_scenes.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("coco", 2, 1)
    assert digit_scenes.names() == ("car", "dog")


def test_a_crowd_and_what_is_thinner_than_a_pixel_are_left_out(folder: Path) -> None:
    boxes = [
        {"image_id": 0, "category_id": 18, "bbox": [10, 4, 40, 20], "iscrowd": 1},
        {"image_id": 0, "category_id": 18, "bbox": [10, 4, 1, 20]},
        {"image_id": 0, "category_id": 3, "bbox": [0, 0, 192, 48]},
    ]
    coco_at(folder, annotations=boxes)
    y = digit_scenes.load().test.y[0]
    assert y[y[:, 4] != NO_BOX].tolist() == [[0, 0, 96, 96, 0]]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"categories": None}, r"instances\.json has no lists \['categories'\]"),
        ({"annotations": [{"image_id": 1, "category_id": 18, "bbox": [0, 0, 9, 9]}]}, r"no image has the id 1"),
        ({"annotations": [{"image_id": 0, "category_id": 18, "bbox": [0, 0, 9]}]}, r"bbox \[0, 0, 9\] of image 0"),
        ({"annotations": [{"image_id": 0, "category_id": 18, "bbox": [0, 0, -9, 9]}]}, r"has no area"),
        ({"annotations": [{"image_id": 0, "bbox": [0, 0, 9, 9]}]}, r"has no 'category_id'"),
        ({"images": [{"id": 0, "file_name": "z.png"}] * 2, "annotations": []}, r"names the image .*z\.png"),
    ],
)
def test_a_wrong_coco_entry_is_named(folder: Path, changed: dict[str, Any], message: str) -> None:
    coco_at(folder, **changed)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        digit_scenes.load()


def test_a_coco_folder_without_its_file_is_refused(folder: Path) -> None:
    (folder / "coco").mkdir()
    with pytest.raises(ValueError, match=r"instances\.json is not there; put instances\.json and images there"):
        digit_scenes.load()
    (folder / "coco" / "instances.json").write_text("{")
    with pytest.raises(ValueError, match=r"instances\.json is not JSON"):
        digit_scenes.load()


@pytest.mark.usefixtures("folder")
def test_a_users_folder_without_boxes_is_passed_over() -> None:
    assert digit_scenes.load().source == "digit_scenes"
    assert digit_scenes.names() == tuple("0123456789")


def test_a_users_folder_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path / "tpyo"))
    with pytest.raises(FileNotFoundError, match=r"ROBUST_DATA_DIR=.*tpyo is not a folder"):
        digit_scenes.load()
