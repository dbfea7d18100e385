"""What a check asks at a replay, and which recorded answer it gets."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .aligning import Ids, canonical, uuids
from .questions import Asked, Known, Library, Shelf

_NOWHERE = "http://localhost:9/health-check/result"
_FIRST_PORT = 61_000


@dataclass
class Stage:
    """One replay of one check: the recorded questions, and which of them were asked so far."""

    shelf: Shelf
    ids: Ids
    library: Library | None = None
    """Where else to look; None at the replays of mutants, which know all from the unchanged one."""
    changed: Mapping[int, Any] = field(default_factory=dict)
    """Answers that this replay gives instead of the recorded ones, by number."""
    asked: list[int] = field(default_factory=list)
    """Numbers of the recorded questions, in the order in which they were asked."""
    strange: list[str] = field(default_factory=list)
    """Questions that nobody had recorded."""

    def __post_init__(self) -> None:
        self._used: set[int] = set()
        self._lenders: dict[str, None] = {}
        self._listening: dict[str, asyncio.Future[Known]] = {}
        self._opened = 0
        self._count = 0
        self._times: list[float] = []
        self._more: asyncio.Event | None = None
        self._strangers = self._brought_in()

    def find(self, asked: Asked) -> Known | None:
        """The recorded question that comes nearest, asked now; None when there is none at that place."""
        self.stir()
        here = self.shelf.at(asked.place)
        if not here and self.library is not None:
            here = self._borrowed(asked.place, asked.form)
        if not here:
            self.strange.append(asked.place)
            return None
        if self._strangers and not self._strangers.isdisjoint(uuids(asked.exact)):
            self.strange.append(asked.place)  # a platform that is asked for what it does not know has no answer either
            return None
        best = here[0] if len(here) == 1 else self._nearest(here, asked)
        self._used.add(best.number)
        self.asked.append(best.number)
        self.ids.learn(asked.pairs(best))
        if self._listening:
            self._bind(best, asked)
        return best

    def _brought_in(self) -> set[str]:
        """Ids that only the changed answers name."""
        new: set[str] = set()
        for number, answer in self.changed.items():
            one = self.shelf.known[number]
            for key, value in answer.items():
                if value is not one.seen.answer.get(key):  # most changes leave most of an answer alone
                    new |= uuids(canonical(value)) - one.told
        return {id_ for id_ in new if not any(id_ in one.exact for one in self.shelf.known)}

    def listen(self) -> tuple[str, asyncio.Future[Known]]:
        """An address for callbacks, and the recorded listener that it stands for once a question names it.

        Listeners that are opened at once have nothing but their address to tell them apart.
        """
        self.stir()
        recorded = next((one.seen.answer["url"] for one in self.shelf.of_kind("callbacks")), _NOWHERE)
        url = re.sub(r":\d+", f":{_FIRST_PORT + self._opened}", recorded)
        self._opened += 1
        self._listening[url] = asyncio.get_running_loop().create_future()
        return url, self._listening[url]

    def _bind(self, found: Known, asked: Asked) -> None:
        """Learn from a question that names a listener's address which one was named when it was recorded."""
        for url, bound in self._listening.items():
            if not bound.done() and url in asked.exact:
                one = next((one for one in self._listeners(found) if one.number not in self._used), None)
                if one is not None:
                    self._used.add(one.number)
                    self.asked.append(one.number)
                    self.ids.learn([(one.seen.answer["url"], url)])
                    bound.set_result(one)

    def _listeners(self, found: Known) -> list[Known]:
        """The recorded listeners whose address a recorded question names."""
        listeners = self.shelf.of_kind("callbacks")
        if not listeners and self.library is not None:
            listeners = self._borrowed("callbacks", "{}")
        return [one for one in listeners if one.seen.answer["url"] in found.exact]

    def answer(self, found: Known) -> dict[str, Any]:
        """What to answer: recorded, or changed."""
        given: dict[str, Any] = self.changed.get(found.number, found.seen.answer)
        return given

    def stir(self) -> None:
        """Something was asked, on which what comes by itself may have waited."""
        self._count += 1
        self._times.append(asyncio.get_running_loop().time())
        if self._more is not None:
            self._more.set()
            self._more = None

    async def due(self, cause: list[float], opened: float) -> None:
        """Wait for the moment at which something comes by itself.

        That is so many seconds after so many questions, but no later than it came after what it belongs to, which was
        opened at ``opened``: of things that happen at once the order is not always the same.
        """
        asks, after, latest = int(cause[0]), cause[1], opened + cause[2]
        loop = asyncio.get_running_loop()
        while self._count < asks and loop.time() < latest:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(latest):
                    self._more = self._more or asyncio.Event()
                    await self._more.wait()
        moment = self._times[asks - 1] + after if 0 < asks <= self._count else latest
        await asyncio.sleep(max(0.0, min(moment, latest) - loop.time()))

    def _borrowed(self, place: str, form: str) -> list[Known]:
        found = self.library.find(place, form, self._lenders) if self.library is not None else []
        self._lenders |= {one.source: None for one in found}
        own = [replace(one, number=len(self.shelf.known) + more) for more, one in enumerate(found)]
        self.shelf.add(place, own)
        return own

    def _nearest(self, here: Sequence[Known], asked: Asked) -> Known:
        for one in here:
            if one.number not in self._used and one.seen.question == asked.question:
                return one

        def nearness(one: Known) -> tuple[int, bool, int]:
            unused = one.number not in self._used
            if one.form != asked.form:
                same = asked.likeness(one)
            else:
                same = 3 if one.exact == asked.exact or self.ids.translate(one.exact) == asked.exact else 2
            return same, unused, -one.number if unused else one.number

        return max(here, key=nearness)
