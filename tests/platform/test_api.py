"""What a client sends, and what it makes of trouble."""

import asyncio
import json
import socket
import urllib.parse
from uuid import UUID

import pytest

from vibehq_smoke.errors import RunnerOffline, Unreachable, Violation
from vibehq_smoke.platform import Hq

from .helpers import SPEC, checking, platform, until
from .servers import Talk, closes, endless, hangs, says, says_text, sends, serve

CSRF = {"success": True, "data": {"token": "tok-12345678", "headerName": "X-CSRF-Token", "expiresIn": 7200}}
COOKIE = urllib.parse.quote(json.dumps({"token": "tok-12345678", "timestamp": 1}))


def with_csrf(**routes: Talk) -> dict[str, Talk]:
    return {
        "/api/auth/csrf-token": says(CSRF, Set_Cookie=f"csrf-token={COOKIE}; Secure; HttpOnly; Path=/"),
        "*": says({"ok": True}),
    } | {path.replace("_", "/"): talk for path, talk in routes.items()}


def test_a_request_says_who_asks_and_what_it_takes() -> None:
    async def main() -> None:
        async with serve(with_csrf()) as server, checking(server.url) as hq:
            await hq.api.get("/api/health")
            headers = server.received[0].headers
            assert headers["host"] == server.url.removeprefix("http://")
            assert headers["accept"] == "application/json"
            assert headers["user-agent"] == "vibehq-smoke"
            assert "cookie" not in headers
            assert "content-type" not in headers

    asyncio.run(main())


def test_json_content_params_and_headers_arrive() -> None:
    async def main() -> None:
        async with serve(with_csrf()) as server, checking(server.url) as hq:
            uuid = UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
            await hq.bare.post("/a b?x=1", json={"id": uuid}, params={"y": "ä&", "on": True, "n": 1.5})
            await hq.bare.put("/p", content="{broken")
            await hq.bare.patch("/q", content=b"\xff", headers={"content-type": "text/x", "Accept": None})
            await hq.bare.delete("/r")
            first, second, third, fourth = server.received
            assert first.target == "/a%20b?x=1&y=%C3%A4%26&on=true&n=1.5"
            assert first.json == {"id": str(uuid)}
            assert first.headers["content-type"] == "application/json"
            assert (second.method, second.body) == ("PUT", b"{broken")
            assert second.headers["content-type"] == "application/json"
            assert (third.headers["content-type"], third.body) == ("text/x", b"\xff")
            assert "accept" not in third.headers
            assert (fourth.method, fourth.target) == ("DELETE", "/r")

    asyncio.run(main())


def test_a_path_starts_with_a_slash() -> None:
    async def main() -> None:
        async with checking("http://localhost:1") as hq:
            with pytest.raises(ValueError, match="starts with a slash"):
                await hq.api.get("http://elsewhere/api")

    asyncio.run(main())


def test_the_csrf_pair_goes_along_on_writes_under_api_and_is_fetched_once() -> None:
    async def main() -> None:
        async with serve(with_csrf()) as server, platform(server.url) as opened:
            one, two = opened.hq(SPEC), opened.hq(SPEC)
            await asyncio.gather(one.api.post("/api/a", json={}), two.anonymous.delete("/api/b"))
            await one.api.get("/api/c")
            await one.api.post("/health-check/result", json={})
            await one.bare.post("/api/d", json={})
            await one.service.post("/api/e", json={})
            await one.api.post("/api/f", json={}, csrf=False)
            await one.bare.post("/api/g", json={}, csrf=True)
            assert len(server.asked("/api/auth/csrf-token")) == 1
            for path in ("/api/a", "/api/b", "/api/g"):
                (asked,) = server.asked(path)
                assert asked.headers["x-csrf-token"] == "tok-12345678"
                assert asked.headers["cookie"] == f"csrf-token={COOKIE}"
            for path in ("/api/c", "/health-check/result", "/api/d", "/api/e", "/api/f"):
                (asked,) = server.asked(path)
                assert "x-csrf-token" not in asked.headers
                assert "cookie" not in asked.headers

    asyncio.run(main())


