"""The checks of patches: all pass on a healthy platform, and each is seen to fail for the right reason."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plugins._support import patch_stats, patch_trends
from plugins._support.patch_log import summary_differs
from plugins._support.patch_models import LoggedEvent, LogPage, LogSummary, PatchLog, PatchStats, PatchTrend
from plugins._support.patch_pages import assert_flags, assert_same_events, differs

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome

from .impatience import impatience
from .running import run_checks
from .switching import count, fault, rows

pytestmark = pytest.mark.faults

CHECKS = [f"PAT-{number:02}" for number in range(1, 9)]

RED: tuple[tuple[str, str, str], ...] = (
    ("patch-manager-missing", "PAT-01", "the checkout has no scripts/patch_manager.py"),
    ("patchctl-broken", "PAT-01", "patchctl --help ends with 1: patchctl: internal error"),
    ("D-28", "PAT-01", "patchctl: patch_manager.py not found"),
    ("D-28", "PAT-02", "after a batch with a line out of range, replace.txt is 'one\\n  new\\nfour\\n'"),
    ("patch-manager-wrong-result", "PAT-02", "after a good batch, replace.txt is 'one\\n  two\\n  new\\nfour\\n'"),
    ("patch-manager-not-atomic", "PAT-02", "after a batch with a line out of range, replace.txt is"),
    ("patch-manager-accepts-invalid", "PAT-02", "ends with 0 for a batch with a line out of range, expected 1"),
    ("patch-event-not-stored", "PAT-03", "was accepted, but DB_OPS holds none"),
    ("patch-event-accepts-invalid", "PAT-03", "POST /api/patches/events: expected 400, got 200"),
    ("D-14", "PAT-03", "POST /api/patches/events: expected 200, got 500"),
    ("patch-hub-no-events", "PAT-04", "a subscriber of /ws heard 1 frame(s), but not of the new event"),
    ("ws-patches-closing", "PAT-04", "ws-patch-hub greeted and was lost"),
    ("patch-apply-accepts-invalid", "PAT-05", "POST /api/patches/apply: expected 400, got 200"),
    ("patch-manager-accepts-invalid", "PAT-05", "ends with 0 for a batch with a line out of range, expected 1"),
    ("patch-logs-limit-unchecked", "PAT-06", "GET /api/patches/logs?limit=0: expected 400, got 200"),
    ("D-16", "PAT-06", "GET /api/patches/logs?limit=5: expected 200, got 500"),
    ("patch-stats-inconsistent", "PAT-07", "breakdown.byStatus makes"),
    ("D-13", "PAT-07", "GET /api/patches/stats: expected 200, got 500"),
    ("patch-trends-wrong", "PAT-08", "do not make 100 together"),
    ("patch-trends-any-metric", "PAT-08", "metric=smoke-invalid: expected 400, got 200"),
)

BLOCKED: tuple[tuple[str, str, str, str], ...] = (
    ("d1-ops-down", "PAT-03 PAT-04 PAT-05 PAT-06 PAT-07 PAT-08", "d1-ops", "d1-ops is broken"),
    ("auth-500", "PAT-03 PAT-05 PAT-06", "auth", "auth is broken"),
    ("D-14", "PAT-04 PAT-06 PAT-07", "patch-api", "needs PAT-03, which failed"),
    ("ws-patches-silent", "PAT-04", "ws-patch-hub", "/ws: no greeting within 1 s"),
    ("ws-patches-garbage", "PAT-04", "ws-patch-hub", "a frame is no JSON object"),
    ("D-19", "PAT-04", "ws-patch-hub", "the handshake was answered with status 200 instead of 101"),
    ("patch-manager-missing", "PAT-02 PAT-05", "patch-manager", "(PAT-01 judges that)"),
    ("patchctl-broken", "PAT-05", "patch-manager", "patchctl: internal error (PAT-01 judges that)"),
)


@pytest.fixture(autouse=True)
def impatient(host: Host) -> Iterator[None]:
    """A frame of the hub that does not come is waited for a second, not five."""
    with impatience(1.0):
        yield


def test_all_pass_and_leave_one_event_and_no_file(
    host: Host, healthy: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = count(healthy, "DB_OPS", ["patch_events"])["patch_events"]

    seen = run_checks(host, healthy, CHECKS)

    assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
    # The patch manager has applied a batch meanwhile: it must have told nobody.
    assert count(healthy, "DB_OPS", ["patch_events"])["patch_events"] == before + 1
    assert [created.kind for created in seen.created] == ["patch event"]
    stored = rows(healthy, "DB_OPS", "select event_type from patch_events where patch_id = ?", seen.created[0].id)
    assert stored == [{"event_type": "PATCH_VALIDATED"}]
    assert list(tmp_path.iterdir()) == []


def test_without_a_checkout_the_patch_manager_is_skipped(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy.model_copy(update={"source": None}), CHECKS)

    assert seen.not_passed() == {"PAT-01": "skipped", "PAT-02": "skipped"}
    assert "set source" in seen.reason("PAT-01")
    assert any("there is no source checkout" in note for note in seen.results["PAT-05"].notes)


def test_a_read_only_target_gets_no_event(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy.model_copy(update={"allow_writes": False}), CHECKS)

    assert seen.created == ()
    assert seen.not_passed() == dict.fromkeys(("PAT-03", "PAT-04", "PAT-06", "PAT-07"), "skipped")


def test_a_missing_package_is_no_fault_of_the_platform(host: Host, healthy: Target, tmp_path: Path) -> None:
    script = tmp_path / "scripts" / "patch_manager.py"
    script.parent.mkdir()
    script.write_text("raise ModuleNotFoundError(\"No module named 'jsonschema'\")\n")
    command = tmp_path / "patchctl"
    command.write_text("#!/bin/sh\nexit 0\n")
    command.chmod(0o755)

    seen = run_checks(host, healthy.model_copy(update={"source": tmp_path}), ["PAT-01"])

    assert seen.outcome("PAT-01") is Outcome.SKIPPED
    assert "imports jsonschema: install it" in seen.reason("PAT-01")


def silent_checkout(healthy: Target, folder: Path) -> Target:
    """The lab with a checkout whose patch manager does what the lab's does, but says nothing when it refuses."""
    assert healthy.source is not None
    real = healthy.source / "scripts" / "patch_manager.py"
    script = folder / "scripts" / "patch_manager.py"
    script.parent.mkdir()
    script.write_text(
        "import subprocess, sys\n"
        f"ran = subprocess.run([sys.executable, {str(real)!r}, *sys.argv[1:]], capture_output=True, text=True)\n"
        "print(ran.stdout if ran.returncode == 0 else '', end='')\n"
        "sys.exit(ran.returncode)\n"
    )
    command = folder / "patchctl"
    command.write_text(
        f'#!/bin/sh\nsaid=$({healthy.source}/patchctl "$@" 2>/dev/null)\ncode=$?\n'
        '[ $code -eq 0 ] && printf "%s" "$said"\nexit $code\n'
    )
    command.chmod(0o755)
    return healthy.model_copy(update={"source": folder})


