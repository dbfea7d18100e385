"""Whole runs of the kinds that a report must be able to show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vibehq_smoke.models import (
    Attempt,
    Component,
    Created,
    Evidence,
    GateResult,
    Outcome,
    Priority,
    Proved,
    Result,
    RunRecord,
    Status,
)

from .records import exchange, observation, record, result

if TYPE_CHECKING:
    from collections.abc import Callable

SENTENCES = (
    "starting a run creates its record",
    "a run can be read by its id",
    "the history is paged and ordered newest first",
    "workers are listed with their latest result",
    "an unknown run id is answered with 404 and a JSON envelope",
    "a state-changing call without the CSRF pair is refused",
)

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=https://evil.example/x.png onerror=alert(1)>',
    "javascript:alert(document.cookie)",
    "{{ 7 * 7 }} {% raw %} [bold red]markup[/]",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b31m bell\x07 back\b\b null\x00 \r\rover",
    "abc \u202edcba \u2066x\u2069 \ufeff \ud800 end",
    "مرحبا بالعالم שלום",
    "x" * 5_000,
    "@everyone closes #1 <!-- hidden -->",
)


def empty() -> RunRecord:
    """A run that selected nothing."""
    gate = GateResult(name="enough checks executed", held=False, detail="0 of 0 executed, at least 1 wanted")
    return record(gates=(gate,), exit_code=1)


def passed() -> RunRecord:
    """Everything works."""
    gate = GateResult(name="no check failed", held=True, detail="none of 12")
    created = Created(
        check="HLT-01",
        kind="health run",
        id="3f0c4a52",
        database="vibehq-health-logs",
        cleanup_sql="DELETE FROM health_checks WHERE health_check_uuid = '3f0c4a52';",
    )
    return record(_series(12), gates=(gate,), created=(created,))


def one_cause() -> RunRecord:
    """One database is down; what needs it is blocked."""
    down = observation(
        "d1-health",
        reason="D1_ERROR: no such table: health_checks",
        evidence=(exchange(method="GET", url="http://localhost:8787/api/health/workers"),),
    )
    waits = {"component": "health-api", "reason": "d1-health is broken", "root_cause": "d1-health", "kind": "blocked"}
    results = (
        result("HLT-01", Outcome.FAILED, component="d1-health", title=SENTENCES[0], reason=_WHY, kind="status",
               evidence=(exchange(), exchange(status=None, error="connection refused", response_body=None)),
               notes=("matched dialect E1",), log=("asked for one worker", "got 500"), priority=Priority.P0,
               proof=Proved(mutants=24, caught=23, harmless=5),
               description="POST /api/health/checks answers with the id of a run over exactly the workers asked for.",
               traceback="Traceback (most recent call last):\n  plugins/health.py:14: AssertionError\n"),
        *(result(f"HLT-{n:02}", Outcome.BLOCKED, title=SENTENCES[n % 6], duration_s=0, **waits) for n in range(2, 16)),
        *(result(f"API-{n:02}", title=SENTENCES[n % 6], started_s=n / 10, evidence=(exchange(status=200),))
          for n in range(1, 10)),
        result("API-10", Outcome.DEGRADED, component="auth", priority=Priority.P2, title="the session cookie is Secure",
               reason="matched the plan's dialect, not the built one", started_s=0.4),
        result("API-11", Outcome.SKIPPED, component="auth", priority=Priority.P2, title="sessions are rows of d1-ops",
               reason="no operator channel: set targets.staging.operator", duration_s=0),
    )  # fmt: skip
    gates = (
        GateResult(name="no check failed", held=False, detail="1 failed: HLT-01"),
        GateResult(name="enough checks executed", held=False, detail="11 of 26 executed, at least 20 wanted"),
        GateResult(name="latency of api, p95", held=True, detail="41.0 ms over 34 requests, at most 500 ms wanted"),
    )
    answers = observation("orchestrator", Status.WORKING, "GET /api/status answered 200")
    return record(results, (down, answers), gates=gates, exit_code=1, faults=("d1-health-missing",))


def hostile() -> RunRecord:
    """Every text that a target or a plugin can choose is an attack, or at least a nuisance."""
    parts = tuple(Component(id=text) for text in HOSTILE)
    results = tuple(
        result(
            f"BAD-{n} {text}",
            list(Outcome)[n % 6],
            **dict.fromkeys(("category", "title", "description", "component", "reason", "kind", "traceback"), text),
            **dict.fromkeys(("location", "rerun", "root_cause"), text),
            notes=(text,),
            log=(text,),
            needs=(text,),
            proof=Proved(unproved=text),
            attempts=2,
            earlier=(Attempt(outcome=Outcome.FAILED, reason=text, kind=text),),
            evidence=(
                exchange(
                    **dict.fromkeys(("method", "url", "error", "request_body", "response_body", "curl"), text),
                    request_headers={text: text},
                    response_headers={text: text},
                ),
                Evidence(kind="note", summary=text, detail=text),
            ),
        )
        for n, text in enumerate(HOSTILE)
    )
    created = tuple(Created(check=t, kind=t, id=t, database=t, cleanup_sql=t) for t in HOSTILE)
    gates = tuple(GateResult(name=text, held=False, detail=text) for text in HOSTILE)
    everything = " ".join(text[:80] for text in HOSTILE)
    run = dict.fromkeys(("id", "target", "environment", "base_url", "partial_reason", "command"), everything)
    return record(
        results,
        tuple(observation(text, reason=text, evidence=(exchange(response_body=text),)) for text in HOSTILE),
        components=parts,
        created=created,
        gates=gates,
        suites=HOSTILE,
        versions=dict.fromkeys(HOSTILE, everything),
        faults=HOSTILE,
        partial=True,
        **run,
    )


def many(count: int = 500) -> RunRecord:
    """A large run with every outcome."""
    return record(_series(count, every_outcome=True), exit_code=1)


def partial() -> RunRecord:
    """A run that was interrupted, with a harness error and a flaky component."""
    results = (
        *_series(4),
        result("API-08", Outcome.ERROR, reason="ZeroDivisionError: division by zero", traceback="Traceback: ..."),
        result("API-09", Outcome.FAILED, priority=Priority.P2, reason="pages overlap", component="auth",
               attempts=3, earlier=(Attempt(outcome=Outcome.FAILED, reason="no answer", kind="timeout", duration_s=5.0),
                                    Attempt(outcome=Outcome.FAILED, reason="pages overlap", kind="assertion"))),
        result("API-10", hidden=True),
    )  # fmt: skip
    return record(
        results,
        (observation("cron", Status.WORKING, "answered"),),
        partial=True,
        partial_reason="interrupted by Ctrl-C",
        exit_code=4,
    )


_KINDS: dict[str, Callable[[], RunRecord]] = {
    kind.__name__: kind for kind in (empty, passed, one_cause, hostile, many, partial)
}
NAMES = tuple(_KINDS)


def sample(name: str) -> RunRecord:
    """The sample of that name."""
    return _KINDS[name]()


_WHY = """POST /api/health/checks answered 500, wanted one of 200, 201, 202
  {"ok":false,"error":"Failed to start","details":"D1_ERROR: no such table: health_checks"}"""


@dataclass(frozen=True)
class _Shape:
    category: str
    component: str


_SHAPES = (
    _Shape("health", "health-api"),
    _Shape("api", "analytics-api"),
    _Shape("api", "auth"),
    _Shape("health", "orchestrator"),
)


def _series(count: int, *, every_outcome: bool = False) -> tuple[Result, ...]:
    return tuple(_numbered(n, every_outcome=every_outcome) for n in range(count))


def _numbered(n: int, *, every_outcome: bool) -> Result:
    outcome = list(Outcome)[n // 7 % 6] if every_outcome and n % 7 == 0 else Outcome.PASSED
    shape = _SHAPES[n % 4]
    body = json.dumps({"ok": True, "items": [{"id": k, "name": f"row {k}"} for k in range(20)]})
    return result(
        f"{'HLT' if shape.category == 'health' else 'API'}-{n:03}",
        outcome,
        category=shape.category,
        component=shape.component,
        priority=list(Priority)[n % 4],
        title=SENTENCES[n % len(SENTENCES)],
        reason=None if outcome is Outcome.PASSED else "the answer came late",
        root_cause="d1-ops" if outcome is Outcome.BLOCKED else None,
        started_s=n % 50 / 20,
        duration_s=0.05 + n % 9 / 20,
        evidence=(exchange(status=200, response_body=body),),
    )
