"""One exchange on the wire: what is sent, what came back so far, and how it can break.

The types of this module are all that the layers above know of the transport; no HTTP library shows through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias
from urllib.parse import urlsplit

from .headers import Headers

FailureKind: TypeAlias = Literal[
    "unreachable", "timeout", "network", "dns", "tls", "protocol", "truncated", "body-too-large"
]
"""How an exchange broke. The last three mean that something answered, and answered wrongly."""


@dataclass(frozen=True)
class Limits:
    """What an answer may cost before it is given up."""

    body_bytes: int = 8 * 1024 * 1024
    """Of the decoded body."""
    header_bytes: int = 64 * 1024
    """Of status line, headers and trailers together."""


class Origin(NamedTuple):
    """Where connections go."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """``host:port`` as the Host header wants it: without the scheme's own port, IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an absolute http or https URL. Raises ValueError for any other."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not an absolute http or https URL")
        return cls(parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))


@dataclass(frozen=True)
class Request:
    """One request, complete but for Host and Content-Length, which the transport writes."""

    method: str
    origin: Origin
    target: str
    """Path and query, percent-encoded."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def url(self) -> str:
        """The absolute URL."""
        return f"{self.origin.scheme}://{self.origin.authority}{self.target}"

    def head(self) -> bytes:
        """The request line and headers as they go out. Raises ValueError for a line break inside a header."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Host: {self.origin.authority}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(self.body)}")
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError(f"{self.method} {self.target!r}: a header or the path contains a line break")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "backslashreplace")


@dataclass
class Transit:
    """What has come back so far. It is filled while the answer arrives, so that a broken exchange still tells."""

    status: int | None = None
    headers: Headers = field(default_factory=Headers)
    body: bytearray = field(default_factory=bytearray)
    """Decoded."""
    received: int = 0
    """Bytes of the body as they came, before decoding."""
    connect_ms: float | None = None
    """None when an open connection was used again."""
    first_byte_ms: float | None = None
    total_ms: float = 0.0


class WireFailure(Exception):  # noqa: N818 - it fails on the wire; errors are what checks see
    """An exchange that did not end with a whole, well-formed answer; ``errnos`` are those of a failed connect."""

    def __init__(self, kind: FailureKind, reason: str, *, errnos: frozenset[int] = frozenset()) -> None:
        self.kind = kind
        self.reason = reason
        self.errnos = errnos
        super().__init__(reason)


class Sender(Protocol):
    """Whatever can carry a request: the pool of real connections, or a transport handed in by a test."""

    async def send(self, request: Request, transit: Transit, deadline_s: float) -> None:
        """Send, and fill ``transit`` with the answer. Raises WireFailure; ``transit`` then holds what came."""

    async def close(self) -> None:
        """Close every connection. Safe to call again."""