@pytest.mark.parametrize("csrf", [says({}, status=500), says({"data": 1}), says_text(b"<html>"), closes(), hangs()])
def test_without_a_token_a_literal_pair_is_sent(csrf: Talk) -> None:
    async def main() -> None:
        routes = with_csrf() | {"/api/auth/csrf-token": csrf}
        async with serve(routes) as server, checking(server.url, deadline_s=0.5) as hq:
            await hq.api.post("/api/a", json={})
            headers = server.asked("/api/a")[0].headers
            assert headers["cookie"] == f"csrf-token={headers['x-csrf-token']}"

    asyncio.run(main())


def test_a_token_without_a_cookie_gets_the_cookie_made_by_hand() -> None:
    async def main() -> None:
        routes = with_csrf() | {"/api/auth/csrf-token": says(CSRF)}
        async with serve(routes) as server, checking(server.url) as hq:
            await hq.api.post("/api/a", json={})
            cookie = server.asked("/api/a")[0].headers["cookie"].removeprefix("csrf-token=")
            assert json.loads(urllib.parse.unquote(cookie))["token"] == "tok-12345678"

    asyncio.run(main())


def test_a_secret_of_the_pair_stays_out_of_evidence() -> None:
    async def main() -> None:
        async with serve(with_csrf()) as server, checking(server.url) as hq:
            await hq.api.post("/api/a", json={"echo": "tok-12345678"})
            text = hq.recorder.evidence[0].model_dump_json()
            assert "tok-12345678" not in text
            assert COOKIE not in text
            assert "$CSRF_TOKEN" in text

    asyncio.run(main())


async def ask(hq: Hq) -> None:
    await hq.api.get("/api/x", deadline=0.3)


@pytest.mark.parametrize(
    ("talk", "error", "kind", "text"),
    [
        (closes(), Unreachable, "unreachable", "orchestrator does not answer: GET /api/x: the connection was"),
        (hangs(), Unreachable, "timeout", "no answer within 0.3 s"),
        (endless(), Violation, "body-too-large", "orchestrator, GET /api/x: the body is larger than 8,388,608 bytes"),
        (
            sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
            Violation,
            "truncated",
            "before the body was complete",
        ),
        (sends(b"nonsense\r\n\r\n"), Violation, "protocol", "not HTTP"),
    ],
)
def test_a_broken_exchange_is_a_verdict_and_evidence(talk: Talk, error: type[Violation], kind: str, text: str) -> None:
    async def main() -> None:
        async with serve({"*": talk}) as server, platform(server.url) as opened:
            hq = opened.hq(SPEC)
            with pytest.raises(error) as caught:
                await ask(hq)
            assert caught.value.kind == kind
            assert text in str(caught.value)
            (evidence,) = hq.recorder.evidence
            assert evidence.exchange is not None
            assert evidence.exchange.error is not None

    asyncio.run(main())


def test_a_refused_connection_is_unreachable_and_evidence() -> None:
    async def main() -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            async with checking(f"http://localhost:{holder.getsockname()[1]}") as hq:
                with pytest.raises(Unreachable, match="nothing listens on localhost"):
                    await hq.bare.get("/api/status")
                assert hq.recorder.evidence[0].exchange is not None

    asyncio.run(main())


def test_a_cancelled_exchange_is_evidence_too_and_says_what_it_waited_for() -> None:
    async def main() -> None:
        async with serve({"*": hangs()}) as server, checking(server.url) as hq:
            task = asyncio.create_task(ask(hq))
            await until(lambda: server.received)
            assert hq.recorder.waiting_for == "GET /api/x (orchestrator)"
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            exchange = hq.recorder.evidence[0].exchange
            assert exchange is not None
            assert exchange.error == "cancelled: deadline"
            assert hq.recorder.waiting_for is None

    asyncio.run(main())


def test_a_name_that_does_not_resolve_is_the_targets_fault_when_the_probe_answers() -> None:
    async def main() -> None:
        async with serve({"*": says({})}) as server:
            probe = server.url.removeprefix("http://")
            async with checking("http://no-such-host.invalid", network_probe=probe) as hq:
                with pytest.raises(Unreachable, match="does not resolve"):
                    await hq.bare.get("/")

    asyncio.run(main())


def test_a_name_that_does_not_resolve_is_the_runners_fault_when_the_probe_is_dead() -> None:
    async def main() -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            probe = f"127.0.0.1:{holder.getsockname()[1]}"
            async with checking("http://no-such-host.invalid", network_probe=probe) as hq:
                with pytest.raises(RunnerOffline, match="no route to no-such-host"):
                    await hq.bare.get("/")

    asyncio.run(main())
