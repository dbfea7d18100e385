"""Which labs run on this machine: one small file for each, so that another command can find it."""

import json
import os
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

TRIES = 5


class UntrustedFolderError(OSError):
    """The folder for these files is there, but belongs to somebody else or is open to others."""


@dataclass(frozen=True)
class LabRecord:
    """A running lab: port of its orchestrator, URL of its operator channel, id of its process."""

    port: int
    operator: str
    pid: int


def folder() -> Path:
    """Where the files of this user are; it need not exist."""
    user = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir(), f"vibehq-lab-{user}")


def enter(record: LabRecord) -> Path:
    """Write the file of a lab, readable for this user alone, and return its path. Raises OSError."""
    path = folder() / f"{record.port}.json"
    for _ in range(TRIES):
        folder().mkdir(mode=0o700, exist_ok=True)
        _require_ours(folder())
        # Another lab that ends just now removes the folder when it finds it empty.
        with suppress(FileNotFoundError):
            path.unlink(missing_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(record), file)
            return path
    raise OSError(f"{folder()} cannot be kept")


def leave(path: Path) -> None:
    """Remove a lab's file, and the folder when it was the last."""
    with suppress(OSError):
        path.unlink()
        path.parent.rmdir()


def running() -> tuple[LabRecord, ...]:
    """The labs whose process is alive, by port; files of others are removed. Raises OSError."""
    if not folder().is_dir():
        return ()
    _require_ours(folder())
    found = ((path, _read(path)) for path in sorted(folder().glob("*.json")))
    alive = []
    for path, record in found:
        if record is not None and _is_alive(record.pid):
            alive.append(record)
        else:
            leave(path)
    return tuple(sorted(alive, key=lambda record: record.port))


def _read(path: Path) -> LabRecord | None:
    try:
        return LabRecord(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # signal 0 would end the process there; a stale file shows when its port is asked
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _require_ours(path: Path) -> None:
    if sys.platform == "win32":
        return
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UntrustedFolderError(f"{path} is not a folder of yours alone; remove it")
