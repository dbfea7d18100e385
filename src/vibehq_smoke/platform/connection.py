"""One TCP connection, one exchange at a time."""

from __future__ import annotations

import asyncio
import select
import time
from collections import deque
from typing import cast

from .incoming import Incoming
from .wire import Limits, Transit, WireFailure

LARGE_BODY_BYTES = 1024 * 1024
LARGE_BODIES_AT_ONCE = 4


class LargeBodies:
    """Lets few bodies grow large at the same time, so that a hostile target cannot fill the memory with many."""

    def __init__(self, at_once: int = LARGE_BODIES_AT_ONCE) -> None:
        self._at_once = at_once
        self._held: set[Connection] = set()
        self._waiting: deque[Connection] = deque()

    def enter(self, connection: Connection) -> bool:
        """Ask to read on; False means: pause, ``resume`` of the connection is called when it is its turn."""
        if connection in self._held:
            return True
        if len(self._held) < self._at_once:
            self._held.add(connection)
            return True
        self._waiting.append(connection)
        return False

    def leave(self, connection: Connection) -> None:
        """The exchange is over; the next one that waits reads on."""
        if connection in self._waiting:
            self._waiting.remove(connection)
        if connection in self._held:
            self._held.remove(connection)
            if self._waiting:
                following = self._waiting.popleft()
                self._held.add(following)
                following.resume()


class Connection(asyncio.Protocol):
    """Sends a request and waits for its answer. A connection that broke, or got unasked bytes, closes itself.

    While it is open it stands in ``register``.
    """

    def __init__(self, limits: Limits, large: LargeBodies, register: set[Connection]) -> None:
        self.idle_since = 0.0
        self._limits = limits
        self._large = large
        self._register = register
        self._transport: asyncio.Transport | None = None
        self._incoming: Incoming | None = None
        self._transit: Transit | None = None
        self._answered: asyncio.Future[None] | None = None
        self._began = 0.0

    # -- called by the pool ------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        """Whether another request may be sent: open, and the other side has neither closed nor spoken unasked."""
        return self._transport is not None and not self._transport.is_closing() and not self._has_input()

    async def exchange(self, request: bytes, transit: Transit, *, head_only: bool = False) -> bool:
        """Send ``request`` and fill ``transit``; True when the connection can be used again. Raises WireFailure."""
        if self._transport is None or self._transport.is_closing():
            raise WireFailure("unreachable", "the connection was closed before an answer came")
        self._began = time.monotonic()
        self._transit = transit
        self._incoming = incoming = Incoming(transit, self._limits, head_only=head_only)
        self._answered = asyncio.get_running_loop().create_future()
        try:
            self._transport.write(request)
            await self._answered
        except BaseException:
            self.abort()
            raise
        finally:
            self._transit = self._incoming = self._answered = None
            self._large.leave(self)
        unsent = self._transport is None or self._transport.get_write_buffer_size()
        return incoming.reusable and not unsent

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def resume(self) -> None:
        """Read on after a pause for large bodies."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    # -- called by the event loop ------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = cast("asyncio.Transport", transport)
        self._register.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._incoming is None or self._transit is None or self._answered is None or self._answered.done():
            self.abort()  # nobody asked
            return
        if not self._incoming.started:
            self._transit.first_byte_ms = (time.monotonic() - self._began) * 1000
        try:
            self._incoming.feed(data)
        except WireFailure as failure:
            self._end(failure)
            return
        if self._incoming.complete:
            self._end(None)
        elif len(self._transit.body) > LARGE_BODY_BYTES and not self._large.enter(self):
            cast("asyncio.Transport", self._transport).pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, by whichever side."""
        self._transport = None
        if self._incoming is not None:
            try:
                self._incoming.close(exc)
            except WireFailure as failure:
                self._end(failure)
            else:
                self._end(None)
        self._register.discard(self)

    def _end(self, failure: WireFailure | None) -> None:
        if self._answered is None or self._answered.done():
            return
        if failure is None:
            self._answered.set_result(None)
        else:
            self._answered.set_exception(failure)
            self.abort()

    def _has_input(self) -> bool:
        """Whether the socket has something to read, which on an idle connection means that it is over.

        Seen here before the event loop gets to it, so that a request is not sent into a closed connection.
        """
        socket = self._transport.get_extra_info("socket") if self._transport is not None else None
        if socket is None or socket.fileno() < 0:
            return True
        readable, _, _ = select.select([socket], [], [], 0) if not hasattr(select, "poll") else _poll(socket.fileno())
        return bool(readable)


def _poll(descriptor: int) -> tuple[list[int], list[int], list[int]]:
    # unlike select(), poll() takes descriptors above 1,023
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return [found for found, _ in poller.poll(0)], [], []
