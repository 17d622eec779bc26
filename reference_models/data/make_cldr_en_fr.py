"""Makes cldr_en_fr.tsv.xz; needs babel and num2words, which nothing else here does.

Run `python -m reference_models.data.make_cldr_en_fr`; DATA.md says where the words come from.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.lists import format_list
from babel.units import format_unit
from num2words import num2words

from reference_models.data.cldr_en_fr import EMBEDDED, PARTS

Pair = tuple[str, str]

_SEED = 11
_ENGLISH, _BRITISH, _FRENCH = (Locale.parse(name) for name in ("en", "en_GB", "fr"))

# Of 10,000 phrases.
_COUNTS = {"dates": 2600, "units": 1900, "lists": 1800, "spans": 1500, "numbers": 2200}
_TEST = 1000
_ELSEWHERE = 300

_FIRST_YEAR, _YEARS = 1950, 100
_HELD_OUT_YEARS = range(1970, 1980)
_HELD_OUT_NUMBERS = range(7000, 8000)
_LONGEST_LIST = 3
_LONGEST_SPAN = 200

_COUNTRIES = (
    *("AR", "AT", "AU", "BE", "BG", "BO", "BR", "CA", "CH", "CL", "CM", "CN", "CO", "CU", "CZ", "DE", "DK", "DZ"),
    *("EC", "EE", "EG", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "ID", "IE", "IN", "IQ", "IR", "IS", "IT", "JM"),
    *("JP", "KE", "KH", "KR", "KZ", "LB", "LT", "LU", "LV", "MA", "MG", "ML", "MX", "MY", "NG", "NL", "NO", "NP"),
    *("NZ", "PE", "PH", "PK", "PL", "PT", "RO", "RS", "RU", "SA", "SE", "SI", "SK", "SN", "SY", "TD", "TH", "TN"),
    *("TR", "TZ", "UA", "UG", "US", "UY", "VE", "VN", "YE", "ZA"),
)
_LANGUAGES = (
    *("ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ga", "he", "hi", "hr", "hu", "id"),
    *("is", "it", "ja", "ko", "la", "lt", "lv", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "uk"),
    *("ur", "vi", "zh"),
)
_UNITS = (
    *("length-meter", "length-kilometer", "length-centimeter", "length-millimeter", "length-mile", "length-inch"),
    *("length-foot", "mass-gram", "mass-kilogram", "mass-tonne", "mass-ounce", "mass-pound", "volume-liter"),
    *("volume-milliliter", "volume-cubic-meter", "area-hectare", "area-square-kilometer", "area-square-meter"),
    *("duration-second", "duration-minute", "duration-hour", "duration-day", "duration-week", "duration-month"),
    *("duration-year", "duration-century", "speed-kilometer-per-hour", "energy-calorie", "energy-joule"),
    *("power-watt", "power-kilowatt", "digital-byte", "digital-megabyte", "temperature-celsius", "angle-degree"),
)
_SPANS = {"year": 365 * 86400, "month": 30 * 86400, "week": 7 * 86400, "day": 86400, "hour": 3600, "minute": 60}


def make(path: Path) -> None:
    """Write three columns, the part that a pair is in, English and French, in random order."""
    random = np.random.default_rng(_SEED)
    apart, together = _pairs_of_countries(random)
    kinds: dict[str, Iterator[Pair]] = {
        "dates": _dates(random, lambda year: year not in _HELD_OUT_YEARS),
        "units": _units(random),
        "lists": _lists(random, together),
        "spans": _spans(random),
        "numbers": map(_number, random.permutation([n for n in range(10_000) if n not in _HELD_OUT_NUMBERS])),
    }
    known: dict[str, Pair] = {}
    for kind, count in _COUNTS.items():
        of_kind = _distinct(kinds[kind], count, set(known))
        known |= {english: (english, french) for english, french in of_kind}
    # The same date is said in several ways, and all of them are on one side.
    groups: dict[str, list[Pair]] = {}
    for pair in known.values():
        groups.setdefault(pair[1], []).append(pair)
    order = [groups[french] for french in sorted(groups)]
    mixed = [pair for place in random.permutation(len(order)) for pair in order[place]]
    border = _border(mixed)
    parts = {
        "test": mixed[:border],
        "train": mixed[border:],
        "numbers": _distinct(map(_number, random.permutation(_HELD_OUT_NUMBERS)), _ELSEWHERE, set()),
        "pairs": _distinct(_lists(random, apart, longest=2), _ELSEWHERE, set()),
        "years": _distinct(_dates(random, lambda year: year in _HELD_OUT_YEARS), _ELSEWHERE, set()),
    }
    lines = [
        f"{part}\t{english}\t{french}\n"
        for part in PARTS
        for english, french in (parts[part][place] for place in random.permutation(len(parts[part])))
    ]
    path.write_bytes(lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


def _distinct(pairs: Iterator[Pair], count: int, taken: set[str]) -> list[Pair]:
    found: dict[str, Pair] = {}
    for english, french in pairs:
        if english not in taken:
            found.setdefault(english, (english, french))
        if len(found) == count:
            return list(found.values())
    raise ValueError(f"there are {len(found)} phrases, and {count} are wanted")


def _border(mixed: list[Pair]) -> int:
    """Return where the test set ends: no French phrase is on both sides."""
    border = _TEST
    while mixed[border][1] == mixed[border - 1][1]:
        border += 1
    return border


def _dates(random: np.random.Generator, wanted: Callable[[int], bool]) -> Iterator[Pair]:
    while True:
        day = date(_FIRST_YEAR, 1, 1) + timedelta(days=int(random.integers(365 * _YEARS)))
        style = ("long", "full")[int(random.integers(2))]
        locale = (_ENGLISH, _BRITISH)[int(random.integers(2))]
        if wanted(day.year):
            yield format_date(day, style, locale), format_date(day, style, _FRENCH)


def _units(random: np.random.Generator) -> Iterator[Pair]:
    while True:
        unit = _UNITS[int(random.integers(len(_UNITS)))]
        # One and two matter for the plural: French begins it at two, English has it for none too.
        number = int(random.choice([random.integers(3), random.integers(100), random.integers(1000)]))
        yield format_unit(number, unit, locale=_ENGLISH), format_unit(number, unit, locale=_FRENCH)


def _pairs_of_countries(random: np.random.Generator) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Return pairs of names that are never together in what is learned, a sixth of all; and the others."""
    pairs = [
        frozenset((one, other))
        for names in (_COUNTRIES, _LANGUAGES)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
    ]
    drawn = random.permutation(len(pairs))
    border = len(pairs) // 6
    return {pairs[place] for place in drawn[:border]}, {pairs[place] for place in drawn[border:]}


