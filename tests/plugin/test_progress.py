"""The bar of a check that takes long: there for a person at a terminal, gone afterwards, in no log."""

from __future__ import annotations

import os
import re
import select
import struct
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from pytest_robust.core.progress import SILENT, Progress
from pytest_robust.plugin.progress import Bar, watcher_of

pty = pytest.importorskip("pty", reason="pseudo-terminals are of POSIX")

COLUMNS, ROWS = 100, 12
# The model sleeps, so that the check takes its time on any machine.
SLOW = """
import time
import numpy as np
import pytest
from pytest_robust.plugin.progress import watcher_of
from pytest_robust.plugin.robust import Robust
from pytest_robust.plugin.settings import Settings
from pytest_robust.testing import LinearModel
from pytest_robust.transforms import GaussianNoise

random = np.random.default_rng(0)
X = random.random((300, 4, 4, 1)).astype("float32")
MODEL = LinearModel(random.normal(size=(16, 3)), np.zeros(3))
Y = MODEL.logits(X).argmax(axis=1)

def answer(x):
    time.sleep(PAUSE)
    return MODEL.logits(x)

def test_before(): pass

def test_slow(robust, capfd):
    print("of the test")
    assert robust(answer, X, Y).accuracy(under=GaussianNoise(sigma=0.2)) >= 0.77
    assert capfd.readouterr() == ("of the test" + chr(10), "")

def test_after(): pass
"""
SOON = """
@pytest.fixture(scope="session")
def robust(pytestconfig):
    return Robust(Settings.of(pytestconfig), watcher_of(pytestconfig, delay=0.2))
"""
FACTS = re.compile(r"(\d+)/300 decided, (0\.\d+) robust so far, at most (\d+:\d\d) left")


class Screen:
    """What a terminal shows: the few sequences that pytest and the bar use, as a VT100 obeys them."""

    def __init__(self, columns: int = COLUMNS, rows: int = ROWS) -> None:
        self.columns, self.bottom = columns, rows - 1
        self.lines = [""] * rows
        self.scrolled: list[str] = []
        self.row = self.column = 0
        self.saved = (0, 0)

    def feed(self, text: str) -> None:
        for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[78DM]|\x1b\][^\x1b\x07]*(?:\x07|\x1b\\)|[^\x1b]", text):
            self._obey(token)

    def _obey(self, token: str) -> None:
        if token in {"\n", "\x1bD"}:
            if self.row == self.bottom:
                self.scrolled.append(self.lines.pop(0))
                self.lines.append("")
            else:
                self.row += 1
        elif token == "\r":
            self.column = 0
        elif token == "\x1bM":
            assert self.row > 0, "the bar never scrolls back"
            self.row -= 1
        elif token == "\x1b7":
            self.saved = (self.row, self.column)
        elif token == "\x1b8":
            self.row, self.column = self.saved
        elif token == "\x1b[B":
            self.row = min(self.row + 1, self.bottom)
        elif token == "\x1b[J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            self.lines[self.row + 1 :] = [""] * (self.bottom - self.row)
        elif token.startswith("\x1b"):
            assert token[-1] in "m\\\x07", f"not known here: {token!r}"
        else:
            if self.column == self.columns:
                self._obey("\r")
                self._obey("\n")
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + token + line[self.column + 1 :]
            self.column += 1

    @property
    def text(self) -> list[str]:
        return [line.rstrip() for line in (*self.scrolled, *self.lines)]


def shown(path, *arguments, source=SLOW + SOON, pause=0.12, **environment) -> tuple[list[list[str]], list[str]]:
    """Run pytest on a terminal; return what was on the screen after each piece of output, and at the end."""
    (path / "test_slow.py").write_text(source.replace("PAUSE", str(pause)), encoding="utf-8")
    unset = {"CI", "BUILD_NUMBER", "PYTEST_ADDOPTS", "NO_COLOR", "COLUMNS", "LINES"}
    inherited = {key: value for key, value in os.environ.items() if key not in unset}
    master, slave = pty.openpty()
    import fcntl
    import termios

    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-pno:randomly", "-pno:cacheprovider", *arguments, "test_slow.py"],
        cwd=path,
        env={**inherited, "TERM": "xterm-256color", **environment},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    screen, seen = Screen(), []
    deadline = time.monotonic() + 120
    with os.fdopen(master, "rb", buffering=0) as terminal:
        while time.monotonic() < deadline and select.select([terminal], [], [], 60)[0]:
            try:
                data = terminal.read(65536)
            except OSError:  # the last process at the other end is gone
                break
            if not data:
                break
            screen.feed(data.decode("utf-8"))
            seen.append(screen.text)
    assert process.wait(10) == 0, "\n".join(screen.text)
    return seen, screen.text


