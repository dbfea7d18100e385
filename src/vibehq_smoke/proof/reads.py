"""Which parts of which answers a check looks at: noted while it is replayed unchanged."""

from __future__ import annotations

import contextlib
from collections.abc import ItemsView, Iterator, ValuesView
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel

from ..platform.headers import Headers
from ..platform.reply import Reply
from .replay import Replayed

if TYPE_CHECKING:
    from .stage import Known

Path: TypeAlias = "tuple[str | int, ...]"
ALL = -1
"""In a path: every element of a list. What is looked up in one of them is looked up in all of them."""

Spot: TypeAlias = "tuple[int, int]"
"""A piece of JSON: the number of the question, and which piece of its answer (a frame, a callback), from 0."""

_BODY = frozenset(("content", "text", "json"))
_LOOKS = {"status": "status", "media_type": "media", "headers": "headers", **dict.fromkeys(_BODY, "bodies")}


@dataclass
class Looks:
    """What was looked at."""

    status: set[int] = field(default_factory=set)
    """Questions whose status counted."""
    media: set[int] = field(default_factory=set)
    """Questions whose content type counted."""
    headers: dict[int, set[str]] = field(default_factory=dict)
    """Names of the headers that were looked up, by question; none where all were gone through."""
    bodies: set[int] = field(default_factory=set)
    """Questions whose body was looked at at all."""
    calls: dict[int, set[str]] = field(default_factory=dict)
    """What was asked of pages."""
    paths: dict[Spot, set[Path]] = field(default_factory=dict)
    """Places that were looked up one by one."""
    models: dict[Spot, list[tuple[Path, type[BaseModel]]]] = field(default_factory=dict)
    """Models that a piece was held against, and where in it."""
    fields: set[tuple[type[BaseModel], str]] = field(default_factory=set)
    """Fields of models whose value was used."""
    loops: dict[Spot, set[Path]] = field(default_factory=dict)
    """Lists that were gone through, element by element."""
    looped: set[tuple[type[BaseModel], str]] = field(default_factory=set)
    """Fields of models that were."""

    def judged(self, number: int) -> bool:
        """Whether the check looked at the answer to a question."""
        spots = any(spot[0] == number for spot in (*self.paths, *self.models))
        return spots or any(number in some for some in (self.status, self.media, self.headers, self.bodies))


class Watching(Replayed):
    """A replay that notes what is looked at."""

    def __init__(self, stage: Any, missing_browser: str | None = None) -> None:
        super().__init__(stage, missing_browser)
        self.looks = Looks()
        self._replies: dict[tuple[str, bytes], int] = {}
        self._texts: dict[str, Spot] = {}
        self._inside = False

    def delivered(self, found: Known, source: Any, where: Any) -> None:
        """Remember whose answer that is."""
        if isinstance(source, str):
            self._texts.setdefault(source, (found.number, where))
        else:
            self._replies[where, bytes(source.body)] = found.number

    def told(self, found: Known, path: list[str | int], value: Any) -> Any:
        """The value, watched."""
        spot, below = ((found.number, 0), tuple(path[1:]))
        return tracked(value, self, spot, below)

    def called(self, found: Known, call: str) -> None:
        """Note what was asked of a page."""
        self.looks.calls.setdefault(found.number, set()).add(call)

    def seen(self, source: Any, value: Any) -> Any:
        """The parsed JSON, watched."""
        spot = self._spot(source)
        return value if spot is None else tracked(value, self, spot, ())

    def judged(self, told: Any, model: Any = None, status: bool = False) -> Any:
        """Note that an answer was judged."""
        if isinstance(told, Reply):
            number = self.number(told)
            if number is not None and status:
                self.looks.status.add(number)
            if number is not None and model is not None:
                self.looks.models.setdefault((number, 0), []).append(((), model))
            return told
        if isinstance(told, TrackedDict | TrackedList):
            if model is not None:
                self.looks.models.setdefault(told.spot, []).append((told.path, model))
            return plain(told)
        return told

    def number(self, reply: Reply) -> int | None:
        """The question that a reply answers."""
        of = object.__getattribute__
        return self._replies.get((of(reply, "url"), of(reply, "content")))

    def look(self, spot: Spot, path: Path) -> None:
        """A place was looked up."""
        self.looks.paths.setdefault(spot, set()).add(path)

    def _spot(self, source: Any) -> Spot | None:
        if isinstance(source, str):
            return self._texts.get(source)
        number = self.number(source) if isinstance(source, Reply) else None
        return None if number is None else (number, 0)

    @contextlib.contextmanager
    def attached(self) -> Iterator[None]:
        """Note what is read of replies and models, for the length of the block."""
        reply_get, model_get, looks = Reply.__getattribute__, BaseModel.__getattribute__, self.looks

        def of_reply(reply: Reply, name: str) -> Any:
            if name not in _LOOKS or self._inside:
                return reply_get(reply, name)
            number = self.number(reply)
            if number is not None and name == "headers":
                return TrackedHeaders(reply_get(reply, name), looks.headers.setdefault(number, set()))
            if number is not None:
                getattr(looks, _LOOKS[name]).add(number)
            self._inside = True  # what a property of the reply looks up itself, the check did not
            try:
                return reply_get(reply, name)
            finally:
                self._inside = False

        def of_model(model: BaseModel, name: str) -> Any:
            if not name.startswith("_"):
                looks.fields.add((type(model), name))
            value = model_get(model, name)
            return EmptyList(looks, (type(model), name)) if value == [] and type(value) is list else value

        Reply.__getattribute__ = of_reply  # type: ignore[assignment]
        BaseModel.__getattribute__ = of_model  # type: ignore[assignment]
        try:
            yield
        finally:
            del Reply.__getattribute__
            del BaseModel.__getattribute__