def test_a_refusal_without_a_word_is_noticed(host: Host, healthy: Target, tmp_path: Path) -> None:
    seen = run_checks(host, silent_checkout(healthy, tmp_path), ["PAT-01", "PAT-02", "PAT-05"])

    assert seen.not_passed() == {"PAT-02": "failed", "PAT-05": "failed"}
    for id_ in ("PAT-02", "PAT-05"):
        assert "refuses a batch with a line out of range without a word" in seen.reason(id_)


@pytest.mark.parametrize(("id_", "check", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(host: Host, healthy: Target, id_: str, check: str, reason: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)


@pytest.mark.parametrize(("id_", "checks", "cause", "reason"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(
    host: Host, healthy: Target, id_: str, checks: str, cause: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    seen.assert_blocked(checks.split(), cause, reason)


def test_a_wrong_validation_accuses_the_patch_manager(host: Host, healthy: Target) -> None:
    with fault(healthy, "patch-manager-accepts-invalid"):
        seen = run_checks(host, healthy, ["PAT-05"])

    assert seen.results["PAT-05"].component == "patch-manager"


def stats(**changes: Any) -> PatchStats:
    """Figures that fit, but for ``changes`` to the summary."""
    summary = {
        "totalEvents": 4,
        "successfulEvents": 2,
        "failedEvents": 2,
        "successRate": 50,
        "avgEventsPerPatch": 2,
        "uniquePatches": 2,
        "dateRange": None,
    }
    breakdown = {
        "byEventType": {"PATCH_VALIDATED": 4},
        "byStatus": {"success": 2, "failure": 1, "error": 1},
        "topPatches": [{"patchId": "a", "count": 3}, {"patchId": "b", "count": 1}],
        "dailyStats": [],
    }
    body = {"summary": summary | changes, "breakdown": breakdown, "errors": None, "metadata": {}}
    return PatchStats.model_validate(body)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({}, None),
        ({"totalEvents": 5}, "breakdown.byStatus makes 4 events, totalEvents is 5"),
        ({"successfulEvents": 3}, "successfulEvents is 3, but byStatus makes 2"),
        ({"failedEvents": 1}, "failedEvents is 1, but byStatus makes 2"),
        ({"successRate": 60}, "successRate is 60, but byStatus makes 50"),
        ({"uniquePatches": 4}, "avgEventsPerPatch is 2, but the figures make 1.00"),
    ],
)
def test_figures_that_contradict_each_other_are_named(changes: dict[str, Any], complaint: str | None) -> None:
    assert patch_stats.differs(stats(**changes)) == complaint


def trend(values: list[float], **figures: float) -> PatchTrend:
    """A trend over one hour a value whose figures fit, but for ``figures``."""
    hours = [f"2026-01-01T{hour:02}:00:00Z" for hour in range(len(values))]
    fit = {"average": sum(values) / len(values), "min": min(values), "max": max(values), "latest": values[-1]}
    other = {"direction": "stable", "slope": 0, "volatility": 0, "changePercent": 0}
    body = {
        "metric": "success_rate",
        "timeframe": "24h",
        "interval": "1h",
        "dataPoints": [{"timestamp": at, "value": value} for at, value in zip(hours, values, strict=True)],
        "trend": other | fit | figures,
        "comparison": None,
        "filters": {},
        "metadata": {"generatedAt": hours[0], "totalDataPoints": len(values), "timeRange": {}},
    }
    return PatchTrend.model_validate(body)


@pytest.mark.parametrize("name", ["min", "max", "latest", "average"])
def test_a_trend_that_does_not_follow_is_named(name: str) -> None:
    patch_trends.assert_figures(trend([1.0, 2.0]))
    with pytest.raises(AssertionError, match=rf"trend\.{name} of success_rate is 9"):
        patch_trends.assert_figures(trend([1.0, 2.0], **{name: 9}))


def test_rates_must_make_a_hundred_at_every_point() -> None:
    assert patch_trends.not_complementary(trend([100.0, 0.0]), trend([0.0, 100.0])) is None
    assert patch_trends.not_complementary(trend([100.0, 0.0]), trend([0.0, 99.0])) == (
        "success_rate 0 and error_rate 99 do not make 100 together"
    )


EVENT = {
    "id": 1,
    "patchId": "a",
    "eventType": "PATCH_VALIDATED",
    "status": "success",
    "createdAt": "2026-01-01T00:00:00Z",
    "timestamp": 1767225600000,
    "isSuccess": True,
    "isError": False,
}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"isSuccess": False}, "'success' has isSuccess False"),
        ({"status": "error"}, "'error' has isSuccess True and isError False"),
        ({"timestamp": 1}, "timestamp is 1 for an event of 2026-01-01"),
    ],
)
def test_flags_that_do_not_follow_are_named(changes: dict[str, Any], complaint: str) -> None:
    assert_flags(LoggedEvent.model_validate(EVENT))
    assert_flags(LoggedEvent.model_validate(EVENT | {"timestamp": 1767225600}))
    with pytest.raises(AssertionError, match=complaint):
        assert_flags(LoggedEvent.model_validate(EVENT | changes))


