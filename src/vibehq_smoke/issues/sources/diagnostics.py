"""What ``tsc`` printed, pretty or plain, as diagnostics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .logs import plain_lines

_PLAIN = re.compile(
    r"^(?P<file>(?:[A-Za-z]:)?[^:(\s][^:(]*?)\((?P<line>\d{1,9}),(?P<column>\d{1,9})\): "
    r"(?P<level>error|warning) (?P<code>TS\d{1,6}): (?P<message>.*)$"
)
_PRETTY = re.compile(
    r"^(?P<file>(?:[A-Za-z]:)?[^:\s][^:]*?):(?P<line>\d{1,9}):(?P<column>\d{1,9}) - "
    r"(?P<level>error|warning) (?P<code>TS\d{1,6}): (?P<message>.*)$"
)
_NOWHERE = re.compile(r"^(?P<level>error|warning) (?P<code>TS\d{1,6}): (?P<message>.*)$")
# Workspaces put the package before each line: "apps/hub typecheck: src/a.ts(1,2): error ..." and "hub:typecheck: ...",
# and the file is told as it stands in the package.
_OF_WORKSPACE = re.compile(
    r"^(?:(?P<folder>[\w@./-]+) )?(?P<task>[\w@./:-]*): (?=[^\s:]+(?:\(\d|:\d)|error TS)(?P<rest>.*)$"
)
_FOUND = re.compile(r"^Found (\d{1,9}) errors?\b")
_MOST_LINES = 30


@dataclass
class Diagnostic:
    """One error of the compiler."""

    code: str
    message: str
    file: str = ""
    """Empty for one of the configuration as a whole."""
    line: int = 0
    column: int = 0
    more: list[str] = field(default_factory=list)
    """The lines below it that explain it."""

    @property
    def is_syntax(self) -> bool:
        """Whether the file could not even be parsed: TS1000 to TS1999."""
        return len(self.code) == len("TS1000") and self.code.startswith("TS1")


@dataclass(frozen=True)
class Output:
    """A whole run of the compiler."""

    diagnostics: Sequence[Diagnostic]
    found: int | None
    """How many errors it says there are; None where it does not say."""

    @property
    def is_whole(self) -> bool:
        """Whether it shows every error there is. Without a tree of its own a file is not checked for types: after an
        error in the syntax, or in the configuration, the compiler says nothing of others."""
        if self.found is not None and self.found != len(self.diagnostics):
            return False
        return not any(one.file == "" or one.is_syntax for one in self.diagnostics)


def read_output(text: str) -> Output:
    """The diagnostics of a run of ``tsc``, in its order, and what it says of their number."""
    diagnostics: list[Diagnostic] = []
    found: int | None = None
    below: Diagnostic | None = None
    for line in plain_lines(text):
        line = line.removeprefix("##[error]")
        told = _diagnostic(line)
        if told is not None:
            diagnostics.append(told)
            below = told
        elif match := _FOUND.match(line):
            found = (found or 0) + int(match[1])
            below = None
        elif below is not None:
            below = _continued(below, line)
    return Output(diagnostics, found)


def _diagnostic(line: str) -> Diagnostic | None:
    told = _parsed(line, "")
    if told is None and (match := _OF_WORKSPACE.match(line)):
        told = _parsed(match["rest"], match["folder"] or match["task"].rpartition(":")[0])
    return told


def _parsed(line: str, package: str) -> Diagnostic | None:
    match = _PLAIN.match(line) or _PRETTY.match(line) or _NOWHERE.match(line)
    if match is None or match["level"] != "error":
        return None
    place = match.groupdict()
    file = place.get("file") or ""
    return Diagnostic(
        code=match["code"],
        message=match["message"].strip(),
        file=f"{package}/{file}" if package and file and not file.startswith(("/", f"{package}/")) else file,
        line=int(place.get("line") or 0),
        column=int(place.get("column") or 0),
    )


def _continued(diagnostic: Diagnostic, line: str) -> Diagnostic | None:
    """Explanations are indented, or numbered lines of source; anything else ends the diagnostic."""
    belongs = not line.strip() or line[0].isspace() or line[0].isdigit()
    if not belongs:
        return None
    if len(diagnostic.more) < _MOST_LINES:
        diagnostic.more.append(line.rstrip())
    return diagnostic