class TrackedHeaders(Headers):
    """Header fields that note which of them are looked up by name."""

    def __init__(self, real: Headers, names: set[str]) -> None:
        super().__init__((name, value) for name in real for value in real.every(name))
        self._names = names
        self._real = real

    def every(self, name: str) -> tuple[str, ...]:
        self._names.add(name.lower())
        return super().every(name)

    def __getitem__(self, name: str) -> str:
        self._names.add(name.lower())
        return super().__getitem__(name)

    def items(self) -> ItemsView[str, str]:
        return self._real.items()

    def values(self) -> ValuesView[str]:
        return self._real.values()


class EmptyList(list[Any]):
    """An empty field of a model, which notes that somebody goes through it."""

    def __init__(self, looks: Looks, field_of: tuple[type[BaseModel], str]) -> None:
        super().__init__()
        self._looks = looks
        self._field = field_of

    def __iter__(self) -> Iterator[Any]:
        self._looks.looped.add(self._field)
        return super().__iter__()


class TrackedDict(dict[str, Any]):
    """An object that tells which of its members are looked up by name; who goes through all of them names none."""

    watching: Watching
    spot: Spot
    path: Path

    def _look(self, key: Any) -> None:
        self.watching.look(self.spot, (*self.path, key))

    def __getitem__(self, key: str) -> Any:
        self._look(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._look(key)
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._look(key)
        return super().get(key, default)

    def __eq__(self, other: object) -> bool:
        _look_at_all(self)
        return bool(plain(self) == plain(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        return repr(plain(self))


class TrackedList(list[Any]):
    """A list that tells when it is looked into."""

    watching: Watching
    spot: Spot
    path: Path

    def _look(self) -> None:
        self.watching.look(self.spot, self.path)
        if any(not isinstance(one, TrackedDict | TrackedList) for one in list.__iter__(self)):
            self.watching.look(self.spot, (*self.path, ALL))

    def __getitem__(self, key: Any) -> Any:
        self._look()
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[Any]:
        self._look()
        self.watching.looks.loops.setdefault(self.spot, set()).add(self.path)
        return super().__iter__()

    def __len__(self) -> int:
        self.watching.look(self.spot, self.path)
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        _look_at_all(self)
        return bool(plain(self) == plain(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        return repr(plain(self))


def tracked(value: Any, watching: Watching, spot: Spot, path: Path) -> Any:
    """A copy of JSON that tells what is looked up in it."""
    made: Any
    if isinstance(value, dict):
        made = TrackedDict({key: tracked(one, watching, spot, (*path, key)) for key, one in value.items()})
    elif isinstance(value, list):
        made = TrackedList(tracked(one, watching, spot, (*path, ALL)) for one in value)
    else:
        return value
    made.watching, made.spot, made.path = watching, spot, path
    return made


def plain(value: Any) -> Any:
    """The same JSON, which tells nothing."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in dict.items(value)}
    if isinstance(value, list):
        return [plain(one) for one in list.__iter__(value)]
    return value


def _look_at_all(value: Any) -> None:
    if isinstance(value, TrackedDict):
        for key, one in dict.items(value):
            value.watching.look(value.spot, (*value.path, key))
            _look_at_all(one)
    elif isinstance(value, TrackedList):
        value.watching.look(value.spot, value.path)
        for one in list.__iter__(value):
            value.watching.look(value.spot, (*value.path, ALL))
            _look_at_all(one)
