"""Signing in: every kind, every form of the session, every way to fail; against a mocked transport."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from vibehq_smoke.errors import Blocked, HarnessError, Skipped
from vibehq_smoke.platform import Platform

from .helpers import SPEC, platform, until

BASE = "http://localhost:8787"
LOGIN = {"success": True, "data": {"user": {}, "sessionId": "sess-0123456789", "expiresAt": "2026-01-01"}}
PROFILE = "/api/auth/profile"
ACCOUNT = {"kind": "login", "email": "someone@example.test", "password": "pass-word-1234"}


def router(**routes: Any) -> respx.Router:
    """A platform that signs anybody in and accepts the bearer form; ``routes`` replace answers by a short name."""
    answers: dict[str, Any] = {
        "csrf": httpx.Response(
            200, json={"data": {"token": "csrf-first-1"}}, headers={"set-cookie": "csrf-token=csrf-first-1"}
        ),
        "login": httpx.Response(200, json=LOGIN, headers={"set-cookie": "csrf-token=csrf-second-2"}),
        "profile": accepts("authorization", "Bearer sess-0123456789"),
        "other": httpx.Response(200, json={"ok": True}),
    } | routes
    mock = respx.Router(assert_all_called=False)
    paths = (("csrf", "/api/auth/csrf-token"), ("login", "/api/auth/login"), ("profile", PROFILE))
    for name, path in paths:
        route = mock.route(url=f"{BASE}{path}", name=name)
        answer(route, answers[name])
    answer(mock.route(name="other"), answers["other"])
    return mock


def answer(route: respx.Route, what: Any) -> None:
    if callable(what) or isinstance(what, Exception | type):
        route.mock(side_effect=what)
    else:
        route.mock(return_value=what)


def accepts(header: str, value: str) -> Callable[[httpx.Request], httpx.Response]:
    """A profile that is 200 for one form of the credential and 401 for every other."""

    def profile(request: httpx.Request) -> httpx.Response:
        good = value in request.headers.get(header, "")
        return httpx.Response(200 if good else 401, json={"success": good})

    return profile


def using(mock: respx.Router, use: Callable[[Platform], Any], **fields: Any) -> None:
    async def main() -> None:
        transport = httpx.MockTransport(mock.async_handler)
        async with platform(BASE, transport=transport, **fields) as opened:
            await use(opened)

    asyncio.run(main())


def calls(mock: respx.Router, name: str) -> list[httpx.Request]:
    return [call.request for call in mock.routes[name].calls]


def test_login_happens_once_for_all_checks_and_rotates_the_csrf_pair() -> None:
    mock = router()

    async def use(opened: Platform) -> None:
        hqs = [opened.hq(SPEC) for _ in range(5)]
        await asyncio.gather(*(hq.api.post("/api/x", json={}) for hq in hqs))
        (login,) = calls(mock, "login")
        assert json.loads(login.content) == {"email": "someone@example.test", "password": "pass-word-1234"}
        assert login.headers["x-csrf-token"] == "csrf-first-1"
        assert len(calls(mock, "csrf")) == 1
        asked = calls(mock, "other")
        assert [request.headers["authorization"] for request in asked] == ["Bearer sess-0123456789"] * 5
        assert asked[-1].headers["x-csrf-token"] == "csrf-second-2"
        text = "".join(evidence.model_dump_json() for hq in hqs for evidence in hq.recorder.evidence)
        assert "sess-0123456789" not in text
        assert "$SESSION" in text

    using(mock, use, auth=ACCOUNT)


@pytest.mark.parametrize(
    ("header", "accepted", "sent"),
    [
        ("cookie", "session=sess-0123456789", "session=sess-0123456789"),
        ("cookie", "accessToken=jwt-0123456789", "accessToken=jwt-0123456789"),
    ],
)
def test_the_form_of_the_session_that_the_platform_accepts_is_kept(header: str, accepted: str, sent: str) -> None:
    login = httpx.Response(200, json=LOGIN, headers={"set-cookie": "accessToken=jwt-0123456789; HttpOnly"})
    mock = router(login=login, profile=accepts(header, accepted))

    async def use(opened: Platform) -> None:
        await opened.hq(SPEC).api.get("/api/x")
        (asked,) = calls(mock, "other")
        assert asked.headers["cookie"] == sent
        assert "authorization" not in asked.headers

    using(mock, use, auth=ACCOUNT)


def test_cookie_and_csrf_share_one_cookie_header() -> None:
    mock = router(profile=accepts("cookie", "session=sess-0123456789"))

    async def use(opened: Platform) -> None:
        await opened.hq(SPEC).api.post("/api/x", json={})
        (asked,) = calls(mock, "other")
        assert asked.headers["cookie"] == "csrf-token=csrf-second-2; session=sess-0123456789"

    using(mock, use, auth=ACCOUNT)


@pytest.mark.parametrize(
    ("routes", "reason"),
    [
        ({"login": httpx.Response(403, json={"error": {"message": "no"}})}, "expected 200 or 201, got 403"),
        ({"login": httpx.Response(200, html="<html>")}, "HTML page"),
        ({"login": httpx.Response(200, json={"data": {}})}, "without data.sessionId"),
        ({"profile": httpx.Response(500, json={"error": "Authentication error"})}, "accepts none of 2 forms"),
        ({"profile": httpx.Response(200, html="<html>")}, "accepts none of 2 forms"),
        ({"login": httpx.ConnectError("refused")}, "orchestrator does not answer"),
    ],
)
def test_a_failed_login_blocks_every_check_that_needs_a_session(routes: dict[str, Any], reason: str) -> None:
    mock = router(**routes)
    if "profile" in routes:
        answer(mock.routes["login"], httpx.Response(200, json=LOGIN))  # no cookie: two forms to try

    async def use(opened: Platform) -> None:
        for hq in (opened.hq(SPEC), opened.hq(SPEC)):
            with pytest.raises(Blocked, match="no session") as caught:
                await hq.api.get("/api/x")
            assert caught.value.component == "auth"
            assert reason in str(caught.value)
            assert any("/api/auth/login" in evidence.summary for evidence in hq.recorder.evidence)
        assert len(calls(mock, "login")) == 1
        assert (await opened.hq(SPEC).anonymous.get("/api/x")).status == 200

    using(mock, use, auth=ACCOUNT)


def test_a_check_that_gives_up_does_not_take_the_sign_in_with_it() -> None:
    async def slow_login(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.1)
        return httpx.Response(200, json=LOGIN)

    mock = router(login=slow_login)

    async def use(opened: Platform) -> None:
        first = asyncio.create_task(opened.hq(SPEC).api.get("/api/x"))
        second = asyncio.create_task(opened.hq(SPEC).api.get("/api/x"))
        await until(lambda: calls(mock, "csrf"))
        first.cancel()
        assert (await second).status == 200
        assert first.cancelled()
        assert len(calls(mock, "login")) == 1

    using(mock, use, auth=ACCOUNT)


def test_a_fresh_session_signs_in_again() -> None:
    ids = iter(["sess-0123456789", "sess-9876543210"])

    def login(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"sessionId": next(ids)}})

    mock = router(login=login, profile=accepts("authorization", "Bearer sess-"))

    async def use(opened: Platform) -> None:
        hq = opened.hq(SPEC)
        await hq.api.get("/api/x")
        fresh = await hq.fresh_session()
        await fresh.get("/api/y")
        assert [request.headers["authorization"] for request in calls(mock, "other")] == [
            "Bearer sess-0123456789",
            "Bearer sess-9876543210",
        ]

    using(mock, use, auth=ACCOUNT)


def test_a_refused_fresh_session_is_blocked() -> None:
    mock = router(login=httpx.Response(429, json={"error": "slow down"}))

    async def use(opened: Platform) -> None:
        with pytest.raises(Blocked, match="429"):
            await opened.hq(SPEC).fresh_session()

    using(mock, use, auth=ACCOUNT)


@pytest.mark.parametrize("auth", [{"kind": "none"}, {"kind": "bearer", "token": "tok-0123456789"}])
def test_kinds_that_cannot_sign_in_have_no_fresh_session(auth: dict[str, str]) -> None:
    async def use(opened: Platform) -> None:
        hq = opened.hq(SPEC)
        assert await hq.fresh_session() is hq.api

    using(router(), use, auth=auth)


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"kind": "bearer", "token": "tok-0123456789"}, "authorization", "Bearer tok-0123456789"),
        ({"kind": "cookie", "cookie_name": "sid", "cookie_value": "val-0123456789"}, "cookie", "sid=val-0123456789"),
    ],
)
@pytest.mark.parametrize("profile", [200, 500, 404])
def test_a_configured_credential_is_used_unless_it_is_refused(
    auth: dict[str, str], header: str, value: str, profile: int
) -> None:
    mock = router(profile=httpx.Response(profile, json={}))

    async def use(opened: Platform) -> None:
        await opened.hq(SPEC).api.get("/api/x")
        (asked,) = calls(mock, "other")
        assert asked.headers[header] == value

    using(mock, use, auth=auth)


def test_a_configured_credential_that_is_refused_blocks() -> None:
    async def use(opened: Platform) -> None:
        with pytest.raises(Blocked, match="the configured credential is not accepted") as caught:
            await opened.hq(SPEC).api.get("/api/x")
        assert "tok-0123456789" not in str(caught.value)

    mock = router(profile=httpx.Response(401, json={}))
    using(mock, use, auth={"kind": "bearer", "token": "tok-0123456789"})


def test_without_auth_a_401_is_skipped_with_what_to_set() -> None:
    mock = router(other=httpx.Response(401, json={"error": "Authentication required"}))

    async def use(opened: Platform) -> None:
        with pytest.raises(Skipped, match=r"no session: set kind in \[targets.here.auth\]"):
            (await opened.hq(SPEC).api.get("/api/x")).expect()

    using(mock, use)


OPERATOR = {"operator": {"kind": "embedded", "url": "http://127.0.0.1:9"}}
LENT = {"email": "lab@example.test", "password": "lent-password", "service_token": "svc-0123456789"}


def test_the_embedded_operator_lends_account_and_service_token_once() -> None:
    mock = router()
    mock.routes["other"].side_effect = lambda request: httpx.Response(
        200, json=LENT if request.url.path == "/credentials" else {}
    )

    async def use(opened: Platform) -> None:
        hq = opened.hq(SPEC)
        await asyncio.gather(hq.api.get("/api/x"), hq.service.post("/health-check/result", json={}))
        assert json.loads(calls(mock, "login")[0].content)["email"] == "lab@example.test"
        assert hq.service_headers() == {"Authorization": "Bearer svc-0123456789"}
        asked = {request.url.path: request for request in calls(mock, "other")}
        assert asked["/health-check/result"].headers["authorization"] == "Bearer svc-0123456789"
        assert len([request for request in calls(mock, "other") if request.url.path == "/credentials"]) == 1
        assert "svc-0123456789" not in "".join(one.model_dump_json() for one in hq.recorder.evidence)

    using(mock, use, auth={"kind": "login"}, service_auth={"kind": "bearer"}, **OPERATOR)


def test_an_operator_that_lends_nothing_blocks_sessions_and_skips_services() -> None:
    mock = router(other=httpx.Response(500, json={}))

    async def use(opened: Platform) -> None:
        hq = opened.hq(SPEC)
        with pytest.raises(HarnessError, match="open"):
            hq.service_headers()
        with pytest.raises(Blocked, match="did not lend"):
            await hq.api.get("/api/x")
        with pytest.raises(Skipped, match="no service credential"):
            hq.service_headers()

    using(mock, use, auth={"kind": "login"}, service_auth={"kind": "bearer"}, **OPERATOR)


@pytest.mark.parametrize(
    ("service_auth", "headers"),
    [
        ({"kind": "none"}, {}),
        ({"kind": "bearer", "token": "svc-1"}, {"Authorization": "Bearer svc-1"}),
        ({"kind": "header", "header": "X-Service", "token": "svc-1"}, {"X-Service": "svc-1"}),
    ],
)
def test_the_service_credential_as_configured(service_auth: dict[str, str], headers: dict[str, str]) -> None:
    async def use(opened: Platform) -> None:
        assert opened.hq(SPEC).service_headers() == headers

    using(router(), use, service_auth=service_auth)


def test_a_service_credential_without_a_token_is_skipped_with_what_to_set() -> None:
    async def use(opened: Platform) -> None:
        with pytest.raises(Skipped, match=r"set token_env in \[targets.here.service_auth\]"):
            opened.hq(SPEC).service_headers()

    using(router(), use, service_auth={"kind": "bearer"})
