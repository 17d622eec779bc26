"""Labelled sentences, IMDB and vectors of words: what is embedded is as promised, what users have is read or refused."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections import Counter
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference_models.data import imdb, sentiment, word_vectors
from reference_models.readme import README
from reference_models.splits import Splits
from reference_models.tasks import text_cnn

keras = pytest.importorskip("keras")


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ROBUST_DATA_DIR", raising=False)
    monkeypatch.delenv("ROBUST_DOWNLOAD", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture(scope="module")
def splits() -> Splits:
    return sentiment.load()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ROBUST_DATA_DIR names."""
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path / "mine"))
    return tmp_path / "mine"


@pytest.mark.parametrize("path", [sentiment.EMBEDDED, word_vectors.EMBEDDED])
def test_embedded_files_are_the_ones_that_data_md_describes(path: Path) -> None:
    assert sha256(path.read_bytes()).hexdigest() in README.with_name("DATA.md").read_text(encoding="utf-8")
    assert path.stat().st_size < 1_500_000


def test_a_fifth_of_each_domain_and_label_is_tested_on(splits: Splits) -> None:
    assert (len(splits.train), len(splits.test), splits.source) == (2380, 599, "sentiment")
    for part, count in ((splits.train, 2380), (splits.test, 599)):
        kinds = Counter(zip(sentiment.domain_of(part.x).tolist(), part.y.tolist(), strict=True))
        assert len(kinds) == 6
        assert all(abs(number - count / 6) <= 8 for number in kinds.values())
        # Not in order: by chance every second neighbour has the other label.
        assert 0.4 < np.mean(np.diff(part.y) != 0) < 0.6


def test_no_sentence_is_learned_and_tested_on(splits: Splits) -> None:
    learned, tested = ({text.casefold() for text in part.x.tolist()} for part in (splits.train, splits.test))
    assert not learned & tested
    assert len(learned) + len(tested) == 2979


def test_what_had_no_label_is_left_out(splits: Splits) -> None:
    for part in (splits.train, splits.test):
        assert all(text.strip() for text in part.x.tolist())
        assert set(part.y.tolist()) == {0, 1}


def test_letters_are_whole(splits: Splits) -> None:
    letters = set("".join([*splits.train.x.tolist(), *splits.test.x.tolist()]))
    assert {"é", "\u2013", "…"} <= letters
    assert not {chr(code) for code in range(0x80, 0xA0)} & letters


def test_a_text_that_is_none_of_the_sentences_has_no_domain() -> None:
    assert sentiment.domain_of(np.array(["No such sentence."])).tolist() == [""]


def uci(folder: Path, **changed: str) -> Path:
    """Write UCI's folder, right but for what is changed."""
    place = folder / sentiment.FOLDER
    place.mkdir()
    for domain, name in sentiment.FILES.items():
        # An ellipsis of Windows-1252 inside, as the original has it: no end of a line.
        lines = [f"A {domain} number {number},\x85 good or bad.\t{number % 2}" for number in range(10)]
        (place / name).write_text(changed.get(domain, "\n".join(lines) + "\n"), encoding="utf-8")
    return place


