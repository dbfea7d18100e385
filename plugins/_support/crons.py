"""Firing the orchestrator's scheduled events by hand, and keeping what came of it (contract part 7, AUT-01)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Unreachable

from .distinct import sole
from .ears import Ear, listening
from .reading import read, value_of
from .run_list import runs_of
from .runs import start_run
from .scans import OPS_HUB, ScanRow, is_result, scope_of
from .stored import stored_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vibehq_smoke.platform import Hq, Reply

    from .ears import Frame

DAILY, FOUR_HOURLY = "0 2 * * *", "0 */4 * * *"
SCOPES = {FOUR_HOURLY: "incremental", DAILY: "full"}
"""The scope of the scan that each makes, in the order in which they are fired."""
UNKNOWN = "59 23 31 12 *"
"""Nothing is scheduled for it."""

HONEST, BLIND = "/cdn-cgi/handler/scheduled", "/__scheduled"
"""The path that says how the handler ended, and the one that always says that it ran (contract part 7)."""

DONE = "ok"
"""What it says of a handler that ended well."""

FIRING_S = 30.0
"""Within which a handler must be done: it reads the whole operation log."""

_SCANS = "select id, scan_type, status from ops_scans where id > ? order by id"


@dataclass(frozen=True)
class Firing:
    """One expression, fired once."""

    expression: str
    problem: str | None
    """Why the handler failed."""
    last_scan: int | None
    """The newest scan in DB_OPS before it; None when nobody can look."""
    heard: int
    """How many frames of hub-ops were heard before it."""


@dataclass(frozen=True)
class Fired:
    """Both expressions of the orchestrator, fired once each, and what was known before."""

    firings: tuple[Firing, ...]
    ear: Ear
    runs_before: frozenset[str] | None
    """Health runs with trigger cron; None when they could not be listed."""
    scans: tuple[ScanRow, ...] | None
    """What DB_OPS holds of the scans since, oldest first; None when nobody can look."""

    def results_since(self, firing: Firing) -> list[Frame]:
        """The results of scans that hub-ops told since."""
        return [frame for frame in self.ear.frames[firing.heard :] if is_result(frame)]


async def fire_all(hq: Hq) -> Fired:
    """Fire both expressions of the orchestrator. Raises Violation when a handler fails, Skipped when none can be fired.

    An expression that nobody knows comes first, and must not scan.
    """
    runs_before = await _cron_runs(hq)
    async with listening(hq, OPS_HUB) as ear:
        # Somebody else may scan at that moment, API-06 for one; nobody does so each time.
        unknown = await _fire(hq, ear, UNKNOWN)
        if unknown_scans := await _scans(hq, ear, unknown):
            unknown = await _fire(hq, ear, UNKNOWN)
            unknown_scans = await _scans(hq, ear, unknown)
        firings = tuple([await _fire_and_listen(hq, ear, expression) for expression in SCOPES])
    scans = await _scans_since(hq, firings[0])
    _enter(hq, scans or ())
    failed = {firing.expression: firing.problem for firing in (unknown, *firings) if firing.problem}
    if list(failed) == [DAILY] and hq.target.extra_runs:
        await _block_without_runs(hq)
    said = [f"{expression!r}: {problem}" for expression, problem in failed.items()]
    assert not failed, "the scheduled handler fails\n" + "\n".join(said)
    assert not unknown_scans, f"{UNKNOWN!r}, which is not scheduled, starts a scan"
    return Fired(firings, ear, runs_before, scans)


async def _scans_since(hq: Hq, firing: Firing) -> tuple[ScanRow, ...] | None:
    """The scans in DB_OPS that are newer than it; None when nobody can look. Raises Violation."""
    last = firing.last_scan
    rows = None if last is None else await stored_rows(hq, "DB_OPS", _SCANS, (last,))
    if last is None or rows is None:
        return None
    scans = tuple(read(hq, ScanRow, row, "a row of ops_scans") for row in rows)
    numbers = [scan.id for scan in scans]
    newer = sorted({number for number in numbers if number > last})
    assert numbers == newer, f"asked for the scans after {last} in their order, ops_scans gives {numbers}"
    return scans


async def _block_without_runs(hq: Hq) -> None:
    """The daily event starts a health run: where nobody can start one, that it fails says nothing of schedules."""
    try:
        await start_run(hq, [hq.cheap_worker])
    except Violation as wrong:
        raise Blocked(
            f"{DAILY!r} starts a health run, and none can be started: {wrong}", component="health-api"
        ) from None


async def _scans(hq: Hq, ear: Ear, firing: Firing) -> bool:
    """Whether anything was scanned since."""
    return bool(await _scans_since(hq, firing)) or any(map(is_result, ear.frames[firing.heard :]))


async def _fire(hq: Hq, ear: Ear, expression: str) -> Firing:
    heard, last = len(ear.frames), await _last_scan(hq)
    return Firing(expression, await _fire_by_any_means(hq, expression), last, heard)


async def _fire_and_listen(hq: Hq, ear: Ear, expression: str) -> Firing:
    """Fire, and wait for the broadcast of its scan. Who heard of no scan at all before is not waited for again."""
    silent = expression == DAILY and not any(map(is_result, ear.frames))
    firing = await _fire(hq, ear, expression)
    if not firing.problem and not silent:
        await ear.wait_for(lambda frame: _tells_of(frame, expression), since=firing.heard)
    return firing


def _tells_of(frame: Frame, expression: str) -> bool:
    return is_result(frame) and scope_of(frame) == SCOPES[expression]


async def _fire_by_any_means(hq: Hq, expression: str) -> str | None:
    """Why the handler failed, or None. Raises Skipped when neither the target nor the operator can fire."""
    local = hq.target.environment == "local"
    if local and not _is_elsewhere(reply := await _get(hq, HONEST, expression)):
        done = reply.status == 200 and reply.text.strip() == DONE
        return None if done else f"{HONEST} answers {reply.status} {_said(reply)}"
    # The operator's answer tells how the handler ended, which the other path of a dev server does not.
    with suppress(Skipped, Unreachable):
        return _outcome(await hq.operator.cron(expression))
    if local and not _is_elsewhere(reply := await _get(hq, BLIND, expression)):
        hq.note(f"fired by {BLIND}, which does not tell how the handler ended")
        return None if reply.status == 200 else f"{BLIND} answers {reply.status} {_said(reply)}"
    raise Skipped(
        "scheduled events cannot be fired by hand here: run the checks against a local dev server, "
        f"or set an operator channel that fires them in [targets.{hq.target.name}.operator]"
    )


async def _get(hq: Hq, path: str, expression: str) -> Reply:
    return await hq.bare.get(path, params={"cron": expression}, deadline=FIRING_S)


def _is_elsewhere(reply: Reply) -> bool:
    """Whether the path is none of a dev server's: not found, or the single-page app in its place."""
    return reply.status in (404, 405) or reply.media_type == "text/html"


def _said(reply: Reply) -> str:
    return repr(reply.text.strip()[:200])


def _outcome(answer: Any) -> str | None:
    """How the operator's answer says that the handler ended."""
    if value_of(answer, "ok") is True:
        return None
    return f"the operator channel says {value_of(answer, 'outcome') or answer!r}"


def _enter(hq: Hq, scans: Iterable[ScanRow]) -> None:
    for scan in scans:
        hq.created("scan", scan.name, database="DB_OPS", table="ops_scans", where={"id": scan.id})


async def _last_scan(hq: Hq) -> int | None:
    rows = await stored_rows(hq, "DB_OPS", "select coalesce(max(id), 0) as last from ops_scans")
    if rows is None:
        return None
    last = sole(rows, "the number of the newest scan")["last"]
    assert isinstance(last, int), f"the newest scan in ops_scans has the id {last!r}, which is no number"
    return last


async def _cron_runs(hq: Hq) -> frozenset[str] | None:
    """That they cannot be listed is HLT-02's to judge."""
    try:
        return frozenset(await runs_of(hq, "cron"))
    except (AssertionError, Blocked, Skipped):
        return None
