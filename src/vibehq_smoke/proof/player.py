"""Runs checks on a recording: one after the other, in one process, on a clock that jumps."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checks import Check
from ..config import Target
from ..execution import Ending, Execution
from ..models import Outcome
from ..platform import Platform
from ..platform.outside import Outside
from ..scheduler import overdue
from .aligning import Ids
from .clock import VirtualLoop, installed
from .looks import Looks
from .making import Reads
from .questions import Library, Shelf, known
from .replay import Replayed
from .stage import Stage
from .tape import SHARED, Recording
from .untouched import Untouched
from .watching import Watching

if TYPE_CHECKING:
    from ..graph import Graph
    from ..hookspecs import Resource

DEADLINE_S = 30.0


@dataclass
class Played:
    """How a replay ended, and what it asked."""

    ending: Ending
    stage: Stage
    looks: Looks = field(default_factory=Looks)
    """What the check looked at; noted at the unchanged replay."""
    files: tuple[str, ...] = ()
    """Files of the checkout that it read; noted there too."""


class Player:
    """Replays the checks of ``graph`` as they were recorded; close it in the end.

    ``resources`` makes fresh resources: a replay must not see what another one left in them. The recorded checkout is
    laid out in ``scratch``, which is whoever made it to remove.
    """

    def __init__(
        self, recording: Recording, graph: Graph, resources: Callable[[], Mapping[str, Resource]], scratch: Path
    ) -> None:
        self.recording = recording
        self.graph = graph
        self._resources = resources
        self.loop = VirtualLoop()
        self._own = {id_: [known(one, id_) for one in tape.seen] for id_, tape in recording.tapes.items()}
        self._library = Library(self._own)
        self._bases: dict[str, Played] = {}
        self.source = scratch.resolve() / f"checkout-{os.getpid()}"
        self._outside: Outside = Outside()
        self._platform: Platform | None = None
        self._reads = Reads(self.source)
        self._tasks: list[asyncio.Task[Any]] = []

    def __enter__(self) -> Player:
        """Take over the clocks."""
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(installed(self.loop))
        self._stack.callback(self._reads.stop)
        self._stack.callback(self.loop.close)
        self._quiet = logging.getLogger("asyncio").level
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # what a cancelled replay leaves is nothing to tell
        asyncio.set_event_loop(self.loop)
        self.loop.set_task_factory(self._begun)
        self._materialise()
        self._platform = self._open()
        self.loop.run_until_complete(self._platform.open())  # what preflight had done before the first check
        return self

    def __exit__(self, *_: object) -> None:
        """Give the clocks back."""
        asyncio.set_event_loop(None)
        logging.getLogger("asyncio").setLevel(self._quiet)
        self._stack.close()

    def base(self, id_: str) -> Played:
        """The unchanged replay of a check, done once."""
        if id_ not in self._bases:
            for need in self.graph.check_needs[id_]:
                self.base(need)
            self._bases[id_] = self._unchanged(id_)
        return self._bases[id_]

    def _unchanged(self, id_: str) -> Played:
        stage = Stage(Shelf(self._own.get(id_, ())), self._inherited(id_, {}), self._library)
        watching = Watching(stage, self.recording.browser)
        self._reads.take()
        with watching.attached():
            ending = self._perform(id_, watching, {})
        return Played(ending, stage, watching.looks, tuple(self._reads.take()))

    def play(
        self,
        id_: str,
        changed: Mapping[int, Any],
        files: Mapping[str, str | None] | None = None,
        instead: Mapping[str, Played] | None = None,
    ) -> Played:
        """Replay a check with other answers, by number, other files of the checkout, and other replays of its needs."""
        stage = Stage(self.base(id_).stage.shelf, self._inherited(id_, instead or {}), changed=changed)
        with self._changed_files(files or {}):
            return Played(self._perform(id_, Replayed(stage, self.recording.browser), instead or {}), stage)

    def takes_from(self, id_: str) -> tuple[str, ...]:
        """The needed checks whose values a check takes as arguments."""
        given = [name for name in self.graph.checks[id_].arguments if name not in self._resources()]
        return self.graph.check_needs[id_][: len(given)]

    def _needed(self, id_: str, instead: Mapping[str, Played]) -> list[Played]:
        return [instead.get(need) or self.base(need) for need in self.graph.check_needs[id_]]

    def _inherited(self, id_: str, instead: Mapping[str, Played]) -> Ids:
        """The ids that needed checks made up, and hand on."""
        return Ids({old: new for one in self._needed(id_, instead) for old, new in one.stage.ids.known.items()})

    def _perform(self, id_: str, outside: Replayed, instead: Mapping[str, Played]) -> Ending:
        returned = tuple(one.ending.returned for one in self._needed(id_, instead))
        tape = self.recording.tapes.get(id_)
        assert self._platform is not None
        self._platform.forget_silence()
        self.loop.set_wall(self.recording.started_at + (tape.began if tape else 0.0))
        self._outside = outside
        ending = self._ended(id_, returned)
        self._sweep()
        return ending

    def _ended(self, id_: str, returned: tuple[Any, ...]) -> Ending:
        return self.loop.run_until_complete(self._run(self.graph.checks[id_], returned))

    def afterthought(self, id_: str) -> str | None:  # noqa: ARG002 - others do
        """Why nothing can be said of a check after all, now that all its mutants were tried."""
        return None

    @contextlib.contextmanager
    def _changed_files(self, files: Mapping[str, str | None]) -> Iterator[None]:
        kept = {name: (self.source / name).read_bytes() for name in files}
        for name, text in files.items():
            if text is None:
                (self.source / name).unlink()
            else:
                (self.source / name).write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            for name, content in kept.items():
                (self.source / name).write_bytes(content)

    async def _run(self, check: Check, returned: tuple[Any, ...]) -> Ending:
        assert self._platform is not None
        execution = Execution(check, self._platform.hq(check.spec), 0.0)
        deadline = check.spec.deadline_s or DEADLINE_S
        task = asyncio.ensure_future(execution.run(returned, self._resources()))
        done, _ = await asyncio.wait([task], timeout=deadline)
        if not done:
            task.cancel()
            await asyncio.wait([task], timeout=1.0)
            return overdue(execution.hq.recorder.waiting_for, deadline)
        if task.cancelled():
            return Ending(Outcome.ERROR, "the check was cancelled from within", kind="crash")
        return task.result()

    def _open(self) -> Platform:
        """The platform of all replays: its session is that of the recording, and what a check reaches is a stage."""
        held = self.recording.target
        changes: dict[str, Any] = {"network_probe": None}
        if held.get("source"):
            changes["source"] = self.source
        target = Target.model_validate(held).model_copy(update=changes)
        tape = self.recording.tapes.get(SHARED)
        shared = Stage(Shelf(known(one) for one in (tape.seen if tape else ())), Ids())

        def outside(check: str) -> Outside:
            return Replayed(shared) if check == SHARED else self._outside

        return Platform(
            target,
            run_id=self.recording.run_id,
            started=self.loop.time(),
            redactor=Untouched(),
            read_only=False,
            outside=outside,
        )

    def _materialise(self) -> None:
        """The checkout as it was: what somebody read with its text, the rest empty."""
        for name in self.recording.others:
            self._write(name, b"")
        for name, text in self.recording.sources.items():
            self._write(name, text.encode("latin-1", "replace"))

    def _write(self, name: str, content: bytes) -> None:
        file = (self.source / name).resolve()
        if file.is_relative_to(self.source):  # the file is what somebody handed in
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def _sweep(self) -> None:
        """Cancel what a check left behind."""
        for _ in range(3):
            self._tasks = [task for task in self._tasks if not task.done()]
            if not self._tasks:
                return
            for task in self._tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(list(self._tasks), timeout=1.0))

    def _begun(self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
        """A task that is known: ``asyncio.all_tasks`` goes through all that ever were and are not yet forgotten."""
        task = asyncio.Task(work, loop=loop, **options)
        self._tasks.append(task)
        return task
