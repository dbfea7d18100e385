"""Host rule, sessions, CSRF, rate limits, sizes (contract 1.1, 3)."""

import uuid

import pytest

from tests.lab.running import RunningLab

PROTECTED = (
    "/api/health", "/api/health/checks", "/api/analytics/logs", "/api/analytics/stats",
    "/api/analytics/trends?metric=events", "/api/patches/logs", "/api/delivery-reports", "/api/hil/requests",
)  # fmt: skip


def test_the_preflight_is_public(lab: RunningLab) -> None:
    reply = lab.client.get(f"{lab.base}/api/status")
    assert reply.status_code == 200
    assert reply.json() == {
        "success": True, "data": {"globalUserMessage": "", "changeLogs": "", "hasActiveMessage": False},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1", 403), ("example.org", 404), ("[::1]", 403), ("a.localhost", 404)]
)
def test_only_localhost_reaches_the_platform(lab: RunningLab, host: str, status: int) -> None:
    reply = lab.client.get(f"{lab.base}/api/status", headers={"Host": host})
    assert reply.status_code == status
    assert reply.headers["content-type"].startswith("text/plain")


def test_workers_have_no_host_rule(lab: RunningLab) -> None:
    url = lab.worker.replace("localhost", "127.0.0.1")
    assert lab.client.get(f"{url}/health-check/status").status_code == 200


def test_paths_outside_the_api_are_the_page(lab: RunningLab) -> None:
    reply = lab.client.get(f"{lab.base}/mission-control")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    refused = lab.client.post(f"{lab.base}/mission-control")
    assert (refused.status_code, refused.content) == (405, b"")


def test_an_unknown_api_path_is_404_json(lab: RunningLab) -> None:
    for headers in ({}, lab.headers):
        reply = lab.client.get(f"{lab.base}/api/smoke-nope", headers=headers)
        assert (reply.status_code, reply.json()["error"]) == (404, "Not found")


def test_a_wrong_method_is_405_json(lab: RunningLab) -> None:
    reply = lab.post("/api/analytics/logs", {})
    assert reply.status_code == 405
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", PROTECTED)
def test_a_route_needs_a_session(lab: RunningLab, path: str) -> None:
    bare = lab.client.get(lab.base + path)
    assert bare.status_code == 401
    assert bare.json() == {"error": "Authentication required", "message": "No session found"}
    wrong = lab.client.get(lab.base + path, headers={"Authorization": "Bearer nonsense"})
    assert wrong.status_code == 401
    assert wrong.json()["message"] == "Invalid or expired session"
    assert lab.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/api/patches/apply", "/api/ops/scan", "/api/health/checks"])
def test_a_writing_route_needs_a_session(lab: RunningLab, path: str) -> None:
    reply = lab.client.post(lab.base + path, json={"trigger_type": "x", "type": "x"}, headers=lab.csrf())
    assert reply.status_code == 401


def test_login_gives_a_session_that_bearer_and_cookie_carry(lab: RunningLab) -> None:
    pair = lab.csrf()
    body = {"email": lab.account["email"], "password": lab.account["password"]}
    reply = lab.client.post(f"{lab.base}/api/auth/login", json=body, headers=pair)
    session = reply.json()["data"]["sessionId"]
    cookies = reply.headers.get_list("set-cookie")
    assert any(c.startswith("accessToken=") and "HttpOnly" in c and "Max-Age=259200" in c for c in cookies)
    assert any(c.startswith("csrf-token=") and "SameSite=Strict" in c for c in cookies)
    profile = f"{lab.base}/api/auth/profile"
    assert lab.client.get(profile, headers={"Authorization": f"Bearer {session}"}).status_code == 200
    assert lab.client.get(profile, headers={"Cookie": f"session={session}"}).status_code == 200
    bye = pair | {"Authorization": f"Bearer {session}"}
    assert lab.client.post(f"{lab.base}/api/auth/logout", headers=bye).status_code == 200
    assert lab.client.get(profile, headers={"Cookie": f"session={session}"}).status_code == 401


def test_a_wrong_password_is_401(lab: RunningLab) -> None:
    body = {"email": lab.account["email"], "password": "Wrong-password-1"}
    reply = lab.client.post(f"{lab.base}/api/auth/login", json=body, headers=lab.csrf())
    assert reply.status_code == 401
    assert reply.json()["success"] is False


def test_a_sixth_session_evicts_the_oldest(lab: RunningLab) -> None:
    body = {"email": f"{uuid.uuid4()}@vibehq.test", "password": "Long-enough-1"}
    weak = lab.client.post(f"{lab.base}/api/auth/register", json=body | {"password": "short"}, headers=lab.csrf())
    assert weak.status_code == 400
    first = lab.client.post(f"{lab.base}/api/auth/register", json=body, headers=lab.csrf())
    assert first.status_code == 201
    assert lab.client.post(f"{lab.base}/api/auth/register", json=body, headers=lab.csrf()).status_code == 409
    sessions = [first.json()["data"]["sessionId"]]
    for _ in range(5):
        reply = lab.client.post(f"{lab.base}/api/auth/login", json=body, headers=lab.csrf())
        sessions.append(reply.json()["data"]["sessionId"])
    profile = f"{lab.base}/api/auth/profile"
    states = [lab.client.get(profile, headers={"Authorization": f"Bearer {s}"}).status_code for s in sessions]
    assert states == [401, 200, 200, 200, 200, 200]
    listed = lab.client.get(f"{lab.base}/api/auth/sessions", headers={"Authorization": f"Bearer {sessions[-1]}"})
    assert [s["isCurrent"] for s in listed.json()["data"]["sessions"]] == [True, False, False, False, False]


