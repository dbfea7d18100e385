"""A listener for the results that workers post back (contract part 4)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import httptools

from ..errors import HarnessError, Violation
from .headers import Headers
from .outside import Outside
from .recorder import Recorder
from .wording import show

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - workers on other machines have to reach it
PATH = "/health-check/result"
_BODY_BYTES = 1024 * 1024
_HEADER_BYTES = 64 * 1024
_LINGER_S = 10.0


@dataclass(frozen=True)
class Callback:
    """One result that was posted."""

    json: Any
    """The parsed body; None when it was no JSON."""
    at: float
    """Seconds since the run began."""
    headers: Headers = field(repr=False)
    """As they came, the credential too: for comparing, never for showing."""


class Listener:
    """Receives callbacks at ``url``; the i-th is answered with ``answers[i]``, the last answer repeats."""

    def __init__(self, answers: Sequence[int], recorder: Recorder) -> None:
        self.url = ""
        self.received: list[Callback] = []
        self.overhears: Callable[[bytes, Headers], None] | None = None
        """Told of every callback, as it comes."""
        self._answers = tuple(answers)
        self._recorder = recorder
        self._arrived = asyncio.Condition()

    async def wait(self, count: int = 1, timeout: float = 30.0) -> list[Callback]:  # noqa: ASYNC109 - part of the interface
        """The first ``count`` callbacks. Raises Violation ``callback`` when fewer come within ``timeout`` seconds."""
        try:
            with self._recorder.waiting(f"callback {count} at {PATH}"):
                async with asyncio.timeout(timeout), self._arrived:
                    await self._arrived.wait_for(lambda: len(self.received) >= count)
        except TimeoutError:
            came = len(self.received)
            message = f"{came} of {count} callback(s) came within {timeout:g} s at {PATH}"
            raise Violation(message, kind="callback") from None
        return self.received[:count]

    async def silence(self, seconds: float) -> None:
        """Watch for ``seconds``. Raises Violation ``callback`` as soon as another callback comes."""
        before = len(self.received)
        with contextlib.suppress(TimeoutError):
            with self._recorder.waiting(f"silence at {PATH}"):
                async with asyncio.timeout(seconds), self._arrived:
                    await self._arrived.wait_for(lambda: len(self.received) > before)
            extra = show(self._recorder.redactor.json(self.received[before].json))
            raise Violation(f"another callback came when none was due: {extra}", kind="callback")

    async def take(self, body: bytes, headers: Headers) -> int:
        """Keep one callback and say which status answers it."""
        if self.overhears is not None:
            self.overhears(body, headers)
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            value = None
        value = self._recorder.outside.seen(body.decode("latin-1"), value)
        status = self._answers[min(len(self.received), len(self._answers) - 1)]
        self.received.append(Callback(value, self._recorder.now(), headers))
        shown = body.decode("utf-8", "replace") if value is None else value
        self._recorder.add("callback", f"callback {len(self.received)} at {PATH}, answered {status}", shown)
        async with self._arrived:
            self._arrived.notify_all()
        return status


@contextlib.asynccontextmanager
async def listen(
    recorder: Recorder, answers: Sequence[int], *, host: str | None, outside: Outside | None = None
) -> AsyncIterator[Listener]:
    """Listen on a free port for the length of the block.

    On loopback; on every interface when ``host`` is the name under which workers find this machine.
    Raises HarnessError when no port can be opened.
    """
    if not answers:
        raise ValueError("a listener needs at least one answer")
    listener = Listener(answers, recorder)
    async with (outside or Outside()).serve(listener, lambda listener: _serve(listener, host)):
        yield listener


@contextlib.asynccontextmanager
async def _serve(listener: Listener, host: str | None) -> AsyncIterator[None]:
    """Open the port, and tell ``listener`` its address."""
    open_connections: set[_Incoming] = set()
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: _Incoming(listener, open_connections),
            _EVERYWHERE if host else "127.0.0.1",
            0,
        )
    except OSError as error:
        raise HarnessError(f"no port could be opened for callbacks: {error}") from error
    port = server.sockets[0].getsockname()[1]
    also_v6 = await _second(listener, open_connections, port) if not host else None
    listener.url = f"http://{host or 'localhost'}:{port}{PATH}"
    try:
        yield
    finally:
        for one in (server, also_v6):
            if one is not None:
                one.close()
        for connection in list(open_connections):
            connection.drop()
        await asyncio.sleep(0)


async def _second(listener: Listener, connections: set[_Incoming], port: int) -> asyncio.Server | None:
    """The same port on IPv6 loopback, where workers may look for ``localhost`` first; without it they try IPv4."""
    try:
        return await asyncio.get_running_loop().create_server(lambda: _Incoming(listener, connections), "::1", port)
    except OSError:
        return None


class _Incoming(asyncio.Protocol):
    """One connection of a worker. Anything but a POST of moderate size to the one path is refused."""

    def __init__(self, listener: Listener, register: set[_Incoming]) -> None:
        self._listener = listener
        self._register = register
        self._answering: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._last = time.monotonic()
        self._header_bytes = 0
        self._reset()

    def drop(self) -> None:
        """Cut the connection."""
        for task in self._answering:
            task.cancel()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._register.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        self._register.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._header_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.drop()
            return
        if self._header_bytes > _HEADER_BYTES + _BODY_BYTES:
            self.drop()

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        self._body += data

    def on_message_complete(self) -> None:
        method = self._parser.get_method()
        task = asyncio.ensure_future(self._answer(method, bytes(self._path), bytes(self._body), self._headers))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        self._reset()

    def _reset(self) -> None:
        self._path = bytearray()
        self._body = bytearray()
        self._headers = Headers()
        self._header_bytes = 0

    async def _answer(self, method: bytes, path: bytes, body: bytes, headers: Headers) -> None:
        if path.partition(b"?")[0] != PATH.encode():
            status = 404
        elif method != b"POST":
            status = 405
        else:
            status = await self._listener.take(body, headers)
        content = json.dumps({"ok": status < 300}).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        if self._transport is not None:
            self._transport.write(head.encode() + content)
