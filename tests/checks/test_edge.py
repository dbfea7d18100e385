"""The checks of the category edge: seen passing, seen complaining for the right reason, seen blocked, seen skipped."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from plugins._support import clock_looks, clocks, latencies, latency_reads, leaks
from plugins._support.foreign_origins import foreign_origins
from plugins._support.protocol import EXECUTE

from tests.stub import STATUS, Answer, stub_platform
from vibehq_smoke.config import Target
from vibehq_smoke.config.suites import LatencyBudget
from vibehq_smoke.config.targets import WorkerTarget
from vibehq_smoke.gates import percentile
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome
from vibehq_smoke.platform import Platform
from vibehq_smoke.platform.recorder import Recorder
from vibehq_smoke.redact import Redactor

from .running import run_checks
from .switching import fault
from .test_healthy import without_operator

pytestmark = pytest.mark.faults

ALL = [f"EDGE-0{number}" for number in range(1, 8)]
QUICK = ALL[:-1]
"""All but the one that takes its time when something is slow."""

COMPLAINTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("tls-expiring", "EDGE-01", "degraded", "orchestrator", "ends in 3 days, on 20"),
    ("tls-expired", "EDGE-01", "failed", "orchestrator", "certificate has expired"),
    ("tls-wrong-host", "EDGE-01", "failed", "orchestrator", "certificate is not valid for 'localhost'"),
    ("headers-missing", "EDGE-03", "degraded", "orchestrator", "/api/health: no X-Content-Type-Options: nosniff"),
    ("headers-missing", "EDGE-03", "degraded", "orchestrator", "/, /mission-control: neither X-Frame-Options nor fra"),
    ("cors-reflects", "EDGE-04", "failed", "auth", "OPTIONS /api/health/checks lets the pages of null act for who"),
    ("stack-trace-leak", "EDGE-05", "failed", "orchestrator", "orchestrator, GET /api/health (401) tells a stack tra"),
    ("secret-leak", "EDGE-05", "failed", "orchestrator", "checks/invalid-uuid (400) tells a secret in its body"),
    ("clock-skew-orchestrator", "EDGE-06", "failed", "orchestrator", "orchestrator: its clock is "),
    ("clock-skew-agent-factory", "EDGE-06", "failed", "agent-factory", "agent-factory: its clock is 600."),
    ("ui-factory-stale", "EDGE-06", "failed", "ui-factory", "dated 3600 s back, while its Date header is right"),
    ("d1-chats-slow", "EDGE-07", "degraded", "d1-chats", "select 1 on DB_CHATS: p50 15"),
    ("ui-factory-slow", "EDGE-07", "degraded", "ui-factory", "ui-factory, GET /health-check/status: p50 25"),
)
"""Fault, check, outcome, the component that is accused, and what the reason says."""

BLOCKED: tuple[tuple[str, str, str], ...] = (
    ("orchestrator-down", " ".join(ALL), "orchestrator"),
    ("d1-ops-down", "EDGE-05 EDGE-07", "d1-ops"),
    ("d1-health-down", "EDGE-07", "d1-health"),
    ("auth-500", "EDGE-05 EDGE-07", "auth"),
    ("agent-factory-down", "EDGE-05 EDGE-06 EDGE-07", "agent-factory"),
    ("D-13", "EDGE-07", "analytics-api"),
    ("D-08", "EDGE-06 EDGE-07", "health-protocol"),
    ("D-10", "EDGE-05", "auth"),
    ("spa-fallback", "EDGE-05", "orchestrator"),
    ("ui-factory-html", "EDGE-05 EDGE-06 EDGE-07", "ui-factory"),
    ("d1-chats-down", "EDGE-07", "d1-chats"),
)

UNTOUCHED: tuple[tuple[str, str], ...] = (
    ("spa-fallback", " ".join(id_ for id_ in QUICK if id_ != "EDGE-05")),
    ("errors-leak-sql", "EDGE-05"),
    ("D-24", "EDGE-05"),
    ("D-33", "EDGE-05"),
    ("D-08", "EDGE-05"),
    ("D-10", " ".join(id_ for id_ in QUICK if id_ != "EDGE-05")),
    ("csrf-off", "EDGE-04 EDGE-05"),
    ("list-bare-array", "HLT-01 EDGE-07"),
    ("version-metadata-missing", "EDGE-03"),
)
"""Faults of something else, under which checks must hold."""


def test_all_pass_and_leave_nothing(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy, ALL)

    assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
    assert seen.created == ()
    noted = [line for id_ in ALL for line in seen.results[id_].notes]
    assert noted == []


@pytest.mark.parametrize(("id_", "check", "outcome", "component", "reason"), COMPLAINTS)
def test_what_is_wrong_is_told_of_whom_it_is(
    host: Host, healthy: Target, id_: str, check: str, outcome: str, component: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert (seen.outcome(check), seen.results[check].component) == (outcome, component), seen.reason(check)
    assert reason in seen.reason(check)


@pytest.mark.parametrize(("id_", "checks", "cause"), BLOCKED)
def test_what_cannot_be_judged_is_blocked(host: Host, healthy: Target, id_: str, checks: str, cause: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    assert seen.not_passed() == dict.fromkeys(checks.split(), "blocked")
    assert {seen.results[check].root_cause for check in checks.split()} == {cause}


@pytest.mark.parametrize(("id_", "checks"), UNTOUCHED)
def test_faults_of_something_else_change_nothing(host: Host, healthy: Target, id_: str, checks: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    assert seen.not_passed() == {}, {check: seen.reason(check) for check in seen.not_passed()}


# --- EDGE-01: certificates


def https_url(target: Target) -> str:
    """The https address of the lab."""
    channel = urlsplit(target.operator.url or "")
    connection = HTTPConnection(channel.hostname or "", channel.port, timeout=10)
    try:
        connection.request("GET", "/tls")
        url: str = json.loads(connection.getresponse().read())["url"]
    finally:
        connection.close()
    return url


def test_plain_http_on_this_machine_has_no_certificate_to_judge(host: Host, healthy: Target) -> None:
    seen = run_checks(host, without_operator(healthy), ["EDGE-01"])

    assert seen.outcome("EDGE-01") is Outcome.SKIPPED
    assert "set base_url in [targets.lab] to an https address" in seen.reason("EDGE-01")


@pytest.mark.parametrize(
    ("environment", "outcome"), [("production", "failed"), ("staging", "degraded"), ("local", "passed")]
)
def test_plain_http_beyond_this_machine_depends_on_who_uses_it(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, environment: str, outcome: str
) -> None:
    at_name(monkeypatch, "worker.smoke.test", "127.0.0.1")
    workers = {"ui-factory": WorkerTarget(url=f"http://worker.smoke.test:{port_of(healthy, 'ui-factory')}")}
    target = healthy.model_copy(update={"environment": environment, "workers": workers})

    seen = run_checks(host, target, ["EDGE-01"])

    assert seen.outcome("EDGE-01") == outcome, seen.reason("EDGE-01")
    said = seen.reason("EDGE-01") + " ".join(seen.results["EDGE-01"].notes)
    assert "is plain http: whoever stands between" in said
    assert seen.results["EDGE-01"].component == ("orchestrator" if outcome == "passed" else "ui-factory")


def test_a_certificate_that_nobody_vouches_for_fails_its_worker(host: Host, healthy: Target) -> None:
    workers = {"ui-factory": WorkerTarget(url=https_url(healthy))}

    seen = run_checks(host, healthy.model_copy(update={"workers": workers}), ["EDGE-01"])

    assert (seen.outcome("EDGE-01"), seen.results["EDGE-01"].component) == (Outcome.FAILED, "ui-factory")
    assert "unable to get local issuer certificate" in seen.reason("EDGE-01")


@pytest.mark.parametrize(
    ("id_", "outcome"), [(None, "passed"), ("tls-wrong-host", "passed"), ("tls-expired", "failed")]
)
def test_without_verification_only_the_days_are_judged(
    host: Host, healthy: Target, id_: str | None, outcome: str
) -> None:
    target = healthy.model_copy(update={"base_url": https_url(healthy), "verify_tls": False})

    with fault(healthy, *([id_] if id_ else [])):
        seen = run_checks(host, target, ["EDGE-01"])

    assert seen.outcome("EDGE-01") == outcome, seen.reason("EDGE-01")
    if outcome == "passed":
        assert any("verify_tls is off" in note for note in seen.results["EDGE-01"].notes)


# --- EDGE-02: names


def at_name(monkeypatch: pytest.MonkeyPatch, name: str, *answers: str | OSError) -> None:
    """Let ``name`` resolve to each of ``answers`` in turn, the last again and again; other names as ever."""
    ask, left = socket.getaddrinfo, list(answers)

    def asked(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != name:
            return ask(host, port, *args, **kwargs)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, OSError):
            raise answer
        return [row for one in answer.split() for row in ask(one, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", asked)


def port_of(target: Target, worker: str) -> int:
    """Where a worker of the lab answers."""
    return urlsplit(target.workers[worker].url).port or 0


NOBODY = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
SILENCE = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


@pytest.mark.parametrize(
    ("answers", "outcome", "reason"),
    [
        (("127.0.0.1",), "passed", ""),
        (("127.0.0.1", ""), "failed", "worker.smoke.test (ui-factory) does not resolve: the answer names no address"),
        ((NOBODY,), "failed", "the name worker.smoke.test (ui-factory) does not resolve: Name or service not known"),
        # preflight looks it up first, which dials it
        (("127.0.0.1", SILENCE), "error", "the resolver of this machine does not answer: worker.smoke.test: Temporary"),
        (("127.0.0.1", "127.0.0.1", NOBODY, "127.0.0.1"), "degraded", "1 of 3 lookups of worker.smoke.test failed"),
        (
            ("127.0.0.1", "127.0.0.1 8.8.8.8"),
            "degraded",
            "worker.smoke.test leads into a private network and out of it",
        ),
    ],
)
def test_names_must_resolve_each_time(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    answers: tuple[str | OSError, ...],
    outcome: str,
    reason: str,
) -> None:
    workers = {"ui-factory": WorkerTarget(url=f"http://worker.smoke.test:{port_of(healthy, 'ui-factory')}")}
    at_name(monkeypatch, "worker.smoke.test", *answers)

    seen = run_checks(host, healthy.model_copy(update={"workers": workers}), ["EDGE-02"])

    assert seen.outcome("EDGE-02") == outcome, seen.reason("EDGE-02")
    assert reason in seen.reason("EDGE-02")
    assert seen.results["EDGE-02"].component == ("orchestrator" if outcome in ("passed", "error") else "ui-factory")


# --- EDGE-03 and EDGE-04: browsers


@pytest.mark.parametrize(("id_", "outcome"), [(None, "passed"), ("headers-missing", "degraded")])
def test_over_https_browsers_are_to_stay_there(host: Host, healthy: Target, id_: str | None, outcome: str) -> None:
    target = healthy.model_copy(update={"base_url": https_url(healthy), "verify_tls": False})

    with fault(healthy, *([id_] if id_ else [])):
        seen = run_checks(host, target, ["EDGE-03"])

    assert seen.outcome("EDGE-03") == outcome, seen.reason("EDGE-03")
    assert ("no Strict-Transport-Security" in seen.reason("EDGE-03")) == (outcome == "degraded")


@pytest.mark.parametrize(
    ("path", "answer", "cause"),
    [
        ("/", Answer({"error": "x"}, 500), "orchestrator"),
        ("/mission-control", Answer({"error": "Not found"}, 404), "mission-control"),
        ("/api/status", Answer(STATUS, then={}), "orchestrator"),
        ("/api/health", Answer({"error": "Authentication required"}), "auth"),
        ("/api/health", Answer({}, 401), "auth"),
    ],
)
def test_headers_are_judged_on_what_was_asked_for(
    host: Host, healthy: Target, path: str, answer: Answer, cause: str
) -> None:
    page = Answer(b"<!doctype html>", content_type="text/html")
    refused = Answer({"error": "Authentication required"}, 401)
    answers = {"/": page, "/mission-control": page, "/api/health": refused, path: answer}

    with stub_platform() as stub:
        target = without_operator(healthy).model_copy(update={"base_url": stub.base_url, "workers": {}})
        stub.answers |= answers
        seen = run_checks(host, target, ["EDGE-03"])

    seen.assert_blocked(["EDGE-03"], cause, path)


def test_foreign_origins_are_foreign() -> None:
    assert foreign_origins("https://hq.test:8443") == (
        "https://smoke.invalid",
        "https://hq.test.smoke.invalid",
        "https://smoke-hq.test",
        "null",
    )


# --- EDGE-05: leaks


def reply(text: str, **headers: str) -> Any:
    """As much of an answer as is looked at."""
    recorder = Recorder(0.0, Redactor(["sesame-4711-open"]))
    return SimpleNamespace(text=text, headers=headers, recorder=recorder, method="GET", path="/x", status=400)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"error":"x","stack":"Error"}', "a stack trace"),
        ("Error: x\\n    at handle (/srv/index.ts:142:17)", "a stack trace"),
        ('Traceback (most recent call last):\n  File "x"', "a stack trace"),
        ('{"error":"cannot read orchestrator/worker/index.ts:12"}', "a path of its sources"),
        ('{"error":"no module /app/node_modules/hono"}', "a path of its sources"),
        ('{"error":"ENOENT /home/build/config.json"}', "a path of its sources"),
        ('{"error":"near \\"x\\": SELECT id FROM users WHERE"}', "an SQL statement"),
        ('{"error":"insert into users (id) values"}', "an SQL statement"),
        ('{"error":"bad session sesame-4711-open"}', "a secret in its body"),
        ('{"error":"-----BEGIN PRIVATE KEY-----\\nabc"}', "a secret in its body"),
    ],
)
def test_what_must_not_be_told_is_found(body: str, told: str) -> None:
    assert f"tells {told}" in (leaks.told_by(reply(body), "orchestrator") or "")


@pytest.mark.parametrize(
    "body",
    [
        '{"success":false,"error":{"message":"Authentication required"}}',
        '{"ok":false,"error":"Invalid metric","details":"select one of events, success_rate"}',
        '{"error":"Not found","path":"/api/health/checks/invalid-uuid"}',
        '{"error":"expected \'}\' at 1:23"}',
        '<script type="module" src="/assets/app.js"></script>',
        "404 Not Found",
    ],
)
def test_what_may_be_told_is_left_alone(body: str) -> None:
    assert leaks.told_by(reply(body), "orchestrator") is None


def test_a_secret_in_a_header_is_found_unless_it_is_handed_over_there() -> None:
    assert leaks.told_by(reply("", **{"Set-Cookie": "session=sesame-4711-open"}), "orchestrator") is None
    told = leaks.told_by(reply("", **{"X-Debug": "Bearer sesame-4711-open"}), "orchestrator")
    assert told is not None
    assert "in its header X-Debug" in told
    assert "sesame" not in told


@pytest.mark.parametrize(
    ("path", "answer", "cause"),
    [
        (EXECUTE, Answer({"success": True, "message": "started"}), "health-protocol"),
        (EXECUTE, Answer({}, 400), "health-protocol"),
        (EXECUTE, Answer(b"", 405), "health-protocol"),
        (EXECUTE, Answer(b"Method Not Allowed", 405, content_type="text/plain"), None),
        (EXECUTE, Answer({"success": False, "error": {"message": "no order"}}, 500), None),
    ],
)
def test_a_leak_is_looked_for_in_an_error(
    host: Host, healthy: Target, path: str, answer: Answer, cause: str | None
) -> None:
    with worker_stub(healthy) as (target, answers):
        answers[path] = answer
        seen = run_checks(host, target, ["EDGE-05"])

    if cause is None:
        assert seen.not_passed() == {}, seen.reason("EDGE-05")
    else:
        seen.assert_blocked(["EDGE-05"], cause, "the errors of ui-factory were not seen")


# --- EDGE-06: clocks


@contextmanager
def worker_stub(healthy: Target) -> Iterator[tuple[Target, dict[str, Answer]]]:
    """The lab with one worker, a stub, and what that answers by path; else 404."""
    with stub_platform() as stub:
        stub.answers["/health-check/status"] = Answer({"worker_name": "ui-factory", "timestamp": now()})
        workers = {"ui-factory": WorkerTarget(url=stub.base_url)}
        yield healthy.model_copy(update={"workers": workers}), stub.answers


def now() -> str:
    """As workers write it."""
    return datetime.now(UTC).isoformat()


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (Answer({"worker_name": "ui-factory", "timestamp": now()}, dated=False), "degraded", "no Date header"),
        (Answer({"worker_name": "ui-factory"}), "blocked", "the clock of ui-factory was not seen"),
        (Answer({"worker_name": "ui-factory", "timestamp": now()}, 500), "blocked", "expected 200, got 500"),
    ],
)
def test_a_clock_is_read_off_the_answer_that_was_asked_for(
    host: Host, healthy: Target, answer: Answer, outcome: str, reason: str
) -> None:
    with worker_stub(healthy) as (target, answers):
        answers["/health-check/status"] = answer
        if "timestamp" in answer.body:
            answer.body["timestamp"] = now()
        seen = run_checks(host, target, ["EDGE-06"])

    assert seen.outcome("EDGE-06") == outcome, seen.reason("EDGE-06")
    assert reason in seen.reason("EDGE-06")
    result = seen.results["EDGE-06"]
    assert "ui-factory" in (result.component, result.root_cause)


def clock(name: str, ahead: float, doubt: float = 1.2) -> clock_looks.Clock:
    """A clock that is seen to be ahead of ours, give or take."""
    return clock_looks.Clock(name, {clock_looks.DATE: clock_looks.Offset(ahead - doubt / 2, ahead + doubt / 2)})


class Judged:
    """As much of ``hq`` as judging needs."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str | None]] = []
        self.noted: list[str] = []

    def degraded(self, reason: str, *, about: str | None = None) -> None:
        """Remember it."""
        self.said.append((reason, about))

    def note(self, text: str) -> None:
        """Remember it."""
        self.noted.append(text)


