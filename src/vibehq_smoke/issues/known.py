"""Which issue belongs to which cause: the local record and what the issues' markers say, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..config.issues import IssuePolicy
from .batch import SMOKE_LABEL
from .cause import Cause
from .marker import Signer
from .tracker import Issue, Listing


@dataclass(frozen=True)
class Known:
    """Causes with their issues, after a look-up."""

    causes: dict[str, Cause]
    listing: Listing
    told: Mapping[int, Cause] = field(default_factory=dict)
    """What the marker of each issue of ours says, by number."""
    foreign: Mapping[str, int] = field(default_factory=dict)
    """Fingerprints that an open issue of somebody else bears in a marker of ours, and its number."""
    duplicates: Mapping[int, int] = field(default_factory=dict)
    """Open issues of ours about a cause that an older one tells of: number -> the older one's."""

    def issue_of(self, cause: Cause) -> Issue | None:
        """The issue of a cause, when it is still here."""
        return self.listing.issues.get(cause.number) if cause.number is not None else None

    def is_attached(self, issue: Issue) -> bool:
        """Whether the issue is still ours to change: our author, our marker, and the label."""
        return issue.number in self.told and SMOKE_LABEL in issue.labels


def known(causes: Mapping[str, Cause], listing: Listing, signer: Signer, policy: IssuePolicy) -> Known:
    """Bring the local record and the markers of the issues together."""
    told: dict[int, Cause] = {}
    foreign: dict[str, int] = {}
    for number, issue in sorted(listing.issues.items()):
        cause = signer.read(issue.body)
        if cause is not None and issue.is_ours:
            told[number] = cause.model_copy(update={"number": number, "url": issue.url})
        elif cause is not None and issue.state == "open":
            foreign |= {mark: number for mark in cause.fingerprints if mark not in foreign}
    found = Known(dict(causes), listing, told, foreign, _duplicates(listing, told))
    _Linking(found, policy).link()
    return found


def _duplicates(listing: Listing, told: Mapping[int, Cause]) -> dict[int, int]:
    owner: dict[tuple[str, str], int] = {}
    twice: dict[int, int] = {}
    for number, cause in sorted(told.items()):
        issue = listing.issues[number]
        if issue.state != "open" or SMOKE_LABEL not in issue.labels:
            continue
        marks = [(cause.scope, mark) for mark in (cause.id, *cause.fingerprints)]
        first = min((owner[mark] for mark in marks if mark in owner), default=None)
        if first is not None:
            twice[number] = first
        else:
            owner |= dict.fromkeys(marks, number)
    return twice


class _Linking:
    """Gives each cause the issue that tells of it."""

    def __init__(self, found: Known, policy: IssuePolicy) -> None:
        self.found = found
        self.policy = policy

    def link(self) -> None:
        causes, gone = self.found.causes, self.found.listing.gone
        for cause in list(causes.values()):
            if cause.number is not None and gone.get(cause.number) == "deleted":
                causes[cause.id] = cause.model_copy(update={"number": None, "url": None})
        best: dict[str, int] = {}
        for number in sorted(self.found.told, key=self._worth):
            best[self.found.told[number].id] = number
        for number in sorted(best.values(), key=self._worth, reverse=True):
            if number not in self.found.duplicates:
                self._adopt(self.found.told[number])
        for number, first in self.found.duplicates.items():
            self._absorb(self.found.told[number], self.found.told[first].id)

    def _worth(self, number: int) -> tuple[bool, bool, bool, float, int]:
        issue = self.found.listing.issues[number]
        is_open = issue.state == "open"
        closed = issue.closed_at.timestamp() if issue.closed_at and not is_open else 0.0
        is_duplicate = number in self.found.duplicates or (not is_open and issue.state_reason == "duplicate")
        return is_open, not is_duplicate, self.found.is_attached(issue), closed, -number

    def _adopt(self, told: Cause) -> None:
        causes = self.found.causes
        mine = causes.get(told.id) or self._same(told)
        if mine is None:
            causes[told.id] = told
            return
        del causes[mine.id]
        causes[told.id] = one_account(mine, told, self.policy.close_after)

    def _absorb(self, twice: Cause, id_: str) -> None:
        """What a duplicate knows goes to the cause of the older issue."""
        causes = self.found.causes
        first = causes.get(id_)
        if first is None or twice.id == id_:
            return
        causes.pop(twice.id, None)
        marks = tuple(dict.fromkeys((*first.fingerprints, *twice.fingerprints)))
        subjects = tuple(dict.fromkeys((*first.subjects, *twice.subjects)))
        causes[id_] = first.model_copy(update={"fingerprints": marks, "subjects": subjects})

    def _same(self, told: Cause) -> Cause | None:
        """A cause that was counted here without knowing that there is an issue for it already."""
        marks = frozenset(told.fingerprints)
        return next(
            (
                cause
                for cause in self.found.causes.values()
                if cause.number is None and cause.scope == told.scope and marks.intersection(cause.fingerprints)
            ),
            None,
        )


def one_account(mine: Cause, told: Cause, close_after: int) -> Cause:
    """Two accounts of a cause as one: the newer one counts, but never as cleaner than the other allows.

    Of two that counted the same runs, the issue's is the newer: a process may have died before it kept what it wrote.
    """
    newer, older = (mine, told) if (mine.counted_at, mine.runs) > (told.counted_at, told.runs) else (told, mine)
    said = told if _said_at(told) == _said_at(mine) and newer is told else max(mine, told, key=_said_at)
    state, recovered = newer.state, "recovered" in (mine.state, told.state)
    # Clean runs before the last failure prove nothing, nor do those that knew of fewer subjects.
    sees_all = newer.last_seen >= older.last_seen and (recovered or {*older.subjects} <= {*newer.subjects})
    clean = newer.clean if sees_all else min(newer.clean, older.clean)
    if state == "recovered" and clean < close_after and told.number is not None:
        state = "recovering"
    if clean == 0 and newer.last_seen < older.last_seen:
        state = "failing"
    return newer.model_copy(
        update={
            "id": told.id,
            "number": told.number,
            "url": told.url,
            "ticket": mine.ticket or told.ticket,
            "held": mine.held,
            "fingerprints": tuple(dict.fromkeys((*told.fingerprints, *mine.fingerprints))),
            "subjects": newer.subjects if recovered else tuple(dict.fromkeys((*told.subjects, *mine.subjects))),
            "priority": min(mine.priority, told.priority),
            "clean": clean,
            "state": state,
            "news": said.news,
            "commented_at": said.commented_at,
            "first_seen": min(mine.first_seen, told.first_seen),
            "last_seen": max(mine.last_seen, told.last_seen),
            "seen": max(mine.seen, told.seen),
            "runs": max(mine.runs, told.runs),
            "fails": max(mine.fails, told.fails) if state == "failing" else newer.fails,
            "tried": max(mine.tried, told.tried) if state == "failing" else newer.tried,
        }
    )


def _said_at(cause: Cause) -> float:
    return cause.commented_at.timestamp() if cause.commented_at else 0.0
