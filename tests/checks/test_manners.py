"""What a whole run leaves behind on a platform that others use, too (contract Q25)."""

from collections import Counter

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Mode

from .running import run_checks
from .switching import rows

ALLOWED = {
    "health run": 2, "worker rows": 2, "test record": 1, "test rows": 1, "patch events": 1, "patch event": 1,
    "delivery report": 1, "scan": 1, "specialist log": 1,
}  # fmt: skip
"""Entries of the ledger that a run may make where it may not do more. API-05's entry is two events."""

OF_LAPTOPS = ("AUT-01", "AUT-03")
"""They fire schedules, which only a local platform takes; what the schedules do is the platform's own."""

EXTRA = {"ERR-03", "ERR-08", "INF-09"}


def test_a_shared_platform_gets_no_more_than_it_must(host: Host, healthy: Target) -> None:
    shared = healthy.model_copy(update={"extra_runs": False, "ai_spending": False})
    ids = [id_ for id_, check in host.graph().checks.items() if check.spec.mode is not Mode.BROWSER]

    seen = run_checks(host, shared, ids, patience_s=30)

    made = Counter(entry.kind for entry in seen.created if entry.check not in OF_LAPTOPS)
    unmeasured = {"log line", "AI assignment", "AI execution"}
    assert {kind: number for kind, number in made.items() if kind not in unmeasured} == ALLOWED
    refused = {id_ for id_ in seen.not_passed() if "extra_runs = true in [targets.lab]" in seen.reason(id_)}
    assert refused == EXTRA


def test_everything_written_is_tagged_and_can_be_found_by_the_ledger(host: Host, healthy: Target) -> None:
    ids = ["HLT-01", "PAT-03", "API-07", "API-06", "WRK-09", "WRK-07", "AIP-04"]

    seen = run_checks(host, healthy, ids)

    assert seen.not_passed() == {}
    for entry in seen.created:
        assert entry.cleanup_sql is not None
        condition = entry.cleanup_sql.removeprefix("DELETE FROM ").removesuffix(";")
        assert rows(healthy, str(entry.database), f"select 1 from {condition}"), entry  # noqa: S608 - the ledger's own
