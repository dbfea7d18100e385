"""The hooks that a plugin may implement.

A plugin is a Python module (a file in a ``plugins/`` folder, or a module that an installed distribution names in
the entry-point group ``vibehq_smoke``). It implements a hook by defining a function of the same name, decorated with
``vibehq_smoke.hookimpl``. A function takes only the parameters it wants. What ships with the harness
(categories, components, preflight, report formats) uses these hooks and no other way in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pluggy

from .checks import Check
from .models import CheckSpec, Component, Observation, Result, RunInfo, RunRecord
from .sinks import IssueSink, ReportFormat

if TYPE_CHECKING:
    from .graph import Plan

hookspec = pluggy.HookspecMarker("vibehq_smoke")
hookimpl = pluggy.HookimplMarker("vibehq_smoke")
"""Decorator for functions in a plugin that implement a hook."""

Hq: TypeAlias = Any
"""The platform object as checks receive it (``vibehq_smoke.platform.Hq``), one floor up."""

MutationOperator: TypeAlias = Any
"""``vibehq_smoke.proof.Operator``, some floors up."""

Resource: TypeAlias = Callable[[Hq], Any]
"""Called with ``hq`` when a check asks for it; returns a value, an awaitable, or an async context manager."""


@hookspec
def vibehq_components() -> Iterable[Component]:
    """Called once, when plugins are loaded: the parts of the platform and what each needs.

    Returns components; needs may name components of other plugins.
    """
    raise NotImplementedError


@hookspec
def vibehq_checks() -> Iterable[Check]:
    """Called once, when plugins are loaded, after every plugin module was scanned for ``@check`` functions.

    For checks that are generated instead of written; returns them.
    """
    raise NotImplementedError


@hookspec
def vibehq_resources() -> Mapping[str, Resource]:
    """Called once, when plugins are loaded: things that checks may ask for by argument name.

    Returns factories by name. A factory is called per check with ``hq``; an async context manager is
    left when the check ends.
    """
    raise NotImplementedError


@hookspec
def vibehq_adjust_plan(plan: Plan) -> None:
    """Called after the suite has selected its checks and before any runs: the last word on the plan.

    ``plan`` can deselect (``plan.deselect(id, reason)``), reorder (``plan.first(id)``) and
    override (``plan.override(id, deadline_s=5)``).
    """
    raise NotImplementedError


@hookspec
def vibehq_preflight(hq: Hq) -> Awaitable[Iterable[Observation]]:
    """Called when a run starts, before the first check, on the engine's event loop.

    An async function; it asks the target's components whether they answer at all, and returns
    observations. Checks that need a component observed as broken are blocked.
    """
    raise NotImplementedError


@hookspec
def vibehq_run_start(run: RunInfo, checks: tuple[CheckSpec, ...]) -> None:
    """Called when the plan stands and the run begins, on the engine's thread. ``checks`` includes hidden needs."""
    raise NotImplementedError


@hookspec
def vibehq_preflight_finish(observations: tuple[Observation, ...]) -> None:
    """Called when preflight is over, before the first check starts, on the engine's thread."""
    raise NotImplementedError


@hookspec
def vibehq_check_start(spec: CheckSpec) -> None:
    """Called when a check begins to run, on the engine's thread. Blocked and skipped checks never start.

    Called once for each check, however often it is tried.
    """
    raise NotImplementedError


@hookspec
def vibehq_check_finish(result: Result) -> None:
    """Called when a check has its outcome, in the order in which checks finish, on the engine's thread.

    Called once for each check, after its last attempt; ``result.earlier`` has what those before said.
    """
    raise NotImplementedError


@hookspec
def vibehq_run_finish(record: RunRecord) -> None:
    """Called when the run is judged, before any report is written, on the main thread."""
    raise NotImplementedError


@hookspec
def vibehq_report_formats() -> Iterable[ReportFormat]:
    """Called when reports are about to be written: formats that this plugin adds.

    Each has a name, a file name inside ``--out``, and a function from the run's record to the file's text.
    """
    raise NotImplementedError


@hookspec
def vibehq_mutation_operators() -> Iterable[MutationOperator]:
    """Called when a proof begins: further ways in which an answer can be wrong, or harmlessly different.

    Each is a ``vibehq_smoke.proof.Operator``: a name, a kind, and a function from a question of a check with its
    answers (``vibehq_smoke.proof.Subject``) to changes.
    """
    raise NotImplementedError


@hookspec
def vibehq_issue_sinks(config: Path | None) -> Iterable[IssueSink]:
    """Called when ``--sink`` names one, or in CI the suite, before the run and after its reports: places for findings.

    ``config`` is the ``smoke.toml`` of the run, None when there is none.
    """
    raise NotImplementedError
