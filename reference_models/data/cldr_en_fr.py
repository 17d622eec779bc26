"""English phrases and the French for them, or a user's own pairs of sentences."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from reference_models.data.at_hand import users
from reference_models.splits import Examples, Splits

__all__ = ["EMBEDDED", "PARTS", "load", "read", "read_pairs"]

EMBEDDED = Path(__file__).with_name("cldr_en_fr.tsv.xz")

PARTS = ("train", "test", "numbers", "pairs", "years")
"""What is learned and what is tested on; and, to test on, what was left out of both: see DATA.md."""

_USERS = "translation.tsv"
_SEED = 11
_TEST_SHARE, _MOST_TESTS = 0.1, 1000

Pair = tuple[str, str]


def load() -> Splits:
    """Return sentences and their translations, as arrays of strings.

    `translation.tsv` in the folder that the environment variable ROBUST_DATA_DIR names, if it is there; else the
    embedded phrases, whose `elsewhere` has numbers of a thousand that is never learned, pairs of countries or
    languages that are never together, and years of a decade that is left out.

    Raises:
        ValueError: The file is there, but holds no pairs; the message says which line is wrong.
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
    """
    path = users(_USERS)
    return read(EMBEDDED) if path is None else read_pairs(path)


def read(path: Path) -> Splits:
    """Return the splits of a compressed file of three columns: part, English, French."""
    parts: dict[str, list[Pair]] = {part: [] for part in PARTS}
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            part, english, french = line.rstrip("\n").split("\t")
            parts[part].append((english, french))
    return Splits(
        train=_examples(parts["train"]),
        test=_examples(parts["test"]),
        source="cldr_en_fr",
        elsewhere={part: _examples(parts[part]) for part in PARTS[2:]},
    )


def read_pairs(path: Path) -> Splits:
    """Return the splits of a text file with a sentence, a tab and its translation in each line.

    What follows a second tab is left out, as the attributions of the Tatoeba project's files are. A tenth is tested
    on, 1,000 at most; sentences with the same translation are on one side, so that none of those has been learned.

    Args:
        path: A file in UTF-8. Empty lines do not count.

    Raises:
        ValueError: A line has no tab or an empty side, the file is not UTF-8, or it has fewer than two translations.
    """
    try:
        groups = _groups(path)
    except ValueError as error:
        raise ValueError(f"{path} is no file of translations: {error}") from error
    order = [groups[said] for said in sorted(groups)]
    mixed = [order[place] for place in np.random.default_rng(_SEED).permutation(len(order))]
    wanted = min(max(1, round(sum(map(len, mixed)) * _TEST_SHARE)), _MOST_TESTS)
    border, tests = 0, 0
    while tests < wanted and border < len(mixed) - 1:
        tests += len(mixed[border])
        border += 1
    test, train = ([pair for group in part for pair in group] for part in (mixed[:border], mixed[border:]))
    return Splits(train=_examples(train), test=_examples(test), source=path.stem)


def _groups(path: Path) -> dict[str, list[Pair]]:
    """Return the pairs of a file, by their translation."""
    groups: dict[str, list[Pair]] = {}
    with path.open(encoding="utf-8-sig") as lines:
        for pair in dict.fromkeys(_pairs(lines)):
            groups.setdefault(pair[1], []).append(pair)
    if len(groups) < 2:
        raise ValueError(
            f"it has {len(groups)} translations; give two at least, to learn from one and test on the other"
        )
    return groups


def _pairs(lines: Iterable[str]) -> Iterator[Pair]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        sides = [side.strip() for side in line.rstrip("\r\n").split("\t")]
        if len(sides) < 2:
            raise ValueError(f"line {number} has no tab: {line.strip()[:60]!r}; write sentence, tab, translation")
        for side, name in zip(sides, ("sentence", "translation"), strict=False):
            if not side:
                raise ValueError(
                    f"the {name} in line {number} is empty: {line.strip()[:60]!r}; fill it, or drop the line"
                )
        yield sides[0], sides[1]


def _examples(pairs: Iterable[Pair]) -> Examples:
    sources, targets = zip(*pairs, strict=True)
    return Examples(x=np.array(sources), y=np.array(targets))
