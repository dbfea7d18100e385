"""Small real servers, decent and hostile ones, on the event loop of the test."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Talk: TypeAlias = Callable[["Conversation"], Awaitable[None]]


@dataclass(frozen=True)
class Received:
    """One request as the server read it."""

    method: str
    target: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


@dataclass
class Conversation:
    """One request, and the line to its sender."""

    request: Received
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Write and wait until it is on its way."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self, body: bytes, *, status: int = 200, content_type: str = "application/json", **headers: str
    ) -> None:
        """A whole answer with a length; ``set_cookie="…"`` becomes ``Set-Cookie: …``."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"Content-Type: {content_type}"] if content_type else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def json(self, value: Any, *, status: int = 200, **headers: str) -> None:
        """A JSON answer."""
        await self.answer(json.dumps(value).encode(), status=status, **headers)


@dataclass
class Server:
    """A running server; routes by path without query, ``*`` for all others."""

    routes: Mapping[str, Talk]
    url: str = ""
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def asked(self, path: str) -> list[Received]:
        """The requests for ``path``."""
        return [request for request in self.received if request.target.partition("?")[0] == path]


@contextlib.asynccontextmanager
async def serve(routes: Mapping[str, Talk]) -> AsyncIterator[Server]:
    """Serve until the block ends; every connection is cut then."""
    state = Server(routes)
    tasks: set[asyncio.Task[None]] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _converse(state, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(attend, "127.0.0.1", 0)
    state.url = f"http://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def _converse(state: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Received(method, target, headers, body)
        state.received.append(request)
        path = target.partition("?")[0]
        talk = state.routes.get(path) or state.routes["*"]
        await talk(Conversation(request, writer))
        if writer.transport.is_closing():
            return


def says(value: Any, *, status: int = 200, **headers: str) -> Talk:
    """A route that always answers the same JSON."""

    async def talk(conversation: Conversation) -> None:
        await conversation.json(value, status=status, **headers)

    return talk


def says_text(text: bytes, *, status: int = 200, content_type: str = "text/plain", **headers: str) -> Talk:
    """A route that always answers the same bytes."""

    async def talk(conversation: Conversation) -> None:
        await conversation.answer(text, status=status, content_type=content_type, **headers)

    return talk


def sends(raw: bytes, *, then_close: bool = True) -> Talk:
    """A route that sends exactly these bytes."""

    async def talk(conversation: Conversation) -> None:
        await conversation.send(raw)
        if then_close:
            conversation.writer.close()

    return talk


def closes() -> Talk:
    """A route that closes the connection without a word."""
    return sends(b"")


def hangs() -> Talk:
    """A route that never answers."""

    async def talk(conversation: Conversation) -> None:
        await asyncio.Event().wait()

    return talk


def drips(interval_s: float = 0.02) -> Talk:
    """A route that sends one byte of its body at a time, for ever."""

    async def talk(conversation: Conversation) -> None:
        await conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            await conversation.send(b" ")
            await asyncio.sleep(interval_s)

    return talk


def endless(piece: bytes = b"x" * 65536) -> Talk:
    """A route whose chunked body never ends."""

    async def talk(conversation: Conversation) -> None:
        await conversation.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        while True:
            await conversation.send(b"%x\r\n%s\r\n" % (len(piece), piece))

    return talk


def bomb(megabytes: int = 40, encoding: str = "gzip") -> Talk:
    """A route that sends a small body which would expand to ``megabytes``."""
    plain = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    packed = b"".join(plain.compress(b"\0" * 1024 * 1024) for _ in range(megabytes)) + plain.flush()
    return says_text(packed, content_type="application/json", Content_Encoding=encoding)


def gzipped(value: Any) -> Talk:
    """A route that answers compressed JSON."""
    return says_text(
        gzip.compress(json.dumps(value).encode()), content_type="application/json", Content_Encoding="gzip"
    )
