"""The records of a run. All are frozen; what leaves the harness as JSON is one of these.

Times are seconds unless a name ends in ``_ms``. Text from the target is redacted before it gets here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

SCHEMA_VERSION = "1.4"

READABLE = ("1.3", SCHEMA_VERSION)
"""Versions of results that can be read: what the older ones lack has a default."""


MOST_RETRIES = 3
"""How often a suite may try a failing check again: what fails four times is not unlucky."""


class Priority(StrEnum):
    """How much it matters when a check fails (contract part 2.0)."""

    P0 = "p0"
    P1 = "p1"
    P2 = "p2"
    P3 = "p3"


class Mode(StrEnum):
    """The access that a check cannot do without (contract part 2.0: H, O, S, B, W and their qualifiers)."""

    HTTP = "http"
    WS = "ws"
    CALLBACK = "callback"
    OPERATOR = "operator"
    SOURCE = "source"
    BROWSER = "browser"
    WRANGLER = "wrangler"


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    DEGRADED = "degraded"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    ERROR = "error"


class Status(StrEnum):
    """What is known of a component."""

    WORKING = "working"
    DEGRADED = "degraded"
    BROKEN = "broken"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


HOLDS = frozenset({Outcome.PASSED, Outcome.DEGRADED})
"""Outcomes on which a dependent check may build."""


EXECUTED = frozenset({Outcome.PASSED, Outcome.DEGRADED, Outcome.FAILED})
"""Outcomes of checks that really saw the platform."""


def family(id_: str, case: str | None) -> str:
    """The id of a check without its case."""
    return id_ if case is None else id_.removesuffix(f"[{case}]")


class Record(BaseModel):
    """Base of all records: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class CheckSpec(Record):
    """What is known of a check before it runs."""

    id: str
    """For example ``HLT-03``, or ``INF-08[agent-factory]`` when it is made for one worker."""
    case: str | None = None
    """The worker that it is made for, when it is one of several with the same text; ends the id in brackets."""
    category: str
    """The plugin file that holds it, unless it says otherwise: ``health``, ``api`` ..."""
    title: str
    """A sentence that completes "it is true that"."""
    description: str = ""
    """The checklist item in one sentence."""
    component: str
    """The component that a failure is blamed on."""
    priority: Priority
    mode: Mode
    needs: tuple[str, ...] = ()
    """Ids of checks and of components that must hold first."""
    writes: bool = False
    """It creates something on the target."""
    exclusive: bool | Literal["last"] = False
    """It runs alone, after those that do not; ``"last"`` after the other exclusive ones, too."""
    deadline_s: float | None = None
    """Seconds it may take; None takes the suite's."""
    location: str = ""
    """``file:line`` of the check."""

    @property
    def family(self) -> str:
        """The id without the case: what all that were made from one function share."""
        return family(self.id, self.case)


class Timing(Record):
    """Milliseconds as the client measured them, without the wait for a free slot."""

    connect_ms: float | None = None
    """None when an open connection was used again."""
    first_byte_ms: float | None = None
    total_ms: float


class Exchange(Record):
    """One HTTP request and its answer, redacted and clipped."""

    method: str
    url: str
    status: int | None = None
    """None when no answer came; ``error`` then says why."""
    error: str | None = None
    request_headers: dict[str, str] = Field(default_factory=dict)
    request_body: str | None = None
    response_headers: dict[str, str] = Field(default_factory=dict)
    response_body: str | None = None
    response_size: int = 0
    """Bytes received, before clipping."""
    clipped: bool = False
    timing: Timing
    curl: str = ""
    """A command that sends the same request; secrets stand as ``$VARIABLES``."""


class Evidence(Record):
    """One thing that a check saw."""

    kind: Literal["http", "ws", "callback", "sql", "rpc", "source", "page", "note"]
    summary: str
    """One line."""
    started_s: float = 0.0
    """Seconds since the run began."""
    exchange: Exchange | None = None
    detail: str | None = None
    """Rows, frames or lines, as text."""
    picture: str | None = None
    """What a page showed in the end, as a ``data:`` URI."""


class Created(Record):
    """One thing that a check left on the target, with the SQL that removes it (contract Q25)."""

    check: str
    kind: str
    """For example ``health run``."""
    id: str
    database: str | None = None
    cleanup_sql: str | None = None


class Proved(Record):
    """What ``prove`` saw of a check: how many wrong answers it noticed."""

    mutants: int = 0
    """Changed answers that it has to notice."""
    caught: int = 0
    """How many of them it noticed."""
    equivalent: int = 0
    """Changes beyond those that nobody needs to notice."""
    harmless: int = 0
    """Harmless changes that were tried."""
    false_alarms: int = 0
    """How many of them alarmed it."""
    vacuous: bool = False
    """It survives every mutant of one kind."""
    weak: bool = False
    """The values that it reads go unjudged."""
    alone: bool = False
    """It was proved by itself, so that what it asks by the way, and others judge, counts against it."""
    unproved: str | None = None
    """Why nothing is known, where it could not be proved."""
    changed: bool = False
    """The check was changed since, so that all this is of what it was before."""


class Attempt(Record):
    """What one attempt at a check said that was tried again."""

    outcome: Outcome
    reason: str | None = None
    kind: str | None = None
    duration_s: float = 0.0


