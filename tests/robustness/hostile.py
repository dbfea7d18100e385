"""A server that answers each path in its own wrong way, over raw sockets."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

Talk: TypeAlias = Callable[["Line"], None]

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SCRIPT = b"<html><script>alert('owned')</script><img src=x onerror=alert(1)></html>"
ESCAPES = b'{"error": "\x1b]0;owned\x07\x1b[2J\x1b[31mowned\x9b2J"}'
BIDI = '{"error": "user\u202etxt.exe\u2066 \u200f##[error]owned ::error::owned"}'.encode()


@dataclass
class Line:
    """One connection, after its request was read."""

    socket: socket.socket
    path: str
    head: bytes
    server: HostileServer

    def send(self, data: bytes) -> None:
        """Send; ends the talk when the other side has gone."""
        self.socket.sendall(data)


@dataclass
class HostileServer:
    """The running server. ``asked`` has the paths, ``most_at_once`` the most talks at the same time."""

    talks: Mapping[str, Talk]
    url: str = ""
    asked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sockets: set[socket.socket] = field(default_factory=set)
    _listener: socket.socket | None = None

    def die(self) -> None:
        """Stop listening and cut every connection, as a crash would."""
        self.stopping.set()
        listener, self._listener = self._listener, None
        with contextlib.suppress(OSError):
            if listener is not None:
                listener.shutdown(socket.SHUT_RDWR)
        if listener is not None:
            listener.close()
        with self._lock:
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def listen(self, threads: list[threading.Thread]) -> None:
        """Accept connections until the listener is closed."""
        listener = self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://localhost:{listener.getsockname()[1]}"
        acceptor = threading.Thread(target=self._accept, args=(listener, threads), daemon=True)
        threads.append(acceptor)
        acceptor.start()

    def _accept(self, listener: socket.socket, threads: list[threading.Thread]) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._sockets.add(connection)
            thread = threading.Thread(target=self._attend, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    def _attend(self, connection: socket.socket) -> None:
        try:
            while (line := self._read(connection)) is not None:
                with self._counted():
                    talk = self.talks.get(line.path) or self.talks.get("*", NOT_FOUND)
                    talk(line)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._sockets.discard(connection)
            connection.close()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1

    def _read(self, connection: socket.socket) -> Line | None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return None
            head += piece
        path = head.split(b" ", 2)[1].decode().partition("?")[0]
        self.asked.append(path)
        return Line(connection, path, head, self)


@contextlib.contextmanager
def hostile_server(talks: Mapping[str, Talk]) -> Iterator[HostileServer]:
    """Serve until the block ends; no thread is left then."""
    server, threads = HostileServer(talks), list[threading.Thread]()
    server.listen(threads)
    try:
        yield server
    finally:
        server.die()
        for thread in threads:
            thread.join(10)


def whole(body: bytes, *, status: int = 200, kind: str = "application/json", extra: bytes = b"") -> Talk:
    """A well-formed answer, after which the connection stays open."""
    head = b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n" % (
        status,
        kind.encode(),
        len(body),
        extra,
    )
    return lambda line: line.send(head + body)


def says(value: object, *, status: int = 200) -> Talk:
    """A JSON answer."""
    return whole(json.dumps(value).encode(), status=status)


def raw(data: bytes) -> Talk:
    """Exactly these bytes, then the end of the connection."""

    def talk(line: Line) -> None:
        line.send(data)
        raise ValueError("closed on purpose")

    return talk


def forever(head: bytes, piece: bytes, pause_s: float = 0.0) -> Talk:
    """``head``, then ``piece`` again and again."""

    def talk(line: Line) -> None:
        line.send(head)
        while not line.server.stopping.wait(pause_s):
            line.send(piece)

    return talk


def reset(line: Line) -> None:
    """Cut the connection with RST."""
    line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.socket.close()
    raise ValueError("reset on purpose")


def silent(line: Line) -> None:
    """Never answer."""
    line.server.stopping.wait()
    raise ValueError("no answer on purpose")


def later(talk: Talk, seconds: float, line: Line) -> None:
    """``talk``, after a while; bind the first two with ``functools.partial``."""
    time.sleep(seconds)
    talk(line)


NOT_FOUND = says({"error": "Not Found"}, status=404)
CHUNKED = JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = frozenset({"body-too-large", "timeout"})
"""A machine under load may not get 8 MB within the deadline; either verdict is honest."""

TALKS: dict[str, tuple[Talk, frozenset[str]]] = {
    "endless": (forever(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"), LARGE),
    "hundred-megabytes": (forever(JSON_HEAD + b"Content-Length: 104857600\r\n\r\n", b"x" * 65536), LARGE),
    "gzip-bomb": (
        whole(gzip.compress(bytes(100 * 1024 * 1024), 6), extra=b"Content-Encoding: gzip\r\n"),
        LARGE,
    ),
    "drip": (forever(JSON_HEAD + b"Content-Length: 100000\r\n\r\n", b" ", 0.05), frozenset({"timeout"})),
    "header-drip": (forever(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.05), frozenset({"timeout"})),
    "silence": (silent, frozenset({"timeout"})),
    "truncated-json": (whole(b'{"value": tr'), frozenset({"json"})),
    "invalid-json": (whole(b"{'value': 1}"), frozenset({"json"})),
    "not-a-number": (whole(b'{"value": NaN}'), frozenset({"json"})),
    "nul-bytes": (whole(b'{"value": "\0\0"}'), frozenset({"json"})),
    "wrong-charset": (whole('{"value": "ä"}'.encode("latin-1")), frozenset({"json"})),
    "deep": (whole(b"[" * 200_000 + b"]" * 200_000), frozenset({"json"})),
    "short-length": (raw(JSON_HEAD + b'Content-Length: 5\r\n\r\n{"value": 1}'), frozenset({"json", "protocol"})),
    "long-length": (raw(JSON_HEAD + b'Content-Length: 50\r\n\r\n{"value": 1}'), frozenset({"truncated"})),
    "two-lengths": (
        raw(JSON_HEAD + b'Content-Length: 5\r\nContent-Length: 12\r\n\r\n{"value": 1}'),
        frozenset({"protocol", "json"}),
    ),
    "no-length": (raw(JSON_HEAD + b"Content-Length: many\r\n\r\n{}"), frozenset({"protocol"})),
    "bad-chunk": (raw(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), frozenset({"protocol"})),
    "huge-chunk": (raw(CHUNKED + b"fffffffffffffffffff\r\n{}"), frozenset({"protocol", "body-too-large"})),
    "cut-chunk": (raw(CHUNKED + b"10\r\n{}"), frozenset({"truncated"})),
    "html": (whole(SCRIPT, kind="text/html"), frozenset({"spa-fallback"})),
    "html-as-json": (whole(SCRIPT), frozenset({"json"})),
    "redirect-loop": (
        whole(b"", status=302, extra=b"Location: /api/h/redirect-loop\r\n"),
        frozenset({"status"}),
    ),
    "closed": (raw(b""), frozenset({"unreachable"})),
    "reset": (reset, frozenset({"unreachable"})),
    "huge-header": (raw(JSON_HEAD + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n{}"), frozenset({"protocol"})),
    "many-headers": (raw(JSON_HEAD + b"X-Some: y\r\n" * 10_000 + b"\r\n{}"), frozenset({"protocol"})),
    "interim-forever": (forever(b"", b"HTTP/1.1 103 Early\r\n\r\n"), frozenset({"protocol", "timeout"})),
    "no-http": (raw(b"\x16\x03\x01\x00\xa5\x01\x00" + b"\xff" * 200), frozenset({"protocol"})),
    "escapes": (whole(ESCAPES, status=500), frozenset({"status"})),
    "escapes-in-headers": (
        whole(b"{}", status=500, extra=b"X-Request-Id: \x1b[2Jowned\x9b\r\n"),
        frozenset({"status", "protocol"}),
    ),
    "bidi": (whole(BIDI, status=500), frozenset({"status"})),
    "long-string": (whole(b'{"value": "' + b"x" * 5_000_000 + b'"}'), frozenset({"shape", "timeout"})),
}
"""By name: what the server does, and the kinds of failure that say so honestly."""

MANY_OBJECTS = whole(b'{"value": [' + b"{}," * 2_500_000 + b"{}]}")
"""Just small enough to be read, and as large as can be once it is parsed."""


def slowly(talk: Talk, seconds: float) -> Talk:
    """``talk``, after some seconds."""
    return partial(later, talk, seconds)
