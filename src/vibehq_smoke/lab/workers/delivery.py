"""Bringing a result to whoever asked for it (contract part 4, "result delivery"; WRK-08, ERR-05)."""

import asyncio

import httpx

from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.desk import Desk

GAPS = (1.0, 2.0)
TIMEOUT = 10.0


async def deliver(desk: Desk, url: str, body: Json) -> bool:
    """POST `body` to `url`, up to three times, 1 s and 2 s apart, until a 2xx. Whether it was taken."""
    # The credential is for the orchestrator alone: a callback may lead anywhere.
    ours = url.startswith(f"{desk.lab.base_url}/")
    headers = desk.lab.service_headers if ours else {}
    check = body["worker_check_uuid"]
    for gap in (*_gaps(desk), None):
        problem = await _post(desk.lab.client, url, body, headers)
        if problem is None:
            desk.note("info", "result delivered", worker_check_uuid=check)
            return True
        desk.note("warn", "result not delivered", worker_check_uuid=check, problem=problem)
        if gap is not None:
            await asyncio.sleep(gap)
    desk.note("error", "result given up", worker_check_uuid=check)
    return False


def _gaps(desk: Desk) -> tuple[float, ...]:
    if desk.on("delivery-no-retry"):
        return ()
    return (0.0,) * len(GAPS) if desk.on("delivery-retry-gaps-wrong") else GAPS


async def _post(client: httpx.AsyncClient, url: str, body: Json, headers: dict[str, str]) -> str | None:
    """What went wrong, or None."""
    try:
        reply = await client.post(url, json=body, headers=headers, timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}: {error}"
    return None if reply.is_success else f"status {reply.status_code}"
