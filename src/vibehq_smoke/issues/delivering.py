"""The issue sinks ``folder`` and ``github``: what ``issues sync`` does, at the end of a run."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from ..errors import UsageError
from ..models import RunRecord
from . import FOLDER, HISTORY
from .desk import Desk
from .settings import Settings
from .sync import Outcome
from .writing.smoke import smoke_batch

_DONE = {"open": "opened", "reopen": "reopened", "update": "updated", "close": "closed", "comment": "commented"}


def deliver_to_folder(record: RunRecord, config: Path | None) -> str:
    """Sync into ``reports/issues``, as ``smoke.toml`` says; a few words on what was done. Raises UsageError."""
    return _delivered(record, None, config)


def deliver_to_github(record: RunRecord, config: Path | None) -> str:
    """Sync into the repository that the environment names as GitHub Actions does: ``GITHUB_REPOSITORY``,
    ``GITHUB_TOKEN``, ``GITHUB_API_URL``. Raises UsageError."""
    repo = os.environ.get("GITHUB_REPOSITORY")
    if not repo:
        raise UsageError("GITHUB_REPOSITORY names no repository; set it to OWNER/NAME")
    return _delivered(record, repo, config)


def summary(outcome: Outcome, name: str) -> str:
    """One line on what became of a plan."""
    counts = Counter(action.step.value for action, _ in outcome.done)
    said = ", ".join(f"{count} {_DONE.get(step, step)}" for step, count in counts.items()) or "nothing to do"
    left = len(outcome.undone) + len(outcome.plan.later)
    return f"{name}: {said}{f'; {left} left for the next sync' if left else ''}"


def _delivered(record: RunRecord, repo: str | None, config: Path | None) -> str:
    settings = Settings.gathered(config, os.environ)
    batch = settings.clean(smoke_batch(settings.clean(record), settings.surroundings, settings.policy))
    with Desk.open(settings, repo, FOLDER, HISTORY) as desk:
        outcome = desk.sync.sync(batch)
        name = desk.sync.tracker.name
    # A tracker that does not answer is no fault of the platform, nor of this run: its verdict stays what it is.
    if outcome.plan.trouble:
        return f"{name}: {outcome.plan.trouble}; what was seen is kept, the next sync goes on"
    reasons = dict.fromkeys(f"not now: {why}" for _, why in outcome.undone)
    notes = (f"note: {note}" for note in outcome.notes)
    return "\n".join([summary(outcome, name), *reasons, *notes])
