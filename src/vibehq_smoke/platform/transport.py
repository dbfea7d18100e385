"""The edge to httpx, both ways: our connections under an httpx client, an httpx transport under our clients."""

from __future__ import annotations

import asyncio
import time

import httpx

from .decoding import Body
from .headers import Headers
from .pool import Pool
from .wire import Limits, Origin, Request, Transit, WireFailure

_WRITTEN_BY_US = frozenset(("host", "content-length", "transfer-encoding", "connection"))
_DEADLINE_S = 10.0


class Transport(httpx.AsyncBaseTransport):
    """Our pool under an ``httpx.AsyncClient``: every limit of :class:`Pool` holds, redirects stay with the client.

    The deadline is httpx's ``read`` timeout, for the whole exchange. A broken one raises the nearest error of httpx.
    """

    def __init__(self, pool: Pool | None = None) -> None:
        self._pool = pool or Pool()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        transit = Transit()
        deadline_s = request.extensions.get("timeout", {}).get("read") or _DEADLINE_S
        try:
            await self._pool.send(await _ours(request), transit, deadline_s)
        except WireFailure as failure:
            raise _as_httpx(failure, request) from failure
        names = [name for name in transit.headers if name != "content-encoding"]  # the body is decoded already
        headers = [(name, value) for name in names for value in transit.headers.every(name)]
        return httpx.Response(transit.status or 0, headers=headers, content=bytes(transit.body), request=request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.close()


class ThroughHttpx:
    """Sends by an httpx transport, for tests that answer without a network. Limits hold after the fact."""

    def __init__(self, transport: httpx.AsyncBaseTransport, limits: Limits | None = None) -> None:
        self._transport = transport
        self._limits = limits or Limits()

    async def send(self, request: Request, transit: Transit, deadline_s: float) -> None:
        """Exchange ``request`` for an answer. Raises WireFailure."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(deadline_s):
                await self._exchange(request, transit)
        except TimeoutError:
            raise WireFailure("timeout", f"no answer within {deadline_s:g} s") from None
        except httpx.TransportError as error:
            kind = "timeout" if isinstance(error, httpx.TimeoutException) else "unreachable"
            raise WireFailure("timeout" if kind == "timeout" else "unreachable", str(error) or kind) from error
        finally:
            transit.total_ms = (time.monotonic() - began) * 1000

    async def close(self) -> None:
        """Close the transport."""
        await self._transport.aclose()

    async def _exchange(self, request: Request, transit: Transit) -> None:
        theirs = httpx.Request(request.method, request.url, headers=list(request.headers), content=request.body)
        answer = await self._transport.handle_async_request(theirs)
        transit.status = answer.status_code
        transit.headers = Headers((name, value) for name, value in answer.headers.multi_items())
        encoding = answer.headers.get("content-encoding", "")
        if not isinstance(answer.stream, httpx.AsyncByteStream):
            raise WireFailure("protocol", "the transport gave a body that cannot be read here")
        body = Body(transit.body, encoding=encoding, limit=self._limits.body_bytes)
        async for piece in answer.stream:
            transit.received += len(piece)
            body.feed(piece)
        body.finish()


async def _ours(request: httpx.Request) -> Request:
    headers = tuple(
        (name, value) for name, value in request.headers.multi_items() if name.lower() not in _WRITTEN_BY_US
    )
    origin = Origin.of(str(request.url))
    return Request(request.method, origin, request.url.raw_path.decode("ascii"), headers, await request.aread())


def _as_httpx(failure: WireFailure, request: httpx.Request) -> httpx.TransportError:
    match failure.kind:
        case "timeout":
            return httpx.ReadTimeout(failure.reason, request=request)
        case "protocol" | "truncated" | "body-too-large":
            return httpx.RemoteProtocolError(failure.reason, request=request)
        case _:
            return httpx.ConnectError(failure.reason, request=request)
