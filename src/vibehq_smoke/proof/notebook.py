"""Where the questions of a check are written down, and how a request and an exception stand there."""

from __future__ import annotations

import ssl
import time
from typing import Any
from urllib.parse import parse_qsl

from ..errors import Unreachable, Violation
from ..platform.operator import OperatorError
from ..platform.wire import Request
from .tape import Kind, Seen


class Notebook:
    """Where one check's questions are written down. ``started`` is the ``time.monotonic()`` of the run's beginning."""

    def __init__(self, seen: list[Seen], started: float) -> None:
        self.seen = seen
        self._started = started
        self._asks = 0
        self._asked_at = started

    def turn_to(self, seen: list[Seen]) -> None:
        """From now on somebody else asks: write on another tape."""
        self.seen = seen
        self._asks, self._asked_at = 0, time.monotonic()

    def begin(self, kind: Kind, question: dict[str, Any]) -> Seen:
        """Write down a question at the moment of asking."""
        now = time.monotonic()
        self._asks, self._asked_at = self._asks + 1, now
        one = Seen(kind, question, at=now - self._started)
        self.seen.append(one)
        return one

    def end(self, one: Seen, answer: dict[str, Any]) -> None:
        """Write down what came of it."""
        one.answer = answer
        one.took = time.monotonic() - self._started - one.at

    def stir(self) -> None:
        """Something was sent that begins no question of its own."""
        self._asks, self._asked_at = self._asks + 1, time.monotonic()

    def cause(self, one: Seen) -> list[float]:
        """When something comes by itself: after how many questions, how many seconds after the last of them, and how
        many after ``one``, which it belongs to."""
        now = time.monotonic()
        return [self._asks, round(now - self._asked_at, 6), round(now - self._started - one.at, 6)]


def asked(request: Request) -> dict[str, Any]:
    """A request as a question; of its headers only who asks, and whether as one who may write."""
    path, _, query = request.target.partition("?")
    headers = {name.lower(): value for name, value in request.headers}
    kept = {name: headers[name] for name in ("authorization", "cookie", "x-csrf-token", "origin") if name in headers}
    return {
        "method": request.method,
        "origin": f"{request.origin.scheme}://{request.origin.authority}",
        "path": path,
        "query": [list(pair) for pair in parse_qsl(query, keep_blank_values=True)] if query else [],
        "body": text_of(request.body)[0],
        "headers": kept,
    }


def error_of(error: BaseException) -> dict[str, Any]:
    """An exception, in JSON."""
    told: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    match error:
        case Unreachable():
            return told | {"type": "Unreachable", "kind": error.kind}
        case Violation():
            return told | {"kind": error.kind, "status401": type(error).__name__ == "_Unauthenticated"}
        case OperatorError():
            return told | {"unreachable": error.unreachable}
        case ssl.SSLCertVerificationError():
            return told | {"verify_message": error.verify_message}
        case OSError():
            return told | {"errno": error.errno, "strerror": error.strerror}
        case _:
            return told


def text_of(body: bytes) -> tuple[str, bool]:
    """The bytes of a body as text, and whether they are UTF-8; each byte is a letter where they are not."""
    try:
        return body.decode(), True
    except UnicodeDecodeError:
        return body.decode("latin-1"), False
