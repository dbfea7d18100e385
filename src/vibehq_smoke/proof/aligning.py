"""Ids that a check makes up are others at each replay: which of the new ones stands for which of the recorded."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# Every kind begins with one of a few letters and looks back from there: such a pattern is looked for more quickly.
_ID = re.compile(
    r"[/\dA-Fa-f](?:"
    r"(?<=[0-9a-fA-F])[0-9a-fA-F]{7}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"  # uuid
    r"|(?<![0-9A-Za-z].)(?:(?<=[0-9])|(?<=[a-f])(?=[0-9a-f]*[0-9]))[0-9a-f]{7,}(?![0-9A-Za-z])"  # hexadecimal noise
    r"|(?<![0-9A-Za-z_].)(?<=\d)\d{3}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.Z+]*"  # moments
    r"|(?<=/)[\w./-]*vibehq-smoke-\w+"  # scratch folders
    r"|(?<=\d)\d\d+)"
)
_IDS_KEPT = re.compile(f"({_ID.pattern})")
_UUID = re.compile(r"-(?<=[0-9a-f]{8}-)[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""All of an uuid but its first eight digits: a pattern that begins with a dash is looked for much more quickly."""
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)
_SHORTEST = 4
"""An id that is shorter stands for too much else in a text to be replaced there."""


@functools.lru_cache(maxsize=20_000)
def masked(text: str) -> str:
    """``text`` with every id in it replaced by the same mark."""
    return _ID.sub("*", text)


def uuids(text: str) -> set[str]:
    """The uuids in ``text``."""
    return {text[found.start() - 8 : found.end()] for found in _UUID.finditer(text)}


def canonical(value: Any) -> str:
    """JSON as one text, the same for the same value."""
    return value if isinstance(value, str) else _CANONICAL.encode(value)


class Ids:
    """Recorded ids and what they are in this replay."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known: dict[str, str] = dict(known or {})
        self._translated: dict[str, str] = {}

    def learn(self, several: Iterable[tuple[str, str]]) -> None:
        """Take in recorded ids, each with what it is in this replay."""
        for old, new in several:
            if self.known.get(old) != new:
                self.known[old] = new
                self._translated.clear()

    def translate(self, text: str) -> str:
        """``text`` as it was recorded, with the ids of this replay."""
        if not self.known:
            return text
        told = self._translated.get(text)
        if told is None:
            told = self._translated[text] = self._with_own_ids(text)
        return told

    def translated(self, value: Any) -> Any:
        """JSON with every text in it translated, keys as well."""
        if isinstance(value, str):
            return self.translate(value)
        if isinstance(value, dict):
            return {self.translate(key): self.translated(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.translated(inner) for inner in value]
        return value

    def _with_own_ids(self, text: str) -> str:
        found = [old for old in self.known if old in text]
        if len(found) < 2:  # nearly every text; a pattern of all ids would cost more than all else
            return text.replace(found[0], self.known[found[0]]) if found else text
        pattern = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
        return re.sub(pattern, lambda one: self.known[one[0]], text)


def pairs(recorded: Any, asked: Any) -> tuple[tuple[str, str], ...]:
    """The ids of a recorded question, each with what stands at its place in the one that was matched with it."""
    return tuple(pair for old, new in _leaves(recorded, asked) for pair in _ids_within(old, new))


def _ids_within(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The ids inside of two texts that are the same but for them."""
    (around, olds), (also_around, news) = _parts(old), _parts(new)
    if around == also_around:
        for one, other in zip(olds, news, strict=True):
            if one != other and len(one) >= _SHORTEST:
                yield one, other


@functools.lru_cache(maxsize=20_000)
def _parts(text: str) -> tuple[list[str], list[str]]:
    """What stands around the ids of a text, and the ids."""
    parts = _IDS_KEPT.split(text)
    return parts[::2], parts[1::2]


def _leaves(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """The pairs of texts that stand at the same place and differ."""
    if old == new:
        return
    if isinstance(old, str) and isinstance(new, str):
        inner = _parsed(old), _parsed(new)
        if inner[0] is not None and inner[1] is not None:
            yield from _leaves(*inner)
        else:
            yield old, new
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys():
            yield from _leaves(old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list):
        for one, other in zip(old, new, strict=False):
            yield from _leaves(one, other)


@functools.lru_cache(maxsize=20_000)
def _parsed(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
