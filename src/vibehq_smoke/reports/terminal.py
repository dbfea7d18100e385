"""What a run says on a terminal: the summary when it is over, and its progress while it lasts.

Text from the target may hold terminal escapes, rich's markup or the commands of a CI log; ``safe`` and
``rich.text.Text`` make sure that it is only ever shown. rich is imported where it is used, since most commands
never need it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ..models import Outcome, Status
from .live import LiveProgress
from .plain import PlainProgress
from .summary import COLORS, OUTCOME_MARKS, STATUS_MARKS, Mark, attempts_sentence, counted, duration, headline, listed
from .text import encodable, safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.text import Text

    from ..models import ComponentHealth, Finding, Result, RunRecord

__all__ = ["LiveProgress", "PlainProgress", "matrix_text"]

MOST_FAILURES = 20
"""Failed checks that the summary shows with their reasons; the reports have all."""


def matrix_text(
    record: RunRecord, *, color: bool, width: int, reports: Sequence[str] = (), ascii_only: bool = False
) -> str:
    """The summary of a run: headline, components, causes, failed checks, gates, and where the ``reports`` are.

    ``color`` allows colours (``NO_COLOR`` in the environment still forbids them); every status is a word as well.
    ``width`` is in columns. ``ascii_only`` writes marks in ASCII, for streams whose encoding has no others.
    """
    from rich.console import Console

    screen = io.StringIO()
    console = Console(
        file=screen,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    for block in _Summary(record, ascii_only=ascii_only).blocks(reports):
        console.print(block, crop=False)
    return "\n".join(line.rstrip() for line in screen.getvalue().splitlines()) + "\n"


class _Summary:
    """The parts of the summary, as rich shows them."""

    def __init__(self, record: RunRecord, *, ascii_only: bool) -> None:
        self._record = record
        self._ascii_only = ascii_only

    def blocks(self, reports: Sequence[str]) -> Iterator[RenderableType]:
        yield from self._headline()
        if self._record.components:
            yield ""
            yield self._matrix()
        yield from self._causes()
        yield from self._failures()
        yield from self._gates()
        for number, path in enumerate(reports):
            yield from [""] if number == 0 else []
            yield self._whole(f"{'Reports' if number == 0 else '':9}{safe(path)}")

    def _headline(self) -> Iterator[Text]:
        run, said = self._record.run, headline(self._record)
        yield self._text(safe(said.cause), f"bold {COLORS[said.tone]}")
        where = f"{safe(run.target)} ({safe(run.environment)}), {duration(run.duration_s)}"
        yield self._text(f"{said.counts} {where}")
        if run.partial:
            why = f": {safe(run.partial_reason)}" if run.partial_reason else ""
            yield self._text(f"PARTIAL RUN, it did not reach its end{why}", "bold yellow")

    def _matrix(self) -> RenderableType:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for wraps in (False, True, False, True):
            table.add_column(no_wrap=not wraps, overflow="fold")
        for status, mark in STATUS_MARKS.items():
            for line in self._record.components:
                if line.status is status:
                    priority = line.priority.upper() if line.priority else ""
                    why = self._text(safe(self._why(line)))
                    table.add_row(self._marked(mark, status), self._text(safe(line.id), "bold"), priority, why)
        return table

    def _why(self, line: ComponentHealth) -> str:
        if line.blocked_by and line.status is Status.BLOCKED:
            return f"blocked by {listed(line.blocked_by)}"
        if line.blocked_by:
            return f"{line.reason or ''} (because of {listed(line.blocked_by)})"
        if line.status is Status.WORKING:
            return counted(len(line.checks), "check") if line.checks else "answered when asked"
        return f"root cause: {line.reason}" if line.root_cause else line.reason or ""

    def _causes(self) -> Iterator[RenderableType]:
        causes = [finding for finding in self._record.findings if finding.status is Status.BROKEN]
        if causes:
            blocked = self._record.totals.blocked
            yield ""
            yield self._text(f"{counted(len(causes), 'cause')}, {blocked} blocked", "bold")
        for cause in causes:
            yield self._inset(self._text(safe(self._cause(cause))))
            yield from self._known_as(cause)

    def _cause(self, cause: Finding) -> str:
        held_up = f"; holds up {listed(cause.blocked_components, 6)}" if cause.blocked_components else ""
        blocks = f"; blocks {counted(len(cause.blocked_checks), 'check')}" if cause.blocked_checks else ""
        return f"{cause.priority.upper()} {cause.component}: {cause.reason}{blocks}{held_up}"

    def _known_as(self, cause: Finding) -> Iterator[RenderableType]:
        """Its issue, and the mark by which it is found in results, in the record of runs and in issues."""
        issue = [f"issue: {safe(cause.issue)}"] if cause.issue else []
        known = [*issue, *(f"fingerprint: {symptom.fingerprint}" for symptom in cause.symptoms[:1])]
        if known:
            yield self._whole(f"   {'  '.join(known)}", "dim")

    def _failures(self) -> Iterator[RenderableType]:
        wrong = [result for result in self._record.checks if result.outcome in (Outcome.FAILED, Outcome.ERROR)]
        for result in wrong[:MOST_FAILURES]:
            yield ""
            yield from self._failure(result)
        if len(wrong) > MOST_FAILURES:
            yield ""
            yield self._text(f"and {len(wrong) - MOST_FAILURES} more; the reports have them all")

    def _failure(self, result: Result) -> Iterator[RenderableType]:
        title = self._marked(OUTCOME_MARKS[result.outcome], result.outcome)
        yield self._text("  ").join([title, self._text(safe(result.id), "bold"), self._text(safe(result.title))])
        bar = "|" if self._ascii_only else "│"
        for line in safe_lines(result.reason or "", most=8):
            yield self._inset(self._text(f"{bar} {line}"))
        if tried := attempts_sentence(result):
            yield self._inset(self._text(safe(tried)))
        if result.rerun:
            yield self._whole(f"  again: {safe(result.rerun)}", "cyan")

    def _gates(self) -> Iterator[RenderableType]:
        fallen = [gate for gate in self._record.gates if not gate.held]
        if self._record.gates:
            yield ""
            held = len(self._record.gates) - len(fallen)
            yield self._text(f"Gates: {held} held, {len(fallen)} fell", "bold")
        for gate in fallen:
            fell = self._marked(OUTCOME_MARKS[Outcome.FAILED], "fell")
            yield self._text("  ").join([fell, self._text(f"{safe(gate.name)}: {safe(gate.detail)}")])

    def _marked(self, mark: Mark, word: str) -> Text:
        symbol = mark.ascii if self._ascii_only else mark.symbol
        return self._text(f"{symbol} {word}", f"bold {COLORS[mark.tone]}")

    def _text(self, text: str, style: str = "") -> Text:
        from rich.text import Text

        return Text(encodable(text, "ascii") if self._ascii_only else text, style=style, overflow="fold")

    def _whole(self, text: str, style: str = "") -> RenderableType:
        """A line to be copied, so it is not broken at the screen's edge."""
        from rich.console import Group

        line = self._text(text, style)
        line.no_wrap, line.overflow = True, "ignore"
        # Printed alone, rich would make it part of a text of its own, which wraps.
        return Group(line)

    def _inset(self, *texts: Text) -> RenderableType:
        from rich.console import Group
        from rich.padding import Padding

        return Padding(Group(*texts), (0, 0, 0, 2), expand=False)
