"""Shows what each transform does, by doing it while the site is built.

`<!-- gallery: image -->` becomes a table of pictures, before and after; `<!-- gallery: boxes -->`
one of pictures with boxes; `<!-- gallery: text -->` one of sentences, `<!-- gallery: tabular -->`
one of rows.
"""

import re
from dataclasses import fields
from functools import cache
from io import BytesIO
from pathlib import Path
from sys import path

import numpy as np
from matplotlib.image import imsave
from mkdocs.structure.files import File

from pytest_robust.core.batch import Batch
from pytest_robust.core.bounds import UNBOUNDED, Bounds
from pytest_robust.core.detections import CORNERS, as_boxes
from pytest_robust.core.parameters import Exactly
from pytest_robust.core.streams import Streams
from pytest_robust.core.table import Table
from pytest_robust.transforms import Flip, Perspective, Rotate, Zoom

# mkdocs loads each hook by its path alone.
path.insert(0, str(Path(__file__).parent))

from catalogs import members

_PLACE = re.compile(r"^<!-- gallery: (image|boxes|text|tabular) -->$", re.MULTILINE)
# One in which every change shows something.
_ROW = 33
_SIDE = 128
_FRAMES = ((1, 0.1, 0.1), (1, 0.9, 0), (0.1, 0.9, 1))
_SHARES = (0.2, 0.6, 1.0)
_LEXICON = {"film": ("movie",), "good": ("fine",)}
_SENTENCE = "Anna paid 40 dollars in Paris and said it's a good film."


def on_files(files, config, **_):
    """Add the pictures: mkdocs calls this."""
    files.append(File.generated(config, "images/transforms/none.png", content=_png(_photo()[0])))
    for name, member in _of("image"):
        for turn, value in enumerate(_strengths(member)):
            picture = _png(_changed(value, _photo(), Bounds(0, 1))[0])
            files.append(File.generated(config, f"images/transforms/{name}-{turn}.png", content=picture))
    for turn, (_, x, y) in enumerate(_with_boxes()):
        files.append(File.generated(config, f"images/transforms/boxes-{turn}.png", content=_png(_outlined(x, y))))
    return files


def on_page_markdown(markdown, **_):
    """Return a page with its galleries filled in: mkdocs calls this."""
    galleries = {"image": images, "boxes": boxes, "text": lines, "tabular": rows}
    return _PLACE.sub(lambda found: galleries[found[1]](), markdown)


def images():
    """Return the table of pictures."""
    rows = ["| | mild | | strong |", "|---|---|---|---|", "| without a change | ![](images/transforms/none.png) | | |"]
    for name, member in _of("image"):
        cells = [
            f"![{value!r}](images/transforms/{name}-{turn}.png)<br>`{_strength(value)}`"
            for turn, value in enumerate(_strengths(member))
        ]
        rows.append(f"| `{member.__name__}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def boxes():
    """Return the table of pictures with boxes."""
    cells = [
        (f"`{code}`", f"![{code}](images/transforms/boxes-{turn}.png)") for turn, (code, *_) in enumerate(_with_boxes())
    ]
    return "\n".join(
        [
            f"| {' | '.join(codes)} |\n|{'---|' * len(codes)}\n| {' | '.join(shown)} |"
            for codes, shown in [zip(*cells, strict=True)]
        ]
    )


def _with_boxes():
    """Return (code, picture, boxes) before and after some changes."""
    y = as_boxes([[[1, 1, 80, 94, 0], [92, 60, 127, 70, 1], [74, 74, 128, 128, 2]]])
    found = [("without a change", _photo()[0], y[0])]
    for value in (Flip(), Rotate(degrees=Exactly(12)), Zoom(factor=Exactly(1.6)), Perspective(shift=0.15)):
        batch = Batch(x=_photo(), y=y, bounds=Bounds(0, 1))
        changed = value.apply(batch, Streams.of(0, value.kind, index=np.array([3])))
        found.append((repr(value), changed.x[0], changed.y[0]))
    return found


def _outlined(image, boxes):
    """Return a picture with a frame of its own colour around each box."""
    image = np.array(image)
    for box in boxes[boxes["class"] >= 0]:
        left, top, right, below = (round(box[name]) for name in CORNERS)
        frame = np.zeros(image.shape[:2], dtype=bool)
        frame[top:below, left:right] = True
        frame[top + 2 : below - 2, left + 2 : right - 2] = False
        image[frame] = _FRAMES[box["class"]]
    return image


def lines():
    """Return the table of changed sentences."""
    text = np.array([_SENTENCE])
    rows = ["| | |", "|---|---|", f"| without a change | {_SENTENCE} |"]
    for _, member in _of("text"):
        # Synonyms without nltk's data need a lexicon.
        value = member(rate=1, lexicon=_LEXICON) if member.__name__ == "Synonyms" else member.strongest()
        rows.append(f"| `{value!r}` | {_escaped(_changed(value, text, Bounds(0, 1))[0])} |")
    return "\n".join(rows)


def rows():
    """Return the table of changed rows of a table."""
    whole = _people()
    names = whole.x.dtype.names
    head = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    before = whole.x[_ROW : _ROW + 1]
    body = [f"| without a change | {' | '.join(_cells(before))} |"]
    for _, member in _of("tabular"):
        value = member.strongest()
        streams = Streams.of(0, value.kind, index=np.array([_ROW]))
        after = value.apply(Batch(x=before, y=None, bounds=UNBOUNDED, whole=whole), streams).x
        cells = [
            cell if cell == old else f"**{cell}**" for cell, old in zip(_cells(after), _cells(before), strict=True)
        ]
        body.append(f"| `{value!r}` | {' | '.join(cells)} |")
    return "\n".join([*head, *body])


def _people():
    random = np.random.default_rng(0)
    return Table.of(
        {
            "age": random.integers(18, 90, 200),
            "children": random.integers(0, 4, 200),
            "income": random.lognormal(8, 1, 200).round(),
            "height": random.normal(170, 9, 200).round(1),
            "city": random.choice(["Rome", "Oslo", "Lima"], 200),
            "born in": random.choice(["Paris", "Cairo"], 200),
        }
    )


def _cells(row):
    values = row[0].item()
    return [value if isinstance(value, str) else "missing" if np.isnan(value) else f"{value:.6g}" for value in values]


def _of(kind):
    return [(name, member) for name, member in members("transforms") if f".{kind}." in member.__module__]


def _strengths(member):
    """Return three values, the last the strongest."""
    names = {item.name for item in fields(member)}
    if "severity" in names:
        return [member(severity=severity) for severity in (1, 3, 5)]
    strongest = member.strongest()
    return [strongest.scaled(share) for share in _SHARES] if strongest.has_strength else [strongest]


def _strength(value):
    return re.sub(r"^\w+\(|\)$", "", repr(value)) or "its default"


def _changed(value, x, bounds):
    # The third of a hundred streams: others draw no better or worse, but an angle of nearly 0 shows nothing.
    streams = Streams.of(0, value.kind, index=np.array([3]))
    x.flags.writeable = False
    return value.apply(Batch(x=x, y=None, bounds=bounds), streams).x


@cache
def _photo():
    """Return (1, 128, 128, 3) a photograph that comes with scikit-learn, in [0, 1]."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    whole = Image.fromarray(load_sample_image("china.jpg")).crop((100, 27, 500, 427))
    return np.asarray(whole.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), dtype=np.float32)[None] / 255


def _png(image):
    written = BytesIO()
    imsave(written, np.clip(image, 0, 1))
    return written.getvalue()


def _escaped(text):
    return text.replace("|", "\\|").replace("<", "&lt;")
