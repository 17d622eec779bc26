"""Makes emoji10.npz from two packages of npm and the photographs of scikit-image and scikit-learn.

Run `python -m reference_models.data.make_emoji10 FOLDER`, the folder being where this was run:

    npm pack emoji-datasource-google@16.0.0 emoji-datasource-twitter@16.0.0

DATA.md says where the images come from.
"""

from __future__ import annotations

import json
import sys
import tarfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import skimage
import sklearn.datasets
from numpy.typing import NDArray
from PIL import Image

from reference_models.data.emoji10 import CLASSES, EMBEDDED, PHOTO, SIDE, SIZES

_SEED = 10
_VERSION = "16.0.0"
_VENDORS = ("google", "twitter")

# Subcategories of Unicode's list, as emoji.json has them.
_SUBCATEGORIES = {
    "animal": ("animal-mammal", "animal-bird", "animal-amphibian", "animal-reptile", "animal-marine", "animal-bug"),
    "clothing": ("clothing",),
    "face": (
        *("face-smiling", "face-affection", "face-tongue", "face-hand", "face-neutral-skeptical", "face-sleepy"),
        *("face-unwell", "face-hat", "face-glasses", "face-concerned", "face-negative"),
    ),
    "flag": ("country-flag", "subdivision-flag"),
    "food": ("food-fruit", "food-vegetable", "food-prepared", "food-asian", "food-sweet"),
    "hand": ("hand-fingers-open", "hand-fingers-partial", "hand-single-finger", "hand-fingers-closed", "hands"),
    "person": ("person", "person-gesture", "person-role", "person-fantasy", "person-activity", "person-sport"),
    "place": ("place-building", "place-religious", "place-geographic", "place-other"),
    "tool": ("tool", "household"),
    "vehicle": ("transport-ground", "transport-water", "transport-air"),
}
_MOST_GLYPHS_A_CLASS = 120
_TEST_SHARE = 0.2
_TRAIN_IMAGES_A_CLASS, _TEST_IMAGES_A_CLASS = 600, 150

# Joiners and signs of gender and direction, and man, woman, person: `man running` and `woman running, facing right`
# are the same drawing but for the hair, and must not stand on both sides of the split.
_SAME = {"200D", "FE0F", "2640", "2642", "27A1", "1F468", "1F469", "1F9D1"}

# In the public domain or CC0, but for flower and china, which are CC BY 2.0. Those of the test are seen only there.
_TRAIN_PHOTOS = (
    *("astronaut.png", "brick.png", "camera.png", "clock_motion.png", "coffee.png", "flower.jpg", "gravel.png"),
    *("hubble_deep_field.jpg", "retina.jpg", "rocket.jpg"),
)
_TEST_PHOTOS = ("chelsea.png", "china.jpg")


def make(packages: Path, path: Path) -> None:
    """Write the glyphs of both vendors, the photographs, and the plan of each image."""
    random = np.random.default_rng(_SEED)
    glyphs = [each for each in _json(packages) if all(each[f"has_img_{vendor}"] for vendor in _VENDORS)]
    chosen: list[Any] = []
    labels: list[int] = []
    tested: list[bool] = []
    for label, name in enumerate(CLASSES):
        groups = defaultdict(list)
        for glyph in glyphs:
            if glyph["subcategory"] in _SUBCATEGORIES[name]:
                groups[_key(glyph["unified"])].append(glyph)
        order = [groups[key] for key in sorted(groups)]
        of_class = [
            (number, glyph) for number, place in enumerate(random.permutation(len(order))) for glyph in order[place]
        ]
        of_class = of_class[:_MOST_GLYPHS_A_CLASS]
        # The group on the border goes to the test as a whole.
        border = of_class[round(len(of_class) * _TEST_SHARE)][0]
        chosen += [glyph for _, glyph in of_class]
        labels += [label] * len(of_class)
        tested += [number <= border for number, _ in of_class]
    label_of, test = np.array(labels, np.uint8), np.array(tested)
    photos = np.stack([_photo(name) for name in (*_TRAIN_PHOTOS, *_TEST_PHOTOS)])
    first = len(_TRAIN_PHOTOS)
    google, twitter = (_drawings(packages, vendor, chosen) for vendor in _VENDORS)
    np.savez_compressed(
        path,
        google=google,
        twitter=twitter,
        glyph=np.array([each["unified"] for each in chosen]),
        label=label_of,
        photos=photos,
        train=_plan(label_of, ~test, range(first), _TRAIN_IMAGES_A_CLASS, random),
        test=_plan(label_of, test, range(first, len(photos)), _TEST_IMAGES_A_CLASS, random),
    )


def _key(unified: str) -> str:
    """Return what a glyph shows, without who does it."""
    parts = unified.split("-")
    return "-".join(part for part in parts if part not in _SAME) or parts[0]


def _plan(
    label: NDArray[Any], usable: NDArray[Any], photos: range, images: int, random: np.random.Generator
) -> NDArray[np.int16]:
    """Return a row an image: glyph, size, top, left, mirrored, photograph, and the patch's top and left."""
    glyph = np.concatenate(
        # Each glyph of a class as often as any other, but for one.
        [
            np.resize(random.permutation(np.flatnonzero((label == each) & usable)), images)
            for each in range(len(CLASSES))
        ]
    )
    n = len(glyph)
    size = random.integers(len(SIZES), size=n)
    room = SIDE - np.array(SIZES)[size]
    columns = [
        glyph,
        size,
        random.integers(room + 1),
        random.integers(room + 1),
        random.integers(2, size=n),
        random.integers(photos.start, photos.stop, size=n),
        random.integers(PHOTO - SIDE + 1, size=n),
        random.integers(PHOTO - SIDE + 1, size=n),
    ]
    return np.stack(columns, axis=1).astype(np.int16)[random.permutation(n)]


def _json(packages: Path) -> Any:
    with tarfile.open(packages / f"emoji-datasource-{_VENDORS[0]}-{_VERSION}.tgz") as archive:
        file = archive.extractfile("package/emoji.json")
        assert file is not None
        return json.load(file)


def _drawings(packages: Path, vendor: str, chosen: list[Any]) -> NDArray[np.uint8]:
    """Cut the glyphs out of a vendor's sheet, where each has a border of one pixel."""
    with tarfile.open(packages / f"emoji-datasource-{vendor}-{_VERSION}.tgz") as archive:
        sheet = np.asarray(
            Image.open(archive.extractfile(f"package/img/{vendor}/sheets-clean/{SIDE}.png")).convert("RGBA")  # type: ignore[arg-type]
        )
    cell = SIDE + 2
    corners = [(each["sheet_y"] * cell + 1, each["sheet_x"] * cell + 1) for each in chosen]
    drawings = np.stack([sheet[top : top + SIDE, left : left + SIDE] for top, left in corners])
    drawings[drawings[..., 3] == 0] = 0  # What is under a transparent pixel is not seen, and takes room.
    return drawings


def _photo(name: str) -> NDArray[np.uint8]:
    """Return the middle of a photograph, made small."""
    folders = (Path(skimage.__file__).parent / "data", Path(sklearn.datasets.__file__).parent / "images")
    image = Image.open(next(folder / name for folder in folders if (folder / name).is_file())).convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return np.asarray(image.resize((PHOTO, PHOTO), Image.Resampling.BOX, (left, top, left + side, top + side)))


if __name__ == "__main__":
    make(Path(sys.argv[1]), EMBEDDED)
