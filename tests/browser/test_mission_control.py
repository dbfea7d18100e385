"""Mission Control in a browser (contract UI-01..04, UI-06..09): real numbers, live, and every switch shows."""

import csv
import io
import re
from pathlib import Path

import pytest

from tests.browser.cdp import Browser, Page
from tests.browser.conftest import Open
from tests.lab.running import RunningLab

UNIT_ONLY = {"include_performance_tests": False, "include_integration_tests": False}
HEADER = ["Metric", "Timeframe", "Interval", "Timestamp", "Value", "Change", "ChangePercent"]
PATH = "/mission-control"
LIVE = "document.querySelector('[data-testid=live-chip]')?.innerText === 'Live'"
LINES = "document.querySelectorAll('[data-testid=chart-line]').length"

pytestmark = pytest.mark.usefixtures("switches_off")


def shown(page: Page) -> dict[str, str]:
    """The health numbers on the page, as the values behind their wording."""
    page.text("health-total")
    numbers: dict[str, str] = page.evaluate(
        "Object.fromEntries(['health-score','health-workers','health-total'].map(id => "
        "[id, document.querySelector(`[data-testid=${id}] data`).value]))"
    )
    return numbers | {"health-status": page.text("health-status")}


def expected(lab: RunningLab) -> dict[str, str]:
    """The same from the API."""
    summary = lab.get("/api/health").json()["summary"]
    return {
        "health-score": f"{summary['lastHealthScore']:g}", "health-status": summary["lastStatus"],
        "health-workers": str(lab.get("/api/health/workers").json()["count"]),
        "health-total": str(summary["totalChecks"]),
    }  # fmt: skip


def test_a_stranger_signs_in_and_comes_back(lab: RunningLab, browser: Browser) -> None:
    with browser.page() as page:
        page.open(f"{lab.base}{PATH}?from=link")
        page.text("login-form")
        assert page.evaluate("location.pathname") == "/login"
        for field, word in (("email", lab.account["email"]), ("password", "wrong")):
            page.evaluate(f"document.querySelector('#{field}').focus()")
            page.type(word)
        page.type("\n")
        assert "wrong" in page.text("login-error")
        page.evaluate("document.querySelector('#password').value = ''")
        page.type(lab.account["password"] + "\n")
        page.text("health-total")
        assert page.evaluate("location.pathname + location.search") == f"{PATH}?from=link"
        cookies = {one["name"]: one for one in page.call("Network.getCookies")["cookies"]}
        assert {name: cookies[name]["secure"] for name in ("session", "csrf-token", "accessToken")} == {
            "session": True, "csrf-token": True, "accessToken": True,
        }  # fmt: skip
        page.click("[data-testid=sign-out]")
        page.text("login-form")
        assert "session=" not in page.evaluate("document.cookie")


def test_it_loads_without_a_word_on_the_console(visit: Open) -> None:
    with visit(PATH) as page:
        page.until(f"{LIVE} && {LINES} === 2")
        assert page.evaluate("document.querySelector('h1').innerText") == "Mission Control"
        assert page.evaluate("document.title") == "Mission Control · Vibe HQ"
        page.browser.watch(31)  # longer than the page waits between two polls
        assert page.errors == []
        assert page.count("[data-testid=error-boundary]") == 0


def test_the_numbers_are_those_of_the_api(lab: RunningLab, visit: Open) -> None:
    with visit(PATH) as page:
        assert shown(page) == expected(lab)
        assert page.count("[data-testid=worker-row]") == len(lab.workers)
        runs = lab.get("/api/health/checks?limit=8").json()["history"]["health_checks"]
        assert page.count("[data-testid=run-row]") == len(runs)


def test_a_run_shows_without_a_reload(lab: RunningLab, visit: Open) -> None:
    with visit(PATH) as page:
        page.until(LIVE)
        run = lab.start_run("agent-factory", **UNIT_ONLY)
        page.until(f"document.querySelector('[data-run=\"{run}\"]')?.innerText.includes('completed')")
        page.when(lambda: shown(page) == expected(lab))


def test_its_button_starts_a_run(lab: RunningLab, visit: Open) -> None:
    with visit(PATH) as page:
        before = int(shown(page)["health-total"])
        page.click("[data-testid=start-run]")
        assert f"over {len(lab.workers)} workers" in page.text("run-message")
        page.until(f"document.querySelector('[data-testid=health-total] data').value === '{before + 1}'")
        newest = lab.get("/api/health/checks?limit=1").json()["history"]["health_checks"][0]
        assert newest["trigger_source"] == "mission-control"
        lab.finished(newest["health_check_uuid"])


def test_a_scan_of_somebody_else_shows(lab: RunningLab, visit: Open) -> None:
    with visit(PATH) as page:
        page.until(LIVE)
        page.until("document.querySelector('[data-testid=ops-scans]').innerText.includes('No scan')")
        scan = lab.post("/api/ops/scan", {"type": "incremental"}).json()["scanId"]
        page.until(f"document.querySelector('[data-scan={scan}]')?.innerText.includes('completed')")


def test_the_chip_says_disconnected_and_recovers(lab: RunningLab, visit: Open) -> None:
    with visit(PATH, "hub-health-silent") as page:
        page.until("document.querySelector('[data-testid=live-chip]')?.innerText === 'Disconnected'")
        lab.fault("hub-health-silent", False)
        page.until(LIVE)


