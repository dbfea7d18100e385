"""The listener for workers' callbacks, driven over real sockets."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import pytest

from vibehq_smoke.errors import Skipped, Violation
from vibehq_smoke.platform import Hq, Listener
from vibehq_smoke.platform.pool import Pool
from vibehq_smoke.platform.wire import Origin, Request, Transit

from .helpers import checking

PATH = "/health-check/result"


async def deliver(
    url: str, body: bytes = b'{"worker_check_uuid": "1"}', *, method: str = "POST", path: str = PATH
) -> int:
    pool, transit = Pool(), Transit()
    headers = (("Authorization", "Bearer service-0123456789"),)
    await pool.send(Request(method, Origin.of(url), path, headers, body), transit, 5)
    await pool.close()
    return transit.status or 0


def listening(use: Callable[[Hq, Listener], Awaitable[None]], answers: tuple[int, ...] = (200,)) -> None:
    async def main() -> None:
        async with checking("http://localhost:1") as hq, hq.callbacks(answers) as listener:
            await use(hq, listener)

    asyncio.run(main())


def test_callbacks_arrive_are_answered_in_turn_and_kept() -> None:
    async def use(hq: Hq, listener: Listener) -> None:
        assert listener.url.startswith("http://localhost:")
        assert listener.url.endswith(PATH)
        assert [await deliver(listener.url) for _ in range(4)] == [500, 500, 200, 200]
        callbacks = await listener.wait(4, timeout=5)
        assert [callback.json for callback in callbacks] == [{"worker_check_uuid": "1"}] * 4
        assert callbacks[0].at <= callbacks[1].at
        assert callbacks[0].headers["Authorization"] == "Bearer service-0123456789"
        assert "service-0123456789" not in repr(callbacks)
        assert [seen.kind for seen in hq.recorder.evidence] == ["callback"] * 4
        assert "answered 500" in hq.recorder.evidence[0].summary

    listening(use, (500, 500, 200))


def test_both_loopback_addresses_answer_where_both_exist() -> None:
    async def use(_: Hq, listener: Listener) -> None:
        origin = Origin.of(listener.url)
        hosts = ["127.0.0.1", "::1"] if socket.has_ipv6 and _has_v6() else ["127.0.0.1"]
        for host in hosts:
            address = f"[{host}]" if ":" in host else host
            assert await deliver(f"http://{address}:{origin.port}") == 200
        assert len(listener.received) == len(hosts)

    listening(use)


def _has_v6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_waiting_ends_when_the_callback_comes() -> None:
    async def use(hq: Hq, listener: Listener) -> None:
        waiting = asyncio.create_task(listener.wait(1, timeout=10))
        await asyncio.sleep(0)
        assert hq.recorder.waiting_for == f"callback 1 at {PATH}"
        await deliver(listener.url)
        assert len(await waiting) == 1

    listening(use)


def test_a_callback_that_does_not_come_is_a_violation() -> None:
    async def use(_: Hq, listener: Listener) -> None:
        await deliver(listener.url)
        with pytest.raises(Violation, match=r"1 of 2 callback\(s\) came within 0.1 s") as caught:
            await listener.wait(2, timeout=0.1)
        assert caught.value.kind == "callback"

    listening(use)


def test_silence_holds_and_is_broken() -> None:
    async def use(_: Hq, listener: Listener) -> None:
        await deliver(listener.url)
        await listener.silence(0.05)
        watching = asyncio.create_task(listener.silence(10))
        await asyncio.sleep(0)
        await deliver(listener.url, b'{"again": true}')
        with pytest.raises(Violation, match=r'another callback came when none was due: \{"again": true\}') as caught:
            await watching
        assert caught.value.kind == "callback"

    listening(use)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", PATH, 405), ("POST", "/elsewhere", 404), ("POST", f"{PATH}?x=1", 200)]
)
def test_only_a_post_to_the_one_path_counts(method: str, path: str, status: int) -> None:
    async def use(_: Hq, listener: Listener) -> None:
        assert await deliver(listener.url, method=method, path=path) == status
        assert len(listener.received) == (status == 200)

    listening(use)


def test_a_body_that_is_no_json_is_kept_as_none() -> None:
    async def use(hq: Hq, listener: Listener) -> None:
        await deliver(listener.url, b"\xff{")
        assert listener.received[0].json is None
        assert hq.recorder.evidence[0].detail == "\ufffd{"

    listening(use)


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nX: " + b"y" * 2_000_000, b""])
def test_nonsense_and_floods_are_cut_off(sent: bytes) -> None:
    async def use(_: Hq, listener: Listener) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", Origin.of(listener.url).port)
        writer.write(sent)
        if not sent:
            writer.close()
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert await deliver(listener.url) == 200
        assert len(listener.received) == 1

    listening(use)


def test_the_port_is_free_again_afterwards() -> None:
    async def main() -> None:
        async with checking("http://localhost:1") as hq:
            async with hq.callbacks() as listener:
                port = Origin.of(listener.url).port
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            with pytest.raises(OSError, match=r"refused|failed"):
                await asyncio.open_connection("127.0.0.1", port)
            writer.close()

    asyncio.run(main())


def test_a_configured_host_is_what_workers_are_told() -> None:
    async def main() -> None:
        host = "runner.example.test"
        async with checking("https://hq.example.test", callback_host=host) as hq, hq.callbacks() as listener:
            assert listener.url.startswith("http://runner.example.test:")
            port = Origin.of(listener.url).port
            assert await deliver(f"http://localhost:{port}") == 200

    asyncio.run(main())


def test_workers_elsewhere_need_a_callback_host() -> None:
    async def main() -> None:
        async with checking("https://hq.example.test") as hq:
            with pytest.raises(Skipped, match="set callback_host"):
                hq.callbacks()

    asyncio.run(main())


def test_a_listener_needs_an_answer() -> None:
    async def main() -> None:
        async with checking("http://localhost:1") as hq:
            with pytest.raises(ValueError, match="at least one answer"):
                async with hq.callbacks(()):
                    pass

    asyncio.run(main())
