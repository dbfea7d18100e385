"""Requests that must be refused as JSON, each with the component that has to (contract ERR-01)."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation

from .deliveries import PATH as DELIVERIES
from .deliveries import PLAN_PATH as PLANNED_DELIVERIES
from .posting import RESULT
from .protocol import EXECUTE, order, results_url, skip_without_credential
from .refusal_models import Refused
from .soundness import unsound
from .stored import stored_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vibehq_smoke.platform import Hq, Reply, Worker

PROTOCOL = "health-protocol"
REFUSING = (
    "health-api", "patch-api", "orchestrator", PROTOCOL, "analytics-api", "delivery-api", "hil", "specialist-log",
)  # fmt: skip
"""Components with probes; those of the protocol go to a worker."""
_ASKS_A_WORKER = (PROTOCOL, "health-api")
"""The latter since results are refused by who serves the protocol."""

FACTORIES = "/api/factories"
GARBLED = b"{smoke"
JSON = {"content-type": "application/json"}
_STARTED = "select health_check_uuid from health_checks where trigger_source = ?"


@dataclass(frozen=True)
class Probe:
    """One request that is wrong, and how it must be refused."""

    component: str
    method: str
    path: str
    statuses: tuple[int, ...] = (400,)
    json: Any = None
    content: bytes | None = None
    control: str | None = None
    """A path that is right, of the same route: when that fails too, nobody knows how the route refuses."""

    @property
    def changes(self) -> bool:
        """Whether it could change something where it is not refused."""
        return self.method != "GET"


def probes(hq: Hq) -> list[Probe]:
    """All probes of the orchestrator. A body that is garbled as a whole is not sent to what would start work (D-23)."""
    return [*_reads(hq), *_runs(hq), *_results(), *_others(hq)]


def _reads(hq: Hq) -> Iterable[Probe]:
    checks, patches = "/api/health/checks", "/api/patches"
    yield Probe("health-api", "GET", f"{checks}/invalid-uuid")
    yield Probe("health-api", "GET", f"{checks}/{uuid.uuid4()}", (404,))
    for query in ("limit=101", "limit=0", "page=0", "triggerType=x"):
        yield Probe("health-api", "GET", f"{checks}?{query}")
    yield Probe("health-api", "GET", "/api/health/workers/bad@name/latest")
    yield Probe("analytics-api", "GET", "/api/analytics/trends", control="/api/analytics/trends?metric=events")
    yield Probe("patch-api", "GET", f"{patches}/trends?metric=x", control=f"{patches}/trends?metric=events")
    yield Probe("patch-api", "GET", f"{patches}/logs?limit=0", control=f"{patches}/logs?limit=1")
    yield Probe("hil", "GET", "/api/hil/requests/999999999", (404,))
    yield Probe("orchestrator", "GET", f"/api/{hq.tag}-nope", (404,))


def _runs(hq: Hq) -> Iterable[Probe]:
    """Over one worker at most, and marked, should one of them be let through."""
    valid = hq.tagged(trigger_source=_mark(hq), worker_filters=[hq.cheap_worker] if hq.workers else ["smoke-none"])
    for wrong in (
        {"trigger_type": "x"},
        {"timeout_minutes": 0},
        {"timeout_minutes": 1441},
        {"worker_filters": "bad@name"},
        {"worker_filters": 7},
    ):
        yield Probe("health-api", "POST", "/api/health/checks", json=valid | wrong)


def _results() -> Iterable[Probe]:
    yield Probe("health-api", "POST", RESULT, content=GARBLED)
    yield Probe("health-api", "POST", RESULT, json={})


def _others(hq: Hq) -> Iterable[Probe]:
    yield Probe("hil", "PATCH", "/api/hil/requests/1/status", json={"status": "x"})
    yield Probe("orchestrator", "POST", FACTORIES, json={"name": f"Bad Name {hq.tag}"})
    yield Probe("specialist-log", "POST", "/api/specialists/log", json={})
    yield Probe("analytics-api", "POST", "/api/analytics/logs", (404, 405), json={})
    yield Probe("delivery-api", "POST", DELIVERIES, content=GARBLED)
    yield Probe("patch-api", "POST", "/api/patches/events", content=GARBLED)


async def all_are_refused(hq: Hq, component: str) -> None:
    """Every probe of ``component`` is refused as it must be, and none of them started a run.

    Raises one Violation for all that are not; else Blocked when the worker that is asked is not there; Skipped when
    nothing may be tried.
    """
    worker = next(iter(hq.workers.values()), None) if component in _ASKS_A_WORKER else None
    obstacle = await unsound(worker) if worker else None
    mine = [probe for probe in probes(hq) if probe.component == component and not _hidden(probe, obstacle)]
    sent = [probe for probe in mine if not (hq.read_only and probe.changes)]
    if hq.read_only:
        _note_what_is_left(hq, sent)
    found = [trouble for trouble in await asyncio.gather(*(_trouble(hq, probe) for probe in sent)) if trouble]
    wrong = [trouble for trouble in found if isinstance(trouble, Violation)]
    if component == PROTOCOL and not hq.read_only:
        wrong += await _wrongly_taken(hq, _there(hq, worker, obstacle))
    if wrong:
        raise Violation("\n".join(map(str, wrong)), kind=wrong[0].kind)
    await _assert_none_started(hq)
    for trouble in found:
        raise trouble


def _note_what_is_left(hq: Hq, sent: Sequence[Probe]) -> None:
    if not sent:
        section = f"[targets.{hq.target.name}]"
        raise Skipped(f"it sends requests that could change something: set allow_writes = true in {section}")
    hq.note("only reads were tried: the target is read-only")


def _there(hq: Hq, worker: Worker | None, obstacle: Blocked | None) -> Worker:
    if obstacle is not None:
        raise obstacle
    if worker is None:
        raise Skipped(f"no workers to ask: list them in [targets.{hq.target.name}.workers]")
    return worker


def _hidden(probe: Probe, obstacle: Blocked | None) -> bool:
    """Whether nobody serves the protocol at all, which is HLT-07's to judge (D-08)."""
    return probe.path == RESULT and obstacle is not None and obstacle.component == "health-protocol"


