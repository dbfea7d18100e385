"""A server that answers whatever it is told to, word for word: what no well-behaved double can say."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

DRIP_S = 0.05
TOKEN = "ghp_rudeServersWouldLoveToHaveThis0123456"


@dataclass
class Rude:
    """The server, while it runs."""

    url: str
    asked: list[str] = field(default_factory=list)
    """The first line of each request."""
    sent: list[bytes] = field(default_factory=list)
    """The body of each request."""


def http(body: bytes | str, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """A whole answer, which ends with the connection."""
    content = body.encode() if isinstance(body, str) else body
    told = {"Content-Type": "application/json", "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (told | dict(headers or {})).items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + content


@contextmanager
def rude(*answers: bytes) -> Iterator[Rude]:
    """Serve these answers, one for each connection; the last one for all that follow.

    ``{url}``, ``{host}`` and ``{token}`` in an answer stand for the server's address and for the token that it was
    sent; what stands behind ``{drip}`` comes byte by byte.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Rude(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, server, answers))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, server: Rude, answers: tuple[bytes, ...]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            head, body = _request(connection)
            server.asked.append(head.partition(b"\r\n")[0].decode())
            server.sent.append(body)
            answer = answers[min(len(server.asked), len(answers)) - 1]
            for name, value in (("url", server.url), ("host", server.url[7:]), ("token", TOKEN)):
                answer = answer.replace(b"{%s}" % name.encode(), value.encode())
            at_once, _, dripping = answer.partition(b"{drip}")
            try:
                connection.sendall(at_once)
                for drop in dripping:
                    time.sleep(DRIP_S)
                    connection.sendall(bytes([drop]))
            except OSError:
                continue


def _request(connection: socket.socket) -> tuple[bytes, bytes]:
    taken = b""
    while b"\r\n\r\n" not in taken:
        part = connection.recv(65_536)
        if not part:
            return taken, b""
        taken += part
    head, _, body = taken.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head, body
