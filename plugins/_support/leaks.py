"""What answers give away that is nobody's business: the insides of the platform, and secrets (EDGE-05)."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

from .protocol import EXECUTE, order, results_url
from .refusals import GARBLED, JSON
from .workers import ask_the_living, component_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from vibehq_smoke.platform import Hq, Reply, Worker

TOO_LONG = "a" * 500

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


async def assert_nothing_leaks(hq: Hq) -> None:
    """Judge the errors that can be provoked; raises one Violation for all that tell too much, about the first.

    Else Blocked when a worker is dead, since its errors were not seen.
    """
    found = [(reply, "orchestrator") for reply in await hq.gather(*_provoked(hq))]
    dead: list[Worker] = []
    if hq.workers:

        async def ask(worker: Worker) -> None:
            found.extend((reply, worker.name) for reply in await _provoked_at(hq, worker))

        dead = await ask_the_living(hq, ask)
    if hq.read_only:
        hq.note("only errors of reads were provoked: the target is read-only")
    told = [(line, who) for reply, who in found if (line := told_by(reply, who))]
    if told:
        raise Violation("\n".join(line for line, _ in told), kind="leak", about=component_of(told[0][1]))
    if dead:
        raise Blocked(f"the errors of {dead[0].name} were not seen", component=component_of(dead[0].name))


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


def _provoked(hq: Hq) -> Iterable[Awaitable[Reply]]:
    """Errors of the orchestrator: unknown, nobody's, without end, of a wrong method, without a body one can read."""
    yield hq.api.get(f"/api/{hq.tag}-nope")
    yield hq.bare.get("/api/health")
    yield hq.api.get("/api/health/checks/invalid-uuid")
    yield hq.api.get(f"/api/health/checks/{TOO_LONG}")
    yield hq.api.get(f"/api/health/workers/{TOO_LONG}/latest")
    yield hq.api.get("/api/analytics/trends", params={"metric": TOO_LONG})
    if not hq.read_only:
        yield hq.api.put("/api/status", json={})
        yield hq.api.post("/api/ops/scan", json={"type": "smoke-invalid"}, csrf=False)
        yield hq.api.post("/api/patches/events", content=GARBLED, headers=JSON)
        yield hq.bare.post("/health-check/result", content=GARBLED, headers=JSON)


async def _provoked_at(hq: Hq, worker: Worker) -> list[Reply]:
    """Errors of a worker: unknown, of a wrong method, of orders that are none."""
    asked = [worker.get(f"/{hq.tag}-nope"), worker.get(f"/{TOO_LONG}"), worker.get(EXECUTE)]
    if not hq.read_only:
        headers = hq.service_headers()
        wrong = order(results_url(hq)) | {"worker_check_uuid": "no-uuid"}
        asked += [
            worker.post(EXECUTE, content=GARBLED, headers=JSON | headers),
            worker.post(EXECUTE, json=wrong, headers=headers),
            worker.post(EXECUTE, json=wrong, headers={"Authorization": "Bearer smoke"}),
        ]
    return list(await asyncio.gather(*asked))
