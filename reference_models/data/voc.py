"""Images with boxes as the PASCAL VOC challenge lays them out."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from reference_models.data.boxed_images import Annotated, examples, held_out
from reference_models.splits import Splits

__all__ = ["FOLDER", "names", "read"]

FOLDER = "voc"
_PARTS = ("train", "val")


def read(folder: Path) -> Splits:
    """Return the splits of a folder with `Annotations/*.xml` and `JPEGImages`.

    Where `ImageSets/Main` holds `train.txt` and `val.txt`, they say what is learned from and what
    is tested on; elsewhere every fifth image in the order of names is tested on. Classes are
    numbered in the order of their names.

    Args:
        folder: VOC2012 or one like it.

    Raises:
        ValueError: An annotation or an image cannot be read, or a box is none; the message says which.
        FileNotFoundError: What an annotation or a list names is not there.
    """
    number = {name: place for place, name in enumerate(names(folder))}
    lists = [folder / "ImageSets" / "Main" / f"{part}.txt" for part in _PARTS]
    if not all(each.is_file() for each in lists):
        return held_out([_annotated(file, folder, number) for file in _annotations(folder)], source="voc")
    train, test = (examples([_annotated(file, folder, number) for file in _named(each, folder)]) for each in lists)
    return Splits(train=train, test=test, source="voc")


def names(folder: Path) -> tuple[str, ...]:
    """Return the names of the classes that the annotations hold, sorted.

    Raises:
        ValueError: There are no annotations, or one cannot be read.
    """
    found = {_text(thing, "name", file) for file in _annotations(folder) for thing in _root(file).iter("object")}
    if not found:
        raise ValueError(f"{folder / 'Annotations'} holds no annotation with an object; put VOC's .xml files there")
    return tuple(sorted(found))


def _annotations(folder: Path) -> list[Path]:
    return sorted((folder / "Annotations").glob("*.xml"))


def _named(chosen: Path, folder: Path) -> Iterator[Path]:
    for line in chosen.read_text(encoding="utf-8").splitlines():
        if line.strip():
            file = folder / "Annotations" / f"{line.split()[0]}.xml"
            if not file.is_file():
                raise FileNotFoundError(f"{chosen} names {line.split()[0]}, and {file} is not there")
            yield file


def _annotated(file: Path, folder: Path, number: dict[str, int]) -> Annotated:
    root = _root(file)
    boxes = []
    for thing in root.iter("object"):
        box = thing.find("bndbox")
        if box is None:
            raise ValueError(f"{file}: an object has no <bndbox>; give xmin, ymin, xmax and ymax")
        left, top, right, bottom = (_number(box, side, file) for side in ("xmin", "ymin", "xmax", "ymax"))
        # VOC counts pixels from 1 and names the last one that still belongs to the box.
        boxes.append((left - 1, top - 1, right, bottom, number[_text(thing, "name", file)]))
    return Annotated(image=folder / "JPEGImages" / _text(root, "filename", file), boxes=boxes, told_by=file)


def _root(file: Path) -> ET.Element:
    try:
        return ET.parse(file).getroot()  # noqa: S314 - the user's own files
    except ET.ParseError as error:
        raise ValueError(f"{file} is not XML: {error}") from error


def _text(node: ET.Element, name: str, file: Path) -> str:
    text = (node.findtext(name) or "").strip()
    if not text:
        raise ValueError(f"{file}: <{node.tag}> has no <{name}>, as VOC's annotations have")
    return text


def _number(node: ET.Element, name: str, file: Path) -> float:
    text = _text(node, name, file)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{file}: <{name}> is {text!r}, not a number of pixels") from None
