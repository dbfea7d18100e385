"""Interface: does a person see in a browser what the platform knows? (contract 2.5)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P1, P2, P3, Blocked, Violation, check

from ._support import charts, console, drawn_trends, mission, shown, terminals
from ._support.charts import Trends
from ._support.mission import mission_control
from ._support.needs import SIGNED_IN
from ._support.page_sources import assert_pages_typed
from ._support.runs import refuse_extra_runs, start_run

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


@check("UI-01", component="mission-control", priority=P1, mode="browser", deadline=60, needs=SIGNED_IN)
async def mission_control_loads(hq: Hq) -> None:
    """/mission-control shows its heading within 10 s, no error boundary, and all of its scripts and styles came."""
    async with mission_control(hq):
        pass


@check("UI-02", component="mission-control", priority=P1, mode="browser", deadline=90, needs=["UI-01", "API-01"])
async def mission_control_shows_the_figures_of_the_api(hq: Hq) -> None:
    """Status, health score and number of workers on the page are those of GET /api/health, or are marked as samples."""
    first = await shown.told(hq)
    async with mission_control(hq) as page:
        await shown.assert_as_told(hq, page, first)


@check(
    "UI-03", component="mission-control", priority=P2, mode="browser", deadline=90, writes=True,
    needs=["UI-01", "HLT-01", "d1-health"],
)  # fmt: skip
async def mission_control_follows_a_run_without_a_reload(hq: Hq) -> None:
    """A run that starts is broadcast by the health hub and changes the page within 35 s, which says Live only if it is.

    It starts a run of its own, over one worker: the run of HLT-01 is over before a browser is up.
    """
    refuse_extra_runs(hq)
    async with mission.broadcasts(hq) as ear, mission_control(hq) as page:
        await shown.until_drawn(page)
        await mission.assert_no_pretence(page)
        before = await mission.gist(page)
        run = await start_run(hq, [hq.cheap_worker])
        if run.total_workers != 1:
            message = f"a run over one worker was asked for, the API says that it is over {run.total_workers}"
            raise Blocked(message, component="health-api")
        await mission.assert_heard(ear, run.uuid)

        async def changed() -> bool:
            return bool(await mission.gist(page) != before)

        try:
            await page.until(changed, f"run {run.uuid} to show without a reload", within=mission.LIVE_S)
        except Violation as frozen:
            if not await mission.is_told_of(hq, run.uuid):
                raise Blocked(f"the API tells nothing of run {run.uuid} either", component="health-api") from None
            raise Violation(f"{frozen}, although the API tells of it", kind="frozen") from None


@check(
    "UI-04", component="mission-control", priority=P2, mode="browser", deadline=50,
    needs=["UI-01", "d1-health"],
)  # fmt: skip
async def the_console_stays_quiet(hq: Hq) -> None:
    """Mission Control writes no error on the console and leaves no exception uncaught while it is watched.

    It is watched for the check's deadline less 45 s, 30 s at most: 5 s unless the suite overrides the deadline.
    `allowed_console_errors` of the target names messages that are accepted.
    """
    await console.assert_answers(hq)
    await mission.assert_hub_speaks(hq)
    async with mission_control(hq) as page:
        seconds = console.watch_s(hq)
        await console.assert_quiet(hq, page, seconds)
    if seconds < console.LONGEST_S:
        hq.note(f"watched for {seconds:g} s; deadline_s = 75 in [suite.override.UI-04] makes it {console.LONGEST_S:g}")


@check("UI-05", component="mission-control", priority=P2, mode="source", deadline=180)
async def the_sources_of_the_pages_are_typed(hq: Hq) -> None:
    """The project of the pages, orchestrator/tsconfig.app.json, passes the type check without an error."""
    await assert_pages_typed(hq)


@check("UI-06", component="analytics-ui", priority=P1, mode="browser", deadline=60, needs=["UI-01"])
async def the_analytics_section_loads(hq: Hq) -> None:
    """Mission Control has the section "Analytics Trends", or /analytics renders it as a page of its own."""
    async with mission_control(hq) as page:
        try:
            await page.shows(Trends(page).heading, "section 'Analytics Trends'")
        except Violation as missing:
            await page.open("/analytics")
            try:
                await page.shows(Trends(page).heading, "section 'Analytics Trends'", within=3.0)
            except Violation:
                raise missing from None
            hq.note("the section has a page of its own, /analytics")


@check("UI-07", component="analytics-ui", priority=P2, mode="browser", deadline=60, needs=["UI-06"])
async def every_selected_metric_has_its_chart(hq: Hq) -> None:
    """Each metric that is selected, at first Events and Success Rate, has a chart with a line of the API's points."""
    await drawn_trends.trends_told(hq, charts.BY_DEFAULT)
    async with mission_control(hq) as page:
        trends = Trends(page)
        await page.shows(trends.chip("events"), "button 'Events'")
        selected = await trends.selected()
        assert set(selected) >= set(charts.BY_DEFAULT), f"selected at first are only {', '.join(selected) or 'none'}"
        await charts.assert_lines(trends, selected)


