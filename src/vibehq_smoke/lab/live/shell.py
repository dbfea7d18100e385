"""One shell on a pseudo-terminal: a real process in a session of its own, with nothing of ours in its environment."""

import asyncio
import codecs
import fcntl
import os
import secrets
import signal
import struct
import termios
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CHUNK = 16 * 1024
MAX_OUTPUT = 8 * 1024 * 1024
MAX_PENDING_INPUT = 64 * 1024
ROWS_AND_COLUMNS = (40, 120)
PATH = "/usr/local/bin:/usr/bin:/bin"
MARK = "SANDBOX_SHELL"
GRACE_SECONDS = 1.0
# A session leader gets the first terminal that it opens as its own, which Ctrl-C needs. Without job control (+m) all
# that it starts stays in its process group and ends with it. Limits: 120 s of processor time, files of 64 MiB.
SCRIPT = 'ulimit -t 120; ulimit -f 131072; exec /bin/sh +m -i <"$1" >"$1" 2>&1'


@dataclass(frozen=True, eq=False)
class Shell:
    """A running shell. Raw text goes in, raw text comes out, at most 8 MiB of it."""

    process: Process
    mark: str
    _reader: asyncio.StreamReader
    _pipes: tuple[asyncio.ReadTransport, asyncio.WriteTransport]

    @classmethod
    async def start(cls, folder: Path) -> "Shell":
        """Start ``/bin/sh`` in `folder`, which must exist. Raises OSError when there is no terminal or process left."""
        master, slave = os.openpty()
        mark = secrets.token_hex(16)
        try:
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *ROWS_AND_COLUMNS, 0, 0))
            process = await asyncio.create_subprocess_exec(
                "/bin/sh", "-c", SCRIPT, "sh", os.ttyname(slave), stdin=slave, stdout=slave, stderr=slave, cwd=folder,
                env=_environment(folder, mark), start_new_session=True,
            )  # fmt: skip
        except BaseException:
            os.close(master)
            raise
        finally:
            os.close(slave)
        reader = asyncio.StreamReader(CHUNK)
        return cls(process, mark, reader, await _pipes(master, reader))

    async def output(self) -> AsyncIterator[str]:
        """What the shell and its children print, until the shell ends or has printed too much."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        left = MAX_OUTPUT
        with suppress(OSError):  # how a terminal reports that nobody holds its other end any more
            while left > 0 and (chunk := await self._reader.read(CHUNK)):
                left -= len(chunk)
                if text := decoder.decode(chunk):
                    yield text

    def type(self, text: str) -> bool:
        """Type `text`; False when the shell does not read what was typed before."""
        keyboard = self._pipes[1]
        if keyboard.get_write_buffer_size() + len(text) > MAX_PENDING_INPUT:
            return False
        keyboard.write(text.encode())
        return True

    async def watch(self) -> None:
        """Wait until the shell ends, and end what it leaves behind, so that its output ends too."""
        await self.process.wait()
        self.kill()
        await asyncio.sleep(GRACE_SECONDS)
        self._pipes[0].close()

    async def end(self) -> None:
        """Kill the shell and whatever it has started, and give the terminal back. Harmless when it has ended."""
        self.kill()
        await self.process.wait()
        screen, keyboard = self._pipes
        screen.close()
        keyboard.abort()  # closing would first wait until somebody reads what was typed
        await asyncio.sleep(0)  # both give their files back in the loop's next turn

    def kill(self) -> None:
        """Kill all processes of this shell."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for straggler in marked(self.mark):
            with suppress(ProcessLookupError):
                os.kill(straggler, signal.SIGKILL)


def marked(mark: str) -> list[int]:
    """Process ids of what a shell with this mark has started, also outside its group. Empty where there is no /proc."""
    found = []
    wanted = f"{MARK}={mark}".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # ended meanwhile, or not ours
            if wanted in entry.read_bytes():
                found.append(int(entry.parent.name))
    return found


def _environment(folder: Path, mark: str) -> dict[str, str]:
    home = str(folder)
    return {"PATH": PATH, "HOME": home, "TMPDIR": home, "TERM": "dumb", "LANG": "C.UTF-8", "PS1": "$ ", MARK: mark}


async def _pipes(
    master: int, reader: asyncio.StreamReader
) -> tuple[asyncio.ReadTransport, asyncio.WriteTransport]:  # fmt: skip
    loop = asyncio.get_running_loop()
    screen, keyboard = os.fdopen(master, "rb", 0), os.fdopen(os.dup(master), "wb", 0)
    reading, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), screen)
    writing, _ = await loop.connect_write_pipe(asyncio.Protocol, keyboard)
    return reading, writing
