"""A headless Chromium, spoken to over a pipe in its own protocol: no driver to install, none to keep in step."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Browser", "Tab", "chromium", "started"]

# Where Debian, Fedora and the maker's own packages put it; also on PATH of a macOS or Windows machine by choice.
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_KEYS = {"Tab": 9, "Enter": 13, " ": 32, "Escape": 27}


def chromium() -> str | None:
    """Return the program, or None where no Chromium is installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Browser:
    """One process; a tab for each page."""

    def __init__(self, requests: int, answers: int) -> None:
        self._out, self._in = os.fdopen(requests, "wb", buffering=0), os.fdopen(answers, "rb")
        self._last, self._rest = 0, b""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Return what the browser answers; what it reports meanwhile is kept in `events`."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def wait(self, method: str, session: str) -> None:
        """Read until the browser reports this."""
        while not any(event["method"] == method and event.get("sessionId") == session for event in self.events):
            self._read()

    def tab(
        self, path: Path, *, place: str = "", width: int = 1280, height: int = 900, script: bool = True, **media: str
    ) -> Tab:
        """Open a page, and wait until it is there."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session, target)
        for domain in ("Page", "Runtime", "Network", "Log"):
            tab.call(f"{domain}.enable")
        tab.call("Emulation.setScriptExecutionDisabled", value=not script)
        tab.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        tab.media(**media)
        tab.call("Page.navigate", url=path.as_uri() + place)
        self.wait("Page.loadEventFired", session)
        return tab

    def close(self) -> None:
        """End it."""
        self.call("Browser.close")
        self._out.close()
        self._in.close()

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            read = os.read(self._in.fileno(), 1 << 20)
            assert read, "the browser has gone"
            self._rest += read
        text, _, self._rest = self._rest.partition(b"\0")
        message = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message


class Tab:
    """An open page."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser, self._session, self._target = browser, session, target

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Return what the browser answers about this page."""
        return self._browser.call(method, self._session, **params)

    def js(self, expression: str) -> Any:
        """Return what an expression comes to."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def media(self, **features: str) -> None:
        """Emulate a medium: `media="print"`, `scheme="dark"`."""
        scheme = features.get("scheme", "light")
        self.call(
            "Emulation.setEmulatedMedia",
            media=features.get("media", ""),
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def press(self, key: str, *, text: str = "") -> None:
        """Press and release a key, as a person does."""
        code = _KEYS.get(key, 0)
        words = {"text": text or {"Enter": "\r", " ": " "}.get(key, "")}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **words)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.call("Input.insertText", text=text)

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Save what is to be seen as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole, **self._clip(whole))
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        """Return the page as it would be printed."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])

    def said(self) -> list[str]:
        """Return errors and warnings: of scripts, of the console, of the policy."""
        found = []
        for event in self._mine():
            method, params = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                found.append(params["exceptionDetails"]["text"])
            elif method == "Runtime.consoleAPICalled":
                found.append(str(params["args"]))
            elif method == "Log.entryAdded":
                found.append(params["entry"]["text"])
        return found

    def requested(self) -> list[str]:
        """Return the addresses that were asked for."""
        return [e["params"]["request"]["url"] for e in self._mine() if e["method"] == "Network.requestWillBeSent"]

    def close(self) -> None:
        """Close it."""
        self._browser.call("Target.closeTarget", targetId=self._target)

    def _mine(self) -> Iterator[dict[str, Any]]:
        return (event for event in self._browser.events if event.get("sessionId") == self._session)

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}


@contextmanager
def started(program: str, folder: Path) -> Iterator[Browser]:
    """Yield a browser that keeps its files in `folder`."""
    theirs_in, requests = os.pipe()
    answers, theirs_out = os.pipe()
    command = [
        program, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={folder}", "--no-first-run", "--disable-gpu",
        "--no-sandbox",  # pages of our own, and CI often runs as root
        "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
    ]  # fmt: skip

    def wired() -> None:
        # The protocol's pipe is descriptors 3 and 4; moved out of the way first, they may be each other.
        low, high = os.dup(theirs_in), os.dup(theirs_out)
        os.dup2(low, 3)
        os.dup2(high, 4)

    process = subprocess.Popen(
        command,
        preexec_fn=wired,  # noqa: PLW1509 - it moves two descriptors, which no other thread waits for
        close_fds=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    browser = Browser(requests, answers)
    try:
        yield browser
        browser.close()
    finally:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
