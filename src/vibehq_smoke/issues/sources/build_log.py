"""The first real error in the log of a CI job, with the lines around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .logs import LogLine

_BEFORE, _AFTER = 12, 28
_END = 40

_ERRORS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("typescript", r"(?:\(\d+,\d+\): |:\d+:\d+ - |^)error TS\d+: "),
        ("traceback", r"^(?:E +)?Traceback \(most recent call last\):"),
        ("pytest", r"^(?:E {3,}\S|FAILED \S+::|ERROR \S+::)"),
        ("test", r"^\s*(?:FAIL |\u25cf .+ \u203a|✕ |not ok \d)|^AssertionError\b|^\s+AssertionError\b"),
        ("npm", r"^npm (?:ERR!|error) (?!A complete log|Lifecycle script)"),
        ("yarn", r"^(?:➤ YN\d+: .*(?:Error|error)|error Command failed| ERR_PNPM_| ?ELIFECYCLE)"),
        ("lint", r"^\s+\d+:\d+\s+error\s|^✖ \d+ problems?|^\S+:\d+:\d+ lint/"),
        ("bundler", r"^(?:✘|X) \[ERROR\]|^ERROR in |^Module not found|^error during build|^RollupError"),
        ("javascript", r"^(?:Uncaught )?[A-Z]\w*Error(?: \[\w+\])?: |^node:internal/|^\s*throw new "),
        ("out-of-memory", r"JavaScript heap out of memory|^Killed$|[Oo]ut of memory|exit code 137\b"),
        ("disk", r"[Nn]o space left on device"),
        ("missing-command", r"command not found$|: not found$|^bash: "),
        ("compiler", r"^(?:\S+:\d+(?::\d+)?: )?(?:fatal )?error(?:\[\w+\])?: |^panic: |^fatal: |^FATAL\b"),
        ("generic", r"^(?:ERROR|Error|error)\b[:!\] ]|^\[(?:ERROR|error)\]|^Err:"),
    )
)
_MARK = "##[error]"
_STEP = re.compile(r"^(?:##\[group\]|::group::)(?:Run |Post |Set up |Initialize )?(.*)")
_GROUP_END = re.compile(r"^(?:##\[endgroup\]|::endgroup::)")
_ONLY_THE_END = re.compile(r"^(?:Process completed with exit code|The process '.*' failed with exit code|Bash exited)")
_NPM = re.compile(r"^npm (?:ERR!|error) ?")
_NPM_CODE = re.compile(r"^npm (?:ERR!|error) code ")
_COMMAND = re.compile(r"^(?:##\[(?:debug|command|warning|notice|section)\]|::(?:debug|warning|notice|add-mask)\b.*::)")


@dataclass(frozen=True)
class BuildError:
    """What went wrong in a job."""

    kind: str
    message: str
    """The line that says it."""
    excerpt: str
    step: str | None = None


def first_error(lines: Sequence[LogLine]) -> BuildError:
    """The first real error of a job that failed; the end of the log when no line looks like one.

    It is looked for in the step that failed: what comes before an ``##[error]`` and after the last step's beginning.
    """
    steps = _steps(lines)
    failed = [(name, first, last) for name, first, last in steps if _fails(lines[first:last])]
    for name, first, last in failed or steps:
        found = _search(lines, first, last)
        if found is not None:
            kind, at = found
            start, end = max(first, at - _BEFORE), min(_end(lines, at, last), at + _AFTER)
            message = _message(lines, at, last)
            return BuildError(kind, message, _excerpt(lines, start, end), name)
    name, first, last = failed[0] if failed else (None, 0, len(lines))
    said = [line.text for line in lines[first:last] if line.text.strip() and not _GROUP_END.match(line.text)]
    message = said[-1].removeprefix(_MARK).strip() if said else "the job failed and its log says nothing"
    return BuildError("unknown", message, _excerpt(lines, max(first, last - _END), last), name)


def _steps(lines: Sequence[LogLine]) -> list[tuple[str | None, int, int]]:
    """Name, first and last line of each step; one for all when the log does not tell them apart."""
    starts: list[tuple[str | None, int]] = [(None, 0)]
    for number, line in enumerate(lines):
        match = _STEP.match(line.text)
        if match is not None and line.text.startswith(("##[group]Run ", "::group::Run ")):
            starts.append((line.step or match[1][:200], number))
        elif line.step is not None and line.step != starts[-1][0]:
            starts.append((line.step, number))
    ends = [first for _, first in starts[1:]] + [len(lines)]
    return [(name, first, last) for (name, first), last in zip(starts, ends, strict=True) if first < last]


def _fails(lines: Sequence[LogLine]) -> bool:
    return any(line.text.startswith((_MARK, "::error")) for line in lines)


def _search(lines: Sequence[LogLine], first: int, last: int) -> tuple[str, int] | None:
    """The kind of the first error and its line, leaving out what a group says of the command that is run."""
    heading = False
    marked: int | None = None
    for number in range(first, last):
        text = lines[number].text
        if _STEP.match(text):
            heading = number == first or text.startswith(("##[group]Run ", "::group::Run "))
        elif _GROUP_END.match(text):
            heading = False
        elif heading or _COMMAND.match(text):
            continue
        elif text.startswith(_MARK):
            rest = text.removeprefix(_MARK).strip()
            kind = _kind(rest)
            if kind is not None:
                return kind, number
            if marked is None and not _ONLY_THE_END.match(rest):
                marked = number
        elif (kind := _kind(text)) is not None:
            return (kind, number) if marked is None else ("annotation", marked)
    return ("annotation", marked) if marked is not None else None


def _kind(text: str) -> str | None:
    return next((kind for kind, pattern in _ERRORS if pattern.search(text)), None)


def _end(lines: Sequence[LogLine], at: int, last: int) -> int:
    """Where the step ends that line ``at`` is of: what follows is cleaning up."""
    ends = (n for n in range(at, last) if _ONLY_THE_END.match(lines[n].text.removeprefix(_MARK)))
    return next((n + 1 for n in ends), last)


def _message(lines: Sequence[LogLine], at: int, last: int) -> str:
    """The line itself; for a Python traceback the line that ends it."""
    text = lines[at].text.removeprefix(_MARK).strip()
    if "Traceback (most recent call last)" in text:
        for line in lines[at + 1 : min(last, at + 200)]:
            if line.text and not line.text[0].isspace():
                return line.text.strip()
    if _NPM_CODE.match(text):
        more = (_NPM.sub("", line.text).strip() for line in lines[at + 1 : min(last, at + 6)])
        return " ".join([text, *[one for one in more if one][:1]])
    return (text[1:] if text.startswith("E   ") else text).strip()


def _excerpt(lines: Sequence[LogLine], first: int, last: int) -> str:
    texts = [line.text.removeprefix(_MARK) for line in lines[first:last]]
    texts = [text for text in texts if not _GROUP_END.match(text)]
    return "\n".join(texts).strip("\n")
