"""Security findings: how bad, how to mend, and nothing on how to abuse."""

from __future__ import annotations

import json

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.sources.security import read
from vibehq_smoke.issues.sources.weaknesses import Weakness
from vibehq_smoke.models import Priority

from .conftest import everything, sample, sections, subjects


def test_npm_audit_gives_one_cause_for_each_package_with_an_advisory(context: Context) -> None:
    batch = read(sample("npm-audit.json"), context)
    assert subjects(batch) == {"npm lodash", "npm minimist"}, "mkdirp only needs minimist"
    assert batch.exhaustive
    minimist = next(one for one in batch.sightings if "minimist" in one.ticket.title)
    assert minimist.ticket.title == "[SECURITY] minimist: Prototype Pollution in minimist (Critical)"
    assert minimist.ticket.priority is Priority.P0, "the worse of two advisories decides"
    assert minimist.ticket.labels[:4] == ("smoke-test", "security", "bug", "p0")
    assert minimist.ticket.milestone == "api-hardening"
    told = sections(minimist)
    assert told["Severity"] == "**Critical**, CVSS 9.8"
    assert "Upgrade minimist to 1.2.8. That is a new major version" in told["Mitigation"]
    assert "| Attack vector | network |" in told["CVSS Metrics"]
    assert "https://github.com/advisories/GHSA-xvch-5gv4-984h" in told["References"]


def test_a_clean_audit_proves_all_packages(context: Context) -> None:
    batch = read(sample("npm-audit-clean.json"), context)
    assert batch.exhaustive
    assert not batch.sightings


def test_an_audit_that_could_not_be_made_is_no_proof(context: Context) -> None:
    with pytest.raises(UsageError, match=r"the audit itself failed \(405 Method Not Allowed"):
        read(sample("npm-audit-failed.json"), context)
    nothing = {"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"dependencies": {"total": 0}}}
    assert not read(json.dumps(nothing), context).exhaustive, "there was nothing to look at"


def test_pnpms_form_is_read_as_well(context: Context) -> None:
    advisory = {
        "module_name": "left",
        "severity": "high",
        "title": "It leaks",
        "patched_versions": ">=2",
        "url": "https://x.dev/1",
    }
    report = {"advisories": {"1": advisory}, "metadata": {"dependencies": 3, "totalDependencies": 3}}
    (one,) = read(json.dumps(report), context).sightings
    assert one.ticket.priority is Priority.P1
    assert "Upgrade left to >=2." in sections(one)["Mitigation"]


def test_sarif_gives_one_cause_for_each_rule_and_file(context: Context) -> None:
    batch = read(sample("codeql.sarif"), context)
    (one,) = batch.sightings
    assert subjects(batch) == {"CodeQL js/sql-injection orchestrator/worker/api/search.ts"}, (
        "what was accepted is left out"
    )
    assert one.ticket.priority is Priority.P1, "8.8 is high"
    assert one.component == "orchestrator"
    assert "search.ts:41" in sections(one)["Places"]
    assert "search.ts:57" in sections(one)["Places"]
    assert batch.scope == "security-codeql/main"
    assert batch.exhaustive


def test_sarif_never_quotes_code_or_the_way_in(context: Context) -> None:
    text = everything(read(sample("codeql.sarif"), context, details=True))
    assert "OR 1=1" not in text
    assert "SELECT" not in text


def test_ruffs_sarif_is_read(context: Context) -> None:
    batch = read(sample("ruff.sarif"), context)
    assert subjects(batch) == {f"ruff {rule} src/eval.py" for rule in ("S105", "S301", "S307", "S602")}
    assert {one.ticket.priority for one in batch.sightings} == {Priority.P1}, "an error without a score counts as high"


@pytest.mark.parametrize(
    "change",
    [{"invocations": [{"executionSuccessful": False}]}, {"results": None}],
    ids=["the scanner failed", "nothing was looked for"],
)
def test_a_scan_that_did_not_finish_proves_nothing(change: dict[str, object], context: Context) -> None:
    document = json.loads(sample("codeql.sarif"))
    document["runs"][0] |= change
    assert not read(json.dumps(document), context).exhaustive


def test_a_proof_of_concept_is_published_on_demand_only(context: Context) -> None:
    public, private = (read(sample("findings.json"), context, details=details) for details in (False, True))
    assert "evil.json" not in everything(public)
    assert "--details" in sections(public.sightings[0])["Proof of Concept"]
    assert "evil.json" in sections(private.sightings[0])["Proof of Concept"]


def test_plain_findings_are_filed_or_proven_to_be_fixed(context: Context) -> None:
    batch = read(sample("findings.json"), context)
    assert subjects(batch) == {"security HQ-7"}
    assert batch.proven == {"security HQ-6"}
    assert not batch.exhaustive
    assert batch.sightings[0].component == "patch-api"


@pytest.mark.parametrize(
    ("score", "word", "band", "priority"),
    [
        (9.0, "", "Critical", Priority.P0),
        (8.9, "", "High", Priority.P1),
        (7.0, "", "High", Priority.P1),
        (6.9, "", "Medium", Priority.P2),
        (4.0, "", "Medium", Priority.P2),
        (3.9, "", "Low", Priority.P3),
        (None, "moderate", "Medium", Priority.P2),
        (None, "CRITICAL", "Critical", Priority.P0),
        (3.0, "high", "High", Priority.P1),
        (None, "unheard of", "Medium", Priority.P2),
    ],
)
def test_the_bands_of_cvss_decide_the_priority(score: float | None, word: str, band: str, priority: Priority) -> None:
    assert Weakness(subject="s", title="t", kind="k", severity=word, score=score).band == (band, priority)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "expected the JSON of npm audit, SARIF, or findings with title and severity, got an empty object"),
        ("[1]", "got a list of a number"),
        ('{"runs": []}', "holds no run of any scanner"),
        ('{"findings": []}', "has no findings"),
        ('[{"title": "x"}]', "finding 0: has neither severity nor cvss"),
        ('[{"title": "x", "severity": "hihg"}]', r"severity is 'hihg' \(allowed: .*; did you mean 'high'\?"),
        ('[{"title": "x", "cvss": 11}]', "cvss: Input should be less than or equal to 10"),
        ('{"vulnerabilities": {"a": {}}, "metadata": {}}', r"vulnerabilities\.a\."),
    ],
)
def test_what_is_no_security_finding_is_refused(text: str, problem: str, context: Context) -> None:
    with pytest.raises(UsageError, match=problem):
        read(text, context)
