"""How far a run agrees with what the lab expects of it, which was derived from the contract by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vibehq_smoke.models import Outcome, Result, RunRecord, Status

CAUGHT = "caught"
QUIET = (Outcome.PASSED, Outcome.SKIPPED)
_WORST_FIRST = (Outcome.FAILED, Outcome.ERROR, Outcome.DEGRADED, Outcome.BLOCKED, Outcome.SKIPPED, Outcome.PASSED)
_TROUBLED = (Status.BROKEN.value, Status.DEGRADED.value)


@dataclass(frozen=True)
class Verdict:
    """What a run did not see of a fault, and whom it accused wrongly: check, component or ``roots`` -> one line."""

    missed: Mapping[str, str] = field(default_factory=dict)
    accused: Mapping[str, str] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        said = [word for word, lines in (("missed", self.missed), ("falsely accused", self.accused)) if lines]
        return " and ".join(said) or CAUGHT


@dataclass(frozen=True)
class _Item:
    """A check, or all cases of one: it came out as the worst of them did."""

    id: str
    outcome: Outcome
    results: Sequence[Result]

    @property
    def reason(self) -> str:
        return next(result.reason or "" for result in self.results if result.outcome is self.outcome)


def verdict(fault: str, expected: Mapping[str, Any], record: RunRecord) -> Verdict:
    """Compare a run under `fault` with the findings that the lab expects.

    The lab knows the items, not how a check goes about its own. So a check that should not pass may be blocked by
    what the lab blames; may fail where it was to be blocked, if it blames the same; and may pass there if it found
    another way to look, as long as the run names the cause.
    """
    items = _items(record.checks)
    if expected["unsteady"]:
        return Verdict(accused=_strangers(fault, expected, items))
    named = set(record.root_causes) | {result.root_cause for result in record.checks if result.root_cause}
    wrong = {item.id: item for item in items if not _agrees(item, expected, named)}
    lines = {
        id_: f"{item.outcome.value}, expected {_wanted(expected, id_)}: {item.reason}" for id_, item in wrong.items()
    }
    missed = {id_: line for id_, line in lines.items() if wrong[id_].outcome in QUIET}
    accused = {id_: line for id_, line in lines.items() if id_ not in missed}
    return Verdict(missed | _unnamed(expected, record), accused | _misnamed(expected, record))


def _items(results: Iterable[Result]) -> list[_Item]:
    found: dict[str, list[Result]] = {}
    for result in results:
        if not result.hidden:
            found.setdefault(result.family, []).append(result)
    return [_Item(id_, _worst(cases), cases) for id_, cases in found.items()]


def _worst(cases: Sequence[Result]) -> Outcome:
    outcomes = {case.outcome for case in cases}
    return next(outcome for outcome in _WORST_FIRST if outcome in outcomes)


def _strangers(fault: str, expected: Mapping[str, Any], items: Iterable[_Item]) -> dict[str, str]:
    """What a fault that comes and goes can make fail is open; what fails must be of the list, or name who flaps."""
    who = fault.removesuffix("-flapping")
    return {
        item.id: f"{item.outcome.value}: {item.reason}"
        for item in items
        if item.outcome is not Outcome.PASSED
        and item.id not in expected["unsteady"]
        and not any(who in f"{result.reason} {result.root_cause}" for result in item.results)
    }


def _wanted(expected: Mapping[str, Any], id_: str) -> str:
    wanted: str = expected["checks"].get(id_, "passed")
    return wanted


def _agrees(item: _Item, expected: Mapping[str, Any], named: set[str]) -> bool:
    wanted = _wanted(expected, item.id)
    if item.outcome.value == wanted:
        return True
    if item.outcome is Outcome.BLOCKED:
        causes = {result.root_cause for result in item.results if result.outcome is Outcome.BLOCKED}
        return causes <= set(expected["components"])
    if wanted != "blocked":
        return False
    if item.outcome is Outcome.FAILED:
        accused = {result.component for result in item.results if result.outcome is Outcome.FAILED}
        return accused <= set(expected["root_causes"])
    return item.outcome is Outcome.PASSED and bool(named & set(expected["root_causes"]))


def _unnamed(expected: Mapping[str, Any], record: RunRecord) -> dict[str, str]:
    """Components that the run should have found broken or degraded, and root causes that it should have named."""
    seen = {line.id: line.status.value for line in record.components}
    found = {
        id_: f"{seen.get(id_, 'not looked at')}, expected {status}"
        for id_, status in expected["components"].items()
        if id_ in expected["root_causes"] and seen.get(id_) not in _TROUBLED
    }
    absent = set(expected["root_causes"]) - set(record.root_causes)
    return found | ({"roots": f"does not name {', '.join(sorted(absent))}"} if absent else {})


def _misnamed(expected: Mapping[str, Any], record: RunRecord) -> dict[str, str]:
    found = {
        line.id: f"{line.status.value}, expected {expected['components'].get(line.id, 'no finding')}"
        for line in record.components
        if line.status.value in _TROUBLED and line.status.value != expected["components"].get(line.id)
    }
    strangers = set(record.root_causes) - set(expected["root_causes"])
    return found | ({"roots": f"names {', '.join(sorted(strangers))}"} if strangers else {})
