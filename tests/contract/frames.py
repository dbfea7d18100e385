"""WebSocket frames of the platform (contract section 6)."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

Frame = dict[str, Any]


@dataclass(frozen=True)
class Socket:
    """One open connection."""

    connection: ClientConnection

    def send(self, frame: object) -> None:
        """A frame as JSON; text and bytes go as they are."""
        self.connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def text(self, *, seconds: float = 30.0) -> str:
        """The next frame as text."""
        received = self.connection.recv(timeout=seconds)
        return received if isinstance(received, str) else received.decode()

    def frame(self, *, seconds: float = 30.0) -> Frame:
        """The next frame, which must be a JSON object."""
        frame = json.loads(self.text(seconds=seconds))
        assert isinstance(frame, dict)
        return frame

    def until(self, kind: str, *, seconds: float = 30.0, **fields: object) -> Frame:
        """The first frame of the type with these fields at its top or in its ``data``; others are passed over."""
        deadline = time.monotonic() + seconds
        seen: list[object] = []
        while (left := deadline - time.monotonic()) > 0:
            try:
                frame = self.frame(seconds=left)
            except (TimeoutError, ConnectionClosed) as error:
                raise AssertionError(f"no {kind} {fields}; came: {seen}: {error!r}") from error
            inner = frame.get("data") if isinstance(frame.get("data"), dict) else {}
            if frame.get("type") == kind and fields.items() <= {**frame, **(inner or {})}.items():
                return frame
            seen.append(frame.get("type"))
        raise AssertionError(f"no {kind} {fields}; came: {seen}")

    def silent(self, *, seconds: float) -> bool:
        """Whether nothing comes for so long."""
        try:
            self.connection.recv(timeout=seconds)
        except TimeoutError:
            return True
        return False


@contextmanager
def opened(url: str, headers: Mapping[str, str]) -> Iterator[Socket]:
    """A connection for as long as the block lasts."""
    with connect(url, additional_headers=dict(headers), proxy=None, open_timeout=15, close_timeout=5) as connection:
        yield Socket(connection)