def _lists(random: np.random.Generator, allowed: set[frozenset[str]], longest: int = _LONGEST_LIST) -> Iterator[Pair]:
    while True:
        names = (_COUNTRIES, _LANGUAGES)[int(random.random() < 0.35)]
        size = int(random.integers(2, longest + 1))
        chosen = [str(name) for name in random.choice(names, size, replace=False)]
        beside = [frozenset((one, other)) for place, one in enumerate(chosen) for other in chosen[place + 1 :]]
        if all(pair in allowed for pair in beside):
            english, french = (
                format_list(
                    [(locale.territories if name.isupper() else locale.languages)[name] for name in chosen],
                    locale=locale,
                )
                for locale in (_ENGLISH, _FRENCH)
            )
            yield english, french


def _spans(random: np.random.Generator) -> Iterator[Pair]:
    units = tuple(_SPANS)
    while True:
        unit, number = units[int(random.integers(len(units)))], int(random.integers(1, _LONGEST_SPAN))
        span = timedelta(seconds=number * _SPANS[unit] * (-1, 1)[int(random.integers(2))])
        english, french = (
            format_timedelta(span, granularity=unit, threshold=10**6, add_direction=True, locale=locale)  # type: ignore[arg-type]
            for locale in (_ENGLISH, _FRENCH)
        )
        yield english, french


def _number(number: int) -> Pair:
    return num2words(int(number), lang="en"), num2words(int(number), lang="fr")


if __name__ == "__main__":
    make(EMBEDDED)
