"""Finds the line of a key in a TOML text; the parser itself keeps no positions.

Made for text that parses. Keys inside an inline table or an array count as standing in the line of the
key that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import tomli

KeyPath = tuple[str | int, ...]
"""Keys from the top, ``("targets", "staging", "base_url")``; an integer counts the entries of an array."""

_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'  # closing quotes may follow up to two quotes of the text
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[^\"'\#\n\[\]{}=]+"
    r"|.",
    re.DOTALL,
)


@dataclass(frozen=True)
class TomlLines:
    """Lines of the keys of one document, counted from 1."""

    written: dict[KeyPath, int]
    """Keys and tables where they stand."""
    implied: dict[KeyPath, int]
    """Tables that only longer names mention: where the first of those stands."""
    repeated: tuple[tuple[KeyPath, int, int], ...]
    """Keys that stand twice (which does not parse): path, first line, second line."""

    def line(self, path: KeyPath) -> int | None:
        """The line of ``path``, or else of the innermost table around it; None when nothing is known of it."""
        for length in range(len(path), 0, -1):
            part = path[:length]
            if (line := self.written.get(part) or self.implied.get(part)) is not None:
                return line
        return None


def scan(text: str) -> TomlLines:
    """Read ``text`` for the lines of its keys. Raises tomli.TOMLDecodeError when a key is malformed."""
    written: dict[KeyPath, int] = {}
    implied: dict[KeyPath, int] = {}
    repeated: list[tuple[KeyPath, int, int]] = []
    entries: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for line, head in _heads(text):
        names = _names(head)
        if head.startswith("[["):
            array = _inside(entries, names[:-1]) + names[-1:]
            entries[array] = entries.get(array, 0) + 1
            implied.setdefault(array, line)
            path = table = (*array, entries[array] - 1)
        elif head.startswith("["):
            path = table = _inside(entries, names)
        else:
            path = table + names
        if path in written:
            repeated.append((path, written[path], line))
        written.setdefault(path, line)
        for length in range(1, len(path)):
            implied.setdefault(path[:length], line)
    return TomlLines(written, implied, tuple(repeated))


def _heads(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of every header and of every key, without values and comments."""
    line, start, depth, in_value = 1, 1, 0, False
    head: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match.group()
        if piece == "\n" and depth <= 0:
            if head:
                yield start, "".join(head).strip()
            head, in_value, depth = [], False, 0
        elif piece == "=":
            in_value = True
        elif not piece.startswith(("#", "\n")) and not (piece.isspace() and not head):
            depth += (piece in "[{") - (piece in "]}")
            if not in_value:
                start = start if head else line
                head.append(piece)
        line += piece.count("\n")
    if head:
        yield start, "".join(head).strip()


def _names(head: str) -> tuple[str, ...]:
    """The keys that ``head`` names, unquoted: the parser is the one that knows how."""
    found: object = tomli.loads(head if head.startswith("[") else f"{head} = 0")
    names: list[str] = []
    while isinstance(found, dict) and found:
        ((name, found),) = found.items()
        names.append(name)
    return tuple(names)


def _inside(entries: dict[KeyPath, int], names: tuple[str, ...]) -> KeyPath:
    """``names`` as a path, where the name of an array of tables means its last entry."""
    path: KeyPath = ()
    for name in names:
        path = (*path, name)
        if path in entries:
            path = (*path, entries[path] - 1)
    return path
