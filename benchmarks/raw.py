"""The physical limit: the same requests over plain sockets, all chains at once, judging nothing."""

from __future__ import annotations

import asyncio
import sys

from benchmarks.load import CHAIN, DELAY_MS


async def chain(port: int, length: int) -> None:
    """One connection, ``length`` requests in a row."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(length):
        writer.write(b"GET /?ms=%d HTTP/1.1\r\nhost: localhost\r\n\r\n" % DELAY_MS)
        await reader.readuntil(b'{"ok": true}')
    writer.close()


async def main(port: int, count: int) -> None:
    """``count`` requests in chains."""
    await asyncio.gather(*(chain(port, min(CHAIN, count - start)) for start in range(0, count, CHAIN)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
