"""What a page writes on the console, and whose fault that is (contract UI-04)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Violation

from .analytics import STATS
from .api_models import Statistics
from .health_models import Envelope, WorkerList
from .mission import PATH

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Page
    from vibehq_smoke.platform.sights import Complaint

LONGEST_S = 30.0
"""For which the contract watches."""

MARGIN_S = 45.0
"""Of the check's deadline: what is left for waiting for a turn and opening the page."""

_SAME_S = 3.0
"""Within which Mission Control writes what every page does."""

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OWNERS = (
    (re.compile(rf"/api/health(/workers|/checks(/{_UUID})?)?(\?|$)"), re.compile(r"status of [45]\d\d"), "health-api"),
    (re.compile(r"/api/analytics/(logs|stats|trends)(\?|$)"), re.compile(r"status of 5\d\d"), "analytics-api"),
    (re.compile(r"/api/auth/"), re.compile(r"status of 5\d\d"), "auth"),
)
"""Routes of the contract, the refusals that are their own fault, and the component behind them.

There is little that a page can ask wrongly of the health API, so there even a refusal is the API's.
"""


class _Summary(Envelope):
    """``GET /api/health``, as far as a page can be shown at all: whether its figures are there is API-01's to judge."""

    summary: dict[str, Any]


_ASKED = (
    ("health-api", "/api/health", _Summary),
    ("health-api", "/api/health/workers", WorkerList),
    ("analytics-api", f"{STATS}?timeframe=24h", Statistics),
)
"""What Mission Control asks for: component, path, and what must come."""


def watch_s(hq: Hq) -> float:
    """For how long to watch: the deadline of the check less what it takes to get there."""
    return max(1.0, min(LONGEST_S, (hq.spec.deadline_s or 0.0) - MARGIN_S))


async def assert_quiet(hq: Hq, page: Page, seconds: float) -> None:
    """Nothing was written on the console as an error, and nothing went uncaught. Raises Violation, Blocked.

    When all there is are refusals of one API, that API is to blame, and not the page that reports them.
    """
    await page.watch(seconds)
    loud = _loud(hq, page)
    if not loud:
        return
    shown = "\n".join(str(one) for one in loud[:5])
    owners = {_owner(one) for one in loud}
    if len(owners) == 1 and (owner := owners.pop()):
        raise Blocked(f"{owner} refuses what the page rightly asks for\n{shown}", component=owner)
    raise Violation(f"{len(loud)} error(s) on the console of {page.path}\n{shown}", kind="console")


async def assert_answers(hq: Hq) -> None:
    """What the page asks for can be had at all. Raises Blocked on the component that does not answer."""
    for component, path, model in _ASKED:
        try:
            (await hq.api.get(path)).expect(model)
        except Violation as violation:
            raise Blocked(f"{component} does not answer the page: {violation}", component=component) from None


async def note_errors(hq: Hq, page: Page) -> None:
    """What the page itself has written on the console so far degrades the check.

    Refused requests are for those who judge the routes, and what Mission Control writes as well is for UI-04.
    """
    path, own = page.path, [one for one in _loud(hq, page) if not _is_refusal(one)]
    if own:
        shared = await _of_mission_control(page, {one.text for one in own})
        own = [one for one in own if one.text not in shared]
    if own:
        hq.degraded(f"{len(own)} error(s) on the console of {path}: {'; '.join(map(str, own[:3]))}")


async def _of_mission_control(page: Page, texts: set[str]) -> set[str]:
    """Those of ``texts`` that Mission Control writes on the console, too."""
    so_far = len(page.sights.complaints)
    await page.open(PATH)

    def written() -> set[str]:
        return {one.text for one in page.sights.complaints[so_far:]}

    async def all_written() -> bool:
        return texts <= written()

    with suppress(Violation):
        await page.until(all_written, "the same errors on the console", within=_SAME_S)
    return texts & written()


def _loud(hq: Hq, page: Page) -> list[Complaint]:
    """What the target does not allow; what it allows is noted."""
    loud = []
    for one in page.sights.complaints:
        if _is_allowed(hq, one):
            hq.note(f"allowed on the console: {one}")
        else:
            loud.append(one)
    return loud


def _is_refusal(complaint: Complaint) -> bool:
    """A route of the API said no, or a socket was not opened."""
    is_about_a_route = complaint.url.startswith("/api/") or complaint.text.startswith("WebSocket connection to")
    return is_about_a_route and not complaint.uncaught


def _is_allowed(hq: Hq, complaint: Complaint) -> bool:
    return any(part in str(complaint) for part in hq.target.allowed_console_errors)


def _owner(complaint: Complaint) -> str | None:
    """The component whose refusal this is, if it is one."""
    if complaint.uncaught:
        return None
    fits = (owner for path, said, owner in _OWNERS if path.match(complaint.url) and said.search(complaint.text))
    return next(fits, None)
