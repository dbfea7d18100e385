"""A suite: which checks run, within which limits, and what the whole run must fulfil."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from ..errors import UsageError
from ..models import CheckSpec, Mode, Outcome, Priority
from .declared import DeclaredCheck
from .tables import Count, Duration, Flag, PositiveCount, Retries, Supplied, Table, Word

FailingOutcome: TypeAlias = Literal[Outcome.DEGRADED, Outcome.FAILED, Outcome.BLOCKED, Outcome.SKIPPED, Outcome.ERROR]
"""Every outcome but ``passed``: a gate on that would make every good run fail."""

DEFAULT_FAIL_ON: frozenset[FailingOutcome] = frozenset({Outcome.FAILED, Outcome.BLOCKED, Outcome.ERROR})


class Selection(Table):
    """Which checks: each list that is not empty must contain the check; ``exclude`` takes ids out again."""

    ids: tuple[Word, ...] = ()
    categories: tuple[Word, ...] = ()
    priorities: tuple[Priority, ...] = ()
    modes: tuple[Mode, ...] = ()
    exclude: tuple[Word, ...] = ()
    writes: bool = True
    """False leaves out checks that create something, and those that need one that does."""

    def selects(self, spec: CheckSpec, *, writes: bool | None = None) -> bool:
        """Whether ``spec`` is one of them. ``writes``: it or a check that it needs does; None asks the spec alone."""
        if not self.writes and (spec.writes if writes is None else writes):
            return False
        asked: tuple[tuple[Sequence[str], str], ...] = (
            (self.categories, spec.category),
            (self.priorities, spec.priority),
            (self.modes, spec.mode),
        )
        names = {spec.id, spec.family}
        if not names.isdisjoint(self.exclude) or (self.ids and names.isdisjoint(self.ids)):
            return False
        return all(not wanted or value in wanted for wanted, value in asked)


class LatencyBudget(Table):
    """How long exchanges may take, in milliseconds, as the client measured them."""

    p50_ms: Duration | None = None
    p95_ms: Duration | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.p50_ms is None and self.p95_ms is None:
            raise ValueError("needs p50_ms or p95_ms")
        if self.p50_ms is not None and self.p95_ms is not None and self.p50_ms > self.p95_ms:
            raise ValueError("has a p50_ms above its p95_ms, which no measurement can fulfil")
        return self

    def strictest(self, other: Self) -> Self:
        """The smaller of both budgets, each percentile for itself."""
        p50, p95 = _least(self.p50_ms, other.p50_ms), _least(self.p95_ms, other.p95_ms)
        return type(self)(p50_ms=p50 if p50 is None or p95 is None else min(p50, p95), p95_ms=p95)


class Gates(Table):
    """Conditions on the whole run; when one falls, the exit code is 1."""

    fail_on: frozenset[FailingOutcome] = DEFAULT_FAIL_ON
    """Outcomes that no check may have."""
    min_executed: Count = 1
    """Checks that must really have been judged, so that a run that saw nothing is not green."""
    latency: dict[Word, LatencyBudget] = Field(default_factory=dict)
    """By category, check id, or ``all``."""

    def strictest(self, other: Self) -> Self:
        """Gates that fall whenever one of both would."""
        names = dict.fromkeys((*self.latency, *other.latency))
        return type(self)(
            fail_on=self.fail_on | other.fail_on,
            min_executed=max(self.min_executed, other.min_executed),
            latency={name: _budget(self.latency.get(name), other.latency.get(name)) for name in names},
        )


class Override(Table):
    """What a suite changes about one check; None leaves it as the check says."""

    deadline_s: Duration | None = None
    priority: Priority | None = None

    def changes(self) -> dict[str, Any]:
        """The fields of ``CheckSpec`` to replace."""
        return self.model_dump(exclude_none=True)

    def strictest(self, other: Self) -> Self:
        """Both at once: the shorter deadline, the higher priority."""
        priorities = [p for p in (self.priority, other.priority) if p is not None]
        return type(self)(
            deadline_s=_least(self.deadline_s, other.deadline_s),
            priority=min(priorities, default=None),
        )


class Suite(Table):
    """A TOML file that says which checks run, and what is demanded of them."""

    file: Annotated[Path | None, Supplied()] = None
    name: Word = "unnamed"
    description: str = ""
    select: Selection = Field(default_factory=Selection)
    gates: Gates = Field(default_factory=Gates)
    in_flight: PositiveCount = 32
    """Exchanges at once with one host."""
    deadline_s: Duration = 30.0
    """For a check that sets none itself."""
    exchange_deadline_s: Duration = 10.0
    run_deadline_s: Duration = 600.0
    retries: Retries = 0
    """How often a failing check that only reads is tried again."""
    standalone: Flag = False
    """Only the checks of this file, on any HTTP service: none of the plugins' checks, and no preflight."""
    sinks: tuple[Word, ...] = ()
    """Issue sinks that the findings go to where the environment says CI."""
    overrides: dict[Word, Override] = Field(default_factory=dict, alias="override")
    """By check id."""
    alternatives: Annotated[tuple[Selection, ...], Supplied()] = ()
    """Selections of the further suites in one run (``merge_suites``)."""
    declared: Annotated[tuple[DeclaredCheck, ...], Supplied()] = ()
    """The checks that the file itself declares."""

    def selects(self, spec: CheckSpec, *, writes: bool | None = None) -> bool:
        """Whether ``spec`` belongs to the suite, or to one of those merged into it (``writes``: see Selection)."""
        return any(selection.selects(spec, writes=writes) for selection in (self.select, *self.alternatives))


def merge_suites(suites: Sequence[Suite]) -> Suite:
    """Several suites as one run.

    A check belongs when one of them selects it. Gates and overrides: the strictest of all. Deadlines:
    the most generous, so that no check gets less time than alone; exchanges at once: the fewest.
    Raises UsageError when there is none.
    """
    if not suites:
        raise UsageError("no suite to run: name a TOML file with a [suite] table")
    merged = suites[0]
    for suite in suites[1:]:
        merged = _merge(merged, suite)
    return merged


def _merge(one: Suite, two: Suite) -> Suite:
    overrides = dict(one.overrides)
    for check_id, override in two.overrides.items():
        overrides[check_id] = overrides[check_id].strictest(override) if check_id in overrides else override
    return Suite(
        name=f"{one.name} + {two.name}",
        description="\n".join(text for text in (one.description, two.description) if text),
        select=one.select,
        alternatives=(*one.alternatives, two.select, *two.alternatives),
        gates=one.gates.strictest(two.gates),
        in_flight=min(one.in_flight, two.in_flight),
        deadline_s=max(one.deadline_s, two.deadline_s),
        exchange_deadline_s=max(one.exchange_deadline_s, two.exchange_deadline_s),
        run_deadline_s=max(one.run_deadline_s, two.run_deadline_s),
        retries=max(one.retries, two.retries),
        standalone=one.standalone and two.standalone,
        sinks=tuple(dict.fromkeys((*one.sinks, *two.sinks))),
        overrides=overrides,
        declared=(*one.declared, *two.declared),
    )


def _least(one: float | None, two: float | None) -> float | None:
    given = [value for value in (one, two) if value is not None]
    return min(given, default=None)


def _budget(one: LatencyBudget | None, two: LatencyBudget | None) -> LatencyBudget:
    if one is not None and two is not None:
        return one.strictest(two)
    budget = one or two
    assert budget is not None, "a name comes from one of both"
    return budget
