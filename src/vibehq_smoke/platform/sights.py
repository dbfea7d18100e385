"""What goes on behind a page: its requests, its sockets, and what it wrote on the console."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

_MOST_LINES = 150


@dataclass
class Asked:
    """A request of the page."""

    method: str
    url: str
    kind: str
    """``document``, ``script``, ``fetch`` ..."""
    status: int | None = None
    media_type: str = ""
    failure: str | None = None
    """Why no answer came."""

    def __str__(self) -> str:
        parts = [str(self.status) if self.status else "", self.media_type, self.failure or ""]
        return f"{self.method} {self.url} → {' '.join(filter(None, parts)) or 'no answer yet'}"


@dataclass
class Dialled:
    """A WebSocket of the page."""

    url: str
    frames: int = 0
    """Received so far."""
    is_open: bool = True
    """It was not closed, and the handshake was not refused."""

    def __str__(self) -> str:
        return f"WebSocket {self.url}: {self.frames} frame(s), {'open' if self.is_open else 'closed'}"


@dataclass(frozen=True)
class Complaint:
    """An error on the console, or an exception that nothing caught."""

    text: str
    url: str = ""
    """Of the script or the resource that it is about."""
    uncaught: bool = False

    def __str__(self) -> str:
        said = f"uncaught {self.text}" if self.uncaught else self.text
        return f"{said} ({self.url})" if self.url else said


@dataclass
class Sights:
    """Collects what a page does, in the order of events. Addresses of the platform are shortened to their paths."""

    base_url: str
    asked: list[Asked] = field(default_factory=list)
    dialled: list[Dialled] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    complained: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first complaint."""
    _by_request: dict[Any, Asked] = field(default_factory=dict)

    def watch(self, tab: Any) -> None:
        """Be told of the events of Playwright's page ``tab``."""
        tab.on("request", self._request)
        tab.on("response", self._response)
        tab.on("requestfailed", self._failed)
        tab.on("websocket", self._websocket)
        tab.on("console", self._console)
        tab.on("pageerror", lambda error: self._complain(Complaint(_line(error), uncaught=True)))
        tab.on("crash", lambda _: self._complain(Complaint("the page crashed", uncaught=True)))

    def asked_for(self, *parts: str) -> list[Asked]:
        """Requests whose URL holds every one of ``parts``."""
        return [one for one in self.asked if all(part in one.url for part in parts)]

    def told(self) -> str:
        """All of it as text, complaints first."""
        lines = [*map(str, self.complaints), *map(str, self.dialled), *map(str, self.asked)]
        more = [f"… and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
        return "\n".join([*lines[:_MOST_LINES], *more])

    def _request(self, request: Any) -> None:
        seen = Asked(request.method, self._short(request.url), request.resource_type)
        self.asked.append(seen)
        self._by_request[request] = seen

    def _response(self, response: Any) -> None:
        if (seen := self._by_request.get(response.request)) is not None:
            seen.status = response.status
            seen.media_type = response.headers.get("content-type", "").partition(";")[0]

    def _failed(self, request: Any) -> None:
        if (seen := self._by_request.get(request)) is not None:
            seen.failure = request.failure or "failed"

    def _console(self, message: Any) -> None:
        if message.type in ("error", "assert"):
            where = message.location.get("url", "") if message.location else ""
            self._complain(Complaint(_line(message.text), self._short(where)))

    def _complain(self, complaint: Complaint) -> None:
        self.complaints.append(complaint)
        self.complained.set()

    def _websocket(self, socket: Any) -> None:
        seen = Dialled(self._short(socket.url))
        self.dialled.append(seen)

        def received(_: Any) -> None:
            seen.frames += 1

        def ended(_: Any) -> None:
            seen.is_open = False

        socket.on("framereceived", received)
        socket.on("close", ended)
        socket.on("socketerror", ended)

    def _short(self, url: str) -> str:
        for base in (self.base_url, "ws" + self.base_url.removeprefix("http")):
            if url.startswith(base):
                return url.removeprefix(base) or "/"
        return url


def _line(said: Any) -> str:
    return " ".join(str(said).split())[:500]
