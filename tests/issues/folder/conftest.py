"""What tests of the folder share: a folder, a clock that they set, and a tracker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vibehq_smoke.issues.folder import FolderTracker

START = datetime(2026, 5, 1, 22, 0, tzinfo=UTC)


class Hands:
    """A clock that stands still until somebody moves its hands."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "issues"


@pytest.fixture
def tracker(folder: Path, clock: Hands) -> FolderTracker:
    return FolderTracker(folder, clock)
