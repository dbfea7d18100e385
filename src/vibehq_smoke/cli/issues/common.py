"""What the commands below ``vibehq-smoke issues`` share: their options, and the way from a batch to a tracker."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...issues import FOLDER, HISTORY
from ..options import F, config_option

if TYPE_CHECKING:
    from ...config.issues import IssuePolicy
    from ...issues.batch import Batch
    from ...issues.desk import Desk
    from ...issues.plan import Action
    from ...issues.planning import Plan
    from ...issues.sync import Outcome
    from ...issues.writing.surroundings import Surroundings

MOST_ALIKE = 5
"""Lines of a plan that say nothing is done, all for the same reason."""

NOT_ALL = 3
"""Exit code when the tracker could not be reached or did not take everything."""


@dataclass(frozen=True)
class IssueOptions:
    """Where issues live, and what is to be done there."""

    repo: str | None
    folder: Path
    history: Path
    config: Path | None
    as_json: Path | None = None
    sync: bool = False
    """Carry the plan out."""


_OPTIONS = (
    click.option("--repo", metavar="OWNER/NAME", help="GitHub repository; GITHUB_TOKEN gives access to it."),
    click.option(
        "--folder",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        help=f"Folder of Markdown files in its place.  [default: {FOLDER}]",
    ),
    click.option(
        "--history",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        default=HISTORY,
        show_default=True,
        help="The local record of causes and writes.",
    ),
    config_option,
    click.option(
        "--json",
        "as_json",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the plan, and what became of it, as JSON.",
    ),
)


def issue_options(function: F) -> F:
    """Give a command the options of where issues live, as the keyword ``options``."""

    @functools.wraps(function)
    def command(
        *arguments: Any,
        repo: str | None,
        folder: Path | None,
        history: Path,
        config: Path | None,
        as_json: Path | None,
        sync: bool = False,
        **others: Any,
    ) -> Any:
        from ...errors import UsageError

        if repo is not None and folder is not None:
            raise UsageError("--repo and --folder name two places: leave one out")
        options = IssueOptions(repo, folder or FOLDER, history, config, as_json, sync)
        return function(*arguments, options=options, **others)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command  # type: ignore[return-value]  # the wrapper takes what click gives it


sync_option = click.option("--sync", is_flag=True, help="Carry the plan out; without it, it is only shown.")
"""For the commands that read what other tools say; ``issues plan`` and ``issues sync`` are two commands."""


def settle(make_batch: Callable[[Surroundings, IssuePolicy], Batch], options: IssueOptions) -> None:
    """As :func:`settle_at`, for what needs to know no more than where it is."""
    settle_at(lambda desk: make_batch(desk.surroundings, desk.policy), options)


def settle_at(make_batch: Callable[[Desk], Batch], options: IssueOptions) -> None:
    """Make a batch, show the plan for it, carry it out when that is wanted, and exit."""
    from ...issues.desk import Desk

    where = (options.repo, options.folder, options.history, options.config)
    with Desk.open(*where, os.environ, keep=options.sync) as desk:
        batch = desk.clean(make_batch(desk))
        code = _carried_out(desk, batch, options) if options.sync else _shown(desk, batch, options)
    sys.exit(code)


def _shown(desk: Desk, batch: Batch, options: IssueOptions) -> int:
    plan = desk.sync.plan(batch)
    _show(plan, desk.sync.tracker.name, batch.scope)
    _note(notes := [*desk.notes, *desk.sync.tracker.notes])
    count = sum(bool(action.writes) for action in plan.actions)
    click.echo("Nothing to do." if not count else "Nothing was written: this was the plan.")
    _write(options, plan, None, notes)
    return 0


def _carried_out(desk: Desk, batch: Batch, options: IssueOptions) -> int:
    from ...issues.delivering import summary

    outcome = desk.sync.sync(batch, watch=_say)
    plan = outcome.plan
    if plan.trouble is None:
        _show_nothings(plan, batch.scope)
    _note(notes := [*desk.notes, *outcome.notes])
    if plan.trouble:
        click.echo(f"vibehq-smoke: {plan.trouble}; what was seen is kept, the next sync goes on", err=True)
    else:
        click.echo(summary(outcome, desk.sync.tracker.name))
    if plan.trouble is None and not outcome.is_complete:
        click.echo("vibehq-smoke: not everything could be done now; the next sync goes on", err=True)
    _write(options, plan, outcome, notes)
    return 0 if outcome.is_complete else NOT_ALL


def _show(plan: Plan, name: str, scope: str) -> None:
    click.echo(f"Plan for {name}:")
    for action in plan.actions:
        if action.writes:
            click.echo(_line(action))
    for action in plan.later:
        click.echo(f"{_line(action)}  (later: writes_per_run is used up)")
    _show_nothings(plan, scope)


def _show_nothings(plan: Plan, scope: str) -> None:
    """What is left as it is, of what the batch speaks of: each reason for itself, but not thousands of lines alike."""
    left: dict[str, list[Action]] = {}
    for action in plan.actions:
        if not action.writes and action.cause.scope == scope:
            left.setdefault(action.why, []).append(action)
    for same in left.values():
        for action in same[:MOST_ALIKE]:
            click.echo(_line(action))
        if len(same) > MOST_ALIKE:
            click.echo(f"  nothing  and {len(same) - MOST_ALIKE:,} more: {same[0].why}")


def _say(action: Action, said: str) -> None:
    click.echo(f"{_line(action)}  → {said}")


def _line(action: Action) -> str:
    from ...issues.writing.neutral import GAP
    from ...reports.text import safe

    number = f"#{action.number} " if action.number is not None else ""
    title = action.title.replace(GAP, "")
    what = f"{number}{safe(title, 120)}: {safe(action.why, 200)}"
    return f"  {action.step.value:<8} {action.cause.priority.value}  {what}"


def _note(notes: Sequence[str]) -> None:
    from ...reports.text import safe

    for note in dict.fromkeys(notes):
        click.echo(f"note: {safe(note, 400)}")


def _write(options: IssueOptions, plan: Plan, outcome: Outcome | None, notes: Sequence[str]) -> None:
    if options.as_json is None:
        return
    from ...errors import UsageError
    from ...reports.json import write_atomically

    done = {id(action): url for action, url in outcome.done} if outcome else {}
    undone = {id(action): why for action, why in outcome.undone} if outcome else {}
    actions = (*plan.actions, *plan.later)
    told = {
        "trouble": plan.trouble,
        "notes": list(dict.fromkeys(notes)),
        "actions": [_told(action, done.get(id(action)), undone.get(id(action))) for action in actions],
    }
    try:
        write_atomically(options.as_json, json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UsageError(f"--json {options.as_json}: cannot be written: {error.strerror or error}") from error


def _told(action: Action, url: str | None, undone: str | None) -> dict[str, Any]:
    return {
        "step": action.step.value,
        "why": action.why,
        "title": action.title,
        "priority": action.cause.priority.value,
        "component": action.cause.component,
        "scope": action.cause.scope,
        "fingerprint": action.cause.fingerprints[0],
        "number": action.number,
        "comment": action.with_comment,
        "url": url,
        "undone": undone,
    }
