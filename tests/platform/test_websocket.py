"""WebSockets against a real server: frames, refusals, silence, floods."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from vibehq_smoke.errors import Skipped, Unreachable, Violation
from vibehq_smoke.platform import Hq
from vibehq_smoke.platform.websocket import FRAME_BYTES

from .helpers import checking
from .servers import closes, hangs, says_text
from .servers import serve as serve_http

Handler = Callable[[ServerConnection], Awaitable[None]]
AUTH = {"auth": {"kind": "bearer", "token": "tok-0123456789"}}


async def greets(socket: ServerConnection) -> None:
    await socket.send('{"type": "connected"}')
    async for message in socket:
        await socket.send(message)


def connected(use: Callable[[Hq], Awaitable[None]], handler: Handler = greets, **fields: Any) -> None:
    async def main() -> None:
        async with serve(handler, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with checking(f"http://localhost:{port}", **fields) as hq:
                await use(hq)

    asyncio.run(main())


def test_frames_go_both_ways_and_are_kept() -> None:
    async def use(hq: Hq) -> None:
        async with hq.websocket("/ws") as socket:
            assert await socket.receive() == {"type": "connected"}
            await socket.send({"type": "subscribe", "token": "tok-0123456789"})
            assert (await socket.receive())["type"] == "subscribe"
        (evidence,) = hq.recorder.evidence
        assert evidence.kind == "ws"
        assert evidence.summary.startswith("/ws: 3 frame(s)")
        assert evidence.detail is not None
        assert [line[0] for line in evidence.detail.splitlines()] == ["←", "→", "←"]
        assert "tok-0123456789" not in evidence.detail

    connected(use)


def test_the_credential_of_the_client_opens_the_socket() -> None:
    seen: list[str] = []

    async def handler(socket: ServerConnection) -> None:
        assert socket.request is not None
        seen.append(socket.request.headers.get("Authorization", ""))
        await socket.send('{"type": "connected"}')

    async def use(hq: Hq) -> None:
        async with hq.websocket("/ws", hq.anonymous) as socket:
            await socket.receive()
        async with hq.websocket("/ws", hq.service) as socket:
            await socket.receive()

    connected(use, handler, service_auth={"kind": "bearer", "token": "svc-0123456789"})
    assert seen == ["", "Bearer svc-0123456789"]


def test_silence_and_a_closed_socket_are_violations() -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.send('{"type": "connected"}')
        async for _ in socket:
            await socket.close(4001, "enough")

    async def use(hq: Hq) -> None:
        async with hq.websocket("/ws") as socket:
            await socket.receive()
            with pytest.raises(Violation, match=r"no frame came within 0\.1 s") as silent:
                await socket.receive(timeout=0.1)
            assert silent.value.kind == "timeout"
            await socket.send({"type": "x"})
            with pytest.raises(Violation, match=r"closed .code 4001 enough") as closed:
                await socket.receive()
            assert closed.value.kind == "websocket"
            with pytest.raises(Violation, match="closed"):
                await socket.send({"type": "y"})

    connected(use, handler)


@pytest.mark.parametrize("frame", ["nonsense", "[1]", b"\xff", "[" * 100_000])
def test_a_frame_that_is_no_object_is_a_violation(frame: str | bytes) -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.send(frame)

    async def use(hq: Hq) -> None:
        async with hq.websocket("/ws") as socket:
            with pytest.raises(Violation, match="no JSON object") as caught:
                await socket.receive()
            assert caught.value.kind == "json"

    connected(use, handler)


def test_a_frame_beyond_the_limit_ends_the_socket() -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.send("x" * (FRAME_BYTES + 1))

    async def use(hq: Hq) -> None:
        async with hq.websocket("/ws") as socket:
            with pytest.raises(Violation, match="the socket was closed") as caught:
                await socket.receive()
            assert caught.value.kind == "websocket"

    connected(use, handler)


def test_a_handshake_that_wants_a_session_is_skipped_where_none_is_configured() -> None:
    def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(HTTPStatus.UNAUTHORIZED, "no\n")

    async def main() -> None:
        async with serve(greets, "127.0.0.1", 0, process_request=refuse) as server:
            port = server.sockets[0].getsockname()[1]
            async with checking(f"http://localhost:{port}") as hq:
                with pytest.raises(Skipped, match=r"no session: set kind in \[targets\.[\w-]+\.auth\]"):
                    async with hq.websocket("/ws"):
                        pass
                with pytest.raises(Violation, match="status 401 instead of 101"):
                    async with hq.websocket("/ws", hq.anonymous):
                        pass

    asyncio.run(main())


def test_a_rejected_handshake_says_its_status() -> None:
    def refuse(socket: ServerConnection, request: Request) -> Response:
        assert request.path == "/ws"
        return socket.respond(HTTPStatus.FORBIDDEN, "no\n")

    async def main() -> None:
        async with serve(greets, "127.0.0.1", 0, process_request=refuse) as server:
            port = server.sockets[0].getsockname()[1]
            async with checking(f"http://localhost:{port}") as hq:
                with pytest.raises(Violation, match="status 403 instead of 101") as caught:
                    async with hq.websocket("/ws"):
                        pass
                assert caught.value.kind == "websocket"
                assert hq.recorder.evidence[0].kind == "ws"

    asyncio.run(main())


def test_what_answers_with_a_page_or_not_at_all() -> None:
    async def main() -> None:
        routes = {"/page": says_text(b"<html>", content_type="text/html"), "/closed": closes(), "/hangs": hangs()}
        async with serve_http(routes) as server, checking(server.url, deadline_s=0.3) as hq:
            for path, error, text in (
                ("/page", Violation, "status 200 instead of 101"),
                ("/closed", Violation, "the handshake failed"),
                ("/hangs", Unreachable, "no answer to the handshake within 0.3 s"),
            ):
                with pytest.raises(error, match=text):
                    async with hq.websocket(path):
                        pass
        async with checking("http://localhost:1") as hq:
            with pytest.raises(Unreachable, match="no connection"):
                async with hq.websocket("/ws"):
                    pass

    asyncio.run(main())
