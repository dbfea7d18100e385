"""Pages of the patch log: they fit their own figures, what was asked for, and each other (contract PAT-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .analytics import FAILURE, SUCCESS
from .patch_models import LoggedEvent, LogPage, PatchLog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vibehq_smoke.platform import Hq

LOGS = "/api/patches/logs"
DEFAULT_LIMIT = 20
"""Of a page (contract 3.5)."""

TRIES = 3
"""How often to look for a moment in which no event arrives."""


async def read_log(hq: Hq, **query: str | int) -> PatchLog:
    """One page of the log that fits its own figures and what was asked. Raises Violation, AssertionError."""
    log = (await hq.api.get(LOGS, params=query)).expect(PatchLog)
    # An event may arrive between the page and its count; it cannot do so every time.
    if differs(log.pagination, len(log.events), query):
        log = (await hq.api.get(LOGS, params=query)).expect(PatchLog)
    assert not (difference := differs(log.pagination, len(log.events), query)), difference
    for event in log.events:
        assert_flags(event)
    return log


def differs(page: LogPage, shown: int, query: Mapping[str, str | int]) -> str | None:
    """What is wrong with the figures of a page that shows so many events; None when they fit."""
    for name, got, asked in (
        ("limit", page.limit, query.get("limit", DEFAULT_LIMIT)),
        ("offset", page.offset, query.get("offset", 0)),
    ):
        if got != asked:
            return f"the page with {name} {asked} says {got}"
    due = min(page.limit, max(0, page.total - page.offset))
    pages, current = -(-page.total // page.limit), page.offset // page.limit + 1
    for name, got, right in (
        ("totalPages", page.total_pages, pages),
        ("currentPage", page.current_page, current),
        ("hasMore", page.has_more, page.offset + due < page.total),
    ):
        if got != right:
            return f"{name} is {got} at offset {page.offset} of {page.total} events, not {right}"
    return None if shown == due else f"{shown} event(s) on a page that should show {due} of {page.total}"


async def pages_alike(hq: Hq) -> list[PatchLog]:
    """Two pages, which count the same events though they show more or fewer. Raises Violation, AssertionError."""
    for attempt in range(TRIES):
        five, one = await hq.gather(read_log(hq, limit=5), read_log(hq, limit=1, offset=1))
        if five.pagination.total == one.pagination.total:
            break
        assert attempt < TRIES - 1, (
            f"total is {five.pagination.total} on a page of five events, {one.pagination.total} on a page of one"
        )
    strange = {event.id for event in one.events} - {event.id for event in five.events}
    assert not strange, f"event {strange.pop()} is the second of all, yet not among the first five"
    return [five, one]


def assert_same_events(pages: Sequence[PatchLog]) -> None:
    """An event is the same on every page that shows it."""
    known: dict[object, LoggedEvent] = {}
    for event in (event for page in pages for event in page.events):
        same = known.setdefault(event.id, event)
        assert same == event, f"event {event.id} is another one on one page than on the next"


def assert_flags(event: LoggedEvent) -> None:
    """The flags follow from the status, and the timestamp from the time of the event."""
    flags = (event.is_success, event.is_error)
    expected = (event.status in SUCCESS, event.status in FAILURE)
    assert flags == expected, f"an event with status {event.status!r} has isSuccess {flags[0]} and isError {flags[1]}"
    created = event.created_at.timestamp()
    assert min(abs(event.timestamp - created), abs(event.timestamp / 1000 - created)) <= 1, (
        f"timestamp is {event.timestamp} for an event of {event.created_at.isoformat()}"
    )