def test_metrics_and_timeframe_filter_the_charts(visit: Open) -> None:
    with visit(PATH) as page:
        page.until(f"{LINES} === 2")
        page.click("[data-metric=error_rate]")
        page.until(f"{LINES} === 3")
        page.click("[data-metric=events]")
        page.until(f"{LINES} === 2 && document.querySelector('[data-testid=chart]').dataset.metric === 'success_rate'")
        page.choose("timeframe", "7d")
        page.when(lambda: any("timeframe=7d&interval" in url for url in page.requests))
        options = "[...document.querySelector('[data-testid={}]').options].map(o => o.value)"
        assert page.evaluate(options.format("timeframe")) == ["1h", "24h", "7d", "30d", "90d"]
        assert page.evaluate(options.format("interval")) == ["1m", "5m", "15m", "1h", "1d"]
        assert page.count("button[data-testid=metric-chip]") == 4
        assert page.evaluate("document.querySelector('[data-testid=interval] option').disabled"), "too fine for 7 days"
        assert page.errors == []


def exported(page: Page, folder: Path) -> tuple[str, list[list[str]]]:
    """Name and lines of the file that the page offers."""
    page.downloads_to(folder)
    page.click("[data-testid=export-csv]")
    file: Path = page.when(lambda: next(folder.glob("*.csv"), None))
    return file.name, list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))


def test_the_export_is_what_the_api_says(lab: RunningLab, visit: Open, tmp_path: Path) -> None:
    with visit(PATH) as page:
        page.until(f"{LINES} === 2")
        name, lines = exported(page, tmp_path)
    assert re.fullmatch(r"analytics-trends-\d{4}-\d\d-\d\d\.csv", name)
    assert lines[0] == HEADER
    points = lab.get("/api/analytics/trends?metric=events&timeframe=24h&interval=1h").json()["dataPoints"]
    events = [line for line in lines[1:] if line[0] == "Events"]
    assert [(line[3], float(line[4])) for line in events] == [(one["timestamp"], one["value"]) for one in points]


def test_without_data_there_is_nothing_to_export(visit: Open) -> None:
    with visit(PATH, "trends-empty") as page:
        page.until("document.querySelectorAll('[data-testid=chart]').length === 2")
        assert page.evaluate(f"{LINES} === 0 && document.querySelector('[data-testid=export-csv]').disabled")


def test_an_api_that_fails_is_said_in_words(visit: Open) -> None:
    with visit(PATH, "d1-health-down") as page:
        assert "Not available" in page.text("health-error")
        page.until(f"{LINES} === 2")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (390, 844), (768, 1024), (1600, 900)])
def test_nothing_sticks_out(visit: Open, width: int, height: int) -> None:
    for path in (PATH, "/chat/main", "/logs"):
        with visit(path, width=width, height=height) as page:
            page.until("document.querySelectorAll('.panel').length > 0 && document.readyState === 'complete'")
            page.browser.watch(0.3)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


# The switches of the pages


def test_ui_blank(visit: Open) -> None:
    with visit(PATH, "ui-blank") as page:
        page.when(lambda: page.errors)
        assert page.evaluate("document.body.innerText.trim()") == ""


def test_ui_asset_missing(visit: Open) -> None:
    with visit(PATH, "ui-asset-missing") as page:
        page.when(lambda: page.errors)
        assert page.count("h1") == 0


def test_ui_console_error(visit: Open) -> None:
    with visit(PATH, "ui-console-error") as page:
        page.until(f"{LINES} === 2")
        assert page.errors == ["Failed to initialise telemetry"]


def test_ui_wrong_numbers(lab: RunningLab, visit: Open) -> None:
    with visit(PATH, "ui-wrong-numbers") as page:
        assert shown(page) != expected(lab)


def test_ui_frozen(lab: RunningLab, visit: Open) -> None:
    with visit(PATH, "ui-frozen") as page:
        page.until(f"{LINES} === 2")
        run = lab.start_run("agent-factory", **UNIT_ONLY)
        lab.finished(run)
        page.browser.watch(2)
        assert page.count(f'[data-run="{run}"]') == 0
        assert page.sockets == []


def test_ui_no_analytics(visit: Open) -> None:
    with visit(PATH, "ui-no-analytics") as page:
        page.text("health-total")
        assert page.count("[data-testid=analytics]") == 0


def test_ui_charts_empty(visit: Open) -> None:
    with visit(PATH, "ui-charts-empty") as page:
        page.until("document.querySelectorAll('[data-testid=chart] .grid').length > 0")
        assert page.evaluate(LINES) == 0


def test_ui_filter_ignored(visit: Open) -> None:
    with visit(PATH, "ui-filter-ignored") as page:
        page.until(f"{LINES} === 2")
        page.click("[data-metric=error_rate]")
        page.choose("timeframe", "7d")
        page.browser.watch(1)
        assert page.evaluate(LINES) == 2
        assert not any("timeframe=7d" in url for url in page.requests)


def test_ui_export_wrong(visit: Open, tmp_path: Path) -> None:
    with visit(PATH, "ui-export-wrong") as page:
        page.until(f"{LINES} === 2")
        name, lines = exported(page, tmp_path)
    assert name == "export.csv"
    assert lines[0] != HEADER


def test_d_25(lab: RunningLab, visit: Open) -> None:
    with visit(PATH, "D-25") as page:
        assert shown(page) != expected(lab)
        page.when(lambda: len(page.errors) >= 4)
        assert any("/api/pipeline/status" in url for url in page.requests)
        assert page.text("live-chip") == "Live", "although its socket is never accepted"
