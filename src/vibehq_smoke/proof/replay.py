"""Replaying: everything that a check asks is answered from a tape, in the time that it took."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import socket as sockets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ..errors import Skipped, Unreachable, Violation
from ..platform.headers import Headers
from ..platform.operator import HttpsDoor, OperatorError, Row
from ..platform.outside import Connection, Outside
from ..platform.wire import Request, Sender, Transit, WireFailure
from .notebook import asked
from .questions import Asked

if TYPE_CHECKING:
    from ..platform.browser import Browser
    from ..platform.callbacks import Listener
    from ..platform.operator import Backend
    from .aligning import Ids
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
        return _Sender(self)

    def backend(self, real: Backend | None) -> Backend | None:
        """Answers from the tape, where there is an operator channel at all."""
        return real and _Backend(self)

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
        return _Socket(self, found, answer["events"])

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


class _Sender:
    def __init__(self, outside: Replayed) -> None:
        self._outside = outside

    async def send(self, request: Request, transit: Transit, deadline_s: float) -> None:
        """Fill ``transit`` with what was answered, when it was."""
        stage = self._outside.stage
        found = stage.find(_asked(request))
        if found is None:
            raise WireFailure("unreachable", "nobody recorded an answer to this")
        answer = stage.answer(found)
        took = answer["ms"] / 1000 if "ms" in answer else found.seen.took
        if took > deadline_s:
            await asyncio.sleep(deadline_s)
            transit.total_ms = deadline_s * 1000
            raise WireFailure("timeout", f"no answer within {deadline_s:g} s")
        await asyncio.sleep(max(took, found.seen.took))  # it may have waited for its turn
        transit.total_ms = took * 1000
        if "failure" in answer:
            raise WireFailure(*answer["failure"])
        body = stage.ids.translate(answer["body"])
        transit.status = answer["status"]
        transit.headers = _headers(found, answer["headers"], stage.ids)
        transit.body = bytearray(body.encode("latin-1" if answer.get("latin") else "utf-8", "surrogatepass"))
        transit.received = len(transit.body)
        transit.first_byte_ms = transit.total_ms
        self._outside.delivered(found, transit, request.url)

    async def close(self) -> None:
        """Nothing is open."""


class _Backend:
    def __init__(self, outside: Replayed) -> None:
        self._outside = outside

    async def sql(self, db: str, select: str, params: Sequence[object]) -> list[Row]:
        """Rows."""
        return await self._given("sql", [db, select, list(params)])  # type: ignore[no-any-return]

    async def rpc(self, binding: str, method: str, args: Sequence[object]) -> Any:
        """What a method returned."""
        return await self._given("rpc", [binding, method, list(args)])

    async def cron(self, expression: str) -> Any:
        """What came of an event."""
        return await self._given("cron", [expression])

    async def logs(self, since: int) -> list[Row]:
        """Log lines."""
        return await self._given("logs", [since])  # type: ignore[no-any-return]

    async def fault(self, id: str, on: bool) -> None:  # noqa: A002 - the protocol's
        """Nothing came of it."""
        await self._given("fault", [id, on])

    async def https(self) -> HttpsDoor:
        """An address."""
        return HttpsDoor(*await self._given("https", []))

    async def _given(self, verb: str, args: list[Any]) -> Any:
        stage = self._outside.stage
        found = stage.find(Asked("operator", {"verb": verb, "args": json.loads(json.dumps(args, default=str))}))
        if found is None:
            raise OperatorError("nobody recorded an answer to this", unreachable=True)
        answer = stage.answer(found)
        await asyncio.sleep(answer["ms"] / 1000 if "ms" in answer else found.seen.took)
        if "error" in answer:
            fail(answer["error"])
        return self._outside.told(found, ["value"], stage.ids.translated(answer["value"]))


class _Transport:
    def abort(self) -> None:
        """There is nothing to cut."""


class _Socket:
    """A socket on which frames come as they came, each after what it had waited for."""

    def __init__(self, outside: Replayed, found: Known, events: list[dict[str, Any]]) -> None:
        self.transport = _Transport()
        self._outside = outside
        self._found = found
        self._coming = [event for event in events if event["way"] != "out"]
        self._next = 0
        self._opened = asyncio.get_running_loop().time()

    async def recv(self) -> Any:
        """The next frame."""
        from websockets.exceptions import ConnectionClosedError
        from websockets.frames import Close

        if self._next >= len(self._coming):
            await asyncio.get_running_loop().create_future()  # nothing ever comes
        event = self._coming[self._next]
        await self._outside.stage.due(event["cause"], self._opened)
        self._next += 1
        if event["way"] == "end":
            raise ConnectionClosedError(Close(*event["close"]) if event["close"] else None, None)
        text = self._outside.stage.ids.translate(event["text"])
        self._outside.delivered(self._found, text, self._next - 1)
        return text

    async def send(self, message: str) -> None:  # noqa: ARG002 - the answers are known
        """Send a frame, on which others may have waited."""
        self._outside.stage.stir()

    async def close(self) -> None:
        """Nothing is open."""


def _headers(found: Known, fields: list[list[str]], ids: Ids) -> Headers:
    """The header fields of an answer; as a rule they are the recorded ones, and name no id of this replay."""
    if fields is found.seen.answer.get("headers") and ids.translate(found.header_text) == found.header_text:
        return found.headers
    return Headers((name, ids.translate(value)) for name, value in fields)


@functools.lru_cache(maxsize=2_000)
def _asked(request: Request) -> Asked:
    """The same for the same request: most are sent in every replay of a check, and polls many times in one."""
    return Asked("http", asked(request))


def fail(told: dict[str, Any]) -> NoReturn:
    """Raise the exception that was recorded."""
    message = told["message"]
    match told["type"]:
        case "Unreachable":
            raise Unreachable(message, kind=told["kind"])
        case "Skipped":
            raise Skipped(message)
        case "OperatorError":
            raise OperatorError(message, unreachable=told["unreachable"])
        case "TimeoutError":
            raise TimeoutError(message)
        case "SSLCertVerificationError":
            error = ssl.SSLCertVerificationError(message)
            error.verify_message = told["verify_message"]
            raise error
        case "gaierror":
            raise sockets.gaierror(told["errno"], told["strerror"])
        case _ if "kind" in told:
            raise Violation(message, kind=told["kind"])
        case _:
            raise OSError(told.get("errno"), told.get("strerror") or message)