class Result(Record):
    """How one check ended, and what it saw. Of one that was tried several times: at the last attempt."""

    id: str
    case: str | None = None
    """The worker that the check was made for, when it is one of several; ends the id in brackets."""
    category: str
    title: str
    description: str = ""
    component: str
    priority: Priority
    mode: Mode
    outcome: Outcome
    reason: str | None = None
    """Why the outcome is not ``passed``: one line or a few."""
    kind: str | None = None
    """A stable word for the failure, such as ``status`` or ``timeout``."""
    root_cause: str | None = None
    """The component that a blocked check waits for."""
    duration_s: float = 0.0
    started_s: float = 0.0
    needs: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    """Remarks that do not change the outcome."""
    log: tuple[str, ...] = ()
    traceback: str | None = None
    location: str = ""
    hidden: bool = False
    """Not selected; it ran because a selected check needs it. Not part of the totals."""
    rerun: str = ""
    """A command that runs this check again."""
    attempts: int = 1
    """How often it was tried: more than once when it failed and the suite has ``retries``."""
    earlier: tuple[Attempt, ...] = ()
    """What the attempts before the last said, in their order."""
    proof: Proved | None = None
    """What a proof said of the check itself, before this run; None when there was none."""

    @property
    def family(self) -> str:
        """The id without the case."""
        return family(self.id, self.case)

    @property
    def failures(self) -> int:
        """How many of its attempts failed."""
        return [*(one.outcome for one in self.earlier), self.outcome].count(Outcome.FAILED)


class Observation(Record):
    """What preflight found out about a component before any check ran (rule R4)."""

    component: str
    status: Status
    reason: str = ""
    unreachable: bool = False
    """No answer came at all."""
    evidence: tuple[Evidence, ...] = ()


class Component(Record):
    """A part of the platform, a node of the dependency graph (contract parts 1 and 1.6)."""

    id: str
    title: str = ""
    needs: tuple[str, ...] = ()
    """Components without which it cannot work."""


class ComponentHealth(Record):
    """One line of the component health matrix."""

    id: str
    status: Status
    priority: Priority | None = None
    """The highest priority among its checks."""
    blocked_by: tuple[str, ...] = ()
    """Broken components that keep this one from being judged."""
    root_cause: bool = False
    """It is broken, and no other broken component explains that."""
    reason: str | None = None
    checks: tuple[str, ...] = ()


class Symptom(Record):
    """One thing that shows a cause, with the mark by which it is known again in another run."""

    fingerprint: str
    """``<version>-<16 hex digits>``: of check, environment, component, kind, message and frame, all normalised."""
    aliases: tuple[str, ...] = ()
    """The fingerprints that earlier versions of the formula give it."""
    subject: str
    """The id of the check, or ``preflight <component>``: what must be seen to hold before the cause counts as gone."""
    kind: str = ""
    message: str = ""
    """Redacted, and without ids, times, hosts, ports, counts and tokens."""
    frame: str = ""
    """``file:function``, the innermost of the project's own."""
    priority: Priority
    attempts: int = Field(default=1, ge=1)
    """How many attempts showed it in this run; without retries it is one."""


class Finding(Record):
    """One cause: a component in trouble, what shows it, and what it holds up."""

    component: str
    status: Status
    reason: str
    priority: Priority = Priority.P3
    """The highest among its symptoms."""
    symptoms: tuple[Symptom, ...] = ()
    """What shows it, the worst first: its fingerprint names the finding."""
    issue: str | None = None
    """The URL of the issue that tracks it, where one is known."""
    checks: tuple[str, ...] = ()
    """Checks that failed, degraded or erred."""
    blocked_checks: tuple[str, ...] = ()
    blocked_components: tuple[str, ...] = ()


class GateResult(Record):
    """One condition that the suite sets on the whole run."""

    name: str
    held: bool
    detail: str


class Totals(Record):
    """Counts of selected checks; the six outcomes add up to ``collected``."""

    collected: int = 0
    executed: int = 0
    """Passed, degraded or failed: really judged."""
    passed: int = 0
    degraded: int = 0
    failed: int = 0
    blocked: int = 0
    skipped: int = 0
    error: int = 0
    hidden: int = 0
    """Needed by a selected check without being selected; not in ``collected``."""


class RunInfo(Record):
    """When, where and with what a run took place."""

    id: str
    suites: tuple[str, ...]
    target: str
    environment: str
    base_url: str
    deploy: str | None = None
    """What was deployed there, as far as is known: a version id or a commit."""
    deployed_at: datetime | None = None
    started_at: datetime
    duration_s: float = 0.0
    partial: bool = False
    """It did not reach its end; ``partial_reason`` says why."""
    partial_reason: str | None = None
    exit_code: int = 0
    command: str = ""
    """The command that repeats the run."""
    versions: dict[str, str] = Field(default_factory=dict)
    faults: tuple[str, ...] = ()
    """Faults switched on in the embedded platform."""


class RunRecord(Record):
    """Everything about one run: the document ``results.json``."""

    schema_version: Literal["1.4"] = "1.4"
    run: RunInfo
    totals: Totals
    root_causes: tuple[str, ...] = ()
    components: tuple[ComponentHealth, ...] = ()
    checks: tuple[Result, ...] = ()
    gates: tuple[GateResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    preflight: tuple[Observation, ...] = ()
    created: tuple[Created, ...] = ()
    """The ledger: everything that the run left on the target."""

    @field_validator("schema_version", mode="before")
    @classmethod
    def _brought_up_to_date(cls, version: Any) -> Any:
        return SCHEMA_VERSION if version in READABLE else version
