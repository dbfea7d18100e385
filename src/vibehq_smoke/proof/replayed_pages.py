"""Pages as they were: a call to a tab gives what it gave, and what the page did by itself happens again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ..errors import Skipped
from ..platform.page import Page
from .questions import Asked
from .recorded_pages import said

if TYPE_CHECKING:
    from ..platform.identity import Credential
    from ..platform.recorder import Recorder
    from .questions import Known
    from .replay import Replayed


class ReplayedBrowser:
    """Stands for the browser: its pages are on the stage."""

    def __init__(self, outside: Replayed, base_url: str, missing: str | None) -> None:
        self.missing = missing
        self._outside = outside
        self._base_url = base_url

    @contextlib.asynccontextmanager
    async def page(self, credential: Credential, recorder: Recorder) -> AsyncIterator[Page]:  # noqa: ARG002 - the browser's
        """A page as it was."""
        if self.missing is not None:
            raise Skipped(self.missing)
        tab = _Tab(self._outside)
        try:
            async with Page.on(tab, self._base_url, recorder) as page:
                yield page
        finally:
            await tab.close()


class _Tab:
    def __init__(self, outside: Replayed) -> None:
        self.untold = None
        self._outside = outside
        self._found: Known | None = None
        self._handlers: dict[str, Callable[[Any], None]] = {}
        self._counts: dict[str, int] = {}
        self._opened = 0.0
        self._things: dict[int, Any] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def on(self, event: str, handler: Callable[[Any], None]) -> None:
        """Who wants to know of events."""
        self._handlers[event] = handler

    async def goto(self, url: str, **_options: Any) -> None:
        """Let the page happen, from its first opening on."""
        if self._found is None:
            path = "/" + url.partition("://")[2].partition("/")[2]
            self._found = self._outside.stage.find(Asked("page", {"path": path}))
            self._opened = asyncio.get_running_loop().time()
            if self._found is not None:
                for event in self._outside.stage.answer(self._found)["events"]:
                    self._tasks.append(asyncio.ensure_future(self._happen(event)))
        await self.outcome("goto")

    def __getattr__(self, name: str) -> Any:
        """Anything else that a tab can do."""
        if name.startswith("__"):
            raise AttributeError(name)
        return _Replay(self, name)

    async def outcome(self, call: str) -> Any:
        """What that call gave when it was made as often as now, else the last time."""
        from playwright.async_api import Error
        from playwright.async_api import TimeoutError as TimedOut

        known = self._outside.stage.answer(self._found)["calls"].get(call) if self._found is not None else None
        if not known:
            await asyncio.sleep(0.05)
            raise Error(f"nobody recorded {call}")
        assert self._found is not None
        self._outside.called(self._found, call)
        number = self._counts.get(call, 0)
        self._counts[call] = number + 1
        told = known[min(number, len(known) - 1)]
        if number < len(known):
            await self._outside.stage.due(told["cause"], self._opened)
        if "error" in told:
            raise (TimedOut if told["error"] == "TimeoutError" else Error)(told["message"])
        value = self._outside.stage.ids.translated(told["value"])
        return self._outside.told(self._found, ["calls", call], value)

    async def close(self) -> None:
        """Nothing happens any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _happen(self, event: dict[str, Any]) -> None:
        await self._outside.stage.due(event["cause"], self._opened)
        name, told = event["event"], self._outside.stage.ids.translated(event["told"])
        number = told.get("id", -1)
        match name:
            case "request":
                thing: Any = SimpleNamespaceId(method=told["method"], url=told["url"], resource_type=told["type"])
                self._things[number] = thing
            case "response":
                thing = SimpleNamespace(
                    request=self._things.get(number), status=told["status"], headers=told["headers"]
                )
            case "requestfailed":
                thing = self._things.get(number)
                if thing is not None:
                    thing.failure = told["failure"]
            case "websocket":
                thing = self._things[number] = _Dialled(told["url"])
            case "framereceived" | "close" | "socketerror":
                if (socket := self._things.get(number)) is not None:
                    socket.tell(name)
                return
            case _:
                thing = SimpleNamespaceId(**told)
        if name in self._handlers and thing is not None:
            self._handlers[name](thing)


class SimpleNamespaceId(SimpleNamespace):
    """Attributes, and one of a kind, so that it can be a key."""

    def __hash__(self) -> int:  # type: ignore[override]  # the base class has none
        """Its own."""
        return id(self)

    def __eq__(self, other: object) -> bool:
        """Only itself."""
        return self is other

    def __str__(self) -> str:
        """What it says."""
        return str(getattr(self, "text", ""))


class _Dialled:
    def __init__(self, url: str) -> None:
        self.url = url
        self._handlers: dict[str, Callable[[Any], None]] = {}

    def on(self, event: str, handler: Callable[[Any], None]) -> None:
        self._handlers[event] = handler

    def tell(self, event: str) -> None:
        if event in self._handlers:
            self._handlers[event](None)


class _Replay:
    def __init__(self, tab: _Tab, name: str) -> None:
        self._tab = tab
        self._name = name

    def __getattr__(self, name: str) -> _Replay:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Replay(self._tab, f"{self._name}.{name}")

    def __call__(self, *args: Any, **options: Any) -> _Replay:
        return _Replay(self._tab, f"{self._name}({said(args, options)})")

    def __await__(self) -> Any:
        return self._tab.outcome(self._name).__await__()
