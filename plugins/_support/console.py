"""What a page writes on the console, and whose fault that is (contract UI-04)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vibehq_smoke.platform import Hq, Page
    from vibehq_smoke.platform.sights import Complaint

LONGEST_S = 30.0
"""For which the contract watches."""

MARGIN_S = 45.0
"""Of the check's deadline: what is left for waiting for a turn and opening the page."""

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OWNERS = (
    (re.compile(rf"/api/health(/workers|/checks(/{_UUID})?)?(\?|$)"), re.compile(r"status of [45]\d\d"), "health-api"),
    (re.compile(r"/api/analytics/(logs|stats|trends)(\?|$)"), re.compile(r"status of 5\d\d"), "analytics-api"),
    (re.compile(r"/api/auth/"), re.compile(r"status of 5\d\d"), "auth"),
)
"""Routes of the contract, the refusals that are their own fault, and the component behind them.

There is little that a page can ask wrongly of the health API, so there even a refusal is the API's.
"""


def watch_s(hq: Hq) -> float:
    """For how long to watch: the deadline of the check less what it takes to get there."""
    return max(1.0, min(LONGEST_S, (hq.spec.deadline_s or 0.0) - MARGIN_S))


async def assert_quiet(hq: Hq, page: Page, seconds: float) -> None:
    """Nothing was written on the console as an error, and nothing went uncaught. Raises Violation, Blocked.

    When all there is are refusals of one API, that API is to blame, and not the page that reports them.
    """
    await page.watch(seconds)
    loud = [one for one in page.sights.complaints if not _is_allowed(hq, one)]
    for one in page.sights.complaints:
        if one not in loud:
            hq.note(f"allowed on the console: {one}")
    if not loud:
        return
    shown = "\n".join(str(one) for one in loud[:5])
    owners = {_owner(one) for one in loud}
    if len(owners) == 1 and (owner := owners.pop()):
        raise Blocked(f"{owner} refuses what the page rightly asks for\n{shown}", component=owner)
    raise Violation(f"{len(loud)} error(s) on the console of {page.path}\n{shown}", kind="console")


async def assert_answers(hq: Hq, component: str, paths: Sequence[str]) -> None:
    """What the page asks for can be had at all. Raises Blocked on ``component``."""
    for path in paths:
        try:
            (await hq.api.get(path)).expect()
        except Violation as violation:
            raise Blocked(f"{component} does not answer the page: {violation}", component=component) from None


def _is_allowed(hq: Hq, complaint: Complaint) -> bool:
    return any(part in str(complaint) for part in hq.target.allowed_console_errors)


def _owner(complaint: Complaint) -> str | None:
    """The component whose refusal this is, if it is one."""
    if complaint.uncaught:
        return None
    fits = (owner for path, said, owner in _OWNERS if path.match(complaint.url) and said.search(complaint.text))
    return next(fits, None)
