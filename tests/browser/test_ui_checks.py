"""The checks of the interface in a real browser (contract UI-01 to UI-10): each passes, fails, is blocked.

Needs Chromium and Playwright (``pip install '.[browser]'``). What they judge without a browser is tested in
``tests/checks/test_ui.py``.
"""

import asyncio
import json
import os
import re
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.checks.running import lab as started
from tests.checks.running import run_checks, run_info
from tests.checks.switching import credentials, fault
from tests.checks.test_workers import plugin_module
from vibehq_smoke.config import Target
from vibehq_smoke.engine import Engine, Limits
from vibehq_smoke.graph import Plan
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome, Result
from vibehq_smoke.platform import Platform, Reply, page
from vibehq_smoke.platform.api import Api
from vibehq_smoke.platform.browser import missing_browser
from vibehq_smoke.platform.pictures import picture_of
from vibehq_smoke.platform.platform import PREFLIGHT
from vibehq_smoke.redact import MASK, Redactor

pytest.importorskip("playwright", reason="Playwright is not installed")

IDS = [f"UI-{number:02}" for number in range(1, 13) if number != 5]
MISSING = "/mission-control shows no heading 'Mission Control' within"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """All shipped plugins."""
    loaded = Host.load()
    yield loaded
    loaded.close()


