"""The double on a real socket."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from .core import Double
from .desk import Unanswered


class _Protocol(HttpToolsProtocol):
    """Lets the application cut the wire, which ASGI has no word for."""

    def on_message_begin(self) -> None:
        self.access_log = False
        super().on_message_begin()
        self.scope["double.transport"] = self.transport  # type: ignore[typeddict-unknown-key]  # ours


class _Application:
    """ASGI around the double."""

    def __init__(self, double: Double) -> None:
        self.double = double

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or behave as a bad network does."""
        body = await _body(receive)
        if body is None:
            return
        if self.double.latency and not self.double.passes_time(self.double.latency):
            await asyncio.sleep(self.double.latency)
        try:
            answer = self.double.serve(scope["method"], _target(scope), _headers(scope), body)
        except Unanswered as fault:
            if fault.kind == "drop":
                scope["double.transport"].abort()
            await receive()  # comes back when the client has gone, or the double closes
            return
        headers = [(key.encode(), value.encode()) for key, value in answer.headers.items()]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


async def _body(receive: Any) -> bytes | None:
    """All of it; None when the client went while it was sending."""
    parts: list[bytes] = []
    while True:
        part = await receive()
        if part["type"] == "http.disconnect":
            return None
        parts.append(part["body"])
        if not part["more_body"]:
            return b"".join(parts)


def _target(scope: Any) -> str:
    query = scope["query_string"].decode()
    return f"{scope['raw_path'].decode()}{'?' if query else ''}{query}"


def _headers(scope: Any) -> dict[str, str]:
    return {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}


class _Server(threading.Thread):
    """uvicorn's protocol in a loop of its own: its server takes 0.2 s to stop, and cares for much that is not here."""

    def __init__(self, double: Double, listener: socket.socket) -> None:
        super().__init__(name="github double", daemon=True)
        application = _Application(double)
        self.config = uvicorn.Config(application, ws="none", lifespan="off", log_config=None, proxy_headers=False)
        self.listener = listener
        self.ready = threading.Event()

    def run(self) -> None:
        """Until ``stop``."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        state = ServerState()
        server = await self.loop.create_server(lambda: _Protocol(self.config, state, {}), sock=self.listener)
        self.ready.set()
        await self.stopping.wait()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        if state.tasks:
            await asyncio.wait(state.tasks)
        await server.wait_closed()
        await asyncio.sleep(0)  # for what the transports still have to do

    def stop(self) -> None:
        """Cut all connections, and end."""
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.join()


@contextmanager
def serving(double: Double) -> Iterator[str]:
    """Serve on a free port until the block ends; gives the base URL."""
    # The protocol by name, else asyncio does not switch Nagle's algorithm off: 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = _Server(double, listener)
    server.start()
    server.ready.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stop()
        listener.close()
