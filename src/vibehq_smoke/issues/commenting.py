"""Comments: owed from before the change is sent that they belong to, until they are seen to have arrived.

The marker of an issue says when it was commented, in the same write as the change. So it tells, after a crash, whether
the change was made, and with it whether its comment is still owed. A comment bears a mark by which it is found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..history import Owed
from .batch import SMOKE_LABEL
from .cause import Cause
from .compose import Said
from .known import Known
from .outbox import Outbox
from .plan import Action, Step
from .reconcile import SETTLES_AFTER
from .tracker import Gone, Issue, Refused, Remark

if TYPE_CHECKING:
    from .sync import Sync

_DUPLICATE = "duplicate"
_MARK = "<!-- vibehq-smoke:comment "
_LATEST = timedelta(days=7)
"""What is older is news to nobody."""
_SECOND = timedelta(seconds=1)
_SAID = "said"
_NOT_MADE = "the change that it belongs to was not made"


def mark(number: int, at: datetime) -> str:
    """The hidden line in the comment of an issue whose marker says that it was commented then."""
    return f"{_MARK}{hashlib.sha256(f'{number} {at.timestamp()}'.encode()).hexdigest()[:16]} -->"


def due(owed: Iterable[Owed], found: Known, planned: Iterable[Action], now: datetime) -> list[Action]:
    """What is to be said still. What is newer says more, and what was sent a moment ago may not show yet."""
    spoken = {action.number for action in planned if action.with_comment}
    actions = []
    for one in owed:
        told = found.told.get(one.number)
        cause = found.causes.get(told.id if told else one.cause) or told
        if cause is not None and one.number not in spoken and now - (one.sent_at or one.since) >= SETTLES_AFTER:
            actions.append(reminder(one, cause, found.listing.issues.get(one.number)))
    return actions


def reminder(owed: Owed, cause: Cause, issue: Issue | None = None) -> Action:
    """The sending of a comment by itself."""
    why = f"its comment of {owed.since:%Y-%m-%d %H:%M} is not known to have arrived"
    return Action(Step.COMMENT, cause, why, owed.number, titled=issue.title if issue else None, owed=owed)


class Commenting:
    """Adds comments, each once."""

    def __init__(self, sync: Sync, outbox: Outbox, notes: list[str]) -> None:
        self.sync = sync
        self.outbox = outbox
        self.notes = notes
        self.pause = timedelta(hours=sync.policy.comment_every_h)

    def owed(self, told: Cause, number: int, says: Said) -> Owed:
        """The comment that belongs to a change after which the marker says ``told``."""
        assert told.commented_at is not None, "the marker says when it was commented"
        line = mark(number, told.commented_at)
        text = f"{self.sync.wording.comment(told, says)}\n\n{line}"
        return Owed(number, line, told.id, says, text, told.commented_at)

    def owed_to_duplicate(self, cause: Cause, number: int, first: int) -> Owed:
        """GitHub understands these words, so they stand alone, and are found again by themselves."""
        text = f"Duplicate of #{first}"
        return Owed(number, text, cause.id, _DUPLICATE, text, self.sync.clock.now())

    def spoken_at(self, number: int) -> datetime | None:
        """When a comment was added last, when it is too early for another one: a marker says when one was to be."""
        since = self.sync.clock.now() - self.pause
        return _last(self.sync.tracker.remarks(number, since), since)

    def owe(self, owed: Owed) -> None:
        """Enter it into the local record."""
        self.sync.history.owe(self.sync.tracker.name, owed)

    def absolve(self, owed: Owed, how: str) -> None:
        """Strike it out."""
        self.sync.history.absolve(self.sync.tracker.name, owed, how)

    def not_made(self, owed: Owed) -> None:
        """The change that it belongs to was not made."""
        self.absolve(owed, _NOT_MADE)

    def replace_others(self, owed: Owed) -> None:
        """Strike out what was owed to the same issue before."""
        for other in self.sync.history.owed(self.sync.tracker.name):
            if other.number == owed.number and other.mark != owed.mark:
                self.drop(other, "something newer is said")

    def drop(self, owed: Owed, why: str) -> str:
        """Strike it out, and say why; the reason."""
        self.absolve(owed, why)
        self.notes.append(f"#{owed.number}: the comment of {owed.since:%Y-%m-%d %H:%M:%S} is not sent: {why}")
        return why

    def send(self, owed: Owed) -> str | None:
        """Send it, for the first time; the reason when it is not wanted. Raises Limited, LookUpFailed, Ambiguous."""
        history, tracker, now = self.sync.history, self.sync.tracker, self.sync.clock.now()
        try:
            self.outbox.send(
                owed.cause,
                "comment",
                owed.number,
                lambda: tracker.comment(owed.number, owed.text),
                before=lambda: history.note_sent(tracker.name, owed, now),
                after=lambda: self.absolve(owed, _SAID),
                undo=lambda: history.note_sent(tracker.name, owed, None),
            )
        except (Refused, Gone) as error:
            return self.drop(owed, str(error))
        return None

    def send_late(self, owed: Owed) -> str | None:
        """As ``send``, when it is not there already, and still true."""
        tracker, since = self.sync.tracker, self.sync.clock.now() - self.pause
        try:
            remarks = tracker.remarks(owed.number, min(owed.since - SETTLES_AFTER, since))
            if any(one.is_ours and owed.mark in one.text.splitlines() for one in remarks):
                self.absolve(owed, _SAID)
                return None
            why = self._too_late(owed, tracker.read(owed.number))
        except Gone as error:
            return self.drop(owed, str(error))
        if why is None and owed.says != _DUPLICATE and (last := _last(remarks, since)):
            why = f"another was added at {last:%Y-%m-%d %H:%M}"
        return self.drop(owed, why) if why else self.send(owed)

    def _too_late(self, owed: Owed, issue: Issue) -> str | None:
        told = self.sync.signer.read(issue.body)
        if told is None or not issue.is_ours or SMOKE_LABEL not in issue.labels:
            return "the issue is left alone"
        if self.sync.policy.quiet_label in issue.labels:
            return f"the issue is muted by {self.sync.policy.quiet_label!r}"
        if owed.says == _DUPLICATE:
            is_so = issue.state == "closed" and issue.state_reason == "duplicate"
            return None if is_so else "the issue is not closed as a duplicate"
        if told.commented_at is None or told.commented_at < owed.since:
            return _NOT_MADE
        if told.commented_at > owed.since:
            return "something newer was said"
        if issue.state != ("closed" if owed.says == "closed" else "open"):
            return "the issue was closed or reopened since"
        if self.sync.clock.now() - owed.since > _LATEST:
            return f"it is older than {_LATEST.days} days"
        return None


def _last(remarks: Iterable[Remark], since: datetime) -> datetime | None:
    """When we spoke last; GitHub gives times in whole seconds."""
    ours = (one.at for one in remarks if one.is_ours and _MARK in one.text)
    return max((at for at in ours if at > since - _SECOND), default=None)
