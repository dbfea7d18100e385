"""Recording: everything that a check asks goes the direct way, and is written down with what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from ..errors import Skipped, Violation
from ..platform.operator import OperatorError
from ..platform.outside import Connection, Outside
from ..platform.wire import Request, Sender, Transit, WireFailure
from .notebook import Notebook, asked, error_of, text_of
from .tape import Seen

if TYPE_CHECKING:
    from ..platform.callbacks import Listener
    from ..platform.headers import Headers
    from ..platform.operator import Backend, HttpsDoor, Row


class Recorded(Outside):
    """The direct way, written down."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def sender(self, real: Sender) -> Sender:
        """``real``, overheard."""
        return _Sender(real, self._notebook)

    def backend(self, real: Backend | None) -> Backend | None:
        """``real``, overheard."""
        return real and _Backend(real, self._notebook)

    def tab(self, real: Any) -> Any:
        """``real``, overheard."""
        from .recorded_pages import RecordedTab

        return RecordedTab(real, self._notebook)

    async def dial(self, path: str, real: Callable[[], Awaitable[Connection]]) -> Connection:
        """The socket, overheard."""
        one = self._notebook.begin("socket", {"path": path})
        try:
            connection = await real()
        except Violation as refused:
            self._notebook.end(one, {"error": error_of(refused)})
            raise
        self._notebook.end(one, {"events": []})
        return _Socket(connection, self._notebook, one)

    @contextlib.asynccontextmanager
    async def serve(
        self, listener: Listener, real: Callable[[Listener], AbstractAsyncContextManager[None]]
    ) -> AsyncIterator[None]:
        """The listener, overheard."""
        one = self._notebook.begin("callbacks", {})
        got: list[Any] = []

        def overhear(body: bytes, headers: Headers) -> None:
            fields = [[name, value] for name in headers for value in headers.every(name)]
            got.append({"cause": self._notebook.cause(one), "headers": fields, "body": body.decode("latin-1")})

        async with real(listener):
            listener.overhears = overhear
            one.answer = {"url": listener.url, "got": got}
            yield

    async def ask(self, what: str, question: Any, find: Callable[[], Awaitable[Any]]) -> Any:
        """The answer, written down, or how it failed."""
        one = self._notebook.begin("other", {"what": what, "asked": question})
        try:
            value = await find()
        except (OSError, TimeoutError) as error:
            self._notebook.end(one, {"error": error_of(error)})
            raise
        self._notebook.end(one, {"value": value})
        return value


class _Sender:
    def __init__(self, real: Sender, notebook: Notebook) -> None:
        self._real = real
        self._notebook = notebook

    async def send(self, request: Request, transit: Transit, deadline_s: float) -> None:
        """Send, and write down what came back."""
        one = self._notebook.begin("http", asked(request))
        try:
            await self._real.send(request, transit, deadline_s)
        except WireFailure as failure:
            self._notebook.end(one, {"failure": [failure.kind, failure.reason]})
            raise
        except asyncio.CancelledError:
            self._notebook.end(one, {"failure": ["timeout", "nobody waited for the answer"]})
            raise
        headers = [[name, value] for name in transit.headers for value in transit.headers.every(name)]
        body = bytes(transit.body)
        text, is_text = text_of(body)
        answer = {"status": transit.status, "headers": headers, "body": text, "ms": round(transit.total_ms, 3)}
        self._notebook.end(one, answer if is_text else {**answer, "latin": True})

    async def close(self) -> None:
        """Close the real one."""
        await self._real.close()


class _Backend:
    def __init__(self, real: Backend, notebook: Notebook) -> None:
        self._real = real
        self._notebook = notebook

    async def sql(self, db: str, select: str, params: Sequence[object]) -> list[Row]:
        """Rows."""
        return await self._kept("sql", [db, select, list(params)], self._real.sql(db, select, params))  # type: ignore[no-any-return]

    async def rpc(self, binding: str, method: str, args: Sequence[object]) -> Any:
        """What a method returns."""
        return await self._kept("rpc", [binding, method, list(args)], self._real.rpc(binding, method, args))

    async def cron(self, expression: str) -> Any:
        """What came of an event."""
        return await self._kept("cron", [expression], self._real.cron(expression))

    async def logs(self, since: int) -> list[Row]:
        """Log lines."""
        return await self._kept("logs", [since], self._real.logs(since))  # type: ignore[no-any-return]

    async def fault(self, id: str, on: bool) -> None:  # noqa: A002 - the protocol's
        """Nothing comes of it."""
        await self._kept("fault", [id, on], self._real.fault(id, on))

    async def https(self) -> HttpsDoor:
        """An address."""
        return await self._kept("https", [], self._real.https())  # type: ignore[no-any-return]

    async def _kept(self, verb: str, args: list[Any], answer: Awaitable[Any]) -> Any:
        one = self._notebook.begin("operator", {"verb": verb, "args": args})
        try:
            value = await answer
        except (OperatorError, Violation, Skipped) as error:
            self._notebook.end(one, {"error": error_of(error)})
            raise
        self._notebook.end(one, {"value": list(value) if isinstance(value, tuple) else value})
        return value


class _Socket:
    """A connection whose frames are written down as the check takes or sends them."""

    def __init__(self, real: Connection, notebook: Notebook, one: Seen) -> None:
        self._real = real
        self._notebook = notebook
        self._one = one
        self._events = one.answer["events"]
        self.transport = real.transport

    async def recv(self) -> Any:
        """The next frame."""
        from websockets.exceptions import ConnectionClosed

        try:
            frame = await self._real.recv()
        except ConnectionClosed as closed:
            told = closed.rcvd
            end = [told.code, told.reason] if told is not None else None
            self._events.append({"way": "end", "cause": self._notebook.cause(self._one), "close": end})
            raise
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        self._events.append({"way": "in", "cause": self._notebook.cause(self._one), "text": text})
        return frame

    async def send(self, message: str) -> None:
        """Send a frame."""
        self._notebook.stir()
        self._events.append({"way": "out", "text": message})
        await self._real.send(message)

    async def close(self) -> None:
        """Say goodbye."""
        await self._real.close()
