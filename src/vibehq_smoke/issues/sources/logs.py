"""Lines of a log as a person reads them: without colours, time stamps and the prefixes that runners put before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CONTROL = re.compile(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f]"
)
_STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) ?(?:\d\d[OE]\+? ?)?")
_OF_GH = re.compile(r"^(?P<job>[^\t]+)\t(?P<step>[^\t]+)\t(?=\ufeff?\d{4}-\d\d-\d\dT)")
_LONGEST_LINE = 2_000


@dataclass(frozen=True)
class LogLine:
    """A line, and the job and step that it is of, where the log says so (``gh run view --log``)."""

    text: str
    job: str | None = None
    step: str | None = None


def log_lines(text: str) -> Iterator[LogLine]:
    """The lines of ``text``, each of them plain."""
    for line in text.split("\n"):
        line = line.rstrip("\r")
        prefix = _OF_GH.match(line)
        rest = line[prefix.end() :] if prefix else line
        # what a progress bar wrote over is not shown by a terminal either
        rest = _STAMP.sub("", rest[:_LONGEST_LINE]).rpartition("\r")[2]
        job, step = (prefix["job"][:200], prefix["step"][:200]) if prefix else (None, None)
        yield LogLine(_CONTROL.sub("", rest), job, step)


def plain_lines(text: str) -> list[str]:
    """The same, the text of each line alone."""
    return [line.text for line in log_lines(text)]
