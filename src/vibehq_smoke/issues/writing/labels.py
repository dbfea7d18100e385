"""Labels, milestones and title prefixes (contract 10.1): one table for issues and for the repository's set-up."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType

from ...models import Priority
from ..batch import SMOKE_LABEL, BugType


@dataclass(frozen=True)
class Label:
    """A label as the repository should have it."""

    name: str
    color: str
    """Six hexadecimal digits."""
    description: str
    """At most 100 characters."""


@dataclass(frozen=True)
class Milestone:
    """A milestone as the repository should have it."""

    title: str
    description: str


INCIDENT_LABEL = "incident"
"""On the issue that stands for a mass failure."""

LABELS = (
    Label(SMOKE_LABEL, "b60205", "Opened and kept current by vibehq-smoke"),
    Label("bug", "d73a4a", "Something isn't working"),
    Label("type-error", "c5def5", "The TypeScript compiler refuses it"),
    Label("lint-error", "c5def5", "A linter refuses it"),
    Label("runtime-error", "e99695", "It was thrown while the platform ran"),
    Label("performance", "fbca04", "Slower, or hungrier, than it should be"),
    Label("security", "ee0701", "It endangers data or access"),
    Label("ci-failure", "e99695", "A job of the continuous integration failed"),
    Label("test-failure", "e99695", "A test of another suite failed"),
    Label(INCIDENT_LABEL, "5319e7", "Many causes at once, told in one issue"),
    Label("quiet", "cccccc", "Leave this issue in peace: vibehq-smoke says nothing more in it"),
    Label("p0", "b60205", "Critical: the system is down, data is lost, or security is breached"),
    Label("p1", "d93f0b", "High: a major feature is broken, users notice"),
    Label("p2", "fbca04", "Medium: a minor feature is broken, or there is a way around"),
    Label("p3", "0e8a16", "Low: cosmetic, an edge case, or for later"),
    Label("health-system", "006b75", "Component: health checks, their API, workers' answers"),
    Label("rpc/api", "1d76db", "Component: the orchestrator, its APIs, RPC and WebSocket hubs"),
    Label("ui", "bfdadc", "Component: the dashboard and everything else that people look at"),
    Label("factory", "c2e0c6", "Component: factory workers"),
    Label("specialist", "d4c5f9", "Component: specialist workers"),
    Label("infrastructure", "ededed", "Category: databases, bindings, deployments"),
    Label("health", "ededed", "Category: the health system"),
    Label("api", "ededed", "Category: the APIs"),
    Label("workers", "ededed", "Category: what every worker must do"),
    Label("factories", "ededed", "Category: factory workers"),
    Label("ai_providers", "ededed", "Category: AI providers"),
    Label("patches", "ededed", "Category: patches and their events"),
    Label("automation", "ededed", "Category: scans, schedules and triggers"),
    Label("errors", "ededed", "Category: how the platform answers when something is wrong"),
)
"""Every label that the harness sets."""

MILESTONES = (
    Milestone("stage-smoke", "The smoke suite passes on staging"),
    Milestone("v1.0", "First stable version"),
    Milestone("health-consolidation", "One health system, with one schema and one API"),
    Milestone("api-hardening", "APIs check their input, their callers and their limits"),
)

PREFIXES = MappingProxyType(
    {
        BugType.SMOKE: "[SMOKE FAIL] ",
        BugType.TYPE: "[TYPE ERROR] ",
        BugType.LINT: "[BUG] ",
        BugType.RUNTIME: "[BUG] ",
        BugType.PERFORMANCE: "[PERFORMANCE] ",
        BugType.SECURITY: "[SECURITY] ",
        BugType.INTEGRATION: "[BUG] ",
        BugType.UI: "[BUG] ",
        BugType.CI: "[CI FAIL] ",
        BugType.TEST: "[TEST FAIL] ",
    }
)
"""How a title begins."""

_OF_TYPE = {
    BugType.SMOKE: ("bug",),
    BugType.TYPE: ("type-error", "bug"),
    BugType.LINT: ("lint-error",),
    BugType.RUNTIME: ("runtime-error",),
    BugType.PERFORMANCE: ("performance", "bug"),
    BugType.SECURITY: ("security", "bug"),
    BugType.INTEGRATION: ("rpc/api",),
    BugType.UI: ("ui",),
    BugType.CI: ("ci-failure",),
    BugType.TEST: ("test-failure", "bug"),
}

_OF_COMPONENT = (
    ("*-factory", "factory"),
    ("*-specialist", "specialist"),
    ("specialist-*", "specialist"),
    ("cloudflare-expert", "specialist"),
    ("cloud-worker-retrofit", "specialist"),
    ("health-*", "health-system"),
    ("*-health", "health-system"),
    ("*-ui", "ui"),
    ("mission-control", "ui"),
    ("assets", "ui"),
    ("*-api", "rpc/api"),
    ("hub-*", "rpc/api"),
    ("ws-*", "rpc/api"),
    ("rpc-gateway", "rpc/api"),
    ("orchestrator", "rpc/api"),
    ("auth", "rpc/api"),
    ("ops-scan", "rpc/api"),
)
"""The first that fits decides; a component that none fits has the label of its category's components, if any."""

_OF_CATEGORY = {
    "health": "health-system",
    "api": "rpc/api",
    "ui": "ui",
    "factories": "factory",
}

_NAMES = frozenset(label.name for label in LABELS)


def labels_for(bug_type: BugType, priority: Priority, *, component: str = "", category: str = "") -> tuple[str, ...]:
    """All labels of an issue: ours, those of its type, its priority, its component and its category."""
    own = component_label(component, category)
    names = [SMOKE_LABEL, *_OF_TYPE[bug_type], priority.value, *([own] if own else [])]
    if category in _NAMES:
        names.append(category)
    return tuple(dict.fromkeys(names))


def component_label(component: str, category: str = "") -> str | None:
    """The label of a component; None for those that the contract has no label for."""
    found = (label for pattern, label in _OF_COMPONENT if fnmatchcase(component, pattern))
    return next(found, _OF_CATEGORY.get(category))
