"""Connections on real sockets: used again, never when stale, and every broken exchange by its name."""

import asyncio
import gzip
import socket
from collections.abc import Awaitable, Callable

import pytest

from vibehq_smoke.platform.connection import LARGE_BODY_BYTES
from vibehq_smoke.platform.pool import Pool
from vibehq_smoke.platform.wire import Limits, Origin, Request, Transit, WireFailure

from .helpers import until
from .servers import (
    Conversation,
    Server,
    Talk,
    bomb,
    closes,
    drips,
    endless,
    gzipped,
    hangs,
    says,
    says_text,
    sends,
    serve,
)


def request(server: Server, path: str = "/", *, method: str = "GET", body: bytes = b"") -> Request:
    return Request(method, Origin.of(server.url), path, (("Accept", "application/json"),), body)


async def fetch(pool: Pool, wanted: Request, *, deadline_s: float = 5.0) -> Transit:
    transit = Transit()
    await pool.send(wanted, transit, deadline_s)
    return transit


def on(talk: Talk, use: Callable[[Pool, Server], Awaitable[None]], *, limits: Limits | None = None) -> None:
    """Run ``use`` with a pool and a server that answers everything by ``talk``."""

    async def main() -> None:
        async with serve({"*": talk}) as server:
            pool = Pool(limits=limits)
            try:
                await use(pool, server)
            finally:
                await pool.close()

    asyncio.run(main())


def broken(talk: Talk, *, deadline_s: float = 5.0, limits: Limits | None = None) -> tuple[WireFailure, Transit]:
    """How an exchange with ``talk`` breaks, and what came before."""
    transit = Transit()
    failures: list[WireFailure] = []

    async def use(pool: Pool, server: Server) -> None:
        with pytest.raises(WireFailure) as caught:
            await pool.send(request(server), transit, deadline_s)
        failures.append(caught.value)

    on(talk, use, limits=limits)
    return failures[0], transit


def test_a_connection_is_used_again() -> None:
    async def use(pool: Pool, server: Server) -> None:
        first = await fetch(pool, request(server))
        second = await fetch(pool, request(server, method="POST", body=b"{}"))
        assert server.connections == 1
        assert first.connect_ms is not None
        assert second.connect_ms is None
        assert server.received[1].body == b"{}"

    on(says({"ok": True}), use)


def test_a_connection_that_the_server_dropped_is_not_used_again() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"  # keeps alive by its headers, then closes all the same

    async def use(pool: Pool, server: Server) -> None:
        for _ in range(3):
            transit = await fetch(pool, request(server, method="POST", body=b"x"))
            assert transit.status == 200
        assert server.connections == 3

    on(sends(answer), use)


def breaks_once() -> Talk:
    """Answers the first request, drops the second without a word, answers the third."""
    state = {"requests": 0}

    async def talk(conversation: Conversation) -> None:
        state["requests"] += 1
        if state["requests"] == 2:
            conversation.writer.transport.abort()
        else:
            await conversation.json({"request": state["requests"]})

    return talk


def test_a_read_on_a_broken_idle_connection_is_repeated_once() -> None:
    async def use(pool: Pool, server: Server) -> None:
        await fetch(pool, request(server))
        transit = await fetch(pool, request(server))
        assert bytes(transit.body) == b'{"request": 3}'
        assert len(server.received) == 3

    on(breaks_once(), use)


def test_a_write_on_a_broken_idle_connection_is_not_repeated() -> None:
    async def use(pool: Pool, server: Server) -> None:
        await fetch(pool, request(server))
        with pytest.raises(WireFailure, match="before an answer came") as caught:
            await fetch(pool, request(server, method="POST", body=b"x"))
        assert caught.value.kind == "unreachable"
        assert len(server.received) == 2

    on(breaks_once(), use)


def test_a_fresh_connection_that_breaks_is_not_repeated() -> None:
    async def use(pool: Pool, server: Server) -> None:
        with pytest.raises(WireFailure):
            await fetch(pool, request(server))
        assert len(server.received) == 1

    on(closes(), use)


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (closes(), "unreachable"),
        (sends(b"HTTP/1.1 200 OK\r\nContent-Len"), "truncated"),
        (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), "truncated"),
        (sends(b"220 mail ready\r\n"), "protocol"),
        (sends(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000), "protocol"),
        (says_text(b"x" * 100_001), "body-too-large"),
        (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n", then_close=False), "body-too-large"),
        (endless(), "body-too-large"),
        (bomb(20), "body-too-large"),
        (bomb(20, "deflate"), "body-too-large"),
    ],
)
def test_a_broken_exchange_is_named(talk: Talk, kind: str) -> None:
    failure, transit = broken(talk, limits=Limits(body_bytes=100_000))
    assert failure.kind == kind
    assert len(transit.body) <= 100_001
    assert transit.total_ms > 0


@pytest.mark.parametrize("talk", [hangs(), drips()])
def test_the_deadline_covers_silence_and_slow_drips(talk: Talk) -> None:
    failure, transit = broken(talk, deadline_s=0.3)
    assert failure.kind == "timeout"
    assert transit.total_ms >= 290


def test_a_drip_tells_what_came_before_the_deadline() -> None:
    failure, transit = broken(drips(), deadline_s=0.3)
    assert transit.status == 200
    assert transit.received > 0
    assert "bytes of the body came" in failure.reason


