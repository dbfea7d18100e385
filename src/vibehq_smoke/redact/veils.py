"""Escapes undone, without losing where each character stood."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from dataclasses import dataclass
from urllib.parse import unquote

from .spans import Span

MARKS = ("%", "\\", "&", "+")
"""Without one of these nothing is escaped."""

_ESCAPE = re.compile(
    r"""
    (?:%[0-9A-Fa-f]{2})+
    | \\u(?P<wide>[0-9A-Fa-f]{4}) | \\x(?P<narrow>[0-9A-Fa-f]{2}) | \\[nrtbf] | \\[^\w\s]
    | &(?:\#[0-9]{1,7} | \#[xX][0-9A-Fa-f]{1,6}
      | amp | lt | gt | quot | apos | nbsp | sol | colon | equals | commat | lowbar | plus);
    """,
    re.VERBOSE,
)
_NUMBERED = re.compile(
    r"\\u(?P<wide>00[0-9A-Fa-f]{2})|\\x(?P<narrow>[0-9A-Fa-f]{2})|&\#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});"
)
_COMMON = {"&quot;": '"', "&#34;": '"', "&#39;": "'", "&apos;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def unveiled(text: str) -> str | None:
    """``text`` with one layer of escapes (URL, JSON, HTML) undone; None when there is none."""
    if "%" not in text and "\\" not in text and "&" not in text:
        return None
    plain = _ESCAPE.sub(_meaning, text)
    return plain if plain != text else None


def loosened(text: str) -> str:
    """``text`` with most escapes undone, much faster than :func:`unveiled` and less exact: backslashes are dropped."""
    if "%" in text:
        text = unquote(text)
    for escape, meant in _COMMON.items():
        if escape in text:
            text = text.replace(escape, meant)
    if "\\u00" in text or "&#" in text:
        text = _NUMBERED.sub(_meaning, text)
    return text.replace("\\", "")


@dataclass(frozen=True)
class Veil:
    """Where each escape stands: in the text, and in what :func:`unveiled` makes of it."""

    escaped: list[int]
    plain: list[int]
    """In the plain text: where the stretch begins whose offset to the text stays the same."""

    def lift(self, span: Span) -> Span:
        """The place in the text of a place in the plain text."""
        return self._at(span[0]), self._at(span[1])

    def _at(self, where: int) -> int:
        # An end between two characters of one escape takes all of it.
        number = bisect_left(self.plain, where + 1) - 1
        return self.escaped[number] + where - self.plain[number]


def veil(text: str) -> Veil:
    """How the places in ``unveiled(text)`` go with those in ``text``."""
    escaped, plain, shift = [0], [0], 0
    for match in _ESCAPE.finditer(text):
        at = match.start()
        for one in _meaning(match):
            escaped.append(at)
            plain.append(at - shift)
            wide = _width(match[0], one)
            at, shift = at + wide, shift + wide - 1
        escaped.append(at)
        plain.append(at - shift)
    return Veil(escaped, plain)


def _width(escape: str, one: str) -> int:
    return 3 * len(one.encode("utf-8", "surrogateescape")) if escape[0] == "%" else len(escape)


def _meaning(match: re.Match[str]) -> str:
    escape = match[0]
    if escape[0] == "%":
        return bytes.fromhex(escape.replace("%", "")).decode("utf-8", "surrogateescape")
    if escape[0] == "&":
        meant = html.unescape(escape)
        return meant if len(meant) == 1 else "\N{REPLACEMENT CHARACTER}"
    code = match["wide"] or match["narrow"]
    return chr(int(code, 16)) if code else _LETTERS.get(escape[1], escape[1])
