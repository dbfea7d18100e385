"""Sentry: every form of what it says is one cause, as urgent as it is frequent."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.batch import Batch, BugType
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.sources.sentry import Frequency, read
from vibehq_smoke.models import Priority

from .conftest import everything, sample, sections, subjects


def test_frequency_decides_the_priority_and_what_is_filed(context: Context) -> None:
    batch = read(sample("sentry-issues.json"), context)
    found = {one.symptoms[0].subject: one for one in batch.sightings}
    assert {subject: (one.ticket.priority, one.held) for subject, one in found.items()} == {
        "sentry 1117540176": (Priority.P1, None),
        "sentry 1117540180": (Priority.P2, None),
        "sentry 1117540199": (Priority.P3, "3 events, fewer than 10"),
    }, "412 events are p1; 12 would be p3, but what is fatal is one step worse"
    assert batch.scope == "sentry/production"
    assert not batch.exhaustive, "a list may go on on another page"
    assert not batch.proven


def test_thresholds_are_options(context: Context) -> None:
    batch = read(sample("sentry-issues.json"), context, frequency=Frequency(least=1, p2=2, p1=3, p0=400))
    assert [one.ticket.priority for one in batch.sightings] == [Priority.P0, Priority.P0, Priority.P1]
    assert not any(one.held for one in batch.sightings)
    with pytest.raises(UsageError, match=r"the thresholds do not rise: .* are 10, 25, 5, 1000"):
        Frequency(p1=5)


def test_one_issue_has_one_mark_in_every_form(context: Context) -> None:
    marks = {
        name: read(sample(f"sentry-{name}.json"), context).sightings[0].symptoms[0].fingerprint
        for name in ("issues", "alert", "event")
    }
    assert len(set(marks.values())) == 1, marks


def test_an_alert_is_told_with_its_context(context: Context) -> None:
    batch = read(sample("sentry-alert.json"), context)
    (one,) = batch.sightings
    assert one.ticket.bug_type is BugType.RUNTIME
    assert one.ticket.title == "[BUG] TypeError: Cannot read properties of undefined (reading 'prepare')"
    assert one.certain, "Sentry's own rule found it worth telling"
    assert one.held is None
    assert one.component == "orchestrator"
    told = sections(one)
    assert "https://acme.sentry.io/issues/1117540176/" in told["Description"]
    assert "More than 100 events in an hour" in told["Description"]
    assert told["Stack Trace"].index("HealthChecks.list (worker/services/health.ts:88)") < told["Stack Trace"].index(
        "fetch"
    )
    assert "orchestrator@4c1e7a2" in told["Environment"]
    assert "runtime.name" in told["Tags"]
    assert batch.deploy == "orchestrator@4c1e7a2"


def test_nothing_of_a_person_and_no_secret_gets_into_an_issue(context: Context) -> None:
    for name in ("alert", "event"):
        text = everything(read(sample(f"sentry-{name}.json"), context))
        for private in ("somebody", "203.0.113.7", "abcdef0123456789", "s3cr3t-s3ss10n-value"):
            assert private not in text, private


def test_a_single_event_counts_once_unless_somebody_knows_better(context: Context) -> None:
    assert read(sample("sentry-event.json"), context).sightings[0].held == "1 event, fewer than 10"
    told = read(sample("sentry-event.json"), context, events=5000).sightings[0]
    assert told.held is None
    assert told.ticket.priority is Priority.P0


def test_resolved_in_sentry_is_proof(context: Context) -> None:
    batch = read(sample("sentry-resolved.json"), context)
    assert batch.proven == subjects(read(sample("sentry-alert.json"), context))
    assert not batch.sightings
    assert batch.deploy is None, "what is checked out here says nothing of what runs there"


def changed(**changes: object) -> str:
    issues = json.loads(sample("sentry-issues.json"))[:1]
    return json.dumps([issues[0] | changes])


@pytest.mark.parametrize("status", ["ignored", "resolvedInNextRelease", "muted"])
def test_what_sentry_was_told_to_leave_alone_is_neither_filed_nor_proven(status: str, context: Context) -> None:
    batch = read(changed(status=status), context)
    assert batch.sightings[0].held == f"{status} in Sentry"
    assert not batch.proven


def test_the_older_webhook_is_read(context: Context) -> None:
    event = json.loads(sample("sentry-alert.json"))["data"]["event"]
    del event["issue_id"], event["issue_url"], event["web_url"]
    old = {
        "id": "1117540176",
        "project": "orchestrator",
        "url": "https://acme.sentry.io/issues/1117540176/",
        "event": event,
    }
    assert subjects(read(json.dumps(old), context)) == {"sentry 1117540176"}


def test_an_event_without_a_number_is_known_by_what_was_thrown_where(context: Context) -> None:
    event = json.loads(sample("sentry-event.json"))
    del event["groupID"]

    def again(**changes: object) -> Batch:
        return read(json.dumps(event | changes), context)

    assert subjects(again()) == subjects(again(eventID="f" * 32, dateCreated="2026-04-01T00:00:00Z"))
    assert subjects(again()) != subjects(again(culprit="elsewhere"))


def test_an_empty_list_says_nothing(context: Context) -> None:
    batch = read("[]", context)
    assert (batch.sightings, batch.proven, batch.exhaustive) == ((), frozenset(), False)


def test_environments_are_kept_apart(context: Context) -> None:
    staging = read(sample("sentry-issues.json"), replace(context, environment="staging"))
    production = read(sample("sentry-issues.json"), context)
    assert staging.scope == "sentry/staging"
    assert staging.sightings[0].symptoms[0].fingerprint != production.sightings[0].symptoms[0].fingerprint


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty; expected an event, an issue, a list of issues, or a webhook of Sentry"),
        ('"x"', "expected an event, .* got a text"),
        ("[1]", "got a list of a number"),
        ('{"detail": "Invalid token"}', 'got an object with "detail"'),
        ('{"action": "critical", "data": {"metric_alert": {}}}', "a webhook that tells of no issue and no event"),
        (changed(count="many"), "entry 0: is not an issue of Sentry: count"),
    ],
)
def test_what_is_not_from_sentry_is_refused(text: str, problem: str, context: Context) -> None:
    with pytest.raises(UsageError, match=problem):
        read(text, context)
