"""Opening an issue: with all that GitHub takes, and a note of all that it drops, said aloud or in silence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ...errors import UsageError
from ..tracker import Ambiguous, Draft, Refused
from . import shapes
from .client import Client
from .errors import Absent, Conflict, Invalid, Odd
from .ground import NEEDED, Ground

MOST_ASSIGNEES = 10


class Note(Protocol):
    """Keeps what people should know."""

    def __call__(self, text: str, names: Iterable[str] = ()) -> None:
        """The same text is kept once, with all the names that it was ever said of."""


class Drafting:
    """Opens issues in one repository."""

    def __init__(self, client: Client, ground: Ground, note: Note) -> None:
        self._client = client
        self._ground = ground
        self._note = note

    def create(self, draft: Draft) -> shapes.Document:
        """See :class:`Tracker`."""
        self._ground.explore()
        wanted = self._wanted(draft)
        told = self._send(wanted)
        try:
            document = shapes.read(told, "the new issue")
        except Odd as error:
            raise Ambiguous(f"{error}; it may have been created") from None
        self._read_back(wanted, document)
        return document

    def _wanted(self, draft: Draft) -> dict[str, Any]:
        labels, unfit = shapes.labels(draft.labels)
        if unfit:
            self._note("GitHub takes no such labels", (name[:60] for name in unfit))
        assignees = list(dict.fromkeys(name.removeprefix("@") for name in draft.assignees))[:MOST_ASSIGNEES]
        wanted = {
            "title": shapes.title(draft.title),
            "body": shapes.body(draft.body),
            "labels": list(labels),
            "assignees": [name for name in assignees if name],
            "milestone": self._milestone(draft.milestone),
        }
        return {key: value for key, value in wanted.items() if value not in (None, [])}

    def _milestone(self, title: str | None) -> int | None:
        if not title:
            return None
        try:
            number = self._ground.milestone(title)
        except (Refused, Absent) as error:
            self._note(f"milestones cannot be read, none is set: {error}")
            return None
        if number is None:
            self._note(f"no open milestone {title!r}, none is set; vibehq-smoke issues init creates it")
        return number

    def _send(self, wanted: dict[str, Any]) -> Any:
        while True:
            try:
                return self._client.write("POST", "issues", wanted)
            except Invalid as error:
                if not self._leave_out(error, wanted):
                    raise
            except Conflict as error:
                raise Ambiguous(f"{error}; look again") from None
            except Absent as error:
                raise UsageError(f"--repo {self._client.repo}: takes no issues: {error} {NEEDED}") from None

    def _leave_out(self, error: Invalid, wanted: dict[str, Any]) -> bool:
        """Take what GitHub names as wrong out of ``wanted``; False when there is nothing to be left out."""
        left_out = False
        for fault in error.faults:
            if fault.field.startswith("assignee") and (assignees := wanted.pop("assignees", None)):
                left = _missing(assignees, fault.values)
                # Where GitHub does not say which one is wrong, all go.
                wanted |= {"assignees": left} if left and left != assignees else {}
                self._note("cannot be assigned", fault.values or assignees)
                left_out = True
            elif fault.field == "milestone" and wanted.pop("milestone", None) is not None:
                self._note("the milestone is not accepted and is left out")
                left_out = True
        return left_out

    def _read_back(self, wanted: dict[str, Any], found: shapes.Document) -> None:
        assigned = [account.login for account in found.assignees or ()]
        dropped = {
            "labels": _missing(wanted.get("labels", ()), found.names),
            "assignees": _missing(wanted.get("assignees", ()), assigned),
        }
        for what, names in dropped.items():
            if names:
                self._note(f"the token may not set {what} {NEEDED}", names)
        if "milestone" in wanted and found.milestone is None:
            self._note(f"the token may not set a milestone {NEEDED}")


def _missing(wanted: Iterable[str], found: Iterable[str]) -> list[str]:
    has = {name.casefold() for name in found}
    return [name for name in wanted if name.casefold() not in has]
