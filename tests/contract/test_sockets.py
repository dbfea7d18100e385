"""Contract section 6, WRK-11, PAT-04, AUT-07, UI-11, UI-12: greetings, subscriptions, and what is broadcast."""

import secrets
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from .caller import Caller
from .events import post_event
from .frames import Frame, Socket, opened
from .running import Platform
from .runs import CHEAP, FACTORIES, SPECIALISTS, start_run
from .shapes import Findings, RunStatus

HUBS = ("/api/health/broadcast", "/api/ops/broadcast")


def dialled(platform: Platform, hq: Caller, path: str) -> Iterator[Socket]:
    """A signed-in connection to the orchestrator."""
    with opened(platform.socket_url + path, hq.credential) as socket:
        yield socket


@pytest.fixture
def health_hub(platform: Platform, hq: Caller) -> Iterator[Socket]:
    """The health hub, greeting received, subscribed."""
    for socket in dialled(platform, hq, "/api/health/broadcast"):
        assert socket.frame()["type"] == "connected"
        socket.send({"type": "subscribe"})
        socket.until("subscribed")
        yield socket


@pytest.fixture
def patch_hub(platform: Platform, hq: Caller) -> Iterator[Socket]:
    """The patch hub, greeting received."""
    for socket in dialled(platform, hq, "/ws"):
        assert socket.frame()["type"] == "connection_established"
        yield socket


@pytest.mark.parametrize("path", HUBS)
def test_a_broadcast_hub_greets(platform: Platform, hq: Caller, path: str) -> None:
    """WRK-11, section 6: ``connected`` within five seconds, then ``subscribed`` for ``subscribe``."""
    with opened(platform.socket_url + path, hq.credential) as socket:
        greeting = socket.frame()
        assert greeting["type"] == "connected"
        assert greeting["message"]
        assert greeting["timestamp"]
        socket.send({"type": "subscribe", "filters": {}})
        assert socket.until("subscribed")


def test_the_patch_hub_greets(platform: Platform, hq: Caller) -> None:
    """WRK-11: ``connection_established`` with an id of its own for each connection."""
    greetings = []
    for _ in range(2):
        with opened(platform.socket_url + "/ws", hq.credential) as socket:
            greetings.append(socket.frame())
    assert {greeting["type"] for greeting in greetings} == {"connection_established"}
    assert len({greeting["connectionId"] for greeting in greetings}) == 2
    assert all(greeting["message"] for greeting in greetings)


@pytest.mark.parametrize("path", HUBS)
def test_a_hub_survives_nonsense(platform: Platform, hq: Caller, path: str) -> None:
    """Section 6: a frame that is no JSON does not silence the hub."""
    with opened(platform.socket_url + path, hq.credential) as socket:
        socket.frame()
        socket.send("{not json")
        socket.send({"type": "subscribe"})
        assert socket.until("subscribed")


# Health hub


def test_a_run_is_broadcast_from_start_to_end(health_hub: Socket, hq: Caller, tag: str) -> None:
    """Section 6: start, one result per worker, status, complete; each with data and timestamp."""
    uuid = start_run(hq, tag, FACTORIES).health_check_uuid
    frames: list[Frame] = []
    while not frames or frames[-1]["type"] != "health-check-complete":
        frames.append(health_hub.frame(seconds=40))
    assert all(frame["timestamp"] and isinstance(frame["data"], dict) for frame in frames)
    start = frames[0]
    assert start["type"] == "health-check-start"
    assert start["data"]["health_check_uuid"] == uuid
    assert (start["data"]["trigger_type"], start["data"]["trigger_source"]) == ("on_demand", tag)
    results = [frame["data"] for frame in frames if frame["type"] == "worker-result"]
    assert sorted(result["worker_name"] for result in results) == sorted(FACTORIES)
    for result in results:
        assert result["worker_check_uuid"]
        assert result["status"] == "completed"
        assert result["overall_status"] in {"healthy", "degraded"}
        assert 0 <= result["health_score"] <= 1
        assert result.get("error_message") is None
    states = [frame["data"] for frame in frames if frame["type"] == "health-check-status"]
    assert states
    completed = [RunStatus.model_validate(state).completed_workers for state in states]
    assert completed == sorted(completed)
    end = frames[-1]["data"]
    assert end["health_check_uuid"] == uuid
    final = RunStatus.model_validate(end["status"])
    assert (final.status, final.completed_workers) == ("completed", len(FACTORIES))


