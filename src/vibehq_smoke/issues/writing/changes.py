"""What was committed since a cause was last seen to hold."""

from __future__ import annotations

from ..batch import Ticket
from .neutral import fenced, inline
from .surroundings import Surroundings

CHANGES = "Recent Changes"
"""The heading of the section that tells of it."""


def with_changes(
    ticket: Ticket, surroundings: Surroundings, green_commit: str | None, commit: str | None = None
) -> Ticket:
    """``ticket`` with what was committed since its cause was last seen clean, once that is known."""
    text = changes(surroundings, green_commit, commit)
    sections = (
        section.model_copy(update={"text": text}) if section.heading == CHANGES else section
        for section in ticket.sections
    )
    return ticket.model_copy(update={"sections": tuple(sections)})


def changes(surroundings: Surroundings, green_commit: str | None, commit: str | None = None) -> str:
    """The section's text; ``commit`` is what was checked, else what is checked out."""
    commit = commit or surroundings.commit
    if green_commit is None:
        return "No commit is known yet at which this held."
    if green_commit == commit:
        return f"None: it held at this very commit, {inline(green_commit[:12])}. Look at the deployment and its data."
    log = surroundings.recent_changes(green_commit, commit)
    since = f"Since {inline(green_commit[:12])}, at which this was last seen to hold"
    url = surroundings.compare_url(green_commit)
    compared = f" ([compare]({url}))" if url else ""
    if not log:
        return f"{since}{compared}; the checkout does not go back so far."
    return f"{since}{compared}:\n\n{fenced(chr(10).join(log))}"
