"""Mission Control in a browser: whether it is there, and whether it is alive (contract UI-01, UI-03)."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped, Violation

from . import hubs
from .ears import Hub, listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from vibehq_smoke.platform import Hq, Page

    from .ears import Ear

PATH = "/mission-control"
HEADING = re.compile("mission control", re.IGNORECASE)
HUB = Hub(
    component="hub-health",
    path="/api/health/broadcast",
    greeting="connected",
    subscription={"type": "subscribe"},
    confirms=lambda frame: frame.get("type") == "subscribed",
)

LOAD_S = 10.0
"""Within which the heading must be there (contract UI-01)."""

LIVE_S = 35.0
"""Within which a run must show without a reload (contract UI-03)."""

HEARD_S = 10.0
"""Within which the hub must tell of a run that started."""

_BOUNDARY = re.compile(r"something went wrong|application error|unexpected error|error boundary", re.IGNORECASE)
_TIME = re.compile(r"just now|\b\d+ ?(ms|s|sec|seconds?|min|minutes?|h|hours?|d|days?) ago\b|\b\d{1,2}:\d\d(:\d\d)?\b")


@asynccontextmanager
async def mission_control(hq: Hq) -> AsyncIterator[Page]:
    """The page, loaded. Raises Violation, Skipped."""
    async with hq.page(PATH) as page:
        await assert_loaded(hq, page)
        yield page


async def assert_loaded(hq: Hq, page: Page) -> None:
    """The heading is there in time, no error boundary, and every script of the platform came as a script."""
    try:
        await page.shows(page.tab.get_by_role("heading", name=HEADING), "heading 'Mission Control'", within=LOAD_S)
    except Violation as missing:
        raise await _why(hq, page, missing) from None
    text = await page.text()
    assert text.strip(), f"{page.path} has its heading, but shows no text at all"
    assert not (found := _BOUNDARY.search(text)), f"{page.path} shows an error instead of content: {found.group()!r}"
    assert not (broken := broken_files(page)), f"{page.path} misses {', '.join(broken)}"


async def is_blank(page: Page) -> bool:
    """Whether the application draws nothing at all, on whatever path."""
    return not (await page.text()).strip()


def broken_files(page: Page) -> list[str]:
    """Documents, scripts and styles of the platform that did not come, or came as something else."""
    return [
        str(asked)
        for asked in page.sights.asked
        if asked.url.startswith("/")
        and asked.kind in ("document", "script", "stylesheet")
        and (asked.failure or (asked.status or 0) >= 400 or (asked.kind != "document" and "html" in asked.media_type))
    ]


async def assert_hub_speaks(hq: Hq) -> None:
    """The health hub greets, so that the page can be told by it. Raises Blocked when it does not (WRK-11)."""
    try:
        await hubs.assert_greets(hq, HUB.component)
    except Violation as silence:
        raise Blocked(f"{HUB.component} cannot be listened to: {silence}", component=HUB.component) from None


@asynccontextmanager
async def broadcasts(hq: Hq) -> AsyncIterator[Ear]:
    """What the health hub says meanwhile. Raises Blocked when it is not there (WRK-11)."""
    async with listening(hq, HUB) as ear:
        if isinstance(ear.absent, (Blocked, Skipped)):
            raise ear.absent
        if ear.absent:
            raise Blocked(f"hub-health cannot be listened to: {ear.absent}", component=HUB.component)
        yield ear


async def assert_heard(ear: Ear, run: str) -> None:
    """The hub confirmed the subscription, and tells of the run. Raises Violation."""
    told = await ear.wait_for(lambda frame: run in str(frame), within_s=HEARD_S)
    if not told or ear.first(HUB.confirms) is None:
        why = ear.lost or f"no frame about run {run} came within {HEARD_S:g} s"
        raise Violation(f"the health hub does not tell of the run: {why}", kind="broadcast", about=HUB.component)
    answers = [kind for frame in ear.frames if (kind := str(frame.get("type"))) in (HUB.greeting, "subscribed")]
    if answers != ["subscribed"]:
        said = f"after its greeting it says {', '.join(answers)}, and was asked once to subscribe"
        raise Violation(f"the health hub repeats itself: {said}", kind="broadcast", about=HUB.component)


async def gist(page: Page) -> str:
    """What the page says, but for times of day and ages, which change by themselves."""
    return _TIME.sub("", await page.text())


async def is_told_of(hq: Hq, run: str) -> bool:
    """Whether the API tells of the run where the page learns of runs: in its summary, or among the newest runs."""
    replies = await hq.gather(hq.api.get("/api/health"), hq.api.get("/api/health/checks", params={"limit": 20}))
    for reply in replies:
        reply.expect()
    return any(run in reply.text for reply in replies)


async def assert_no_pretence(page: Page) -> None:
    """A page that says Live has an open socket on which the health hub speaks (as built it says so anyway)."""
    chip = page.tab.get_by_text("Live", exact=True)

    async def honest() -> bool:
        if await chip.count() == 0:
            return True
        return any(one.is_open and one.frames for one in page.sights.dialled if "health" in one.url)

    try:
        await page.until(honest, "its word Live to be true", within=3.0)
    except Violation:
        sockets = ", ".join(map(str, page.sights.dialled)) or "no socket at all"
        raise Violation(f"{page.path} says Live, but no health socket of it is open: {sockets}", kind="live") from None


async def skip_at_the_door(hq: Hq, page: Page) -> bool:
    """Whether the page asks to sign in. Raises Skipped when it does and the target configures no session."""
    asks = bool(await page.tab.locator("input[type=password]").count())
    if asks and hq.target.auth.kind == "none":
        raise Skipped(f"{page.path} wants a session: set kind in [targets.{hq.target.name}.auth]")
    return asks


async def _why(hq: Hq, page: Page, missing: Violation) -> Exception:
    """The same with what else was seen. Raises Skipped when nobody could have signed in."""
    asks = await skip_at_the_door(hq, page)
    text = " ".join((await page.text()).split())
    seen = ["it asks to sign in, although it was opened with a session"] if asks else []
    seen += [f"it shows {text[:160]!r}" if text else "it shows nothing at all"]
    causes = [*broken_files(page), *map(str, page.sights.complaints[:3])]
    # What is explained by more than time is no matter of time.
    return Violation(f"{missing}; {'; '.join([*seen, *causes])}", kind="missing" if causes else missing.kind)
