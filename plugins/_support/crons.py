"""Firing the orchestrator's scheduled events by hand, and keeping what came of it (contract part 7, AUT-01)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Unreachable

from .ears import Ear, listening
from .log_lines import log_lines
from .run_list import runs_of
from .runs import start_run
from .scans import OPS_HUB, is_result, scope_of
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Reply

    from .ears import Frame

DAILY, FOUR_HOURLY = "0 2 * * *", "0 */4 * * *"
SCOPES = {FOUR_HOURLY: "incremental", DAILY: "full"}
"""The scope of the scan that each makes, in the order in which they are fired."""
UNKNOWN = "59 23 31 12 *"
"""Nothing is scheduled for it."""

HONEST, BLIND = "/cdn-cgi/handler/scheduled", "/__scheduled"
"""The path that says how the handler ended, and the one that always says that it ran (contract part 7)."""

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
    last_log: int | None
    """The newest log line; None when nobody can look."""
    last_operation: int | None
    """The newest row of operation_logs; None when nobody can look."""

    def results_since(self, firing: Firing) -> list[Frame]:
        """The results of scans that hub-ops told since."""
        return [frame for frame in self.ear.frames[firing.heard :] if is_result(frame)]


async def fire_all(hq: Hq) -> Fired:
    """Fire both expressions of the orchestrator. Raises Violation when a handler fails, Skipped when none can be fired.

    An expression that nobody knows comes first, and must not scan.
    """
    runs_before, last_log, last_operation = await hq.gather(_cron_runs(hq), _last_log(hq), _last_operation(hq))
    async with listening(hq, OPS_HUB) as ear:
        # Somebody else may scan at that moment, API-06 for one; nobody does so each time.
        unknown_scans = await _unknown_scans(hq, ear) and await _unknown_scans(hq, ear)
        firings = [await _fire_and_listen(hq, ear, expression) for expression in SCOPES]
    fired = Fired(tuple(firings), ear, runs_before, last_log, last_operation)
    await _enter(hq, firings[0])
    failed = [f"{firing.expression!r}: {firing.problem}" for firing in firings if firing.problem]
    if [firing.expression for firing in firings if firing.problem] == [DAILY] and hq.target.extra_runs:
        await _block_without_runs(hq)
    assert not failed, "the scheduled handler fails\n" + "\n".join(failed)
    assert not unknown_scans, f"{UNKNOWN!r}, which is not scheduled, starts a scan"
    return fired


async def scans_since(hq: Hq, firing: Firing) -> list[dict[str, Any]] | None:
    """The scans in DB_OPS that are newer than it; None when nobody can look."""
    if firing.last_scan is None:
        return None
    return await stored_rows(hq, "DB_OPS", _SCANS, (firing.last_scan,))


async def _block_without_runs(hq: Hq) -> None:
    """The daily event starts a health run: where nobody can start one, that it fails says nothing of schedules."""
    try:
        await start_run(hq, [hq.cheap_worker])
    except Violation as wrong:
        raise Blocked(
            f"{DAILY!r} starts a health run, and none can be started: {wrong}", component="health-api"
        ) from None


async def _unknown_scans(hq: Hq, ear: Ear) -> bool:
    firing = await _fire(hq, ear, UNKNOWN)
    return bool(await scans_since(hq, firing)) or any(map(is_result, ear.frames[firing.heard :]))


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
        return None if reply.status == 200 else f"{HONEST} answers {reply.status} {_said(reply)}"
    # The operator's answer tells how the handler ended, which the other path of a dev server does not.
    with suppress(Skipped, Unreachable):
        return _outcome(await hq.operator.cron(expression))
    if local and not _is_elsewhere(await _get(hq, BLIND, expression)):
        hq.note(f"fired by {BLIND}, which does not tell how the handler ended")
        return None
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
    if isinstance(answer, dict) and answer.get("ok") is False:
        return f"the operator channel says {answer.get('outcome', 'that it failed')!r}"
    return None


async def _enter(hq: Hq, first: Firing) -> None:
    for row in await scans_since(hq, first) or ():
        hq.created("scan", f"scan-{row['id']}", database="DB_OPS", table="ops_scans", where={"id": row["id"]})


async def _last_scan(hq: Hq) -> int | None:
    rows = await stored_rows(hq, "DB_OPS", "select coalesce(max(id), 0) as last from ops_scans")
    return int(rows[0]["last"]) if rows else None


async def _last_operation(hq: Hq) -> int | None:
    rows = await stored_rows(hq, "DB_OPS", "select coalesce(max(id), 0) as last from operation_logs")
    return int(rows[0]["last"]) if rows else None


async def _last_log(hq: Hq) -> int | None:
    if not hq.has_operator:
        return None
    try:
        return max((line["seq"] for line in await log_lines(hq, 0)), default=0)
    except (Violation, Skipped):
        return None


async def _cron_runs(hq: Hq) -> frozenset[str] | None:
    """That they cannot be listed is HLT-02's to judge."""
    try:
        return frozenset(await runs_of(hq, "cron"))
    except (AssertionError, Blocked, Skipped):
        return None
