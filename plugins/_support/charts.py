"""The section "Analytics Trends" of Mission Control: charts, filters, export (contract UI-06 to UI-09)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Skipped, Violation

from . import analytics

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Page

    from .api_models import Trend

TITLE = re.compile("analytics trends", re.IGNORECASE)
NAMES = {"events": "Events", "success_rate": "Success Rate", "avg_duration": "Avg Duration", "error_rate": "Error Rate"}
BY_DEFAULT = ("events", "success_rate")
TIMEFRAMES = ("1h", "24h", "7d", "30d", "90d")
HEADER = ["Metric", "Timeframe", "Interval", "Timestamp", "Value", "Change", "ChangePercent"]
FILE = re.compile(r"analytics-trends-\d{4}-\d{2}-\d{2}\.csv")

_CHARTS = """(section) => [...section.querySelectorAll("svg")]
  .filter((svg) => !svg.parentElement.closest("svg"))
  .filter((svg) => { const box = svg.getBoundingClientRect(); return box.width >= 100 && box.height >= 40; })
  .map((svg) => [...svg.querySelectorAll("path[d], polyline[points]")]
    .filter((line) => !line.closest("defs, clipPath, marker, .domain") && line.getBBox().width > 0).length)"""


@dataclass(frozen=True)
class Drawn:
    """The charts of the section: how many lines each has."""

    lines: tuple[int, ...]

    @property
    def with_lines(self) -> int:
        """Metrics that are drawn: charts with a line, or the lines when all share one chart."""
        return self.lines[0] if len(self.lines) == 1 else sum(1 for count in self.lines if count)


class Trends:
    """The section on an open page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        tab = page.tab
        heading = tab.get_by_role("heading", name=TITLE)
        self.export = tab.get_by_role("button", name=re.compile("export csv", re.IGNORECASE)).first
        boxes = tab.locator("main, section, article, [role=region], div")
        by_content = boxes.filter(has=heading).filter(has=self.chip("success_rate")).filter(has=tab.locator("svg"))
        self.section = tab.get_by_test_id("analytics").or_(by_content).last
        self.heading = heading

    def chip(self, metric: str) -> Any:
        """The button that switches a metric on and off."""
        return self.page.tab.get_by_role("button", name=NAMES[metric], exact=True).first

    def select(self, name: str) -> Any:
        """A select of the section."""
        return self.page.tab.get_by_role("combobox", name=re.compile(name, re.IGNORECASE)).first

    async def drawn(self) -> Drawn:
        """The charts as they are now."""
        if not await self.section.count():
            return Drawn(())
        return Drawn(tuple(await self.section.evaluate(_CHARTS)))

    async def selected(self) -> tuple[str, ...]:
        """Metrics whose chip is pressed; those that are chosen by default when chips do not say."""
        pressed = {metric: await self.chip(metric).get_attribute("aria-pressed") for metric in NAMES}
        if all(state is None for state in pressed.values()):
            return BY_DEFAULT
        mute = [NAMES[metric] for metric, state in pressed.items() if state not in ("true", "false")]
        assert not mute, f"the button {', '.join(mute)} does not say whether it is pressed, though others do"
        return tuple(metric for metric, state in pressed.items() if state == "true")

    async def until_charts(self, count: int, what: str) -> None:
        """Wait for that many charts. Raises Violation ``charts``."""

        async def there() -> bool:
            drawn = await self.drawn()
            return count in (len(drawn.lines), drawn.with_lines)

        try:
            await self.page.until(there, what)
        except Violation:
            drawn = await self.drawn()
            raise Violation(f"{what}: {count} chart(s) expected, {len(drawn.lines)} drawn", kind="charts") from None


async def assert_lines(trends: Trends, metrics: tuple[str, ...]) -> None:
    """Each of the metrics has a line. Raises Violation ``charts``."""

    async def there() -> bool:
        return (await trends.drawn()).with_lines >= len(metrics)

    try:
        await trends.page.until(there, "the charts' lines")
    except Violation:
        drawn = await trends.drawn()
        names = ", ".join(NAMES[metric] for metric in metrics)
        message = f"selected are {names}, but of {len(drawn.lines)} chart(s) {drawn.with_lines} have a line"
        raise Violation(message, kind="charts") from None


async def assert_timeframes(trends: Trends) -> None:
    """The select offers the contract's timeframes, and choosing one asks the API for it. Raises Violation."""
    select, page = trends.select("timeframe|time range"), trends.page
    offered = await select.locator("option").evaluate_all("options => options.map((option) => option.value)")
    lacking = [timeframe for timeframe in TIMEFRAMES if timeframe not in offered]
    assert not lacking, f"the timeframes {', '.join(lacking)} cannot be chosen, only {', '.join(offered)}"
    wanted = (analytics.TRENDS, "timeframe=7d")
    before = len(page.sights.asked_for(*wanted))

    async def asked() -> bool:
        return len(page.sights.asked_for(*wanted)) > before

    chosen = await select.select_option("7d")
    assert chosen == ["7d"], f"the timeframe 7d was chosen, but {', '.join(chosen) or 'nothing'} is selected"
    try:
        await page.until(asked, "a new request for 7d")
    except Violation:
        message = f"the timeframe 7d was chosen, but no GET {analytics.TRENDS} with timeframe=7d followed"
        raise Violation(message, kind="filter") from None


async def assert_can_export(hq: Hq, trends: Trends) -> None:
    """The button is enabled. Raises Skipped when it rightly is not, since there is nothing to export."""

    async def enabled() -> bool:
        return bool(await trends.export.is_enabled())

    try:
        await trends.page.until(enabled, "its button 'Export CSV' to be enabled")
    except Violation:
        if (await analytics.statistics(hq, "24h")).total_events == 0:
            raise Skipped("there are no patch events of the last 24 hours to export: apply a patch first") from None
        raise Violation("the button 'Export CSV' is disabled, although there are patch events", kind="export") from None


def assert_exported(name: str, text: str, told: dict[str, Trend]) -> None:
    """The file has the contract's name and header, and the points that the API tells, one line each."""
    assert FILE.fullmatch(name), f"the file is called {name!r} instead of analytics-trends-YYYY-MM-DD.csv"
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    header = lines[0] if lines else []
    assert header == HEADER, f"the header is {','.join(header)!r}"
    for metric, trend in told.items():
        own = [line for line in lines[1:] if line[0] in (metric, NAMES[metric])]
        # The newest interval may have begun, or got another event, since the page asked.
        shared = {point.timestamp.timestamp(): point.value for point in trend.data_points[:-1]}
        got = {_moment(line[3]): float(line[4]) for line in own}
        assert abs(len(got) - len(trend.data_points)) <= 1, (
            f"{len(got)} line(s) of {NAMES[metric]}, but the API tells {len(trend.data_points)} points"
        )
        wrong = [at for at in shared.keys() & got.keys() if abs(shared[at] - got[at]) > analytics.ROUNDING]
        assert len(wrong) <= 1, f"{len(wrong)} value(s) of {NAMES[metric]} differ from the API's"


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Violation(f"{text!r} in the file is no time", kind="export") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
