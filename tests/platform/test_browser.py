"""The browser as far as it can be seen without one: how it is found, started and signed in."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vibehq_smoke.access import missing_access
from vibehq_smoke.models import Mode
from vibehq_smoke.platform import browser
from vibehq_smoke.platform.browser import launch_options, missing_browser, program, session_cookies
from vibehq_smoke.platform.identity import Credential
from vibehq_smoke.platform.sights import Sights

from .helpers import SPEC, checking, target

HERE = "http://localhost:1"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Playwright were installed."""
    monkeypatch.setattr(browser, "find_spec", lambda _: SimpleNamespace())


def install(folder: Path, name: str) -> str:
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return str(file)


def test_the_first_known_name_on_the_path_is_the_browser(programs: Path) -> None:
    assert program(target(HERE)) is None
    chrome = install(programs, "google-chrome")
    assert program(target(HERE)) == chrome
    chromium = install(programs, "chromium")
    assert program(target(HERE)) == chromium


@pytest.mark.usefixtures("playwright")
def test_the_configured_browser_is_the_only_one_that_counts(programs: Path, tmp_path: Path) -> None:
    install(programs, "chromium")
    own = install(tmp_path, "my-browser")
    assert program(target(HERE, browser="my-browser")) == own
    assert program(target(HERE, browser=own)) == own
    assert missing_browser(target(HERE, browser=own)) is None
    aim = target(HERE, browser="/nowhere/chromium")
    assert program(aim) is None
    assert missing_browser(aim) == "no browser at /nowhere/chromium: correct browser in [targets.here]"


def test_a_blank_name_is_none() -> None:
    assert target(HERE, browser="").browser is None


@pytest.mark.usefixtures("playwright")
def test_without_a_browser_a_check_is_skipped_with_what_to_install(programs: Path) -> None:
    spec = SPEC.model_copy(update={"mode": Mode.BROWSER})
    reason = missing_access(spec, target(HERE), read_only=False)
    assert reason == ("no Chromium: install it (Debian: apt-get install chromium), or set browser in [targets.here]")
    install(programs, "chromium")
    assert missing_access(spec, target(HERE), read_only=False) is None


def test_without_playwright_a_check_is_skipped_with_what_to_install(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(programs, "chromium")
    monkeypatch.setattr(browser, "find_spec", lambda _: None)
    assert missing_browser(target(HERE)) == "no Playwright to drive a browser with: pip install 'vibehq-smoke[browser]'"


def test_the_browser_keeps_its_sandbox_unless_it_is_roots_and_asks_nobody_by_itself() -> None:
    assert launch_options("/bin/chromium", root=False)["chromium_sandbox"] is True
    options = launch_options("/bin/chromium", root=True)
    assert options["chromium_sandbox"] is False
    assert (options["executable_path"], options["headless"]) == ("/bin/chromium", True)
    assert {
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
        "--no-first-run",
    } <= set(options["args"])  # fmt: skip
    assert "--no-sandbox" not in options["args"]


@pytest.mark.parametrize(
    ("credential", "cookies"),
    [
        (Credential(), {}),
        (Credential.bearer("abc"), {"session": "abc"}),
        (Credential(headers={"X-Token": "abc"}), {}),
        (Credential(cookies={"accessToken": "jwt"}), {"accessToken": "jwt"}),
    ],
)
def test_a_page_is_signed_in_by_cookies(credential: Credential, cookies: dict[str, str]) -> None:
    assert session_cookies(credential) == cookies


def test_nothing_is_started_or_imported_before_a_page_is_wanted(programs: Path) -> None:
    async def main() -> None:
        async with checking(HERE) as hq:
            assert hq.has_browser is False

    asyncio.run(main())


@dataclass(eq=False)
class Request:
    """What Playwright tells of a request; each is only itself."""

    method: str
    url: str
    resource_type: str
    failure: str | None


class Tab:
    """Takes handlers as Playwright's page does, and fires events."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}

    def on(self, event: str, handler: Any) -> None:
        self.handlers[event] = handler


def test_what_a_page_does_is_seen() -> None:
    tab, sights = Tab(), Sights("http://localhost:1")
    sights.watch(tab)
    asked = Request(method="GET", url="http://localhost:1/api/x?a=1", resource_type="fetch", failure=None)
    tab.handlers["request"](asked)
    answer = SimpleNamespace(request=asked, status=404, headers={"content-type": "text/html; charset=utf-8"})
    tab.handlers["response"](answer)
    tab.handlers["console"](SimpleNamespace(type="warning", text="no", location={}))
    assert not sights.complained.is_set()
    tab.handlers["console"](
        SimpleNamespace(type="error", text="Failed\n to load", location={"url": "http://localhost:1/api/x"})
    )
    tab.handlers["pageerror"]("TypeError: no")
    socket = Tab()
    socket.url = "ws://localhost:1/live"  # type: ignore[attr-defined]  # what Playwright's socket has
    tab.handlers["websocket"](socket)
    socket.handlers["framereceived"]("{}")

    assert sights.told().splitlines() == [
        "Failed to load (/api/x)",
        "uncaught TypeError: no",
        "WebSocket /live: 1 frame(s), open",
        "GET /api/x?a=1 → 404 text/html",
    ]
    socket.handlers["close"](None)
    assert not sights.dialled[0].is_open
    assert sights.complained.is_set()
    assert sights.asked_for("/api/x", "a=1") == sights.asked
    assert sights.asked_for("/api/x", "a=2") == []