def test_ucis_own_files_are_preferred(folder: Path) -> None:
    uci(folder)
    splits = sentiment.load()
    assert (len(splits.train), len(splits.test), splits.source) == (24, 6, "sentiment of the user")
    assert Counter(sentiment.domain_of(splits.test.x).tolist()) == {"amazon": 2, "imdb": 2, "yelp": 2}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Good.\t1\nBad\n", r"imdb_labelled.txt, line 2: 'Bad' does not end in a tab and a label; write 0 or 1"),
        ("Good.\t1\nBad.\t-1\n", r"line 2: 'Bad.\\t-1' does not end in a tab and a label"),
        ("Good.\t1\n\t0\n", r"line 2 has a label and no sentence"),
        ("Good.\t1\nFine.\t1\nBad.\t0\nbad.\t0\n", r"imdb has fewer than two negative sentences"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_write(folder: Path, content: str, message: str) -> None:
    uci(folder, imdb=content)
    with pytest.raises(ValueError, match=message):
        sentiment.load()


def test_a_missing_file_is_named(folder: Path) -> None:
    (uci(folder) / "yelp_labelled.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"has no yelp_labelled.txt: it needs amazon_cells_labelled.txt, "):
        sentiment.load()


def test_bytes_that_are_no_text_are_named(folder: Path) -> None:
    (uci(folder) / "yelp_labelled.txt").write_bytes(b"Cr\xeape\t1\n")
    with pytest.raises(ValueError, match=r"yelp_labelled.txt is not UTF-8 text"):
        sentiment.load()


INDEX = {"the": 1, "film": 2, "was": 3, "good": 4, "bad": 5}
REVIEWS = [[1, 2, 3, 4], [1, 2, 3, 5], [4, 2], [5, 2]]
TEXTS = ["the film was good", "the film was bad", "good film", "bad film"]


def lists(values: list[list[int]]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def original(path: Path, **changed: Any) -> None:
    """Write IMDB's file as Keras has it, lists of ranks in arrays of objects."""
    held = {"x_train": lists(REVIEWS), "y_train": np.array([1, 0, 1, 0]), "x_test": lists(REVIEWS[2:])}
    np.savez(path, **{**held, "y_test": np.array([1, 0]), **changed}, allow_pickle=True)


@pytest.fixture
def at_hand(folder: Path) -> Path:
    original(folder / "imdb.npz")
    (folder / "imdb_word_index.json").write_text(json.dumps(INDEX))
    return folder


@pytest.mark.usefixtures("at_hand")
def test_imdb_is_preferred_and_read_as_text() -> None:
    splits = text_cnn.load()
    assert splits.source == "imdb"
    assert splits.train.x.tolist() == TEXTS
    assert splits.train.y.tolist() == [1, 0, 1, 0]
    assert splits.test.x.tolist() == TEXTS[2:]


def test_without_imdb_the_sentences_are_taken(splits: Splits) -> None:
    assert text_cnn.load().fingerprint() == splits.fingerprint()


def test_imdb_is_taken_from_the_cache_of_keras(tmp_path: Path) -> None:
    cache = tmp_path / "keras" / "datasets"
    cache.mkdir(parents=True)
    original(cache / "imdb.npz")
    with pytest.raises(FileNotFoundError, match="which says which, is not at hand"):
        imdb.load()
    (cache / "imdb_word_index.json").write_text(json.dumps(INDEX))
    found = imdb.load()
    assert found is not None
    assert found.train.x.tolist() == TEXTS


def test_numbers_of_keras_are_words_three_further_on(at_hand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Keras' loader itself, given this file.
    module = __import__("sys").modules["keras.src.datasets.imdb"]
    monkeypatch.setattr(module, "get_file", lambda fname, **_: str(at_hand / fname))
    (numbers, labels), _ = keras.datasets.imdb.load_data()
    index = keras.datasets.imdb.get_word_index()
    decoded = {imdb.decode(review, index): label for review, label in zip(numbers, labels.tolist(), strict=True)}
    # It skips what is the largest number of all, as a word that does not make the cut.
    assert decoded.keys() == {*TEXTS[:1], *TEXTS[2:3], "the film was [UNK]", "[UNK] film"}
    assert decoded["the film was good"] == decoded["good film"] == 1
    # Without the offset: other words, fluent and wrong.
    words = {rank: word for word, rank in index.items()}
    naive = {" ".join(words.get(number, "?") for number in review) for review in numbers}
    assert not naive & set(TEXTS)
    assert any(text.startswith("the good bad") for text in naive)


def test_a_pickle_that_names_more_than_arrays_is_refused(at_hand: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return print, ("run",)

    bad = np.empty(1, dtype=object)
    bad[0] = Trap()
    original(at_hand / "imdb.npz", x_train=bad, y_train=np.array([1]))
    with pytest.raises(ValueError, match=r"imdb\.npz is not an IMDB file: the pickle names builtins\.print"):
        imdb.load()
    # The file is one that NumPy would run.
    with zipfile.ZipFile(at_hand / "imdb.npz") as archive:
        assert b"print" in archive.read("x_train.npy")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y_train": np.array([1, 0, 1])}, r"y_train must be 0 or 1 for each of the 4 reviews"),
        ({"y_test": np.array([1, 2])}, r"y_test must be 0 or 1"),
        ({"x_test": lists([[1, 9], [1]])}, r"x_test\[0\] has the rank 9, which the word index does not have"),
    ],
)
def test_a_wrong_array_is_named(at_hand: Path, changed: dict[str, Any], message: str) -> None:
    original(at_hand / "imdb.npz", **changed)
    with pytest.raises(ValueError, match=rf"imdb\.npz is not an IMDB file: .*{message}"):
        imdb.load()


def test_a_file_that_is_no_archive_is_named(at_hand: Path) -> None:
    (at_hand / "imdb.npz").write_bytes(b"PK cut off")
    with pytest.raises(ValueError, match=r"imdb\.npz is not an IMDB file"):
        imdb.load()
    (at_hand / "imdb.npz").unlink()
    with zipfile.ZipFile(at_hand / "imdb.npz", "w") as archive:
        archive.writestr("x_train.npy", BytesIO(pickle.dumps([])).getvalue())
    with pytest.raises(ValueError, match=r"and not \['y_train', 'x_test', 'y_test'\]"):
        imdb.load()


def test_an_index_that_is_none_is_named(at_hand: Path) -> None:
    (at_hand / "imdb_word_index.json").write_text("[1]")
    with pytest.raises(ValueError, match=r"imdb_word_index\.json is not a JSON object from words to their ranks"):
        imdb.load()


def test_vectors_are_those_of_words_that_were_learned_from(splits: Splits) -> None:
    words, vectors = word_vectors.word_vectors()
    assert vectors.shape == (len(words), 64) == (10_000, 64)
    assert len(set(words)) == len(words)
    assert np.isfinite(vectors).all()
    counted = Counter(word.strip(".,!?\"'()").lower() for text in splits.train.x for word in text.split())
    assert {word for word, count in counted.items() if count >= 5 and word.isalpha()} <= set(words)


def test_vectors_put_words_near_that_mean_the_same() -> None:
    words, vectors = word_vectors.word_vectors()
    directions = vectors.astype(np.float32) / np.linalg.norm(vectors.astype(np.float32), axis=1, keepdims=True)
    at = {word: row for row, word in enumerate(words)}

    def near(one: str, other: str) -> float:
        return float(directions[at[one]] @ directions[at[other]])

    assert near("terrible", "awful") > 0.4 > near("terrible", "waiter")
    assert near("film", "movie") > near("film", "delicious")
