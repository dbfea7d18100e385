"""What goes wrong, when, and whether before or after the request had its effect."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .messages import Request

UNICORN = b"<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body>...</body></html>"
"""What stands before GitHub answers in HTML when it is in trouble."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    kind: Literal["status", "drop", "hang"]
    status: int = 0
    after: bool = False
    """Whether the request has its effect all the same: the ambiguous case."""
    limits_for: int | None = None
    """It is a secondary rate limit, and lasts so many seconds for all requests with the token."""
    says_how_long: bool = True


def status(code: int, *, after: bool = False) -> Fault:
    """Answers 5xx with a page of HTML, 4xx with JSON."""
    return Fault("status", code, after)


def drop(*, after: bool = False) -> Fault:
    """Closes the connection without a word."""
    return Fault("drop", after=after)


def hang(*, after: bool = False) -> Fault:
    """Never answers: the client has to lose patience."""
    return Fault("hang", after=after)


def limited(code: Literal[403, 429] = 403, seconds: int = 60, *, says_how_long: bool = True) -> Fault:
    """A secondary rate limit, out of the blue as GitHub's are; they do not always say how long they last."""
    return Fault("status", code, limits_for=seconds, says_how_long=says_how_long)


def conflict() -> Fault:
    """409: somebody else was writing at the same moment."""
    return Fault("status", 409)


AMBIGUOUS = (*(status(code, after=True) for code in (500, 502, 504)), drop(after=True), hang(after=True))
"""It was done, and nobody said so."""
SILENT = (*(status(code) for code in (500, 502, 503)), drop(), hang())
"""It was not done, and nobody said so: from outside the same as the ambiguous ones."""
REFUSALS = (limited(403), limited(429), limited(403, says_how_long=False), conflict())
"""It was not done, and is said not to be."""
NOT_DONE = (*REFUSALS, *SILENT)
"""It was not done."""
FAULTS = (None, *NOT_DONE, *AMBIGUOUS)
"""All of them, and none: to be drawn from."""


@dataclass
class _Waiting:
    fault: Fault
    method: str | None
    path: re.Pattern[str]
    left: int


@dataclass
class Faults:
    """Which request meets which fault."""

    hook: Callable[[Request], Fault | None] | None = None
    """Asked first, for every request."""
    numbered: dict[int, Fault] = field(default_factory=dict)
    """By the request's number, counted from 1."""
    _waiting: list[_Waiting] = field(default_factory=list)

    def next(self, fault: Fault, method: str | None = None, path: str = "", times: int = 1) -> None:
        """The next so many requests with this method whose path has a match of ``path`` meet the fault."""
        self._waiting.append(_Waiting(fault, method, re.compile(path), times))

    def clear(self) -> None:
        """Everything works again."""
        self.hook = None
        self.numbered.clear()
        self._waiting.clear()

    def of(self, request: Request) -> Fault | None:
        """What happens to this request."""
        found = self.hook(request) if self.hook else None
        return found or self.numbered.pop(request.number, None) or self._scripted(request)

    def _scripted(self, request: Request) -> Fault | None:
        for one in self._waiting:
            if one.left and one.method in {None, request.method} and one.path.search(request.path):
                one.left -= 1
                return one.fault
        return None
