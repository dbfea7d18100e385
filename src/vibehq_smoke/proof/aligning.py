"""Ids that a check makes up are others at each replay: which of the new ones stands for which of the recorded."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_ID = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"  # uuid
    r"|(?<![0-9A-Za-z])(?=[0-9a-f]*[0-9])[0-9a-f]{8,}(?![0-9A-Za-z])"  # other hexadecimal noise
    r"|(?<![0-9A-Za-z_])\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.Z+]*"  # moments
    r"|/[\w./-]*vibehq-smoke-\w+"  # scratch folders
    r"|\d{3,}"
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHORTEST = 4
"""An id that is shorter stands for too much else in a text to be replaced there."""


@functools.lru_cache(maxsize=20_000)
def masked(text: str) -> str:
    """``text`` with every id in it replaced by the same mark."""
    return _ID.sub("*", text)


def uuids(text: str) -> set[str]:
    """The uuids in ``text``."""
    return set(_UUID.findall(text))


def canonical(value: Any) -> str:
    """JSON as one text, the same for the same value."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


class Ids:
    """Recorded ids and what they are in this replay."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known: dict[str, str] = dict(known or {})

    def align(self, recorded: Any, asked: Any) -> None:
        """Learn from a question and the recorded one that it was matched with, leaf by leaf."""
        for old, new in _leaves(recorded, asked):
            if old != new:
                self._learn(old, new)

    def translate(self, text: str) -> str:
        """``text`` as it was recorded, with the ids of this replay."""
        if not self.known:
            return text
        found = [old for old in self.known if old in text]
        if len(found) < 2:  # nearly every text; a pattern of all ids would cost more than all else
            return text.replace(found[0], self.known[found[0]]) if found else text
        pattern = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
        return re.sub(pattern, lambda one: self.known[one[0]], text)

    def translated(self, value: Any) -> Any:
        """JSON with every text in it translated, keys as well."""
        if isinstance(value, str):
            return self.translate(value)
        if isinstance(value, dict):
            return {self.translate(key): self.translated(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.translated(inner) for inner in value]
        return value

    def _learn(self, old: str, new: str) -> None:
        """The ids inside of two texts that are the same but for them."""
        olds, news = _ID.findall(old), _ID.findall(new)
        if len(olds) == len(news) and masked(old) == masked(new):
            for one, other in zip(olds, news, strict=True):
                if one != other and len(one) >= _SHORTEST:
                    self.known[one] = other


def _leaves(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """The pairs of texts that stand at the same place."""
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
