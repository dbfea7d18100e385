"""Everything that a sync works with, opened as options and settings say, and closed again."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import UsageError
from ..history import History, unusable
from .clock import Clock, SystemClock
from .folder import FolderTracker
from .marker import Signer
from .settings import Settings
from .sync import Sync
from .tracker import Tracker
from .wording import Wording

_HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """Leave it as a context manager, so that the record and the connection are let go."""

    sync: Sync
    _open: ExitStack

    @classmethod
    def open(
        cls,
        settings: Settings,
        repo: str | None,
        folder: Path,
        history: Path,
        *,
        clock: Clock | None = None,
        keep: bool = True,
    ) -> Desk:
        """The tracker on GitHub when ``repo`` names one, else the folder; ``keep`` is False where nothing is written.

        Raises UsageError.
        """
        policy, environment, clock = settings.policy, settings.environment, clock or SystemClock()
        with ExitStack() as stack:
            record = History(history, make=keep)
            stack.callback(record.close)
            tracker: Tracker
            if repo is None:
                tracker = FolderTracker(folder, clock)
            else:
                from .github.opening import open_tracker

                tracker = open_tracker(repo, environment, policy, clock)
                stack.callback(tracker.close)
                tracker.recall(record.sent_since(clock.now() - _HOUR))
            signer = Signer.of(environment.get(policy.marker_key_env), tracker.name)
            wording = Wording(signer, settings.gate, settings.surroundings, policy.close_after, policy.quiet_label)
            return cls(Sync(tracker, record, policy, signer, wording, clock), stack.pop_all())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        if isinstance(error, sqlite3.Error):
            raise _unusable(self.sync.history.path, error) from error


def _unusable(record: Path, error: sqlite3.Error) -> UsageError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return UsageError(f"{record}: another process holds it; try again when that is done")
    return unusable(record, error)
