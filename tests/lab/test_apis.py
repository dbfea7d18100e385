"""Analytics, patches, delivery, scans and the smaller APIs (contract API-02..07, PAT-03..08, WRK-07, ERR-01)."""

import json
import uuid
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.lab.running import PATIENCE, RunningLab

BATCH: dict[str, Any] = {
    "patchId": "smoke-batch", "operations": [{"op": "test", "path": "/smoke", "value": 1}], "metadata": {"smoke": True},
}  # fmt: skip
DRY = {"dryRun": True, "validateOnly": True, "rollbackOnFailure": False}


def post_event(lab: RunningLab, patch: str, status: str = "success", **more: object) -> str:
    """Store an event of a patch; its id."""
    key = f"smoke-{uuid.uuid4()}"
    body = {
        "id": key, "patchId": patch, "eventType": "PATCH_VALIDATED", "status": status,
        "createdAt": "2025-01-02T03:04:05Z", "metadata": {"smoke": True},
    } | more  # fmt: skip
    reply = lab.post("/api/patches/events", body)
    assert reply.status_code == 200, reply.text
    assert reply.json()["eventId"] == key
    return key


def test_logs_filter_sort_and_page(lab: RunningLab) -> None:
    patch = f"smoke-{uuid.uuid4()}"
    keys = [post_event(lab, patch), post_event(lab, patch, "failure"), post_event(lab, patch, "error")]
    found = lab.get(f"/api/analytics/logs?patchId={patch}&sortOrder=asc").json()
    assert [event["id"] for event in found["events"]] == keys
    assert (found["total"], found["limit"], found["offset"], found["query"]["patchId"]) == (3, 50, 0, patch)
    failed = lab.get(f"/api/analytics/logs?patchId={patch}&status=failure&sortOrder=asc").json()
    assert [event["id"] for event in failed["events"]] == keys[1:]
    page = lab.get(f"/api/analytics/logs?patchId={patch}&limit=1&offset=1&sortOrder=asc").json()
    assert ([event["id"] for event in page["events"]], page["total"]) == (keys[1:2], 3)
    everything = lab.get("/api/analytics/logs?limit=999").json()
    assert everything["limit"] == 200
    assert everything["total"] >= 12
    late = lab.get(f"/api/analytics/logs?patchId={patch}&startDate=2025-01-03").json()
    assert late["events"] == []


def test_stats_agree_with_the_stored_events(lab: RunningLab) -> None:
    for query in ("", "?timeframe=7d&groupBy=day", "?timeframe=1h&groupBy=hour"):
        stats = lab.get(f"/api/analytics/stats{query}").json()
        assert stats["errorRate"] == pytest.approx(100 - stats["successRate"])
        assert sum(stats["breakdown"]["eventType"].values()) == stats["totalEvents"]
        assert sum(stats["breakdown"]["status"].values()) == stats["totalEvents"]
    week = lab.get("/api/analytics/stats?timeframe=7d&groupBy=day").json()
    assert sum(week["breakdown"]["daily"].values()) == week["totalEvents"] >= 12
    only = lab.get("/api/analytics/stats?timeframe=7d&patchIds=patch-nav-menu").json()
    assert (only["totalEvents"], only["successRate"]) == (3, 100)
    assert only["topPatchIds"] == [{"patchId": "patch-nav-menu", "count": 3}]
    assert only["avgDuration"] == pytest.approx((12 + 48 + 230) / 3, abs=0.01)


def test_trends_agree_with_stats(lab: RunningLab) -> None:
    trend = lab.get("/api/analytics/trends?metric=events&timeframe=24h&interval=1h").json()
    values = [point["value"] for point in trend["dataPoints"]]
    assert len(values) == 25
    assert sum(values) == trend["summary"]["total"] == lab.get("/api/analytics/stats").json()["totalEvents"]
    assert trend["summary"]["average"] == pytest.approx(sum(values) / len(values))
    assert (trend["summary"]["min"], trend["summary"]["max"]) == (min(values), max(values))
    assert trend["summary"]["trend"] in ("increasing", "decreasing", "stable")
    good, bad = (
        [p["value"] for p in lab.get(f"/api/analytics/trends?metric={name}").json()["dataPoints"]]
        for name in ("success_rate", "error_rate")
    )
    assert [round(a + b, 6) for a, b in zip(good, bad, strict=True)] == [100] * len(good)


