"""Replaying: everything that a check asks is answered from a tape, in the time that it took."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, cast

from ..errors import Unreachable
from ..platform.headers import Headers
from ..platform.outside import Connection, Outside
from ..platform.wire import Sender
from .failing import fail
from .questions import Asked
from .replayed_channels import ReplayedBackend, ReplayedSender, ReplayedSocket

if TYPE_CHECKING:
    from ..platform.browser import Browser
    from ..platform.callbacks import Listener
    from ..platform.operator import Backend
    from .questions import Known
    from .stage import Stage


class Replayed(Outside):
    """The world as it is on a stage."""

    keeps_evidence = False

    def __init__(self, stage: Stage, missing_browser: str | None = None) -> None:
        self.stage = stage
        self._missing_browser = missing_browser

    def sender(self, real: Sender) -> Sender:  # noqa: ARG002 - it stands for it
        """Answers from the tape."""
        return ReplayedSender(self)

    def backend(self, real: Backend | None) -> Backend | None:
        """Answers from the tape, where there is an operator channel at all."""
        return real and ReplayedBackend(self)

    def browser(self, real: Browser) -> Browser:
        """Pages from the tape."""
        from .replayed_pages import ReplayedBrowser

        return cast("Browser", ReplayedBrowser(self, real.base_url, self._missing_browser))

    async def dial(self, path: str, real: Callable[[], Awaitable[Connection]]) -> Connection:  # noqa: ARG002
        """A socket that says what it said."""
        found = self.stage.find(Asked("socket", {"path": path}))
        if found is None:
            raise Unreachable(f"{path}: nobody recorded this socket")
        answer = self.stage.answer(found)
        await asyncio.sleep(found.seen.took)
        if "error" in answer:
            fail(answer["error"])
        return ReplayedSocket(self, found, answer["events"])

    @contextlib.asynccontextmanager
    async def serve(
        self,
        listener: Listener,
        real: Callable[[Listener], AbstractAsyncContextManager[None]],  # noqa: ARG002 - it stands for it
    ) -> AsyncIterator[None]:
        """Callbacks come as they came."""
        listener.url, bound = self.stage.listen()
        calling = asyncio.ensure_future(self._call(listener, bound))
        try:
            yield
        finally:
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)

    async def ask(self, what: str, question: Any, find: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ARG002
        """What was found when it was recorded."""
        found = self.stage.find(Asked("other", {"what": what, "asked": question}))
        if found is None:
            raise OSError(f"nobody recorded this {what}")
        answer = self.stage.answer(found)
        await asyncio.sleep(found.seen.took)
        if "error" in answer:
            fail(answer["error"])
        return self.told(found, ["value"], self.stage.ids.translated(answer["value"]))

    def told(self, found: Known, path: list[str | int], value: Any) -> Any:  # noqa: ARG002 - whoever watches wants it
        """``value``, which stands at ``path`` of the answer to ``found``, on its way to the check."""
        return value

    def called(self, found: Known, call: str) -> None:
        """``call`` was asked of the page that ``found`` opened."""

    def delivered(self, found: Known, source: Any, where: Any) -> None:
        """``source`` answers ``found``: a transit, and ``where`` its URL; or a text, and ``where`` its number."""

    async def _call(self, listener: Listener, bound: asyncio.Future[Known]) -> None:
        opened = asyncio.get_running_loop().time()
        found = await bound
        got = enumerate(self.stage.answer(found)["got"])
        await asyncio.gather(*(self._call_once(listener, found, number, one, opened) for number, one in got))

    async def _call_once(
        self, listener: Listener, found: Known, number: int, one: dict[str, Any], opened: float
    ) -> None:
        await self.stage.due(one["cause"], opened)
        ids = self.stage.ids
        headers = Headers((name, ids.translate(value)) for name, value in one["headers"])
        body = ids.translate(one["body"])
        self.delivered(found, body, number)
        await listener.take(body.encode("latin-1", "replace"), headers)