def test_what_a_slow_exchange_and_cut_off_seconds_leave_open_proves_nothing() -> None:
    assert clock_looks.Offset(-4.0, 1.0).proved == 0
    assert clock_looks.Offset(3.0, 5.0).proved == 3
    assert clock_looks.Offset(-9.0, -2.5).proved == -2.5


@pytest.mark.parametrize(
    ("clocks_seen", "said"),
    [
        ([clock("orchestrator", 0), clock("ui-factory", 2.4)], []),
        (
            [clock("orchestrator", 0), clock("ui-factory", 9)],
            [("ui-factory: its clock is 8.4 s ahead", "ui-factory")],
        ),
        (
            [clock("orchestrator", -2.2), clock("ui-factory", 2.2)],
            [("the clocks of ui-factory and orchestrator are 3.2 s apart", "ui-factory")],
        ),
    ],
)
def test_clocks_that_are_a_little_off_are_named(clocks_seen: list[clock_looks.Clock], said: list[Any]) -> None:
    hq = Judged()
    clocks.judge(hq, clocks_seen)  # type: ignore[arg-type]  # as much of it as is needed
    assert hq.said == said


def test_a_machine_whose_own_clock_is_wrong_accuses_nobody(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() - 600)

    seen = run_checks(host, healthy, ["EDGE-06"])

    assert seen.outcome("EDGE-06") is Outcome.ERROR
    assert "12 components agree that the clock of this machine is off by" in seen.reason("EDGE-06")


