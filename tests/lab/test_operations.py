"""Deliveries, questions for people, queues, code quality, side doors, settings (contract 1.4, 3.2, 3.3, 5.1, 6)."""

import asyncio
import hashlib
import hmac
import json
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from starlette.routing import BaseRoute
from websockets.sync.client import ClientConnection, connect

from tests.lab.running import PATIENCE, RunningLab, wait_for
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.operations.code_rules import check_code
from vibehq_smoke.lab.operations.hil_requests import suggest
from vibehq_smoke.lab.operations.queue import meets
from vibehq_smoke.lab.operations.queue_work import WorkError, perform
from vibehq_smoke.lab.operations.sentry import EnvelopeError, SentryTunnel, parse_envelope
from vibehq_smoke.lab.operations.status import StatusApi
from vibehq_smoke.lab.serving.application import json_application
from vibehq_smoke.lab.storage.kv import CONFIG_KEY, CONFIG_NAMESPACE, KeyValues

SECRETS = 'const apiKey = "0123456789abcdef0123";\n' * 3


def report(lab: RunningLab, destination: str, **more: object) -> dict[str, Any]:
    """A delivery report just made."""
    reply = lab.post("/api/delivery-reports", {"patchId": "smoke-o", "destination": destination} | more)
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()["data"]
    return made


def read_report(lab: RunningLab, number: int) -> dict[str, Any]:
    """A delivery report as it is now."""
    found: dict[str, Any] = lab.get(f"/api/delivery-reports/{number}").json()["data"]
    return found


def closed(lab: RunningLab, number: int) -> dict[str, Any]:
    """The report once it is delivered or given up."""
    found: dict[str, Any] = wait_for(
        lambda: (now := read_report(lab, number))["status"] in ("delivered", "failed") and now
    )
    return found


def test_reports_in_the_making_are_delivered_and_others_are_kept(lab: RunningLab) -> None:
    kept = report(lab, "smoke", status="pending")
    sent, filed = report(lab, "smoke"), report(lab, "archive", metadata={"note": 1})
    refused, unknown = report(lab, "closed"), report(lab, "nowhere")
    assert (sent["status"], sent["attempts"], sent["lastAttemptAt"]) == ("generating", 0, None)
    for number in (sent["id"], filed["id"]):
        done = closed(lab, number)
        assert (done["status"], done["attempts"], done["error"]) == ("delivered", 1, None)
        assert done["lastAttemptAt"]
    for number, why in ((refused["id"], "refused"), (unknown["id"], "unknown destination")):
        gone = closed(lab, number)
        assert (gone["status"], gone["attempts"]) == ("failed", 3)
        assert why in gone["error"]
    logged = lab.sql(
        "DB_OPS", "select level from operation_logs where operation = 'delivery.attempt'"
        " and json_extract(details, '$.reportId') = ?", refused["id"],
    )  # fmt: skip
    assert [row["level"] for row in logged] == ["warn", "warn", "error"]
    assert read_report(lab, kept["id"]) == kept


def ask(lab: RunningLab, question: str) -> dict[str, Any]:
    """A question to people, as it is stored."""
    reply = lab.post("/api/hil/requests", {"question": question, "orderId": "order-1", "context": {"smoke": True}})
    assert reply.status_code == 201, reply.text
    row: dict[str, Any] = reply.json()["data"]
    return row