def test_a_refused_connection_says_where() -> None:
    async def main() -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))  # taken, but nobody listens
            port = holder.getsockname()[1]
            pool = Pool()
            with pytest.raises(WireFailure, match=f"nothing listens on localhost:{port}") as caught:
                await fetch(pool, Request("GET", Origin("http", "localhost", port), "/"))
            assert caught.value.kind == "unreachable"
            await pool.close()

    asyncio.run(main())


def test_a_name_that_does_not_resolve_is_a_dns_failure() -> None:
    async def main() -> None:
        pool = Pool()
        with pytest.raises(WireFailure, match="does not resolve") as caught:
            await fetch(pool, Request("GET", Origin("http", "no-such-host.invalid", 80), "/"))
        assert caught.value.kind == "dns"
        await pool.close()

    asyncio.run(main())


def test_plain_http_behind_https_is_a_tls_failure() -> None:
    async def speak_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
        async with server:
            pool = Pool()
            origin = Origin("https", "localhost", server.sockets[0].getsockname()[1])
            with pytest.raises(WireFailure) as caught:
                await fetch(pool, Request("GET", origin, "/"))
            assert caught.value.kind == "tls"
            await pool.close()

    asyncio.run(main())


def test_compressed_answers_are_decoded() -> None:
    async def use(pool: Pool, server: Server) -> None:
        transit = await fetch(pool, request(server))
        assert bytes(transit.body) == b'{"ok": true}'
        assert transit.received == len(gzip.compress(b'{"ok": true}'))

    on(gzipped({"ok": True}), use)


def test_redirects_are_not_followed() -> None:
    async def use(pool: Pool, server: Server) -> None:
        transit = await fetch(pool, request(server))
        assert transit.status == 302
        assert len(server.received) == 1

    on(says_text(b"", status=302, Location="/again"), use)


def test_head_works_and_gets_a_new_connection() -> None:
    async def use(pool: Pool, server: Server) -> None:
        transit = await fetch(pool, request(server, method="HEAD"))
        assert transit.status == 200
        assert (await fetch(pool, request(server))).status == 200
        assert server.connections == 2

    on(head_or_get(), use)


def head_or_get() -> Talk:
    async def talk(conversation: Conversation) -> None:
        body = b"" if conversation.request.method == "HEAD" else b"{}"
        await conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + body)

    return talk


def test_an_early_refusal_of_a_large_upload_is_read() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        async with server:
            pool = Pool()
            origin = Origin("http", "localhost", server.sockets[0].getsockname()[1])
            transit = await fetch(pool, Request("POST", origin, "/", (), b"x" * 4_000_000))
            assert transit.status == 413
            await pool.close()

    asyncio.run(main())


def test_no_more_than_the_cap_are_in_flight_and_waiting_is_not_counted() -> None:
    running: list[int] = [0, 0]

    async def slow(conversation: Conversation) -> None:
        running[0] += 1
        running[1] = max(running)
        await asyncio.sleep(0.05)
        running[0] -= 1
        await conversation.json({})

    async def main() -> None:
        async with serve({"*": slow}) as server:
            pool = Pool(in_flight=3)
            await asyncio.gather(*(fetch(pool, request(server)) for _ in range(12)))
            assert running[1] <= 3
            assert server.connections <= 3
            await pool.close()

    asyncio.run(main())


def test_a_cancelled_exchange_takes_its_connection_with_it() -> None:
    state = {"first": True}

    async def slow_then_fast(conversation: Conversation) -> None:
        if state.pop("first", False):
            await asyncio.sleep(30)
        await conversation.json({"late": False})

    async def use(pool: Pool, server: Server) -> None:
        task = asyncio.create_task(fetch(pool, request(server)))
        await until(lambda: server.received)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert bytes((await fetch(pool, request(server))).body) == b'{"late": false}'
        assert server.connections == 2

    on(slow_then_fast, use)


def test_many_large_bodies_take_turns_and_all_arrive() -> None:
    size = 2 * LARGE_BODY_BYTES

    async def use(pool: Pool, server: Server) -> None:
        transits = await asyncio.gather(*(fetch(pool, request(server), deadline_s=30) for _ in range(10)))
        assert [len(transit.body) for transit in transits] == [size] * 10

    on(says_text(b"x" * size), use)


def test_large_bodies_that_stall_do_not_block_small_ones() -> None:
    async def stalls(conversation: Conversation) -> None:
        if conversation.request.target == "/small":
            await conversation.json({})
            return
        await conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 2_000_000)
        await asyncio.Event().wait()

    async def use(pool: Pool, server: Server) -> None:
        stuck = [asyncio.create_task(fetch(pool, request(server, "/large"), deadline_s=1.5)) for _ in range(8)]
        await until(lambda: len(server.received) == 8)
        assert (await fetch(pool, request(server, "/small"))).status == 200
        endings = await asyncio.gather(*stuck, return_exceptions=True)
        assert [ending.kind for ending in endings if isinstance(ending, WireFailure)] == ["timeout"] * 8

    on(stalls, use)


def test_a_header_cannot_smuggle_a_line() -> None:
    async def use(pool: Pool, server: Server) -> None:
        smuggled = Request("GET", Origin.of(server.url), "/", (("X-A", "b\r\nX-C: d"),))
        with pytest.raises(ValueError, match="line break"):
            await fetch(pool, smuggled)
        assert not server.received

    on(says({}), use)


def test_closing_twice_is_fine() -> None:
    async def use(pool: Pool, server: Server) -> None:
        await fetch(pool, request(server))
        await pool.close()
        await pool.close()

    on(says({}), use)
