"""Recording: everything that a check asks goes the direct way, and is written down with what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ..errors import Skipped, Unreachable, Violation
from ..platform.operator import OperatorError
from ..platform.outside import Connection, Outside
from ..platform.wire import Request, Sender, Transit, WireFailure
from .tape import Kind, Seen

if TYPE_CHECKING:
    from ..platform.callbacks import Listener
    from ..platform.headers import Headers
    from ..platform.operator import Backend, HttpsDoor, Row


class Notebook:
    """Where one check's questions are written down. ``started`` is the ``time.monotonic()`` of the run's beginning."""

    def __init__(self, seen: list[Seen], started: float) -> None:
        self.seen = seen
        self._started = started
        self._asks = 0
        self._asked_at = started

    def turn_to(self, seen: list[Seen]) -> None:
        """From now on somebody else asks: write on another tape."""
        self.seen = seen
        self._asks, self._asked_at = 0, time.monotonic()

    def begin(self, kind: Kind, question: dict[str, Any]) -> Seen:
        """Write down a question at the moment of asking."""
        now = time.monotonic()
        self._asks, self._asked_at = self._asks + 1, now
        one = Seen(kind, question, at=now - self._started)
        self.seen.append(one)
        return one

    def end(self, one: Seen, answer: dict[str, Any]) -> None:
        """Write down what came of it."""
        one.answer = answer
        one.took = time.monotonic() - self._started - one.at

    def stir(self) -> None:
        """Something was sent that begins no question of its own."""
        self._asks, self._asked_at = self._asks + 1, time.monotonic()

    def cause(self, one: Seen) -> list[float]:
        """When something comes by itself: after how many questions, how many seconds after the last of them, and how
        many after ``one``, which it belongs to."""
        now = time.monotonic()
        return [self._asks, round(now - self._asked_at, 6), round(now - self._started - one.at, 6)]


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
        from .pages import RecordedTab

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
        text, is_text = _text(body)
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


def asked(request: Request) -> dict[str, Any]:
    """A request as a question; of its headers only who asks, and whether as one who may write."""
    path, _, query = request.target.partition("?")
    headers = {name.lower(): value for name, value in request.headers}
    kept = {name: headers[name] for name in ("authorization", "cookie", "x-csrf-token", "origin") if name in headers}
    return {
        "method": request.method,
        "origin": f"{request.origin.scheme}://{request.origin.authority}",
        "path": path,
        "query": [list(pair) for pair in parse_qsl(query, keep_blank_values=True)] if query else [],
        "body": _text(request.body)[0],
        "headers": kept,
    }


def error_of(error: BaseException) -> dict[str, Any]:
    """An exception, in JSON."""
    told: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    match error:
        case Unreachable():
            return told | {"type": "Unreachable", "kind": error.kind}
        case Violation():
            return told | {"kind": error.kind, "status401": type(error).__name__ == "_Unauthenticated"}
        case OperatorError():
            return told | {"unreachable": error.unreachable}
        case ssl.SSLCertVerificationError():
            return told | {"verify_message": error.verify_message}
        case OSError():
            return told | {"errno": error.errno, "strerror": error.strerror}
        case _:
            return told


def _text(body: bytes) -> tuple[str, bool]:
    try:
        return body.decode(), True
    except UnicodeDecodeError:
        return body.decode("latin-1"), False
