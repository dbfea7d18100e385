"""A page of the platform in a browser, as a check sees it: what it shows, asked for, dialled and complained about."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from ..errors import Unreachable, Violation
from .pictures import picture_of
from .recorder import Recorder
from .sights import Sights

T = TypeVar("T")

PATIENCE_S = 10.0
"""How long something may take to appear on a page, unless a check says otherwise (contract UI-01)."""


class Page:
    """One page. Get it by ``async with hq.page(path)``.

    ``tab`` is Playwright's own page, for finding and doing things (``page.tab.get_by_role("button", name="…")``).
    What Playwright waits for in vain fails the check.
    """

    def __init__(self, tab: Any, base_url: str, recorder: Recorder) -> None:
        self.tab = tab
        self.sights = Sights(base_url)
        """What the page asked for, dialled and complained about so far."""
        self.path = ""
        """The path that was opened last."""
        self._base_url = base_url
        self._recorder = recorder

    @classmethod
    @contextlib.asynccontextmanager
    async def on(cls, tab: Any, base_url: str, recorder: Recorder) -> AsyncIterator[Page]:
        """Watch ``tab`` from now on; in the end what was seen becomes evidence, with a picture."""
        page = cls(tab, base_url, recorder)
        page.sights.watch(tab)
        try:
            with _verdicts():
                yield page
        finally:
            await page._keep()

    async def open(self, path: str) -> None:
        """Go to ``path`` and wait until its document is there. Raises Violation, Unreachable."""
        from playwright.async_api import Error
        from playwright.async_api import TimeoutError as TimedOut

        self.path = path
        try:
            with self._recorder.waiting(f"the page {path}"):
                await self.tab.goto(self._base_url + path, wait_until="domcontentloaded", timeout=PATIENCE_S * 1000)
        except TimedOut:
            raise Violation(f"the page {path} did not come within {PATIENCE_S:g} s", kind="timeout") from None
        except Error as error:
            said = self._recorder.line(str(error).partition("\n")[0])
            raise Unreachable(f"the page {path} cannot be opened: {said}") from None

    async def shows(self, locator: Any, what: str, *, within: float | None = None) -> None:
        """Wait until ``locator`` finds something visible. Raises Violation ``timeout`` after ``within`` seconds."""
        within = PATIENCE_S if within is None else within
        from playwright.async_api import TimeoutError as TimedOut

        try:
            with self._recorder.waiting(f"{what} on {self.path}"):
                await locator.first.wait_for(state="visible", timeout=within * 1000)
        except TimedOut:
            raise Violation(f"{self.path} shows no {what} within {within:g} s", kind="timeout") from None

    async def until(
        self, probe: Callable[[], Awaitable[T]], what: str, *, within: float | None = None, every: float = 0.1
    ) -> T:
        """The first true value of ``probe``. Raises Violation ``timeout`` after ``within`` seconds, naming ``what``."""
        from playwright.async_api import Error

        within = PATIENCE_S if within is None else within
        ends = time.monotonic() + within
        with self._recorder.waiting(f"{what} on {self.path}"):
            while True:
                with contextlib.suppress(Error):  # the page may be changing under the script
                    if value := await probe():
                        return value
                if time.monotonic() >= ends:
                    raise Violation(f"{self.path}: {what}: not within {within:g} s", kind="timeout")
                await asyncio.sleep(every)

    async def watch(self, seconds: float) -> None:
        """Let that much time go by while the page is being watched; shorter when it complains."""
        with self._recorder.waiting(f"{self.path} to stay quiet for {seconds:g} s"), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.sights.complained.wait()

    async def download(self, button: Any) -> tuple[str, str]:
        """Name and text of the file that a click on ``button`` gives. Raises Violation when there is none in time."""

        async def fetch() -> list[str]:
            tab = getattr(self.tab, "untold", self.tab)
            async with tab.expect_download(timeout=PATIENCE_S * 1000) as coming:
                await button.click()
            file = await coming.value
            content = await asyncio.to_thread((await file.path()).read_bytes)
            return [file.suggested_filename, content.decode("utf-8", "replace")]

        with self._recorder.waiting(f"a download from {self.path}"):
            name, text = await self._recorder.outside.ask("download", self.path, fetch)
        return name, text

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        """The JSON value of a JavaScript expression or function, called with ``argument``."""
        return await self.tab.evaluate(script, argument)

    async def text(self) -> str:
        """All text that is visible."""
        shown: str = await self.tab.evaluate("document.body?.innerText ?? ''")
        return shown

    async def _keep(self) -> None:
        sights, recorder = self.sights, self._recorder
        picture = await picture_of(getattr(self.tab, "untold", self.tab), recorder.redactor)
        summary = (
            f"{self.path}: {len(sights.asked)} request(s), {len(sights.dialled)} socket(s), "
            f"{len(sights.complaints)} error(s) on the console"
        )
        recorder.add("page", summary, sights.told(), picture=picture)


@contextlib.contextmanager
def _verdicts() -> Any:
    """What Playwright waited for in vain is a verdict on the platform."""
    from playwright.async_api import TimeoutError as TimedOut

    try:
        yield
    except TimedOut as error:
        said = str(error).strip().splitlines()
        raise Violation(f"the page did not do it in time: {' '.join(said[:3])}", kind="timeout") from None
