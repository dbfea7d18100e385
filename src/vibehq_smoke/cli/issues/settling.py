"""The way from a batch to a tracker: a plan is made and shown, or carried out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from .options import IssueOptions
from .showing import say, show, show_notes, show_what_stays, write_json

if TYPE_CHECKING:
    from ...config.issues import IssuePolicy
    from ...issues.batch import Batch
    from ...issues.desk import Desk
    from ...issues.settings import Settings
    from ...issues.writing.surroundings import Surroundings

NOT_ALL = 3
"""Exit code when the tracker could not be reached or did not take everything."""


def settle(make_batch: Callable[[Surroundings, IssuePolicy], Batch], options: IssueOptions) -> None:
    """As :func:`settle_at`, for what needs to know no more than where it is."""
    settle_at(lambda settings: make_batch(settings.surroundings, settings.policy), options)


def settle_at(make_batch: Callable[[Settings], Batch], options: IssueOptions) -> None:
    """Make a batch, show the plan for it, carry it out when that is wanted, and exit."""
    from ...issues.desk import Desk
    from ...issues.settings import Settings

    settings = Settings.gathered(options.config, os.environ)
    # What cannot be understood leaves no empty record behind.
    batch = settings.clean(make_batch(settings))
    with Desk.open(settings, options.repo, options.folder, options.history, keep=options.sync) as desk:
        settle_with = _carried_out if options.sync else _shown
        code = settle_with(desk, settings.notes, batch, options)
    sys.exit(code)


def _shown(desk: Desk, known: Sequence[str], batch: Batch, options: IssueOptions) -> int:
    plan = desk.sync.plan(batch)
    show(plan, desk.sync.tracker.name, batch.scope)
    show_notes(notes := [*known, *desk.sync.tracker.notes])
    count = sum(bool(action.writes) for action in plan.actions)
    click.echo("Nothing to do." if not count else "Nothing was written: this was the plan.")
    if options.as_json is not None:
        write_json(options.as_json, plan, None, notes)
    return 0


def _carried_out(desk: Desk, known: Sequence[str], batch: Batch, options: IssueOptions) -> int:
    from ...issues.delivering import summary

    outcome = desk.sync.sync(batch, watch=say)
    plan = outcome.plan
    if plan.trouble is None:
        show_what_stays(plan, batch.scope)
    show_notes(notes := [*known, *outcome.notes])
    if plan.trouble:
        click.echo(f"vibehq-smoke: {plan.trouble}; what was seen is kept, the next sync goes on", err=True)
    else:
        click.echo(summary(outcome, desk.sync.tracker.name))
    if plan.trouble is None and not outcome.is_complete:
        click.echo("vibehq-smoke: not everything could be done now; the next sync goes on", err=True)
    if options.as_json is not None:
        write_json(options.as_json, plan, outcome, notes)
    return 0 if outcome.is_complete else NOT_ALL
