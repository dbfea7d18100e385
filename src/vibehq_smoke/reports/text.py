"""Text from outside, made fit to be shown: nothing in it may act on the reader's screen or hide from the reader."""

from __future__ import annotations

import json
import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # direction, separators, nothing at all
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"  # no characters, annotations, tags
)

_WEB = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[!-~]*)?", re.ASCII)
_ORDERS = re.compile(r"##\[|::(?=[A-Za-z].*::)")


def visible(text: str) -> str:
    """``text`` with a readable name, such as ``<U+202E>``, in place of each character that acts instead of showing.

    Those are control characters (terminal escapes begin with one), marks that turn the direction of writing, and
    characters without a shape. Line breaks and tabs stay, and so do letters of every script.
    """
    if text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text.replace("\r\n", "\n"))


def safe(text: str, most: int = 400) -> str:
    """``text`` on one line, fit for a terminal and for a CI log: made visible, clipped, and giving no orders.

    GitHub's runner obeys ``##[command]`` wherever it stands in a line, and ``::command::`` where a line begins; a
    narrow screen can make any place the beginning of one.
    """
    line = _ORDERS.sub(lambda found: f"{found[0][0]} {found[0][1:]}", " ".join(visible(text[: 2 * most]).split()))
    return line if len(line) <= most else f"{line[: most - 3]}..."


def safe_lines(text: str, *, most: int) -> list[str]:
    """The lines of ``text``, each safe and with its indentation, at most ``most``; the last says what is left out."""
    lines = [" " * (len(line) - len(line.lstrip(" "))) + safe(line) for line in visible(text).splitlines()]
    return lines if len(lines) <= most else [*lines[: most - 1], f"... {len(lines) - most + 1} more lines"]


def encodable(text: str, encoding: str | None) -> str:
    """``text`` as a stream of that encoding can write it; what it has no character for is written as an escape."""
    encoding = encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def is_web(url: str) -> bool:
    """Whether ``url`` leads to a page, and does nothing else when it is followed."""
    return _WEB.fullmatch(url) is not None


def clip(text: str, most: int) -> str:
    """At most ``most`` characters of ``text``, saying how many are left out."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n… {len(text) - most:,} more characters are left out here"


def pretty(body: str) -> str:
    """A JSON body indented by two; any other body as it is.

    A body that would not come out the same again (keys that stand twice, numbers with superfluous digits) stays as
    it is too: it is evidence.
    """
    if not body.startswith(("{", "[")):
        return body
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    again = (json.dumps(value, ensure_ascii=False, separators=by) for by in ((",", ":"), (", ", ": ")))
    return json.dumps(value, indent=2, ensure_ascii=False) if body in again else body
