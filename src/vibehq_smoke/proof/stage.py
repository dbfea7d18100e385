"""What a check asks at a replay, and which recorded answer it gets."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .aligning import Ids, canonical, masked, uuids
from .tape import Seen

_NOWHERE = "http://localhost:9/health-check/result"
_FIRST_PORT = 61_000


@dataclass
class Known:
    """A recorded question with what is needed to find it quickly."""

    seen: Seen
    place: str
    """Where the question goes: kind, method, origin and path, with ids masked."""
    form: str
    """The whole question with ids masked, and of credentials only that they are there."""
    exact: str
    """The whole question."""
    source: str = ""
    """The check on whose tape it is."""
    number: int = -1


def known(seen: Seen, source: str = "") -> Known:
    """Prepare a recorded question."""
    return Known(seen, place_of(seen.kind, seen.question), *_forms(seen.question), source)


def place_of(kind: str, question: Mapping[str, Any]) -> str:
    """The part of a question that no answer to another may stand in for."""
    match kind:
        case "http":
            return f"{question['method']} {question['origin']} {masked(question['path'])}"
        case "operator":
            first = question["args"][:1] if question["verb"] in ("sql", "cron", "fault") else question["args"][:2]
            return masked(f"{question['verb']} {canonical(first)}")
        case "socket" | "page":
            return f"{kind} {masked(question['path'])}"
        case "other":
            asked = question["asked"]
            return f"{question['what']} {masked(asked) if isinstance(asked, str) else ''}"
        case _:
            return kind


def _forms(question: Mapping[str, Any]) -> tuple[str, str]:
    headers = question.get("headers")
    form = {**question, "headers": sorted(headers)} if isinstance(headers, dict) else question
    return masked(canonical(form)), canonical(question)


class Library:
    """Every question of every tape, for what checks of a run share: who asks second finds the answer of the first."""

    def __init__(self, tapes: Mapping[str, Iterable[Seen]]) -> None:
        self._owners: dict[tuple[str, str], dict[str, None]] = {}
        self._at: dict[tuple[str, str], list[Known]] = {}
        for check, seen in tapes.items():
            for one in seen:
                found = known(one, check)
                self._owners.setdefault((found.place, found.form), {})[check] = None
                self._at.setdefault((found.place, check), []).append(found)

    def find(self, place: str, form: str, lenders: Iterable[str]) -> list[Known]:
        """What a check that asked the same question asked at that place: one of ``lenders`` rather than another."""
        owners = self._owners.get((place, form), {})
        owner = next((one for one in lenders if one in owners), next(iter(owners), None))
        return self._at.get((place, owner), []) if owner is not None else []


@dataclass
class Stage:
    """One replay of one check: the recorded questions, and which of them were asked so far."""

    known: list[Known]
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
        self._at: dict[str, list[Known]] = {}
        for number, one in enumerate(self.known):
            one.number = number
            self._at.setdefault(one.place, []).append(one)
        self._used: set[int] = set()
        self._lenders: dict[str, None] = {}
        self._listening: dict[str, asyncio.Future[Known]] = {}
        self._opened = 0
        self._count = 0
        self._times: list[float] = []
        self._more = asyncio.Event()
        self._strangers = self._brought_in()

    def find(self, kind: str, question: Mapping[str, Any]) -> Known | None:
        """The recorded question that comes nearest, asked now; None when there is none at that place."""
        self.stir()
        place = place_of(kind, question)
        here = self._at.get(place, [])
        if not here and self.library is not None:
            here = self._borrowed(place, _forms(question)[0])
        if not here:
            self.strange.append(place)
            return None
        if self._strangers and not self._strangers.isdisjoint(uuids(canonical(question))):
            self.strange.append(place)  # a platform that is asked for what it does not know has no answer either
            return None
        best = here[0] if len(here) == 1 else self._nearest(here, question)
        self._used.add(best.number)
        self.asked.append(best.number)
        if best.seen.question != question:
            self.ids.align(best.seen.question, question)
        if self._listening:
            self._bind(best, question)
        return best

    def _brought_in(self) -> set[str]:
        """Ids that only the changed answers name."""
        new: set[str] = set()
        for number, answer in self.changed.items():
            old = self.known[number].seen.answer
            if "body" not in answer or answer["body"] is not old.get("body"):  # most changes leave the body alone
                new |= uuids(canonical(answer)) - uuids(canonical(old))
        return {id_ for id_ in new if not any(id_ in one.exact for one in self.known)}

    def listen(self) -> tuple[str, asyncio.Future[Known]]:
        """An address for callbacks, and the recorded listener that it stands for once a question names it.

        Listeners that are opened at once have nothing but their address to tell them apart.
        """
        self.stir()
        recorded = next((one.seen.answer["url"] for one in self.known if one.seen.kind == "callbacks"), _NOWHERE)
        url = re.sub(r":\d+", f":{_FIRST_PORT + self._opened}", recorded)
        self._opened += 1
        self._listening[url] = asyncio.get_running_loop().create_future()
        return url, self._listening[url]

    def _bind(self, found: Known, question: Mapping[str, Any]) -> None:
        """Learn from a question that names a listener's address which one was named when it was recorded."""
        for url, bound in self._listening.items():
            if not bound.done() and url in canonical(question):
                one = next((one for one in self._listeners(found) if one.number not in self._used), None)
                if one is not None:
                    self._used.add(one.number)
                    self.asked.append(one.number)
                    self.ids.known[one.seen.answer["url"]] = url
                    bound.set_result(one)

    def _listeners(self, found: Known) -> list[Known]:
        """The recorded listeners whose address a recorded question names."""
        listeners = [one for one in self.known if one.seen.kind == "callbacks"]
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
        self._more.set()
        self._more = asyncio.Event()

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
                    await self._more.wait()
        moment = self._times[asks - 1] + after if 0 < asks <= self._count else latest
        await asyncio.sleep(max(0.0, min(moment, latest) - loop.time()))

    def _borrowed(self, place: str, form: str) -> list[Known]:
        found = self.library.find(place, form, self._lenders) if self.library is not None else []
        self._lenders |= {one.source: None for one in found}
        own = [replace(one, number=len(self.known) + more) for more, one in enumerate(found)]
        self.known += own
        self._at[place] = own
        return own

    def _nearest(self, here: list[Known], question: Mapping[str, Any]) -> Known:
        for one in here:
            if one.number not in self._used and one.seen.question == question:
                return one
        form, exact = _forms(question)

        def nearness(one: Known) -> tuple[int, bool, int]:
            unused = one.number not in self._used
            if one.form != form:
                same = _likeness(one, question)
            else:
                same = 3 if one.exact == exact or self.ids.translate(one.exact) == exact else 2
            return same, unused, -one.number if unused else one.number

        return max(here, key=nearness)


def _likeness(one: Known, question: Mapping[str, Any]) -> int:
    """Whether two questions at one place at least ask for the same thing in the same form: 1, else 0."""
    recorded = one.seen.question
    if one.seen.kind != "http":
        return 0
    return int(recorded["query"] == question["query"] and bool(recorded["body"]) == bool(question["body"]))
