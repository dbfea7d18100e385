"""Text from outside, made harmless in Markdown: shown as it is, obeyed in nothing.

GitHub turns names into notifications, numbers and URLs into references, and comments into nothing at all. It does
none of this in code, so that is where text from a target goes (:func:`inline`, :func:`cell`, :func:`fenced`). What is
better read as prose, such as the name of a check, is escaped, and an invisible space breaks what would become a link
(:func:`prose`, :func:`title`). No HTML comment gets through anywhere, not even in code: the hidden marker is one.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from ...reports.text import visible

MOST_OF_A_TITLE = 256
"""Characters; GitHub refuses longer ones."""

GAP = "\u200b"
"""Takes no room, and keeps ``@`` and a name apart."""

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_COMMENTS = re.compile(r"<(?=!)|--(?=!?>)")
_ACTIVE = re.compile(r"[\\`*_\[\]{}<>~&|#$!^]")
_BEGINS_A_BLOCK = re.compile(r"^(?:[-+=:]|\d{1,9}(?=[.)]))")
_LINKS = re.compile(r"@|#(?=\w)|\bGH-(?=\d)|:(?=//)|\bwww(?=\.)|:(?=[\w+-]+:)", re.IGNORECASE)
_FENCE_WORD = re.compile(r"[a-z][a-z0-9+-]{0,19}")
_DRAWN = frozenset({"mermaid", "math", "geojson", "topojson", "stl", "suggestion"})
_DISCUSSED = re.compile(r"/(?:issues|pull|discussions|commit)/", re.IGNORECASE)


def inline(text: str, most: int = 300) -> str:
    """``text`` on one line, as code; nothing when there is nothing to show."""
    line = _line(text, most)
    if not line:
        return ""
    fence = "`" * (_longest_run(line) + 1)
    room = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{room}{line}{room}{fence}"


def cell(text: str, most: int = 120) -> str:
    """As :func:`inline`, fit for a table: no reader of tables agrees with another on how a bar is escaped in code."""
    return inline(text.replace("|", "¦"), most)


def prose(text: str, most: int = 300) -> str:
    """``text`` on one line, readable as words: the names and sentences of checks."""
    line = _ACTIVE.sub(lambda found: f"\\{found[0]}", _line(text, most))
    line = _BEGINS_A_BLOCK.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", line)
    return _apart(line)


def title(text: str) -> str:
    """``text`` as a title: one line of at most 256 characters that refers to nobody and nothing."""
    line = _apart(_line(text, MOST_OF_A_TITLE))
    return line if len(line) <= MOST_OF_A_TITLE else f"{line[: MOST_OF_A_TITLE - 1]}…"


def fenced(text: str, language: str = "", most: int = 6_000) -> str:
    """``text`` as a block of code; of a long one the beginning and the end. It must not stand inside a list."""
    shown = unforgeable(visible(plain(middle_out(text, most)))).strip("\n")
    fence = "`" * max(3, _longest_run(shown) + 1)
    known = language if _FENCE_WORD.fullmatch(language) and language not in _DRAWN else ""
    return f"{fence}{known}\n{shown}\n{fence}"


def link(text: str, url: str | None) -> str:
    """A link that shows ``text`` as code; only the text where the URL is none, or would be noted where it leads."""
    shown = inline(text)
    if not url or not shown:
        return shown
    try:
        parts = urlsplit(url)
    except ValueError:
        return shown
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or _DISCUSSED.search(parts.path):
        return shown
    return f"[{shown}]({quote(url, safe=':/?#@!$&*+,;=%~-._', errors='replace').replace('&', '&amp;')})"


def middle_out(text: str, most: int) -> str:
    """At most about ``most`` characters of ``text``: its beginning and its end, and how many there are between."""
    if len(text) <= most:
        return text
    head, tail = text[: most * 2 // 3], text[-(most // 3) :]
    return f"{head}\n… {len(text) - len(head) - len(tail):,} characters left out …\n{tail}"


def plain(text: str) -> str:
    """``text`` without the colours that tools print for terminals."""
    return _COLOURS.sub("", text) if "\x1b" in text else text


def unforgeable(text: str) -> str:
    """``text`` without the beginning or the end of an HTML comment."""
    return _COMMENTS.sub(lambda found: f"{found[0]}{GAP}", text) if "<!" in text or ">" in text else text


def _line(text: str, most: int) -> str:
    # Cut first: a message may have millions of characters, and colours and spaces take some away.
    line = unforgeable(" ".join(visible(plain(text[: 4 * most + 400])).split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _apart(line: str) -> str:
    return _LINKS.sub(lambda found: f"{found[0]}{GAP}", line)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text))) if "`" in text else 0
