"""Contract section 4: the health-check protocol of workers, seen by a callback listener (mode H/cb)."""

from itertools import combinations
from uuid import UUID, uuid1, uuid4

import httpx
import pytest

from .caller import json_of
from .executions import (
    BUILT_IN,
    execute,
    execute_body,
    execute_url,
    expected_score,
    expected_verdict,
    options,
    ran_in,
)
from .listener import Callback, Listener
from .running import Platform
from .runs import CHEAP, WORKERS
from .shapes import CallbackBody, WorkerResult

PARTS = [parts for size in range(4) for parts in combinations(BUILT_IN, size)]


@pytest.fixture
def worker(platform: Platform) -> str:
    """The base URL of one worker."""
    return platform.workers[CHEAP].url


def result_of(callback: Callback) -> WorkerResult:
    """The result a callback carries."""
    return CallbackBody.model_validate(callback.body).results


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_reports_back_once(
    workers_http: httpx.Client, platform: Platform, listener: Listener, service: dict[str, str], tag: str, name: str
) -> None:
    """HLT-06, WRK-03: acknowledged at once, then one callback with the same uuid and a sound result."""
    body = execute_body(listener.target(tag), options("unit"))
    execute(workers_http, platform, service, body, name)
    callback = listener.wait(tag)[0]
    assert callback.body["worker_check_uuid"] == body["worker_check_uuid"]
    result = result_of(callback)
    assert result.health_score == pytest.approx(expected_score(result), abs=0.001)
    assert result.overall_status == expected_verdict(result)
    assert result.overall_status in {"healthy", "degraded"}
    assert len(listener.silence(tag, seconds=0.2)) == 1


@pytest.mark.parametrize("parts", PARTS, ids=["+".join(parts) or "connectivity alone" for parts in PARTS])
def test_the_score_is_the_weighted_mean_of_what_ran(
    workers_http: httpx.Client,
    platform: Platform,
    listener: Listener,
    service: dict[str, str],
    tag: str,
    parts: tuple[str, ...],
) -> None:
    """Section 4 score, status from score, built-in tests: exactly the parts asked for, each by its own tests."""
    execute(workers_http, platform, service, execute_body(listener.target(tag), options(*parts)))
    result = result_of(listener.wait(tag)[0])
    for part, names in BUILT_IN.items():
        ran = {test.name for test in ran_in(result, part)}
        assert ran == (names if part in parts else set())
    assert result.health_score == pytest.approx(expected_score(result), abs=0.001)
    assert result.overall_status == expected_verdict(result)


def test_memory_and_cpu_are_no_invention(
    workers_http: httpx.Client, platform: Platform, listener: Listener, service: dict[str, str], tag: str
) -> None:
    """2.0 WorkerResult, section 4: figures, where given, are numbers from 0; all connections are up."""
    execute(workers_http, platform, service, execute_body(listener.target(tag), options("performance")))
    result = result_of(listener.wait(tag)[0])
    assert result.response_time_ms is None or result.response_time_ms >= 0
    assert (result.orchestrator_connectivity, result.external_api_connectivity, result.database_connectivity) == (
        True,
        True,
        True,
    )


# What is refused before anything runs (HLT-06, ERR-01, section 4)

WRONG_VERSION = str(uuid1())
WRONG_VARIANT = str(UUID("12345678-1234-4234-1234-123456789abc"))
REFUSED: dict[str, dict[str, object]] = {
    "empty": {"worker_check_uuid": None, "options": None, "callback_url": None},
    "no uuid": {"worker_check_uuid": None},
    "no callback": {"callback_url": None},
    "uuid of version 1": {"worker_check_uuid": WRONG_VERSION},
    "uuid of another variant": {"worker_check_uuid": WRONG_VARIANT},
    "no uuid at all": {"worker_check_uuid": "smoke"},
    "ftp callback": {"callback_url": "ftp://x"},
    "relative callback": {"callback_url": "/health-check/result"},
    "callback without host": {"callback_url": "http://"},
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_execution_out_of_shape_is_refused(
    workers_http: httpx.Client, platform: Platform, listener: Listener, service: dict[str, str], tag: str, case: str
) -> None:
    """ERR-01, HLT-06: 400, and no callback follows."""
    body = {**execute_body(listener.target(tag), options("unit")), **REFUSED[case]}
    sent = {key: value for key, value in body.items() if value is not None}
    json_of(workers_http.post(execute_url(platform), json=sent, headers=service), 400)
    assert listener.silence(tag, seconds=0.1) == []


@pytest.mark.parametrize("content", [b"{", b"", b"[]"])
def test_a_malformed_execution_is_refused(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str], content: bytes
) -> None:
    """HLT-06: no JSON object, no execution."""
    headers = {**service, "Content-Type": "application/json"}
    json_of(workers_http.post(execute_url(platform), content=content, headers=headers), 400)


def test_a_uuid_may_be_written_in_capitals(
    workers_http: httpx.Client, platform: Platform, listener: Listener, service: dict[str, str], tag: str
) -> None:
    """Section 4 uuids: case-insensitive."""
    execute(workers_http, platform, service, execute_body(listener.target(tag), options("unit"), str(uuid4()).upper()))
    listener.wait(tag)


def test_missing_options_end_in_one_answer(
    workers_http: httpx.Client, platform: Platform, listener: Listener, service: dict[str, str], tag: str
) -> None:
    """Section 4 options missing, D-33: refused, or acknowledged and then exactly one callback."""
    body = execute_body(listener.target(tag), options("unit"))
    del body["options"]
    answer = workers_http.post(execute_url(platform), json=body, headers=service)
    json_of(answer, 200, 202, 400)
    if answer.is_success:
        listener.wait(tag)
        assert len(listener.silence(tag, seconds=0.2)) == 1


@pytest.mark.parametrize(
    ("path", "status", "text"), [("execute", 405, "Method Not Allowed"), ("smoke-nope", 404, "Not Found")]
)
def test_what_is_not_served_is_said(
    workers_http: httpx.Client, worker: str, service: dict[str, str], path: str, status: int, text: str
) -> None:
    """Section 4 plain-text answers; ERR-01 asks for JSON, so both kinds are sound, a page is not."""
    answer = workers_http.get(f"{worker}/health-check/{path}", headers=service)
    assert answer.status_code == status
    if answer.headers["content-type"].startswith("text/plain"):
        assert answer.text == text
    else:
        assert json_of(answer, status)["error"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("path", ["status", "quick"])
def test_status_and_quick_take_any_method(
    workers_http: httpx.Client, worker: str, service: dict[str, str], path: str, method: str
) -> None:
    """Section 4."""
    answer = workers_http.request(method, f"{worker}/health-check/{path}", headers=service)
    assert json_of(answer, 200)["worker_name"] == CHEAP
