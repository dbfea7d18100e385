"""What stands in base64 in a text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from .spans import Span, places

_TELLING = bytes(byte if chr(byte).isalnum() or byte in b"+/_-" else ord(" ") for byte in range(128)) + b" " * 128
_LONG = 16
_PACKED = 20
_WORD = re.compile(rf"[A-Za-z0-9+/_-]{{{_LONG},}}")
_TEXT = re.compile(r"(?:[CDI-Za-f][A-Za-z0-9+/_-]{3}){5}")
"""Base64 of ASCII text, at whatever alignment: every fourth character is one of these."""
_CLEAR = re.compile(rb"[\t\n\r -~]{12,}")
_BREAK = r"(?:\\[rn]|\s){1,6}(?:[-+][ ]{1,3})?"
"""Between two lines of base64, also when a message made one of them, or compares them with others."""
_WRAPPED = re.compile(rf"(?:[A-Za-z0-9+/_-]{{60,76}}{_BREAK}){{1,999}}[A-Za-z0-9+/_-]{{1,76}}")
_BREAKS = re.compile(_BREAK)
_TO_PLAIN = str.maketrans("-_", "+/")


def long_words(text: str) -> list[str]:
    """The unbroken runs of letters, digits and ``+/_-`` in which a token or base64 can stand, each once."""
    if len(text) < _LONG:
        return []
    runs = text.encode("ascii", "replace").translate(_TELLING).split()
    long = [run for run in runs if len(run) >= _LONG]
    return b" ".join(dict.fromkeys(long)).decode().split() if long else []


def is_word(text: str) -> bool:
    """Whether ``text`` cannot stand anywhere but in one of the :func:`long_words`."""
    return _WORD.fullmatch(text) is not None


def unpacked(text: str, words: list[str]) -> Iterator[tuple[str, list[Span]]]:
    """What is packed in base64 in ``text``, and where it stands."""
    for word in words:
        if len(word) >= _PACKED and _TEXT.search(word):
            for clear in _clear(word):
                yield clear, [_with_padding(text, place) for place in places(word, text)]
    if any(60 <= len(word) <= 78 for word in words):
        for match in _WRAPPED.finditer(text):
            for clear in _clear(_BREAKS.sub("", match[0])):
                yield clear, [_with_padding(text, match.span())]


def _clear(word: str) -> Iterator[str]:
    plain = word.translate(_TO_PLAIN)
    for skip in range(4):
        rest = plain[skip:]
        # one character alone holds not even one byte
        whole = rest[:-1] if len(rest) % 4 == 1 else rest
        decoded = base64.b64decode(whole + "=" * (-len(whole) % 4))
        if _CLEAR.search(decoded):
            yield decoded.decode("utf-8", "replace")


def _with_padding(text: str, place: Span) -> Span:
    end = place[1]
    while end < place[1] + 2 and text[end : end + 1] == "=":
        end += 1
    return place[0], end
