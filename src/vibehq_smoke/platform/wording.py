"""How values from the target are shown in messages: short, on one line, and harmless on a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
CLIP = 200
_WIDEST = 20_000


def visible(text: str) -> str:
    """``text`` with control characters, bidirectional marks and lone surrogates spelt out, so that all can show it."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


def one_line(text: str, limit: int = CLIP) -> str:
    """The beginning of ``text`` on one line; an ellipsis says that there was more."""
    flat = " ".join(text[:_WIDEST].split())
    return visible(flat if len(flat) <= limit else flat[: limit - 1] + "…")


def show(value: Any, limit: int = CLIP) -> str:
    """Any value as one short line: JSON where it is JSON, else its ``repr``."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return one_line(text, limit)


def kind_of(value: Any) -> str:
    """The JSON type of ``value`` in a word."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if callable(dump) else str(value)
