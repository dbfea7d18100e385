"""``index.md``: where people look first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from .document import IssueFile
from .front_matter import Broken
from .numbers import file_name

FILE_NAME = "index.md"

_PRIORITIES = ("p0", "p1", "p2", "p3")


def render(files: Mapping[int, IssueFile | Broken]) -> str:
    """The page about all issues."""
    known = {number: file for number, file in files.items() if isinstance(file, IssueFile)}
    opened = {number: file for number, file in known.items() if file.state == "open"}
    closed = {number: file for number, file in known.items() if file.state == "closed"}
    broken = {number: file for number, file in files.items() if isinstance(file, Broken)}
    parts = ["# Issues\n\nOne file for each. This page is written anew whenever one changes.\n"]
    parts += _part("Open", ("issue", "title", "labels", "since"), _open_rows(opened))
    parts += _part("Closed", ("issue", "title", "labels", "closed", "as"), _closed_rows(closed))
    if broken:
        rows = ((_link(number), str(file.line), _cell(file.problem)) for number, file in broken.items())
        parts += _part("Cannot be read", ("issue", "line", "problem"), rows)
    return "".join(parts)


def _open_rows(files: Mapping[int, IssueFile]) -> Iterator[tuple[str, ...]]:
    for number, file in sorted(files.items(), key=lambda entry: (_urgency(entry[1]), entry[0])):
        yield _link(number), _title(file), _labels(file), f"{file.created:%Y-%m-%d}"


def _closed_rows(files: Mapping[int, IssueFile]) -> Iterator[tuple[str, ...]]:
    for number, file in sorted(files.items(), key=lambda entry: (entry[1].closed or entry[1].created, entry[0]))[::-1]:
        reason = (file.state_reason or "").replace("_", " ")
        yield _link(number), _title(file), _labels(file), f"{file.closed:%Y-%m-%d}", reason


def _part(heading: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [f"| {' | '.join(row)} |\n" for row in rows]
    yield f"\n## {heading} ({len(lines)})\n\n"
    if not lines:
        yield "None.\n"
        return
    yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    yield from lines


def _urgency(file: IssueFile) -> int:
    return next((place for place, label in enumerate(_PRIORITIES) if label in file.labels), len(_PRIORITIES))


def _link(number: int) -> str:
    return f"[{number:04d}]({file_name(number)})"


def _title(file: IssueFile) -> str:
    return _cell(file.title) or "(no title)"


def _labels(file: IssueFile) -> str:
    return _cell(", ".join(file.labels))


def _cell(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown or a table would take for its own."""
    return re.sub(r"([\\`*_\[\]<>|&])", r"\\\1", " ".join(text.split()))
