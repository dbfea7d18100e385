"""What a scheduled event leads to: a scan, its broadcast, a health run (contract AUT-02, AUT-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

from .crons import DAILY, SCOPES, Fired
from .distinct import twice
from .run_list import runs_of
from .scans import MadeScan, ScanRow, is_result, scan_of, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vibehq_smoke.platform import Hq

    from .ears import Ear

RUN_WITHIN_S = 60.0
"""Within which the daily event must have started a health run (contract AUT-03)."""

_WANTED = tuple(SCOPES.values())
_EVENTS = " and ".join(map(repr, SCOPES))


async def assert_scanned(hq: Hq, fired: Fired, made: MadeScan) -> None:
    """Each expression scanned with its scope, and hub-ops told so.

    A scan that was made and not told of is no fault of the cron's: then hub-ops is accused. The scan that was asked
    for by HTTP does not count; further ones may come from anybody, so what is wanted must only come in order.
    """
    ours = None if fired.scans is None else [scan for scan in fired.scans if scan.name != made.result.scan_id]
    if ours is not None:
        _assert_stored(fired, ours)
    for ear in (fired.ear, made.ear):
        _assert_there(ear)
    stored = None if ours is None else {(scan.name, scan.scan_type) for scan in ours}
    told = [(scan_of(frame), str(scope_of(frame))) for frame in fired.results_since(fired.firings[0])]
    scopes = [scope for name, scope in told if name != made.result.scan_id and (not stored or (name, scope) in stored)]
    _assert_told(scopes, made, stored=ours is not None)
    if doubles := twice(name for name, _ in told):
        hub = fired.ear.hub
        hq.degraded(f"{hub.path} told the result of {' and '.join(doubles)} more than once", about=hub.component)


def _assert_stored(fired: Fired, ours: Sequence[ScanRow]) -> None:
    types = [scan.scan_type for scan in ours]
    assert types, f"{_EVENTS} were fired and ended well, but no scan was stored"
    assert in_order(_WANTED, types), f"{_EVENTS} made scans of type {_then(types)} instead of {_then(_WANTED)}"
    for firing in fired.firings:
        scope, before = SCOPES[firing.expression], firing.last_scan or 0
        states = {scan.status for scan in ours if scan.scan_type == scope and scan.id > before}
        found = ", ".join(sorted(states)) or f"not among those after scan-{before}"
        assert "completed" in states, f"the {scope} scan is {found} after its event has ended"
    between, numbers = fired.firings[-1].last_scan, [scan.id for scan in fired.scans or ()]
    assert between is None or between in numbers, (
        f"between the events the newest scan was {between}, but those since are {numbers}"
    )


def _assert_told(scopes: list[str], made: MadeScan, *, stored: bool) -> None:
    if in_order(_WANTED, scopes):
        return
    hub = made.ear.hub
    silence = f"{hub.path} told of {_then(scopes)} when {_EVENTS} were fired, instead of {_then(_WANTED)} scans"
    if stored:
        raise Violation(f"{silence}, which are stored", kind="broadcast", about=hub.component)
    if not scopes and not any(map(is_result, made.ear.frames)):
        raise Violation(f"{silence}, nor of the scan by HTTP", kind="broadcast", about=hub.component)
    raise AssertionError(silence)


def in_order(wanted: Sequence[str], got: Iterable[str]) -> bool:
    """Whether all that is ``wanted`` comes in ``got`` in this order, whatever comes between."""
    rest = iter(got)
    return all(word in rest for word in wanted)


def _then(words: Sequence[str]) -> str:
    return ", then ".join(words) or "nothing"


def _assert_there(ear: Ear) -> None:
    """The hub could be listened to. Raises Blocked when it is not there, which WRK-11 judges."""
    try:
        ear.assert_open()
    except AssertionError as lost:
        raise Violation(str(lost).partition("\n")[0], kind="broadcast", about=ear.hub.component) from None


async def assert_run_started(hq: Hq, fired: Fired) -> None:
    """The daily event started a health run with trigger cron. Raises Violation."""
    before = fired.runs_before
    if before is None:
        raise Blocked("the runs before the event could not be listed (HLT-02 judges that)", component="health-api")

    async def new_runs() -> frozenset[str]:
        return frozenset(await runs_of(hq, "cron")) - before

    started = await hq.poll(
        new_runs, bool, what=f"a health run with trigger cron after {DAILY!r}", timeout=RUN_WITHIN_S, first=0.1
    )
    vanished = started - await new_runs()
    assert not vanished, f"health run {' and '.join(sorted(vanished))} is listed, and a moment later is not any more"
    for uuid in started:
        where = {"health_check_uuid": uuid}
        hq.created("worker rows", uuid, database="DB_HEALTH", table="worker_health_checks", where=where)
        hq.created("health run", uuid, database="DB_HEALTH", table="health_checks", where=where)
