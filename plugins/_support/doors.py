"""Who may come in: routes that want a session, and callbacks that want the service credential (contract part 3)."""

from __future__ import annotations

import contextlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Violation

from .api_models import CsrfRefusal, Unauthenticated
from .deliveries import PATH as DELIVERIES
from .deliveries import PLAN_PATH as PLANNED_DELIVERIES
from .health_models import Acknowledged, Refusal
from .posting import RESULT
from .protocol import EXECUTE, execute, listener, order, results_url, skip_without_credential
from .refusal_models import Refused
from .results import our_result
from .workers import ask_the_living

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Reply, Worker

READS = (
    "/api/health",
    "/api/health/checks",
    "/api/analytics/logs",
    "/api/analytics/stats",
    "/api/analytics/trends?metric=events",
    "/api/patches/logs",
    DELIVERIES,
    "/api/hil/requests",
)
WRITES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/api/patches/apply", {"batch": "smoke-invalid"}),
    ("/api/ops/scan", {"type": "smoke-invalid"}),
    ("/api/health/checks", {"trigger_type": "smoke-invalid", "worker_filters": "bad@name"}),
)
"""With bodies that start nothing, should the door be open."""

CALLBACK_PATIENCE_S = 2.0
"""For how long to listen for a result that only the next check cares about."""


async def unprotected(hq: Hq) -> list[str]:
    """A line for each protected route that lets somebody in without a credential, or refuses in a wrong way."""
    asked = [_knock(hq, path) for path in READS]
    asked += [hq.anonymous.post(path, json=body) for path, body in WRITES]
    return [line for reply in await hq.gather(*asked) if (line := _open_door(reply))]


async def _knock(hq: Hq, path: str) -> Reply:
    reply = await hq.anonymous.get(path)
    # Where deliveries live is API-07's to judge; here the door counts, wherever it is.
    moved = path == DELIVERIES and reply.status == 404
    return await hq.anonymous.get(PLANNED_DELIVERIES) if moved else reply


def _open_door(reply: Reply) -> str | None:
    route = f"{reply.method} {reply.path}"
    if reply.status not in (401, 403):
        return f"{route} answers {reply.status} instead of 401"
    try:
        reply.expect(Unauthenticated, status=401 if _is_csrf(reply) else (401, 403))
    except Violation as violation:
        return str(violation).partition("\n")[0]
    return None


def _is_csrf(reply: Reply) -> bool:
    return "CSRF" in reply.text


async def session_opens(hq: Hq) -> None:
    """The control: our session opens one of these routes, so that a refusal without it says something.

    The second route stands on another database than the first. Raises Violation.
    """
    first = await hq.api.get("/api/health")
    if trouble := _empty_handed(first):
        second = await hq.api.get("/api/analytics/logs?limit=1")
        if _empty_handed(second):
            raise trouble


def _empty_handed(reply: Reply) -> Violation | None:
    """What is wrong with an answer that should hold something, whatever it is."""
    try:
        held = reply.expect()
    except Violation as violation:
        return violation
    what = f"{reply.method} {reply.path} answers our session with {json.dumps(held)}"
    return None if held else Violation(what, kind="shape")


async def csrf_is_enforced(hq: Hq) -> None:
    """The control: a write without the pair is refused for that. The body starts nothing. Raises Violation."""
    reply = await hq.api.post("/api/ops/scan", json={"type": "smoke-invalid"}, csrf=False)
    assert reply.status == 403, (
        f"a write without the CSRF pair answers {reply.status} instead of 403: CSRF protection is off"
    )
    said = reply.expect(CsrfRefusal, status=403).message
    assert "CSRF" in said, f"a write without the CSRF pair is refused for another reason than CSRF: {said}"


async def callbacks_need_no_pair(hq: Hq) -> None:
    """An empty result and an empty execute request are refused as such, not for the CSRF pair. Raises Violation."""
    empty = await hq.service.post(RESULT, json={})
    skip_without_credential(hq, "the orchestrator", empty)
    empty.expect(Refusal, status=400)

    async def ask(worker: Worker) -> None:
        _served(worker, await execute(hq, worker, {})).expect(Refused, status=400)

    await ask_the_living(hq, ask)


def _served(worker: Worker, reply: Reply) -> Reply:
    """The reply, unless there is no such route at all: then there is no door to try."""
    if reply.status in (404, 405):
        raise Blocked(f"POST {EXECUTE} of {worker.name} answers {reply.status}", component="health-protocol")
    return reply


async def accepts_our_credential(hq: Hq) -> None:
    """With the service credential a worker executes, and the orchestrator looks at a result. Raises Violation."""
    reply = await hq.service.post(RESULT, json=_made_up(hq))
    skip_without_credential(hq, "the orchestrator", reply)
    assert reply.status not in (401, 403), f"POST {RESULT} answers {reply.status} to the configured service credential"

    async def ask(worker: Worker) -> None:
        listening = listener(hq)
        if listening is None:
            reply = _served(worker, await execute(hq, worker, order(results_url(hq))))
            reply.expect(Acknowledged, status=(200, 202))
            return
        async with listening as results:
            reply = _served(worker, await execute(hq, worker, order(results.url)))
            reply.expect(Acknowledged, status=(200, 202))
            # Heard out, so that the worker does not go on trying to deliver; the result is HLT-06's to judge.
            with contextlib.suppress(Violation):
                await results.wait(1, CALLBACK_PATIENCE_S)

    await ask_the_living(hq, ask)
    _assert_looked_at(reply)


def _assert_looked_at(reply: Reply) -> None:
    """The made-up result was taken or refused as such; that it should be refused is HLT-09's to judge."""
    taken = 200 <= reply.status < 300
    reply.expect(None if taken else Refusal, status=(200, 202, 400, 404))


async def strangers(hq: Hq, headers: dict[str, str], who: str) -> list[str]:
    """A line for each callback route that does not refuse ``who`` comes with ``headers``, or not as it should."""
    result = await hq.bare.post(RESULT, json=_made_up(hq), headers=headers)
    found = [_not_refused(result, f"POST {RESULT} of the orchestrator", who)]

    async def ask(worker: Worker) -> None:
        reply = _served(worker, await worker.post(EXECUTE, json=order(results_url(hq)), headers=headers))
        found.append(_not_refused(reply, f"POST {EXECUTE} of {worker.name}", who))

    await ask_the_living(hq, ask)
    return [line for line in found if line]


def _not_refused(reply: Reply, door: str, who: str) -> str | None:
    try:
        reply.expect(Refused, status=(401, 403))
    except Violation as violation:
        let_in = 200 <= reply.status < 300 and reply.media_type == "application/json"
        return f"{door}: " + (f"let in {who} ({reply.status})" if let_in else str(violation).partition("\n")[0])
    return None


def wrong_headers(hq: Hq) -> dict[str, str]:
    """The headers of the service credential, with another value of the same form."""
    return {name: f"{value.partition(' ')[0]} smoke-wrong-credential" for name, value in hq.service_headers().items()}


def _made_up(hq: Hq) -> dict[str, Any]:
    """A valid result for a check that nobody asked for: nothing is stored, whoever sends it."""
    return {"worker_check_uuid": str(uuid.uuid4()), "results": our_result(hq.tag)}