@pytest.mark.parametrize(
    ("changes", "shown", "complaint"),
    [
        ({}, 2, None),
        ({"total": 8}, 2, None),
        ({"total": 3, "hasMore": False, "totalPages": 2}, 2, "2 event(s) on a page that should show 1 of 3"),
        ({}, 1, "1 event(s) on a page that should show 2 of 7"),
        ({"limit": 3}, 2, "the page with limit 2 says 3"),
        ({"offset": 1}, 2, "the page with offset 2 says 1"),
        ({"totalPages": 5}, 2, "totalPages is 5 at offset 2 of 7 events, not 4"),
        ({"currentPage": 1}, 2, "currentPage is 1 at offset 2 of 7 events, not 2"),
        ({"hasMore": False}, 2, "hasMore is False at offset 2 of 7 events, not True"),
    ],
)
def test_a_page_that_contradicts_itself_is_named(changes: dict[str, Any], shown: int, complaint: str | None) -> None:
    page = {"total": 7, "limit": 2, "offset": 2, "hasMore": True, "currentPage": 2, "totalPages": 4}

    assert differs(LogPage.model_validate(page | changes), shown, {"limit": 2, "offset": 2}) == complaint


def test_an_event_that_is_another_one_on_the_next_page_is_noticed() -> None:
    def page(*events: dict[str, Any]) -> PatchLog:
        figures = {"total": 9, "limit": 9, "offset": 0, "hasMore": False, "currentPage": 1, "totalPages": 1}
        return PatchLog.model_validate({"events": events, "pagination": figures, "filters": {"applied": {}}})

    first, second = EVENT, EVENT | {"id": 2, "patchId": "b"}
    assert_same_events([page(first, second), page(second)])
    with pytest.raises(AssertionError, match="event 2 is another one"):
        assert_same_events([page(first, second), page(first | {"id": 2})])


def test_figures_read_now_and_not_before_the_event_degrade() -> None:
    said: list[str] = []
    hq: Any = SimpleNamespace(degraded=said.append)
    posted: Any = SimpleNamespace(before="GET /api/patches/stats: expected 200, got 500")

    patch_stats.assert_counted(hq, stats(), posted)

    assert said
    assert "expected 200, got 500" in said[0]


def test_a_summary_that_contradicts_itself_is_named() -> None:
    body = {
        "timeframe": "24h",
        "total": 2,
        "successRate": 50,
        "eventTypes": {"PATCH_VALIDATED": 2},
        "statuses": {"success": 1, "error": 1},
        "generatedAt": "2026-01-01 00:00:00",
    }
    assert summary_differs(LogSummary.model_validate(body)) is None
    assert summary_differs(LogSummary.model_validate(body | {"total": 3})) == "eventTypes makes 2 events, total is 3"
    assert "statuses make 50" in (summary_differs(LogSummary.model_validate(body | {"successRate": 9})) or "")
