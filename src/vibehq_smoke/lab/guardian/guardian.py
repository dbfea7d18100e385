"""The lab's end of the guardian: what to end and to remove is told to it as soon as it exists."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 5.0
CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Guardian:
    """A child process that reads a pipe; at its end, however the lab ended, it ends and removes what it was told of.

    Without a process (`Guardian.none()`) nothing is watched.
    """

    process: "subprocess.Popen[bytes] | None"

    @classmethod
    def none(cls) -> "Guardian":
        """No guardian, for a platform inside a process that cleans up itself."""
        return cls(None)

    @classmethod
    def start(cls) -> "Guardian":
        """A guardian for this process. Raises OSError when no process can be started."""
        # A session of its own: Ctrl-C on the terminal and a kill of the lab's process group do not reach it.
        process = subprocess.Popen(  # noqa: S603 - our own script, no shell
            [sys.executable, "-I", "-S", str(CHILD)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        return cls(process)

    def adopt(self, pid: int) -> None:
        """End `pid` and all of its process group with the lab; it must lead its own (``start_new_session=True``)."""
        self._tell("adopt", pid)

    def release(self, pid: int) -> None:
        """Forget a process that has ended; call it as soon as it was waited for, since ids are used again."""
        self._tell("release", pid)

    def remove(self, path: Path) -> None:
        """Remove this file or folder, and a file's folder when that leaves it empty, at the end of the lab."""
        self._tell("remove", str(path))

    def close(self) -> None:
        """The lab has ended: let the guardian do what is left to do and end. Waits for it, at most 5 s."""
        if self.process is None or self.process.stdin is None:
            return
        with suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _tell(self, verb: str, value: object) -> None:
        if self.process is None or self.process.stdin is None or self.process.stdin.closed:
            return
        with suppress(OSError):  # it was killed: then nobody is left to tell
            self.process.stdin.write(json.dumps([verb, value]).encode() + b"\n")
            self.process.stdin.flush()
