"""Values under keys that name a secret, in whatever notation: JSON, forms, XML, HTML, headers, command lines, logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .spans import Span
from .words import names_a_secret, names_only_a_secret

_PAIR = re.compile(
    r"""(?P<mark>['"])(?P<name>[\w .-]{1,80})(?P=mark)\s{0,40}(?::|=>|,(?=[^()\[\]{}]{1,400}\)))\s{0,40}[bru]{0,2}"""
    r"""(?:'(?P<single>[^'\\]*(?:\\.[^'\\]*)*)|"(?P<double>[^"\\]*(?:\\.[^"\\]*)*))""",
    re.DOTALL,
)
_ASSIGNMENT = re.compile(r"([A-Za-z][\w.-]{1,79}(?:\[[\w-]{1,40}\]){0,3})=([^\s&;,\"'<>]+)")
_QUOTED = re.compile(r"(?<![\w.-])([A-Za-z][\w.-]{1,79})[ \t]{0,3}=[ \t]{0,3}(?:\"([^\"\n<>]{3,})\"|'([^'\n<>]{3,})')")
_LINE = re.compile(r"(?<![\w.\"'-])([A-Za-z][\w.-]{1,79}):[ \t]{1,3}([^\s,;\"'<>\[\]{}()]{6,})")
_OPTION = re.compile(r"(?<![\w-])--([A-Za-z][\w-]{1,40})[ \t]+([^\s\"'-][^\s\"']{3,})")
_USER = re.compile(r"(?<![\w-])(?:-u|--user)[ \t]+[^\s:]{1,100}:([^\s\"']+)")
_COOKIES = re.compile(r"(?i)(?<![\w-])(?:set-)?cookie[ \t]{0,2}:[ \t]{0,3}([^\r\n\"'<>]+)")
_COOKIE = re.compile(r"([^\s=;,]{1,200})=([^\s;,]+)")
_COOKIE_ATTRIBUTES = frozenset(("path", "domain", "expires", "max-age", "samesite", "priority"))
_AUTHORIZATION = re.compile(r"(?i)(?<![\w-])(?:proxy-)?authorization[ \t]{0,2}[:=][ \t]{0,3}([^\r\n\"'<>,;]+)")
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]{0,79})(?:\s[^<>]{0,300})?>\s{0,20}(?:<!\[CDATA\[)?([^<>\]]{1,4000})")
_TAG = re.compile(r"<[A-Za-z][^<>]{0,2000}")
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s{0,3}=\s{0,3}(?:\"([^\"]*)\"?|'([^']*)'?|([^\s\"'>]+))")
_NAMING = frozenset(("name", "id", "key", "property", "http-equiv", "itemprop"))
_HOLDING = frozenset(("value", "content", "data-value", "default"))
_PART = re.compile(
    r"name=\"([\w.\[\]-]{1,80})\"(?:;[^\r\n]{0,200})?(?:\r?\n[^\r\n]{1,200}){0,3}\r?\n\r?\n([^\r\n]+)"
)  # multipart/form-data


def under_keys(text: str) -> Iterator[Span]:
    """Where a value stands under a key that names a secret."""
    yield from assigned(text)
    for match in _PAIR.finditer(text):
        if names_a_secret(match["name"]):
            yield match.span("single" if match["double"] is None else "double")
    if "=" in text:
        for match in _QUOTED.finditer(text):
            if names_only_a_secret(match[1]):
                yield match.span(2 if match[3] is None else 3)
    if ":" in text:
        yield from _opaque_values(_LINE, text)
    if "-u" in text or "--" in text:
        yield from _opaque_values(_OPTION, text)
        yield from (match.span(1) for match in _USER.finditer(text))
    yield from _headers(text)
    if 'name="' in text:
        yield from (match.span(2) for match in _PART.finditer(text) if names_a_secret(match[1]))
    if "<" in text:
        yield from _markup(text)


def assigned(text: str) -> Iterator[Span]:
    """Where a value is assigned to such a key, as in a query: ``key=value``."""
    return (match.span(2) for match in _ASSIGNMENT.finditer(text) if names_a_secret(match[1]))


def _opaque_values(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    for match in pattern.finditer(text):
        if names_only_a_secret(match[1]) and _opaque(match[2]):
            yield match.span(2)


def _headers(text: str) -> Iterator[Span]:
    for line in _COOKIES.finditer(text):
        for pair in _COOKIE.finditer(text, *line.span(1)):
            if pair[1].lower() not in _COOKIE_ATTRIBUTES:
                yield pair.span(2)
    for line in _AUTHORIZATION.finditer(text):
        scheme, _, rest = line[1].rstrip().rpartition(" ")
        if _opaque(rest) and len(scheme) < 40:
            begins = line.start(1) + (len(scheme) + 1 if scheme else 0)
            yield begins, begins + len(rest)


def _markup(text: str) -> Iterator[Span]:
    yield from (match.span(2) for match in _ELEMENT.finditer(text) if names_only_a_secret(match[1]))
    for tag in _TAG.finditer(text):
        if not any(f"{holder}=" in tag[0] for holder in _HOLDING):
            continue
        attributes = list(_ATTRIBUTE.finditer(text, *tag.span()))
        if any(one[1].lower() in _NAMING and names_a_secret(_value(one)) for one in attributes):
            yield from (one.span(one.lastindex or 0) for one in attributes if one[1].lower() in _HOLDING)


def _value(attribute: re.Match[str]) -> str:
    return attribute[attribute.lastindex or 0]


def _opaque(value: str) -> bool:
    """Whether a value in running text is none of the words that may follow there."""
    return len(value) >= 20 or (len(value) >= 6 and any(one.isdigit() for one in value))
