"""Puts reports on the disk, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

__all__ = ["append", "make_folder", "save", "write"]

_OWN_FOLDER = ".robust"


def write(path: Path, text: str) -> None:
    """Replace the file `path` by `text`, in one step.

    A reader sees the old file or the new one, and a write that fails leaves the old one.

    Args:
        path: The file; its folders are made.
        text: What it shall hold, written as UTF-8.

    Raises:
        OSError: It cannot be written.
    """
    content = text.encode("utf-8", errors="backslashreplace")
    save(path, content)


def save(path: Path, content: bytes) -> None:
    """Replace the file `path` by `content`, in one step.

    Args:
        path: The file; its folders are made.
        content: What it shall hold.

    Raises:
        OSError: It cannot be written.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        # A device, a pipe or a folder: must not be replaced, and a folder's error is the right one.
        place.write_bytes(content)
        return
    make_folder(place.parent)
    fresh = place.with_name(f".{place.name}.{uuid4().hex}.tmp")
    try:
        with fresh.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def append(path: Path, text: str) -> None:
    """Add `text` to the end of the file `path`, at least one empty line after what it holds.

    Args:
        path: The file; it and its folders are made if there are none.
        text: What to add, written as UTF-8.

    Raises:
        OSError: It cannot be written.
    """
    make_folder(path.resolve().parent)
    content = _apart(path) + text.encode("utf-8", errors="backslashreplace")
    with path.open("ab") as stream:
        stream.write(content)


def _apart(path: Path) -> bytes:
    """Return what makes an empty line after what a file holds."""
    # Only of a file is there anything to read: a pipe or a device has no end.
    if not path.is_file() or path.stat().st_size == 0:
        return b""
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        # What another program left may lack the end of its last line.
        return b"\n" if stream.read(1) == b"\n" else b"\n\n"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; one called .robust is kept out of version control.

    Raises:
        OSError: It cannot be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        if place.name == _OWN_FOLDER:
            (place / ".gitignore").write_text("*\n", encoding="utf-8")
