"""Asking workers for a check (contract part 4, "execute"), and whether they are there at all."""

from collections.abc import Sequence

import httpx

from vibehq_smoke.lab.context import Lab, WorkerTarget
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Row

TIMEOUT = 10.0
ALIVE_TIMEOUT = 2.0


async def dispatch(lab: Lab, row: Row, options: Json) -> str | None:
    """Order the check of a worker row; what went wrong, or None when the worker has acknowledged."""
    if lab.faults.on("dispatch-unbound"):
        return f"Service binding {row['worker_name']} is not available"
    body = {
        "worker_check_uuid": row["worker_check_uuid"], "options": options,
        "callback_url": f"{lab.base_url}/health-check/result",
    }  # fmt: skip
    url = f"{row['worker_url']}/health-check/execute"
    try:
        reply = await lab.client.post(url, json=body, headers=lab.service_headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    return None if reply.is_success else f"worker answered {reply.status_code}"


async def all_alive(lab: Lab, targets: Sequence[WorkerTarget]) -> bool:
    """Whether each target answers anything at all."""
    try:
        for target in targets:
            await lab.client.get(f"{target.url}/health-check/status", timeout=ALIVE_TIMEOUT)
    except httpx.HTTPError:
        return False
    return True
