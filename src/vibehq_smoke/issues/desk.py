"""Everything that a sync works with, opened as options and environment say, and closed again."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from ..config import load_config
from ..config.issues import IssuePolicy
from ..errors import UsageError
from ..history import History, unusable
from ..redact import Redactor
from .clock import Clock, SystemClock
from .folder import FolderTracker
from .marker import Signer
from .sync import Sync
from .tracker import Tracker
from .wording import Wording
from .writing.gate import Gate, RecordT
from .writing.surroundings import Surroundings

_HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """Leave it as a context manager, so that the record and the connection are let go."""

    sync: Sync
    policy: IssuePolicy
    surroundings: Surroundings
    beside: Path | None
    """The folder of ``smoke.toml``, when there is one."""
    _open: ExitStack
    notes: list[str] = field(default_factory=list)
    """What people should know of the settings, besides what the tracker has to say."""

    @classmethod
    def open(
        cls,
        repo: str | None,
        folder: Path,
        history: Path,
        config: Path | None,
        environment: Mapping[str, str],
        *,
        clock: Clock | None = None,
        keep: bool = True,
    ) -> Desk:
        """The tracker on GitHub when ``repo`` names one, else the folder; ``keep`` is False where nothing is written.

        Raises UsageError.
        """
        loaded = load_config(config)
        policy, clock = loaded.issues, clock or SystemClock()
        surroundings = Surroundings.gathered(Path.cwd(), environment)
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
            gate = Gate(Redactor(loaded.secrets()), environment)
            wording = Wording(signer, gate, surroundings, policy.close_after, policy.quiet_label)
            sync = Sync(tracker, record, policy, signer, wording, clock)
            return cls(sync, policy, surroundings, loaded.file.parent if loaded.file else None, stack.pop_all())

    def clean(self, record: RecordT) -> RecordT:
        """A record without any secret that is known here, to be worded from."""
        return self.sync.wording.gate.clean(record)

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
