"""Progress for a terminal: the matrix filling in while checks run."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from ..models import Outcome, Status
from .summary import COLORS, OUTCOME_MARKS, STATUS_MARKS, Mark, duration
from .text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.text import Text

    from ..models import CheckSpec, Observation, Result, RunInfo

MOST_WAITED_FOR = 3
REFRESHES_PER_SECOND = 8

_PENDING = Mark("·", ".", "idle")
_RUNNING = Mark("▸", ">", "idle")
_QUIET = COLORS["idle"]


@dataclass
class _Board:
    """What is known so far."""

    title: str = ""
    began: float = field(default_factory=time.monotonic)
    checks: dict[str, CheckSpec] = field(default_factory=dict)
    seen: dict[str, Observation] = field(default_factory=dict)
    running: dict[str, float] = field(default_factory=dict)
    """Check id -> when it began, oldest first."""
    ended: dict[str, Outcome] = field(default_factory=dict)


class LiveProgress:
    """Shows each component with its checks, counts, the time gone by, and what is being waited for.

    May be told of events from any thread. It appears with ``run_start`` and is gone after ``close``, which must be
    called; the summary takes its place. A thread draws it in between.
    """

    def __init__(self, stream: TextIO | None = None, *, console: Console | None = None) -> None:
        from rich.console import Console

        self._console = console or Console(file=stream or sys.stdout, markup=False, emoji=False, highlight=False)
        self._ascii_only = not self._console.encoding.lower().startswith("utf")
        self._lock = threading.Lock()
        self._board = _Board()
        self._live: Live | None = None
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None

    def run_start(self, run: RunInfo, specs: Sequence[CheckSpec]) -> None:
        """Appear, with every check still to be done."""
        from rich.live import Live

        self.close()
        with self._lock:
            title = f"{', '.join(run.suites)} on {run.target} ({run.environment})"
            self._board = _Board(title, checks={spec.id: spec for spec in specs})
        self._live = Live(
            get_renderable=self.screen,
            console=self._console,
            auto_refresh=False,
            transient=True,
            # Whoever prints meanwhile (pytest captures) keeps the streams it has.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, args=(self._live, self._over), name="progress", daemon=True)
        self._ticker.start()

    def preflight_finish(self, observations: Sequence[Observation]) -> None:
        """Show what preflight saw."""
        with self._lock:
            self._board.seen = {seen.component: seen for seen in observations}

    def check_start(self, spec: CheckSpec) -> None:
        """Show the check as running."""
        with self._lock:
            self._board.checks.setdefault(spec.id, spec)
            self._board.running[spec.id] = time.monotonic()

    def check_finish(self, result: Result) -> None:
        """Show how the check ended."""
        with self._lock:
            self._board.running.pop(result.id, None)
            self._board.ended[result.id] = result.outcome

    def close(self) -> None:
        """Vanish, and end the thread that draws. Calling it again does nothing."""
        live, self._live = self._live, None
        if live is not None and self._ticker is not None:
            self._over.set()
            self._ticker.join()
            live.stop()

    def _tick(self, live: Live, over: threading.Event) -> None:
        # rich has such a thread too, but does not wait for its end.
        while not over.wait(1 / REFRESHES_PER_SECOND):
            live.refresh()

    def screen(self) -> RenderableType:
        """What is shown at this moment."""
        from rich.console import Group

        with self._lock:
            return Group(self._head(), *self._lines(), *self._waited_for())

    def _head(self) -> Text:
        board = self._board
        counts = Counter(board.ended.values())
        head = self._text(f"{safe(board.title)}  {len(board.ended)} of {len(board.checks)} checks  ", "bold")
        head.append(duration(time.monotonic() - board.began))
        for outcome, mark in OUTCOME_MARKS.items():
            if counts[outcome]:
                head.append(f"  {self._symbol(mark)} {counts[outcome]} {outcome}", COLORS[mark.tone])
        return head

    def _lines(self) -> list[Text]:
        parts: dict[str, list[str]] = {component: [] for component in self._board.seen}
        for spec in self._board.checks.values():
            parts.setdefault(spec.component, []).append(spec.id)
        widest = max((len(safe(part)) for part in parts), default=0)
        return [self._line(part, ids, min(widest, 30)) for part, ids in parts.items()]

    def _line(self, part: str, ids: Sequence[str], width: int) -> Text:
        seen = self._board.seen.get(part)
        line = self._text(f"  {safe(part)[:width]:{width}}  ")
        for id_ in ids:
            mark = self._mark(id_)
            line.append(self._symbol(mark), COLORS[mark.tone])
        if seen is not None and seen.status not in (Status.WORKING, Status.UNKNOWN):
            mark = STATUS_MARKS[seen.status]
            line.append(f"  {seen.status}: {safe(seen.reason)}", COLORS[mark.tone])
        return line

    def _mark(self, id_: str) -> Mark:
        if id_ in self._board.ended:
            return OUTCOME_MARKS[self._board.ended[id_]]
        return _RUNNING if id_ in self._board.running else _PENDING

    def _waited_for(self) -> list[Text]:
        """The checks that run longest: what a person is waiting for."""
        now, running = time.monotonic(), self._board.running
        oldest = [
            self._text(f"  waiting {now - began:5.1f} s for {safe(id_)} {safe(self._board.checks[id_].title)}", _QUIET)
            for id_, began in list(running.items())[:MOST_WAITED_FOR]
        ]
        more = len(running) - len(oldest)
        return oldest + ([self._text(f"  and for {more} more", _QUIET)] if more else [])

    def _symbol(self, mark: Mark) -> str:
        return mark.ascii if self._ascii_only else mark.symbol

    def _text(self, text: str, style: str = "") -> Text:
        from rich.text import Text

        return Text(text, style=style, no_wrap=True, overflow="ellipsis")
