"""A bar below the running test, where a person watches the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from math import inf
from typing import TextIO

import pytest

from pytest_robust.core.progress import SILENT, Progress, Watcher

__all__ = ["Bar", "watcher_of"]

# Seconds: a check that is over sooner needs no bar.
_DELAY = 2.0
# Seconds between two drawings, which take 2 ms each: one hundredth of the time.
_PAUSE = 0.2

# Index and reverse index make room below the cursor, scrolling if need be, and keep its column;
# all that stands right of it and below is the bar's, for pytest writes at the cursor.
_CLEAR = "\x1bD\x1bM\x1b[J"
_SAVE, _RESTORE, _BELOW = "\x1b7", "\x1b8", "\r\x1b[B"

# Columns of a terminal that does not tell.
_WIDTH = 80
_LINE_BY_LINE = {"", "dumb", "unknown"}


@dataclass(kw_only=True)
class _Check:
    """A check under way.

    Args:
        title: What is measured.
        began: When.
        next: When the bar is to be drawn.
        terminal: Where to, once it was drawn.
        progress: How far the evaluation has got.
        heard: When that was heard.
        since: When this evaluation was first heard of, and the examples decided by then.
    """

    title: str
    began: float
    next: float
    terminal: TextIO | None = None
    progress: Progress | None = None
    heard: float = 0.0
    since: tuple[float, int] = (0.0, 0)

    def left(self, now: float) -> float | None:
        """Return the seconds that the examples left will take at the pace so far, None where that is not known."""
        if self.progress is None or self.progress.decided == self.since[1]:
            return None
        pace = (self.heard - self.since[0]) / (self.progress.decided - self.since[1])
        left = pace * (self.progress.total - self.progress.decided) - (now - self.heard)
        # Later than foreseen: it was foreseen wrongly.
        return left if left > 0 else None


class Bar(Watcher):
    """Shows a check that takes long on one line below the cursor, and wipes it out when the check ends.

    It is drawn when the model is asked, by whoever asks: a thread of its own would write while a
    test does, and forbid tests to fork. The cursor is left where it was, so that whatever pytest
    writes next stands where it would have stood.

    Args:
        open_terminal: Returns the terminal to draw on, or None if there is none after all.
        colour: Draw in colour.
        delay: Seconds after which a check is shown.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        open_terminal: Callable[[], TextIO | None],
        *,
        colour: bool,
        delay: float = _DELAY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open, self._colour, self._delay, self._clock = open_terminal, colour, delay, clock
        self._check: _Check | None = None

    @contextmanager
    def check(self, title: str) -> Iterator[None]:
        """Watch one check; those made within it are part of it."""
        if self._check is not None:
            yield
            return
        now = self._clock()
        self._check = check = _Check(title=title, began=now, next=now + self._delay)
        try:
            yield
        finally:
            self._check = None
            if check.terminal is not None:
                with suppress(OSError):
                    _write(check.terminal, _CLEAR)
                with suppress(OSError):
                    check.terminal.close()

    def decided(self, progress: Progress) -> None:
        """Take note, and draw if it is time."""
        check = self._check
        if check is None:
            return
        now = self._clock()
        before = check.progress
        if before is None or progress.total != before.total or progress.decided < before.decided:
            check.since = (now, progress.decided)
        check.progress, check.heard = progress, now
        self.asked()

    def asked(self, *, queries: int = 0, gradients: int = 0) -> None:  # noqa: ARG002 - the watcher's
        """Draw if it is time."""
        check = self._check
        if check is None or (now := self._clock()) < check.next:
            return
        check.next = inf
        # A terminal that was closed is no reason for a check to fail: then there is no bar.
        with suppress(OSError):
            check.terminal = check.terminal or self._open()
            if check.terminal is not None:
                self._draw(check, check.terminal, now)
                check.next = self._clock() + _PAUSE

    def _draw(self, check: _Check, terminal: TextIO, now: float) -> None:
        from pytest_robust.reporting import progress_line

        line = progress_line(
            check.title,
            check.progress,
            elapsed=now - check.began,
            left=check.left(now),
            width=_width(terminal),
            colour=self._colour,
            encoding=terminal.encoding,
        )
        _write(terminal, f"{_CLEAR}{_SAVE}{_BELOW}{line}{_RESTORE}")


def watcher_of(config: pytest.Config, *, delay: float = _DELAY) -> Watcher:
    """Return a bar where a person watches the terminal of this process, else what says nothing.

    Args:
        config: The session's.
        delay: Seconds after which a check is shown.
    """
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is None or not reporter.isatty or hasattr(config, "workerinput"):
        return SILENT
    if config.get_verbosity() < -1 or _is_log(os.environ) or _is_shared(config):
        return SILENT
    return Bar(lambda: _terminal(config), colour=bool(reporter.hasmarkup), delay=delay)


def _is_log(environment: Mapping[str, str]) -> bool:
    """Return whether what is written here is kept line by line, or cannot be wiped out."""
    if environment.get("CI") or environment.get("BUILD_NUMBER"):  # what pytest itself takes for a pipeline
        return True
    # Consoles of Windows obey escape sequences only in a mode that nobody has set for certain.
    return sys.platform == "win32" or environment.get("TERM", "") in _LINE_BY_LINE


def _is_shared(config: pytest.Config) -> bool:
    """Return whether tests write to the terminal themselves, where a bar would be mixed up with it."""
    live = config.pluginmanager.hasplugin("logging-plugin") and (
        config.getini("log_cli") or config.getoption("log_cli_level") is not None
    )
    return bool(live) or config.getoption("capture", "no") not in {"fd", "sys"}


def _terminal(config: pytest.Config) -> TextIO | None:
    """Return a stream of its own to pytest's terminal: what is written there is captured by nobody.

    While a test runs, pytest's own stream leads into the capture. Its terminal is known for the
    moment in which capturing is suspended, and a duplicate of it stays what it is.
    """
    capture = config.pluginmanager.getplugin("capturemanager")
    stream = config.get_terminal_writer()._file  # noqa: SLF001 - pytest has no public way to its stream
    with nullcontext() if capture is None else capture.global_and_fixture_disabled():
        try:
            descriptor = os.dup(stream.fileno())
        except (AttributeError, ValueError, OSError):
            return None  # no file of the operating system, or a closed one
    if not os.isatty(descriptor):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "w", encoding=stream.encoding, errors="backslashreplace")


def _width(terminal: TextIO) -> int:
    # One less: a character in the last column makes some terminals go on to the next line.
    return (os.get_terminal_size(terminal.fileno()).columns or _WIDTH) - 1


def _write(terminal: TextIO, text: str) -> None:
    terminal.write(text)
    terminal.flush()