def test_a_known_question_is_answered_and_an_unsure_one_waits(lab: RunningLab) -> None:
    sure = ask(lab, "May I retry the failed delivery?")
    assert (sure["status"], sure["answered_by"], sure["confidence"]) == ("resolved", "automation", 0.95)
    assert sure["user_response"] == sure["suggested_response"]
    unsure = ask(lab, "Should I overwrite the existing file?")
    assert (unsure["status"], unsure["user_response"], unsure["answered_by"]) == ("pending", None, None)
    assert 0 < unsure["confidence"] < 0.8
    assert unsure["suggested_response"]
    new = ask(lab, "What colour is the sky?")
    assert (new["status"], new["confidence"], new["suggested_response"]) == ("pending", None, None)
    listed = lab.get("/api/hil/requests?status=pending").json()
    assert [row["id"] for row in listed["data"]][:2] == [new["id"], unsure["id"]]
    path = f"/api/hil/requests/{new['id']}"
    moved = lab.client.patch(f"{lab.base}{path}/status", json={"status": "in_progress"}, headers=lab.headers)
    assert moved.json()["data"]["status"] == "in_progress"
    answered = lab.post(f"{path}/answer", {"response": "Blue."}).json()["data"]
    assert (answered["status"], answered["user_response"], answered["answered_by"]) == ("resolved", "Blue.", "person")
    assert answered["resolved_at"]
    assert lab.post(f"{path}/answer", {"response": "Red."}).status_code == 409
    assert lab.get(path).json()["data"] == answered
    assert lab.post("/api/hil/requests", {}).status_code == 400


def test_confidence_falls_with_each_word_that_is_missing() -> None:
    pattern = {"words": '["run", "migrations", "order", "name"]', "answer": "yes", "certainty": 0.9}
    told = [suggest(text, [pattern]) for text in ("run migrations in order of name", "run migrations", "run")]
    assert [one and one.confidence for one in told] == [0.9, 0.45, None]


EVENTS = [
    ("code-generation-complete", {"lines": 50}, {"lines": 49}, "docstring-architect"),
    ("lint-errors-detected", {"errors": 3}, {"errors": 2}, "lint-surgeon"),
    ("dependency-changed", {"change": "major"}, {"change": "minor"}, "dependency-auditor"),
]


@pytest.mark.parametrize(("event", "meeting", "missing", "specialist"), EVENTS)
def test_an_event_that_meets_its_trigger_is_worked_off(
    lab: RunningLab, event: str, meeting: dict[str, Any], missing: dict[str, Any], specialist: str
) -> None:
    assert lab.post("/api/specialists/trigger", {"event": event, "payload": missing}).json()["count"] == 0
    told = lab.post("/api/specialists/trigger", {"event": event, "payload": meeting}).json()
    [queued] = told["queued"]
    assert (queued["specialist_type"], queued["status"], queued["payload"]) == (specialist, "pending", meeting)
    done = wait_for(lambda: entry(lab, queued["id"], "completed"))
    assert done["result"]
    assert done["retry_count"] == 0


def entry(lab: RunningLab, number: int, status: str) -> dict[str, Any] | None:
    """The entry of the queue, if it has this status."""
    listed = lab.get(f"/api/specialists/queue?status={status}").json()["queue"]
    return next((row for row in listed if row["id"] == number), None)


def test_work_that_fails_is_tried_three_times_more(lab: RunningLab) -> None:
    body = {"event": "code-generation-complete", "payload": {"lines": 60, "code": "def ("}}
    [queued] = lab.post("/api/specialists/trigger", body).json()["queued"]
    failed = wait_for(lambda: entry(lab, queued["id"], "failed"))
    assert (failed["retry_count"], failed["max_retries"]) == (3, 3)
    assert "not Python" in failed["error"]
    assert lab.get("/api/specialists/queue").json()["counts"]["failed"] >= 1
    assert lab.post("/api/specialists/trigger", {}).status_code == 400
    assert len(lab.get("/api/specialists/triggers").json()["triggers"]) == 3


def test_specialists_do_real_work() -> None:
    code = 'def a():\n    """Doc."""\n\ndef b():\n    pass\n'
    assert perform("docstring-architect", {"code": code})["missing"] == [{"name": "b", "line": 4}]
    findings = [{"rule": "no-any"}, {"rule": "no-todo"}, {"rule": "no-any"}]
    assert perform("lint-surgeon", {"findings": findings})["order"][0] == {"rule": "no-any", "count": 2}
    audited = perform("dependency-auditor", {"from": "1.9.0", "to": "v2.0.1", "change": "major"})
    assert (audited["change"], audited["agrees"]) == ("major", True)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("nobody", {}), ("dependency-auditor", {"from": "x"}), ("lint-surgeon", {"findings": 1}),
        ("docstring-architect", {"code": 7}),
    ]  # fmt: skip
    for specialist, payload in wrong:
        with pytest.raises(WorkError):
            perform(specialist, payload)
    assert not meets({"lines": True}, {"min_lines": 0})
    assert meets({"lines": 1.5, "x": "y"}, {"min_lines": 1, "x": "y"})


