"""Contract 3.1-3.3 and API-08..10: sessions, what needs one, the CSRF pair, and the service credential."""

import base64
import json
import time
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from .caller import PASSWORD, Caller, csrf_headers, fresh_email, json_of, registered
from .listener import Listener
from .operators import Operator
from .running import Platform
from .runs import CHEAP

THREE_DAYS = 259200
PROTECTED_READS = [
    "/api/health",
    "/api/health/checks",
    "/api/health/workers",
    f"/api/health/workers/{CHEAP}/latest",
    f"/api/health/tests/{CHEAP}/latest",
    "/api/analytics/logs",
    "/api/analytics/stats",
    "/api/analytics/trends?metric=events",
    "/api/patches/logs",
    "/api/patches/stats",
    "/api/patches/trends?metric=events",
    "/api/patches/events/recent",
    "/api/delivery-reports",
    "/api/hil/requests",
    "/api/specialists/log/smoke",
    "/api/factories",
    "/api/auth/profile",
    "/api/auth/sessions",
]
PROTECTED_WRITES = [
    ("POST", "/api/patches/apply", {"smoke": "invalid"}),
    ("POST", "/api/patches/events", {"smoke": "invalid"}),
    ("POST", "/api/ops/scan", {"type": "smoke-invalid"}),
    ("POST", "/api/health/checks", {"trigger_type": "smoke-invalid"}),
    ("POST", f"/api/health/tests/{CHEAP}", {}),
    ("POST", "/api/delivery-reports", {}),
    ("POST", "/api/specialists/log", {}),
    ("POST", "/api/factories", {"name": "Bad Name"}),
    ("PATCH", "/api/hil/requests/1/status", {"status": "x"}),
]
PUBLIC_READS = ["/api/status", "/api/auth/csrf-token", "/api/auth/providers", "/api/auth/check"]


@pytest.mark.parametrize("path", PROTECTED_READS)
def test_a_read_needs_a_credential(nobody: Caller, path: str) -> None:
    """API-08, Q9, Q23: 401 in JSON, with an error."""
    answer = json_of(nobody.get(path), 401)
    assert answer.get("error") or answer.get("success") is False


@pytest.mark.parametrize(("method", "path", "body"), PROTECTED_WRITES, ids=[f"{m} {p}" for m, p, _ in PROTECTED_WRITES])
def test_a_write_needs_a_credential(nobody: Caller, method: str, path: str, body: object) -> None:
    """API-08: with a valid CSRF pair and an invalid body, still 401 and not 400."""
    json_of(nobody.send(method, path, body), 401)


@pytest.mark.parametrize("path", PUBLIC_READS)
def test_a_public_read_needs_none(http: httpx.Client, path: str) -> None:
    """API-08: public by design."""
    json_of(http.get(path), 200)


def test_a_bad_session_is_told_apart_from_none(http: httpx.Client) -> None:
    """3.1 failure answers."""
    bad = json_of(http.get("/api/health", headers={"Authorization": "Bearer smoke-nonsense"}), 401)
    none = json_of(http.get("/api/health"), 401)
    assert none == none | {"error": "Authentication required", "message": "No session found"}
    assert "Invalid or expired session" in json.dumps(bad)


def login(http: httpx.Client, email: str, password: str) -> httpx.Response:
    """A login with a pair of its own."""
    return http.post("/api/auth/login", json={"email": email, "password": password}, headers=csrf_headers(http))


def test_login_gives_a_session_and_a_token_cookie(http: httpx.Client, operator: Operator) -> None:
    """3.1: user, sessionId, expiresAt in three days, and the signed accessToken with its attributes."""
    account = operator.credentials()
    answer = login(http, account["email"], account["password"])
    data = json_of(answer, 200)["data"]
    assert data["user"]["email"] == account["email"]
    assert data["sessionId"]
    left = datetime.fromisoformat(data["expiresAt"]) - datetime.now(UTC)
    assert left.total_seconds() == pytest.approx(THREE_DAYS, abs=120)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("accessToken="))
    value, *attributes = [part.strip() for part in cookie.split(";")]
    assert {"httponly", "secure", "samesite=lax", f"max-age={THREE_DAYS}"} <= {a.lower() for a in attributes}
    header, *rest = value.removeprefix("accessToken=").split(".")
    assert len(rest) == 2
    assert json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"] == "HS256"


