"""Contract R1, ERR-01: whatever JSON comes in, the answer is JSON and no server error, and nothing is started."""

import json
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .caller import Caller, json_of
from .executions import execute_url
from .operators import Operator
from .running import Platform

FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(
    ["id", "patchId", "batch", "type", "status", "specialist", "run_id", "worker_check_uuid", "results", "options"]
)
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=4)
)
PATHS = [
    "/api/delivery-reports",
    "/api/patches/events",
    "/api/patches/apply",
    "/api/specialists/log",
    "/api/health/tests/smoke-any-body",
    "/api/factories",
    "/api/ai-provider/clarify",
]


def raw(body: object) -> bytes:
    """The body as Python writes it: with NaN, lone surrogates and huge numbers as they come."""
    return json.dumps(body).encode()


@pytest.mark.parametrize("path", PATHS)
@FEW
@given(body=BODIES)
def test_the_api_takes_anything_without_falling_over(hq: Caller, path: str, body: object) -> None:
    """R1, D-24 the other way round."""
    json_of(hq.send("POST", path, content=raw(body)), 400, 401, 404, 413, 422, 429)


@FEW
@given(body=BODIES)
def test_a_scan_is_started_by_its_two_types_alone(hq: Caller, operator: Operator, body: object) -> None:
    """AUT-08: a type out of the vocabulary is a 400 and no scan."""
    before = operator.count("DB_OPS", "ops_scans")
    json_of(hq.post("/api/ops/scan", {"type": {"not": json.dumps(body)}}), 400, 429)
    assert operator.count("DB_OPS", "ops_scans") == before


@FEW
@given(body=BODIES)
def test_results_take_anything_without_falling_over(http: httpx.Client, service: dict[str, str], body: object) -> None:
    """HLT-09."""
    headers = {**service, "Content-Type": "application/json"}
    json_of(http.post("/health-check/result", content=raw(body), headers=headers), 400, 404)
    results = {"worker_check_uuid": str(uuid4()), "results": body}
    json_of(http.post("/health-check/result", content=raw(results), headers=headers), 400, 404)


@FEW
@given(body=BODIES)
def test_executions_take_anything_without_falling_over(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str], body: object
) -> None:
    """HLT-06, ERR-01."""
    headers = {**service, "Content-Type": "application/json"}
    json_of(workers_http.post(execute_url(platform), content=raw(body), headers=headers), 400)


@FEW
@given(value=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_queries_take_anything_without_falling_over(hq: Caller, value: str) -> None:
    """ERR-01, 3.5: whatever a filter says, no server error."""
    for path in ("/api/health/checks", "/api/patches/logs", "/api/analytics/logs", "/api/delivery-reports"):
        answer = hq.get(path, limit=value, search=value, patchId=value, triggerType=value, startDate=value)
        json_of(answer, 200, 400)
