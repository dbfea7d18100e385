"""The system's Chromium, driven by Playwright: one per run, started when a check first wants a page.

The profile is fresh, and the browser asks nobody but the pages it shows. Playwright is an extra (``browser``) and takes
long to import, so that happens on a thread when the first page is wanted. A browser that does not start is the
harness's trouble, never the platform's.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..errors import HarnessError, Skipped
from .once import Once
from .page import Page

if TYPE_CHECKING:
    from ..config import Target
    from .identity import Credential
    from .recorder import Recorder

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What the program is called on PATH, in the order of looking."""

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
)
AT_ONCE = 3
"""Pages that are open at the same time; each costs a process."""

_START_S = 30.0
_CLOSE_S = 4.0
_LOOK = {"width": 1280, "height": 900}


def program(target: Target) -> str | None:
    """The browser to start, or None: the configured one, else the first on PATH."""
    if target.browser is not None:
        return shutil.which(target.browser)
    return next(filter(None, map(shutil.which, NAMES)), None)


def missing_browser(target: Target) -> str | None:
    """What to install or set so that pages can be opened; None when nothing is missing."""
    section = f"[targets.{target.name}]"
    if find_spec("playwright") is None:
        return "no Playwright to drive a browser with: pip install 'vibehq-smoke[browser]'"
    if program(target) is not None:
        return None
    if target.browser is not None:
        return f"no browser at {target.browser}: correct browser in {section}"
    return f"no Chromium: install it (Debian: apt-get install chromium), or set browser in {section}"


def launch_options(executable: str, *, root: bool) -> dict[str, Any]:
    """How Chromium is started. Its sandbox does not work for root, so only there it goes without."""
    return {
        "executable_path": executable,
        "headless": True,
        "chromium_sandbox": not root,
        "args": list(QUIET),
        "timeout": _START_S * 1000,
        # Whoever interrupts the run is answered by the run, which closes the browser in its own time.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }


def session_cookies(credential: Credential) -> dict[str, str]:
    """The cookies of a page that is signed in: a bearer token is a session's id (contract 3.1)."""
    scheme, _, token = credential.headers.get("Authorization", "").partition(" ")
    held = {"session": token} if scheme == "Bearer" and token else {}
    return held | dict(credential.cookies)


class Browser:
    """The browser of a run. Nothing is started before the first page."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._starting = Once(self._start)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._driver: Any = None
        self._running: Any = None

    @property
    def base_url(self) -> str:
        """The platform whose pages are opened."""
        return self._target.base_url

    @property
    def missing(self) -> str | None:
        """What keeps the browser from being started, if anything."""
        return missing_browser(self._target)

    @contextlib.asynccontextmanager
    async def page(self, credential: Credential, recorder: Recorder) -> AsyncIterator[Page]:
        """An empty page with the session of ``credential`` and nothing else: no cookies or storage of other checks.

        What it did is evidence in the end. Raises Skipped without a browser, HarnessError when it does not start.
        """
        if (missing := self.missing) is not None:
            raise Skipped(missing)
        async with self._room:
            trouble = await self._starting.get()
            if trouble is not None:
                raise HarnessError(trouble)
            context = await self._context(session_cookies(credential))
            try:
                tab = recorder.outside.tab(await context.new_page())
                async with Page.on(tab, self._target.base_url, recorder) as page:
                    yield page
            finally:
                await _soon(context.close())

    async def close(self) -> None:
        """End the browser and its driver, or what there is of them. Safe to call again.

        A start that is under way is waited for: a browser that is half there cannot be told to go.
        """
        if self._driver is not None and self._running is None:
            await _soon(self._starting.get())
        await self._starting.cancel()
        running, driver, self._running, self._driver = self._running, self._driver, None, None
        if running is not None:
            await _soon(running.close())
        if driver is not None:
            await _soon(driver.__aexit__())

    async def _context(self, cookies: Mapping[str, str]) -> Any:
        context = await self._running.new_context(
            viewport=_LOOK,
            locale="en-US",
            ignore_https_errors=not self._target.verify_tls,
        )
        jar = [{"name": name, "value": value, "url": self._target.base_url} for name, value in cookies.items()]
        if jar:
            await context.add_cookies(jar)
        return context

    async def _start(self) -> str | None:
        """Start the browser; why that failed, or None."""
        executable = program(self._target)
        if executable is None:
            return self.missing
        try:
            playwright = await asyncio.to_thread(importlib.import_module, "playwright.async_api")
            self._driver = playwright.async_playwright()
            options = launch_options(executable, root=getattr(os, "geteuid", lambda: 1)() == 0)
            started = await self._driver.start()
            self._running = await started.chromium.launch(**options)
        except Exception as error:  # whatever it is, no check can have caused it
            return f"the browser {executable} does not start: {_first_line(error)}"
        return None


async def _soon(closing: Any) -> None:
    """Await a farewell, but not for long, and whatever comes of it: the process may be gone already."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_CLOSE_S):
            await closing


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
