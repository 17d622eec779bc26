"""Files of reports."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pytest_robust.reporting import append, write


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b" / "report.md", "Größe\n")
    assert (tmp_path / "a" / "b" / "report.md").read_bytes() == "Größe\n".encode()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    write(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(path, "old")
    with path.open() as reader:
        write(path, "new")
        assert reader.read() == "old"
    assert path.read_text() == "new"


def test_a_report_can_be_read_by_those_who_may_read_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write(tmp_path / "report.html", "text")
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


def test_a_link_still_points_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    write(tmp_path / "link.md", "text")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text() == "text"


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="a system without devices")
def test_a_device_is_written_to_and_stays_a_device() -> None:
    write(Path("/dev/null"), "text")
    append(Path("/dev/null"), "text")
    assert Path("/dev/null").is_char_device()


def test_a_folder_in_the_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="director"):
        write(tmp_path, "text")
    assert list(tmp_path.iterdir()) == []


def test_text_that_utf8_cannot_say_is_written_as_an_escape(tmp_path: Path) -> None:
    write(tmp_path / "report.md", "a\udc80b")
    assert (tmp_path / "report.md").read_text() == "a\\udc80b"


def test_appended_text_stands_after_an_empty_line(tmp_path: Path) -> None:
    path = tmp_path / "new" / "summary.md"
    append(path, "one\n")
    append(path, "two\n")
    assert path.read_text() == "one\n\ntwo\n"


def test_appended_text_is_parted_from_a_line_that_another_program_left_open(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("left open")
    append(path, "two\n")
    assert path.read_text() == "left open\n\ntwo\n"


def test_text_can_be_appended_to_a_pipe(tmp_path: Path) -> None:
    read, write_end = os.pipe()
    append(Path(f"/proc/self/fd/{write_end}"), "text\n")
    os.close(write_end)
    with os.fdopen(read) as stream:
        assert stream.read() == "text\n"


def test_our_own_folder_stays_out_of_version_control(tmp_path: Path) -> None:
    write(tmp_path / ".robust" / "deep" / "report.md", "text")
    assert (tmp_path / ".robust" / ".gitignore").read_text() == "*\n"
    append(tmp_path / "other" / ".robust" / "report.md", "text")
    assert (tmp_path / "other" / ".robust" / ".gitignore").read_text() == "*\n"
    assert not (tmp_path / "other" / ".gitignore").exists()


def test_a_folder_of_that_name_that_was_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".robust").mkdir()
    write(tmp_path / ".robust" / "report.md", "text")
    assert not (tmp_path / ".robust" / ".gitignore").exists()
