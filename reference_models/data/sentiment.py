"""Labelled sentences of three kinds of review: of products, of films, of restaurants."""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reference_models.data.at_hand import users
from reference_models.splits import Examples, Splits

__all__ = ["CLASSES", "DOMAINS", "EMBEDDED", "FILES", "Sentences", "domain_of", "load", "read_folder"]

EMBEDDED = Path(__file__).with_name("sentiment.json.xz")

CLASSES = ("negative", "positive")
DOMAINS = ("amazon", "imdb", "yelp")
# The original's folder, and what it calls its files.
FOLDER = "sentiment labelled sentences"
FILES = {"amazon": "amazon_cells_labelled.txt", "imdb": "imdb_labelled.txt", "yelp": "yelp_labelled.txt"}

_SEED = 3000
# A fifth: of each domain and each label as many.
_TESTED = 5


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Sentences, no two the same.

    Args:
        texts: (n,) strings.
        labels: (n,) 0 for negative, 1 for positive.
        domains: (n,) names.
    """

    texts: NDArray[np.str_]
    labels: NDArray[np.int64]
    domains: NDArray[np.str_]


def load() -> Splits:
    """Return four fifths to learn from and a fifth to test on, of each domain and label alike.

    They are those of the folder "sentiment labelled sentences", as UCI's archive has it, in the
    folder that ROBUST_DATA_DIR names; the embedded ones where there is none. Of sentences that differ
    in capitals only, the first is taken: learned and tested on, the others would tell nothing.

    Raises:
        ValueError: A file is there, but does not hold labelled sentences; the message says where.
        FileNotFoundError: ROBUST_DATA_DIR names no folder, or one of the three files is missing.
    """
    found = _at_hand()
    random = np.random.default_rng(_SEED)
    order = random.permutation(len(found.texts))
    rank = np.empty(len(order), dtype=np.int64)
    count = np.empty(len(order), dtype=np.int64)
    for domain in DOMAINS:
        for label in range(len(CLASSES)):
            rows = order[(found.domains[order] == domain) & (found.labels[order] == label)]
            rank[rows], count[rows] = np.arange(len(rows)), len(rows)
    tested = rank * _TESTED < count
    # The first of each kind are tested on, so that what is left is no random order any more.
    train, test = (random.permutation(np.flatnonzero(which)) for which in (~tested, tested))
    return Splits(
        train=Examples(x=found.texts[train], y=found.labels[train]),
        test=Examples(x=found.texts[test], y=found.labels[test]),
        source="sentiment" if users(FOLDER) is None else "sentiment of the user",
    )


def domain_of(texts: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return (n,) the domain that each text comes from; "" where it is none of the sentences at hand."""
    found = _at_hand()
    known = dict(zip(found.texts.tolist(), found.domains.tolist(), strict=True))
    return np.array([known.get(text, "") for text in texts.tolist()], dtype=np.str_)


def read_folder(folder: Path) -> Sentences:
    """Return the sentences of UCI's three files: a sentence, a tab, 0 or 1 a line.

    Args:
        folder: Has the `FILES`.

    Raises:
        ValueError: A line is none such, or a file has only one of the labels.
        FileNotFoundError: A file is missing.
    """
    found = {}
    for domain, name in FILES.items():
        path = folder / name
        if not path.is_file():
            raise FileNotFoundError(f"{folder} has no {name}: it needs {', '.join(FILES.values())}")
        found[domain] = [_labelled(line, path, number) for number, line in _lines(path)]
    return _distinct(found, folder)


def _at_hand() -> Sentences:
    folder = users(FOLDER)
    return _embedded() if folder is None else read_folder(folder)


@cache
def _embedded() -> Sentences:
    found = json.loads(lzma.decompress(EMBEDDED.read_bytes()).decode())
    return _distinct({domain: [(text, label) for text, label in found[domain]] for domain in DOMAINS}, EMBEDDED)


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}") from error
    # Not splitlines: an ellipsis of Windows-1252 ends a line for it.
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _labelled(line: str, path: Path, number: int) -> tuple[str, int]:
    text, tab, label = line.rstrip("\r").rpartition("\t")
    if not tab or label.strip() not in {"0", "1"}:
        raise ValueError(f"{path}, line {number}: {line[:60]!r} does not end in a tab and a label; write 0 or 1 there")
    if not text.strip():
        raise ValueError(f"{path}, line {number} has a label and no sentence; take the line out")
    return text.strip(), int(label)


def _distinct(found: dict[str, list[tuple[str, int]]], where: Path) -> Sentences:
    seen: set[str] = set()
    kept: list[tuple[str, int, str]] = []
    for domain, entries in found.items():
        for text, label in entries:
            if text.casefold() not in seen:
                seen.add(text.casefold())
                kept.append((text, label, domain))
        labels_here = [label for _, label, where_from in kept if where_from == domain]
        few = [name for label, name in enumerate(CLASSES) if labels_here.count(label) < 2]
        if few:
            raise ValueError(f"{where}: {domain} has fewer than two {few[0]} sentences; a split needs one on each side")
    texts, labels, domains = zip(*kept, strict=True)
    return Sentences(texts=np.array(texts), labels=np.array(labels, dtype=np.int64), domains=np.array(domains))
