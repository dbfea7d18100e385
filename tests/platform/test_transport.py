"""The edge to httpx, in both directions."""

import asyncio
import subprocess
import sys

import httpx
import pytest

from vibehq_smoke import platform
from vibehq_smoke.platform.transport import ThroughHttpx, Transport
from vibehq_smoke.platform.wire import Limits, Origin, Request, Transit, WireFailure

from .servers import Talk, bomb, closes, gzipped, hangs, says, says_text, serve


def test_an_httpx_client_works_over_our_connections() -> None:
    async def main() -> None:
        routes = {
            "/json": says({"ok": True}, Set_Cookie="a=1"),
            "/packed": gzipped({"packed": True}),
            "/moved": says_text(b"", status=302, Location="/json"),
        }
        async with serve(routes) as server, httpx.AsyncClient(transport=Transport(), base_url=server.url) as client:
            answer = await client.post("/json?x=1", json={"a": 1}, headers={"X-A": "b"})
            assert answer.json() == {"ok": True}
            assert answer.headers["set-cookie"] == "a=1"
            assert (await client.get("/packed")).json() == {"packed": True}
            moved = await client.get("/moved")
            assert (moved.status_code, moved.headers["location"]) == (302, "/json")
            assert server.received[0].target == "/json?x=1"
            assert server.received[0].json == {"a": 1}
            assert server.received[0].headers["x-a"] == "b"
            assert server.connections == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    ("talk", "error"),
    [(closes(), httpx.ConnectError), (hangs(), httpx.ReadTimeout), (bomb(20), httpx.RemoteProtocolError)],
)
def test_broken_exchanges_raise_the_nearest_error_of_httpx(talk: Talk, error: type[Exception]) -> None:
    async def main() -> None:
        async with serve({"*": talk}) as server, httpx.AsyncClient(transport=Transport(), timeout=0.5) as client:
            with pytest.raises(error):
                await client.get(server.url)

    asyncio.run(main())


def through(handler: object, *, limits: Limits | None = None, deadline_s: float = 1.0) -> Transit:
    async def main() -> Transit:
        transit = Transit()
        sender = ThroughHttpx(httpx.MockTransport(handler), limits)  # type: ignore[arg-type] # whatever a test hands in
        await sender.send(Request("GET", Origin("http", "localhost", 1), "/x"), transit, deadline_s)
        await sender.close()
        return transit

    return asyncio.run(main())


def test_an_httpx_transport_can_stand_in_for_the_network() -> None:
    transit = through(lambda request: httpx.Response(201, json={"path": request.url.path}))
    assert transit.status == 201
    assert bytes(transit.body) == b'{"path":"/x"}'


def test_limits_and_failures_hold_there_too() -> None:
    def refuses(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    def times_out(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    async def hangs_on(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return httpx.Response(200)

    for handler, kind in ((refuses, "unreachable"), (times_out, "timeout"), (hangs_on, "timeout")):
        with pytest.raises(WireFailure) as caught:
            through(handler, deadline_s=0.1)
        assert caught.value.kind == kind
    with pytest.raises(WireFailure) as caught:
        through(lambda _: httpx.Response(200, content=b"x" * 100), limits=Limits(body_bytes=10))
    assert caught.value.kind == "body-too-large"


def imported(script: str, *modules: str) -> set[str]:
    """Which of ``modules`` are imported after ``script``."""
    script += f"; import sys; print(*({{*{modules!r}}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_run_imports_neither_httpx_nor_websockets() -> None:
    script = "from vibehq_smoke.platform import Platform, Hq"
    assert imported(script, "httpx", "websockets", "rich", "vibehq_smoke.platform.pool") == {
        "vibehq_smoke.platform.pool"
    }


def test_a_plugin_that_wants_dialects_pays_for_nothing_else() -> None:
    script = "from vibehq_smoke.platform import Dialect, Paths"
    assert imported(script, "vibehq_smoke.platform.api", "vibehq_smoke.platform.recorder", "httptools", "ssl") == set()


def test_every_public_name_can_be_imported_and_no_other() -> None:
    for name in platform.__all__:
        assert getattr(platform, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = platform.Nothing  # type: ignore[attr-defined] # that is the point
