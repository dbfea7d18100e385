"""What answers give away that is nobody's business: the insides of the platform, and secrets (EDGE-05)."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, NamedTuple

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.errors import Unreachable

from .protocol import EXECUTE, order, results_url
from .refusal_models import Refused
from .refusals import GARBLED, JSON, PROTOCOL
from .workers import component_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from vibehq_smoke.platform import Hq, Reply, Worker

TOO_LONG = "a" * 500

LEAST_ERROR = 400

INSIDES = (
    ("a stack trace", re.compile(r"Traceback \(most recent|\bat [^\"\n]{1,200}?:\d+:\d+|\"stack\"\s*:")),
    (
        "a path of its sources",
        re.compile(
            r"\bnode_modules/|\bfile://|[\w./-]+\.(?:tsx?|mjs|py)\W{1,4}(?:line )?\d+|"
            r"(?<![\w:/])/(?:home|Users|srv|usr|opt|var|app|workspace)/[\w./-]+\.(?:tsx?|m?js|py|sql|toml|jsonc?)\b"
        ),
    ),
    (
        "an SQL statement",
        re.compile(
            r"\b(?:select\s[^\"]{1,400}?\sfrom|insert\s+into|update\s[^\"]{1,200}?\sset|delete\s+from)\s",
            re.IGNORECASE | re.DOTALL,
        ),
    ),
)

_GIVEN_TO_US = frozenset(("set-cookie", "x-csrf-token"))
"""Headers in which a secret is handed over to whom it belongs."""


class Provoked(NamedTuple):
    """What came of a request that is wrong, None when nothing did: who was asked, and who has to refuse it."""

    reply: Reply | None
    who: str
    refuses: str
    """The component."""


async def assert_nothing_leaks(hq: Hq) -> None:
    """Judge the errors that can be provoked; raises one Violation for all that tell too much, about the first.

    Else Blocked when one of them was not seen: nobody answers, or what should be refused is not.
    """
    of_workers = hq.gather(*(_provoked_at(hq, worker) for worker in hq.workers.values()))
    orchestrator, workers = await hq.gather(_provoked(hq), of_workers)
    found = [*orchestrator, *(one for several in workers for one in several)]
    if hq.read_only:
        hq.note("only errors of reads were provoked: the target is read-only")
    told = [(line, one.who) for one in found if one.reply and (line := told_by(one.reply, one.who))]
    if told:
        raise Violation("\n".join(line for line, _ in told), kind="leak", about=component_of(told[0][1]))
    for one in found:
        lack = no_error(one.reply) if one.reply else "it does not answer"
        if lack:
            raise Blocked(f"the errors of {one.who} were not seen: {lack}", component=one.refuses)


def no_error(reply: Reply) -> str | None:
    """Why an answer is no error in which a leak could be looked for; None when it is one.

    Which error it is, others judge: a leak is as bad in a 500 as in a 400.
    """
    asked = f"{reply.method} {reply.path[:60]}"
    if reply.status < LEAST_ERROR:
        return f"{asked} is wrong, but answered with {reply.status} as {reply.media_type}"
    if _may_be_plain(reply) and reply.text.strip():
        return None
    try:
        reply.expect(Refused, status=reply.status)
    except Violation as violation:
        said = str(violation).partition("\n")[0]
        return f"{said} (an answer of {reply.status} that says no error)"
    return None


def _may_be_plain(reply: Reply) -> bool:
    """The health protocol refuses wrong methods and unknown paths in plain text (contract part 4)."""
    return reply.path.startswith("/health-check/") and reply.media_type == "text/plain"


def told_by(reply: Reply, who: str) -> str | None:
    """A line about the first thing that an answer gives away; the thing itself is shown only when it is no secret."""
    asked = f"{who}, {reply.method} {reply.path[:60]} ({reply.status})"
    for what, pattern in INSIDES:
        if found := pattern.search(reply.text):
            return f"{asked} tells {what}: {found[0][:80]!r}"
    redactor = reply.recorder.redactor
    if redactor.text(reply.text) != reply.text:
        return f"{asked} tells a secret in its body"
    for name, value in reply.headers.items():
        if name.lower() not in _GIVEN_TO_US and redactor.text(value) != value:
            return f"{asked} tells a secret in its header {name}"
    return None


def _wrong_requests(hq: Hq) -> Iterable[tuple[str, Awaitable[Reply]]]:
    """To the orchestrator: unknown, nobody's, without end, of a wrong method, without a body one can read.

    Each with the component that has to refuse it.
    """
    yield "orchestrator", hq.api.get(f"/api/{hq.tag}-nope")
    yield "auth", hq.bare.get("/api/health")
    yield "health-api", hq.api.get("/api/health/checks/invalid-uuid")
    yield "health-api", hq.api.get(f"/api/health/checks/{TOO_LONG}")
    yield "health-api", hq.api.get(f"/api/health/workers/{TOO_LONG}/latest")
    yield "analytics-api", hq.api.get("/api/analytics/trends", params={"metric": TOO_LONG})
    if not hq.read_only:
        yield "orchestrator", hq.api.put("/api/status", json={})
        yield "auth", hq.api.post("/api/ops/scan", json={"type": "smoke-invalid"}, csrf=False)
        yield "patch-api", hq.api.post("/api/patches/events", content=GARBLED, headers=JSON)
        yield PROTOCOL, hq.bare.post("/health-check/result", content=GARBLED, headers=JSON)


async def _provoked(hq: Hq) -> list[Provoked]:
    asked = list(_wrong_requests(hq))
    replies = await hq.gather(*(reply for _, reply in asked))
    return [Provoked(reply, "orchestrator", part) for (part, _), reply in zip(asked, replies, strict=True)]


async def _provoked_at(hq: Hq, worker: Worker) -> list[Provoked]:
    """Errors of a worker: unknown and without end, of a wrong method, of orders that are none."""
    asked = [worker.get(f"/{hq.tag}-{TOO_LONG}"), worker.get(EXECUTE)]
    if not hq.read_only:
        headers = hq.service_headers()
        wrong = order(results_url(hq)) | {"worker_check_uuid": "no-uuid"}
        asked += [
            worker.post(EXECUTE, content=GARBLED, headers=JSON | headers),
            worker.post(EXECUTE, json=wrong, headers=headers),
            worker.post(EXECUTE, json=wrong, headers={"Authorization": "Bearer smoke"}),
        ]
    unknown, *orders = await asyncio.gather(*map(_answer, asked))
    itself = Provoked(unknown, worker.name, component_of(worker.name))
    return [itself, *(Provoked(reply, worker.name, PROTOCOL) for reply in orders)]


async def _answer(asked: Awaitable[Reply]) -> Reply | None:
    """None when a worker does not answer: what the others tell is judged all the same."""
    try:
        return await asked
    except Unreachable:
        return None