async def _trouble(hq: Hq, probe: Probe) -> Violation | Blocked | None:
    reply = await _send(hq, probe)
    if probe.control and reply.status >= 500 and (await hq.api.get(probe.control)).status >= 500:
        return Blocked(f"GET {probe.control}, which is right, answers {reply.status} too", component=probe.component)
    if probe.path == DELIVERIES and reply.status == 404:
        # Where deliveries live is API-07's to judge.
        reply = await hq.api.post(PLANNED_DELIVERIES, content=probe.content, headers=JSON)
    if probe.path == FACTORIES and reply.status < 300:
        name = probe.json["name"]
        hq.created("factory", name, database="DB_OPS", table="factories", where="name")
    return _wrong(reply, probe.statuses, probe.component, _body(probe))


async def _send(hq: Hq, probe: Probe) -> Reply:
    if probe.path == RESULT:
        reply = await hq.service.post(RESULT, json=probe.json, content=probe.content, headers=JSON)
        skip_without_credential(hq, "the orchestrator", reply)
        return reply
    headers = JSON if probe.content is not None else None
    return await hq.api.request(probe.method, probe.path, json=probe.json, content=probe.content, headers=headers)


def _wrong(reply: Reply, statuses: tuple[int, ...], component: str, body: str = "") -> Violation | None:
    try:
        reply.expect(Refused, status=statuses)
    except Violation as violation:
        return Violation(str(violation).partition("\n")[0] + body, kind=violation.kind, about=component)
    return None


def _body(probe: Probe) -> str:
    """What was sent, where the path alone does not say what is wrong with the request."""
    if probe.content is not None:
        return f" to the body {probe.content.decode()}, which is no JSON"
    return "" if probe.json is None else f" to the body {json.dumps(probe.json)}"


async def _wrongly_taken(hq: Hq, worker: Worker) -> list[Violation]:
    """What is wrong with how a worker refuses orders that are none."""
    valid = order(results_url(hq))
    bodies: tuple[dict[str, Any], ...] = (
        {},
        valid | {"worker_check_uuid": "no-uuid"},
        valid | {"worker_check_uuid": str(uuid.uuid1())},
        valid | {"callback_url": "ftp://smoke.invalid/result"},
    )
    headers = hq.service_headers()
    *replies, asked = await asyncio.gather(
        *(worker.post(EXECUTE, json=body, headers=headers) for body in bodies), worker.get(EXECUTE, headers=headers)
    )
    for reply in replies:
        skip_without_credential(hq, worker.name, reply)
    found = [
        _wrong(reply, (400,), "health-protocol", f" to the body {json.dumps(body)}")
        for reply, body in zip(replies, bodies, strict=True)
    ]
    if not _is_plain_refusal(asked):
        found.append(_wrong(asked, (405,), "health-protocol"))
    return [trouble for trouble in found if trouble]


def _is_plain_refusal(asked: Reply) -> bool:
    """As built the 405 is plain text, which the contract allows here (part 4)."""
    return asked.status == 405 and asked.media_type == "text/plain" and bool(asked.text.strip())


async def _assert_none_started(hq: Hq) -> None:
    if hq.read_only:
        return
    rows = await stored_rows(hq, "DB_HEALTH", _STARTED, (_mark(hq),))
    for row in rows or ():
        where = {"health_check_uuid": row["health_check_uuid"]}
        hq.created("health run", row["health_check_uuid"], database="DB_HEALTH", table="health_checks", where=where)
    if rows:
        raise Violation(f"{len(rows)} run(s) were started by requests that were refused", kind="created")


def _mark(hq: Hq) -> str:
    return f"{hq.tag}-refused"
