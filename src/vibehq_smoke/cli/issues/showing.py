"""Plans, and what became of them, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ...issues.plan import Action
    from ...issues.planning import Plan
    from ...issues.sync import Outcome

MOST_ALIKE = 5
"""Lines of a plan that say nothing is done, all for the same reason."""


def show(plan: Plan, name: str, scope: str) -> None:
    """All that is to be done, and what else is to be said of the batch's causes."""
    click.echo(f"Plan for {name}:")
    for action in plan.actions:
        if action.writes:
            click.echo(_line(action))
    for action in plan.later:
        click.echo(f"{_line(action)}  (later: writes_per_run is used up)")
    show_what_stays(plan, scope)


def show_what_stays(plan: Plan, scope: str) -> None:
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


def say(action: Action, said: str) -> None:
    """One write, as it is done."""
    click.echo(f"{_line(action)}  → {said}")


def _line(action: Action) -> str:
    from ...issues.writing.neutral import GAP
    from ...reports.text import safe

    number = f"#{action.number} " if action.number is not None else ""
    comment = "and comment: " if action.with_comment else ""
    title = action.title.replace(GAP, "")
    what = f"{number}{comment}{safe(title, 120)}: {safe(action.why, 200)}"
    return f"  {action.step.value:<8} {action.cause.priority.value}  {what}"


def show_notes(notes: Sequence[str]) -> None:
    """Each note once."""
    from ...reports.text import safe

    for note in dict.fromkeys(notes):
        click.echo(f"note: {safe(note, 400)}")


def write_json(file: Path, plan: Plan, outcome: Outcome | None, notes: Sequence[str]) -> None:
    """The plan, and what became of it. Raises UsageError."""
    from ...errors import UsageError
    from ...reports.json import write_atomically

    done = {id(action): url for action, url in outcome.done} if outcome else {}
    undone = {id(action): why for action, why in outcome.undone} if outcome else {}
    actions = [*plan.actions, *plan.later]
    # A comment that its change left behind is an action of its own from then on.
    actions += [action for action, _ in outcome.undone if action.owed and action not in actions] if outcome else []
    told = {
        "trouble": plan.trouble,
        "notes": list(dict.fromkeys(notes)),
        "actions": [_told(action, done.get(id(action)), undone.get(id(action))) for action in actions],
    }
    try:
        write_atomically(file, json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UsageError(f"--json {file}: cannot be written: {error.strerror or error}") from error


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
        "comment": action.with_comment or action.owed is not None,
        "url": url,
        "undone": undone,
    }