@check("UI-08", component="analytics-ui", priority=P2, mode="browser", deadline=60, needs=["UI-06"])
async def the_filters_change_what_is_shown(hq: Hq) -> None:
    """A metric's button adds its chart and takes it away again, and another timeframe is asked of the API."""
    await drawn_trends.assert_filter_answers(hq)
    async with mission_control(hq) as page:
        trends = Trends(page)
        await page.shows(trends.chip("events"), "button 'Events'")
        selected = await trends.selected()
        added = next(metric for metric in reversed(charts.NAMES) if metric not in selected)
        await trends.until_charts(len(selected), f"{page.path} with its first metrics")
        await trends.chip(added).click()
        await trends.until_charts(len(selected) + 1, f"after a click on {charts.NAMES[added]}")
        await trends.chip(added).click()
        await trends.until_charts(len(selected), f"after another click on {charts.NAMES[added]}")
        await charts.assert_timeframes(trends)


@check("UI-09", component="analytics-ui", priority=P3, mode="browser", deadline=60, needs=["UI-06"])
async def the_export_holds_what_the_api_tells(hq: Hq) -> None:
    """ "Export CSV" downloads analytics-trends-YYYY-MM-DD.csv with the contract's header and the points of the API."""
    told = await drawn_trends.trends_told(hq, charts.BY_DEFAULT)
    async with mission_control(hq) as page:
        trends = Trends(page)
        await page.shows(trends.export, "button 'Export CSV'")
        await charts.assert_can_export(hq, trends)
        charts.assert_exported(*await page.download(trends.export), told)


@check("UI-10", component="terminal-ui", priority=P2, mode="browser", deadline=60, needs=SIGNED_IN)
async def a_chat_has_its_terminal(hq: Hq) -> None:
    """/chat/:chatId has a terminal: a panel with the prompt $ and an input, or a canvas."""
    async with hq.page(f"/chat/{hq.tag}") as page:
        await terminals.assert_usable(page, await terminals.panel(hq, page))
        await console.note_errors(hq, page)


@check("UI-11", component="terminal-server", priority=P2, mode="ws", deadline=60, needs=SIGNED_IN)
async def the_terminal_connects(hq: Hq) -> None:
    """The socket of a worker's terminal greets with the worker's name; where there is a browser, the chat dials it."""
    worker = hq.cheap_worker.name
    async with hq.websocket(terminals.socket_path(worker)) as socket:
        await terminals.assert_greets(hq, socket, worker)
    if not hq.has_browser:
        hq.note("no browser: whether a chat dials the socket was not looked at")
        return
    async with hq.page(f"/chat/{hq.tag}") as page:
        try:
            await terminals.panel(hq, page)
        except (Blocked, Violation) as missing:
            hq.note(f"whether a chat dials the socket cannot be seen: {missing}")
            return
        if not await terminals.dials(page):
            raise Violation(f"the terminal of {page.path} dials no socket", kind="not-dialled", about="terminal-ui")


@check("UI-12", component="terminal-server", priority=P2, mode="ws", needs=["UI-11"], writes=True)
async def a_shell_streams_its_output(hq: Hq) -> None:
    """With a live sandbox the terminal attaches its container, and what an `echo` prints there comes back.

    It runs one command in a sandbox, so it stays away from read-only targets.
    """
    worker, sandbox = await terminals.a_sandbox(hq)
    async with hq.websocket(terminals.socket_path(worker, sandbox)) as socket:
        await terminals.assert_greets(hq, socket, worker)
        await terminals.attached(socket)
        await terminals.run_echo(socket, hq.tag)
