"""A server that costs next to nothing: every path answers after the milliseconds that ``?ms=`` asks for."""

from __future__ import annotations

import asyncio
import json
import re
import sys

STATUS = {"success": True, "data": {"globalUserMessage": "", "changeLogs": "", "hasActiveMessage": False}}


def answer(body: object) -> bytes:
    """A complete HTTP answer with a JSON body."""
    text = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text)


READY = answer(STATUS)
DONE = answer({"ok": True})


class Delay(asyncio.Protocol):
    """Answers each request of a kept-alive connection; requests have no bodies."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            wait = re.search(rb"[?&]ms=(\d+)", head.partition(b"\r\n")[0])
            if wait is None:
                self._transport.write(READY)
            else:
                asyncio.get_running_loop().call_later(int(wait[1]) / 1000, self._transport.write, DONE)


async def main() -> None:
    """Listen on a free port, print it, serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Delay, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
