"""Whose fault it is when no answer came: the target's, or this machine's own network."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time

from ..errors import RunnerOffline, SmokeError, Unreachable, Violation
from .dialing import NO_ROUTE
from .wire import Request, WireFailure

_PROBE_S = 1.0
_PROBE_HOLDS_S = 2.0
_UNSURE = frozenset((errno.ENETUNREACH, errno.ENETDOWN, socket.EAI_AGAIN))
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


class Blame:
    """Turns a broken exchange into a verdict.

    ``network_probe`` is a ``host:port`` that answers whenever the runner is online. Without it, an unreachable
    network and a resolver that does not answer are taken as the runner's own trouble.
    """

    def __init__(self, network_probe: str | None = None) -> None:
        self._probe = network_probe
        self._lock = asyncio.Lock()
        self._online = True
        self._asked_at = float("-inf")

    async def verdict(self, failure: WireFailure, request: Request, component: str) -> SmokeError:
        """The exception to raise for ``failure``: RunnerOffline, Unreachable or Violation."""
        asked = f"{request.method} {request.target}"
        match failure.kind:
            case "dns" | "network" if await self._is_offline(failure, request.origin.host):
                return RunnerOffline(f"this machine has no route to {request.origin.authority}: {failure.reason}")
            case "protocol" | "truncated" | "body-too-large":
                return Violation(f"{component}, {asked}: {failure.reason}", kind=failure.kind)
            case "timeout":
                return Unreachable(f"{component} does not answer in time: {asked}: {failure.reason}", kind="timeout")
            case "tls":
                return Unreachable(f"{component} cannot be reached: {asked}: {failure.reason}", kind="tls")
            case _:
                return Unreachable(f"{component} does not answer: {asked}: {failure.reason}")

    async def _is_offline(self, failure: WireFailure, host: str) -> bool:
        if host in _LOOPBACK:
            return False
        if self._probe is None:
            return bool(failure.errnos) and failure.errnos <= _UNSURE
        if not failure.errnos & (NO_ROUTE | _UNSURE) and failure.kind != "dns":
            return False
        async with self._lock:
            if time.monotonic() - self._asked_at > _PROBE_HOLDS_S:
                self._online = await _answers(self._probe)
                self._asked_at = time.monotonic()
            return not self._online


async def _answers(probe: str) -> bool:
    host, _, port = probe.rpartition(":")
    try:
        async with asyncio.timeout(_PROBE_S):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, ValueError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
