"""Delivery reports (contract API-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke.errors import Violation

from .api_models import DeliveryList, DeliveryReply, DeliveryReport, InvalidPayload
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Reply

PATH = "/api/delivery-reports"
PLAN_PATH = "/api/ops/delivery-reports"
DESTINATION = "smoke"


async def find_route(hq: Hq) -> str:
    """The path that delivery reports live under: the plan's one is a dialect (contract Q6). Creates nothing."""
    refusal = await hq.api.post(PATH, json={})
    if _is_there(refusal):
        refusal.expect(InvalidPayload, status=400)
        return PATH
    plan = await hq.api.post(PLAN_PATH, json={})
    if not _is_there(plan):
        refusal.expect(InvalidPayload, status=400)
    plan.expect(InvalidPayload, status=400)
    hq.degraded(f"delivery reports live under {PLAN_PATH}, expected {PATH} (dialect)")
    return PLAN_PATH


async def create(hq: Hq, path: str) -> DeliveryReport:
    """Create one pending report and enter it in the ledger. Raises Violation."""
    body = {"patchId": hq.tag, "destination": DESTINATION, "status": "pending", "metadata": {"smoke": True}}
    report = (await hq.api.post(path, json=body)).expect(DeliveryReply, status=201).data
    where: dict[str, str | int] = {"id": report.id, "patch_id": hq.tag}
    hq.created("delivery report", report.id, database="DB_OPS", table="delivery_reports", where=where)
    sent = (hq.tag, DESTINATION, "pending")
    got = (report.patch_id, report.destination, report.status)
    assert got == sent, f"sent patchId, destination and status {sent}, got back {got}"
    assert report.attempts == 0, f"a new delivery report has {report.attempts} attempts already"
    return report


async def assert_reads_back(hq: Hq, path: str, created: DeliveryReport) -> None:
    """The report can be read by its id, and heads or fills a list of its own page."""
    one, page = await hq.gather(hq.api.get(f"{path}/{created.id}"), hq.api.get(path, params={"limit": 1}))
    stored = one.expect(DeliveryReply).data
    assert stored == created, f"delivery report {created.id} reads back as another than was created"
    listed = page.expect(DeliveryList)
    assert listed.pagination.limit == 1, f"asked for limit 1, but pagination says {listed.pagination.limit}"
    assert listed.pagination.total >= 1, "a delivery report was created, but the list counts none"
    assert len(listed.data) == 1, f"{len(listed.data)} delivery reports on a page with limit 1"
    if listed.pagination.total == 1:
        assert listed.data == [created], f"the only delivery report is listed as another than {created.id}"
    assert listed.pagination.has_more == (listed.pagination.total > 1), (
        f"hasMore is {listed.pagination.has_more} after 1 of {listed.pagination.total} delivery reports"
    )


async def assert_retries(hq: Hq, path: str, created: DeliveryReport) -> None:
    """A retry counts one more attempt, and the report reads back as retrying."""
    retried = (await hq.api.post(f"{path}/{created.id}/retry")).expect(DeliveryReply, status=(200, 201, 202)).data
    again = (await hq.api.get(f"{path}/{created.id}")).expect(DeliveryReply).data
    for report, how in ((retried, "answers"), (again, "reads back")):
        assert report.id == created.id, (
            f"the retry of delivery report {created.id} {how} with delivery report {report.id}"
        )
        expected = created.attempts + 1
        assert report.attempts == expected, (
            f"the retry of delivery report {created.id} {how} with {report.attempts} attempts instead of {expected}"
        )
        assert report.status == "retrying", (
            f"the retry of delivery report {created.id} {how} with status {report.status!r}"
        )


async def assert_stored(hq: Hq, created: DeliveryReport) -> None:
    """DB_OPS holds the report; judged where there is an operator channel."""
    rows = await stored_rows(hq, "DB_OPS", "select * from delivery_reports where id = ?", (created.id,))
    if rows is None:
        return
    stored = [row for row in rows if row.get("patch_id") == created.patch_id]
    if len(stored) != 1:
        what = f"delivery report {created.id} was answered, but DB_OPS holds it {len(stored)} times instead of once"
        raise Violation(what, kind="not-stored")


def _is_there(reply: Reply) -> bool:
    """Whether a handler answered, and neither the router nor the single-page app."""
    return reply.status not in (404, 405) and reply.media_type != "text/html"
