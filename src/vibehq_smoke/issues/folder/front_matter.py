"""The lines between the two ``---`` at the top of an issue's file: short YAML that people can edit.

What is written is YAML and JSON at once, so that editors and hosting sites show it. What is read is more: bare words,
single quotes, and lists in any of YAML's layouts, since editors rewrite them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

FENCE = "---"

_KEY = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+|$)(.*)", re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./ -]*[A-Za-z0-9_./-])?")
_ENTRY = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"'\s][^,]*)?\s*(?:,|\Z)""", re.DOTALL)

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class Broken(Exception):  # noqa: N818 - a state of the file
    """A file that cannot be understood: the line, and what is wrong there."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass
class Field:
    """One key with its value."""

    key: str
    line: int
    value: str
    written: list[str]
    """Its lines as they stand, to be kept when nothing is known of the key."""


def read(lines: list[str], known: frozenset[str]) -> tuple[dict[str, Field], tuple[str, ...]]:
    """The ``known`` fields by key, and all other lines of YAML as they stand. Raises Broken.

    ``lines`` are those between the fences; the first of them is the second of the file.
    """
    fields: dict[str, Field] = {}
    others: list[str] = []
    last: Field | None = None
    for number, line in enumerate(lines, start=2):
        found = _KEY.fullmatch(line)
        if found is not None and found[1] in known:
            if found[1] in fields:
                raise Broken(number, f"{found[1]} stands twice, first in line {fields[found[1]].line}")
            last = fields[found[1]] = Field(found[1], number, found[2].strip(), [line])
        elif last is not None and line[:1] in (" ", "\t", "-", "]"):
            last.value = f"{last.value} {_continued(line)}".strip()
        elif found is not None or not line.strip() or line[:1] in (" ", "\t", "-", "]", "#"):
            last = None
            others.append(line)
        else:
            raise Broken(number, f"{line[:40]!r} is no `key: value`; or is the line {FENCE} gone that ends this part?")
    return fields, tuple(others)


def _continued(line: str) -> str:
    """An entry of a list in YAML's block layout as one of a list with commas."""
    text = line.strip()
    return f"{text.removeprefix('-').strip()}," if text.startswith("-") else text


def quoted(text: str) -> str:
    """``text`` as a value: bare where that can only mean itself."""
    return text if _BARE.fullmatch(text) or not text else json.dumps(text, ensure_ascii=False)


def unquoted(value: str) -> str:
    """The text that a value stands for. Raises ValueError for quotes that do not match."""
    if value.startswith('"'):
        text = json.loads(value)
        assert isinstance(text, str), "what begins with a quote is a string or malformed"
        return _LONE_SURROGATES.sub("\ufffd", text)
    if value.startswith("'") and value.endswith("'") and len(value) > 1:
        return value[1:-1].replace("''", "'")
    return value


def quoted_list(texts: Iterable[str]) -> str:
    """``[bug, "with, comma"]``; nothing for no texts."""
    entries = ", ".join(quoted(text) or '""' for text in texts)
    return f"[{entries}]" if entries else ""


def unquoted_list(value: str) -> tuple[str, ...]:
    """The texts of a list, each once, with or without brackets. Raises ValueError for quotes that do not match."""
    inner = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    texts: list[str] = []
    at = 0
    while at < len(inner):
        found = _ENTRY.match(inner, at)
        if found is None:
            raise ValueError("quotes that do not match")
        if found[1]:
            texts.append(unquoted(found[1].strip()))
        at = found.end()
    return tuple(dict.fromkeys(texts))
