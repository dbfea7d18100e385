"""What one request costs, by client: 500 at once against the delay server, CPU time of this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from benchmarks.processes import server
from vibehq_smoke.config import Target
from vibehq_smoke.models import CheckSpec, Mode, Priority
from vibehq_smoke.platform import Platform
from vibehq_smoke.redact import Redactor

AT_ONCE = 500
SPEC = CheckSpec(
    id="bench", category="bench", title="bench", component="bench", priority=Priority.P1, mode=Mode.HTTP
)  # fmt: skip

Send = Callable[[], Awaitable[object]]


async def cost(send: Send, count: int) -> float:
    """Milliseconds of CPU per request, for ``count`` of them, ``AT_ONCE`` at a time, after a first round."""

    async def several(number: int) -> None:
        for _ in range(number):
            await send()

    await asyncio.gather(*(several(1) for _ in range(AT_ONCE)))
    before = time.process_time()
    await asyncio.gather(*(several(count // AT_ONCE) for _ in range(AT_ONCE)))
    return (time.process_time() - before) / count * 1000


async def of_checks(port: int) -> float:
    """A check's way: the platform object with evidence, redaction and a model of the answer."""
    target = Target(name="bench", base_url=f"http://localhost:{port}", environment="local")
    platform = Platform(
        target, run_id="bench", started=time.monotonic(), redactor=Redactor(()), in_flight=AT_ONCE
    )  # fmt: skip

    async def send() -> object:
        return (await platform.hq(SPEC).bare.get("/?ms=1")).expect()

    try:
        return await cost(send, 2000)
    finally:
        await platform.close()


async def of_httpx(port: int) -> float:
    """httpx's client with a pool as large as the load."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", limits=limits, timeout=60) as client:
        return await cost(lambda: client.get("/?ms=1"), AT_ONCE)


def main() -> None:
    """Print both."""
    with server() as port:
        ours = asyncio.run(of_checks(port))
        theirs = asyncio.run(of_httpx(port))
    print(f"CPU per request, {AT_ONCE} at once")
    print(f"  hq, with evidence and model  {ours:6.2f} ms")
    print(f"  httpx.AsyncClient            {theirs:6.2f} ms   ({theirs / ours:.0f} x)")


if __name__ == "__main__":
    main()