def lines_with_facts(seen: list[list[str]]) -> list[str]:
    return [line for screen in seen for line in screen if FACTS.search(line)]


def without_times(lines: list[str]) -> list[str]:
    return [re.sub(r"=+ (3 passed) in .*", r"\1", line) for line in lines]


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A slow check on a terminal, on which a bar was seen: what all tests of absence rest on."""
    seen, last = shown(tmp_path_factory.mktemp("watched"))
    assert lines_with_facts(seen)
    return seen, last


@pytest.mark.long
def test_a_slow_check_shows_examples_decided_robust_so_far_and_time_left(watched) -> None:
    seen, _ = watched
    facts = [match.groups() for line in lines_with_facts(seen) for match in [FACTS.search(line)] if match]
    decided = [int(number) for number, _, _ in facts]
    assert decided == sorted(decided)
    assert len(set(decided)) > 1
    assert all(0.5 < float(robust) < 1 for _, robust, _ in facts)
    assert len({line[0] for line in lines_with_facts(seen)}) > 1
    assert all("accuracy under Gauss" in line for line in lines_with_facts(seen))


@pytest.mark.long
def test_it_stands_below_the_line_of_the_running_test(watched) -> None:
    seen, _ = watched
    for screen in seen:
        for above, line in pairwise(screen):
            assert not FACTS.search(line) or above == "test_slow.py ."


@pytest.mark.long
def test_nothing_of_it_remains_on_the_screen(watched, tmp_path) -> None:
    _, last = watched
    assert any(line.startswith("test_slow.py ...") and line.endswith("[100%]") for line in last)
    seen, plain = shown(tmp_path, CI="true", pause=0.01)
    assert not lines_with_facts(seen)
    # In pipelines pytest itself writes other words about failures, but none of three passes.
    strip = lambda lines: [line for line in without_times(lines) if line and not line.startswith("rootdir")]
    assert strip(last) == strip(plain)


@pytest.mark.long
def test_it_works_on_the_last_line_of_the_terminal(tmp_path) -> None:
    many = "".join(f"\ndef test_{number:02}(): pass" for number in range(20))
    head, slow = SLOW.split("def test_before(): pass")
    seen, last = shown(tmp_path, "-v", source=head + many + slow + SOON)
    assert lines_with_facts(seen)
    numbers = [match[1] for line in last for match in [re.match(r"test_slow.py::test_(\w+) PASSED", line)] if match]
    assert numbers == [*(f"{number:02}" for number in range(20)), "slow", "after"]
    assert not any("decided" in line for line in last)


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("-n", "1"), {}), (("-p", "no:terminal"), {}), (("-s",), {}), ((), {"TERM": "dumb"})],
    ids=str,
)
def test_where_it_could_not_be_wiped_out_there_is_none(watched, tmp_path, arguments, environment) -> None:
    assert lines_with_facts(watched[0])
    seen, _ = shown(tmp_path, *arguments, **environment)
    assert not any("decided" in line for screen in seen for line in screen)


@pytest.mark.long
def test_what_is_captured_to_a_file_holds_no_bar(watched, tmp_path) -> None:
    assert lines_with_facts(watched[0])
    (tmp_path / "test_slow.py").write_text((SLOW + SOON).replace("PAUSE", "0.12"), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key not in {"CI", "BUILD_NUMBER"}}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-pno:randomly", "--color=yes", "test_slow.py"],
        cwd=tmp_path,
        env={**environment, "TERM": "xterm-256color"},
        capture_output=True,
        check=True,
    )
    assert b"3 passed" in done.stdout
    assert b"decided" not in done.stdout + done.stderr
    assert b"\x1b7" not in done.stdout + done.stderr


@pytest.mark.long
def test_two_seconds_pass_before_it_is_shown(tmp_path) -> None:
    # 300 examples are five looks, of two questions each.
    seen, _ = shown(tmp_path, source=SLOW, pause=0.05)
    assert not any("decided" in line for screen in seen for line in screen)
    seen, _ = shown(tmp_path, source=SLOW, pause=0.3)
    assert lines_with_facts(seen)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal:
    """A terminal, a bar that draws on it, and hands on the clock."""

    def __init__(self, *, delay: float = 2.0) -> None:
        self.master, slave = pty.openpty()
        self.stream = os.fdopen(slave, "w", encoding="utf-8")
        self.opened = 0
        self.clock = Clock()
        self.bar = Bar(self._open, colour=False, delay=delay, clock=self.clock)

    def _open(self):
        self.opened += 1
        return self.stream

    def read(self) -> str:
        # The system hands on what was written a moment later, and not always in one piece.
        found = b""
        while select.select([self.master], [], [], 0.05)[0]:
            try:
                found += os.read(self.master, 65536)
            except OSError:
                # Linux reports the end of a terminal whose other side is closed as an error.
                break
        return found.decode()

    def close(self) -> None:
        self.stream.close()
        os.close(self.master)


@pytest.fixture
def terminal():
    made = Terminal()
    yield made
    made.close()


def at(decided: int, total: int = 100) -> Progress:
    return Progress(decided=decided, total=total, robust=0.5 if decided else None, may_stop=True)


def test_a_check_that_is_over_soon_does_not_even_open_the_terminal(terminal) -> None:
    with terminal.bar.check("accuracy"):
        terminal.bar.decided(at(0))
        terminal.clock.now += 1.9
        terminal.bar.asked()
    assert terminal.opened == 0
    assert terminal.read() == ""
    with terminal.bar.check("accuracy"):
        terminal.clock.now += 2.1
        terminal.bar.asked()
        assert "accuracy 0:02 elapsed" in terminal.read()
    assert terminal.opened == 1


def test_the_time_left_is_that_of_the_examples_left_at_the_pace_so_far(terminal) -> None:
    with terminal.bar.check("accuracy"):
        terminal.bar.decided(at(0))
        terminal.clock.now += 5
        terminal.bar.decided(at(20))
        assert "20/100 decided, 0.500 robust so far, at most 0:20 left" in terminal.read()
        terminal.clock.now += 7
        terminal.bar.asked()
        assert "at most 0:13 left" in terminal.read()
        terminal.clock.now += 20
        terminal.bar.asked()
        assert "20/100 decided, 0.500 robust so far, 0:32 elapsed" in terminal.read()


def test_examples_known_from_another_check_say_nothing_about_the_pace(terminal) -> None:
    with terminal.bar.check("accuracy"):
        terminal.bar.decided(at(50))
        terminal.clock.now += 5
        terminal.bar.asked()
        assert "50/100 decided, 0.500 robust so far, 0:05 elapsed" in terminal.read()
        terminal.bar.decided(at(75))
        terminal.clock.now += 1
        terminal.bar.asked()
        assert "at most 0:04 left" in terminal.read()
        # The other side of a comparison: a model of its own pace.
        terminal.clock.now += 1
        terminal.bar.decided(at(0))
        assert "0/100 decided, 0:07 elapsed" in terminal.read()


def test_it_is_drawn_a_few_times_a_second_however_often_the_model_is_asked(terminal) -> None:
    with terminal.bar.check("accuracy"):
        terminal.clock.now += 3
        for _ in range(1000):
            terminal.clock.now += 0.001
            terminal.bar.asked()
        assert 4 <= terminal.read().count("elapsed") <= 6


def test_an_error_wipes_it_out_too(terminal) -> None:
    screen = Screen()
    screen.feed("test_a.py ")
    with pytest.raises(KeyboardInterrupt), terminal.bar.check("accuracy"):
        terminal.clock.now += 3
        terminal.bar.asked()
        screen.feed(terminal.read())
        assert any("accuracy" in line for line in screen.text)
        raise KeyboardInterrupt
    screen.feed(terminal.read())
    assert [line for line in screen.text if line] == ["test_a.py"]
    assert (screen.row, screen.column) == (0, 10)


def test_a_check_within_a_check_is_part_of_it(terminal) -> None:
    with terminal.bar.check("outer"):
        terminal.clock.now += 1.5
        with terminal.bar.check("inner"):
            terminal.clock.now += 1
            terminal.bar.asked()
        assert "outer 0:02 elapsed" in terminal.read()
        terminal.clock.now += 1
        terminal.bar.asked()
        assert "outer 0:03 elapsed" in terminal.read()


def test_outside_of_a_check_nothing_is_drawn(terminal) -> None:
    terminal.bar.decided(at(1))
    terminal.clock.now += 9
    terminal.bar.asked()
    assert terminal.opened == 0


def test_a_terminal_that_goes_away_fails_no_check(terminal) -> None:
    with terminal.bar.check("accuracy"):
        terminal.clock.now += 3
        terminal.bar.asked()
        assert "accuracy" in terminal.read()
        os.dup2(os.open(os.devnull, os.O_RDONLY), terminal.stream.fileno())
        terminal.clock.now += 3
        terminal.bar.asked()
        terminal.bar.asked()


def test_rich_is_imported_once_a_bar_is_drawn_and_not_before() -> None:
    code = """
