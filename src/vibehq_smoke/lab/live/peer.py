"""Who is at the other end of a local connection: a shell is for the user whose lab it is, and nobody else here."""

import os
from contextlib import suppress
from pathlib import Path

from starlette.websockets import WebSocket

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
ESTABLISHED = "01"
ROOT = 0


def is_stranger(socket: WebSocket) -> bool:
    """Whether another user of this machine is calling; False also where the system does not tell (no ``/proc``)."""
    if socket.client is None or socket.scope.get("server") is None or not hasattr(os, "getuid"):
        return False
    owner = owner_of(socket.client.port, socket.scope["server"][1])
    return owner not in (None, ROOT, os.getuid())


def owner_of(port: int, peer_port: int) -> int | None:
    """The user id behind the local end `port` of an open connection to `peer_port`; None when it is not listed."""
    for table in TABLES:
        with suppress(OSError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                _, local, remote, state, _, _, _, owner, *_ = line.split()
                if state == ESTABLISHED and (_port(local), _port(remote)) == (port, peer_port):
                    return int(owner)
    return None


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
