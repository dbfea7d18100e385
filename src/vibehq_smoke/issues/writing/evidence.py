"""What a check saw, for an issue: the last few exchanges with a command that repeats each, and what else there was."""

from __future__ import annotations

from collections.abc import Sequence

from ...models import Evidence, Exchange
from ...reports.summary import counted
from ...reports.text import pretty
from .layout import folded, paragraphs
from .neutral import fenced, inline

MOST_SHOWN = 4
"""Pieces of evidence. A check ends soon after it saw what is wrong, so the last ones tell the most."""

MOST_OF_A_BODY = 1_500
MOST_OF_A_DETAIL = 2_500


def evidence(seen: Sequence[Evidence]) -> str:
    """The section's text; empty when nothing was seen."""
    shown = seen[-MOST_SHOWN:]
    left = len(seen) - len(shown)
    earlier = f"_{counted(left, 'earlier piece')} of evidence: see `results.json` of the run._" if left else ""
    return paragraphs(*map(_piece, shown), earlier)


def _piece(one: Evidence) -> str:
    return _exchange(one.exchange) if one.exchange else _other(one)


def _exchange(seen: Exchange) -> str:
    ended = f"**{seen.status}**" if seen.status is not None else f"no answer: {inline(seen.error or 'unknown')}"
    line = f"{inline(f'{seen.method} {seen.url}')} → {ended} in {seen.timing.total_ms:.0f} ms"
    command = fenced(seen.curl, "sh", 2 * MOST_OF_A_BODY) if seen.curl else ""
    answer = ""
    if seen.response_body:
        body = pretty(seen.response_body)
        language = "json" if body.startswith(("{", "[")) else ""
        answer = folded(f"Answer, {seen.response_size:,} bytes", fenced(body, language, MOST_OF_A_BODY))
    return paragraphs(line, command, answer)


def _other(one: Evidence) -> str:
    line = f"{inline(one.kind)}: {inline(one.summary)}"
    return paragraphs(line, folded("What it saw", fenced(one.detail, "", MOST_OF_A_DETAIL)) if one.detail else "")
