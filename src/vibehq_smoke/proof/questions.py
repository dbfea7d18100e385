"""What checks asked: how a question of a replay finds the recorded ones that it may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..platform.headers import Headers
from .aligning import canonical, masked, pairs, uuids
from .tape import Seen


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

    @cached_property
    def told(self) -> set[str]:
        """The uuids in its answer."""
        return uuids(canonical(self.seen.answer))

    @cached_property
    def headers(self) -> Headers:
        """The header fields of its answer."""
        return Headers((name, value) for name, value in self.seen.answer["headers"])

    @cached_property
    def header_text(self) -> str:
        """All their values."""
        return "\n".join(value for _, value in self.seen.answer["headers"])


def known(seen: Seen, source: str = "") -> Known:
    """Prepare a recorded question."""
    asked = Asked(seen.kind, seen.question)
    return Known(seen, asked.place, asked.form, asked.exact, source)


class Asked:
    """A question, compared with recorded ones. What that takes is worked out once: a poll asks the same many times."""

    def __init__(self, kind: str, question: Mapping[str, Any]) -> None:
        self.question = question
        self.place = place_of(kind, question)
        self._pairs: dict[str, tuple[tuple[str, str], ...]] = {}

    @cached_property
    def exact(self) -> str:
        """All of it, as one text."""
        return canonical(self.question)

    @cached_property
    def form(self) -> str:
        """The same with ids masked, and of credentials only that they are there."""
        headers = self.question.get("headers")
        if isinstance(headers, dict):
            return masked(canonical({**self.question, "headers": sorted(headers)}))
        return masked(self.exact)

    def pairs(self, one: Known) -> tuple[tuple[str, str], ...]:
        """The ids of a recorded question, each with what stands at its place in this one."""
        if one.exact not in self._pairs:
            self._pairs[one.exact] = pairs(one.seen.question, self.question)
        return self._pairs[one.exact]

    def likeness(self, one: Known) -> int:
        """Whether both, at one place, at least ask for the same thing in the same form: 1, else 0."""
        recorded = one.seen.question
        if one.seen.kind != "http":
            return 0
        same_query = recorded["query"] == self.question["query"]
        return int(same_query and bool(recorded["body"]) == bool(self.question["body"]))


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


class Shelf:
    """The recorded questions that a check may be answered by, by number and by place."""

    def __init__(self, several: Iterable[Known]) -> None:
        self.known = list(several)
        self._at: dict[str, list[Known]] = {}
        for number, one in enumerate(self.known):
            one.number = number
            self._at.setdefault(one.place, []).append(one)

    def at(self, place: str) -> Sequence[Known]:
        """Those at one place."""
        return self._at.get(place, ())

    def of_kind(self, kind: str) -> list[Known]:
        """Those of one kind."""
        return [one for one in self.known if one.seen.kind == kind]

    def add(self, place: str, several: Iterable[Known]) -> None:
        """Put more at a place where there were none."""
        self._at[place] = list(several)
        self.known += self._at[place]


class Library:
    """Every question of every tape, for what checks of a run share: who asks second finds the answer of the first."""

    def __init__(self, tapes: Mapping[str, Iterable[Known]]) -> None:
        self._owners: dict[tuple[str, str], dict[str, None]] = {}
        self._at: dict[tuple[str, str], list[Known]] = {}
        for check, several in tapes.items():
            for one in several:
                self._owners.setdefault((one.place, one.form), {})[check] = None
                self._at.setdefault((one.place, check), []).append(one)

    def find(self, place: str, form: str, lenders: Iterable[str]) -> list[Known]:
        """What a check that asked the same question asked at that place: one of ``lenders`` rather than another."""
        owners = self._owners.get((place, form), {})
        owner = next((one for one in lenders if one in owners), next(iter(owners), None))
        return self._at.get((place, owner), []) if owner is not None else []
