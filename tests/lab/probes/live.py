"""Probes of the sockets, the terminal and the pages. What the pages' script makes of a switch: tests/browser."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.lab.probes.core import BATCH, UNIT_ONLY, Probe
from tests.lab.running import RunningLab
from tests.lab.sockets import SHELL, dialled, frame, printed_until, say

MOMENT = 0.4
SHELL_STARTS_S = 3.0


def conversation(path: str, question: str) -> Probe:
    """How a socket greets, and whether it answers a question."""

    def look(lab: RunningLab) -> object:
        try:
            with dialled(lab, path) as socket:
                greeting = json.loads(socket.recv(MOMENT))["type"]
                say(socket, id="1", type=question, payload={"channel": "patch-events"})
                return greeting, json.loads(socket.recv(MOMENT))["type"]
        except InvalidStatus as refused:
            return refused.response.status_code
        except (TimeoutError, ConnectionClosed, ValueError) as problem:
            return type(problem).__name__

    return look


def event_is_heard(lab: RunningLab) -> object:
    """Whether a subscriber of the patch hub hears of a patch."""
    with dialled(lab, "/ws") as socket:
        frame(socket)
        say(socket, id="1", type="subscribe", payload={"channel": "patch-events"})
        frame(socket)
        lab.post("/api/patches/apply", {"batch": BATCH, "options": {"dryRun": True}})
        try:
            return json.loads(socket.recv(MOMENT))["type"]
        except TimeoutError:
            return "silence"


def run_is_heard(lab: RunningLab) -> object:
    """What the health hub says first about a run."""
    with dialled(lab, "/api/health/broadcast") as socket:
        frame(socket)
        lab.finished(lab.start_run("agent-factory", **UNIT_ONLY))
        try:
            return json.loads(socket.recv(MOMENT))["type"]
        except TimeoutError:
            return "silence"


def terminal_greeting(lab: RunningLab) -> object:
    """The first frame of a terminal, or how its upgrade is refused."""
    try:
        with dialled(lab, "/api/workers/agent-factory/terminal") as socket:
            return frame(socket)
    except InvalidStatus as refused:
        return refused.response.status_code


def shell_prints(lab: RunningLab) -> object:
    """Whether the output of a shell arrives."""
    with dialled(lab, SHELL) as socket:
        assert [frame(socket)["type"], frame(socket)["type"]] == ["connected", "container-connected"]
        try:
            printed_until(socket, "$", SHELL_STARTS_S)
            socket.send("echo smo''ke\n")
            printed_until(socket, "smoke", SHELL_STARTS_S)
        except TimeoutError:
            return "silence"
        return "prints"


def page(lab: RunningLab) -> object:
    """The page that carries the script, which it tells what to do wrong."""
    return lab.client.get(f"{lab.base}/mission-control").text


def script(lab: RunningLab) -> object:
    """Status and type of the page's script."""
    reply = lab.client.get(f"{lab.base}/assets/app.js")
    return reply.status_code, reply.headers["content-type"]


PATCHES, HEALTH, OPS = "/ws", "/api/health/broadcast", "/api/ops/broadcast"
ACTED_OUT_BY_THE_PAGE = (
    "ui-blank", "ui-wrong-numbers", "ui-frozen", "ui-console-error", "ui-no-analytics", "ui-charts-empty",
    "ui-filter-ignored", "ui-export-wrong", "ui-terminal-missing", "ui-terminal-no-connect",
)  # fmt: skip
_HUBS = (("ws-patches", PATCHES), ("hub-health", HEALTH), ("hub-ops", OPS))

PROBES: Mapping[str, Probe] = MappingProxyType(
    {f"{hub}-{how}": conversation(path, "subscribe") for hub, path in _HUBS for how in ("silent", "closing", "garbage")}
    | dict.fromkeys(ACTED_OUT_BY_THE_PAGE, page)
    | {
        "D-19": conversation(PATCHES, "subscribe"),
        "D-25": conversation("/parties/health-check-broadcast/main", "subscribe"),
        "D-31": conversation(OPS, "subscribe"),
        "patch-hub-no-events": event_is_heard,
        "hub-health-no-broadcast": run_is_heard,
        "terminal-refuses": terminal_greeting,
        "terminal-wrong-greeting": terminal_greeting,
        "terminal-no-output": shell_prints,
        "ui-asset-missing": script,
    }
)
