"""The forms in which a known secret may stand in a text."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MASK = "[REDACTED]"
"""What stands in a secret's place."""

_HTML = {ord(mark): code for mark, code in zip("&<>\"'", ("&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"), strict=True)}
_SHORTEST_LINE = 16


def variants(secret: str) -> Iterator[str]:
    """``secret`` as it is, URL-, JSON-, HTML-, hex- and base64-encoded.

    Mixtures of these are not here: they are found by undoing them (``veils``).
    """
    yield secret
    yield secret.translate(_HTML)
    raw = secret.encode("utf-8", "surrogatepass")
    for encoded in (quote(raw, safe=""), quote(raw), quote_plus(raw), quote(raw, safe="!'()*~")):
        yield encoded
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)
    for ascii_only in (True, False):
        escaped = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield escaped
        yield escaped.replace("/", "\\/")
        yield json.dumps(escaped, ensure_ascii=ascii_only)[1:-1]
    yield from (raw.hex(), raw.hex().upper())
    yield from _base64_variants(raw)


def parts(secret: str) -> Iterator[str]:
    """``secret``, and what is left of it when a line is made of it or it is read line by line."""
    yield secret
    if len(secret.split()) > 1 or secret != secret.strip():
        yield " ".join(secret.split())
        yield from (line.strip() for line in secret.splitlines() if len(line.strip()) >= _SHORTEST_LINE)


def short_variants(secret: str) -> Iterator[str]:
    """A secret too short to be looked for within words: as it is, and alone in base64."""
    yield secret
    packed = base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode()
    yield from {packed, packed.rstrip("=")}


def _base64_variants(raw: bytes) -> Iterator[str]:
    """Base64 of ``raw`` alone, and the part of it that stays the same inside a longer text, at each alignment."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode().rstrip("=")
        for before, skip in ((0, 0), (1, 2), (2, 3)):
            full_characters = 8 * (before + len(raw)) // 6
            yield encode(b"\0" * before + raw).decode()[skip:full_characters]
