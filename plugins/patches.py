"""Patches: are files edited as patches say, and is everything that happens to a patch recorded? (contract 2.8)"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vibehq_smoke import P0, P1, P2, check

from ._support import patch_batches as batches
from ._support import patch_stats, patch_trends
from ._support.needs import SIGNED_IN
from ._support.patch_events import (
    PostedEvent,
    assert_found,
    assert_heard,
    post_event,
    refuses_what_is_no_event,
)
from ._support.patch_log import assert_filtered, assert_limits, assert_summary, assert_timeline
from ._support.patch_manager import (
    SCRIPT,
    assert_all_applied,
    assert_helps,
    assert_refused,
    assert_same,
    batch_file,
    patch_manager,
    patchctl,
    safely,
    scratch,
)
from ._support.patch_pages import pages_alike
from ._support.patch_validation import assert_refused_by_api, assert_validated_by_patchctl
from ._support.patches import APPLY, dry_run

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


@check("PAT-01", component="patch-manager", priority=P1, mode="source")
async def the_patch_manager_starts(hq: Hq) -> None:
    """The script scripts/patch_manager.py and the command patchctl of the checkout show their help and end with 0."""
    assert (hq.source / SCRIPT).is_file(), f"the checkout has no {SCRIPT}"
    with scratch({}) as root:
        for ran in await hq.gather(patch_manager(hq, root, "--help"), patchctl(hq, root, "--help")):
            assert_helps(ran)


@check("PAT-02", component="patch-manager", priority=P0, mode="source", deadline=90)
async def the_patch_manager_edits_files_exactly(hq: Hq) -> None:
    """The patch manager turns files into exactly what a batch says, and a batch with one bad patch changes nothing."""
    tried = (_applies_a_good_batch(hq), *(_withholds_a_bad_batch(hq, *bad) for bad in batches.BAD))
    for wrong in await asyncio.gather(*tried, return_exceptions=True):
        if wrong is not None:
            raise wrong


@check("PAT-03", component="patch-api", priority=P1, writes=True, needs=SIGNED_IN)
async def a_patch_event_is_recorded(hq: Hq) -> PostedEvent:
    """POST /api/patches/events stores an event that the recent events show, and refuses what is no event."""
    posted = await post_event(hq)
    await assert_found(hq, posted)
    await refuses_what_is_no_event(hq)
    return posted


@check("PAT-04", component="ws-patch-hub", priority=P2, mode="ws", needs=["orchestrator", "PAT-03"])
async def subscribers_hear_of_patch_events(hq: Hq, posted: PostedEvent) -> None:
    """Who subscribed to patch-events on /ws hears of a new event within 5 s."""
    assert_heard(hq, posted)


@check("PAT-05", component="patch-api", priority=P1, needs=[*SIGNED_IN, "rpc-gateway"], deadline=60)
async def invalid_patches_are_refused(hq: Hq) -> None:
    """POST /api/patches/apply and patchctl validate refuse invalid patches, and validating writes nothing."""
    for operation in ({"op": "frobnicate", "path": "/smoke"}, {"op": "add", "path": "no-slash", "value": 1}):
        assert_refused_by_api(await hq.api.post(APPLY, json=dry_run(hq.tag, operation)), operation)
    await assert_validated_by_patchctl(hq)


@check("PAT-06", component="patch-api", priority=P1, needs=["PAT-03", *SIGNED_IN])
async def the_patch_log_is_paged_and_filtered(hq: Hq, posted: PostedEvent) -> None:
    """GET /api/patches/logs pages and filters all events, shows the new one, and tells the story of its patch."""
    pages = await pages_alike(hq)
    await assert_limits(hq)
    await assert_filtered(hq, posted, pages)
    await assert_timeline(hq, posted)
    await assert_summary(hq)


@check("PAT-07", component="patch-api", priority=P2, needs=["PAT-03", *SIGNED_IN])
async def the_patch_statistics_add_up(hq: Hq, posted: PostedEvent) -> None:
    """GET /api/patches/stats counts every event once, the new one with them, and its figures fit each other."""
    patch_stats.assert_counted(hq, await patch_stats.all_statistics(hq), posted)
    await patch_stats.assert_side_reports(hq)


@check("PAT-08", component="patch-api", priority=P2, needs=SIGNED_IN)
async def the_patch_trends_follow_from_their_points(hq: Hq) -> None:
    """GET /api/patches/trends sums up its points correctly, the two rates make 100, and unknown metrics are refused."""
    await hq.gather(*(patch_trends.trend(hq, metric) for metric in patch_trends.METRICS))
    await patch_trends.assert_rates_complement(hq)
    await patch_trends.assert_comparisons(hq)


async def _applies_a_good_batch(hq: Hq) -> None:
    with scratch(batches.FILES) as root:
        batch = batch_file(root, batches.PATCHES)
        assert_all_applied(hq, await patch_manager(hq, root, "--apply", batch, *safely(root)), len(batches.PATCHES))
        assert_same(root, batches.DONE, "after a good batch")


async def _withholds_a_bad_batch(hq: Hq, what: str, patch: batches.Patch) -> None:
    """The good patch before the bad one is not applied either."""
    with scratch(batches.FILES) as root:
        batch = batch_file(root, [batches.PATCHES[0], patch])
        ran = await patch_manager(hq, root, "--apply", batch, *safely(root))
        assert_refused(ran, what)
        assert_same(root, batches.FILES, f"after a batch with {what}")
