"""The whole text of an issue and of its comments: what a ticket says, where its cause stands, the hidden marker."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from ..config.issues import IssuePolicy
from .batch import Ticket
from .cause import Cause
from .writing.clipping import fit
from .writing.incident import incident
from .writing.standing import closing, returning, standing

__all__ = ["BEGIN", "END", "MOST_OF_A_BODY", "Said", "body", "comment", "incident", "merged", "restated"]

Said: TypeAlias = Literal["news", "closed", "reopened"]
"""What a comment is about."""

BEGIN = "<!-- vibehq-smoke:begin -->"
"""What stands between this and ``END`` is written anew by every sync."""

END = "<!-- vibehq-smoke:end -->"

MOST_OF_A_BODY = 60_000
"""Characters; GitHub takes 65,536."""

_CLOSE_AFTER = IssuePolicy().close_after
_QUIET = IssuePolicy().quiet_label

_STANDING = "## Where it stands"
_OURS = re.compile(r"<!-- vibehq-smoke:.*?-->\n?", re.DOTALL)
_LEFT_OUT = "_… left out here, since what people wrote in this issue needs the room._"
_HISTORY_HAS_IT = "\n\n_… the rest is in the history of this issue's edits._"


def body(
    ticket: Ticket, cause: Cause, marker: str, *, close_after: int = _CLOSE_AFTER, quiet_label: str = _QUIET
) -> str:
    """What the issue says now: sections, where its cause stands, and the marker, which is never cut."""
    tail = f"{_STANDING}\n\n{standing(cause, close_after, quiet_label)}\n\n{marker}\n{END}"
    room = MOST_OF_A_BODY - len(BEGIN) - len(tail) - 10
    parts = [
        f"## {section.heading}\n\n{section.text}" if section.heading else section.text
        for section in fit(ticket.sections, room)
    ]
    return "\n".join([BEGIN, "\n\n".join([*parts, tail])])


def merged(old: str, new: str) -> str:
    """``new`` in the place of what the harness wrote into ``old``; what people wrote before and after it stays.

    Where ``old`` shows no trace of the harness, all of it is people's, and goes below.
    """
    before, after = _written_by_people(old.replace("\r\n", "\n"))
    room = MOST_OF_A_BODY - len(new)
    if len(before) + len(after) > room:
        new = _without_sections(new)
        before, after = _cut(before, after, MOST_OF_A_BODY - len(new))
    parts = [part for part in (before, new, after) if part]
    return "\n\n".join(parts)


def restated(old: str, cause: Cause, marker: str, *, close_after: int = _CLOSE_AFTER, quiet_label: str = _QUIET) -> str:
    """``old`` with what it says of where the cause stands written anew: for who has nothing else to say of it."""
    tail = f"{_STANDING}\n\n{standing(cause, close_after, quiet_label)}\n\n{marker}\n{END}"
    text = old.replace("\r\n", "\n")
    begin, end = text.find(BEGIN), text.rfind(END)
    at = text.rfind(f"{_STANDING}\n", max(begin, 0), end) if end > begin >= 0 else -1
    if at < 0:
        return merged(old, f"{BEGIN}\n\n{tail}")
    return text[:at] + tail + text[end + len(END) :]


def comment(cause: Cause, what: Said) -> str:
    """What is said in a comment: what is new, the proof that it is gone, or that it is back."""
    if what == "news":
        return f"**What is new**\n\n{cause.ticket.news}" if cause.ticket else ""
    return closing(cause) if what == "closed" else returning(cause)


def _written_by_people(old: str) -> tuple[str, str]:
    """What stands before our part and after it; people may have cut away one of the two ends."""
    begin, end = old.find(BEGIN), old.rfind(END)
    if begin < 0 and end < 0:
        before, after = "", old
    elif end < begin:
        before, after = (old[:begin], "") if end < 0 else (old[end + len(END) : begin], "")
    else:
        before, after = old[: max(begin, 0)], old[end + len(END) :]
    # A copy of our marker outside of our part would make both of them worthless.
    return _OURS.sub("", before).strip(), _OURS.sub("", after).strip()


def _without_sections(new: str) -> str:
    at = new.rfind(f"\n{_STANDING}\n")
    return f"{BEGIN}\n{_LEFT_OUT}\n{new[at:]}" if at > 0 else new


def _cut(before: str, after: str, room: int) -> tuple[str, str]:
    room = max(room - 4, 0)
    kept_after = after if len(after) <= room else after[: max(room - len(_HISTORY_HAS_IT), 0)] + _HISTORY_HAS_IT
    room = max(room - len(kept_after), 0)
    if len(before) <= room:
        return before, kept_after
    return before[: max(room - len(_HISTORY_HAS_IT), 0)] + _HISTORY_HAS_IT, kept_after
