"""Driving Chromium through its DevTools protocol: as little of it as these tests need."""

import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.lab.running import wait_for

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--remote-debugging-port=0",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--no-proxy-server",
)  # fmt: skip
PATIENCE = 20.0
Json = dict[str, Any]


class BrowserError(Exception):
    """The browser refused a command, or a script in the page threw; the text is its own."""


@dataclass
class Browser:
    """A running Chromium. One thread talks to it, so events are noticed while an answer or a while is waited for."""

    socket: ClientConnection
    pages: "dict[str, Page]" = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def call(self, method: str, params: Json | None = None, session: str | None = None) -> Json:
        """The result of a command. Raises BrowserError."""
        number = next(self._numbers)
        message: Json = {"id": number, "method": method, "params": params or {}}
        self.socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer: Json = json.loads(self.socket.recv(PATIENCE))
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                result: Json = answer["result"]
                return result
            self._notice(answer)

    def watch(self, seconds: float) -> None:
        """Let `seconds` go by, noticing what happens."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with suppress(TimeoutError):
                self._notice(json.loads(self.socket.recv(left)))

    @contextmanager
    def page(self, width: int = 1280, height: int = 900, *, dark: bool = False) -> Iterator["Page"]:
        """A page of its own: no cookies, the size in CSS pixels, light or dark."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", {"url": "about:blank", "browserContextId": context})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = self.pages[session] = Page(self, session, context)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        page.call("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", {"features": [scheme]})
        try:
            yield page
        finally:
            del self.pages[session]
            self.call("Target.disposeBrowserContext", {"browserContextId": context})

    def _notice(self, event: Json) -> None:
        page = self.pages.get(event.get("sessionId", ""))
        if page is not None and "method" in event:
            page.notice(event["method"], event["params"])


@dataclass
class Page:
    """One page: what it requested, which sockets it dialled, and each error on its console."""

    browser: Browser
    session: str
    context: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    def call(self, method: str, params: Json | None = None) -> Json:
        """The result of a command to this page."""
        return self.browser.call(method, params, self.session)

    def open(self, url: str) -> None:
        """Go to `url`; returns as soon as the way is taken."""
        self.call("Page.navigate", {"url": url})

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression, promises awaited. Raises BrowserError when it throws."""
        options = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.call("Runtime.evaluate", options)
        if "exceptionDetails" in answer:
            raise BrowserError(answer["exceptionDetails"].get("exception", {}).get("description", "script error"))
        return answer["result"].get("value")

    def until(self, expression: str) -> Any:
        """The first true value of a JavaScript expression; fails after a long while."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(BrowserError):  # the page may be changing under the script
                if value := self.evaluate(expression):
                    return value
            self.browser.watch(0.05)
        raise AssertionError(f"never true: {expression}\nerrors: {self.errors}")

    def when(self, happened: Callable[[], Any]) -> Any:
        """The first true value of `happened`, noticing events meanwhile; fails after a long while."""
        end = time.monotonic() + PATIENCE
        while not (value := happened()):
            assert time.monotonic() < end, f"waited in vain; errors: {self.errors}"
            self.browser.watch(0.1)
        return value

    def text(self, testid: str) -> str:
        """The text of the element with this `data-testid`, once it is there."""
        found: str = self.until(f"document.querySelector('[data-testid={testid}]')?.innerText")
        return found

    def count(self, selector: str) -> int:
        """How many elements match."""
        found: int = self.evaluate(f"document.querySelectorAll(`{selector}`).length")
        return found

    def click(self, selector: str) -> None:
        """Click the first element that matches, once it is there and enabled."""
        self.until(f"(e => e && !e.disabled && (e.click(), true))(document.querySelector(`{selector}`))")

    def choose(self, testid: str, value: str) -> None:
        """Choose an option of a select."""
        self.until(
            f"(e => e && (e.value = '{value}', e.dispatchEvent(new Event('change')), true))"
            f"(document.querySelector('[data-testid={testid}]'))"
        )

    def type(self, text: str) -> None:
        """Type into what has the focus; a line feed is the enter key."""
        for line, more in zip(lines := text.split("\n"), [True] * (len(lines) - 1) + [False], strict=True):
            self.call("Input.insertText", {"text": line})
            if more:
                enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
                self.call("Input.dispatchKeyEvent", {"type": "keyDown", **enter})
                self.call("Input.dispatchKeyEvent", {"type": "keyUp", **enter})

    def downloads_to(self, folder: Path) -> None:
        """Keep downloads in `folder`, under the names that the page gives them."""
        options = {"behavior": "allow", "browserContextId": self.context, "downloadPath": str(folder)}
        self.browser.call("Browser.setDownloadBehavior", options)

    def picture(self, *, whole: bool = False) -> bytes:
        """A PNG of what is visible, or of the whole page."""
        options = {"format": "png", "captureBeyondViewport": whole}
        return base64.b64decode(self.call("Page.captureScreenshot", options)["data"])

    def notice(self, method: str, params: Json) -> None:
        """Keep what an event tells."""
        match method:
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description") or details["text"])
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "assert"):
                self.errors.append(" ".join(str(argument.get("value")) for argument in params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.sockets.append(params["url"])


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile, gone at the end. Raises BrowserError when none is installed."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise BrowserError(f"no browser found: one of {', '.join(NAMES)} must be on PATH")
    profile.mkdir(parents=True)
    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "TMPDIR": str(profile)},  # each download leaves a file in the temporary folder
    )  # fmt: skip
    try:
        port_file = profile / "DevToolsActivePort"
        port, path = wait_for(lambda: port_file.exists() and port_file.read_text().split())
        with connect(f"ws://127.0.0.1:{port}{path}", proxy=None, max_size=None) as socket:
            yield Browser(socket)
            socket.send(json.dumps({"id": 0, "method": "Browser.close"}))
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