def test_every_listener_hears_a_run(platform: Platform, hq: Caller, health_hub: Socket, tag: str) -> None:
    """1.3 hub-health: one room for all."""
    with opened(platform.socket_url + "/api/health/broadcast", hq.credential) as second:
        second.frame()
        second.send({"type": "subscribe"})
        second.until("subscribed")
        uuid = start_run(hq, tag).health_check_uuid
        for socket in (health_hub, second):
            assert socket.until("health-check-complete", health_check_uuid=uuid, seconds=30)


# Ops hub


def test_a_scan_over_http_is_broadcast(platform: Platform, hq: Caller) -> None:
    """AUT-07, D-22 the other way round: ``scan-result`` with the id of the answer."""
    with opened(platform.socket_url + "/api/ops/broadcast", hq.credential) as socket:
        socket.frame()
        socket.send({"type": "subscribe"})
        socket.until("subscribed")
        scan = hq.write("/api/ops/scan", {"type": "incremental"})
        frames = [socket.frame()]
        while frames[-1]["type"] != "scan-result":
            frames.append(socket.frame())
    frame = frames[-1]
    assert {frame["type"] for frame in frames[:-1]} <= {"scan-start", "scan-progress"}
    assert {frame["data"]["scanId"] for frame in frames} == {scan["scanId"]}
    assert frame["timestamp"]
    data = frame["data"]
    assert (data["processedLogs"], data["issuesFiled"]) == (scan["processedLogs"], scan["issuesFiled"])
    assert Findings.model_validate(data.get("findings") or data).scope == "incremental"


# Patch hub


def ask(socket: Socket, kind: str, payload: object) -> Frame:
    """A request to the patch hub; the ``data`` of the answer with the same id."""
    request_id = secrets.token_hex(4)
    socket.send({"id": request_id, "type": kind, "payload": payload})
    answer = socket.until("data", id=request_id)
    return dict(answer["payload"]["data"])


@pytest.mark.parametrize("channel", ["patch-events", "patch-<id>"])
def test_a_patch_event_reaches_its_channel(patch_hub: Socket, hq: Caller, tag: str, channel: str) -> None:
    """PAT-04, D-19 the other way round: the posted event as ``event``."""
    assert ask(patch_hub, "subscribe", {"channel": channel.replace("<id>", tag)})["status"] == "subscribed"
    post_event(hq, tag)
    while (frame := patch_hub.until("event"))["payload"]["patchId"] != tag:
        continue
    assert frame["payload"]["eventType"] == "PATCH_VALIDATED"


def test_a_foreign_patch_is_not_heard(patch_hub: Socket, hq: Caller, tag: str) -> None:
    """Section 6 channels: ``patch-<patchId>`` carries that patch alone."""
    ask(patch_hub, "subscribe", {"channel": f"patch-{tag}"})
    post_event(hq, f"{tag}-other")
    post_event(hq, tag)
    assert patch_hub.until("event")["payload"]["patchId"] == tag


def test_who_unsubscribes_hears_nothing_more(patch_hub: Socket, hq: Caller, tag: str) -> None:
    """Section 6 unsubscribe."""
    ask(patch_hub, "subscribe", {"channel": f"patch-{tag}"})
    assert ask(patch_hub, "unsubscribe", {"channel": f"patch-{tag}"})["status"] == "unsubscribed"
    post_event(hq, tag)
    assert patch_hub.silent(seconds=0.3)


