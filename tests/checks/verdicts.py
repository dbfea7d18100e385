"""How far a run agrees with the lab's truth table, which was written from the contract by itself."""

from collections.abc import Mapping
from typing import Any

from vibehq_smoke.models import Outcome, Result, RunRecord, Status

TROUBLED = (Status.BROKEN, Status.DEGRADED)


def disagreements(fault: str, expected: Mapping[str, Any], record: RunRecord) -> dict[str, str]:
    """What the run says otherwise than the table: check, component or ``roots`` -> one line.

    The table knows the items, not how a check goes about its own. So a check that should not pass may be blocked by
    what the table blames, may fail where it was to be blocked if it blames the same, and may pass where it found
    another way to look, if the run names the cause all the same.
    """
    if expected["unsteady"]:
        return _strangers(fault, expected, record)
    named = set(record.root_causes) | {result.root_cause for result in record.checks if result.root_cause}
    wrong = {
        result.id: f"{result.outcome.value}, expected {_wanted(expected, result.id)}: {result.reason or ''}"
        for result in record.checks
        if not result.hidden and not _agrees(result, expected, named)
    }
    shipped = {result.id for result in record.checks}
    for line in record.components:
        if line.status in TROUBLED and line.status.value not in _statuses(expected, line.id, shipped):
            wrong[line.id] = f"{line.status.value}, expected {expected['components'].get(line.id, 'no finding')}"
    strangers = set(record.root_causes) - set(expected["root_causes"])
    return wrong | ({"roots": ", ".join(sorted(strangers))} if strangers else {})


def _strangers(fault: str, expected: Mapping[str, Any], record: RunRecord) -> dict[str, str]:
    """What a fault that comes and goes can make fail is open; what fails must be of the table, or name who flaps."""
    who = fault.removesuffix("-flapping")
    return {
        result.id: f"{result.outcome.value}: {result.reason or ''}"
        for result in record.checks
        if result.outcome is not Outcome.PASSED
        and result.id not in expected["unsteady"]
        and who not in f"{result.reason} {result.root_cause}"
    }


def _wanted(expected: Mapping[str, Any], id_: str) -> str:
    wanted: str = expected["checks"].get(id_, "passed")
    return wanted


def _agrees(result: Result, expected: Mapping[str, Any], named: set[str]) -> bool:
    wanted = _wanted(expected, result.id)
    if result.outcome.value == wanted:
        return True
    if result.outcome is Outcome.BLOCKED:
        return result.root_cause in expected["components"]
    if wanted != "blocked":
        return False
    if result.outcome is Outcome.FAILED:
        return result.component in expected["root_causes"]
    return result.outcome is Outcome.PASSED and bool(named & set(expected["root_causes"]))


def _statuses(expected: Mapping[str, Any], component: str, shipped: set[str]) -> set[str]:
    """What may be said of a component: less than the table while items that would say more are not shipped."""
    status = expected["components"].get(component)
    unseen = set(expected["checks"]) - shipped
    return {"broken", "degraded"} if status == "broken" and unseen else {status}