@pytest.mark.parametrize(
    "path",
    [
        "/api/analytics/trends",
        "/api/analytics/trends?metric=x",
        "/api/analytics/trends?metric=events&timeframe=90d&interval=1m",
        "/api/analytics/stats?timeframe=2h",
        "/api/analytics/logs?status=x",
        "/api/analytics/logs?startDate=soon",
        "/api/patches/trends?metric=x",
        "/api/patches/logs?limit=0",
        "/api/patches/logs?limit=101",
        "/api/delivery-reports?limit=0",
        "/api/hil/requests?limit=0",
    ],
)
def test_a_query_out_of_range_is_400(lab: RunningLab, path: str) -> None:
    reply = lab.get(path)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_a_dry_run_stores_its_events(lab: RunningLab) -> None:
    patch = f"smoke-{uuid.uuid4()}"
    body = lab.post("/api/patches/apply", {"batch": BATCH | {"patchId": patch}, "options": DRY}).json()
    assert (body["success"], body["appliedOperations"], body["failedOperations"], body["errors"]) == (True, 1, 0, [])
    kinds = ["PATCH_PROCESSING_STARTED", "PATCH_VALIDATION_COMPLETED"]
    assert [event["eventType"] for event in body["events"]] == kinds
    rows = lab.sql("DB_OPS", "select event_type from patch_events where patch_id = ? order by id", patch)
    assert [row["event_type"] for row in rows] == kinds
    assert lab.get(f"/api/patches/{patch}/status").json()["status"] == "completed"


@pytest.mark.parametrize(
    "batch",
    [
        {},
        BATCH | {"operations": []},
        BATCH | {"operations": [{"op": "frobnicate", "path": "/x"}]},
        BATCH | {"operations": [{"op": "test", "path": "no-slash", "value": 1}]},
        BATCH | {"operations": [{"op": "add", "path": "/x"}]},
        BATCH | {"operations": [{"op": "move", "path": "/x"}]},
        BATCH | {"patchId": ""},
    ],
)
def test_an_invalid_batch_is_400_and_leaves_nothing(lab: RunningLab, batch: dict[str, Any]) -> None:
    before = lab.sql("DB_OPS", "select count(*) as n from patch_events")
    reply = lab.post("/api/patches/apply", {"batch": batch, "options": DRY})
    assert reply.status_code == 400
    assert reply.json()["success"] is False
    assert reply.json()["errors"]
    assert lab.sql("DB_OPS", "select count(*) as n from patch_events") == before


def test_an_event_is_stored_once_and_heard(lab: RunningLab) -> None:
    patch = f"smoke-{uuid.uuid4()}"
    with connect(lab.base.replace("http://", "ws://") + "/ws", proxy=None) as socket:
        assert json.loads(socket.recv(PATIENCE))["type"] == "connection_established"
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"channel": f"patch-{patch}"}}))
        answer = json.loads(socket.recv(PATIENCE))
        assert (answer["id"], answer["payload"]["data"]["status"]) == ("1", "subscribed")
        key = post_event(lab, patch)
        frame = json.loads(socket.recv(PATIENCE))
        assert (frame["type"], frame["payload"]["patchId"]) == ("event", patch)
    recent = lab.get(f"/api/patches/events/recent?patchId={patch}").json()
    assert ([event["id"] for event in recent["events"]], recent["count"]) == ([key], 1)
    wrong = lab.post("/api/patches/events", {"patchId": patch})
    assert (wrong.status_code, wrong.json()["message"]) == (400, "Invalid patch event format")


def test_the_patch_log_is_paged_and_summed_up(lab: RunningLab) -> None:
    patch = f"smoke-{uuid.uuid4()}"
    before = lab.get("/api/patches/stats").json()["summary"]
    post_event(lab, patch)
    logs = lab.get(f"/api/patches/logs?limit=5&search={patch}").json()
    assert [(e["patchId"], e["isSuccess"], e["isError"]) for e in logs["events"]] == [(patch, True, False)]
    assert (logs["pagination"]["total"], logs["pagination"]["totalPages"], logs["pagination"]["hasMore"]) == (
        1,
        1,
        False,
    )
    one = lab.get(f"/api/patches/logs/{patch}").json()
    assert (one["totalEvents"], one["successRate"], one["finalStatus"]) == (1, 100, "success")
    assert lab.get("/api/patches/logs/smoke-none").status_code == 404
    stats = lab.get("/api/patches/stats").json()
    after = stats["summary"]
    assert after["totalEvents"] == before["totalEvents"] + 1
    assert after["successfulEvents"] == before["successfulEvents"] + 1
    assert sum(stats["breakdown"]["byStatus"].values()) == after["totalEvents"]
    assert sum(stats["breakdown"]["byEventType"].values()) == after["totalEvents"]
    assert lab.get("/api/patches/logs/summary?hours=24").json()["total"] >= 1
    good, bad = (
        [p["value"] for p in lab.get(f"/api/patches/trends?metric={name}").json()["dataPoints"]]
        for name in ("success_rate", "error_rate")
    )
    assert [round(a + b, 6) for a, b in zip(good, bad, strict=True)] == [100] * len(good)


