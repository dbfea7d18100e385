"""Ports of the lab and the servers behind them."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.types import ASGIApp

from vibehq_smoke.lab.serving.identity import RawHeaders

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
FREE_PORT_TRIES = 20


class PortBusyError(Exception):
    """Somebody else listens on the port asked for; the text says which."""


class _Server(uvicorn.Server):
    """A server among several in one process: signals belong to the process, not to it.

    `headers` tells what goes on every answer; it costs a request nothing, since it is asked once a second.
    """

    def __init__(self, config: uvicorn.Config, headers: Callable[[], RawHeaders]) -> None:
        super().__init__(config)
        self.headers = headers

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signal handlers as they are."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second; it sets the headers in the first of them."""
        ending = await super().on_tick(counter)
        if counter % 10 == 0:
            self.refresh()
        return ending

    def refresh(self) -> None:
        """Use the headers of this moment from the next answer on."""
        self.server_state.default_headers = self.headers()


@dataclass
class Port:
    """One port on both loopback addresses, held from the start so that nobody else gets it while it is down.

    Bound sockets that do not listen refuse connections, which is what a dead worker looks like.
    """

    number: int
    _sockets: list[socket.socket]
    _server: _Server | None = None
    _task: asyncio.Task[None] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def hold(cls, number: int = 0) -> "Port":
        """Take the port `number`, or any free one for 0. Raises PortBusyError."""
        for _ in range(FREE_PORT_TRIES):
            try:
                return cls._bound(number)
            except PortBusyError:
                if number:
                    raise
        raise PortBusyError("no free port found")

    @classmethod
    def _bound(cls, number: int) -> "Port":
        port = cls(number, [])
        try:
            port._bind()
        except BaseException:
            port._release()
            raise
        return port

    async def open(
        self, app: ASGIApp, headers: Callable[[], RawHeaders], context: ssl.SSLContext | None = None
    ) -> bool:
        """Answer requests with `app`, `headers` on every answer, over TLS when there is a `context`.

        Whether it has opened: nothing happens when the port is open already.
        """
        async with self._lock:
            if self._server is not None:
                return False
            config = uvicorn.Config(
                app, http="httptools", ws="websockets-sansio", lifespan="off", access_log=False, log_config=None,
                log_level="critical", server_header=False, date_header=False, timeout_keep_alive=75,
                timeout_graceful_shutdown=1, backlog=1024,
                ssl_context_factory=(lambda *_: context) if context else None,
            )  # fmt: skip
            self._server = _Server(config, headers)
            self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=self._sockets))
            while not self._server.started:
                if self._task.done():
                    await self._task
                    raise RuntimeError("a server ended before it started")
                await asyncio.sleep(0.001)
            return True

    def refresh(self) -> None:
        """Put the headers of this moment on the answers from now on."""
        if self._server is not None:
            self._server.refresh()

    async def shut(self, *, keep: bool) -> None:
        """Stop answering. With `keep` the port stays ours but refuses connections; else it is given back."""
        async with self._lock:
            if self._server is not None and self._task is not None:
                self._server.should_exit = True
                await self._task
                self._server = self._task = None
                self._sockets = []
                if keep:
                    self._bind()
            if not keep:
                self._release()

    def _bind(self) -> None:
        for family, address in LOOPBACK:
            try:
                # asyncio sets TCP_NODELAY only when the protocol is named; without it every answer waits 40 ms.
                bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            except OSError:
                continue  # no IPv6 on this machine
            self._sockets.append(bound)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                bound.bind((address, self.number))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL and family == socket.AF_INET6:
                    self._sockets.remove(bound)
                    bound.close()
                    continue
                raise PortBusyError(f"port {self.number} is busy or not allowed: {error.strerror}") from error
            self.number = bound.getsockname()[1]

    def _release(self) -> None:
        for bound in self._sockets:
            bound.close()
        self._sockets = []
