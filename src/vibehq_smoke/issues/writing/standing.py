"""Where a cause stands: its state, its history as a strip, the proof that it is gone, and that it is back."""

from __future__ import annotations

from ...reports.summary import counted
from ..cause import Cause
from .layout import bullets, in_a_row, paragraphs, rows, when
from .neutral import inline, link

SQUARES = {"F": "🟥", "P": "🟩", ".": "⬜"}
"""What a mark of the history strip looks like."""

_LEGEND = "🟥 failed · 🟩 clean · ⬜ not executed; the newest run is the last"
_MOST_SUBJECTS = 12
_MOST_RUNS = 10


def standing(cause: Cause, close_after: int, quiet_label: str) -> str:
    """The section that tells of the runs so far."""
    since = f", {cause.fails:,} since it was last clean" if 0 < cause.fails < cause.seen else ""
    known = {
        "State": _state(cause, close_after),
        "First seen": when(cause.first_seen),
        "Last seen": when(cause.last_seen),
        "Failing runs": f"{cause.seen:,}" + since,
        "Clean runs": f"{cause.clean} of {close_after}: {_runs(cause)}" if cause.clean else f"0 of {close_after}",
        "Deploy": _deploy(cause),
        "Last run": inline(cause.last_run),
        "Held back": inline(cause.held or ""),
        "Told before in": f"#{cause.before}" if cause.before else "",
    }
    strip = "".join(SQUARES.get(mark, "") for mark in cause.strip)
    shown = f"{strip}\n<sub>{_LEGEND}</sub>" if strip else ""
    return paragraphs(rows(known), shown, _promise(cause, close_after, quiet_label))


def closing(cause: Cause) -> str:
    """The comment with which an issue is closed."""
    return paragraphs(
        _over(cause) if cause.is_incident else _gone(cause),
        bullets([_run(run) for run in cause.clean_runs], _MOST_RUNS),
        f"Deployed there now: {_deploy(cause)}." if cause.deploy else "",
        "" if cause.is_incident else "A failure on a newer deploy reopens this issue.",
    )


def returning(cause: Cause) -> str:
    """The comment with which an issue is opened again."""
    run = f"Run {inline(cause.last_run)}" if cause.last_run else "A run"
    where = f", on deploy {_deploy(cause)}" if cause.deploy else ""
    news = cause.ticket.news if cause.ticket else ""
    return paragraphs(f"**It is back.** {run} saw it fail again on {when(cause.last_seen)}{where}.", news)


def _state(cause: Cause, close_after: int) -> str:
    if cause.state == "recovered":
        return "🟢 recovered"
    if cause.state == "recovering":
        return f"🟡 recovering: {cause.clean} of {counted(close_after, 'clean run')}"
    return "🔴 failing" + (f" in {counted(cause.fails, 'run')} in a row" if cause.fails > 1 else "")


def _gone(cause: Cause) -> str:
    shown = _subjects(cause)
    held = f"everything that showed it, and it held: {shown}" if shown else "what showed it, and it held"
    return f"**Gone, with proof.** {counted(cause.clean, 'clean run')} in a row executed {held}."


def _over(cause: Cause) -> str:
    return f"**Over.** In {counted(cause.clean, 'run')} in a row, few causes or none were left without an issue."


def _promise(cause: Cause, close_after: int, quiet_label: str) -> str:
    proof = f"{counted(close_after, 'clean run')} in a row, each of which executes {_subjects(cause)} and sees it hold"
    if cause.is_incident:
        proof = f"{counted(close_after, 'run')} in a row that leave few causes or none without an issue"
    return (
        f"_vibehq-smoke keeps this text current, and closes the issue after {proof}. "
        f"What you write above or below its text stays; the label {inline(quiet_label)} silences it._"
    )


def _subjects(cause: Cause) -> str:
    return in_a_row([inline(subject, 80) for subject in cause.subjects], _MOST_SUBJECTS)


def _deploy(cause: Cause) -> str:
    if not cause.deploy:
        return ""
    return inline(cause.deploy, 80) + (f" of {when(cause.deployed_at)}" if cause.deployed_at else "")


def _runs(cause: Cause) -> str:
    return in_a_row([_run(run) for run in cause.clean_runs], _MOST_RUNS)


def _run(run: str) -> str:
    """A run by its id, or by the last part of its URL, which leads there."""
    return link(run.rstrip("/").rpartition("/")[2], run)