# --- EDGE-07: budgets


def test_the_suite_says_the_budget(host: Host, healthy: Target) -> None:
    def budget(id_: str, said: dict[str, LatencyBudget]) -> LatencyBudget | None:
        platform = Platform(healthy, run_id="1", started=0.0, redactor=Redactor(), budgets=said)
        return platform.hq(host.graph().checks[id_].spec).latency_budget

    said = {"all": LatencyBudget(p95_ms=900), "EDGE-07": LatencyBudget(p50_ms=100, p95_ms=2000)}
    assert budget("EDGE-07", said) == LatencyBudget(p50_ms=100, p95_ms=900)
    assert budget("EDGE-01", said) == LatencyBudget(p95_ms=900)
    assert budget("EDGE-07", {}) is None


def test_a_budget_that_nobody_can_keep_degrades(tmp_path: Path) -> None:
    suite = tmp_path / "strict.toml"
    suite.write_text('[suite]\n[suite.select]\nids = ["EDGE-07"]\n[suite.gates.latency.edge]\np50_ms = 0.001\n')
    out = tmp_path / "out"
    command = [str(Path(sys.executable).with_name("vibehq-smoke")), "run", str(suite), "--out", str(out), "--quiet"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False)

    assert done.returncode == 1, done.stderr
    (result,) = json.loads((out / "results.json").read_text())["checks"]
    assert result["outcome"] == "degraded"
    assert "GET /api/status: p50" in result["reason"]
    assert "p50 should be 0.001 ms" in result["reason"]


