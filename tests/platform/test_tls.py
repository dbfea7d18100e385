"""TLS: verified unless the target says otherwise, and refused with the reason."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from vibehq_smoke.errors import Unreachable

from .helpers import checking

CERTIFICATE = Path(__file__).parent / "localhost.pem"


@asynccontextmanager
async def secure() -> AsyncIterator[str]:
    """A server that answers everything with ``{}`` over TLS, with a certificate that nobody signed."""

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            writer.transport.abort()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(attend, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.sleep(0.05)


def test_a_certificate_that_nobody_signed_is_refused() -> None:
    async def main() -> None:
        async with secure() as url, checking(url) as hq:
            with pytest.raises(Unreachable, match="self-signed certificate") as caught:
                await hq.bare.get("/")
            assert caught.value.kind == "tls"

    asyncio.run(main())


def test_it_is_accepted_when_the_target_says_so_and_the_connection_is_used_again() -> None:
    async def main() -> None:
        async with secure() as url, checking(url, verify_tls=False) as hq:
            (await hq.bare.get("/")).expect()
            (await hq.bare.get("/")).expect()
            timings = [seen.exchange.timing for seen in hq.recorder.evidence if seen.exchange]
            assert [timing.connect_ms is None for timing in timings] == [False, True]

    asyncio.run(main())


def test_a_trusted_certificate_is_verified_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    async def main() -> None:
        async with secure() as url:
            async with checking(url) as hq:
                (await hq.bare.get("/")).expect()
            async with checking(url.replace("localhost", "127.0.0.1")) as hq:
                with pytest.raises(Unreachable, match="IP address mismatch") as caught:
                    await hq.bare.get("/")
                assert caught.value.kind == "tls"

    asyncio.run(main())
