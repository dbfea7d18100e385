"""What a smoke run says of causes, and what their issues say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.issues.writing.hostile import HOSTILE, acting
from tests.issues.writing.records import COMMIT, IN_CI, NOW, exchange, finding, observed, record, result, symptom
from vibehq_smoke.config.issues import IssuePolicy, Owner, Quarantine
from vibehq_smoke.issues.writing.smoke import HARNESS_AT_FAULT, smoke_batch
from vibehq_smoke.models import Evidence, Priority, Proved

if TYPE_CHECKING:
    from vibehq_smoke.issues.batch import Sighting, Ticket
    from vibehq_smoke.models import RunRecord

POLICY = IssuePolicy()


def sighting(run: RunRecord, policy: IssuePolicy = POLICY) -> Sighting:
    (only,) = smoke_batch(run, IN_CI, policy).sightings
    return only


def sections(ticket: Ticket) -> dict[str, str]:
    return {section.heading: section.text for section in ticket.sections}


def failing(policy: IssuePolicy = POLICY, **more: Any) -> Ticket:
    """The ticket of one failing check."""
    run = record(result("HLT-01", **more), findings=(finding("health-api", symptom("HLT-01")),))
    return sighting(run, policy).ticket


def test_a_batch_says_whose_causes_it_speaks_of() -> None:
    run = record(
        result("HLT-01", "passed"),
        result("HLT-02", "passed", hidden=True),
        result("HLT-03", "degraded"),
        result("HLT-04", "blocked"),
        result("HLT-05", "skipped"),
        preflight=(observed("orchestrator"), observed("auth", "degraded"), observed("d1-ops", "unknown")),
        deploy="v17",
        deployed_at=NOW,
    )
    batch = smoke_batch(run, IN_CI, POLICY)
    assert batch.id == "0504-123000-abcd"
    assert batch.scope == "smoke/staging"
    assert (batch.at, batch.deploy, batch.deployed_at, batch.commit) == (NOW, "v17", NOW, COMMIT)
    assert batch.url == "https://github.com/acme/hq/actions/runs/77"
    assert batch.proven == {"HLT-01", "HLT-02", "preflight orchestrator"}
    assert not batch.exhaustive
    assert batch.sightings == ()


def test_an_issue_is_named_and_labelled_after_its_check() -> None:
    ticket = failing()
    assert ticket.title == "[SMOKE FAIL] HLT-01 starting a run creates its record (staging)"
    assert ticket.labels == ("smoke-test", "bug", "p1", "health-system", "health")
    assert ticket.milestone == "stage-smoke"
    assert failing(IssuePolicy(milestone="")).milestone is None


def test_the_sections_are_those_of_the_template_in_its_order() -> None:
    ticket = failing(
        traceback='File "/x/plugins/health.py", line 3', log=("one", "two"), evidence=(exchange(),), notes=("a note",)
    )
    assert list(sections(ticket)) == [
        "",
        *("Test Details", "Error Details", "Stack Trace", "Test Output", "Evidence", "Environment"),
        *("Steps to Reproduce", "Expected vs Actual", "Impact", "Blast Radius", "Recent Changes"),
        "Additional Context",
    ]


def test_what_a_reader_needs_is_in_its_section() -> None:
    text = sections(
        failing(
            evidence=tuple(exchange(url=f"https://hq.example.com/{n}") for n in range(7)),
            traceback="Traceback: oh",
            log=("I was here",),
            proof=Proved(mutants=9, caught=9),
        )
    )
    assert "`HLT-01` starting a run creates its record" in text["Test Details"]
    assert "`plugins/health.py:51`" in text["Test Details"]
    assert "HLT-01 went wrong\nin many ways" in text["Error Details"]
    assert "Traceback: oh" in text["Stack Trace"]
    assert "I was here" in text["Test Output"]
    assert "`POST https://hq.example.com/6` → **500** in 17 ms" in text["Evidence"]
    assert "```sh\ncurl -sS -X POST https://hq.example.com/api/health/checks\n```" in text["Evidence"]
    assert '"error": "no such table"' in text["Evidence"]
    assert "3 earlier pieces" in text["Evidence"]
    assert "hq.example.com/2`" not in text["Evidence"]
    assert "| Node | `22.1.0` |" in text["Environment"]
    assert "| Job | [`smoke / staging`](https://github.com/acme/hq/actions/runs/77) |" in text["Environment"]
    assert text["Steps to Reproduce"] == "```sh\nvibehq-smoke run stage-smoke --target staging -k HLT-01\n```"
    assert "**Expected**: POST /api/health/checks answers with the id of a new run." in text["Expected vs Actual"]
    assert "**Actual**: `HLT-01 went wrong`" in text["Expected vs Actual"]
    assert text["Impact"].startswith("**Affects core functionality** (P1, High")
    assert "noticed 9 of 9 wrong answers" in text["Additional Context"]


def test_frames_and_rows_are_evidence_too() -> None:
    seen = (
        Evidence(kind="ws", summary="/ws: 2 frame(s)", detail="← one\n→ two"),
        exchange(status=None, error="connection refused", response_body=None),
    )
    text = sections(failing(evidence=seen))["Evidence"]
    assert "`ws`: `/ws: 2 frame(s)`" in text
    assert "← one\n→ two" in text
    assert "no answer: `connection refused`" in text


@pytest.mark.parametrize(("priority", "word"), [("p0", "Blocks deployment"), ("p2", "Minor"), ("p3", "Cosmetic")])
def test_impact_follows_the_priority(priority: str, word: str) -> None:
    run = record(result("A-1", priority=priority), findings=(finding("auth", symptom("A-1", priority)),))
    seen = sighting(run)
    assert word in sections(seen.ticket)["Impact"]
    assert seen.certain == (priority == "p0"), "only a P0 needs no second look"
    assert priority in seen.ticket.labels


def test_the_blast_radius_is_counted_and_listed() -> None:
    blocked = tuple(f"API-{n:02}" for n in range(40))
    whole = finding(
        "d1-ops",
        symptom("INF-03"),
        symptom("INF-04"),
        blocked_checks=blocked,
        blocked_components=("auth", "patch-api"),
    )
    ticket = sighting(record(result("INF-03"), result("INF-04"), findings=(whole,))).ticket
    text = sections(ticket)
    assert "2 checks show it and 40 checks could not be judged because of it" in text[""]
    radius = text["Blast Radius"]
    assert "**1 further check** in trouble" in radius
    assert "`INF-04` failed: `INF-04 went wrong`" in radius
    assert "**2 components** held up: `auth`, `patch-api`" in radius
    assert "**40 checks** blocked" in radius
    assert "`API-29` and 10 more" in radius


def test_nobody_at_home_is_a_cause_of_its_own() -> None:
    nobody = observed("orchestrator", "broken", unreachable=True, reason="connection refused")
    whole = finding("orchestrator", symptom("preflight orchestrator", "p0"), blocked_checks=("HLT-01",))
    seen = sighting(record(result("HLT-01", "blocked"), findings=(whole,), preflight=(nobody,)))
    assert seen.ticket.title == "[SMOKE FAIL] orchestrator does not answer (staging)"
    assert seen.certain
    assert seen.held is None
    text = sections(seen.ticket)
    assert "connection refused" in text["Error Details"]
    assert "vibehq-smoke run stage-smoke --target staging" in text["Steps to Reproduce"]


def test_errors_of_the_harness_are_held() -> None:
    assert (
        sighting(record(result("HLT-01", "error"), findings=(finding("auth", symptom("HLT-01")),))).held
        == HARNESS_AT_FAULT
    )


def test_a_failure_beside_an_error_is_filed() -> None:
    whole = finding("auth", symptom("HLT-01"), symptom("HLT-02"))
    seen = sighting(record(result("HLT-01", "error"), result("HLT-02"), findings=(whole,)))
    assert seen.held is None
    assert [one.subject for one in seen.symptoms] == ["HLT-02"]
    assert seen.ticket.title.startswith("[SMOKE FAIL] HLT-02 ")
    assert "`HLT-01` error" in sections(seen.ticket)["Blast Radius"]


@pytest.mark.parametrize(
    ("entry", "held"),
    [
        (Quarantine(check="HLT-06"), "quarantined"),
        (Quarantine(check="HLT-06[agent-factory]", reason="see the wiki"), "quarantined: see the wiki"),
        (Quarantine(check="HLT-06", until=date(2026, 5, 4)), "quarantined until 2026-05-04"),
        (Quarantine(check="HLT-06", until=date(2026, 5, 3)), None),
        (Quarantine(check="HLT-0"), None),
    ],
)
def test_quarantined_checks_are_held_until_their_day(entry: Quarantine, held: str | None) -> None:
    id_ = "HLT-06[agent-factory]"
    run = record(result(id_), findings=(finding("agent-factory", symptom(id_)),))
    assert sighting(run, IssuePolicy(quarantine=(entry,))).held == held


def test_a_quarantined_check_is_no_part_of_what_others_show() -> None:
    whole = finding("health-api", symptom("HLT-01", "p0"), symptom("HLT-02", "p2"))
    run = record(result("HLT-01", priority="p0"), result("HLT-02", priority="p2"), findings=(whole,))
    seen = sighting(run, IssuePolicy(quarantine=(Quarantine(check="HLT-01"),)))
    assert seen.held is None
    assert [one.subject for one in seen.symptoms] == ["HLT-02"], "its issue could not close while HLT-01 fails"
    assert seen.ticket.title.startswith("[SMOKE FAIL] HLT-02 ")
    assert seen.ticket.priority is Priority.P2
    assert not seen.certain


def test_what_preflight_saw_is_not_quarantined() -> None:
    whole = finding("auth", symptom("preflight auth"), symptom("HLT-01"))
    run = record(result("HLT-01"), findings=(whole,), preflight=(observed("auth", "broken"),))
    assert sighting(run, IssuePolicy(quarantine=(Quarantine(check="HLT-01"),))).held is None


def test_owners_are_assigned() -> None:
    owners = (
        Owner(pattern="*", assignees=("@someone",)),
        Owner(pattern="plugins/health*", assignees=("ann", "@acme/x")),
    )
    assert failing(IssuePolicy(owners=owners)).assignees == ("ann",)


def test_news_stay_the_same_from_run_to_run() -> None:
    whole = finding("health-api", symptom("HLT-01"))
    one = sighting(record(result("HLT-01"), findings=(whole,)))
    other = sighting(
        record(
            result("HLT-01", reason="other words of 12:31", duration_s=3.0),
            findings=(whole.model_copy(update={"blocked_checks": ("A-1",)}),),
            id="0505-010101-ffff",
            started_at=NOW.replace(day=5),
            duration_s=9,
        )
    )
    assert one.ticket.news == other.ticket.news
    assert one.ticket.title == other.ticket.title
    worse = sighting(
        record(
            result("HLT-01"), result("HLT-02"), findings=(finding("health-api", symptom("HLT-01"), symptom("HLT-02")),)
        )
    )
    assert worse.ticket.news != one.ticket.news


def test_findings_that_nobody_can_know_again_are_left_out() -> None:
    assert smoke_batch(record(findings=(finding("auth"),)), IN_CI, POLICY).sightings == ()


def test_a_hostile_target_gets_nothing_done() -> None:
    bad = result(
        "HLT-01",
        title=HOSTILE,
        description=HOSTILE,
        reason=HOSTILE,
        kind=HOSTILE,
        traceback=HOSTILE,
        log=(HOSTILE, HOSTILE),
        notes=(HOSTILE,),
        location=HOSTILE,
        rerun=HOSTILE,
        evidence=(
            exchange(method=HOSTILE, url=HOSTILE, error=HOSTILE, status=None, curl=HOSTILE, response_body=HOSTILE),
            Evidence(kind="sql", summary=HOSTILE, detail=HOSTILE),
        ),
    )
    whole = finding(
        HOSTILE,
        symptom("HLT-01", kind=HOSTILE, message=HOSTILE),
        symptom("HLT-02", kind=HOSTILE, message=HOSTILE),
        blocked_checks=(HOSTILE, "B-1"),
        blocked_components=(HOSTILE,),
    )
    run = record(
        bad,
        result("HLT-02", reason=HOSTILE),
        findings=(whole,),
        environment=HOSTILE,
        base_url=HOSTILE,
        deploy=HOSTILE,
        versions={HOSTILE: HOSTILE},
        partial=True,
        partial_reason=HOSTILE,
        faults=(HOSTILE,),
    )
    ticket = sighting(run).ticket
    ours = {"<details>", "</details>", "<summary>"}
    for section in ticket.sections:
        done = [one for one in acting(section.text) if not any(tag in one for tag in ours)]
        assert done == [], f"{section.heading}: {done}"
        assert section.text.count("<details>") == section.text.count("</details>") - _quoted(section.text)
    assert acting(ticket.news) == []
    assert len(ticket.title) <= 256


def _quoted(text: str) -> int:
    """Closing tags that the target sent, all of them in code."""
    return sum(line.count("</details>") for line in text.splitlines() if line != "</details>")