@pytest.fixture
def hurried(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less patience, where something is waited for in vain."""
    mission = plugin_module(host, "_support.mission")
    for module, name, seconds in ((mission, "LOAD_S", 4), (mission, "LIVE_S", 6), (mission, "HEARD_S", 4)):
        monkeypatch.setattr(module, name, seconds)
    monkeypatch.setattr(page, "PATIENCE_S", 4)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """A lab of its own."""
    with started() as running:
        assert missing_browser(running) is None
        yield running


def page_of(result: Result) -> str:
    """What the check's last page did, as its evidence says."""
    return next(seen.detail or "" for seen in reversed(result.evidence) if seen.kind == "page")


def is_gone() -> bool:
    """Whether the driver that this process started is gone, at once or soon."""
    ends = time.monotonic() + 5
    while "playwright" in drivers() and time.monotonic() < ends:
        time.sleep(0.1)
    return "playwright" not in drivers()


def drivers() -> str:
    """Command lines of the processes that this one has started and that still run."""
    listed = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return listed.stdout


def test_all_pass_on_a_healthy_platform_with_pictures(host: Host, target: Target) -> None:
    seen = run_checks(host, target, IDS)

    assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
    for id_ in set(IDS) - {"UI-12"}:
        (visit,) = (one for one in seen.results[id_].evidence if one.kind == "page")
        assert re.fullmatch(r"data:image/jpeg;base64,[\w+/]{1000,}=*", visit.picture or ""), id_
        assert visit.summary.endswith("0 error(s) on the console"), id_
    assert "GET /api/analytics/trends?metric=events&timeframe=7d" in page_of(seen.results["UI-08"])
    assert [created.kind for created in seen.created if created.check == "UI-03"] == ["worker rows", "health run"]
    assert "playwright" not in drivers()


RED = (
    ("ui-blank", "UI-01", MISSING, "mission-control"),
    ("ui-asset-missing", "UI-01", "GET /assets/app.js → 404 text/html", "mission-control"),
    ("ui-wrong-numbers", "UI-02", "score is '0.72', the API says", "mission-control"),
    ("D-25", "UI-02", "workers is '8', the API says 11", "mission-control"),
    ("ui-frozen", "UI-03", "to show without a reload: not within", "mission-control"),
    ("D-25", "UI-03", "/mission-control says Live, but no health socket of it is open", "mission-control"),
    ("hub-health-no-broadcast", "UI-03", "the health hub does not tell of the run: no frame about run", "hub-health"),
    ("hub-health-closing", "UI-03", "the health hub does not tell of the run: ", "hub-health"),
    ("ui-console-error", "UI-04", "Failed to initialise telemetry", "mission-control"),
    ("D-25", "UI-04", "/api/pipeline/status", "mission-control"),
    ("ui-no-analytics", "UI-06", "shows no section 'Analytics Trends'", "analytics-ui"),
    ("ui-charts-empty", "UI-07", "selected are Events, Success Rate, but of 2 chart(s) 0 have a line", "analytics-ui"),
    ("ui-filter-ignored", "UI-08", "after a click on Error Rate: 3 chart(s) expected, 2 drawn", "analytics-ui"),
    ("ui-export-wrong", "UI-09", "the file is called 'export.csv'", "analytics-ui"),
    ("ui-terminal-missing", "UI-10", "shows no terminal panel", "terminal-ui"),
    ("ui-terminal-no-connect", "UI-11", "dials no socket", "terminal-ui"),
)
BLOCKED = (
    ("ui-blank", "UI-02 UI-03 UI-04 UI-06 UI-07 UI-08 UI-09", "mission-control"),
    ("ui-asset-missing", "UI-10", "mission-control"),
    ("ui-no-analytics", "UI-07 UI-08 UI-09", "analytics-ui"),
    ("trends-empty", "UI-07 UI-09", "analytics-api"),
    ("D-13", "UI-04 UI-07 UI-08 UI-09", "analytics-api"),
    ("hub-health-silent", "UI-03 UI-04", "hub-health"),
    ("hub-health-garbage", "UI-03 UI-04", "hub-health"),
    ("health-summary-frozen", "UI-02", "health-api"),
    ("runs-not-stored", "UI-03", "health-api"),
    ("D-12", "UI-04", "health-api"),
    ("d1-health-down", "UI-02 UI-03 UI-04", "d1-health"),
    ("d1-ops-down", "UI-01 UI-10", "d1-ops"),
    ("ui-terminal-no-connect", "UI-12", "terminal-ui"),
)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("id_", "check", "reason", "accused"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(
    host: Host, target: Target, id_: str, check: str, reason: str, accused: str
) -> None:
    with fault(target, id_):
        seen = run_checks(host, target, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)
    assert seen.results[check].component == accused


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("id_", "checks", "cause"), BLOCKED, ids=[f"{row[0]}-{row[2]}" for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(host: Host, target: Target, id_: str, checks: str, cause: str) -> None:
    with fault(target, id_):
        seen = run_checks(host, target, checks.split())

    found = {check: (seen.outcome(check).value, seen.results[check].root_cause) for check in checks.split()}
    assert found == dict.fromkeys(checks.split(), ("blocked", cause)), {id_: seen.reason(id_) for id_ in found}


@pytest.mark.parametrize("id_", ["trends-empty", "ui-wrong-numbers", "ui-frozen", "hub-health-closing"])
def test_what_a_fault_does_not_touch_still_passes(host: Host, target: Target, id_: str) -> None:
    untouched = {"trends-empty": ["UI-08"], "ui-wrong-numbers": ["UI-03"], "ui-frozen": ["UI-02"]}
    with fault(target, id_):
        seen = run_checks(host, target, untouched.get(id_, ["UI-04"]))

    assert seen.not_passed() == {}, [seen.reason(check) for check in seen.not_passed()]


def test_an_allowed_error_on_the_console_is_noted(host: Host, target: Target) -> None:
    allowing = target.model_copy(update={"allowed_console_errors": ("initialise telemetry",)})
    with fault(target, "ui-console-error"):
        seen = run_checks(host, allowing, ["UI-04"])

    assert seen.not_passed() == {}
    assert any("allowed on the console: Failed to initialise telemetry" in note for note in seen.results["UI-04"].notes)


def test_an_error_of_every_page_is_not_held_against_the_terminal(host: Host, target: Target) -> None:
    with fault(target, "ui-console-error"):
        seen = run_checks(host, target, ["UI-10", "UI-11"])

    assert seen.not_passed() == {}, [seen.reason(check) for check in seen.not_passed()]


@pytest.mark.parametrize(("allowed", "outcome"), [((), Outcome.DEGRADED), (("chat broke",), Outcome.PASSED)])
def test_an_error_of_the_chat_alone_degrades_it(
    host: Host, target: Target, monkeypatch: pytest.MonkeyPatch, allowed: tuple[str, ...], outcome: Outcome
) -> None:
    terminals = plugin_module(host, "_support.terminals")
    usable = terminals.assert_usable

    async def loud(chat: page.Page, found: Any) -> None:
        await usable(chat, found)
        await chat.evaluate("() => { console.error('chat broke'); }")

    monkeypatch.setattr(terminals, "assert_usable", loud)
    seen = run_checks(host, target.model_copy(update={"allowed_console_errors": allowed}), ["UI-10"])

    assert seen.outcome("UI-10") is outcome, seen.reason("UI-10")
    assert "1 error(s) on the console of /chat/smoke-" in seen.reason("UI-10") or allowed


REQUEST = Api.request


def replying(method: str, part: str, change: Callable[[Any], Any]) -> Callable[..., Awaitable[Reply]]:
    """The clients, with the JSON changed that comes for a request whose address holds ``part``."""

    async def request(self: Api, asked: str, path: str, **options: Any) -> Reply:
        reply = await REQUEST(self, asked, path, **options)
        if (method, part in reply.path) != (asked, True):
            return reply
        return replace(reply, content=json.dumps(change(json.loads(reply.content))).encode())

    return request


def first_points(several: slice, *, twice: bool = False) -> Callable[[Any], Any]:
    """A trend with these of its points, perhaps all of them twice."""
    return lambda trend: trend | {"dataPoints": trend["dataPoints"][several] * (2 if twice else 1)}


def two_for_one() -> Callable[[Any], Any]:
    """Every run but the first, which is that of HLT-01, is over two workers instead of one."""
    runs: list[Any] = []

    def accepted(told: Any) -> Any:
        runs.append(told)
        return told | {"result": told["result"] | {"total_workers": 2}} if len(runs) > 1 else told

    return accepted


@pytest.mark.parametrize(
    ("check", "method", "part", "change", "cause", "reason"),
    [
        ("UI-04", "GET", "/api/analytics/stats", lambda _: {}, "analytics-api", "analytics-api does not answer"),
        ("UI-04", "GET", "/api/health/workers", lambda _: None, "health-api", "health-api does not answer the page"),
        ("UI-08", "GET", "metric=error_rate", lambda _: [], "analytics-api", "analytics-api does not answer the page"),
        ("UI-07", "GET", "metric=events", first_points(slice(0, None), twice=True), "analytics-api", "two points of"),
        ("UI-09", "GET", "metric=events", first_points(slice(0, -1)), "analytics-api", "tells of the same day"),
        ("UI-03", "POST", "/api/health/checks", two_for_one(), "health-api", "the API says that it is over 2"),
    ],
)
def test_what_the_page_is_compared_with_is_judged_itself(
    host: Host,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
    check: str,
    method: str,
    part: str,
    change: Callable[[Any], Any],
    cause: str,
    reason: str,
) -> None:
    monkeypatch.setattr(Api, "request", replying(method, part, change))
    seen = run_checks(host, target, [check])

    assert (seen.outcome(check), seen.results[check].root_cause) == (Outcome.BLOCKED, cause), seen.reason(check)
    assert reason in seen.reason(check)


@pytest.mark.usefixtures("hurried")
def test_a_hub_that_does_not_confirm_fails_ui_03(host: Host, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    mission = plugin_module(host, "_support.mission")
    monkeypatch.setattr(plugin_module(host, "_support.ears"), "GREETING_S", 1)
    monkeypatch.setattr(mission, "HUB", replace(mission.HUB, confirms=lambda _: False))
    seen = run_checks(host, target, ["UI-03"])

    assert seen.outcome("UI-03") is Outcome.FAILED, seen.reason("UI-03")
    assert "the subscription was not confirmed within 1 s" in seen.reason("UI-03")
    assert seen.results["UI-03"].component == "hub-health"


def test_a_target_without_a_session_skips_what_asks_to_sign_in(host: Host, target: Target) -> None:
    strangers = target.model_copy(update={"auth": target.auth.model_copy(update={"kind": "none"})})
    seen = run_checks(host, strangers, ["UI-01", "UI-06", "UI-10", "UI-11", "WRK-11[hub-ops]"])

    assert seen.not_passed() == dict.fromkeys(("UI-01", "UI-06", "UI-10", "UI-11", "WRK-11[hub-ops]"), "skipped")
    for id_ in ("UI-01", "UI-10", "UI-11", "WRK-11[hub-ops]"):
        assert "set kind in [targets.lab.auth]" in seen.reason(id_)


@pytest.mark.parametrize("after_s", [0.0, 3.0])
def test_a_cancelled_run_leaves_no_browser(after_s: float, host: Host, target: Target) -> None:
    def open_platform() -> Platform:
        return Platform(target, run_id="cut", started=time.monotonic(), redactor=Redactor(target.secrets()))

    engine = Engine(Plan(host.graph(), ["UI-04"]), open_platform, host, run_info("cut", target), Limits())
    engine.start()
    ends = time.monotonic() + 20
    while "playwright" not in drivers() and time.monotonic() < ends:
        time.sleep(0.05)
    time.sleep(after_s)
    engine.close()

    assert engine.result("UI-04").outcome is Outcome.SKIPPED
    assert is_gone()


def test_a_browser_that_does_not_start_is_the_harnesss_trouble(host: Host, target: Target, tmp_path: Path) -> None:
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    seen = run_checks(host, target.model_copy(update={"browser": str(fake)}), ["UI-01"])

    assert seen.outcome("UI-01") is Outcome.ERROR
    assert f"the browser {fake} does not start" in seen.reason("UI-01")


def test_pictures_hold_no_secret_and_pages_share_no_cookie(target: Target) -> None:
    async def main() -> None:
        platform = Platform(target, run_id="pic", started=time.monotonic(), redactor=Redactor(target.secrets()))
        try:
            hq = platform.hq(PREFLIGHT)
            email = credentials(target)["email"]
            async with hq.page("/mission-control") as one:
                await one.shows(one.tab.get_by_text(email), "account")
                await one.evaluate("() => { document.cookie = 'mine=1'; }")
                assert await picture_of(one.tab, hq.recorder.redactor)
                text = await one.text()
                assert email not in text
                assert MASK in text
            async with hq.page("/mission-control") as other:
                assert "mine=1" not in await other.evaluate("() => document.cookie")
        finally:
            await platform.close()

    asyncio.run(main())


def test_the_pages_of_the_manual_show_what_works(host: Host, target: Target) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "writing-checks.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```py\n(.*?)^```", manual, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {"__name__": "manual"}
    exec(compile(block, "writing-checks.md", "exec"), names)  # noqa: S102 - the page's own code
    (check,) = (thing for thing in names.values() if asyncio.iscoroutinefunction(thing))

    async def main() -> None:
        platform = Platform(target, run_id="doc", started=time.monotonic(), redactor=Redactor(target.secrets()))
        try:
            await check(platform.hq(PREFLIGHT))
        finally:
            await platform.close()

    asyncio.run(main())