def test_a_wrong_password_gives_no_session(http: httpx.Client, operator: Operator) -> None:
    """3.1: no session, and an E2 failure."""
    answer = login(http, operator.credentials()["email"], "Wr0ng!password-x")
    assert json_of(answer, 400, 401)["success"] is False
    assert not any(c.startswith("accessToken=") for c in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("kind", ["bearer", "session cookie"])
def test_a_session_is_accepted_either_way(http: httpx.Client, hq: Caller, kind: str) -> None:
    """3.1: what the middleware reads."""
    session = hq.credential["Authorization"].removeprefix("Bearer ")
    headers = {"Cookie": f"session={session}"} if kind == "session cookie" else {"Authorization": f"Bearer {session}"}
    assert json_of(http.get("/api/auth/profile", headers=headers), 200)["success"] is True


def test_check_says_who_is_signed_in(hq: Caller, nobody: Caller) -> None:
    """3.1 ``GET /api/auth/check``."""
    assert hq.read("/api/auth/check")["data"]["authenticated"] is True
    assert hq.read("/api/auth/check")["data"]["user"]["email"]
    assert nobody.read("/api/auth/check")["data"] == {"authenticated": False, "user": None}


@pytest.mark.parametrize("password", ["short1!", "alllowercase", "12345678"])
def test_a_weak_password_is_refused(nobody: Caller, password: str) -> None:
    """3.1: at least 8 characters of several classes."""
    json_of(nobody.post("/api/auth/register", {"email": fresh_email(), "password": password}), 400)


def test_an_address_is_registered_once(http: httpx.Client) -> None:
    """3.1 account calls."""
    email = fresh_email()
    registered(http, email)
    answer = http.post("/api/auth/register", json={"email": email, "password": PASSWORD}, headers=csrf_headers(http))
    assert json_of(answer, 400, 409)["success"] is False


def test_a_deleted_session_is_over(http: httpx.Client) -> None:
    """3.1: ``GET /sessions`` and ``DELETE /api/auth/sessions/:id``."""
    email = fresh_email()
    mine = registered(http, email)
    other = json_of(login(http, email, PASSWORD), 200)["data"]["sessionId"]
    as_other = Caller(http, {"Authorization": f"Bearer {other}"})
    listed = mine.read("/api/auth/sessions")["data"]
    sessions = listed if isinstance(listed, list) else listed["sessions"]
    assert len(sessions) == 2
    assert as_other.get("/api/auth/profile").status_code == 200
    for session in sessions:
        json_of(mine.send("DELETE", f"/api/auth/sessions/{session['id']}"), 200, 401)
    json_of(as_other.get("/api/auth/profile"), 401)


def test_a_user_keeps_five_sessions_at_most(http: httpx.Client) -> None:
    """3.1 session limits: the newest always works."""
    email = fresh_email()
    registered(http, email)
    for _ in range(6):
        newest = json_of(login(http, email, PASSWORD), 200)["data"]["sessionId"]
    listed = Caller(http, {"Authorization": f"Bearer {newest}"}).read("/api/auth/sessions")["data"]
    assert 1 <= len(listed if isinstance(listed, list) else listed["sessions"]) <= 5


def test_logout_ends_the_session(http: httpx.Client) -> None:
    """3.1, 3.2: the cookie ``sessionId`` is read, the CSRF cookie cleared."""
    mine = registered(http)
    session = mine.credential["Authorization"].removeprefix("Bearer ")
    headers = {**mine.credential, **mine.csrf, "Cookie": f"{mine.csrf['Cookie']}; sessionId={session}"}
    answer = http.post("/api/auth/logout", headers=headers)
    json_of(answer, 200)
    cleared = [c for c in answer.headers.get_list("set-cookie") if c.startswith("csrf-token=")]
    assert any("max-age=0" in c.lower() or "1970" in c for c in cleared)
    json_of(mine.get("/api/auth/profile"), 401)


@pytest.mark.parametrize(
    "path", ["/api/status", "/api/health", "/api/auth/profile", "/api/auth/check", "/mission-control"]
)
def test_no_answer_repeats_the_credential(hq: Caller, path: str) -> None:
    """3.1: neither in a header nor in the body."""
    session = hq.credential["Authorization"].removeprefix("Bearer ")
    answer = hq.get(path)
    assert session not in answer.text
    assert session not in str(answer.headers.multi_items())


# 3.2 CSRF


def refused(answer: httpx.Response) -> None:
    """The CSRF refusal: matched on the message, because three vocabularies exist for its type."""
    assert json_of(answer, 403)["error"]["message"] == "CSRF validation failed"


def pair(token: str, stamp: int) -> dict[str, str]:
    """A pair in the cookie's own notation: URL-encoded JSON."""
    value = str(httpx.QueryParams({"v": json.dumps({"token": token, "timestamp": stamp})}))[2:].replace("+", "%20")
    return {"Cookie": f"csrf-token={value}", "X-CSRF-Token": token}


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return int(time.time() * 1000)


def test_the_pair_is_handed_out(http: httpx.Client) -> None:
    """3.2 obtain: token, header name, two hours, and the cookie with its attributes."""
    answer = http.get("/api/auth/csrf-token")
    data = json_of(answer, 200)["data"]
    assert (data["headerName"], data["expiresIn"]) == ("X-CSRF-Token", 7200)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("csrf-token="))
    value, *attributes = [part.strip() for part in cookie.split(";")]
    assert {"secure", "httponly", "samesite=strict", "path=/", "max-age=7200"} <= {a.lower() for a in attributes}
    inside = json.loads(httpx.QueryParams(value.removeprefix("csrf-token=").join(["v=", ""]))["v"])
    assert inside["token"] == data["token"]
    assert inside["timestamp"] == pytest.approx(now_ms(), abs=120_000)