def monitor(lab: RunningLab) -> ClientConnection:
    """A socket to the code-quality monitor."""
    url = lab.base.replace("http://", "ws://") + "/api/monitoring/code-quality"
    return connect(url, additional_headers={"Authorization": lab.headers["Authorization"]}, proxy=None)


def change(lab: RunningLab, agent: str, content: str) -> httpx.Response:
    """A code change of an agent."""
    body = {"agentId": agent, "filePath": "src/a.ts", "content": content}
    return lab.post("/api/monitoring/code-change", body)


def test_an_agent_that_breaks_too_much_is_quarantined_and_released(lab: RunningLab) -> None:
    agent = f"smoke-{uuid.uuid4()}"
    with monitor(lab) as socket:
        greeting = json.loads(socket.recv(PATIENCE))
        assert greeting["type"] == "connected"
        assert agent not in [one["agentId"] for one in greeting["quarantinedAgents"]]
        mild = change(lab, agent, "let x: any;\n// TODO").json()["data"]
        assert [(one["rule"], one["severity"], one["line"]) for one in mild["violations"]] == [
            ("no-any", "warning", 1), ("no-todo", "info", 2),
        ]  # fmt: skip
        assert json.loads(socket.recv(PATIENCE))["data"]["agentId"] == agent
        assert change(lab, agent, SECRETS).json()["data"]["quarantined"] is True
        assert [json.loads(socket.recv(PATIENCE))["type"] for _ in range(2)] == ["violation-alert", "quarantine-alert"]
        assert change(lab, agent, "fine").status_code == 423
        state = lab.get("/api/monitoring/violations").json()["data"]
        assert [one["violations"] for one in state["quarantinedAgents"] if one["agentId"] == agent] == [3]
        socket.send(json.dumps({"type": "agent-released", "data": {"agentId": agent}}))
        kinds = {json.loads(socket.recv(PATIENCE))["type"] for _ in range(2)}
        assert kinds == {"agent-released", "acknowledged"}
    assert change(lab, agent, "fine").json()["data"]["violations"] == []
    assert lab.post(f"/api/monitoring/agents/{agent}/release").status_code == 404


def test_the_monitor_takes_orders_as_frames(lab: RunningLab) -> None:
    agent = f"smoke-{uuid.uuid4()}"
    with monitor(lab) as socket:
        socket.recv(PATIENCE)
        body = {"agentId": agent, "filePath": "a.ts", "content": "// @ts-ignore"}
        socket.send(json.dumps({"type": "code-change", "data": body}))
        frames = {frame["type"]: frame["data"] for frame in (json.loads(socket.recv(PATIENCE)) for _ in range(2))}
        [violation] = frames["code-change-checked"]["violations"]
        assert violation["rule"] == "no-ts-ignore"
        socket.send(json.dumps({"type": "violation-acknowledged", "data": {"violationId": violation["id"]}}))
        assert {json.loads(socket.recv(PATIENCE))["type"] for _ in range(2)} == {
            "violation-acknowledged", "acknowledged",
        }  # fmt: skip
        for wrong in ("{", "[]", '{"type": "x"}', '{"type": "code-change", "data": {}}', '{"type": "agent-released"}'):
            socket.send(wrong)
            assert json.loads(socket.recv(PATIENCE))["type"] == "error", wrong


def test_the_rules_for_code() -> None:
    assert [one.rule for one in check_code("const a = b as any;\nconst key = 'AKIA0123456789ABCDEF';")] == [
        "no-any", "no-secrets",
    ]  # fmt: skip
    assert [one.rule for one in check_code("x\n" * 501)] == ["max-lines"]
    assert check_code("const company: Company = many;") == []


def envelope(dsn: object, *items: str) -> bytes:
    """A Sentry envelope."""
    header = json.dumps({"dsn": dsn, "event_id": "0" * 32})
    return "\n".join([header, *items]).encode()


