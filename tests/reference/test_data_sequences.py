"""The texts that tasks 11 and 12 learn from: as promised, or the user's own, read or refused clearly."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from reference_models.data import cldr_en_fr, novel
from reference_models.readme import README
from reference_models.splits import Splits


@pytest.fixture(scope="module")
def phrases() -> Splits:
    return cldr_en_fr.read(cldr_en_fr.EMBEDDED)


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROBUST_DATA_DIR", raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ROBUST_DATA_DIR names."""
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("file", [cldr_en_fr.EMBEDDED, novel.EMBEDDED], ids=lambda file: file.name)
def test_embedded_file_is_the_one_that_data_md_describes(file: Path) -> None:
    assert sha256(file.read_bytes()).hexdigest() in README.with_name("DATA.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------- phrases


def test_ten_thousand_phrases_are_embedded_and_nine_hundred_apart(phrases: Splits) -> None:
    assert (len(phrases.train), len(phrases.test)) == (9000, 1000)
    assert {name: len(part) for name, part in phrases.elsewhere.items()} == {"numbers": 300, "pairs": 300, "years": 300}
    assert phrases.source == "cldr_en_fr"


def test_phrases_are_what_cldr_says(phrases: Splits) -> None:
    said = dict(zip(phrases.train.x.tolist(), phrases.train.y.tolist(), strict=True))
    french = {
        r"\w+day, \w+ \d+, \d+": r"(lun|mar|mercre|jeu|vendre|same|diman)(di|che) (1er|\d+) \w+ \d{4}",
        r"\d+ weeks ago": r"il y a \d+ semaines",
        r"[2-9]\d* kilometers": "[2-9]\\d*\u00a0kilomètres",
        r"one hundred and twenty-one|two hundred and seventy-one": r"(cent vingt et un|deux cent soixante et onze)",
    }
    for english, wanted in french.items():
        found = [source for source in said if re.fullmatch(english, source)]
        assert found, english
        assert all(re.fullmatch(wanted, said[source]) for source in found)


def test_plurals_agree_as_each_language_has_them(phrases: Splits) -> None:
    both = [*zip(phrases.train.x, phrases.train.y, strict=True), *zip(phrases.test.x, phrases.test.y, strict=True)]
    none = [(source, said) for source, said in both if source.startswith("0 ")]
    # English has the plural for none, French the singular.
    assert len(none) > 10
    assert any(source.endswith("s") and not said.endswith("s") for source, said in none)


def test_no_french_phrase_of_the_test_was_learned(phrases: Splits) -> None:
    learned, tested = set(phrases.train.y.tolist()), set(phrases.test.y.tolist())
    assert len(learned) < 9000, "the same date is said in two ways"
    assert not learned & tested


def test_what_was_left_out_is_in_no_phrase_that_is_learned(phrases: Splits) -> None:
    learned = "\n".join(phrases.train.x.tolist())
    apart = phrases.elsewhere
    assert "six thousand" in learned
    assert "seven thousand" not in learned
    assert all(text.startswith("seven thousand") for text in apart["numbers"].x)
    assert re.search(r"\b196\d\b", learned)
    assert not re.search(r"\b197\d\b", learned)
    assert all(re.search(r"\b197\d\b", text) for text in apart["years"].x)

    def names(text: str) -> frozenset[str]:
        return frozenset(re.split(r", and | and |, ", text))

    lists = [names(text) for text in phrases.train.x.tolist()]
    known = set().union(*lists)
    for text in apart["pairs"].x.tolist():
        pair = names(text)
        assert pair <= known, "each was seen, with others"
        assert not any(pair <= one for one in lists)


def test_loader_prefers_the_users_pairs_and_leaves_what_follows_a_second_tab_out(folder: Path) -> None:
    lines = [f"Go {number}.\tVa {number} !\tCC-BY 2.0 (somebody)" for number in range(50)]
    (folder / "translation.tsv").write_text("\ufeff" + "\n".join([*lines, "", lines[0]]) + "\r\n", encoding="utf-8")
    splits = cldr_en_fr.load()
    assert (splits.source, len(splits.train), len(splits.test), splits.elsewhere) == ("translation", 45, 5, {})
    both = dict(zip([*splits.train.x, *splits.test.x], [*splits.train.y, *splits.test.y], strict=True))
    assert both["Go 7."] == "Va 7 !"
    assert cldr_en_fr.load().fingerprint() == splits.fingerprint()


def test_sentences_with_one_translation_are_on_one_side(folder: Path) -> None:
    lines = [f"{greeting} {number}\tsalut {number}" for number in range(30) for greeting in ("hi", "hello")]
    (folder / "translation.tsv").write_text("\n".join(lines), encoding="utf-8")
    splits = cldr_en_fr.load()
    assert len(splits.test) == 6
    assert not set(splits.train.y.tolist()) & set(splits.test.y.tolist())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\nno tab here\n", r"line 2 has no tab: 'no tab here'; write sentence, tab, translation"),
        ("a\tb\n\nc\t \n", r"the translation in line 3 is empty: 'c'; fill it, or drop the line"),
        ("\tb\n", r"the sentence in line 1 is empty: 'b'"),
        ("a\tb\nc\tb\n", "it has 1 translations; give two at least"),
        ("", "it has 0 translations"),
    ],
)
def test_a_line_that_is_no_pair_is_named(folder: Path, text: str, message: str) -> None:
    (folder / "translation.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"translation\.tsv is no file of translations: {message}"):
        cldr_en_fr.load()


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    (folder / "translation.tsv").write_bytes("go\tça va\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"translation\.tsv is no file of translations: 'utf-8' codec"):
        cldr_en_fr.load()


# ---------------------------------------------------------------- a novel


def test_excerpts_joined_are_the_novel_and_its_last_tenth_is_not_learned() -> None:
    splits = novel.load()
    assert splits.source == "pride_and_prejudice"
    assert {len(text) for text in splits.train.x.tolist()} == {novel.EXCERPT}
    assert (len(splits.train), len(splits.test)) == (4814, 535)
    learned, tested = ("".join(part.x.tolist()) for part in (splits.train, splits.test))
    assert learned.startswith("PRIDE AND PREJUDICE\n\nBy Jane Austen")
    assert "It is a truth universally acknowledged" in learned
    assert tested.endswith("sensible of the warmest gratitud"), "what is left is shorter than an excerpt"
    # Not one line of the test is among those learned, but for names of chapters and the like.
    lines = [line for line in tested.split("\n") if len(line) > 40]
    assert len(lines) > 500
    assert sum(line in learned for line in lines) <= 2


def test_targets_are_one_character_ahead() -> None:
    test = novel.load().test
    for x, y in zip(test.x[:50].tolist(), test.y[:50].tolist(), strict=True):
        assert x[1:] == y[:-1]


def test_loader_prefers_the_users_text(folder: Path) -> None:
    (folder / "notes.txt").write_text("\ufeff" + "Grüße.\r\n" * 1000, encoding="utf-8")
    splits = novel.load()
    assert splits.source == "notes"
    assert splits.train.x[0].startswith("Grüße.\nGrüße.")
    assert len(splits.train) + len(splits.test) == (7 * 1000 - 1) // novel.EXCERPT


def test_two_texts_are_not_guessed_between(folder: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("x" * 5000)
    with pytest.raises(ValueError, match=r"has several texts, \['a\.txt', 'b\.txt'\]; leave the one to learn from"):
        novel.load()


@pytest.mark.usefixtures("folder")
def test_a_folder_without_texts_is_passed_over() -> None:
    assert novel.load().source == "pride_and_prejudice"
    assert cldr_en_fr.load().source == "cldr_en_fr"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"too short", r"it has 9 characters; give 2,561 at least"), ("ç".encode("latin-1") * 5000, "'utf-8' codec")],
    ids=["short", "encoding"],
)
def test_a_text_that_cannot_be_learned_from_is_named(folder: Path, content: bytes, message: str) -> None:
    (folder / "mine.txt").write_bytes(content)
    with pytest.raises(ValueError, match=rf"mine\.txt is no text to learn from: .*{message}"):
        novel.load()


def test_texts_as_arrays_keep_their_spaces() -> None:
    text = ("a b \n" * 2000)[:-1]
    splits = novel.split(text, source="s")
    joined = "".join([*splits.train.x.tolist(), *splits.test.x.tolist()])
    assert joined == text[: len(joined)]
    assert np.unique([len(one) for one in splits.train.x.tolist()]).tolist() == [novel.EXCERPT]
