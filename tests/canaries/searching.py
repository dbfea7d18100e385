"""Looking for canaries in what was written, as somebody would who wants to find them.

It shares nothing with the redactor, so that a mistake in one does not hide in the other.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus

from .kinds import Canary

_PIECE = 16
_DEEPEST = 3
_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/]{60})(?:\\n|\\r|\r?\n)(?=[A-Za-z0-9+/])")
_CODE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_MARKER = re.compile(r"<!-- vibehq-smoke:cause 1 ([\w=-]+) ")
_CONTROL = {"n": "\n", "r": "\r", "t": "\t"}


def leaks_in(text: bytes | str, canaries: Iterable[Canary]) -> list[str]:
    """What of the canaries can be got out of ``text``, a line each: its kind, and how it stood there.

    Looked for are the whole secret and either end of it: plain, in hex, and in base64 at any alignment, in both
    alphabets, also within longer base64; each of it behind up to three layers of URL, JSON and HTML escapes.
    """
    whole = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    whole = "\n".join(dict.fromkeys(whole.splitlines()))  # reports say much again and again
    wanted = [(canary.kind, piece) for canary in canaries for piece in _pieces(canary.core)]
    found: dict[str, None] = {}
    for layers, layer in _layers(whole):
        for kind, piece in wanted:
            if piece in layer:
                found[f"{kind}: {layers or 'plain'}, near {_near(layer, piece)!r}"] = None
    return list(found)


def _pieces(core: str) -> set[str]:
    return {core[:_PIECE], core[-_PIECE:]}


def _near(text: str, piece: str) -> str:
    at = text.index(piece)
    return text[max(0, at - 60) : at + len(piece) + 20]


def _layers(text: str) -> Iterator[tuple[str, str]]:
    """``text`` and what comes of it when it is decoded in one way after the other, with the names of these ways."""
    seen = set(text.splitlines())
    waiting = [("", text)]
    while waiting:
        way, layer = waiting.pop()
        yield way, layer
        if way.count(" > ") >= _DEEPEST:
            continue
        for name, next_ in _decoded(layer):
            # Only what decoding has changed is new.
            new = [line for line in dict.fromkeys(next_.splitlines()) if line not in seen and line.strip()]
            if new:
                seen.update(new)
                waiting.append((f"{way} > {name}", "\n".join(new)))


def _decoded(text: str) -> Iterator[tuple[str, str]]:
    if "%" in text:
        yield "URL", unquote(text)
        yield "form", unquote_plus(text)
    if "\\" in text:
        yield "JSON", _CODE.sub(_meant, text)
    if "&" in text:
        yield "HTML", html.unescape(text)
    yield "base64", "\n".join(_unpacked(_WRAPPED.sub("", text)))
    yield "hex", "\n".join(_from_hex(text))


def _meant(match: re.Match[str]) -> str:
    if match[3]:
        return _CONTROL.get(match[3], match[3])
    return chr(int(match[1] or match[2], 16))


def _unpacked(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        plain = run.replace("-", "+").replace("_", "/")
        for skip in range(4):
            part = plain[skip:]
            part = part[:-1] if len(part) % 4 == 1 else part
            clear = base64.b64decode(part + "=" * (-len(part) % 4))
            yield from re.findall(r"[ -~]{12,}", clear.decode("latin-1"))


def _from_hex(text: str) -> Iterator[str]:
    for run in re.findall(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){12,}(?![0-9A-Fa-f])", text):
        yield from re.findall(r"[ -~]{12,}", binascii.unhexlify(run).decode("latin-1"))


def texts_in(document: Any) -> Iterator[str]:
    """Every text in parsed JSON, keys too."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from texts_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from texts_in(value)


def markers_in(text: str) -> list[str]:
    """What the hidden markers of issues hold, unpacked."""
    return [zlib.decompress(base64.urlsafe_b64decode(packed)).decode() for packed in _MARKER.findall(text)]


def cells_of(database: Path) -> list[str]:
    """Every text in an SQLite file."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as open_:
        tables = [name for (name,) in open_.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for name in tables for row in open_.execute(f'SELECT * FROM "{name}"')]  # noqa: S608 - its own names
    return [str(cell) for row in rows for cell in row if isinstance(cell, str | bytes)]
