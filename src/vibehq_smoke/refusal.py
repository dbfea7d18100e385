"""Why a check that is due is not started: no access, a component that does not work, a need that did not hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .access import missing_access
from .checks import Check
from .execution import Ending
from .models import HOLDS, Observation, Outcome, Result, Status

if TYPE_CHECKING:
    from .platform import Platform

_PAST = {Outcome.FAILED: "failed", Outcome.BLOCKED: "is blocked", Outcome.ERROR: "ended in an error"}


def refusal(
    check: Check,
    platform: Platform,
    observations: Iterable[Observation],
    component_needs: Sequence[str],
    needed: Iterable[Result],
) -> Ending | None:
    """How ``check`` ends without being started, or None when it may start."""
    missing = missing_access(check.spec, platform.target, read_only=platform.read_only)
    if missing:
        return Ending(Outcome.SKIPPED, missing, kind="access")
    return _broken_component((*component_needs, check.spec.component), observations) or _broken_need(needed)


def _broken_component(names: Iterable[str], observations: Iterable[Observation]) -> Ending | None:
    broken = {seen.component: seen for seen in observations if seen.status is Status.BROKEN}
    # A platform whose front door is shut says nothing about what lies behind it (rule R4).
    for name in ("orchestrator", *names):
        if name in broken:
            reason = f"{name} is broken: {broken[name].reason}"
            return Ending(Outcome.BLOCKED, reason, kind="blocked", root_cause=name)
    return None


def _broken_need(needed: Iterable[Result]) -> Ending | None:
    for result in needed:
        if result.outcome in HOLDS:
            continue
        first_line = (result.reason or "").partition("\n")[0]
        if result.outcome is Outcome.SKIPPED:
            return Ending(Outcome.SKIPPED, f"needs {result.id}, which was skipped: {first_line}", kind=result.kind)
        reason = f"needs {result.id}, which {_PAST[result.outcome]}: {first_line}"
        return Ending(Outcome.BLOCKED, reason, kind="blocked", root_cause=result.root_cause or result.component)
    return None