import sys, time
import numpy as np
from pytest_robust import Subject
from pytest_robust.plugin.progress import Bar
for delay in (1e9, 0.0):
    bar = Bar(lambda: open("/dev/null", "w"), colour=False, delay=delay)
    Subject(lambda x: (x[:, 0] > 0.5).astype(int), np.eye(4), [1, 0, 0, 0], watcher=bar).accuracy() >= 0.9
    print("numpy" in sys.modules, "rich" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True False", "True True"]


def test_without_a_terminal_after_all_it_is_asked_for_once() -> None:
    asked = []
    clock = Clock()
    bar = Bar(lambda: asked.append(1), colour=False, clock=clock)
    with bar.check("accuracy"):
        for _ in range(5):
            clock.now += 3
            bar.asked()
    assert asked == [1]


@pytest.fixture
def configured(pytester, monkeypatch):
    """Returns the configuration of a session that writes to a terminal."""
    for name in ("CI", "BUILD_NUMBER", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    def configure(*arguments, isatty=True):
        config = pytester.parseconfigure(*arguments)
        reporter = config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            reporter.isatty = isatty
        return config

    return configure


@pytest.mark.parametrize("arguments", [(), ("-q",), ("-v",), ("--capture=sys",), ("-p", "no:logging")], ids=str)
def test_a_person_at_a_terminal_is_shown_a_bar(configured, arguments) -> None:
    assert isinstance(watcher_of(configured(*arguments)), Bar)


@pytest.mark.parametrize(
    "arguments",
    [
        ("-q", "-q"),
        ("-p", "no:terminal"),
        ("-s",),
        ("--capture=tee-sys",),
        ("-o", "log_cli=true"),
        ("--log-cli-level=INFO",),
    ],
    ids=str,
)
def test_where_it_would_be_mixed_up_or_is_not_wanted_nobody_watches(configured, arguments) -> None:
    assert isinstance(watcher_of(configured()), Bar)
    assert watcher_of(configured(*arguments)) is SILENT


@pytest.mark.parametrize(
    ("name", "value"),
    [("CI", "true"), ("BUILD_NUMBER", "7"), ("TERM", "dumb"), ("TERM", "unknown"), ("TERM", "")],
)
def test_in_a_pipeline_and_where_lines_cannot_be_wiped_out_nobody_watches(configured, monkeypatch, name, value) -> None:
    assert isinstance(watcher_of(configured()), Bar)
    monkeypatch.setenv(name, value)
    assert watcher_of(configured()) is SILENT


def test_a_worker_and_a_session_that_writes_to_a_file_have_no_watcher(configured) -> None:
    config = configured()
    assert isinstance(watcher_of(config), Bar)
    config.workerinput = {}
    assert watcher_of(config) is SILENT
    assert watcher_of(configured(isatty=False)) is SILENT
