"""Talking to the lab's WebSockets in tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.lab.running import PATIENCE, RunningLab

SHELL = "/api/workers/agent-factory/terminal?sandboxId=sandbox-agent-factory"


@contextmanager
def dialled(lab: RunningLab, path: str, *, signed_in: bool = True, **headers: str) -> Iterator[ClientConnection]:
    """A connection to the socket at `path`. Raises `InvalidStatus` when the upgrade is refused."""
    credential = {"Authorization": lab.headers["Authorization"]} if signed_in else {}
    url = lab.base.replace("http://", "ws://") + path
    with connect(url, additional_headers=credential | headers, proxy=None) as socket:
        yield socket


def frame(socket: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    content: dict[str, Any] = json.loads(socket.recv(PATIENCE))
    return content


def say(socket: ClientConnection, **content: object) -> None:
    """Send a frame."""
    socket.send(json.dumps(content))


def printed_until(socket: ClientConnection, text: str, patience_s: float = PATIENCE) -> str:
    """What a shell prints up to and including `text`. Raises `TimeoutError` when it is quiet for `patience_s`."""
    printed = ""
    while text not in printed:
        message = socket.recv(patience_s)
        assert isinstance(message, str)
        printed += message
    return printed
