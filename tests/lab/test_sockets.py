"""The hubs (contract part 6), over real sockets: greetings, subscriptions, filters, who is let in, who is dropped."""

import asyncio
import json
import time
import uuid

import pytest
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus

from tests.lab.running import PATIENCE, RunningLab, wait_for
from tests.lab.sockets import dialled, frame, say
from vibehq_smoke.lab.live.filters import wanted
from vibehq_smoke.lab.live.hubs import BACKLOG, Hub, Listener

UNIT_ONLY = {"include_performance_tests": False, "include_integration_tests": False}
PARTY = "/parties/health-check-broadcast/main"
HEALTH, OPS, LOGS = "/api/health/broadcast", "/api/ops/broadcast", "/api/logs/stream"

pytestmark = pytest.mark.usefixtures("switches_off")


def post_event(lab: RunningLab, patch: str, kind: str) -> None:
    event = {
        "id": str(uuid.uuid4()), "patchId": patch, "eventType": kind, "status": "success",
        "createdAt": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    assert lab.post("/api/patches/events", event).status_code == 200


@pytest.mark.parametrize("path", [HEALTH, PARTY, OPS])
def test_a_broadcast_hub_greets_and_subscribes(lab: RunningLab, path: str) -> None:
    with dialled(lab, path) as socket:
        greeting = frame(socket)
        assert (greeting["type"], set(greeting)) == ("connected", {"type", "message", "timestamp"})
        say(socket, type="subscribe", filters={"type": "none"})
        answer = frame(socket)
        assert (answer["type"], answer["data"]["filters"]) == ("subscribed", {"type": "none"})
        say(socket, type="frobnicate")
        assert frame(socket)["type"] == "error"
        socket.send("not json")
        assert frame(socket)["type"] == "error"


@pytest.mark.parametrize("path", [HEALTH, PARTY, OPS, LOGS])
def test_a_hub_needs_a_session(lab: RunningLab, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused, dialled(lab, path, signed_in=False):
        pass
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("path", [HEALTH, LOGS, "/api/workers/agent-factory/terminal"])
def test_pages_of_other_sites_are_kept_out(lab: RunningLab, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused, dialled(lab, path, Origin="http://localhost:1"):
        pass
    assert refused.value.response.status_code == 403
    with dialled(lab, path, Origin=lab.base) as socket:
        assert frame(socket)["type"] == "connected"


def test_the_cookie_of_a_browser_opens_a_hub(lab: RunningLab) -> None:
    session = lab.headers["Authorization"].removeprefix("Bearer ")
    with dialled(lab, HEALTH, signed_in=False, Cookie=f"session={session}") as socket:
        assert frame(socket)["type"] == "connected"


def test_the_path_that_the_pages_dial_carries_runs(lab: RunningLab) -> None:
    with dialled(lab, PARTY) as socket:
        frame(socket)
        run = lab.start_run("agent-factory", **UNIT_ONLY)
        start = frame(socket)
        assert (start["type"], start["data"]["health_check_uuid"]) == ("health-check-start", run)
        lab.finished(run)  # a run that goes on would be heard in the next test
    assert lab.client.get(lab.base + PARTY).headers["content-type"].startswith("text/html")


def test_a_listener_hears_only_what_its_filters_want(lab: RunningLab) -> None:
    with dialled(lab, HEALTH) as socket:
        frame(socket)
        filters = {"types": ["worker-result", "health-check-complete"], "worker_name": "data-factory"}
        say(socket, type="subscribe", filters=filters)
        frame(socket)
        lab.finished(lab.start_run("agent-factory", "data-factory", **UNIT_ONLY))
        heard = [frame(socket), frame(socket)]
    assert [one["type"] for one in heard] == ["worker-result", "health-check-complete"]
    assert heard[0]["data"]["worker_name"] == "data-factory"


def test_filters() -> None:
    assert wanted({}, "event", {"status": "success"})
    assert wanted({"status": ["success", "failure"]}, "event", {"status": "success"})
    assert not wanted({"status": "failure"}, "event", {"status": "success"})
    assert not wanted({"type": "scan-start"}, "scan-result", {})
    assert wanted({"worker_name": "x"}, "health-check-start", {}), "a frame without the field passes"
    assert wanted({"status": "failure"}, "event", None)


def test_the_patch_hub_knows_its_messages(lab: RunningLab) -> None:
    with dialled(lab, "/ws", signed_in=False) as socket:
        greeting = frame(socket)
        assert greeting["type"] == "connection_established"
        assert uuid.UUID(greeting["connectionId"])

        def asked(kind: str, **payload: object) -> dict[str, object]:
            say(socket, id=kind, type=kind, payload=payload)
            answer = frame(socket)
            assert (answer["id"], answer["type"]) == (kind, "data")
            content: dict[str, object] = answer["payload"]["data"]
            return content

        session = lab.headers["Authorization"].removeprefix("Bearer ")
        assert asked("auth", token=session)["status"] == "authenticated"
        assert set(asked("auth", token="wrong")) == {"error", "details", "timestamp"}
        assert asked("data", data={"x": 1})["acknowledged"] is True
        assert asked("subscribe", channel="patch-events")["status"] == "subscribed"
        assert asked("unsubscribe", channel="patch-events") == {"status": "unsubscribed", "channel": "patch-events"}
        assert "error" in asked("frobnicate")


def test_a_channel_has_filters_of_its_own(lab: RunningLab) -> None:
    patch = f"smoke-{uuid.uuid4()}"
    with dialled(lab, "/ws") as socket:
        frame(socket)
        payload = {"channel": f"patch-{patch}", "filters": {"eventType": "PATCH_APPLIED"}}
        say(socket, id="1", type="subscribe", payload=payload)
        frame(socket)
        post_event(lab, patch, "PATCH_VALIDATED")
        post_event(lab, patch, "PATCH_APPLIED")
        heard = frame(socket)
    assert (heard["type"], heard["payload"]["eventType"]) == ("event", "PATCH_APPLIED")


class Recorded(WebSocket):
    """A socket that only remembers how it was closed."""

    def __init__(self) -> None:
        self.closed: tuple[int, str | None] | None = None

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Remember."""
        self.closed = code, reason


def test_who_is_idle_is_dropped() -> None:
    async def scene() -> tuple[object, object]:
        idle, busy = Listener(Recorded(), last_active=0.0), Listener(Recorded())
        hub = Hub(listeners={idle, busy})
        await hub.drop_idle(time.monotonic() - 300)
        assert hub.listeners == {busy}
        assert isinstance(idle.socket, Recorded)
        assert isinstance(busy.socket, Recorded)
        return idle.socket.closed, busy.socket.closed

    assert asyncio.run(scene()) == ((1001, "idle"), None)


def test_a_listener_too_slow_misses_frames_and_stops_nobody() -> None:
    listener = Listener()
    hub = Hub(listeners={listener})
    for number in range(BACKLOG + 10):
        hub.broadcast("news", {"number": number})
    assert listener.frames.qsize() == BACKLOG


def test_many_listeners_hear_the_same(lab: RunningLab) -> None:
    with dialled(lab, HEALTH) as first, dialled(lab, HEALTH) as second:
        assert frame(first)["type"] == frame(second)["type"] == "connected"
        run = lab.start_run("nobody")
        assert {frame(first)["data"]["health_check_uuid"], frame(second)["data"]["health_check_uuid"]} == {run}


def test_a_lab_with_d_31_refuses_hubs_and_terminal(lab: RunningLab) -> None:
    lab.fault("D-31", True)
    for path in (HEALTH, PARTY, OPS, "/api/workers/agent-factory/terminal"):
        with pytest.raises(InvalidStatus) as refused, dialled(lab, path):
            pass
        assert refused.value.response.status_code == 500


def test_the_log_is_streamed_and_filtered(lab: RunningLab) -> None:
    with dialled(lab, f"{LOGS}?component=operator&level=info") as socket:
        assert frame(socket)["type"] == "connected"
        lab.fault("api-slow", True)
        lab.fault("api-slow", False)
        lines = [frame(socket)["data"] for _ in range(2)]
        while lines[-1]["details"] != {"fault": "api-slow", "on": False}:
            lines.append(frame(socket)["data"])
        assert {(line["source"], line["component"], line["level"]) for line in lines} == {("lab", "operator", "info")}
        assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
        say(socket, type="subscribe", filters={"component": "agent-factory"})
        assert frame(socket)["type"] == "subscribed"
        lab.finished(lab.start_run("agent-factory", **UNIT_ONLY))
        assert frame(socket)["data"]["component"] == "agent-factory"
        socket.send("[]")
        assert wait_for(lambda: json.loads(socket.recv(PATIENCE))["type"] == "error")
