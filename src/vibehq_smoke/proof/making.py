"""From a run to its recording: every check gets a tape, and the whole becomes one redacted document."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import HarnessError
from ..platform.platform import PREFLIGHT
from .notebook import Notebook
from .pseudonyms import Pseudonyms
from .recording import Recorded
from .tape import SHARED, TESTS, Recording, Tape, save

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..config import Target
    from ..models import Result
    from ..redact import Redactor

_MOST_FILES = 20_000
_NOT_SOURCES = frozenset(("node_modules", ".git", ".wrangler", "__pycache__"))


class Maker:
    """Records one run. ``started`` is the ``time.monotonic()`` of its beginning."""

    def __init__(self, target: Target, run_id: str, started: float, browser: str | None) -> None:
        self._started = started
        self._target = target
        self._files = Reads(target.source)
        self._tests = Notebook([], started)
        self._given_up: dict[str, list[Tape]] = {}
        """By check, what attempts saw before the last. That is not replayed, but others may share what was asked."""
        self.recording = Recording(
            run_id=run_id,
            started_at=time.time() - (time.monotonic() - started),
            target=target.model_dump(mode="json", exclude_defaults=True),
            harness=__version__,
            browser=browser,
        )

    def outside(self, check: str) -> Recorded:
        """What the check reaches, overheard."""
        if check == TESTS:
            return Recorded(self._tests)
        tape = self.recording.tape(check)
        if tape.seen and check not in (SHARED, PREFLIGHT.id):
            self._given_up.setdefault(check, []).append(Tape("failed", seen=tape.seen))
            tape.seen = []
        return Recorded(Notebook(tape.seen, self._started))

    def turn_to(self, tape: Tape) -> None:
        """From now on a test with this tape asks."""
        tape.began = time.monotonic() - self._started
        self._tests.turn_to(tape.seen)

    def finish(
        self,
        results: Iterable[Result],
        suites: Iterable[str],
        redactor: Redactor,
        path: Path,
        *,
        tests: Mapping[str, Tape] = MappingProxyType({}),
        checks_began: float | None = None,
    ) -> None:
        """Write the file. Raises HarnessError when a secret would get into it.

        ``tests`` are the tapes of ordinary tests by node id, ``checks_began`` is the ``time.monotonic()`` from which
        the results count when that is not when the recording began.
        """
        self._files.stop()
        later = 0.0 if checks_began is None else checks_began - self._started
        for result in results:
            tape = self.recording.tape(result.id)
            tape.outcome, tape.reason, tape.began = result.outcome.value, result.reason, later + result.started_s
        for check, tapes in self._given_up.items():
            self.recording.tapes |= {f"{check} attempt {number}": tape for number, tape in enumerate(tapes, 1)}
        self.recording.tapes |= tests
        self.recording.suites = list(suites)
        if self._target.source is not None:
            self.recording.sources = self._files.texts()
            self.recording.others = self._files.others()
        document = redacted(self.recording.as_json(), redactor)
        if redactor.leaks(json.dumps(document, ensure_ascii=False)):
            raise HarnessError("the recording would hold a secret, so it was not written")
        save(document, path)


class Reads:
    """Which files below ``root`` this process opens from now on."""

    def __init__(self, root: Path | None) -> None:
        self._root = root.resolve() if root is not None else None
        self._opened: dict[str, None] = {}
        self._listening = root is not None
        if self._listening:
            sys.addaudithook(self._heard)  # it cannot be taken away again, only fall silent

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if self._listening and event == "open" and isinstance(args[0], str) and args[0].startswith(str(self._root)):
            self._opened[args[0]] = None

    def stop(self) -> None:
        """Note no more."""
        self._listening = False

    def take(self) -> list[str]:
        """What was opened since the last time, relative to the root."""
        opened, self._opened = self._opened, {}
        return [str(Path(name).relative_to(self._root or "/")) for name in opened]

    def texts(self) -> dict[str, str]:
        """What was opened, with its text."""
        files = {name: (self._root or Path()) / name for name in self.take()}
        return {name: file.read_bytes().decode("latin-1") for name, file in files.items() if file.is_file()}

    def others(self) -> list[str]:
        """The names of all files of the checkout, as far as they are its own."""
        found: list[str] = []
        for folder, folders, files in os.walk(self._root or "."):
            folders[:] = [name for name in folders if name not in _NOT_SOURCES]
            found += [str((Path(folder) / name).relative_to(self._root or "/")) for name in files]
            if len(found) > _MOST_FILES:
                break
        return sorted(found)


def redacted(document: dict[str, Any], redactor: Redactor) -> dict[str, Any]:
    """A copy in which every secret is replaced by a stand-in of the same form."""
    stand_ins = Pseudonyms(redactor)
    for tape in document["tapes"].values():
        for one in tape["seen"]:
            stand_ins.learn(one["answer"])
            stand_ins.learn(one["question"])
    for tape in document["tapes"].values():
        for one in tape["seen"]:
            _clean_headers(one, stand_ins)
    return {name: stand_ins.clean(value, code=name != "tapes") for name, value in document.items()}


def _clean_headers(one: dict[str, Any], stand_ins: Pseudonyms) -> None:
    answer, question = one["answer"], one["question"]
    if isinstance(question.get("headers"), dict):
        question["headers"] = {name: stand_ins.header(name, value) for name, value in question["headers"].items()}
    for holder in (answer, *answer.get("got", ())):
        if isinstance(holder.get("headers"), list):
            holder["headers"] = [[name, stand_ins.header(name, value)] for name, value in holder["headers"]]
