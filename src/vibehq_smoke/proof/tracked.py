"""JSON and header fields that tell what a check looks up in them."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, ValuesView
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ..platform.headers import Headers
from .looks import ALL, Path, Spot

if TYPE_CHECKING:
    from .looks import Looks
    from .watching import Watching


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


class Tracked:
    """JSON that tells what is looked up in it; who compares it as a whole looks at everything."""

    watching: Watching
    spot: Spot
    path: Path

    def __eq__(self, other: object) -> bool:
        _look_at_all(self)
        return bool(plain(self) == plain(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __repr__(self) -> str:
        return repr(plain(self))


class TrackedDict(Tracked, dict[str, Any]):
    """An object that tells which of its members are looked up by name; who goes through all of them names none."""

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


class TrackedList(Tracked, list[Any]):
    """A list that tells when it is looked into."""

    def _look(self) -> None:
        self.watching.look(self.spot, self.path)
        if any(not isinstance(one, Tracked) for one in list.__iter__(self)):
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
