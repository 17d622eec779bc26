"""Images with boxes as the COCO data set lays them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reference_models.data.boxed_images import Annotated, examples, held_out
from reference_models.splits import Splits

__all__ = ["FOLDER", "names", "read"]

FOLDER = "coco"
_KEYS = ("images", "annotations", "categories")


def read(folder: Path) -> Splits:
    """Return the splits of a folder with `instances.json` and `images`, or of COCO's own.

    COCO's own has `annotations/instances_train*.json` and `annotations/instances_val*.json`, and the
    images of `instances_train2017.json` in `train2017`. Elsewhere every fifth image is tested on.
    Classes are numbered in the order of their ids; crowds are left out, they are no single thing.

    Args:
        folder: COCO 2017 or one like it.

    Raises:
        ValueError: A file or an image cannot be read, or a box is none; the message says which.
        FileNotFoundError: An image is missing.
    """
    parts = {part: _file_of(folder, part) for part in ("train", "val")}
    train, test = parts["train"], parts["val"]
    if train is not None and test is not None:
        return Splits(train=examples(_annotated(train, folder)), test=examples(_annotated(test, folder)), source="coco")
    return held_out(_annotated(folder / "instances.json", folder), source="coco")


def names(folder: Path) -> tuple[str, ...]:
    """Return the names of the categories, in the order of their ids.

    Raises:
        ValueError: There are none, or the file cannot be read.
    """
    file = _file_of(folder, "train") or folder / "instances.json"
    return tuple(_field(each, "name", file) for each in _categories(_document(file), file))


def _file_of(folder: Path, part: str) -> Path | None:
    return next(iter(sorted((folder / "annotations").glob(f"instances_{part}*.json"))), None)


def _annotated(file: Path, folder: Path) -> list[Annotated]:
    document = _document(file)
    number = {_field(each, "id", file): place for place, each in enumerate(_categories(document, file))}
    images = folder / file.stem.removeprefix("instances_") if file.stem != "instances" else folder / "images"
    boxes: dict[Any, list[tuple[float, float, float, float, int]]] = {
        _field(each, "id", file): [] for each in document["images"]
    }
    for each in document["annotations"]:
        if each.get("iscrowd"):
            continue
        image, category, box = (_field(each, name, file) for name in ("image_id", "category_id", "bbox"))
        if image not in boxes or category not in number:
            raise ValueError(f"{file}: no image has the id {image!r}, or no category the id {category!r}")
        if not isinstance(box, list) or len(box) != 4 or not all(isinstance(side, (int, float)) for side in box):
            raise ValueError(f"{file}: bbox {box!r} of image {image!r} is not [x, y, width, height] in pixels")
        x, y, width, height = box
        boxes[image].append((x, y, x + width, y + height, number[category]))
    return [
        Annotated(image=images / _field(each, "file_name", file), boxes=boxes[each["id"]], told_by=file)
        for each in document["images"]
    ]


def _document(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise ValueError(
            f"{file} is not there; put instances.json and images there, "
            "or COCO's annotations/instances_train2017.json and instances_val2017.json"
        )
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is not JSON: {error}") from error
    missing = [key for key in _KEYS if not isinstance(document, dict) or not isinstance(document.get(key), list)]
    if missing:
        raise ValueError(f"{file} has no lists {missing}; COCO's files of instances have {list(_KEYS)}")
    return document


def _categories(document: dict[str, Any], file: Path) -> list[dict[str, Any]]:
    return sorted(document["categories"], key=lambda each: _field(each, "id", file))


def _field(node: dict[str, Any], name: str, file: Path) -> Any:
    if name not in node:
        raise ValueError(f"{file}: {json.dumps(node)[:100]} has no {name!r}")
    return node[name]
