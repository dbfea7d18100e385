"""Contract 1.1 and the shared rules of 2.0: hosts, paths, content types, and where the platform answers."""

import ssl

import httpx
import pytest

from .caller import Caller, json_of
from .operators import Operator
from .running import Platform


def test_the_preflight_answer_is_complete(http: httpx.Client) -> None:
    """R4: the public status answer, without any credential."""
    answer = json_of(http.get("/api/status"), 200)
    assert answer["success"] is True
    assert isinstance(answer["data"]["globalUserMessage"], str)
    assert isinstance(answer["data"]["changeLogs"], str)
    assert isinstance(answer["data"]["hasActiveMessage"], bool)


def test_a_local_platform_is_addressed_as_localhost(platform: Platform) -> None:
    """1.1 local base URL, R2."""
    assert platform.url.startswith("http://localhost:")
    assert all(worker.url.startswith("http://localhost:") for worker in platform.workers.values())


@pytest.mark.parametrize("path", ["/api/status", "/", "/api/health", "/health-check/result"])
def test_an_address_in_digits_is_denied(http: httpx.Client, path: str) -> None:
    """1.1 host rule: a dotted quad gets 403 in plain text."""
    answer = http.get(path, headers={"Host": "127.0.0.1:8787"})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("Access denied")


@pytest.mark.parametrize("host", ["example.com", "vibehq-orchestrator", "localhost.example.com"])
def test_a_foreign_host_is_not_found(http: httpx.Client, host: str) -> None:
    """1.1 host rule: any other host gets 404 in plain text; so does ``https://orchestrator/...`` (3.3)."""
    answer = http.get("/api/status", headers={"Host": host})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == "Not Found"


@pytest.mark.parametrize("path", ["/", "/mission-control", "/no/such/page", "/status", "/apis"])
def test_a_path_outside_the_api_is_a_page(http: httpx.Client, path: str) -> None:
    """1.1 path rule and unknown path: GET gives index.html with 200."""
    answer = http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<html" in answer.text.lower()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_page_cannot_be_written_to(nobody: Caller, method: str) -> None:
    """1.1 unknown path: other methods than GET get an empty 405."""
    answer = nobody.send(method, "/mission-control")
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_unknown_api_path_is_not_found_in_json(hq: Caller, tag: str, method: str) -> None:
    """Q18, R1: JSON 404, never the page."""
    path = f"/api/{tag}-nope"
    json_of(hq.get(path) if method == "GET" else hq.send(method, path, {}), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/api/status",
        "/api/auth/csrf-token",
        "/api/auth/providers",
        "/api/auth/check",
        "/api/auth/profile",
        "/api/auth/sessions",
        "/api/health",
        "/api/health/checks",
        "/api/health/workers",
        "/api/analytics/logs",
        "/api/analytics/stats",
        "/api/analytics/trends?metric=events",
        "/api/patches/logs",
        "/api/patches/logs/summary?hours=24",
        "/api/patches/stats",
        "/api/patches/stats/performance?days=7",
        "/api/patches/stats/errors",
        "/api/patches/trends?metric=events",
        "/api/patches/trends/compare?period1=24h&period2=7d",
        "/api/patches/trends/anomalies?threshold=2",
        "/api/patches/events/recent",
        "/api/patches/events/stats?timeframe=24h",
        "/api/patches/history",
        "/api/delivery-reports",
        "/api/hil/requests",
        "/api/factories",
    ],
)
def test_every_documented_read_answers_json(hq: Caller, path: str) -> None:
    """R1 and 1.4: the route is there and speaks JSON."""
    json_of(hq.get(path), 200)


def test_results_are_taken_before_everything_else(http: httpx.Client) -> None:
    """1.1 path rule, HLT-09: the path lies outside /api/ and still is no page."""
    assert json_of(http.get("/health-check/result"), 405)["ok"] is False
    assert http.request("OPTIONS", "/health-check/result").status_code == 204


def test_the_platform_answers_over_tls_too(operator: Operator) -> None:
    """1.1 deployed base URL: https with a certificate that verifies against the given authority."""
    offered = json_of(operator.http.get("/tls"), 200)
    trust = ssl.create_default_context(cadata=offered["ca_pem"])
    with httpx.Client(base_url=offered["url"], verify=trust, trust_env=False, timeout=30) as client:
        assert json_of(client.get("/api/status"), 200)["success"] is True
