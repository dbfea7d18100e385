"""Preflight: which components answer at all (contract R4, INF-01), against platforms in several kinds of trouble."""

import socket
from typing import Any

import pytest
from pydantic import SecretStr

from tests.stub import Answer, Stub
from vibehq_smoke.config import Auth, OperatorTarget, Target, WorkerTarget
from vibehq_smoke.host import Host
from vibehq_smoke.models import Observation, Outcome, Status

from .running import run_checks

HIL = "/api/hil/requests?limit=1"
LATEST = "/api/health/workers/smoke-none/latest"
NO_REPORT = Answer({"ok": False, "error": "no report", "worker": "smoke-none"}, 404)


def target_of(base_url: str, **fields: Any) -> Target:
    """A local target without credentials, unless ``fields`` say otherwise."""
    return Target(name="mine", base_url=base_url, environment="local").model_copy(update=fields)


def observe(host: Host, target: Target) -> dict[str, Observation]:
    """What preflight says of each component. HLT-07 goes along because a run needs a check."""
    return {seen.component: seen for seen in run_checks(host, target, ["HLT-07"]).observations}


@pytest.fixture
def nowhere() -> str:
    """A URL on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://localhost:{free.getsockname()[1]}"


def test_a_dead_orchestrator_is_all_there_is_to_say(host: Host, nowhere: str) -> None:
    seen = run_checks(host, target_of(nowhere), ["HLT-07", "API-02"])

    (observed,) = seen.observations
    assert (observed.component, observed.status, observed.unreachable) == ("orchestrator", Status.BROKEN, True)
    assert "nothing listens" in observed.reason
    assert len(observed.evidence) == 1
    assert {result.outcome for result in seen.results.values()} == {Outcome.BLOCKED}
    assert {result.root_cause for result in seen.results.values()} == {"orchestrator"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"<html></html>", content_type="text/html"), "HTML page instead of JSON"),
        (Answer({"error": "no domain"}, 500), "expected 200, got 500"),
        (Answer({"success": True, "data": {"globalUserMessage": ""}}), "`data.changeLogs` is missing"),
        (Answer({"success": True}), "`data` is missing"),
        (Answer(b"{"), "the body is not JSON"),
    ],
    ids=["html", "500", "half", "empty", "garbled"],
)
def test_an_orchestrator_that_answers_wrongly_is_broken_but_reachable(
    host: Host, stub: Stub, answer: Answer, reason: str
) -> None:
    stub.answers["/api/status"] = answer

    (observed,) = observe(host, target_of(stub.base_url)).values()

    assert (observed.component, observed.status, observed.unreachable) == ("orchestrator", Status.BROKEN, False)
    assert reason in observed.reason


def test_without_operator_channel_routes_stand_for_their_databases(host: Host, stub: Stub) -> None:
    stub.answers |= {HIL: Answer({"error": "no such table"}, 500), LATEST: NO_REPORT}

    seen = observe(host, target_of(stub.base_url))

    assert {name: one.status for name, one in seen.items()} == {
        "orchestrator": Status.WORKING,
        "d1-ops": Status.BROKEN,
        "d1-health": Status.WORKING,
    }
    assert "GET /api/hil/requests?limit=1, which reads it, answers 500" in seen["d1-ops"].reason
    assert len(seen["d1-ops"].evidence) == 1


@pytest.mark.parametrize(
    "answer",
    [Answer(b"<html></html>", content_type="text/html"), Answer({"error": "who are you?"}, 401)],
    ids=["no such route", "no session"],
)
def test_a_route_that_proves_nothing_says_nothing(host: Host, stub: Stub, answer: Answer) -> None:
    stub.answers |= {HIL: answer, LATEST: answer}

    assert set(observe(host, target_of(stub.base_url))) == {"orchestrator"}


def test_a_dead_operator_channel_is_not_taken_for_four_dead_databases(host: Host, stub: Stub, nowhere: str) -> None:
    stub.answers |= {HIL: Answer({"success": True, "data": [], "total": 0}), LATEST: NO_REPORT}
    operator = OperatorTarget.model_construct(kind="embedded", url=nowhere, databases={})

    seen = observe(host, target_of(stub.base_url, operator=operator))

    assert {name: one.status for name, one in seen.items() if name.startswith("d1-")} == {
        "d1-ops": Status.WORKING,
        "d1-health": Status.WORKING,
    }


def test_a_refused_sign_in_is_a_broken_auth(host: Host, stub: Stub) -> None:
    auth = Auth.model_construct(kind="bearer", token=SecretStr("smoke-bearer-value"))
    stub.answers["/api/auth/profile"] = Answer({"error": "Invalid or expired session"}, 401)

    seen = run_checks(host, target_of(stub.base_url, auth=auth), ["API-02"])

    broken = {one.component: one for one in seen.observations}["auth"]
    assert broken.status is Status.BROKEN
    assert "401" in broken.reason
    assert broken.evidence
    assert seen.outcome("API-02") is Outcome.BLOCKED
    assert seen.results["API-02"].root_cause == "auth"


def test_workers_need_only_answer_anything(host: Host, stub: Stub, nowhere: str) -> None:
    workers = {
        "agent-factory": WorkerTarget(url=stub.base_url, type="factory"),
        "ops-conflict-specialist": WorkerTarget(url=nowhere, type="specialist"),
    }

    seen = observe(host, target_of(stub.base_url, workers=workers))

    assert seen["agent-factory"].status is Status.WORKING
    assert seen["conflict-specialist"].status is Status.BROKEN
    assert seen["conflict-specialist"].unreachable
