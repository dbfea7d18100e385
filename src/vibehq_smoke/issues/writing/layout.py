"""The few shapes that sections are made of. What they are given is safe Markdown already (``neutral``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from ...reports.summary import counted


def facts(pairs: Mapping[str, str]) -> str:
    """A list of names and what is known of each; a name without anything is left out."""
    return "\n".join(f"- **{name}**: {text}" for name, text in pairs.items() if text)


def rows(pairs: Mapping[str, str]) -> str:
    """The same as a table of two columns."""
    lines = [f"| {name} | {text} |" for name, text in pairs.items() if text]
    return "\n".join(["| | |", "|---|---|", *lines]) if lines else ""


def table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table; what stands in it has no bars and no line breaks."""
    head = [_row(headings), _row(["---"] * len(headings))]
    return "\n".join([*head, *map(_row, lines)])


def bullets(items: Sequence[str], most: int) -> str:
    """A list, at most ``most`` lines long; the last says how many more there are."""
    lines = [f"- {item}" for item in (items if len(items) <= most else items[: most - 1])]
    return "\n".join([*lines, f"- and {len(items) - most + 1:,} more"] if len(items) > most else lines)


def in_a_row(items: Sequence[str], most: int) -> str:
    """Items in one line, the rest as a number."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most:,} more" if len(items) > most else shown


def folded(summary: str, text: str) -> str:
    """A part that is seen when someone opens it. The summary is in our own words: it is not Markdown but HTML."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


def lines_of(text: str) -> str:
    """How long a text is, in words."""
    return counted(len(text.splitlines()) or 1, "line")


def when(at: datetime) -> str:
    """A time as people read it; one without a zone is taken for the machine's own."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def paragraphs(*parts: str) -> str:
    """Parts with an empty line between them; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
