"""Where an error was thrown: the stacks that JavaScript, vitest, Python and pytest print."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a failure was thrown."""

    file: str = ""
    line: int = 0
    function: str = ""


_AT = re.compile(
    r"^\s*(?:at |\u276f )(?:async )?(?:(?P<function>[^\s(][^(\n]{0,200}?) \(?)?"
    r"(?:file://)?(?P<file>(?:[A-Za-z]:)?[^\s:()]{1,300}):(?P<line>\d{1,9})(?::\d{1,9})?\)?\s*$"
)
_PYTHON = re.compile(r'^\s*File "(?P<file>[^"\n]{1,300})", line (?P<line>\d{1,9})(?:, in (?P<function>\S{1,200}))?')
_PYTEST = re.compile(r"^(?P<file>[^\s:]{1,300}\.py):(?P<line>\d{1,9}): (?:in (?P<function>\S{1,200})|[A-Z])")
_MOST_LINES = 120
_FOREIGN = ("node_modules/", "node:", "internal/", "site-packages/", "/lib/python", "<anonymous>", "native")


def thrown_at(detail: str) -> Place:
    """The innermost place of a stack that is the project's own."""
    places = [place for line in detail.splitlines()[:_MOST_LINES] if (place := _place(line[:700])) is not None]
    own = [one for one in places if not any(part in one.file for part in _FOREIGN)]
    if not own:
        return Place()
    # JavaScript tells the innermost first, Python last
    return own[-1] if own[0].file.endswith(".py") else own[0]


def _place(line: str) -> Place | None:
    match = _AT.match(line) or _PYTHON.match(line) or _PYTEST.match(line)
    if match is None:
        return None
    function = (match.groupdict().get("function") or "").strip()
    return Place(match["file"], int(match["line"]), "" if "<" in function else function)
