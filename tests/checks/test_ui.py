"""UI-01 to UI-12 as far as they need no browser: access, sources, sockets, and how figures are compared.

What they see in a browser is tested in ``tests/browser/test_ui_checks.py``.
"""

import asyncio
import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plugins._support import charts, console, mission, terminals
from plugins._support.api_models import Trend
from plugins._support.ears import Ear
from plugins._support.shown import Told, compared

from vibehq_smoke.config import Target
from vibehq_smoke.errors import Blocked, Violation
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome
from vibehq_smoke.platform import Reply
from vibehq_smoke.platform.api import Api
from vibehq_smoke.platform.sights import Complaint

from .running import run_checks
from .switching import fault
from .test_workers import plugin_module

IN_A_BROWSER = ("UI-01", "UI-02", "UI-03", "UI-04", "UI-06", "UI-07", "UI-08", "UI-09", "UI-10")
PRIORITIES = {"p1": {"UI-01", "UI-02", "UI-06"}, "p3": {"UI-09"}}
NONE = "no Chromium: install it"


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without Chromium."""
    for place in ("vibehq_smoke.access", "vibehq_smoke.platform.browser"):
        monkeypatch.setattr(f"{place}.missing_browser", lambda _: NONE)


def test_they_are_what_the_contract_says(host: Host) -> None:
    specs = {id_: check.spec for id_, check in host.graph().checks.items() if id_.startswith("UI-")}

    assert set(specs) == {f"UI-{number:02}" for number in range(1, 13)}
    assert {id_ for id_, spec in specs.items() if spec.mode == "browser"} == set(IN_A_BROWSER)
    for id_, spec in specs.items():
        expected = next((priority for priority, ids in PRIORITIES.items() if id_ in ids), "p2")
        assert (spec.category, spec.priority.value) == ("ui", expected), id_
    assert {id_ for id_, spec in specs.items() if spec.writes} == {"UI-03", "UI-12"}


@pytest.mark.usefixtures("no_browser")
def test_without_a_browser_what_wants_one_is_skipped_and_the_rest_passes(
    host: Host, healthy: Target, tsc: Path
) -> None:
    seen = run_checks(host, healthy, [*IN_A_BROWSER, "UI-05", "UI-11", "UI-12"])

    assert seen.not_passed() == dict.fromkeys(IN_A_BROWSER, "skipped")
    assert all(NONE in seen.reason(id_) for id_ in IN_A_BROWSER)
    assert "no browser: whether a chat dials the socket was not looked at" in seen.results["UI-11"].notes


RED = (
    ("terminal-refuses", "UI-11", "the handshake was answered with status 503 instead of 101"),
    ("D-31", "UI-11", "the handshake was answered with status 500 instead of 101"),
    ("terminal-wrong-greeting", "UI-11", "dialled the terminal of ops-conflict-specialist, got that of another-worker"),
    ("terminal-no-output", "UI-12", "printed nothing within"),
)
BLOCKED = (
    ("d1-ops-down", "UI-11 UI-12", "d1-ops"),
    ("orchestrator-500", "UI-11 UI-12", "orchestrator"),
    ("auth-500", "UI-11 UI-12", "auth"),
    ("terminal-refuses", "UI-12", "terminal-server"),
    ("terminal-wrong-greeting", "UI-12", "terminal-server"),
)


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize(("id_", "check", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(
    host: Host, healthy: Target, id_: str, check: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin_module(host, "_support.terminals"), "OUTPUT_S", 1.0)
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize(("id_", "checks", "cause"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(host: Host, healthy: Target, id_: str, checks: str, cause: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    assert {seen.outcome(check) for check in checks.split()} == {Outcome.BLOCKED}, seen.not_passed()
    assert {seen.results[check].root_cause for check in checks.split()} == {cause}


# The sources of the pages


@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no tsc on this machine")
def test_a_type_error_in_the_pages_turns_ui_05_red_and_no_other(host: Host, healthy: Target) -> None:
    with fault(healthy, "ui-type-error"):
        seen = run_checks(host, healthy, ["UI-05", "HLT-14"])

    assert seen.not_passed() == {"UI-05": "failed"}
    assert "orchestrator/tsconfig.app.json has 1 type error(s)" in seen.reason("UI-05")


def test_a_checkout_without_the_project_is_wrong_and_no_checkout_is_missing_access(
    host: Host, healthy: Target, tsc: Path, tmp_path: Path
) -> None:
    (tmp_path / "half" / "orchestrator").mkdir(parents=True)
    for folder, outcome, reason in (
        ("half", Outcome.FAILED, "orchestrator/tsconfig.app.json is missing"),
        ("none", Outcome.SKIPPED, "set source to a checkout"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        seen = run_checks(host, healthy.model_copy(update={"source": tmp_path / folder}), ["UI-05"])
        assert seen.outcome("UI-05") is outcome
        assert reason in seen.reason("UI-05")


# How figures are compared


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (("completed", "1", "11"), Told("completed", 1.0, 11)),
        (("Completed · 2 min ago", "72 %", "8 workers"), Told("completed", 0.72, 8)),
        (("completed", "71.7 %", "8"), Told("completed", 0.7168, 8)),
        (("completed", "0,72", "8"), Told("completed", 0.72, 8)),
        (("No runs yet", "\N{EN DASH}\n\nno finished run", "0"), Told(None, None, 0)),
    ],
)
def test_figures_may_be_worded_and_rounded(shown: tuple[str, ...], told: Told) -> None:
    assert compared(dict(zip(("status", "score", "workers"), shown, strict=True)), told) == []


@pytest.mark.parametrize(
    ("shown", "told", "wrong"),
    [
        (("failed", "72 %", "8"), Told("completed", 0.72, 8), "status is 'failed', the API says 'completed'"),
        (("completed", "96 %", "8"), Told("completed", 0.72, 8), "score is '96 %', the API says 0.72"),
        (("completed", "72.4 %", "8"), Told("completed", 0.72, 8), "score is '72.4 %', the API says 0.72"),
        (("completed", "72 %", "18"), Told("completed", 0.72, 8), "workers is '18', the API says 8"),
        (("completed", "72 %", None), Told("completed", 0.72, 8), "workers is None, the API says 8"),
        (("completed", "\N{EN DASH}", "8"), Told(None, None, 8), "status is 'completed', the API says None"),
        (("\N{EN DASH}", "72 %", "8"), Told(None, None, 8), "score is '72 %', the API says None"),
    ],
)
def test_other_figures_are_wrong(shown: tuple[str | None, ...], told: Told, wrong: str) -> None:
    assert compared(dict(zip(("status", "score", "workers"), shown, strict=True)), told) == [wrong]


class Quiet:
    """A page that complains as told."""

    def __init__(self, *complaints: Complaint) -> None:
        self.path = "/mission-control"
        self.sights = SimpleNamespace(complaints=list(complaints))

    async def watch(self, seconds: float) -> None:
        """Nothing more happens."""


def hq_allowing(*texts: str, deadline_s: float | None = 50) -> Any:
    notes: list[str] = []
    return SimpleNamespace(
        target=SimpleNamespace(allowed_console_errors=texts),
        note=notes.append,
        notes=notes,
        spec=SimpleNamespace(deadline_s=deadline_s),
    )


async def judged(hq: Any, *complaints: Complaint) -> None:
    await console.assert_quiet(hq, Quiet(*complaints), 1)  # type: ignore[arg-type]  # all that is asked of a page


def run(coroutine: Any) -> None:
    with pytest.raises(StopIteration):
        coroutine.send(None)


def test_an_error_on_the_console_fails_and_an_allowed_one_is_noted() -> None:
    loud = Complaint("Failed to initialise telemetry", "/assets/app.js")
    hq = hq_allowing("initialise telemetry")
    run(judged(hq, loud))
    assert hq.notes == ["allowed on the console: Failed to initialise telemetry (/assets/app.js)"]
    with pytest.raises(Violation, match=r"1 error\(s\) on the console of /mission-control\nFailed to initialise"):
        run(judged(hq_allowing("other"), loud))


def test_refusals_of_one_api_are_that_apis() -> None:
    said = "Failed to load resource: the server responded with a status of 500 (Internal Server Error)"
    health, stats = Complaint(said, "/api/health"), Complaint(said, "/api/analytics/stats")
    with pytest.raises(Blocked) as blocked:
        run(judged(hq_allowing(), health, health))
    assert blocked.value.component == "health-api"
    with pytest.raises(Blocked):
        run(judged(hq_allowing(), Complaint(said.replace("500", "400"), f"/api/health/checks/{uuid.uuid4()}")))
    for mixed in (
        (health, stats),
        (health, Complaint("no", uncaught=True)),
        (Complaint(said, "/elsewhere"),),
        (Complaint(said.replace("500", "404"), "/api/ops/status"),),
    ):
        with pytest.raises(Violation):
            run(judged(hq_allowing(), *mixed))


@pytest.mark.parametrize(("deadline_s", "watched_s"), [(50, 5), (75, 30), (300, 30), (10, 1), (None, 1)])
def test_the_console_is_watched_for_what_the_deadline_leaves(deadline_s: float | None, watched_s: float) -> None:
    assert console.watch_s(hq_allowing(deadline_s=deadline_s)) == watched_s


class Button:
    """A button that says of itself whether it is pressed, or says nothing."""

    def __init__(self, pressed: str | None) -> None:
        self.pressed = pressed

    async def get_attribute(self, name: str) -> str | None:
        """The attribute that is looked up."""
        return self.pressed if name == "aria-pressed" else None


def selected(**pressed: str | None) -> tuple[str, ...]:
    """What charts are shown, by what the buttons say."""
    trends = charts.Trends.__new__(charts.Trends)
    trends.chip = lambda metric: Button(pressed.get(metric))  # type: ignore[method-assign]
    return asyncio.run(trends.selected())


def test_the_buttons_of_metrics_say_all_or_none_whether_they_are_pressed() -> None:
    assert selected() == charts.BY_DEFAULT
    assert selected(events="true", success_rate="false", avg_duration="true", error_rate="false") == (
        "events",
        "avg_duration",
    )
    with pytest.raises(AssertionError, match="the button Avg Duration does not say whether it is pressed"):
        selected(events="true", success_rate="true", avg_duration="", error_rate="false")


@pytest.mark.parametrize(
    ("kinds", "said"),
    [(("connected", "subscribed"), "connected, subscribed"), (("subscribed", "subscribed"), "subscribed, subscribed")],
)
def test_a_hub_that_repeats_itself_is_wrong(kinds: tuple[str, ...], said: str) -> None:
    told = {"type": "worker-result", "data": {"health_check_uuid": "one"}}
    once, again = Ear(mission.HUB), Ear(mission.HUB)
    once.frames += [{"type": "subscribed"}, told]
    again.frames += [*({"type": kind} for kind in kinds), told]

    asyncio.run(mission.assert_heard(once, "one"))
    with pytest.raises(Violation, match=f"repeats itself: after its greeting it says {said}") as wrong:
        asyncio.run(mission.assert_heard(again, "one"))
    assert wrong.value.about == "hub-health"


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda told: told | {"sandboxes": told["sandboxes"] * 2}, "sandbox-agent-factory"),
        (lambda told: told | {"sandboxes": told["sandboxes"][1:]}, "lists 10, and counts 11"),
        (lambda told: told | {"sandboxes": [], "count": 0}, "lists none of a worker"),
        (lambda _: None, "no live sandbox is known"),
    ],
    ids=["twice", "short", "none", "null"],
)
def test_sandboxes_that_are_not_sure_are_not_used(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any], reason: str
) -> None:
    ask = Api.request

    async def request(self: Api, method: str, path: str, **options: Any) -> Reply:
        reply = await ask(self, method, path, **options)
        if path != "/api/sandboxes":
            return reply
        return replace(reply, content=json.dumps(change(json.loads(reply.content))).encode())

    monkeypatch.setattr(Api, "request", request)
    seen = run_checks(host, healthy, ["UI-12"])

    assert seen.outcome("UI-12") is Outcome.SKIPPED
    assert reason in seen.reason("UI-12")


def test_a_terminal_that_attaches_twice_is_wrong() -> None:
    frames = ["$ ", json.dumps({"type": "container-connected", "message": "Attached"})]

    async def send_text(_: str) -> None:
        """It is typed."""

    async def receive_text(timeout: float) -> str:  # noqa: ASYNC109 - as the socket's
        return frames.pop(0)

    socket: Any = SimpleNamespace(send_text=send_text, receive_text=receive_text)
    with pytest.raises(Violation, match="the terminal says container-connected: Attached"):
        asyncio.run(terminals.run_echo(socket, "mark"))


def trend(*values: float) -> dict[str, Trend]:
    points = [
        {"timestamp": datetime(2026, 1, 2, hour, tzinfo=UTC).isoformat(), "value": v} for hour, v in enumerate(values)
    ]
    summary = {"total": 0, "average": 0, "min": 0, "max": 0, "trend": "stable", "changePercent": 0}
    body = {"metric": "events", "timeframe": "24h", "interval": "1h", "dataPoints": points, "summary": summary}
    return {"events": Trend.model_validate(body | {"query": {}})}


def export(*values: float, header: str = ",".join(charts.HEADER)) -> str:
    lines = [f"Events,24h,1h,2026-01-02T{hour:02}:00:00.000Z,{value}," for hour, value in enumerate(values)]
    return "\r\n".join([header, *lines]) + "\r\n"


NAME = "analytics-trends-2026-01-02.csv"


def test_an_export_may_differ_in_the_newest_interval_only() -> None:
    charts.assert_exported(NAME, export(1, 2, 3, 4), trend(1, 2, 3, 5))
    charts.assert_exported(NAME, "\ufeff" + export(1, 2, 3, 4), trend(1, 2, 3, 4))


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("export.csv", export(1, 2, 3, 4), "the file is called 'export.csv'"),
        (NAME, export(1, 2, 3, 4, header="metric,time,value"), "the header is 'metric,time,value'"),
        (NAME, "", "the header is ''"),
        (NAME, export(1, 2), "2 line\\(s\\) of Events, but the API tells 4 points"),
        (NAME, export(9, 9, 9, 4), "3 value\\(s\\) of Events differ"),
        (NAME, export(1, 2, 3, 4).replace("2026-01-02T00:00:00.000Z", "noon"), "'noon' in the file is no time"),
    ],
)
def test_another_export_is_wrong(name: str, text: str, problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        charts.assert_exported(name, text, trend(1, 2, 3, 4))
