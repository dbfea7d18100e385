"""The list of health runs, page by page (contract HLT-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .health_models import RunList

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


async def list_runs(hq: Hq, *, limit: int, trigger: str | None = None) -> RunList:
    """The first page of runs, which fits its own figures. Raises Violation."""
    query = {"page": 1, "limit": limit} | ({"triggerType": trigger} if trigger else {})
    listed = (await hq.api.get("/api/health/checks", params=query)).expect(RunList)
    if _lacks(listed, limit):
        # a run may start between the page and its count
        listed = (await hq.api.get("/api/health/checks", params=query)).expect(RunList)
    assert not (lack := _lacks(listed, limit)), lack
    created = [row.created_at for row in listed.runs]
    assert created == sorted(created, reverse=True), "the list of runs is not sorted newest first"
    strays = {row.trigger_type for row in listed.runs if trigger and row.trigger_type != trigger}
    assert not strays, f"the filter triggerType={trigger} lets through runs of type {', '.join(sorted(strays))}"
    _assert_pages(hq, listed, limit)
    return listed


async def runs_of(hq: Hq, trigger: str) -> set[str]:
    """The ids of the newest runs with this trigger. How the list is written is noted, and HLT-02's to judge."""
    judged = list(hq.recorder.drifts)
    try:
        return uuids_of(await list_runs(hq, limit=100, trigger=trigger))
    finally:
        for drift in hq.recorder.drifts[len(judged) :]:
            hq.note(drift)
        hq.recorder.drifts[:] = judged


def uuids_of(listed: RunList) -> set[str]:
    """The ids of the runs on a page."""
    return {row.health_check_uuid for row in listed.runs}


def _lacks(listed: RunList, limit: int) -> str | None:
    """What is wrong when the first page does not show what its own figures say; None when it does."""
    shown, total = len(listed.runs), None if listed.pagination is None else listed.pagination.total
    if shown > limit:
        return f"{shown} runs on a page with limit {limit}"
    if total is not None and shown != min(limit, total):
        return f"{shown} run(s) on the first page with limit {limit} of {total} in all"
    return None


def _assert_pages(hq: Hq, listed: RunList, limit: int) -> None:
    page = listed.pagination
    if page is None:
        hq.degraded("the list of runs comes without pagination")
        return
    assert (page.page, page.limit) == (1, limit), (
        f"asked for page 1 of {limit}, but pagination says page {page.page} of {page.limit}"
    )
    pages = -(-page.total // limit)
    assert page.total_pages == pages, f"total_pages is {page.total_pages}, but {page.total} runs make {pages} page(s)"
    assert listed.total_count in (None, page.total), (
        f"total_count is {listed.total_count}, but pagination.total {page.total}"
    )
