"""Open connections, kept and used again; the real way to the target."""

from __future__ import annotations

import asyncio
import time

from .connection import Connection, LargeBodies
from .dialing import Dialer
from .pace import Pace
from .wire import Limits, Origin, Request, Transit, WireFailure

IDLE_S = 4.0
"""Servers commonly drop an idle connection after 5 s; one that idled this long is not used again."""
_ROUNDS_TO_CLOSE = 50
_REPEATABLE = frozenset(("GET", "HEAD"))


class _Lane:
    """The connections to one origin: a free list, and slots for what may be in flight."""

    def __init__(self, in_flight: int) -> None:
        self.slots = asyncio.Semaphore(in_flight)
        self.free: list[Connection] = []

    def take(self) -> Connection | None:
        """The connection used last, since it is the least likely to have been dropped."""
        while self.free:
            connection = self.free.pop()
            if connection.usable and time.monotonic() - connection.idle_since < IDLE_S:
                return connection
            connection.abort()
        return None


class Pool:
    """Keep-alive connections per origin, at most ``in_flight`` exchanges on each at once. Never follows a redirect."""

    def __init__(self, *, in_flight: int = 32, limits: Limits | None = None, verify_tls: bool = True) -> None:
        self._in_flight = in_flight
        self._limits = limits or Limits()
        self._dialer = Dialer(verify_tls=verify_tls)
        self._large = LargeBodies()
        self._pace = Pace()
        self._lanes: dict[Origin, _Lane] = {}
        self._open: set[Connection] = set()
        self._closed = False

    async def send(self, request: Request, transit: Transit, deadline_s: float) -> None:
        """Exchange ``request`` for an answer. The deadline covers connecting and reading, not the wait for a slot.

        Raises WireFailure. A GET or HEAD that met a connection closed under it, before a single byte of the answer,
        is sent once more on a new one; nothing else is ever repeated.
        """
        lane = self._lanes.get(request.origin) or self._lanes.setdefault(request.origin, _Lane(self._in_flight))
        async with lane.slots, self._pace.turn():
            began = time.monotonic()
            try:
                async with asyncio.timeout(deadline_s):
                    await self._exchange(lane, request, transit)
            except TimeoutError:
                raise WireFailure("timeout", _stalled(transit, deadline_s)) from None
            finally:
                transit.total_ms = (time.monotonic() - began) * 1000

    async def close(self) -> None:
        """Close every connection. Safe to call again."""
        self._closed = True
        for connection in list(self._open):
            connection.abort()
        for _ in range(_ROUNDS_TO_CLOSE):
            if not self._open:
                break
            await asyncio.sleep(0)  # an aborted connection is lost a round or two of the loop later

    async def _exchange(self, lane: _Lane, request: Request, transit: Transit) -> None:
        data = request.head() + request.body
        connection = lane.take()
        if connection is not None:
            try:
                await self._on(connection, lane, data, request, transit)
            except WireFailure as failure:
                fresh = failure.kind == "unreachable" and transit.first_byte_ms is None
                if not fresh or request.method not in _REPEATABLE:
                    raise
            else:
                return
        await self._on(await self._connect(request.origin, transit), lane, data, request, transit)

    async def _connect(self, origin: Origin, transit: Transit) -> Connection:
        began = time.monotonic()
        connection = await self._dialer.dial(origin, self._new_connection)
        transit.connect_ms = (time.monotonic() - began) * 1000
        return connection

    async def _on(self, connection: Connection, lane: _Lane, data: bytes, request: Request, transit: Transit) -> None:
        reusable = False
        try:
            reusable = await connection.exchange(data, transit, head_only=request.method == "HEAD")
        finally:
            if reusable and not self._closed:
                connection.idle_since = time.monotonic()
                lane.free.append(connection)
            else:
                connection.abort()

    def _new_connection(self) -> Connection:
        return Connection(self._limits, self._large, self._open)


def _stalled(transit: Transit, deadline_s: float) -> str:
    if transit.status is not None:
        return f"the answer was not complete within {deadline_s:g} s ({transit.received:,} bytes of the body came)"
    return f"no answer within {deadline_s:g} s"
