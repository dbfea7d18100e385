"""Keeps tests that are replayed from asking the target past the fixture."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_PORTS = {"http": 80, "https": 443}


class Walls:
    """From now on nobody in this process reaches the hosts and ports of these URLs."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._closed = {place for url in urls for place in _places(url)}
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            host, port = args[0], args[1]
        elif event == "socket.connect" and isinstance(args[1], tuple):
            host, port = args[1][:2]
        else:
            return
        if (_text(host), _text(port)) in self._closed:
            raise ConnectionRefusedError("a replay reaches nothing outside: ask the target by way of the fixture")


def _places(url: str) -> Iterable[tuple[str, str]]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return
    for name in _LOOPBACK if host in _LOOPBACK else (host,):
        yield name, str(port)


def _text(value: Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


def urls_in(value: Any) -> Iterable[str]:
    """Every URL in JSON."""
    if isinstance(value, str) and "://" in value:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from urls_in(inner)