def test_the_sentry_tunnel_takes_envelopes_for_its_own_dsn(lab: RunningLab) -> None:
    url, dsn = f"{lab.base}/api/sentry/tunnel", lab.account["sentry_dsn"]
    good = lab.client.post(url, content=envelope(dsn, '{"type":"event"}', '{"message":"x"}'))
    assert (good.status_code, good.json()) == (200, {"id": "0" * 32})
    stored = lab.sql("DB_OPS", "select * from sentry_envelopes order by id desc limit 1")[0]
    assert (stored["dsn"], json.loads(stored["items"])) == (dsn, ["event"])
    assert lab.client.post(url, content=envelope("https://x@elsewhere.example/1")).status_code == 403
    for wrong in (b"", b"\n \n", b"{", b"[]", envelope(dsn, "{}")):
        assert lab.client.post(url, content=wrong).status_code == 400, wrong


def test_envelopes_are_read_item_by_item() -> None:
    raw = b'{}\n{"type":"a","length":5}\nx\ny\nz\n{"type":"b"}\npayload\n\n{"type":"c","length":0}\n'
    assert parse_envelope(raw).items == ("a", "b", "c")
    with pytest.raises(EnvelopeError, match="shorter"):
        parse_envelope(b'{}\n{"type":"a","length":50}\nx')


def asked(routes: list[BaseRoute], method: str, path: str, content: bytes = b"") -> httpx.Response:
    """One request to an application of these routes alone."""

    async def ask_once() -> httpx.Response:
        transport = httpx.ASGITransport(json_application(routes, Faults(())))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, content=content)

    return asyncio.run(ask_once())


def test_without_a_dsn_there_is_no_tunnel() -> None:
    tunnel = SentryTunnel(cast("Lab", None), None)  # refusing needs nothing of the lab
    assert asked(tunnel.routes(), "POST", "/api/sentry/tunnel", envelope("x")).status_code == 503


def github(lab: RunningLab, raw: bytes, signature: str | None = None) -> httpx.Response:
    """A webhook call, rightly signed unless told otherwise; an empty signature is none."""
    key = lab.account["github_webhook_secret"].encode()
    signature = f"sha256={hmac.new(key, raw, hashlib.sha256).hexdigest()}" if signature is None else signature
    headers = {"x-github-event": "push", "x-github-delivery": "d-1"}
    headers |= {"x-hub-signature-256": signature} if signature else {}
    return lab.client.post(f"{lab.base}/api/integrations/github/webhook", content=raw, headers=headers)


def test_the_github_webhook_wants_a_signature(lab: RunningLab) -> None:
    raw = json.dumps({"action": "opened", "repository": {"full_name": "example/core"}}).encode()
    taken = github(lab, raw)
    assert (taken.status_code, taken.json()["event"]) == (200, "push")
    stored = lab.sql("DB_OPS", "select * from github_events where id = ?", taken.json()["id"])[0]
    assert (stored["action"], stored["repository"], stored["delivery_id"]) == ("opened", "example/core", "d-1")
    assert github(lab, raw, "").status_code == 400
    assert github(lab, raw, "sha256=00").status_code == 401
    assert github(lab, b"{").status_code == 400
    assert github(lab, b"[]").status_code == 400


@pytest.mark.parametrize(
    ("settings", "message", "changes"),
    [
        (None, "", ""),
        ({"globalUserMessage": "Down at noon", "changeLogs": "v2"}, "Down at noon", "v2"),
        ({"globalUserMessage": 7, "other": 1}, "", ""),
        ([1], "", ""),
    ],
)
def test_the_status_tells_the_platforms_settings(tmp_path: Path, settings: object, message: str, changes: str) -> None:
    with closing(KeyValues.open(tmp_path)) as kv:
        kv.put(CONFIG_NAMESPACE, CONFIG_KEY, settings)
        told = asked(StatusApi(kv).routes(), "GET", "/api/status").json()
    view = {"globalUserMessage": message, "changeLogs": changes, "hasActiveMessage": bool(message)}
    assert told == {"success": True, "data": view}