def test_the_patch_hub_authenticates_and_acknowledges(patch_hub: Socket, hq: Caller) -> None:
    """Section 6: ``auth`` and ``data``."""
    token = hq.credential["Authorization"].removeprefix("Bearer ")
    assert ask(patch_hub, "auth", {"token": token})["status"] == "authenticated"
    acknowledged = ask(patch_hub, "data", {"data": {"smoke": True}})
    assert acknowledged["acknowledged"] is True
    assert acknowledged["timestamp"]


def test_the_patch_hub_knows_a_wrong_token(patch_hub: Socket) -> None:
    """Section 6: ``auth`` with a token of nobody is an error."""
    assert ask(patch_hub, "auth", {"token": "smoke-nonsense"})["error"]


def test_the_patch_hub_answers_nonsense_with_an_error(patch_hub: Socket) -> None:
    """Section 6: ``error`` in the data of the answer."""
    patch_hub.send("{not json")
    data = patch_hub.until("data")["payload"]["data"]
    assert data["error"]
    assert data["timestamp"]


# Terminal


@pytest.fixture(scope="module")
def sandboxes(hq: Caller) -> dict[str, str]:
    """Sandbox ids by worker."""
    return {entry["workerId"]: entry["id"] for entry in hq.read("/api/sandboxes")["sandboxes"]}


def test_a_terminal_connects(platform: Platform, hq: Caller) -> None:
    """UI-11: the greeting names the worker; without a sandbox no container is attached."""
    with opened(f"{platform.socket_url}/api/workers/{CHEAP}/terminal", hq.credential) as socket:
        greeting = socket.frame()
        assert (greeting["type"], greeting["workerId"]) == ("connected", CHEAP)
        assert greeting["message"]


@pytest.mark.parametrize("worker", [CHEAP, "agent-factory", SPECIALISTS[0]])
def test_a_terminal_runs_commands(platform: Platform, hq: Caller, sandboxes: dict[str, str], worker: str) -> None:
    """UI-12: container-connected, then the output of what was typed, as it comes from a shell."""
    url = f"{platform.socket_url}/api/workers/{worker}/terminal?sandboxId={sandboxes[worker]}"
    with opened(url, hq.credential) as socket:
        socket.until("container-connected")
        socket.send("echo $((6*7))-smoke\n")
        output = ""
        while "42-smoke" not in output:
            output += socket.text()


def test_a_terminal_needs_a_session(platform: Platform) -> None:
    """Section 6 auth: session."""
    with (
        pytest.raises(InvalidStatus) as refusal,
        opened(f"{platform.socket_url}/api/workers/{CHEAP}/terminal", {}),
    ):
        pass
    assert refusal.value.response.status_code in {401, 403}


def test_a_terminal_without_its_sandbox_says_so(platform: Platform, hq: Caller) -> None:
    """Section 6: ``error`` with a message."""
    url = f"{platform.socket_url}/api/workers/{CHEAP}/terminal?sandboxId=smoke-none"
    with opened(url, hq.credential) as socket:
        assert socket.until("error")["message"]


# health-specialist


@pytest.fixture
def specialist(platform: Platform, service: dict[str, str]) -> Iterator[Socket]:
    """``/ws/health`` of health-specialist, greeting received."""
    url = "ws" + platform.workers["health-specialist"].url.removeprefix("http") + "/ws/health"
    with opened(url, service) as socket:
        greeting = socket.frame()
        assert greeting["type"] == "connected"
        assert greeting["connectionId"]
        assert greeting["timestamp"]
        yield socket


@pytest.mark.parametrize(("asked", "answered"), [("ping", "pong"), ("get_status", "status_response")])
def test_the_health_specialist_answers(specialist: Socket, asked: str, answered: str) -> None:
    """Section 6."""
    specialist.send({"type": asked})
    assert specialist.until(answered)


def test_the_health_specialist_wants_an_authorization(platform: Platform) -> None:
    """Section 6 auth: any Authorization header, but one."""
    url = "ws" + platform.workers["health-specialist"].url.removeprefix("http") + "/ws/health"
    with pytest.raises(InvalidStatus) as refusal, opened(url, {}):
        pass
    assert refusal.value.response.status_code in {401, 403}
