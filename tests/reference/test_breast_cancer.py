"""The tumours: what scikit-learn holds is as promised, and the user's own file is read or refused clearly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from reference_models.data import breast_cancer
from reference_models.splits import Splits


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that ROBUST_DATA_DIR names."""
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Splits:
    monkeypatch.delenv("ROBUST_DATA_DIR", raising=False)
    return breast_cancer.load()


def lines(benign: int = 20, malignant: int = 20) -> list[str]:
    """Return the lines of a small file that is right."""
    letters = ["B"] * benign + ["M"] * malignant
    return [
        ",".join([str(842302 + row), letter, *(f"{row}.{place:02}" for place in range(30))])
        for row, letter in enumerate(letters)
    ]


def test_tumours_are_float32_in_the_units_they_were_measured_in(embedded: Splits) -> None:
    assert embedded.source == "breast_cancer"
    for part, count in ((embedded.train, 398), (embedded.test, 171)):
        assert (part.x.shape, str(part.x.dtype)) == ((count, 30), "float32")
        assert (part.y.shape, str(part.y.dtype)) == ((count,), "int64")
        assert part.x[:, 3].mean() > 500, "areas"
        assert part.x[:, 4].mean() < 0.2, "smoothness"


def test_malignant_is_the_positive_class_and_each_part_has_its_share(embedded: Splits) -> None:
    # 212 of 569 tumours are malignant; their nuclei are the larger ones.
    assert int(embedded.train.y.sum() + embedded.test.y.sum()) == 212
    for part in (embedded.train, embedded.test):
        assert part.y.mean() == pytest.approx(212 / 569, abs=0.005)
        assert (
            part.x[part.y == breast_cancer.MALIGNANT, 0].mean() > 1.3 * part.x[part.y == breast_cancer.BENIGN, 0].mean()
        )


def test_each_tumour_is_in_one_part(embedded: Splits) -> None:
    rows = [row.tobytes() for part in (embedded.train, embedded.test) for row in part.x]
    assert len(rows) == len(set(rows)) == 569


def test_the_original_gives_what_scikit_learn_holds(folder: Path, embedded: Splits) -> None:
    x, benign = load_breast_cancer(return_X_y=True)
    written = [
        ",".join([str(row), "B" if benign[row] else "M", *map(repr, map(float, values))])
        for row, values in enumerate(x)
    ]
    (folder / "wdbc.data").write_text("\n".join(written) + "\n")
    splits = breast_cancer.read(folder / "wdbc.data", source="wdbc")
    for mine, held in ((splits.train, embedded.train), (splits.test, embedded.test)):
        np.testing.assert_array_equal(mine.x, held.x)
        np.testing.assert_array_equal(mine.y, held.y)


def test_the_users_file_is_preferred_and_blank_lines_are_none(folder: Path) -> None:
    (folder / "wdbc.data").write_text("\n\n".join(lines()) + "\n\n")
    splits = breast_cancer.load()
    assert (splits.source, len(splits.train), len(splits.test)) == ("wdbc", 28, 12)
    first = np.sort(np.concatenate([splits.train.x[:, 0], splits.test.x[:, 0]]))
    np.testing.assert_array_equal(first, np.arange(40, dtype=np.float32))


@pytest.mark.usefixtures("folder")
def test_a_users_folder_without_tumours_is_passed_over() -> None:
    assert breast_cancer.load().source == "breast_cancer"


def test_a_users_folder_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROBUST_DATA_DIR", str(tmp_path / "tpyo"))
    with pytest.raises(FileNotFoundError, match=r"ROBUST_DATA_DIR=.*tpyo is not a folder"):
        breast_cancer.load()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("id,diagnosis," + ",".join(["x"] * 30), r"line 1 has the diagnosis 'diagnosis'; pass M or B .* no header"),
        ("1,M,2,3", r"line 1 has 4 values; each has 32"),
        ("1,M," + ",".join(["1;5"] * 30), r"line 1: could not convert string to float: '1;5'; pass numbers"),
        ("1,B," + ",".join(["nan"] * 30), r"line 1 has the measure nan; pass finite numbers"),
        ("1,B," + ",".join(["1"] * 29 + ["-3"]), r"line 1 has the measure -3.0; pass finite numbers from 0"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_pass(folder: Path, line: str, message: str) -> None:
    (folder / "wdbc.data").write_text("\n".join([line, *lines()]))
    with pytest.raises(ValueError, match=rf"wdbc\.data is not a file of tumours as wdbc\.data is: {message}"):
        breast_cancer.load()


@pytest.mark.parametrize(("benign", "malignant"), [(0, 0), (40, 9), (9, 40)])
def test_too_few_tumours_of_a_kind_are_refused(folder: Path, benign: int, malignant: int) -> None:
    (folder / "wdbc.data").write_text("\n".join(lines(benign, malignant)))
    with pytest.raises(ValueError, match=rf"it has \{{'B': {benign}, 'M': {malignant}\}} tumours; pass at least 10"):
        breast_cancer.load()


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "wdbc.data").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"wdbc\.data is not a file of tumours"):
        breast_cancer.load()
