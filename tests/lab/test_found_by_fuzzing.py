"""Requests that once were answered with a server error (``python -m tests.fuzzing`` looks for more)."""

import asyncio

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.lab.running import RunningLab
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.serving.application import json_application


@pytest.mark.parametrize("path", ["/\x0f", "/\x7f", "/a b"])
def test_a_path_that_no_url_can_have_is_refused(lab: RunningLab, path: str) -> None:
    specialist = lab.workers["ops-frontend-testing-specialist"]
    assert lab.client.post(f"{specialist}/local/test", json={"path": path}).status_code == 400
    assert lab.client.post(f"{specialist}/tests/execute", json={"url": lab.base + path}).status_code == 400


def test_an_event_of_the_first_millennium_can_be_read_again(lab: RunningLab) -> None:
    event = {
        "id": "old", "patchId": "old", "eventType": "PATCH_APPLIED", "status": "success",
        "createdAt": "0944-01-18T06:31:52Z",
    }  # fmt: skip
    assert lab.post("/api/patches/events", event).is_success
    timeline = lab.get("/api/patches/logs/old").json()["timeline"]
    assert [entry["createdAt"] for entry in timeline] == ["0944-01-18T06:31:52.000Z"]


def test_arguments_that_do_not_fit_an_asynchronous_method_are_refused(lab: RunningLab) -> None:
    call = {"binding": "ORCHESTRATOR_AI_PROVIDER", "method": "assignProvider", "args": [None]}
    reply = lab.client.post(f"{lab.operator}/rpc", json=call)
    assert (reply.status_code, reply.json()["error"]) == (400, "Invalid RPC arguments")


def test_a_statement_that_would_fill_the_memory_is_refused(lab: RunningLab) -> None:
    body = {"db": "DB_OPS", "select": "select zeroblob(1000000000)"}
    reply = lab.client.post(f"{lab.operator}/sql", json=body)
    assert (reply.status_code, reply.json()["details"]) == (400, "string or blob too big")


def test_an_unexpected_error_is_json_and_shows_no_insides() -> None:
    async def breaks(_request: Request) -> Response:
        raise ZeroDivisionError("secret")

    async def ask() -> httpx.Response:
        app = json_application([Route("/", breaks)], Faults(()))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # it goes on to whoever logs it
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/")

    reply = asyncio.run(ask())
    assert (reply.status_code, reply.json()) == (500, {"ok": False, "error": "Internal server error"})
