"""Labels, milestones and prefixes are those of the contract, and fit GitHub."""

from __future__ import annotations

import re

import pytest

from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.batch import SMOKE_LABEL, BugType
from vibehq_smoke.issues.writing.labels import INCIDENT_LABEL, LABELS, MILESTONES, PREFIXES, component_label, labels_for
from vibehq_smoke.models import Priority

NAMES = [label.name for label in LABELS]
CATEGORIES = [  # the ten of the contract
    "infrastructure",
    "health",
    "api",
    "workers",
    "ui",
    "factories",
    "ai_providers",
    "patches",
    "automation",
    "errors",
]


def test_labels_fit_github() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for label in LABELS:
        assert 0 < len(label.name) <= 50, label
        assert re.fullmatch("[0-9a-f]{6}", label.color), label
        assert 0 < len(label.description) <= 100, label


def test_every_label_and_milestone_of_the_contract_is_there() -> None:
    wanted = {"p0", "p1", "p2", "p3", "health-system", "rpc/api", "ui", "factory", "specialist", *CATEGORIES}
    assert wanted | {INCIDENT_LABEL, IssuePolicy().quiet_label} <= set(NAMES)
    assert [milestone.title for milestone in MILESTONES] == [
        "stage-smoke",
        "v1.0",
        "health-consolidation",
        "api-hardening",
    ]
    assert IssuePolicy().milestone in [milestone.title for milestone in MILESTONES]


@pytest.mark.parametrize("bug_type", BugType)
def test_every_issue_has_our_label_and_only_known_ones(bug_type: BugType) -> None:
    for priority in Priority:
        names = labels_for(bug_type, priority, component="agent-factory", category="factories")
        assert names[0] == SMOKE_LABEL
        assert priority.value in names
        assert {"factory", "factories"} <= set(names)
        assert set(names) <= set(NAMES), names
        assert len(set(names)) == len(names)
    assert PREFIXES[bug_type].startswith("[")
    assert PREFIXES[bug_type].endswith("] ")


@pytest.mark.parametrize(
    ("bug_type", "labels", "prefix"),
    [
        (BugType.SMOKE, {"smoke-test", "bug"}, "[SMOKE FAIL] "),
        (BugType.TYPE, {"type-error", "bug"}, "[TYPE ERROR] "),
        (BugType.LINT, {"lint-error"}, "[BUG] "),
        (BugType.RUNTIME, {"runtime-error"}, "[BUG] "),
        (BugType.PERFORMANCE, {"performance", "bug"}, "[PERFORMANCE] "),
        (BugType.SECURITY, {"security", "bug"}, "[SECURITY] "),
        (BugType.INTEGRATION, {"rpc/api"}, "[BUG] "),
        (BugType.UI, {"ui"}, "[BUG] "),
    ],
)
def test_bug_types_are_classified_as_the_contract_says(bug_type: BugType, labels: set[str], prefix: str) -> None:
    assert set(labels_for(bug_type, Priority.P2)) == labels | {SMOKE_LABEL, "p2"}
    assert PREFIXES[bug_type] == prefix


@pytest.mark.parametrize(
    ("component", "category", "label"),
    [
        ("health-api", "", "health-system"),
        ("hub-health", "", "health-system"),
        ("d1-health", "", "health-system"),
        ("orchestrator", "health", "rpc/api"),
        ("patch-api", "", "rpc/api"),
        ("ws-patch-hub", "", "rpc/api"),
        ("mission-control", "", "ui"),
        ("terminal-ui", "", "ui"),
        ("ui-factory", "", "factory"),
        ("health-specialist", "", "specialist"),
        ("cron", "automation", None),
        ("cron", "api", "rpc/api"),
        ("", "", None),
    ],
)
def test_components(component: str, category: str, label: str | None) -> None:
    assert component_label(component, category) == label
