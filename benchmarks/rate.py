"""A client that asks for the same page as fast as it can: ``python -m benchmarks.rate PORT PATH CONNECTIONS COUNT``."""

from __future__ import annotations

import asyncio
import sys
import time

import httptools


class Asking(asyncio.Protocol):
    """One kept-alive connection: asks again as soon as it was answered, `count` times."""

    def __init__(self, request: bytes, count: int, done: asyncio.Future[None]) -> None:
        self.request = request
        self.left = count
        self.done = done
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        """One answer is there: it has to be a 200; ask again, or stop."""
        status = self.parser.get_status_code()
        self.left -= 1
        if status != 200:
            self.done.set_exception(SystemExit(f"answered {status}"))
        elif self.left:
            self.parser = httptools.HttpResponseParser(self)
            self.transport.write(self.request)
        else:
            self.done.set_result(None)
            self.transport.close()


async def per_second(port: int, path: str, connections: int, count: int) -> float:
    """Answers per second over `connections`, `count` in all."""
    loop = asyncio.get_running_loop()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    done = [loop.create_future() for _ in range(connections)]
    began = time.perf_counter()
    for future in done:
        asking = Asking(request, count // connections, future)
        await loop.create_connection(lambda asking=asking: asking, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*done)
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    port, path, connections, count = sys.argv[1:]
    print(asyncio.run(per_second(int(port), path, int(connections), int(count))))
