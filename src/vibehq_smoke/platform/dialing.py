"""Opening connections, and telling why one could not be opened."""

from __future__ import annotations

import asyncio
import errno
import re
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from .wire import Origin, WireFailure

P = TypeVar("P", bound=asyncio.Protocol)

NO_ROUTE = frozenset((errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH))
"""Errors of a connect that may lie with this machine's own network."""

_HAPPY_EYEBALLS_S = 0.25
_LOOPBACK = ("127.0.0.1", "::1")


class Dialer:
    """Opens connections; all TLS connections share one context, since making one costs far more than using it."""

    def __init__(self, *, verify_tls: bool = True) -> None:
        self._verify_tls = verify_tls
        self._context: ssl.SSLContext | None = None

    async def dial(self, origin: Origin, make: Callable[[], P]) -> P:
        """Connect to ``origin``. Raises WireFailure: ``unreachable``, ``network``, ``dns`` or ``tls``."""
        try:
            return await self._dial(origin, make)
        except ssl.SSLError as error:
            # the certificate error has the readable reason in a field of its own
            reason = getattr(error, "verify_message", "") or error.reason or str(error)
            raise WireFailure("tls", f"no secure connection to {origin.authority}: {reason}") from error
        except socket.gaierror as error:
            raise _unresolved(origin, error) from error
        except OSError as error:
            raise _unconnected(origin, error) from error

    async def _dial(self, origin: Origin, make: Callable[[], P]) -> P:
        loop = asyncio.get_running_loop()
        context = self._tls() if origin.scheme == "https" else None
        name = origin.host if context else None
        if origin.host != "localhost":
            _, protocol = await loop.create_connection(
                make,
                origin.host,
                origin.port,
                ssl=context,
                server_hostname=name,
                happy_eyeballs_delay=_HAPPY_EYEBALLS_S,
            )
            return protocol
        first, second = _LOOPBACK
        try:
            _, protocol = await loop.create_connection(make, first, origin.port, ssl=context, server_hostname=name)
        except OSError as refused:
            if isinstance(refused, ssl.SSLError):
                raise
            try:
                _, protocol = await loop.create_connection(make, second, origin.port, ssl=context, server_hostname=name)
            except OSError:
                raise refused from None  # the IPv4 answer is the one that people expect to read
        return protocol

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
            if not self._verify_tls:
                self._context.check_hostname = False
                self._context.verify_mode = ssl.CERT_NONE
        return self._context


def errnos(error: OSError) -> frozenset[int]:
    """The error numbers in ``error``; asyncio puts several failed addresses into one message."""
    if error.errno is not None:
        return frozenset((error.errno,))
    return frozenset(int(number) for number in re.findall(r"\[Errno (\d+)\]", str(error)))


def _unresolved(origin: Origin, error: socket.gaierror) -> WireFailure:
    reason = f"the name {origin.host} does not resolve ({error.strerror or error})"
    return WireFailure("dns", reason, errnos=frozenset((error.errno,)) if error.errno is not None else frozenset())


def _unconnected(origin: Origin, error: OSError) -> WireFailure:
    numbers = errnos(error)
    if numbers and numbers <= NO_ROUTE:
        return WireFailure("network", f"there is no route to {origin.authority}", errnos=numbers)
    if numbers == {errno.ECONNREFUSED}:
        return WireFailure("unreachable", f"nothing listens on {origin.authority} (connection refused)", errnos=numbers)
    why = error.strerror or str(error) or type(error).__name__
    return WireFailure("unreachable", f"no connection to {origin.authority}: {why}", errnos=numbers)
