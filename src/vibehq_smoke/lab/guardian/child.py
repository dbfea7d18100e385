"""The guardian itself, run as a script: one JSON array ``[verb, value]`` a line on stdin; acts when that ends.

It imports nothing of the lab, so that it starts in some milliseconds and stays small.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress

TRIES = 20
PAUSE = 0.05


def main() -> None:
    """Read orders until the end, then end the processes and remove the paths that are left."""
    pids: set[int] = set()
    paths: list[str] = []
    for line in sys.stdin:
        verb, value = json.loads(line)
        if verb == "adopt":
            pids.add(value)
        elif verb == "release":
            pids.discard(value)
        else:
            paths.append(value)
    for pid in pids:
        end(pid)
    for path in paths:
        remove(path)


def end(pid: int) -> None:
    """Kill the process group that `pid` leads; on Windows, which has none, the process."""
    with suppress(OSError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, signal.SIGKILL)


def remove(name: str) -> None:
    """Remove a folder with all that is in it, or a file and then its folder if that is empty."""
    # Half of this script's memory, and most of the time there is nothing to remove.
    import shutil
    from pathlib import Path

    path = Path(name)
    for _ in range(TRIES):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
                path.parent.rmdir()
        if not (path.exists() or path.is_symlink()):
            return
        time.sleep(PAUSE)  # a process that was killed may still be writing


if __name__ == "__main__":
    main()
