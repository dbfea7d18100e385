"""What can go wrong with GitHub, finer than the reconciler needs it.

- LookUpFailed
    - NotSent: no connection, so nothing was asked
    - LookUpLimited: a Limited as well
- Refused
    - Invalid: a 422, with the fields at fault
    - Conflict: a 409
- Gone
    - Absent: a 404, a 410, or a redirect
- TrackerError
    - Unanswered: it was sent, and no whole answer came
    - Odd: the answer is not what GitHub's API says
"""

from __future__ import annotations

from dataclasses import dataclass

from ..tracker import Gone, Limited, LookUpFailed, Refused, TrackerError


class NotSent(LookUpFailed):
    """No connection came about: nothing was asked, so nothing was done."""


class LookUpLimited(LookUpFailed, Limited):
    """Too many requests, met while looking up."""


@dataclass(frozen=True)
class Fault:
    """One thing that GitHub found wrong with what was sent."""

    field: str = ""
    code: str = ""
    values: tuple[str, ...] = ()
    said: str = ""

    def __str__(self) -> str:
        words = " ".join(word for word in (self.field, self.code, ", ".join(self.values)) if word)
        return ": ".join(part for part in (words, self.said) if part)


class Invalid(Refused):
    """GitHub found the content wrong (422)."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults

    def has(self, code: str) -> bool:
        """Whether a fault has that code: ``already_exists`` ..."""
        return any(fault.code == code for fault in self.faults)


class Conflict(Refused):
    """Somebody else was changing it (409): nothing was done, and it may be tried again."""


class Absent(Gone):
    """There is nothing at this place, or no longer."""

    def __init__(self, message: str, status: int, location: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.location = location
        """Where a redirect points to."""

    @property
    def moved(self) -> bool:
        """Whether it is elsewhere now."""
        return self.status in (301, 302, 307, 308)


class Unanswered(TrackerError):  # noqa: N818 - a state of the request
    """It was sent, and no whole answer came."""


class Odd(TrackerError):  # noqa: N818 - as above
    """An answer that is not what GitHub's API says: another server, a proxy's page, a damaged one."""