def test_check_says_who_is_there(lab: RunningLab) -> None:
    assert lab.client.get(f"{lab.base}/api/auth/check").json()["data"] == {"authenticated": False, "user": None}
    assert lab.get("/api/auth/check").json()["data"]["user"]["email"] == lab.account["email"]


def test_a_write_without_the_csrf_pair_is_403(lab: RunningLab) -> None:
    for headers in (
        {"Authorization": lab.headers["Authorization"]},
        lab.headers | {"X-CSRF-Token": "other"},
        {"Cookie": lab.headers["Cookie"]},
    ):
        reply = lab.client.post(f"{lab.base}/api/ops/scan", json={}, headers=headers)
        assert reply.status_code == 403
        assert reply.json()["error"]["message"] == "CSRF validation failed"


def test_a_literal_csrf_cookie_passes(lab: RunningLab) -> None:
    headers = {
        "Cookie": "csrf-token=smokeabc",
        "X-CSRF-Token": "smokeabc",
        "Authorization": lab.headers["Authorization"],
    }
    reply = lab.client.post(f"{lab.base}/api/ops/scan", json={"type": "nope"}, headers=headers)
    assert reply.status_code == 400


def test_the_health_check_protocol_wants_no_csrf_pair(lab: RunningLab) -> None:
    for url in (f"{lab.base}/health-check/result", f"{lab.worker}/health-check/execute"):
        assert lab.client.post(url, json={}, headers=lab.service).status_code == 400
        assert lab.client.post(url, json={}).status_code == 401
        assert lab.client.post(url, json={}, headers={"Authorization": "Bearer wrong"}).status_code == 403


MACHINE_CALLS: dict[str, dict[str, str]] = {
    "/api/patches/events": {
        "id": "smoke-machine", "patchId": "smoke-machine", "eventType": "PATCH_VALIDATED", "status": "success",
        "createdAt": "2025-01-02T03:04:05Z",
    },
    "/api/specialists/log": {"specialist": "smoke-machine", "activity": "ping"},
    "/api/specialists/trigger": {"event": "smoke-event"},
    "/api/health/tests/smoke-machine": {"run_id": "r", "status": "passed", "trigger": "on_demand", "suite": "smoke"},
}  # fmt: skip


@pytest.mark.parametrize("path", list(MACHINE_CALLS))
def test_a_machine_needs_its_credential_alone(lab: RunningLab, path: str) -> None:
    url, body = lab.base + path, MACHINE_CALLS[path]
    assert lab.client.post(url, json=body, headers=lab.service).status_code == 200
    assert lab.client.post(url, json=body).status_code == 403
    assert lab.client.post(url, json=body, headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert lab.client.post(url, json=body, headers=lab.csrf()).status_code == 401
    assert lab.client.get(f"{url}/latest", headers=lab.service).status_code in (401, 404)


@pytest.mark.parametrize("path", ["/api/ops/scan", "/api/patches/apply", "/api/health/checks", "/api/delivery-reports"])
def test_a_machine_is_no_user(lab: RunningLab, path: str) -> None:
    url = lab.base + path
    assert lab.client.post(url, json={}, headers=lab.service).status_code == 403
    assert lab.client.post(url, json={}, headers=lab.service | lab.csrf()).status_code == 401
    assert lab.client.get(f"{lab.base}/api/health", headers=lab.service).status_code == 401


def test_too_many_identical_writes_are_429(lab: RunningLab) -> None:
    headers = lab.sign_in()
    replies = [
        lab.client.post(f"{lab.base}/api/health/checks", json={"trigger_type": "smoke-invalid"}, headers=headers)
        for _ in range(125)
    ]
    assert [reply.status_code for reply in replies] == [400] * 120 + [429] * 5
    refused = replies[-1]
    assert refused.json()["error"]["name"] == "RateLimitExceededError"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert replies[0].headers["x-ratelimit-remaining"] == "119"
    other_path = lab.client.post(f"{lab.base}/api/ops/scan", json={"type": "nope"}, headers=headers)
    assert other_path.status_code == 400
    assert lab.client.get(f"{lab.base}/api/health", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"", b"\xff\xfe", b'{"trigger_type": NaN}', b'{"a": 1e999}', b"[" * 5000, b'{"a": "\\ud800"}']
)
def test_a_malformed_body_is_400_and_starts_nothing(lab: RunningLab, body: bytes) -> None:
    before = lab.get("/api/health").json()["summary"]["totalChecks"]
    for path in ("/api/health/checks", "/api/ops/scan", "/api/delivery-reports", "/api/patches/events"):
        reply = lab.client.post(lab.base + path, content=body, headers=lab.headers)
        assert reply.status_code == 400, path
        assert reply.headers["content-type"] == "application/json"
    assert lab.get("/api/health").json()["summary"]["totalChecks"] == before


def test_a_body_over_one_mebibyte_is_413(lab: RunningLab) -> None:
    big = b'{"x": "' + b"y" * (2 * 1024 * 1024) + b'"}'
    for url, headers in (
        (f"{lab.base}/health-check/result", lab.service),
        (f"{lab.base}/api/patches/apply", lab.headers),
    ):
        reply = lab.client.post(url, content=big, headers=headers)
        assert reply.status_code == 413
        assert reply.headers["content-type"] == "application/json"