def test_a_delivery_report_is_stored_and_retried(lab: RunningLab) -> None:
    body = {"patchId": "smoke-d", "destination": "smoke", "status": "pending", "metadata": {"smoke": True}}
    reply = lab.post("/api/delivery-reports", body)
    assert reply.status_code == 201
    made = reply.json()["data"]
    assert (made["attempts"], made["lastAttemptAt"], made["error"], made["metadata"]) == (
        0,
        None,
        None,
        {"smoke": True},
    )
    path = f"/api/delivery-reports/{made['id']}"
    assert lab.get(path).json() == {"data": made}
    retried = lab.post(f"{path}/retry").json()["data"]
    assert (retried["attempts"], retried["status"]) == (1, "retrying")
    assert retried["lastAttemptAt"]
    listed = lab.get("/api/delivery-reports?limit=1").json()
    assert listed["data"] == [retried]
    assert (listed["pagination"]["limit"], listed["pagination"]["hasMore"]) == (1, listed["pagination"]["total"] > 1)
    empty = lab.post("/api/delivery-reports", {})
    assert (empty.status_code, empty.json()["error"]) == (400, "Invalid payload")
    assert lab.get("/api/delivery-reports/999999999").status_code == 404
    assert lab.post("/api/delivery-reports/999999999/retry").status_code == 404
    assert lab.get("/api/delivery-reports/99999999999999999999").status_code == 400
    assert lab.get("/api/ops/delivery-reports").status_code == 404


def test_a_scan_counts_what_was_logged_since_the_last(lab: RunningLab) -> None:
    lab.post("/api/ops/scan", {"type": "incremental"})
    for level in ("info", "error", "critical"):
        body = {"specialist": "smoke-scan", "activity": "ping", "identifier": "x", "level": level}
        assert lab.post("/api/specialists/log", body).json() == {"ok": True}
    url = lab.base.replace("http://", "ws://") + "/api/ops/broadcast"
    with connect(url, additional_headers={"Authorization": lab.headers["Authorization"]}, proxy=None) as socket:
        assert json.loads(socket.recv(PATIENCE))["type"] == "connected"
        result = lab.post("/api/ops/scan", {"type": "incremental"}).json()
        frames = [json.loads(socket.recv(PATIENCE)) for _ in range(3)]
    # the three new lines, and the one that the first scan left about itself
    assert (result["processedLogs"], result["issuesFiled"], result["status"]) == (4, 2, "completed")
    assert [frame["type"] for frame in frames] == ["scan-start", "scan-progress", "scan-result"]
    assert {frame["data"]["scanId"] for frame in frames} == {result["scanId"]}
    assert frames[1]["data"]["progress"] == {"processed": 4, "total": 4}
    assert frames[2]["data"]["findings"] == result["findings"]
    number = int(result["scanId"].removeprefix("scan-"))
    stored = lab.sql("DB_OPS", "select * from ops_scans where id = ?", number)[0]
    assert (stored["status"], stored["scan_type"]) == ("completed", "incremental")
    assert json.loads(stored["findings"]) == result["findings"]
    again = lab.post("/api/ops/scan", {"type": "full"}).json()
    assert again["issuesFiled"] == 0
    assert again["processedLogs"] > 4
    assert lab.post("/api/ops/scan", {"type": "smoke-invalid"}).json()["error"] == "Invalid scan type"


def test_a_get_on_the_scan_path_is_405_json(lab: RunningLab) -> None:
    reply = lab.get("/api/ops/scan")
    assert reply.status_code == 405
    assert reply.headers["content-type"] == "application/json"


def test_specialists_log_and_read(lab: RunningLab) -> None:
    name = f"smoke-{uuid.uuid4()}"
    lab.post("/api/specialists/log", {"specialist": name, "activity": "ping", "identifier": "x", "level": "info"})
    logs = lab.get(f"/api/specialists/log/{name}?identifier=x").json()["logs"]
    assert [(line["activity"], line["level"]) for line in logs] == [("ping", "info")]
    assert lab.get(f"/api/specialists/log/{name}?identifier=y").json()["logs"] == []
    assert lab.post("/api/specialists/log", {}).status_code == 400


def test_the_smaller_routes_answer(lab: RunningLab) -> None:
    assert lab.get("/api/hil/requests?limit=1").json() == {"success": True, "data": [], "total": 0}
    assert lab.get("/api/hil/requests/999999999").status_code == 404
    url = f"{lab.base}/api/hil/requests/1/status"
    assert lab.client.patch(url, json={"status": "x"}, headers=lab.headers).status_code == 400
    assert lab.get("/api/factories").json()["ok"] is True
    assert lab.post("/api/factories", {"name": "Bad Name"}).status_code == 400