def test_one_exchange_of_each_read_is_kept(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy, ["EDGE-07"])

    (result,) = (seen.results["EDGE-07"],)
    asked = [one.exchange.url for one in result.evidence if one.exchange]
    assert len(asked) == len(set(asked)) == len(latency_reads.ANSWERS) + len(healthy.workers)
    (figures,) = [one for one in result.evidence if one.kind == "note"]
    assert "GET /api/health/workers" in (figures.detail or "")
    assert "p95" in (figures.detail or "")


@pytest.mark.parametrize("answer", [Answer({}), Answer([]), Answer(b"", 204), Answer({"worker_name": ""})])
def test_only_the_right_answer_is_timed(host: Host, healthy: Target, answer: Answer) -> None:
    with worker_stub(healthy) as (target, answers):
        answers["/health-check/status"] = answer
        seen = run_checks(host, target, ["EDGE-07"])

    seen.assert_blocked(["EDGE-07"], "ui-factory", "ui-factory")


def test_of_21_samples_one_may_be_an_accident() -> None:
    samples = latencies.SAMPLES + latencies.MORE
    assert percentile([*([1.0] * (samples - 1)), 9_000.0], 95) == 1.0
    assert percentile([*([1.0] * (latencies.SAMPLES - 1)), 9_000.0], 95) == 9_000.0


@pytest.mark.parametrize(("slow", "taken"), [(1, latencies.SAMPLES + latencies.MORE), (2, 3)])
def test_only_a_single_slow_sample_is_looked_into_once_patience_is_over(slow: int, taken: int) -> None:
    told = iter([1.0, *([9_000.0] * slow)])

    async def ask() -> float:
        await asyncio.sleep(0 if len(read.times) else latencies.PATIENCE_S)
        return next(told, 1.0)

    read = latency_reads.Read("GET /", "orchestrator", "orchestrator", "/", ask, times=[])
    asyncio.run(latencies.sample(read, latencies.P95_MS))

    assert len(read.times) == taken
