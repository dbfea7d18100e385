"""The part of JSONPath (RFC 9535) that declarative checks use: names, indices and wildcards.

``$.items[0].name``, ``$.items[*].id``, ``$.items[-1]``, ``$['a name with blanks']``, ``$.*``. No filters, slices,
unions or descent: what needs those is a check in Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias


class _Every:
    """The wildcard."""

    def __repr__(self) -> str:
        return "*"


EVERY: Final = _Every()
Step: TypeAlias = "str | int | _Every"

_STEP = re.compile(
    r"\.(?P<name>[^\W\d][\w-]*)"
    r"|(?P<every>\.\*|\[\*\])"
    r"|\[(?P<index>-?\d{1,9})\]"
    r"""|\[(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]"""
)


@dataclass(frozen=True)
class JsonPath:
    """A parsed path."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "$" + "".join(map(_shown, self.steps))

    def find(self, value: Any) -> list[tuple[str, Any]]:
        """Every value that the path finds in ``value``, with the place of each; in the document's order."""
        found = [("$", value)]
        for step in self.steps:
            found = [(place + _shown(key), inner) for place, outer in found for key, inner in _below(outer, step)]
        return found


def parse(text: str) -> JsonPath:
    """The path that ``text`` writes. Raises ValueError with the rest of a sentence that begins with the text."""
    if not text.startswith("$"):
        raise ValueError("is no JSON path: it begins with $, as in $.items[0].id")
    steps, at = [], 1
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            raise ValueError(f"is no JSON path: character {at + 1} begins none of .name [0] [*] ['name']")
        steps.append(_step(match))
        at = match.end()
    return JsonPath(tuple(steps))


def _step(match: re.Match[str]) -> Step:
    if match["name"] is not None:
        return match["name"]
    if match["index"] is not None:
        return int(match["index"])
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"][1:-1], flags=re.DOTALL)
    return EVERY


def _below(value: Any, step: Step) -> Iterator[tuple[str | int, Any]]:
    """What one step finds. A name asks objects only, an index lists only; neither finds anything elsewhere."""
    if isinstance(step, _Every):
        if isinstance(value, dict):
            yield from value.items()
        elif isinstance(value, list):
            yield from enumerate(value)
    elif isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield step, value[step]
    elif isinstance(value, list) and -len(value) <= step < len(value):
        yield step % len(value), value[step]


def _shown(step: Step) -> str:
    if isinstance(step, str):
        plain = re.fullmatch(r"[^\W\d][\w-]*", step)
        return f".{step}" if plain else "['" + re.sub(r"([\\'])", r"\\\1", step) + "']"
    return f"[{step}]"


def same(one: Any, two: Any) -> bool:
    """Equality as JSON has it: ``1`` is ``1.0``, and never ``true``."""
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(one == two)


def kind(value: Any) -> str:
    """What JSON calls the type of ``value``."""
    words: Sequence[tuple[type | tuple[type, ...], str]] = (
        (bool, "boolean"),
        (str, "string"),
        ((int, float), "number"),
        (list, "array"),
        (dict, "object"),
    )
    return next((word for types, word in words if isinstance(value, types)), "null")


def shown(value: Any, limit: int = 120) -> str:
    """``value`` as JSON, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
