"""What a message quotes: objects as JSON or Python write them, and what pytest makes of a bare assertion."""

from __future__ import annotations

import re

from .words import CHANGES

_OBJECT = re.compile(r"(?:\[\s*)?\{\s*[\"']")
_PARTS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[{}\[\]]|…")
_CLOSING = {"{": "}", "[": "]"}
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_VALUES = re.compile(rf"\[[{CHANGES},\s]*\]|\([{CHANGES},\s]*\)|\{{[{CHANGES}:,\s]*\}}|\bset\(\)")
_INTROSPECTION = ("assert ", "+  where ", "+  and ", "+ where ", "+ and ")

SHORTENED = "{…}"


def said(message: str) -> str:
    """The line that says what is wrong, with the next one when it only announces that.

    What pytest adds to show the values of an assertion is passed over, unless there is nothing else.
    """
    lines = [line for line in map(str.strip, message.splitlines()) if line]
    own = [line for line in lines if not line.startswith(_INTROSPECTION)] or lines[:1]
    return " ".join(own[: 2 if own and own[0].endswith(":") else 1])


def without_objects(text: str) -> str:
    """``text`` with ``{…}`` for each object, also for one that was cut off."""
    kept, position = [], 0
    while begins := _OBJECT.search(text, position):
        kept += [text[position : begins.start()], SHORTENED]
        position = _end(text, begins.start())
    return "".join(kept) + text[position:]


def _end(text: str, start: int) -> int:
    """Where the object that begins at ``start`` ends: at its last bracket, or where the message was clipped."""
    open_: list[str] = []
    for part in _PARTS.finditer(text, start):
        mark = part[0]
        if mark == "…":
            return part.end()
        if mark in _CLOSING:
            open_.append(_CLOSING[mark])
        elif open_ and mark == open_[-1]:
            open_.pop()
            if not open_:
                return part.end()
    return len(text)


def without_values(text: str) -> str:
    """The shape of an assertion that has no message: pytest writes the values into it, and those differ."""
    if not text.startswith("assert "):
        return text
    return _VALUES.sub(CHANGES, _STRING.sub(CHANGES, text))