def test_providers_hand_out_a_token_too(http: httpx.Client) -> None:
    """3.2 obtain."""
    data = json_of(http.get("/api/auth/providers"), 200)["data"]
    assert data["csrfToken"]
    assert data["csrfExpiresIn"] == 7200


WRONG_PAIRS = {
    "no pair": {},
    "header alone": {"X-CSRF-Token": "smokeabc"},
    "cookie alone": {"Cookie": "csrf-token=smokeabc"},
    "unequal": {"Cookie": "csrf-token=smokeabc", "X-CSRF-Token": "smokeabd"},
    "empty": {"Cookie": "csrf-token=", "X-CSRF-Token": ""},
    "expired": pair("smokeabc", 1_600_000_000_000),
    "unequal inside": {**pair("smokeabc", now_ms()), "X-CSRF-Token": "smokeabd"},
}


@pytest.mark.parametrize("wrong", WRONG_PAIRS)
@pytest.mark.parametrize("path", ["/api/ops/scan", "/api/health/checks", "/api/delivery-reports", "/api/auth/login"])
def test_a_write_without_the_right_pair_is_refused(hq: Caller, wrong: str, path: str) -> None:
    """3.2, API-09 control: on every router path, whatever the credential."""
    refused(Caller(hq.http, hq.credential, WRONG_PAIRS[wrong]).post(path, {}))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_csrf_is_judged_before_authentication(http: httpx.Client, method: str) -> None:
    """3.2: before authentication, for each of the four methods."""
    refused(Caller(http).send(method, "/api/delivery-reports", {}))


def test_a_literal_cookie_is_a_pair(hq: Caller) -> None:
    """3.2 legacy."""
    literal = {"Cookie": "csrf-token=smokeabc", "X-CSRF-Token": "smokeabc"}
    json_of(Caller(hq.http, hq.credential, literal).post("/api/ops/scan", {"type": "smoke-invalid"}), 400)


def test_reading_needs_no_pair(hq: Caller) -> None:
    """3.2, R7."""
    assert Caller(hq.http, hq.credential).get("/api/health").status_code == 200


def test_the_pair_is_rotated_on_login(http: httpx.Client, operator: Operator) -> None:
    """3.2 rotation."""
    account, before = operator.credentials(), csrf_headers(http)
    body = {"email": account["email"], "password": account["password"]}
    answer = http.post("/api/auth/login", json=body, headers=before)
    cookies = [c.partition(";")[0] for c in answer.headers.get_list("set-cookie") if c.startswith("csrf-token=")]
    assert cookies
    assert before["Cookie"] not in cookies


# API-09, API-10


def test_results_need_no_pair(http: httpx.Client, service: dict[str, str]) -> None:
    """API-09: ``{}`` is a 400, never a 403."""
    json_of(http.post("/health-check/result", json={}, headers=service), 400)


def test_executions_need_no_pair(workers_http: httpx.Client, platform: Platform, service: dict[str, str]) -> None:
    """API-09."""
    url = platform.workers[CHEAP].url + "/health-check/execute"
    json_of(workers_http.post(url, json={}, headers=service), 400)


STRANGERS: dict[str, dict[str, str]] = {"none": {}, "a wrong one": {"Authorization": "Bearer smoke-wrong"}}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_results_need_the_service_credential(http: httpx.Client, stranger: str) -> None:
    """API-10, 3.3: the configuration declares service auth."""
    body = {"worker_check_uuid": str(uuid4()), "results": {}}
    json_of(http.post("/health-check/result", json=body, headers=STRANGERS[stranger]), 401, 403)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_executions_need_the_service_credential(
    workers_http: httpx.Client, platform: Platform, listener: Listener, tag: str, stranger: str
) -> None:
    """API-10: refused, and nothing is executed."""
    body = {
        "worker_check_uuid": str(uuid4()),
        "options": {"include_unit_tests": True, "timeout_ms": 5000, "max_retries": 1},
        "callback_url": listener.target(tag),
    }
    url = platform.workers[CHEAP].url + "/health-check/execute"
    json_of(workers_http.post(url, json=body, headers=STRANGERS[stranger]), 401, 403)
    assert listener.silence(tag, seconds=0.2) == []
